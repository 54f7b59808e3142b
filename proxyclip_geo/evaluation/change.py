"""Change between two label rasters of one place: areas by pair of classes, and how sure each changed pixel is.

A pixel that went from class a to class b has a swing: how much the probability of b grew against that of a. The swings
of pixels that kept their class, towards the class that came closest, show how much scores differ between the two
images without any change: by light, season and noise. The confidence of a changed pixel is the share of those pixels,
of the same class a, whose swing was smaller.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError
from proxyclip_geo.evaluation.class_mapping import Legend
from proxyclip_geo.raster.labels import LabelSource
from proxyclip_geo.raster.probabilities import Probabilities
from proxyclip_geo.region import Region
from proxyclip_geo.vector.count_areas import AreaCounter
from proxyclip_geo.vocabulary.classes import fold

Indices = NDArray[np.intp]

BLOCK = 1024
"""Side in pixels of the blocks that are compared at a time."""
FEWEST = 1000
"""Pixels that kept a class, below which those of all classes are its noise."""
_RANGE = 200
"""Largest swing, in per cent."""


@dataclass(frozen=True)
class ChangeBlock:
    """Classes of a block at both dates.

    Attributes:
        region: Pixels of the raster.
        before: (H, W) index of the class, 0 unclassified.
        after: Likewise.
        valid: (H, W) where both have data.
        swing: (H, W) per cent; None without probabilities.
    """

    region: Region
    before: Indices
    after: Indices
    valid: NDArray[np.bool_]
    swing: NDArray[np.int16] | None

    @property
    def changed(self) -> NDArray[np.bool_]:
        """(H, W) pixels with a class at both dates that is not the same."""
        changed: NDArray[np.bool_] = self.valid & (self.before > 0) & (self.after > 0) & (self.before != self.after)
        return changed


@dataclass(frozen=True)
class ChangeInputs:
    """Two maps on one grid.

    Attributes:
        before: Labels of the first date, whose grid counts.
        after: Labels of the second date on that grid.
        probabilities: Probabilities of both on that grid; None without.
        names: Names of the classes of both.
        area: Pixels that both may cover.
    """

    before: LabelSource
    after: LabelSource
    probabilities: tuple[Probabilities, Probabilities] | None
    names: tuple[str, ...]
    area: Region

    def blocks(self) -> Iterator[ChangeBlock]:
        """Yield the blocks."""
        finders = [self._finder(source) for source in (self.before, self.after)]
        for region in self.area.tiles(BLOCK):
            parts = [source.read(region) for source in (self.before, self.after)]
            before, after = (find(part.values) for find, part in zip(finders, parts, strict=True))
            swing = None
            if self.probabilities is not None:
                first, second = (self._read(item, region) for item in self.probabilities)
                swing = _find_swing(first, second, before, after)
            yield ChangeBlock(region, before, after, parts[0].valid & parts[1].valid, swing)

    def _finder(self, source: LabelSource) -> Callable[[NDArray[np.integer]], Indices]:
        """Return a function from label values to indices of classes."""
        order = {fold(name): index for index, name in enumerate(self.names, 1)}

        def find(values: NDArray[np.integer]) -> Indices:
            found, inverse = np.unique(values, return_inverse=True)
            names = (name_of(source, int(value)) for value in found)
            indices = np.array([0 if name is None else order.get(fold(name), 0) for name in names], np.intp)
            return np.asarray(indices[inverse.reshape(values.shape)])

        return find

    def _read(self, source: Probabilities, region: Region) -> NDArray[np.int16]:
        """Return (K + 1, H, W) per cent in the order of the names; the first is that of no class, 0."""
        order = {fold(name): index for index, name in enumerate(self.names, 1)}
        values = source.read(region)
        sorted_values = np.zeros((len(self.names) + 1, *region.shape), np.int16)
        for name, band in zip(source.classes, values, strict=True):
            if fold(name) in order:
                sorted_values[order[fold(name)]] = band
        return sorted_values


def name_of(source: LabelSource, value: int) -> str | None:
    """Return the class name of a label value; None for unclassified."""
    if value in source.classes:
        return source.classes[value]
    return None if value == 0 else f"class {value}"


def join_names(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Return the classes of two maps; one that both have is there once."""
    found = {fold(name): name for name in reversed((*before, *after))}
    return tuple(dict.fromkeys(found[fold(name)] for name in (*before, *after)))


