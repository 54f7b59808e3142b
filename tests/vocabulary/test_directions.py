"""Directions of classes in vocabulary files."""

import numpy as np
import pytest

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.vocabulary import parse_classes
from proxyclip_geo.vocabulary.directions import decode_direction, encode_direction


def test_a_direction_is_the_same_after_a_round_trip() -> None:
    direction = np.random.default_rng(0).normal(size=768).astype(np.float32)
    np.testing.assert_array_equal(decode_direction(encode_direction(direction)), direction)


@pytest.mark.parametrize("text", ["", "?", "AAA", "AACAfw==", "AAAAAAA="])
def test_impossible_directions(text: str) -> None:
    classes = {"classes": [{"name": "a", "direction": text}, "b"], "model": "demo", "model_sha256": "0" * 64}
    with pytest.raises(VocabularyError, match=r"direction.*learn it again"):
        parse_classes(classes)


def test_a_direction_belongs_to_a_model() -> None:
    with pytest.raises(VocabularyError, match="'model' or 'model_sha256' is missing"):
        parse_classes([{"name": "a", "direction": "AACAPw=="}, "b"])
