"""The registry of models: built-in cards by name, other cards by path."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.card import ModelCard, read_card
from proxyclip_geo.models.options import DEFAULT_MODEL, PRESETS
from proxyclip_geo.models.weights import locate_weights
from proxyclip_geo.validation import suggest


@cache
def builtin_cards() -> Mapping[str, Path]:
    """Return the built-in model cards by name: the bundled one first, then the default."""
    folder = Path(str(resources.files("proxyclip_geo.models")))
    cards = {path.stem: path for path in sorted(folder.glob("cards/*.toml"))}
    bundled = {path.stem: path for path in sorted(folder.glob("bundled/*/*.toml"))}
    return {**bundled, DEFAULT_MODEL: cards[DEFAULT_MODEL], **cards}


def find_card(model: str | Path | ModelCard) -> ModelCard:
    """Return the card of a built-in model, or of a TOML file.

    Args:
        model: Name of a built-in model or preset, path of a card or of a folder with one card in it, or a card.

    Raises:
        ModelError: If there is no such model or the card is malformed.
    """
    if isinstance(model, ModelCard):
        return model
    cards = builtin_cards()
    name = PRESETS.get(str(model), str(model))
    if name in cards:
        return read_card(cards[name])
    path = Path(model)
    if path.is_dir():
        found = sorted(path.glob("*.toml"))
        if len(found) != 1:
            raise ModelError(f"{path} holds {len(found)} model cards (*.toml); name the card itself")
        return read_card(found[0])
    if path.suffix == ".toml":
        return read_card(path)
    known = (*PRESETS, *cards)
    raise ModelError(
        f"unknown model {str(model)[:60]!r}{suggest(str(model), known)}; known: {', '.join(known)}; or give the path "
        "of a model card (.toml)"
    )


@dataclass(frozen=True)
class ModelInfo:
    """A built-in model.

    Attributes:
        name: Name that `--model` takes.
        description: One sentence.
        use: What it is for, if it is not for mapping.
        licence: Licence of the weights.
        download: Bytes of the weights on the hub, about; 0 if nothing is downloaded.
        window: Side of a window in pixels.
        stride: Distance between windows in pixels.
        gsd: Recommended ground sampling distance in metres, (finest, coarsest).
        present: Whether all of its weights are on this machine.
        size: Bytes of the weights on this machine.
    """

    name: str
    description: str
    use: str
    licence: str
    download: int
    window: int
    stride: int
    gsd: tuple[float, float] | None
    present: bool
    size: int


def list_models() -> tuple[ModelInfo, ...]:
    """Return the built-in models, the bundled one first; nothing is downloaded.

    Example:
        >>> list_models()[0].name
        'demo'
    """
    return tuple(_describe(read_card(path)) for path in builtin_cards().values())


def _describe(card: ModelCard) -> ModelInfo:
    weights = locate_weights(card)
    return ModelInfo(
        name=card.name,
        description=card.description,
        use=card.use,
        licence=card.licence,
        download=card.download,
        window=card.window.size,
        stride=card.window.stride,
        gsd=card.gsd,
        present=all(item.path for item in weights),
        size=sum(item.size or 0 for item in weights),
    )
