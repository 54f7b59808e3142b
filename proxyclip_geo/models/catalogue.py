"""The built-in models: what they are, and which are on this machine."""

from dataclasses import dataclass

from proxyclip_geo.models.card import ModelCard, read_card
from proxyclip_geo.models.registry import builtin_cards
from proxyclip_geo.models.weights import locate_weights


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
