"""The status of each raster of a batch, and the file that holds it."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proxyclip_geo.files import write_json

REPORT = "report.json"
"""Name of the file in the output directory."""
_SHARE = 0.05
"""Share of the time in which the file is written: that of many rasters takes longer than a small raster."""
_BURST = 1.0
"""Seconds of writing that are not limited, so that the file of a small batch is always up to date."""


@dataclass(frozen=True)
class RasterReport:
    """Status of one raster.

    Attributes:
        raster: Path, or URL without credentials.
        out: Directory of its results.
        status: "done", "done before" if an earlier run did it, "failed", "unfinished" if it was begun and the same call
            resumes it, or "not started".
        reason: The error if it failed, else empty.
        shares: Share of each class, 0–1; empty if it is not done.
        failed_blocks: Number of blocks that failed and have no data.
    """

    raster: str
    out: Path
    status: str = "not started"
    reason: str = ""
    shares: tuple[tuple[str, float], ...] = ()
    failed_blocks: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether all of the raster was segmented."""
        return self.status.startswith("done") and not self.failed_blocks


class ReportFile:
    """Writes the status of each raster to a file, of many rasters in a small share of the time.

    Attributes:
        reports: The status of each raster.
    """

    def __init__(self, out: Path, reports: Sequence[RasterReport]) -> None:
        """Write the file."""
        self.reports = list(reports)
        self._path = out / REPORT
        self._lock = threading.Lock()
        self._begin, self._spent = time.monotonic(), 0.0
        self.close()

    def update(self, index: int, report: RasterReport) -> None:
        """Change the status of a raster, and write the file unless that has taken too much time."""
        with self._lock:
            self.reports[index] = report
            if self._spent <= max(_BURST, _SHARE * (time.monotonic() - self._begin)):
                self._write()

    def begin(self, index: int) -> None:
        """Say that a raster was begun."""
        self.update(index, replace(self.reports[index], status="unfinished"))

    def close(self) -> None:
        """Write the file."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        started = time.monotonic()
        values = [{**vars(report), "out": str(report.out), "shares": dict(report.shares)} for report in self.reports]
        write_json(self._path, values)
        self._spent += time.monotonic() - started
