"""The report of an evaluation as text, JSON and CSV."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from proxyclip_geo.errors import OutputError
from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.files import check_folder, check_outputs, write_text

NONE = "unclassified"
"""Name of pixels of no class in reports."""

_SCORES = ("iou", "f1", "precision", "recall")


@dataclass(frozen=True)
class Report:
    """The comparison of a label raster with the truth.

    Attributes:
        labels: The evaluated label raster.
        truth: The raster with the true classes.
        matrix: Pixels by true and predicted class.
        notes: Sentences on pixels and classes that are not counted.
        inputs: The files that were read.
    """

    labels: str
    truth: str
    matrix: ConfusionMatrix
    notes: tuple[str, ...] = ()
    inputs: tuple[Path | str | None, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; a score that does not exist is None, never NaN."""
        return {
            "labels": self.labels,
            "truth": self.truth,
            "overall": asdict(self.matrix.overall()) | {"absent": list(self.matrix.overall().absent)},
            "classes": [asdict(scores) for scores in self.matrix.class_scores()],
            "confusion": {
                "rows": "truth",
                "columns": "prediction",
                "names": [NONE, *self.matrix.classes],
                "counts": self.matrix.counts.tolist(),
            },
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """Return `to_dict` as JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_csv(self) -> str:
        """Return a table with a row for every class and one for all: scores, then the confusion counts."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = [NONE, *self.matrix.classes]
        writer.writerow(["class", "support", "predicted", *_SCORES, *(f"predicted as {name}" for name in names)])
        counts = self.matrix.counts.tolist()
        for scores, row in zip(self.matrix.class_scores(), counts[1:], strict=True):
            values = [_plain(getattr(scores, key)) for key in _SCORES]
            writer.writerow([scores.name, scores.support, scores.predicted, *values, *row])
        sums = self.matrix.counts.sum(axis=0).tolist()
        support = sum(scores.support for scores in self.matrix.class_scores())
        overall = self.matrix.overall()
        if any(counts[0]):
            writer.writerow([NONE, sum(counts[0]), sums[0], "", "", "", "", *counts[0]])
        means = [_plain(overall.mean_iou), _plain(overall.mean_f1), "", ""]
        writer.writerow(["(all)", support, sum(sums[1:]), *means, *sums])
        return text.getvalue()

    def to_text(self) -> str:
        """Return tables for a terminal or a text file."""
        overall = self.matrix.overall()
        head = [
            f"labels  {self.labels}",
            f"truth   {self.truth}",
            "",
            f"pixels compared         {overall.pixels}",
            f"overall accuracy        {_percent(overall.accuracy)}",
            f"mean IoU                {_percent(overall.mean_iou)}",
            f"mean F1                 {_percent(overall.mean_f1)}",
            f"frequency-weighted IoU  {_percent(overall.frequency_weighted_iou)}",
            f"kappa                   {'–' if overall.kappa is None else f'{overall.kappa:.3f}'}",
            "",
        ]
        scores = [
            [item.name, str(item.support), *(_percent(getattr(item, key)) for key in _SCORES)]
            for item in self.matrix.class_scores()
        ]
        lines = head + align_columns(["class", "support", "IoU", "F1", "precision", "recall"], scores)
        names = [NONE, *self.matrix.classes]
        counts = self.matrix.counts.tolist()
        rows = [[name, *map(str, row)] for name, row in zip(names, counts, strict=True) if name != NONE or any(row)]
        lines += ["", "pixels, rows truth, columns prediction", *align_columns(["", *names], rows)]
        if self.notes:
            lines += ["", *(f"note: {note}" for note in self.notes)]
        return "\n".join(lines) + "\n"

    def write(self, path: str | Path) -> Path:
        """Write the report; the suffix says how: .json, .csv or .txt.

        Raises:
            OutputError: If the suffix is another, the file is an input, or it cannot be written.
        """
        path = Path(path)
        check_report(path, inputs=self.inputs)
        forms = {".json": self.to_json, ".csv": self.to_csv, ".txt": self.to_text}
        return write_text(path, forms[path.suffix.lower()]())


def check_report(path: Path, *, inputs: Iterable[Path | str | None]) -> None:
    """Check that a report can be written, before it is computed.

    Raises:
        OutputError: If the suffix is not .json, .csv or .txt, the file is an input, or its folder is not writable.
    """
    if path.suffix.lower() not in (".json", ".csv", ".txt"):
        raise OutputError(f"{path}: a report is written as .json, .csv, .txt, not as {path.suffix!r}")
    check_outputs([path], inputs=inputs)
    check_folder(path.parent)


def _plain(score: float | None) -> str:
    return "" if score is None else f"{score:.6f}"


def _percent(score: float | None) -> str:
    return "–" if score is None else f"{100 * score:.1f} %"


def align_columns(header: list[str], rows: list[list[str]]) -> list[str]:
    """Return the lines of a table: align the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]

    def line(cells: list[str]) -> str:
        aligned = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
        return "  ".join([cells[0].ljust(widths[0]), *aligned]).rstrip()

    return [line(header), line(["─" * width for width in widths]), *map(line, rows)]
