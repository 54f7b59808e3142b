"""The schema of benchmarks: one YAML file a set, with its layout, classes, protocol and published scores."""

import hashlib
import os
import re
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field

from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.data_files import read_text
from proxyclip_geo.errors import OptionError
from proxyclip_geo.validation import suggest, validate
from proxyclip_geo.vocabulary import hex_color, load_vocabulary
from proxyclip_geo.vocabulary.classes import Text, Threshold, Word, fold
from proxyclip_geo.vocabulary.formats import parse_yaml
from proxyclip_geo.vocabulary.templates import TemplateSet

IGNORED = -1
"""Class index of pixels that do not count."""


def _check_pattern(pattern: str) -> str:
    path = PurePosixPath(pattern)
    if path.is_absolute() or ".." in path.parts or "\\" in pattern:
        raise ValueError("must be a path below the root, with / and without ..")
    names = re.findall(r"\{(\w+)\}", pattern)
    rest = re.sub(r"\{\w+\}", "", pattern)
    if len(set(names)) < len(names) or set("{}?[]") & set(rest) or "*" in rest.removesuffix(".*"):
        raise ValueError("may hold placeholders such as {name}, each once, and end with .* for any suffix")
    return pattern


_Line: TypeAlias = Annotated[str, Field(max_length=300)]
_Hex: TypeAlias = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
_Pixels: TypeAlias = Annotated[int, Field(ge=1, le=100_000)]
_Shape: TypeAlias = tuple[_Pixels, _Pixels]
_Pattern: TypeAlias = Annotated[_Line, AfterValidator(_check_pattern)]


@dataclass(frozen=True)
class BenchmarkClass:
    """A class of a set: its name, and its words in the protocol, the name if not given."""

    name: Word
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Layout:
    """Where the files of a set are, below its root.

    Attributes:
        name: "raw", as it is downloaded, or "prepared".
        images: Path of pictures with placeholders, e.g. "img_dir/val/{name}.png"; ".*" at the end is any suffix.
        labels: Path of the truth of a picture, with the same placeholders.
        split: Text file of the names of the pictures that belong to the split; all pictures if not given.
        only: Values of {name} that belong to the split.
        first: Value of the first class in label files of one band; that of the set if not given.
        at_least: Lowest value of the second of two classes; values below are the first.
        cut: Whether its pictures are cut into tiles; see `Cut`.
    """

    name: Word
    images: _Pattern
    labels: _Pattern
    split: _Pattern | None = None
    only: tuple[Word, ...] = ()
    first: Literal[0, 1] | None = None
    at_least: Annotated[int, Field(ge=1, le=255)] | None = None
    cut: bool = False

    def __post_init__(self) -> None:
        images, labels = (set(re.findall(r"\{(\w+)\}", pattern)) for pattern in (self.images, self.labels))
        if "name" not in images or not labels <= images:
            raise ValueError("images needs {name}, and labels no other placeholders than images")


@dataclass(frozen=True)
class Cut:
    """How pictures are cut into tiles, from the upper left; the last tile of an axis is shifted back to the border.

    Attributes:
        size: (height, width) of a tile. Smaller pictures are filled up with black that does not count.
        stride: (rows, columns) between tiles.
    """

    size: _Shape
    stride: _Shape


@dataclass(frozen=True)
class Labels:
    """How pixels of label files become classes.

    Attributes:
        first: Value of the first class in files of one band; lower values do not count ("reduce zero label" if 1).
        ignore: Values that do not count.
        colors: Whether files of three bands hold the colours of the vocabulary.
        others: Further colours, and the class of each.
        void: Colours that do not count.
    """

    first: Literal[0, 1] = 0
    ignore: tuple[int, ...] = (255,)
    colors: bool = False
    others: dict[_Hex, Word] = field(default_factory=dict)
    void: tuple[_Hex, ...] = ()


@dataclass(frozen=True)
class PublishedScore:
    """A published score.

    Attributes:
        method: Name of the method, with its image models where they differ.
        score: Mean IoU, or IoU of the foreground, in per cent.
        model: The built-in model that is meant to reach it.
        note: What else is known.
    """

    method: _Line
    score: Annotated[float, Field(ge=0, le=100)]
    model: Word | None = None
    note: _Line = ""


