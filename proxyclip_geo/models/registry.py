"""The registry of models: built-in cards by name, other cards by path."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.card import ModelCard, read_card
from proxyclip_geo.models.options import DEFAULT_MODEL, PRESETS
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


def find_members(card: ModelCard) -> tuple[ModelCard, ...]:
    """Return the cards of an ensemble's members; none for other kinds.

    Raises:
        ModelError: If a member is unknown, itself an ensemble, or its card is malformed.
    """
    found = []
    for member in card.members:
        file = card.directory / member.model
        cards = builtin_cards()
        if member.model not in cards and not member.model.endswith(".toml"):
            raise ModelError(
                f"model '{card.name}': unknown member {member.model!r}{suggest(member.model, cards)}; give the name of "
                "a built-in model, or a card (.toml) in the same folder"
            )
        found.append(read_card(cards.get(member.model, file)))
        if found[-1].kind == "ensemble":
            raise ModelError(f"model '{card.name}': the member '{member.model}' is an ensemble itself")
    return tuple(found)
