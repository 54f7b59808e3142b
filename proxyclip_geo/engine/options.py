"""Choices of the engine."""

from typing import Literal

Blend = Literal["hann", "uniform"]
"""How overlapping windows are weighted."""

Synonyms = Literal["max-probability", "max-logit", "mean"]
"""How the synonyms of a class become one score; "mean" is of their queries."""

Storage = Literal["float16", "int8"]
"""Number type of a stored embedding."""
