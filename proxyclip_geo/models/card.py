"""The schema of model cards, which describe a model in TOML."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from proxyclip_geo.data_files import read_text
from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.towers import (
    MAX_LINE,
    MAX_WINDOW,
    ClipCard,
    CnnCard,
    FileName,
    Line,
    Positive,
    Text,
    TextModelCard,
    VfmCard,
)
from proxyclip_geo.validation import validate
from proxyclip_geo.vocabulary.templates import TemplateSet

Kind: TypeAlias = Literal["proxyclip", "convolutional", "tips", "dinotxt", "talk2dino", "ensemble"]
"""What an image encoder does; see `proxyclip_geo.models.kinds`."""

TABLES: Mapping[Kind, tuple[str, ...]] = {
    "proxyclip": ("clip", "vfm"),
    "convolutional": ("clip", "cnn"),
    "tips": ("vfm", "text_model"),
    "dinotxt": ("vfm", "text_model"),
    "talk2dino": ("clip", "vfm", "text_model"),
    "ensemble": ("members",),
}
"""Tables of towers in the cards of a kind."""

MAX_MEMBERS = 4


@dataclass(frozen=True)
class ProxyCard:
    """The constants of the proxy attention."""

    beta: Annotated[float, Field(ge=0, le=100)] = 1.2
    gamma: Positive = 3.0


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
    logit_scale: Positive = 40.0
    known: FileName | None = None
    min_similarity: Annotated[float, Field(ge=-1, le=1)] = 0.0


@dataclass(frozen=True)
class MemberCard:
    """A model of an ensemble.

    Attributes:
        model: Name of a built-in model, or a card (.toml) relative to the ensemble's.
        weight: Share of its logits; the shares of all members sum to 1.
    """

    model: FileName
    weight: Annotated[float, Field(gt=0, lt=1)]


@dataclass(frozen=True)
class ModelCard:
    """The description of a model.

    Attributes:
        name: Name that `--model` takes.
        kind: What its encoder does; it says which of the tables of towers a card has.
        clip: Its CLIP. Of kinds other than "proxyclip", only the text encoder is used.
        vfm: Its vision foundation model.
        cnn: Its convolutional image encoder.
        text_model: Its text model, or what is between CLIP's and the image encoder.
        members: The models of an ensemble, whose logits are averaged.
        description: One sentence.
        use: What the model is for, if it is not for mapping; drawn below every preview.
        licence: Licence of the weights, of each tower if they differ.
        download: Bytes of the weights on the hub, about; 0 if nothing is downloaded, or if it is not known.
        citation: Publication to cite.
        gsd: Recommended ground sampling distance in metres, (finest, coarsest).
        directory: Folder of the card; files are relative to it.
    """

    name: Annotated[str, Field(min_length=1, max_length=MAX_LINE)]
    kind: Kind = "proxyclip"
    clip: ClipCard | None = None
    vfm: VfmCard | None = None
    cnn: CnnCard | None = None
    text_model: TextModelCard | None = None
    members: Annotated[tuple[MemberCard, ...], Field(max_length=MAX_MEMBERS)] = ()
    proxy: ProxyCard = ProxyCard()
    window: WindowCard = WindowCard()
    text: TextCard = TextCard()
    description: Text = ""
    use: Line = ""
    licence: Text = "not stated"
    download: Annotated[int, Field(ge=0, le=10**12)] = 0
    citation: Text = ""
    gsd: tuple[Positive, Positive] | None = None
    directory: Path = Path()

    def __post_init__(self) -> None:
        wanted = TABLES[self.kind]
        for table in dict.fromkeys(name for names in TABLES.values() for name in names):
            if bool(getattr(self, table)) != (table in wanted):
                problem = f"has a table [{table}]" if getattr(self, table) else f"lacks the table [{table}]"
                tables = ", ".join(f"[{name}]" for name in wanted)
                raise ModelError(f"{problem}: a card of kind '{self.kind}' has {tables}")
        if self.members and (len(self.members) < 2 or abs(sum(one.weight for one in self.members) - 1) > 1e-6):
            raise ModelError("members: an ensemble has two or more, and their weights sum to 1")
        if self.gsd is not None and self.gsd[0] > self.gsd[1]:
            raise ModelError(f"gsd = {list(self.gsd)}: the finest comes first, then the coarsest")

    @property
    def files(self) -> tuple[Path, ...]:
        """The files in the folder of the card that it names."""
        parts = (
            *((self.clip.config, self.clip.weights) if self.clip else ()),
            self.vfm and self.vfm.weights,
            self.cnn and self.cnn.head,
            *((self.text_model.weights, self.text_model.tokenizer) if self.text_model else ()),
            *(one.model for one in self.members if one.model.endswith(".toml")),
            self.text.known,
        )
        names = [name for name in parts if isinstance(name, str)]
        return tuple(self.directory / name for name in names)


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
