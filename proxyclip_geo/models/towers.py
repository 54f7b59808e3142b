"""The tables of a model card that describe towers: where their weights come from, and how they are built."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from proxyclip_geo.errors import ModelError

OPENAI_MEAN = (0.48145466, 0.4578275, 0.40821073)
OPENAI_STD = (0.26862954, 0.26130258, 0.27577711)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

MAX_WINDOW = 8192
"""Largest side of a window in pixels."""
MAX_LINE, MAX_TEXT = 200, 2000
"""Letters of names and file names, and of descriptions and citations."""
MAX_OVERRIDES = 50

FORBIDDEN_OVERRIDES = re.compile(r"pretrained|checkpoint|cache|scriptable|exportable|features_only|jit")
"""Parts of arguments of `timm.create_model` that load files or return another kind of model."""


def _check_file(name: str) -> str:
    if PurePosixPath(name).is_absolute() or ".." in PureWindowsPath(name).parts or re.search(r"^\\|[:\x00-\x1f]", name):
        raise ValueError("a file must lie in the folder of the card: give its name, without .. and not absolute")
    return name


Line: TypeAlias = Annotated[str, Field(max_length=MAX_LINE)]
Text: TypeAlias = Annotated[str, Field(max_length=MAX_TEXT)]
FileName: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_LINE), AfterValidator(_check_file)]
Architecture: TypeAlias = Annotated[str, Field(max_length=MAX_LINE, pattern=r"^[\w.\-]+$")]
"""The name of an architecture; an address such as "hf-hub:owner/name" would be downloaded."""
Package: TypeAlias = Annotated[str, Field(max_length=MAX_LINE, pattern=r"^[A-Za-z0-9][\w.\-]*==[\w.]+$")]
"""A Python package and its version, e.g. "name==1.0"."""
Sha256: TypeAlias = Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
Revision: TypeAlias = Annotated[str, Field(max_length=MAX_LINE, pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$")]
Rgb: TypeAlias = tuple[float, float, float]
_Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Positive: TypeAlias = Annotated[float, Field(gt=0, le=1e4)]
Mean: TypeAlias = tuple[_Share, _Share, _Share]
Std: TypeAlias = tuple[Positive, Positive, Positive]
Statistics: TypeAlias = tuple[Rgb, Rgb]
"""Mean and standard deviation of red, green and blue, for pixels in 0…1."""
PositionMode: TypeAlias = Literal["offset", "antialias", "exact"]
_Size: TypeAlias = Annotated[int, Field(ge=0, le=8192)]
Override: TypeAlias = bool | _Size | Annotated[float, Field(ge=-8192, le=8192)] | tuple[_Size, ...]
"""Numbers only: timm takes texts for names of functions, layers and files."""


@dataclass(frozen=True)
class HubFile:
    """A file on the Hugging Face hub.

    Attributes:
        repo: "owner/name".
        file: Path in the repository.
        revision: Commit, tag or branch.
        sha256: Expected checksum; the hub's own if not given.
    """

    repo: Annotated[str, Field(max_length=MAX_LINE, pattern=r"^\w[\w.-]*/\w[\w.-]*$")]
    file: FileName
    revision: Revision = "main"
    sha256: Sha256 | None = None


@dataclass(frozen=True)
class OwnFile:
    """A file that only its user can get, because its licence has to be accepted, or allows no copies.

    Attributes:
        file: Its name in the folder of weights.
        page: Where it is offered.
        sha256: Expected checksum, or its first eight digits or more, as in the names of torch's files.
    """

    file: FileName
    page: Line
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{8,64}$")] | None = None


@dataclass(frozen=True)
class ClipCard:
    """The CLIP of a model.

    Attributes:
        architecture: Name of an open_clip model; or None with `config`.
        config: open_clip model config (JSON), relative to the card.
        pretrained: Pretrained tag of open_clip, for open_clip's own weights.
        weights: Weights file, relative to the card.
        hub: Weights file on the hub.
        revision: Commit of open_clip's own weights on the hub.
        sha256: Expected checksum of `weights`, or of open_clip's own.
        quick_gelu: The activation that the weights were trained with; required if neither tag nor config names it.
        mean: Mean of RGB in 0…1.
        std: Standard deviation of RGB in 0…1.
    """

    architecture: Architecture | None = None
    config: FileName | None = None
    pretrained: Line | None = None
    weights: FileName | None = None
    hub: HubFile | None = None
    revision: Revision = "main"
    sha256: Sha256 | None = None
    quick_gelu: bool | None = None
    mean: Mean | None = None
    std: Std | None = None

    def __post_init__(self) -> None:
        if (self.architecture is None) == (self.config is None):
            raise ModelError("needs either architecture or config")
        if not (self.weights or self.hub or self.pretrained):
            raise ModelError("names no weights: give weights, hub or pretrained")
        _check_one_source(self)


@dataclass(frozen=True)
class VfmCard:
    """The vision foundation model (VFM) of a model.

    Attributes:
        architecture: Name of a timm model; with a pretrained tag and no `weights`, the weights are timm's.
        overrides: Arguments of the constructor that differ from the architecture's.
        weights: Weights file, relative to the card.
        hub: Weights file on the hub.
        own: Weights file that the user has to get.
        revision: Commit of timm's own weights on the hub.
        sha256: Expected checksum of `weights`, or of timm's own.
        position: How position embeddings are resized to the token grid: "offset" (DINO v1), "antialias" (timm,
            DINOv2) or "exact" (MAE).
        input_size: Side in pixels that a window of the card's size is resized to for this tower; not resized if not
            given.
        mean: Mean of RGB in 0…1.
        std: Standard deviation of RGB in 0…1.
    """

    architecture: Architecture
    overrides: Annotated[Mapping[Line, Override], Field(max_length=MAX_OVERRIDES)] | None = None
    weights: FileName | None = None
    hub: HubFile | None = None
    own: OwnFile | None = None
    revision: Revision = "main"
    sha256: Sha256 | None = None
    position: PositionMode = "offset"
    input_size: Annotated[int, Field(ge=1, le=MAX_WINDOW)] | None = None
    mean: Mean = IMAGENET_MEAN
    std: Std = IMAGENET_STD

    def __post_init__(self) -> None:
        _check_one_source(self)
        for name in sorted(filter(FORBIDDEN_OVERRIDES.search, self.overrides or ())):
            raise ModelError(f"overrides must not hold {name!r}; give weights or hub")


@dataclass(frozen=True)
class CnnCard:
    """The convolutional image encoder of a model: a frozen trunk, and a head into the space of the words.

    Attributes:
        architecture: Name of a timm model.
        package: Python package that holds the weights of the trunk as a file.
        weights: That file, relative to the folder that packages are installed in.
        sha256: Its checksum.
        levels: Number of feature maps of the trunk that the head takes, the finest first.
        head: Weights file of the head, relative to the card.
        width: Channels inside the head.
        step: Pixels per dense feature.
        mean: Mean of RGB in 0…1.
        std: Standard deviation of RGB in 0…1.
    """

    architecture: Architecture
    package: Package
    weights: FileName
    sha256: Sha256
    head: FileName
    width: Annotated[int, Field(ge=1, le=4096)]
    levels: Annotated[int, Field(ge=1, le=8)] = 4
    step: Annotated[int, Field(ge=1, le=64)] = 4
    mean: Mean = IMAGENET_MEAN
    std: Std = IMAGENET_STD


@dataclass(frozen=True)
class TextModelCard:
    """The text model of an image encoder other than CLIP, or the map from CLIP's words to an image encoder's patches.

    Attributes:
        weights: Weights file, relative to the card.
        hub: Weights file on the hub.
        own: Weights file that the user has to get.
        sha256: Expected checksum of `weights`.
        tokenizer: SentencePiece model, on the hub or relative to the card.
    """

    weights: FileName | None = None
    hub: HubFile | None = None
    own: OwnFile | None = None
    sha256: Sha256 | None = None
    tokenizer: HubFile | FileName | None = None

    def __post_init__(self) -> None:
        if not (self.weights or self.hub or self.own):
            raise ModelError("names no weights: give weights, hub or own")
        _check_one_source(self)


def _check_one_source(tower: ClipCard | VfmCard | TextModelCard) -> None:
    sources = [name for name in ("weights", "hub", "own") if getattr(tower, name, None)]
    if len(sources) > 1:
        raise ModelError(f"has both {' and '.join(sources)}: give one")
