"""Pair label rasters with the truth of the same place by their names, and add up the reports of pairs."""

import re
from collections.abc import Sequence
from functools import reduce
from operator import add
from pathlib import Path

from proxyclip_geo.errors import OptionError
from proxyclip_geo.evaluation.report import Report
from proxyclip_geo.raster.find_rasters import find_rasters
from proxyclip_geo.raster.inputs import RasterLike
from proxyclip_geo.raster.names import stem_of

_KINDS = re.compile("_(labels?|truth|gt|masks?)$", re.IGNORECASE)
_LABELS = re.compile("_labels?$", re.IGNORECASE)
_SHOWN = 5


def pair_rasters(
    labels: RasterLike | Sequence[RasterLike], truth: RasterLike | Sequence[RasterLike]
) -> list[tuple[RasterLike, RasterLike]]:
    """Return pairs of label rasters and truth.

    Two rasters are a pair; so are the entries of two sequences, in order. Of two folders or patterns, those rasters are
    pairs whose names are the same without _labels, _truth, _gt and _mask.

    Raises:
        OptionError: If a raster has no partner.
        RasterError: If a folder cannot be read.
    """
    ours, theirs = _expand(labels), _expand(truth)
    if isinstance(ours, list) != isinstance(theirs, list):
        raise OptionError("labels and truth must both be one raster, or both several: two lists, folders or patterns")
    if not isinstance(ours, list) or not isinstance(theirs, list):
        return [(labels, truth)]
    if not (_is_name(labels) and _is_name(truth)):
        if len(ours) != len(theirs) or not ours:
            raise OptionError(f"{len(ours)} label rasters and {len(theirs)} rasters of the truth; give as many of both")
        return list(zip(ours, theirs, strict=True))
    named = [name for name in ours if _LABELS.search(stem_of(name))] or ours
    by_stem = {_KINDS.sub("", stem_of(name)): name for name in theirs}
    missing = [name for name in named if _KINDS.sub("", stem_of(name)) not in by_stem]
    if missing:
        raise OptionError(
            f"{len(missing)} of {len(named)} label rasters have no truth of the same name, e.g. "
            f"{', '.join(Path(name).name for name in missing[:_SHOWN])}; there are "
            f"{', '.join(Path(name).name for name in theirs[:_SHOWN])}"
        )
    return [(name, by_stem[_KINDS.sub("", stem_of(name))]) for name in named]


def _is_name(raster: object) -> bool:
    return isinstance(raster, str | Path)


def _expand(raster: RasterLike | Sequence[RasterLike]) -> "list[str] | None":
    """Return the rasters of a sequence, folder or pattern; None for one raster."""
    if isinstance(raster, list | tuple):
        return list(raster)
    found = find_rasters(raster) if isinstance(raster, str | Path) else None
    return None if found is None else list(found)


def add_reports(reports: Sequence[Report]) -> Report:
    """Return the report of all pairs: one confusion matrix of all pixels."""
    if len(reports) == 1:
        return reports[0]
    notes = [f"{Path(report.labels).name}: {note}" for report in reports for note in report.notes]
    more = len(notes) - 2 * _SHOWN
    return Report(
        labels=f"{len(reports)} rasters, {reports[0].labels} …",
        truth=f"{len(reports)} rasters, {reports[0].truth} …",
        matrix=reduce(add, (report.matrix for report in reports)),
        notes=(*notes[: 2 * _SHOWN], *([f"{more} more notes"] if more > 0 else [])),
        inputs=tuple(path for report in reports for path in report.inputs),
    )
