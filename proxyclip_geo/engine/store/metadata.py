"""Metadata of a stored embedding, and the schema that they are read back with."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field

from proxyclip_geo.engine.options import Blend, Storage
from proxyclip_geo.engine.plan import MAX_BLOCKS
from proxyclip_geo.engine.store.block_store import find_differences
from proxyclip_geo.errors import OptionError, StoreError
from proxyclip_geo.file_names import safe_stem
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.grid import WindowGrid, ceil_div
from proxyclip_geo.region import Region
from proxyclip_geo.validation import PARTIAL, validate

FORMAT = 4
MAX_CHUNK = 64
"""Largest side in cells of a chunk, which is what is read at a time."""

_MODEL_IDENTITY = ("name", "sha256", "constants_sha256", "backend", "dtype")
"""Properties of a model that its features depend on."""

_NOT_IDENTITY = ("path", "mask_path", "stem", "choices")
"""Properties of a raster that its features do not depend on."""

MAX_SIDE = 2**31 - 1
"""Largest side of a raster in pixels, as in GDAL."""
MAX_BLOCK, MAX_WINDOW, MAX_DIM = 32768, 8192, 65536
"""Largest sides of a block and of a window in pixels, and the longest feature."""
MAX_BLOCK_BYTES = 8 * 1024**3
"""Memory that the features of a block may take."""
MAX_WINDOWS = 10_000_000
"""Most windows along a side of a raster."""

_Side: TypeAlias = Annotated[int, Field(ge=1, le=MAX_SIDE)]
_Start: TypeAlias = Annotated[int, Field(ge=0, lt=MAX_SIDE)]
_Window: TypeAlias = Annotated[int, Field(ge=1, le=MAX_WINDOW)]
_Line: TypeAlias = Annotated[str, Field(max_length=2000)]


def _check_stem(stem: str) -> str:
    if stem != safe_stem(stem):
        raise ValueError("must be a plain name without a folder, as results are called by it")
    return stem


def _check_card(card: str) -> str:
    places = PurePosixPath(card), PureWindowsPath(card)
    is_path = any(place.is_absolute() and ".." not in place.parts for place in places)
    if card.startswith(("//", "\\\\")) or not (is_path or re.fullmatch(r"[^/\\\x00]+", card)):
        raise ValueError("must be the name of a model, or the absolute path of its card on this machine")
    return card


_Stem: TypeAlias = Annotated[str, AfterValidator(_check_stem)]


@dataclass(frozen=True)
class _Model:
    """The values that are read of a model; there are more, for the record."""

    __pydantic_config__ = PARTIAL

    name: _Line
    sha256: Mapping[_Line, _Line]
    constants_sha256: _Line
    card: Annotated[_Line, AfterValidator(_check_card)]


@dataclass(frozen=True)
class _Raster:
    """The values that are read of a raster; there are more, which are compared."""

    __pydantic_config__ = PARTIAL

    path: _Line
    stem: _Stem
    bands: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=3)]


@dataclass(frozen=True)
class _Metadata:
    """The JSON of a store's metadata; see `EmbeddingInfo.to_dict`."""

    format: int
    transform: tuple[float, float, float, float, float, float]
    crs: Annotated[str, Field(max_length=100_000)] | None
    shape: tuple[_Side, _Side]
    area: tuple[_Start, _Start, _Side, _Side]
    window: tuple[_Window, _Window]
    stride: _Window
    step: _Window
    core: Annotated[int, Field(ge=1, le=MAX_BLOCK)]
    blend: Blend
    dim: Annotated[int, Field(ge=1, le=MAX_DIM)]
    storage: Storage
    components: Annotated[int, Field(ge=1, le=MAX_DIM)] | None
    model: _Model
    raster: _Raster
    options: Mapping[_Line, Any]

    def __post_init__(self) -> None:
        if any(side % self.step for side in (*self.window, self.stride, self.core)):
            raise ValueError(f"window, stride and core must be multiples of the step {self.step}")
        if any(window < min(self.stride, side) for window, side in zip(self.window, self.shape, strict=True)):
            raise ValueError(
                f"windows of {self.window} every {self.stride} pixels do not cover a raster of {self.shape}"
            )
        if self.components not in (None, self.dim):
            raise ValueError(f"{self.components} components are stored as features of length {self.dim}")
        if Region(*self.area).intersect(Region(0, 0, *self.shape)) != Region(*self.area):
            raise ValueError(f"area {self.area} (top, left, height, width) reaches beyond a raster of {self.shape}")
        rows, cols = (ceil_div(side, self.core) for side in self.area[2:])
        if rows * cols > MAX_BLOCKS or max(self.shape) // self.stride > MAX_WINDOWS:
            raise ValueError(f"{rows} × {cols} blocks exceed the limit of {MAX_BLOCKS}")
        check_block(WindowGrid(*self.shape, self.window, self.stride, self.step), core=self.core, dim=self.dim)