def _find_swing(
    first: NDArray[np.int16], second: NDArray[np.int16], before: Indices, after: Indices
) -> NDArray[np.int16]:
    """Return (H, W) per cent by which the class of the second date gained on that of the first.

    Where the class is the same, it is the gain of the strongest other class of the second date.
    """
    rivals = second.copy()
    np.put_along_axis(rivals, before[None], -1, axis=0)
    target = np.where(after != before, after, rivals.argmax(axis=0))
    gain = [
        np.take_along_axis(second, index[None], axis=0)[0] - np.take_along_axis(first, index[None], axis=0)[0]
        for index in (target, before)
    ]
    return np.asarray(gain[0] - gain[1], np.int16)


@dataclass
class Noise:
    """Swings of pixels that kept their class.

    Attributes:
        counts: (K + 1, 2·200 + 1) pixels by class and swing from −200 to 200 per cent.
    """

    counts: NDArray[np.int64]

    @classmethod
    def of(cls, classes: int) -> "Noise":
        """Start without pixels.

        Args:
            classes: Number of classes.
        """
        return cls(np.zeros((classes + 1, 2 * _RANGE + 1), np.int64))

    def add(self, block: ChangeBlock) -> None:
        """Count the pixels of a block that kept their class."""
        if block.swing is not None:
            kept = block.valid & (block.before > 0) & (block.before == block.after)
            size = self.counts.shape[1]
            codes = block.before[kept] * size + block.swing[kept] + _RANGE
            self.counts += np.bincount(codes, minlength=self.counts.size).reshape(self.counts.shape)

    def confidence(self) -> NDArray[np.uint8]:
        """Return the (K + 1, 401) confidence in whole per cent of each class and swing; 0 where nothing is known."""
        few = self.counts.sum(axis=1) < FEWEST
        counts = np.where(few[:, None], self.counts.sum(axis=0), self.counts)
        below = np.cumsum(counts, axis=1) - counts
        return np.asarray(100 * below // np.maximum(counts.sum(axis=1, keepdims=True), 1), np.uint8)


@dataclass
class ChangeCounts:
    """Areas by pair of classes.

    Attributes:
        names: Names of the classes.
        every: Counts the areas of all pixels.
        sure: Counts the areas of the pixels whose change is confident.
        noise: Swings of pixels that kept their class.
    """

    names: tuple[str, ...]
    every: AreaCounter
    sure: AreaCounter
    noise: Noise = field(init=False)

    def __post_init__(self) -> None:
        self.noise = Noise.of(len(self.names))

    def pair(self, block: ChangeBlock) -> NDArray[np.uint16]:
        """Return (H, W) the number of each pixel's pair of classes: before · (K + 1) + after."""
        return (block.before * (len(self.names) + 1) + block.after).astype(np.uint16)

    def matrix(self, counter: AreaCounter) -> NDArray[np.float64]:
        """Return (K + 1, K + 1) areas: rows before, columns after, the first of each unclassified."""
        side = len(self.names) + 1
        matrix = np.zeros(side * side)
        for code, area in counter.areas.items():
            matrix[code] = area
        return matrix.reshape(side, side)


def check_classes(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Return the classes of two maps.

    Args:
        before: Classes of the first.
        after: Classes of the second.

    Raises:
        OptionError: If they have no class in common, or too many for a raster of pairs.
    """
    joined = join_names(before, after)
    if not Legend.of(dict(enumerate(before, 1)), None).by_word.keys() & {fold(name) for name in after}:
        raise OptionError(
            f"the two maps have no class in common: {', '.join(before)} against {', '.join(after)}; compare maps "
            "of the same classes"
        )
    if (len(joined) + 1) ** 2 > 65535:
        raise OptionError(f"{len(joined)} classes have too many pairs; compare maps of up to 254 classes")
    return joined
