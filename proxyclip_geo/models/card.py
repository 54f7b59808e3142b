"""Model cards: everything a model is, as data in TOML."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.vfm import PositionMode

OPENAI_MEAN = (0.48145466, 0.4578275, 0.40821073)
OPENAI_STD = (0.26862954, 0.26130258, 0.27577711)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

Rgb = tuple[float, float, float]
T = TypeVar("T")


@dataclass(frozen=True)
class HubFile:
    """A file on the Hugging Face hub.

    Attributes:
        repo: "owner/name".
        file: Path inside the repository.
        revision: Commit, tag or branch.
        sha256: Expected checksum, or None where the hub's own is relied on.
    """

    repo: str
    file: str
    revision: str = "main"
    sha256: str | None = None


@dataclass(frozen=True)
class ClipCard:
    """The CLIP of a model.

    Attributes:
        architecture: open_clip model name; or None with `config`.
        config: open_clip model config (JSON), relative to the card.
        pretrained: open_clip pretrained tag, where the weights are open_clip's.
        weights: Weights file, relative to the card.
        hub: Weights file on the hub.
        sha256: Expected checksum of `weights`.
        quick_gelu: The activation the weights were trained with; needed where neither tag nor config tells.
        mean: Mean of RGB in 0…1.
        std: Standard deviation of RGB in 0…1.
    """

    architecture: str | None = None
    config: str | None = None
    pretrained: str | None = None
    weights: str | None = None
    hub: HubFile | None = None
    sha256: str | None = None
    quick_gelu: bool | None = None
    mean: Rgb | None = None
    std: Rgb | None = None


@dataclass(frozen=True)
class VfmCard:
    """The vision foundation model of a model.

    Attributes:
        architecture: timm model name; with a pretrained tag and no `weights`, the weights are timm's.
        overrides: Constructor values that differ from the architecture's.
        weights: Weights file, relative to the card.
        hub: Weights file on the hub.
        sha256: Expected checksum of `weights`.
        position: How position embeddings follow the token grid, "offset" (DINO v1) or "antialias" (timm, DINOv2).
        scale: Factor by which this tower sees the window enlarged.
        mean: Mean of RGB in 0…1.
        std: Standard deviation of RGB in 0…1.
    """

    architecture: str
    overrides: Mapping[str, Any] | None = None
    weights: str | None = None
    hub: HubFile | None = None
    sha256: str | None = None
    position: PositionMode = "offset"
    scale: int = 1
    mean: Rgb = IMAGENET_MEAN
    std: Rgb = IMAGENET_STD


@dataclass(frozen=True)
class ProxyCard:
    """The constants of the proxy attention."""

    beta: float = 1.2
    gamma: float = 3.0


@dataclass(frozen=True)
class WindowCard:
    """Side of a window and distance between windows, in pixels."""

    size: int = 336
    stride: int = 168


@dataclass(frozen=True)
class TextCard:
    """How words become queries.

    Attributes:
        templates: "imagenet", "remote-sensing", or the prompts themselves, each with one {}.
        logit_scale: What cosines are multiplied by before the softmax.
        known: Text file of the words the model was trained for, one a line, relative to the card; None for models that
            know the open vocabulary of the web.
        min_similarity: Cosine to the nearest known word below which a query is warned about.
    """

    templates: str | tuple[str, ...] = "imagenet"
    logit_scale: float = 40.0
    known: str | None = None
    min_similarity: float = 0.0


@dataclass(frozen=True)
class ModelCard:
    """A model, described.

    Attributes:
        name: What `--model` takes.
        description: One sentence.
        licence: Licence of the weights, one entry a tower where they differ.
        citation: What to cite.
        gsd: Recommended ground sampling distance in metres, (finest, coarsest).
        directory: Where the card lies; files are relative to it.
    """

    name: str
    clip: ClipCard
    vfm: VfmCard
    proxy: ProxyCard = ProxyCard()
    window: WindowCard = WindowCard()
    text: TextCard = TextCard()
    description: str = ""
    licence: str = "not stated"
    citation: str = ""
    gsd: tuple[float, float] | None = None
    directory: Path = Path()


def read_card(path: Path) -> ModelCard:
    """Read a model card.

    Raises:
        ModelError: If the file is missing, is no TOML, or has unknown, missing or mistyped entries.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"cannot read the model card {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"the model card {path} is not valid TOML: {error}") from error
    try:
        return _card_from(data, path.parent)
    except (TypeError, ValueError) as error:
        raise ModelError(f"the model card {path}: {error}") from error


def _card_from(data: dict[str, Any], directory: Path) -> ModelCard:
    parts = {"clip": ClipCard, "vfm": VfmCard, "proxy": ProxyCard, "window": WindowCard, "text": TextCard}
    values: dict[str, Any] = {key: value for key, value in data.items() if key not in parts}
    for key, kind in parts.items():
        if key in data:
            values[key] = _section(kind, data[key], key)
    values["directory"] = directory.resolve()
    card: ModelCard = _section(ModelCard, values, "card")
    if (card.clip.architecture is None) == (card.clip.config is None):
        raise ValueError("[clip] needs either architecture or config")
    for section, tower in (("clip", card.clip), ("vfm", card.vfm)):
        if tower.weights and tower.hub:
            raise ValueError(f"[{section}] has both weights and hub: give one")
    if not (card.clip.weights or card.clip.hub or card.clip.pretrained):
        raise ValueError("[clip] names no weights: give weights, hub or pretrained")
    if card.vfm.position not in get_args(PositionMode):
        raise ValueError(f'[vfm] position = "{card.vfm.position}" is neither "offset" nor "antialias"')
    return card


def _section(kind: type[T], data: Any, name: str) -> T:
    if not isinstance(data, dict):
        raise ValueError(f"[{name}] is a {type(data).__name__}, not a table")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise ValueError(f"[{name}] has unknown entries {', '.join(unknown)}; known: {', '.join(known)}")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    if isinstance(values.get("hub"), dict):
        values["hub"] = _section(HubFile, values["hub"], f"{name}.hub")
    for key, value in values.items():
        _check_type(name, key, value, str(known[key].type))
    return kind(**values)


_SIMPLE: dict[str, type | tuple[type, ...]] = {"int": int, "float": (int, float), "str": str, "bool": bool}
_SimpleName = Literal["int", "float", "str", "bool"]


def _check_type(section: str, key: str, value: Any, wanted: str) -> None:
    """Catch what TOML lets through: a string where a number belongs, two numbers where three do."""
    name = wanted.removeprefix("<class '").removesuffix("'>").removesuffix(" | None")
    simple = _SIMPLE.get(name)
    if simple is not None and (not isinstance(value, simple) or (name != "bool" and isinstance(value, bool))):
        raise ValueError(f"[{section}] {key} = {value!r} should be {name}")
    if key in ("mean", "std") and not (isinstance(value, tuple) and len(value) == 3):
        raise ValueError(f"[{section}] {key} = {value!r} should be three numbers, one a colour")
    if key == "gsd" and not (isinstance(value, tuple) and len(value) == 2):
        raise ValueError(f"[{section}] {key} = {value!r} should be two numbers: finest and coarsest metres")
