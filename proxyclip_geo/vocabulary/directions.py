"""Directions of classes, learned from examples, as text: float32 numbers, little-endian, in Base64."""

import base64
import binascii
from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from proxyclip_geo.errors import VocabularyError

MAX_NUMBERS = 8192
_MAX_TEXT = 4 * (4 * MAX_NUMBERS // 3 + 1)


def encode_direction(direction: NDArray[np.float32]) -> str:
    """Return the text of a (D,) direction."""
    return base64.b64encode(direction.astype("<f4").tobytes()).decode()


def decode_direction(text: str) -> NDArray[np.float32]:
    """Return the (D,) float32 direction of a text.

    Raises:
        VocabularyError: If it is not the text of a direction.

    >>> decode_direction(encode_direction(np.array([0.5, -2.0], np.float32))).tolist()
    [0.5, -2.0]
    """
    try:
        direction = np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float32)
    except (binascii.Error, ValueError) as error:
        raise VocabularyError("is not Base64 of float32 numbers; learn it again from examples") from error
    if not len(direction) or not np.isfinite(direction).all():
        raise VocabularyError("has no numbers, or infinite ones; learn it again from examples")
    return direction


def _check(text: str) -> str:
    decode_direction(text)
    return text


Direction: TypeAlias = Annotated[str, Field(max_length=_MAX_TEXT), AfterValidator(_check)]
