"""Prompt templates: sentences that a word is put into before it is encoded."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import yaml

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.validation import suggest

ENCODER_TEMPLATES = ("imagenet",)
"""Sets that come with the text encoder and are looked up there."""


@cache
def _sets() -> dict[str, tuple[str, ...]]:
    text = files(__package__).joinpath("templates.yaml").read_text(encoding="utf-8")
    return {name: tuple(templates) for name, templates in yaml.safe_load(text).items()}


def list_templates() -> tuple[str, ...]:
    """Return the names of all template sets, those of the text encoder among them."""
    return tuple(sorted((*ENCODER_TEMPLATES, *_sets())))


def load_templates(name: str) -> tuple[str, ...]:
    """Return the templates of a set; each has one or more {} and no other braces.

    Args:
        name: One of `list_templates()` but not of `ENCODER_TEMPLATES`.

    Raises:
        VocabularyError: If there is no such set here.
    """
    if name not in _sets():
        raise VocabularyError(_unknown(name))
    return _sets()[name]


def _unknown(name: str) -> str:
    known = list_templates()
    return f"unknown template set {name[:60]!r}{suggest(name, known)}; there are {', '.join(known)}"


def check_templates(templates: object) -> str | tuple[str, ...] | None:
    """Return templates as the name of a set, as own sentences, or None.

    Args:
        templates: A set's name, a sentence with a {}, a sequence of sentences, or None.

    Raises:
        VocabularyError: If the set is unknown, or a sentence has no {} or other braces.
    """
    if templates is None:
        return None
    if isinstance(templates, str):
        if "{" in templates or "}" in templates:
            return (_check_template(templates),)
        if templates not in list_templates():
            raise VocabularyError(f"{_unknown(templates)}; a sentence of your own needs a {{}} for the word")
        return templates
    if not isinstance(templates, Sequence) or not templates:
        raise VocabularyError("templates must be the name of a set, or a list of sentences with a {} for the word")
    return tuple(_check_template(template) for template in templates)


def _check_template(template: object) -> str:
    if not isinstance(template, str) or "{}" not in template:
        raise VocabularyError(
            f"the template {str(template)[:60]!r} has no {{}} where the word goes, e.g. 'a satellite image of {{}}.'"
        )
    rest = template.replace("{}", "")
    if "{" in rest or "}" in rest:
        raise VocabularyError(f"the template {template[:60]!r} has braces other than {{}}; remove them")
    return template