@dataclass(frozen=True)
class Benchmark:
    """A data set with the protocol of its published scores.

    Attributes:
        name: Name that `run_benchmark` takes.
        title: Name of the set.
        group: "general" (natural images) or "remote-sensing".
        source: Where to get it.
        licence: Its licence.
        images: Number of pictures of the split.
        layouts: Its layouts; the first that is found is used.
        window: Side of a window in pixels.
        stride: Distance between windows in pixels.
        short_side: Pictures are scaled to this length of the shorter side,
        long_side: and at most to this one of the longer side.
        logit_scale: Factor of cosines before the softmax.
        vocabulary: Built-in vocabulary with the classes, in order, threshold and fallback.
        classes: The classes in order, where there is no vocabulary.
        threshold: Score below which a pixel becomes `fallback`.
        fallback: Name of that class.
        templates: Prompt templates.
        debias: Weight of the CLS feature of a window.
        labels: How pixels of label files become classes.
        cut: How raw pictures are cut into tiles.
        score: "mean" for the mean IoU of all classes, "foreground" for the IoU of the second of two.
        gsd: Metres per pixel, if known.
        published: Published scores.
        description: What the set is.
    """

    name: Word
    title: Word
    group: Literal["general", "remote-sensing"]
    source: _Line
    licence: _Line
    images: Annotated[int, Field(ge=1)] | None
    layouts: Annotated[tuple[Layout, ...], Field(min_length=1)]
    window: _Pixels
    stride: _Pixels
    short_side: _Pixels
    long_side: _Pixels
    logit_scale: Annotated[float, Field(gt=0, le=1e4)]
    vocabulary: Word | None = None
    classes: tuple[Word | BenchmarkClass, ...] = ()
    threshold: Threshold = 0.0
    fallback: Word | None = None
    templates: TemplateSet = "imagenet"
    debias: Annotated[float, Field(ge=-10, le=10)] = 0.0
    labels: Labels = field(default_factory=Labels)
    cut: Cut | None = None
    score: Literal["mean", "foreground"] = "mean"
    gsd: Annotated[float, Field(gt=0)] | None = None
    published: tuple[PublishedScore, ...] = ()
    description: Text = ""

    def __post_init__(self) -> None:
        if (self.vocabulary is None) == (not self.classes):
            raise ValueError("needs either vocabulary or classes")
        if self.threshold and self.fallback is None:
            raise ValueError("has a threshold without a fallback: name the class of pixels below it")
        if any(layout.cut for layout in self.layouts) and self.cut is None:
            raise ValueError("has a layout to cut, but no 'cut'")

    @cached_property
    def resolved(self) -> "Benchmark":
        """The benchmark with the classes, threshold and fallback of its vocabulary."""
        if self.vocabulary is None:
            return self
        words = load_vocabulary(self.vocabulary)
        classes = tuple(BenchmarkClass(item.name, item.synonyms) for item in words.classes)
        return replace(
            self,
            vocabulary=None,
            classes=classes,
            threshold=words.threshold,
            fallback=words.fallback,
            labels=self.labels,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the classes, in order."""
        return tuple(item if isinstance(item, str) else item.name for item in self.resolved.classes)

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """Words of each class, in order."""
        items = self.resolved.classes
        return tuple((item,) if isinstance(item, str) else item.words or (item.name,) for item in items)

    @property
    def fallback_index(self) -> int:
        """Index of the class of pixels below the threshold."""
        return 0 if self.resolved.fallback is None else self.index(self.resolved.fallback)

    @property
    def colors(self) -> dict[str, int]:
        """Class index of each colour ("#rrggbb") of label files; `IGNORED` for those that do not count."""
        if not self.labels.colors or self.vocabulary is None:
            return {}
        items = load_vocabulary(self.vocabulary).classes
        known = {hex_color(item.color): index for index, item in enumerate(items)}
        known |= {color: self.index(name) for color, name in self.labels.others.items()}
        return known | dict.fromkeys(self.labels.void, IGNORED)

    def index(self, name: str) -> int:
        """Return the index of a class.

        Raises:
            OptionError: If there is no such class.
        """
        names = [fold(item) for item in self.names]
        if fold(name) not in names:
            raise OptionError(f"benchmark '{self.name}' has no class {name!r}; there are {', '.join(self.names[:20])}")
        return names.index(fold(name))

    def to_dict(self) -> dict[str, Any]:
        """Return all settings as plain values, with the classes of the vocabulary."""
        return {**asdict(self.resolved), "vocabulary": self.vocabulary, "words": [list(item) for item in self.words]}


def list_benchmarks() -> tuple[str, ...]:
    """Return the names of the built-in benchmarks.

    >>> len(list_benchmarks()), "loveda" in list_benchmarks()
    (25, True)
    """
    entries = files(__package__).joinpath("data").iterdir()
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in entries if entry.name.endswith(".yaml")))


@check_arguments
def load_benchmark(source: str | Path | Benchmark) -> Benchmark:
    """Load a benchmark by its name, or from a YAML file of the same form.

    Raises:
        OptionError: If there is no such benchmark, or the file is malformed.

    >>> load_benchmark("loveda").names[:3]
    ('background', 'building', 'road')
    """
    if isinstance(source, Benchmark):
        return source
    name = os.fspath(source)
    path = Path(str(files(__package__).joinpath("data", f"{name.lower()}.yaml")))
    if not re.fullmatch(r"[\w-]+", name) or not path.is_file():
        path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        known = list_benchmarks()
        raise OptionError(f"there is no benchmark {name[:60]!r}{suggest(name, known)}; there are {', '.join(known)}")
    return read_benchmark(path)


def read_benchmark(path: Path) -> Benchmark:
    """Read the YAML file of a benchmark.

    Raises:
        OptionError: If it cannot be read or is malformed.
    """
    label = f"the benchmark {path}"
    values = parse_yaml(read_text(path, error=OptionError, source=label), error=OptionError, source=label)
    if not isinstance(values, dict):
        raise OptionError(f"{label} must hold a table of settings")
    found: Benchmark = validate(Benchmark, {"name": path.stem, **values}, error=OptionError, source=label)
    # Errors in the names of classes and colours are errors of the file.
    _ = found.fallback_index, found.colors
    if found.score == "foreground" and len(found.names) != 2:
        raise OptionError(f"{label}: the score of the foreground needs two classes, not {len(found.names)}")
    return found


def digest(values: str) -> str:
    """Return the sha256 of a text."""
    return hashlib.sha256(values.encode()).hexdigest()
