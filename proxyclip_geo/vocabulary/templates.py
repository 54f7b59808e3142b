"""Prompt templates: sentences with a {} for the word."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, TypeAlias

import yaml
from pydantic import AfterValidator, Field

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.validation import describe, suggest

ENCODER_TEMPLATES = ("imagenet",)
"""Sets that come with the text encoder."""

MAX_LETTERS, MAX_TEMPLATES = 500, 200
"""Letters of a template, and templates of a set."""


@cache
def _sets() -> dict[str, tuple[str, ...]]:
    text = files(__package__).joinpath("templates.yaml").read_text(encoding="utf-8")
    return {name: tuple(templates) for name, templates in yaml.safe_load(text).items()}


def list_templates() -> tuple[str, ...]:
    """Return the names of all template sets, including those of the text encoder."""
    return tuple(sorted((*ENCODER_TEMPLATES, *_sets())))


def load_templates(name: str) -> tuple[str, ...]:
    """Return the templates of a set; each has one or more {} and no other braces.

    Args:
        name: One of `list_templates()` but not of `ENCODER_TEMPLATES`.

    Raises:
        VocabularyError: If there is no such set.
    """
    if name not in _sets():
        raise VocabularyError(_unknown(name))
    return _sets()[name]


def _unknown(name: str) -> str:
    known = list_templates()
    return f"unknown template set {name[:60]!r}{suggest(name, known)}; there are {', '.join(known)}"


def check_templates(templates: str | Sequence[str]) -> str | tuple[str, ...]:
    """Return templates as the name of a set, or as sentences.

    Args:
        templates: Name of a set, a sentence with a {}, or a sequence of sentences.

    Raises:
        VocabularyError: If the set is unknown, or a sentence has no {} or other braces.
    """
    if not templates:
        raise VocabularyError("is empty; give the name of a set, or sentences with a {} for the word")
    if not isinstance(templates, str):
        return tuple(_check_template(template) for template in templates)
    if "{" in templates or "}" in templates:
        return (_check_template(templates),)
    if templates not in list_templates():
        raise VocabularyError(f"{_unknown(templates)}; a sentence needs a {{}} for the word")
    return templates


def _check_template(template: str) -> str:
    if "{}" not in template:
        raise VocabularyError(
            f"the template {describe(template)} has no {{}} for the word, e.g. 'a satellite image of {{}}.'"
        )
    rest = template.replace("{}", "")
    if "{" in rest or "}" in rest:
        raise VocabularyError(f"the template {describe(template)} has braces other than {{}}; remove them")
    return template


Template: TypeAlias = Annotated[str, Field(max_length=MAX_LETTERS)]
TemplateSet: TypeAlias = Annotated[
    Template | Annotated[tuple[Template, ...], Field(max_length=MAX_TEMPLATES)],
    AfterValidator(check_templates),
]
"""The name of a set, or sentences with a {} each."""
