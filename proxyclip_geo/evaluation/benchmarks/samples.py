"""Find the pictures of a benchmark below a root, with the truth of each, and read both."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from glob import escape
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.data_files import read_text
from proxyclip_geo.errors import OptionError, RasterError
from proxyclip_geo.evaluation.benchmarks.benchmark import IGNORED, Benchmark, Layout
from proxyclip_geo.evaluation.benchmarks.truth import decode_truth
from proxyclip_geo.raster.image_file import SUFFIXES, read_label_picture, read_picture
from proxyclip_geo.region import Region

_SHOWN = 5


@dataclass(frozen=True)
class Sample:
    """A picture, or a tile of one, with its truth.

    Attributes:
        name: Its name, which is unique in the set.
        image: File of the picture.
        labels: File of the truth.
        layout: The layout it was found in.
        tile: Part of the picture, which may reach beyond it; all of it if None.
    """

    name: str
    image: Path
    labels: Path
    layout: Layout
    tile: Region | None = None


@dataclass(frozen=True)
class Pixels:
    """The pixels of a sample.

    Attributes:
        rgb: (3, H, W), 0–255.
        truth: (h, w) int16 class index, `IGNORED` where a pixel does not count; its size may be another.
    """

    rgb: NDArray[np.uint8]
    truth: NDArray[np.int16]

    @property
    def sha256(self) -> str:
        """Checksum of the pixels."""
        shapes = f"{self.rgb.shape} {self.truth.shape}".encode()
        return hashlib.sha256(b"".join([shapes, self.rgb.tobytes(), self.truth.tobytes()])).hexdigest()


@dataclass(frozen=True)
class Found:
    """The samples of a benchmark below a root.

    Attributes:
        layout: The layout that was found.
        samples: Its samples, sorted by name.
        notes: What differs from the published split.
    """

    layout: Layout
    samples: tuple[Sample, ...]
    notes: tuple[str, ...]


def find_samples(benchmark: Benchmark, root: Path, *, images: Sequence[str] | None = None) -> Found:
    """Find the samples of a benchmark.

    Args:
        benchmark: The set.
        root: Folder of the set, in one of its layouts.
        images: Names of the pictures to use, with or without folder and suffix; all of the split if not given.

    Raises:
        OptionError: If no layout is found below the root, or `images` names others.
        RasterError: If a picture has no truth.
    """
    layout = _choose_layout(benchmark, root)
    pairs = dict(_match(layout, root))
    notes: list[str] = []
    if images is not None:
        pairs = _select(pairs, images, source="the list of images", required=True, notes=notes)
    elif layout.split is not None:
        file = root / layout.split
        if not file.is_file():
            raise OptionError(f"{benchmark.title} needs the list of its split, {layout.split}, below {root}")
        lines = read_text(file, error=OptionError, source=f"the list {file}").splitlines()
        pairs = _select(pairs, lines, source=str(layout.split), required=False, notes=notes)
    whole = [Sample(_join(key), image, root / _fill(layout.labels, key), layout) for key, image in pairs.items()]
    samples = sorted(_find_labels(whole, root), key=lambda sample: sample.name)
    if layout.cut:
        samples = [tile for sample in samples for tile in _cut(benchmark, sample)]
    if images is None and benchmark.images not in (None, len(samples)):
        notes.append(
            f"{len(samples)} images were found, but the published split of {benchmark.title} has {benchmark.images}"
        )
    return Found(layout, tuple(samples), tuple(notes))


def read_sample(benchmark: Benchmark, sample: Sample) -> Pixels:
    """Read the pixels of a sample.

    Raises:
        RasterError: If a file is damaged, or the truth holds unknown values or colours.
    """
    rgb, labels = _read_picture(sample.image), _read_labels(sample.labels)
    if sample.tile is None:
        return Pixels(rgb, decode_truth(labels, benchmark, sample.layout, path=sample.labels))
    if labels.shape[-2:] != rgb.shape[1:]:
        raise RasterError(f"{sample.labels} {labels.shape[-2:]} has another size than {sample.image} {rgb.shape[1:]}")
    tile = sample.tile
    part = (..., slice(tile.top, tile.bottom), slice(tile.left, tile.right))
    truth = decode_truth(labels[part], benchmark, sample.layout, path=sample.labels)
    margins = ((0, tile.height - truth.shape[0]), (0, tile.width - truth.shape[1]))
    return Pixels(np.pad(rgb[part], ((0, 0), *margins)), np.pad(truth, margins, constant_values=IGNORED))


# Tiles of one picture follow each other.
_read_picture = lru_cache(maxsize=1)(read_picture)
_read_labels = lru_cache(maxsize=1)(read_label_picture)


_Key = tuple[tuple[str, str], ...]


def _match(layout: Layout, root: Path) -> Iterator[tuple[_Key, Path]]:
    """Yield the values of the placeholders of each picture, and its path."""
    pattern = re.escape(layout.images.removesuffix(".*"))
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", pattern)
    pattern += r"\.\w+" if layout.images.endswith(".*") else ""
    for path in sorted(root.glob(re.sub(r"\{\w+\}", "*", layout.images))):
        found = re.fullmatch(pattern, path.relative_to(root).as_posix())
        if found is None or path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
            continue
        values = found.groupdict()
        if not layout.only or values["name"] in layout.only:
            yield tuple(values.items()), path


def _choose_layout(benchmark: Benchmark, root: Path) -> Layout:
    """Return the first layout with pictures and truth, else with pictures.

    Raises:
        OptionError: If there is none.
    """
    first = {layout: next(_match(layout, root), None) for layout in benchmark.layouts}
    there = [layout for layout, pair in first.items() if pair is not None]
    if not there:
        raise OptionError(_describe_missing(benchmark, root))
    return next((layout for layout in there if _has_labels(layout, root, first[layout])), there[0])


def _has_labels(layout: Layout, root: Path, pair: tuple[_Key, Path] | None) -> bool:
    return pair is not None and _find_label(root / _fill(layout.labels, pair[0])) is not None


def _fill(pattern: str, key: _Key) -> str:
    values = dict(key)
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], pattern)


def _join(key: _Key) -> str:
    return "_".join(value for _, value in key)


def _select(
    pairs: Mapping[_Key, Path], lines: Sequence[str], *, source: str, required: bool, notes: list[str]
) -> dict[_Key, Path]:
    """Return the pictures that a list names, by name or by the stem of their file.

    Raises:
        OptionError: If there are none; with `required`, if one is missing.
    """
    aliases: dict[str, set[_Key]] = {}
    for key, path in pairs.items():
        for alias in (path.name, path.stem, dict(key)["name"], _join(key)):
            aliases.setdefault(alias, set()).add(key)
    chosen: set[_Key] = set()
    missing = []
    for line in filter(str.strip, lines):
        name = PurePosixPath(line.split()[0]).name
        found = aliases.get(name) or aliases.get(name.rpartition(".")[0]) or set()
        chosen |= found
        if not found:
            missing.append(name)
    shown = ", ".join(missing[:_SHOWN])
    if (missing and required) or not chosen:
        there = ", ".join(path.name for path in list(pairs.values())[:_SHOWN])
        raise OptionError(f"{source} names {len(missing)} images that are not there, e.g. {shown}; there are {there} …")
    if missing:
        notes.append(f"{len(missing)} images of {source} are not there, e.g. {shown}")
    return {key: path for key, path in pairs.items() if key in chosen}


def _find_labels(samples: Sequence[Sample], root: Path) -> Iterator[Sample]:
    """Yield the samples with the files of their truth.

    Raises:
        RasterError: If one is missing.
    """
    missing = []
    for sample in samples:
        path = _find_label(sample.labels)
        if path is None:
            missing.append(sample.labels.relative_to(root).as_posix())
        else:
            yield Sample(sample.name, sample.image, path, sample.layout)
    if missing:
        raise RasterError(
            f"{len(missing)} of {len(samples)} images below {root} have no truth, e.g. {', '.join(missing[:_SHOWN])}; "
            "complete the set, or name the images to use in a list"
        )


def _find_label(path: Path) -> Path | None:
    """Return a label file; ".*" at the end of its name stands for any suffix of a picture."""
    if not path.name.endswith(".*"):
        return path if path.is_file() else None
    stem = path.name.removesuffix(".*")
    found = sorted(path.parent.glob(escape(stem) + ".*"))
    return next((item for item in found if item.suffix.lower() in SUFFIXES and item.stem == stem), None)


def _cut(benchmark: Benchmark, sample: Sample) -> Iterator[Sample]:
    """Yield the tiles of a picture, row by row."""
    assert benchmark.cut is not None
    shape = _read_picture(sample.image).shape[1:]
    starts = []
    for side, size, stride in zip(shape, benchmark.cut.size, benchmark.cut.stride, strict=True):
        last = max(0, side - size)
        starts.append((*range(0, last, stride), last))
    for top in starts[0]:
        for left in starts[1]:
            tile = Region(top, left, *benchmark.cut.size)
            yield Sample(f"{sample.name}_{top}_{left}", sample.image, sample.labels, sample.layout, tile)


def describe_layouts(benchmark: Benchmark) -> str:
    """Return the expected files of each layout, one a line."""
    lines = []
    for layout in benchmark.layouts:
        lines += [f"  {layout.name}:", f"    {_show(layout.images)}", f"    {_show(layout.labels)}"]
        if layout.split is not None:
            lines.append(f"    {layout.split}")
    return "\n".join(lines)


def _show(pattern: str) -> str:
    return re.sub(r"\{(\w+)\}", r"<\1>", pattern)


def _describe_missing(benchmark: Benchmark, root: Path) -> str:
    if not root.is_dir():
        return f"there is no folder {root}; give the folder of {benchmark.title}:\n{describe_layouts(benchmark)}"
    entries = sorted(item.name for item in root.iterdir() if not item.name.startswith("."))
    folders = [item for item in sorted(root.iterdir()) if item.is_dir()][:50]
    near = [item for item in (*folders, root.parent) if any(next(_match(one, item), None) for one in benchmark.layouts)]
    hint = f" Did you mean root={str(near[0])!r}?" if near else ""
    listed = ", ".join(entries[:10]) + (" …" if len(entries) > 10 else "") if entries else "nothing"
    return (
        f"no images of {benchmark.title} are below {root}, which holds {listed}.{hint} Expected is one of these "
        f"layouts (<name> stands for any name, .* for any suffix):\n{describe_layouts(benchmark)}"
    )
