"""Choices of the engine."""

from dataclasses import dataclass
from typing import Literal

Blend = Literal["hann", "uniform"]
"""How overlapping windows are weighted."""

Synonyms = Literal["max-probability", "max-logit", "mean"]
"""How the synonyms of a class become one score; "mean" is of their queries."""

Segments = Literal["none", "mean", "majority"]
"""What the pixels of a segment of the image get."""

Storage = Literal["float16", "int8"]
"""Number type of a stored embedding."""

SEGMENT_TILE = 128
"""Side in pixels of the tiles at whose borders segments end."""


@dataclass(frozen=True)
class Upsampling:
    """How logits of pixels are computed from those of cells.

    Attributes:
        edge_aware: Whether cells are weighted by their colours.
        segments: What the pixels of a segment get.
    """

    edge_aware: bool = False
    segments: Segments = "none"

    @property
    def uses_image(self) -> bool:
        """Whether the image under the cells is needed."""
        return self.edge_aware or self.segments != "none"

    @property
    def tile(self) -> int:
        """Side in pixels of the tiles whose pixels depend on each other."""
        return 1 if self.segments == "none" else SEGMENT_TILE
