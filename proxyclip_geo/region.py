"""Rectangles of pixels or lattice cells."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """A rectangle of pixels (or of lattice cells); it may reach beyond the raster.

    Attributes:
        top: First row.
        left: First column.
        height: Number of rows, ≥ 0.
        width: Number of columns, ≥ 0.
    """

    top: int
    left: int
    height: int
    width: int

    @property
    def bottom(self) -> int:
        """One past the last row."""
        return self.top + self.height

    @property
    def right(self) -> int:
        """One past the last column."""
        return self.left + self.width

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.height, self.width

    @property
    def is_empty(self) -> bool:
        """Whether the region holds no pixel."""
        return self.height <= 0 or self.width <= 0

    @classmethod
    def from_edges(cls, top: int, left: int, bottom: int, right: int) -> "Region":
        """Make a region from its edges; crossed edges give an empty one."""
        return cls(top, left, max(0, bottom - top), max(0, right - left))

    def pad(self, margin: int) -> "Region":
        """Grow by `margin` on every side."""
        return Region(self.top - margin, self.left - margin, self.height + 2 * margin, self.width + 2 * margin)

    def shift(self, rows: int, cols: int) -> "Region":
        """Move by whole rows and columns."""
        return Region(self.top + rows, self.left + cols, self.height, self.width)

    def scale(self, factor: int) -> "Region":
        """Multiply every edge, e.g. to turn lattice cells into pixels."""
        return Region(self.top * factor, self.left * factor, self.height * factor, self.width * factor)

    def expand(self, size: int) -> "Region":
        """Grow to whole tiles of `size` × `size` that are anchored at row 0 and column 0."""
        bottom, right = (-(-edge // size) * size for edge in (self.bottom, self.right))
        return Region.from_edges(self.top // size * size, self.left // size * size, bottom, right)

    def intersect(self, other: "Region") -> "Region":
        """Return what both share."""
        return Region.from_edges(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def union(self, other: "Region") -> "Region":
        """Return the smallest region that holds both."""
        return Region.from_edges(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def slices_in(self, outer: "Region") -> tuple[slice, slice]:
        """Return the row and column slices of this region in an array that covers `outer`."""
        return (
            slice(self.top - outer.top, self.bottom - outer.top),
            slice(self.left - outer.left, self.right - outer.left),
        )

    def strips(self, rows: int) -> "Iterator[Region]":
        """Yield regions of at most `rows` rows that partition this one, from top to bottom."""
        for top in range(self.top, self.bottom, rows):
            yield Region.from_edges(top, self.left, min(top + rows, self.bottom), self.right)

    def tiles(self, size: int) -> "Iterator[Region]":
        """Yield regions of at most `size` × `size` that partition this one, row by row."""
        for top in range(self.top, self.bottom, size):
            for left in range(self.left, self.right, size):
                yield Region(top, left, size, size).intersect(self)
