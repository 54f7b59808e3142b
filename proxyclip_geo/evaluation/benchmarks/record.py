"""Files of a benchmark run: the counts of each image, from which a run is resumed, and the result."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proxyclip_geo.data_files import parse_json, read_text
from proxyclip_geo.errors import OutputError
from proxyclip_geo.evaluation.benchmarks.score import ImageCounts
from proxyclip_geo.files import open_log
from proxyclip_geo.validation import PARTIAL, validate


@dataclass(frozen=True)
class _Header:
    """The first line of a file of counts."""

    identity: Mapping[str, Any]


@dataclass
class ImageLog:
    """The counts of the images of a run, written one by one.

    Attributes:
        done: Counts of finished images by name.
    """

    done: dict[str, ImageCounts]
    _append: Any = field(repr=False)

    def add(self, counts: ImageCounts) -> None:
        """Write the counts of one more image."""
        self._append(json.dumps(counts.to_dict()))
        self.done[counts.name] = counts


@contextmanager
def open_image_log(path: Path, identity: Mapping[str, Any], *, overwrite: bool) -> Iterator[ImageLog]:
    """Open the counts of a run, with those of an earlier run of the same identity.

    Args:
        path: JSON-lines file, whose first line is the identity.
        identity: All values that the counts depend on.
        overwrite: Whether counts of other settings may be replaced.

    Raises:
        OutputError: If the file holds other settings, is damaged, or cannot be written.
    """
    plain = json.loads(json.dumps(identity))
    done = read_image_log(path, plain, overwrite=overwrite) if path.exists() else {}
    lines = [json.dumps({"identity": plain}), *(json.dumps(item.to_dict()) for item in done.values())]
    with open_log(path, lines) as append:
        yield ImageLog(done, append)


def read_image_log(path: Path, identity: Mapping[str, Any], *, overwrite: bool = False) -> dict[str, ImageCounts]:
    """Read the counts of an earlier run; the incomplete line of a killed process is left out.

    Raises:
        OutputError: If the file holds other settings, or is damaged.
    """
    source = f"the counts of an earlier run '{path}' (remove it, or choose another directory)"
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
    except OSError as error:
        raise OutputError(f"{source} cannot be read: {error.strerror}") from error
    if not lines:
        return {}
    values = parse_json(lines[0], error=OutputError, source=source)
    found = validate(_Header, values, error=OutputError, source=source).identity
    different = [key for key in {**identity, **found} if identity.get(key) != found.get(key)]
    if different and overwrite:
        return {}
    if different:
        raise OutputError(
            f"'{path}' holds images of a run that differs in {', '.join(different)}; pass overwrite=True to replace "
            "them, or choose another directory"
        )
    items = (parse_json(line, error=OutputError, source=source) for line in lines[1:])
    counts = (validate(ImageCounts, item, error=OutputError, source=source) for item in items)
    return {item.name: item for item in counts}


@dataclass(frozen=True)
class ModelSummary:
    """The model of a result."""

    __pydantic_config__ = PARTIAL

    name: str


@dataclass(frozen=True)
class ScoreSummary:
    """The scores of a result, 0–1."""

    __pydantic_config__ = PARTIAL

    score: float | None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class PublishedSummary:
    """A published score in a result, in per cent."""

    __pydantic_config__ = PARTIAL

    method: str
    score: float


@dataclass(frozen=True)
class ResultSummary:
    """The entries of a result that tables show.

    Attributes:
        benchmark: Name of the set.
        title: Its title.
        group: "general" or "remote-sensing".
        protocol: "published" or "ours".
        model: The model.
        images: Number of images.
        complete: Whether these are all images of the published split.
        scores: The scores.
        published: Published scores.
    """

    __pydantic_config__ = PARTIAL

    benchmark: str
    title: str
    group: str
    protocol: str
    model: ModelSummary
    images: int
    complete: bool
    scores: ScoreSummary
    published: tuple[PublishedSummary, ...] = ()


def read_results(paths: Sequence[Path]) -> tuple[ResultSummary, ...]:
    """Read results; a folder stands for the results (*.json) in it.

    Raises:
        OutputError: If a file cannot be read or is no result, or there is none.
    """
    files = [file for path in paths for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])]
    if not files:
        raise OutputError(f"there are no results (*.json) in {', '.join(map(str, paths))}; run a benchmark first")
    results = []
    for file in files:
        source = f"the result {file}"
        values = parse_json(read_text(file, error=OutputError, source=source), error=OutputError, source=source)
        results.append(validate(ResultSummary, values, error=OutputError, source=source))
    return tuple(results)