def check_block(grid: WindowGrid, *, core: int, dim: int) -> None:
    """Check that the features of a block, of its cells and of its windows, fit into memory.

    Args:
        grid: The windows of the raster.
        core: Side of a block's core in pixels.
        dim: Length of a feature.

    Raises:
        ValueError: If they take more than `MAX_BLOCK_BYTES`.
    """
    sides = min(core, grid.height), min(core, grid.width)
    cells = math.prod(ceil_div(side, grid.step) + 2 for side in sides)
    spans = (side + length for side, length in zip(sides, grid.window, strict=True))
    windows = math.prod(ceil_div(span, grid.stride) + 1 for span in spans)
    size = 2 * dim * (cells + windows)
    if size > MAX_BLOCK_BYTES:
        raise ValueError(
            f"blocks of {core} pixels with features of length {dim} take {size / 1e9:.1f} GB, more than the limit of "
            f"{MAX_BLOCK_BYTES / 1e9:.1f} GB"
        )


@dataclass(frozen=True)
class EmbeddingInfo:
    """Metadata of a stored embedding.

    Attributes:
        geobox: Geobox of the whole raster.
        area: Pixels of the raster inside the area of interest.
        grid: The windows of the whole raster.
        core: Side of a block's core in pixels.
        blend: How windows were weighted.
        dim: Length of a stored feature.
        storage: Type of the stored features.
        components: Number of principal components; None if features were not projected.
        model: Name, checksums and precision of the model.
        raster: Fingerprint of the raster.
        options: The other options of the encoding.
    """

    geobox: GeoBox
    area: Region
    grid: WindowGrid
    core: int
    blend: Blend
    dim: int
    storage: Storage
    components: int | None
    model: Mapping[str, Any]
    raster: Mapping[str, Any]
    options: Mapping[str, Any]

    @property
    def stored(self) -> Region:
        """Pixels that are stored: those under the cells of the area, and under the cells around these."""
        cells = self.grid.cells_of(self.area).pad(1)
        return cells.scale(self.grid.step).intersect(self.grid.raster)

    @property
    def tiling(self) -> Region:
        """Pixels that the blocks tile; the first one is the arrays' first element."""
        return self.grid.tiling(self.core, self.stored)

    @property
    def chunk(self) -> int:
        """Side of a chunk in cells: the largest divisor of a block's side up to `MAX_CHUNK`."""
        cells = self.core // self.grid.step
        return max(side for side in range(1, min(cells, MAX_CHUNK) + 1) if cells % side == 0)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able values."""
        geobox, grid = self.geobox, self.grid
        return {
            "format": FORMAT,
            "transform": list(geobox.transform)[:6],
            "crs": None if geobox.crs is None else geobox.crs.to_wkt(),
            "shape": list(geobox.shape),
            "area": [self.area.top, self.area.left, self.area.height, self.area.width],
            "window": list(grid.window),
            "stride": grid.stride,
            "step": grid.step,
            "core": self.core,
            "blend": self.blend,
            "dim": self.dim,
            "storage": self.storage,
            "components": self.components,
            "model": dict(self.model),
            "raster": dict(self.raster),
            "options": dict(self.options),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, name: str) -> "EmbeddingInfo":
        """Read what `to_dict` wrote.

        Raises:
            StoreError: If it is of another format or malformed.
        """
        if values.get("format") != FORMAT:
            raise StoreError(
                f"{name} is an embedding of format {values.get('format')}, and this version of proxyclip_geo reads "
                f"format {FORMAT}; encode the raster again, or use the version that wrote it"
            )
        source = f"the metadata of embedding {name} are damaged (encode the raster again)"
        found = validate(_Metadata, dict(values), error=StoreError, source=source)
        try:
            geobox = GeoBox(found.shape, found.transform, found.crs)
        except OptionError as error:
            raise StoreError(f"{source}: {error}") from error
        grid = WindowGrid(*found.shape, found.window, found.stride, found.step)
        numbers = (found.core, found.blend, found.dim, found.storage, found.components)
        return cls(
            geobox, Region(*found.area), grid, *numbers, *(values[key] for key in ("model", "raster", "options"))
        )

    def differences(self, other: "EmbeddingInfo") -> tuple[str, ...]:
        """Return the keys in which two embeddings differ, of those that their features depend on."""
        return find_differences(self._identity(), other._identity())

    def _identity(self) -> dict[str, Any]:
        # The options that change a feature are in the grid, the fingerprint of the raster and the model's dtype.
        identity = {key: value for key, value in self.to_dict().items() if key != "options"}
        identity["model"] = {key: self.model.get(key) for key in _MODEL_IDENTITY}
        identity["raster"] = {key: value for key, value in self.raster.items() if key not in _NOT_IDENTITY}
        return identity
