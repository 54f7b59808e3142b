"""The schema of model cards, which describe a model in TOML."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from proxyclip_geo.data_files import read_text
from proxyclip_geo.errors import ModelError
from proxyclip_geo.validation import validate
from proxyclip_geo.vocabulary.templates import TemplateSet

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
Rgb: TypeAlias = tuple[float, float, float]
_Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
_Positive: TypeAlias = Annotated[float, Field(gt=0, le=1e4)]
Mean: TypeAlias = tuple[_Share, _Share, _Share]
Std: TypeAlias = tuple[_Positive, _Positive, _Positive]
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
    revision: Annotated[str, Field(max_length=MAX_LINE, pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$")] = "main"
    sha256: Sha256 | None = None


@dataclass(frozen=True)
class ClipCard:
    """The CLIP of a model.

    Attributes:
        architecture: Name of an open_clip model; or None with `config`.
        config: open_clip model config (JSON), relative to the card.
        pretrained: Pretrained tag of open_clip, for open_clip's own weights.
        weights: Weights file, relative to the card.
        hub: Weights file on the hub.
        sha256: Expected checksum of `weights`.
        quick_gelu: The activation that the weights were trained with; required if neither tag nor config names it.
        mean: Mean of RGB in 0…1.
        std: Standard deviation of RGB in 0…1.
    """

    architecture: Architecture | None = None
    config: FileName | None = None
    pretrained: Line | None = None
    weights: FileName | None = None
    hub: HubFile | None = None
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
        sha256: Expected checksum of `weights`.
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


def _check_one_source(tower: ClipCard | VfmCard) -> None:
    if tower.weights and tower.hub:
        raise ModelError("has both weights and hub: give one")


@dataclass(frozen=True)
class ProxyCard:
    """The constants of the proxy attention."""

    beta: Annotated[float, Field(ge=0, le=100)] = 1.2
    gamma: _Positive = 3.0


@dataclass(frozen=True)
class WindowCard:
    """Side of a window and distance between windows, in pixels."""

    size: Annotated[int, Field(ge=1, le=MAX_WINDOW)] = 336
    stride: Annotated[int, Field(ge=1, le=MAX_WINDOW)] = 168

    def scale_stride(self, window: int, *, step: int) -> int:
        """Return the stride of windows of another size, with the same share of overlap.

        Args:
            window: Side of a window in pixels.
            step: Pixels that the stride must be a multiple of.
        """
        return self.stride if window == self.size else max(step, window * self.stride // self.size // step * step)


@dataclass(frozen=True)
class TextCard:
    """The settings of the text encoder.

    Attributes:
        templates: Name of a template set, e.g. "imagenet" or "remote-sensing", or sentences with a {} each.
        logit_scale: Factor of cosines before the softmax.
        known: Text file of the words that the model was trained with, one per line, relative to the card; None for
            models of an open vocabulary.
        min_similarity: Cosine to the nearest known word below which a word gives a warning.
    """

    templates: TemplateSet = "imagenet"
    logit_scale: _Positive = 40.0
    known: FileName | None = None
    min_similarity: Annotated[float, Field(ge=-1, le=1)] = 0.0


@dataclass(frozen=True)
class ModelCard:
    """The description of a model.

    Attributes:
        name: Name that `--model` takes.
        clip: Its CLIP. With `cnn`, only the text encoder is used.
        vfm: Its vision foundation model, for proxy attention.
        cnn: Its convolutional image encoder, instead of `vfm`.
        description: One sentence.
        use: What the model is for, if it is not for mapping; drawn below every preview.
        licence: Licence of the weights, of each tower if they differ.
        download: Bytes of the weights on the hub, about; 0 if nothing is downloaded, or if it is not known.
        citation: Publication to cite.
        gsd: Recommended ground sampling distance in metres, (finest, coarsest).
        directory: Folder of the card; files are relative to it.
    """

    name: Annotated[str, Field(min_length=1, max_length=MAX_LINE)]
    clip: ClipCard
    vfm: VfmCard | None = None
    cnn: CnnCard | None = None
    proxy: ProxyCard = ProxyCard()
    window: WindowCard = WindowCard()
    text: TextCard = TextCard()
    description: Text = ""
    use: Line = ""
    licence: Text = "not stated"
    download: Annotated[int, Field(ge=0, le=10**12)] = 0
    citation: Text = ""
    gsd: tuple[_Positive, _Positive] | None = None
    directory: Path = Path()

    def __post_init__(self) -> None:
        if (self.vfm is None) == (self.cnn is None):
            raise ModelError("needs either vfm or cnn")
        if self.gsd is not None and self.gsd[0] > self.gsd[1]:
            raise ModelError(f"gsd = {list(self.gsd)}: the finest comes first, then the coarsest")

    @property
    def files(self) -> tuple[Path, ...]:
        """The files in the folder of the card that it names."""
        vfm, cnn = self.vfm and self.vfm.weights, self.cnn and self.cnn.head
        names = (self.clip.config, self.clip.weights, vfm, cnn, self.text.known)
        return tuple(self.directory / name for name in names if name)


def read_card(path: Path) -> ModelCard:
    """Read a model card.

    Raises:
        ModelError: If the file cannot be read, is not TOML, or has unknown, missing or invalid entries.
    """
    source = f"the model card {path}"
    text = read_text(path, error=ModelError, source=source)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{source} is not valid TOML: {error}") from error
    if "directory" in values:
        raise ModelError(f"{source}: unknown entry 'directory': files are relative to the card")
    return replace(validate(ModelCard, values, error=ModelError, source=source), directory=path.parent.resolve())
