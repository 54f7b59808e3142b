"""Descriptions of words."""

import pytest

from proxyclip_geo.vocabulary import list_vocabularies, load_vocabulary
from proxyclip_geo.vocabulary.classes import MAX_WORD
from proxyclip_geo.vocabulary.descriptions import load_descriptions

REST = {"background", "clutter"}
"""Words that look like nothing in particular."""


@pytest.mark.parametrize("name", list_vocabularies())
def test_every_class_of_a_built_in_vocabulary_is_described(name: str) -> None:
    for item in load_vocabulary(name).classes:
        assert load_descriptions(item.synonyms) or set(item.synonyms) <= REST, item.name


def test_descriptions_are_sentences() -> None:
    words = [word for name in list_vocabularies() for word in load_vocabulary(name).words]
    for sentences in load_descriptions(words).values():
        assert len(sentences) >= 2
        for sentence in sentences:
            assert sentence.endswith(".")
            assert len(sentence) <= MAX_WORD
    assert load_descriptions(["unheard of", "WATER"])[1] == load_descriptions(["water"])[0]
