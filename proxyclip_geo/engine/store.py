"""Embeddings kept on disk or elsewhere: a Zarr v3 group, one shard a block.

Arrays, all but `basis` and `thumbnail` cut so that a block is one object:

- `features` (D, rows, cols) float16 or int8, on the lattice; int8 values are multiplied by `scale` (rows, cols);
- `valid` (rows, cols) uint8 in pixels: 1 data, 0 no data, 2 not encoded yet; written last, it tells what is done;
- `whole` (blocks, windows, D) float16: what each window of a block is about;
- `basis` (D of the model, D kept) float32, where the features were projected on principal components.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import fsspec.core
import numpy as np
import pyproj
import torch
import zarr
from affine import Affine
from numpy.typing import NDArray
from pyproj.exceptions import CRSError
from torch import Tensor
from zarr.codecs import ZstdCodec

from proxyclip_geo.engine.mosaic import Blend, Context, Embedding, blend_weights, valid_cells
from proxyclip_geo.errors import OutputError, StoreError
from proxyclip_geo.grid import Block, Region, WindowGrid, ceil_div
from proxyclip_geo.place import Place

FORMAT = 1
KEY = "proxyclip_geo"
MISSING = 2
MAX_CHUNK = 64
"""Cells a side of what is read at a time."""

Storage = Literal["float16", "int8"]
# What zarr, its codecs and file systems raise of a damaged or unreachable store.
_FAILURES = (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError)


@dataclass(frozen=True)
class StoreInfo:
    """What a store holds.

    Attributes:
        place: Where the pixels lie.
        grid: The windows.
        core: Side of a block's core in pixels.
        blend: How windows were weighted.
        dim: Length of a kept feature.
        storage: Type of the kept features.
        components: Principal components kept; None where all of the space is.
        model: Name, checksums and precision of the model.
        raster: Fingerprint of the raster.
        options: The other options of the encoding.
    """

    place: Place
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
    def origin(self) -> tuple[int, int]:
        """(row, column) in pixels of the arrays' first element."""
        return self.grid.origin(self.core)

    @property
    def chunk(self) -> int:
        """Cells a side of a chunk: the largest divisor of a block's that is not too large."""
        cells = self.core // self.grid.step
        return max(side for side in range(1, min(cells, MAX_CHUNK) + 1) if cells % side == 0)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able values."""
        place, grid = self.place, self.grid
        return {
            "format": FORMAT,
            "transform": list(place.transform)[:6],
            "crs": None if place.crs is None else place.crs.to_wkt(),
            "shape": list(place.shape),
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
    def from_dict(cls, values: Mapping[str, Any], *, name: str) -> "StoreInfo":
        """Read what `to_dict` wrote.

        Raises:
            StoreError: If it is of another format or malformed.
        """
        if values.get("format") != FORMAT:
            raise StoreError(
                f"{name} is an embedding of format {values.get('format')}, and this version of proxyclip_geo reads "
                f"format {FORMAT}; encode the raster again, or use the version that wrote it"
            )
        try:
            height, width = values["shape"]
            crs = None if values["crs"] is None else pyproj.CRS.from_user_input(values["crs"])
            return cls(
                Place(Affine(*values["transform"]), crs, height, width),
                WindowGrid(height, width, tuple(values["window"]), values["stride"], values["step"]),
                *(values[key] for key in ("core", "blend", "dim", "storage", "components")),
                *(values[key] for key in ("model", "raster", "options")),
            )
        except (KeyError, TypeError, ValueError, CRSError) as error:
            raise StoreError(
                f"the description of embedding {name} is damaged ({error!r}); encode the raster again"
            ) from error

    def differences(self, other: "StoreInfo") -> tuple[str, ...]:
        """Return the facts in which two stores differ."""
        # What was written and read again has lists for tuples.
        ours, theirs = (json.loads(json.dumps(info.to_dict())) for info in (self, other))
        return tuple(key for key in ours if ours[key] != theirs[key])


class EmbeddingStore:
    """An embedding of a raster, kept block by block.

    Attributes:
        name: The path or URL.
        info: What it holds.
        blocks: The blocks, in order.
    """

    def __init__(self, name: str, group: zarr.Group, info: StoreInfo) -> None:
        """Wrap a group; use `create_store` or `open_store`."""
        self.name = name
        self.info = info
        self._group = group
        self.blocks: tuple[Block, ...] = tuple(info.grid.blocks(info.core))
        with self._reading("its arrays"):
            self._features, self._valid, self._whole = (self._array(key) for key in ("features", "valid", "whole"))
            self._scale = self._array("scale") if info.storage == "int8" else None

    def _array(self, key: str) -> Any:
        return self._group[key]

    @cached_property
    def basis(self) -> Tensor | None:
        """(D of the model, D kept) float32 orthonormal columns, or None where features were not projected."""
        if self.info.components is None:
            return None
        with self._reading("the basis"):
            return torch.from_numpy(np.asarray(self._array("basis")[:]))

    @cached_property
    def thumbnail(self) -> NDArray[np.uint8]:
        """(3, h, w) picture of the raster."""
        with self._reading("the thumbnail"):
            return np.asarray(self._array("thumbnail")[:])

    def is_done(self, block: Block) -> bool:
        """Return whether a block has been encoded."""
        own = block.core
        return not (self.read_valid(Region(own.top, own.left, 1, 1), partial=True) == MISSING).any()

    def missing(self) -> tuple[Block, ...]:
        """Return the blocks that have not been encoded."""
        return tuple(block for block in self.blocks if not self.is_done(block))

    def _cells_index(self, cells: Region) -> tuple[slice, slice]:
        top, left = self.info.origin
        step = self.info.grid.step
        return cells.slices_in(Region(top // step, left // step, 0, 0))

    def write(self, block: Block, embedding: Embedding, *, valid: NDArray[np.bool_]) -> None:
        """Keep a block; it counts as done when this returns.

        Args:
            block: The block.
            embedding: Its embedding, projected if the store is.
            valid: (H, W) of the core, True where there is data.

        Raises:
            OutputError: If it cannot be written.
        """
        own = self.info.grid.cells_of(block.core)
        features = embedding.features[(slice(None), *own.slices_in(embedding.cells))].cpu()
        index = self._cells_index(own)
        with self._writing():
            if self._scale is None:
                self._features[(slice(None), *index)] = features.numpy()
            else:
                codes, scale = quantise(features)
                self._features[(slice(None), *index)] = codes.numpy()
                self._scale[index] = scale.numpy()
            if embedding.context is not None:
                self._whole[block.index] = self._spread(block, embedding.context)
            self._valid[self._pixels_index(block.core)] = valid.astype(np.uint8)

    def _spread(self, block: Block, context: Context) -> NDArray[np.float16]:
        """Return (windows, D): the features of the windows that were encoded, zero for the others."""
        rows = np.zeros(self._whole.shape[1:], np.float16)
        order = {window: n for n, window in enumerate(block.windows)}
        for window, feature in zip(context.windows, context.features.cpu().numpy(), strict=True):
            rows[order[window]] = feature
        return rows

    def _pixels_index(self, pixels: Region) -> tuple[slice, slice]:
        return pixels.slices_in(Region(*self.info.origin, 0, 0))

    def read_valid(self, pixels: Region, *, partial: bool = False) -> NDArray[np.uint8]:
        """Read which pixels hold data: (H, W), 1 where they do, 0 where not, 2 (if `partial`) where not encoded.

        Args:
            pixels: A part of the raster.
            partial: Whether pixels that have not been encoded are fine.

        Raises:
            StoreError: If the part is damaged, or not encoded.
        """
        with self._reading("its validity"):
            valid: NDArray[np.uint8] = np.asarray(self._valid[self._pixels_index(pixels)])
        if not partial and (valid == MISSING).any():
            raise StoreError(
                f"embedding {self.name} is not complete: {len(self.missing())} of {len(self.blocks)} blocks are "
                "missing; run the same `proxyclip-geo encode` again to finish it"
            )
        return valid

    def read(self, cells: Region, *, context: bool = False) -> Embedding:
        """Read the embedding of a part of the lattice.

        Args:
            cells: The part.
            context: Whether to read also what the windows over it are about.

        Raises:
            StoreError: If the store is damaged, or not complete there.
        """
        step = self.info.grid.step
        pixels = cells.scale(step)
        inside = pixels.intersect(self.info.place.region)
        margins = ((0, pixels.bottom - inside.bottom), (0, pixels.right - inside.right))
        has_data = torch.from_numpy(valid_cells(np.pad(self.read_valid(inside) == 1, margins), step))
        index = self._cells_index(cells)
        with self._reading(f"cells {cells}"):
            kept = np.asarray(self._features[(slice(None), *index)])
            # A chunk that is not there reads as zeros, and a cell with data is never all zero.
            there = np.bitwise_or.reduce(kept.view(f"u{kept.itemsize}"), axis=0) != 0
            features = torch.from_numpy(kept)
            if self._scale is not None:
                scale = torch.from_numpy(np.asarray(self._scale[index]))
                features = (features.float() * scale.float()).half()
        if not there[has_data.numpy()].all():
            raise StoreError(
                f"embedding {self.name} lacks chunks although their block is marked as done; encode the raster again "
                "with --overwrite, or copy the whole store again"
            )
        return Embedding(features, has_data, cells, self._context(cells) if context else None)

    @cached_property
    def _rows_of_windows(self) -> Mapping[Region, tuple[int, int]]:
        return {window: (block.index, n) for block in self.blocks for n, window in enumerate(block.windows)}

    def _context(self, cells: Region) -> Context:
        info = self.info
        windows = info.grid.windows_touching(cells)
        rows = [self._rows_of_windows[window] for window in windows]
        with self._reading("what its windows are about"):
            kept = {index: np.asarray(self._whole[index]) for index in {index for index, _ in rows}}
        about = torch.from_numpy(np.stack([kept[index][n] for index, n in rows]))
        seen = about.any(dim=1)
        encoded = tuple(window for window, there in zip(windows, seen.tolist(), strict=True) if there)
        return Context(about[seen], encoded, blend_weights(info.grid.window_cells, info.blend))

    @contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except _FAILURES as error:
            raise StoreError(
                f"cannot read {what} of embedding {self.name} ({type(error).__name__}: {error}); it is damaged or out "
                "of reach: encode the raster again with --overwrite, or copy the whole store again"
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except _FAILURES as error:
            raise OutputError(
                f"cannot write to embedding {self.name} ({error}); free space or choose another place, and run the "
                "same command again: finished blocks are kept"
            ) from error


def create_store(
    name: str, info: StoreInfo, *, thumbnail: NDArray[np.uint8], basis: Tensor | None = None
) -> EmbeddingStore:
    """Make an empty store, in place of what is there.

    Args:
        name: Path or fsspec URL.
        info: What it will hold.
        thumbnail: (3, h, w) picture of the raster.
        basis: (D of the model, `info.dim`) orthonormal columns, where features are projected.

    Raises:
        OutputError: If it cannot be written.
    """
    grid = info.grid
    shape = zip(info.place.shape, info.origin, strict=True)
    rows, cols = (ceil_div(side - start, info.core) for side, start in shape)
    cells = info.core // grid.step
    blocks = tuple(grid.blocks(info.core))
    most = max(len(block.windows) for block in blocks)
    packed: Any = [ZstdCodec(level=1, checksum=True)]
    lattice, pixels = (rows * cells, cols * cells), (rows * info.core, cols * info.core)
    try:
        group = zarr.open_group(name, mode="w", zarr_format=3)

        def make(key: str, shape: tuple[int, ...], dtype: str, chunks: tuple[int, ...], **more: Any) -> None:
            group.create_array(key, shape=shape, dtype=dtype, chunks=chunks, compressors=packed, **more)

        chunk, shard = (info.dim, info.chunk, info.chunk), (info.dim, cells, cells)
        make("features", (info.dim, *lattice), info.storage, chunk, shards=shard, fill_value=0)
        if info.storage == "int8":
            make("scale", lattice, "float16", (cells, cells), fill_value=0)
        make("valid", pixels, "uint8", (info.core, info.core), fill_value=MISSING)
        make("whole", (len(blocks), most, info.dim), "float16", (1, most, info.dim), fill_value=0)
        make("thumbnail", thumbnail.shape, "uint8", thumbnail.shape, fill_value=0)
        group["thumbnail"][:] = thumbnail  # type: ignore[index]
        if basis is not None:
            make("basis", tuple(basis.shape), "float32", tuple(basis.shape), fill_value=0)
            group["basis"][:] = basis.numpy()  # type: ignore[index]
        # The description comes last: without it the store is none.
        group.attrs[KEY] = info.to_dict()
    except _FAILURES as error:
        raise OutputError(f"cannot make the embedding {name} ({error}); choose another place with -o") from error
    return EmbeddingStore(name, group, info)


def exists(name: str) -> bool:
    """Return whether something is at a path or URL."""
    try:
        files, path = fsspec.core.url_to_fs(name)
        return bool(files.exists(path))
    except _FAILURES as error:
        raise OutputError(f"{name} cannot be reached ({error}); choose another place with -o") from error


def open_store(name: str, *, writable: bool = False) -> EmbeddingStore:
    """Open a store.

    Args:
        name: Path or fsspec URL.
        writable: Whether blocks will be written.

    Raises:
        StoreError: If there is none, or it is of another format or damaged.
    """
    try:
        group = zarr.open_group(name, mode="r+" if writable else "r", zarr_format=3)
        described = group.attrs.asdict().get(KEY)
    except ImportError as error:
        raise StoreError(f"{name} needs a package that is not installed ({error})") from error
    except _FAILURES as error:
        raise StoreError(
            f"{name} is not an embedding ({type(error).__name__}: {error}); make one with `proxyclip-geo encode`"
        ) from error
    if not isinstance(described, Mapping):
        raise StoreError(
            f"{name} is a Zarr group, but not a (finished) embedding; make one with `proxyclip-geo encode --overwrite`"
        )
    return EmbeddingStore(name, group, StoreInfo.from_dict(described, name=name))


def quantise(features: Tensor) -> tuple[Tensor, Tensor]:
    """Code features in 8 bits, each cell with a scale of its own.

    Args:
        features: (D, h, w) float16.

    Returns:
        (D, h, w) int8 codes in −127…127 and (h, w) float16 scales; code × scale is the value.
    """
    wide = features.float()
    scale = (wide.abs().amax(dim=0) / 127).half()
    codes = (wide / scale.float().clamp_min(torch.finfo(torch.float16).tiny)).round().clamp(-127, 127)
    return codes.to(torch.int8), scale


def project(embedding: Embedding, basis: Tensor) -> Embedding:
    """Express an embedding in the columns of a basis: products with queries projected likewise are kept.

    Args:
        embedding: D features a cell.
        basis: (D, C) orthonormal columns.
    """
    columns = basis.to(embedding.features.device)
    features = torch.einsum("dc,dhw->chw", columns, embedding.features.float()).half()
    about = embedding.context
    if about is not None:
        about = Context((about.features.float() @ columns).half(), about.windows, about.weights)
    return Embedding(features, embedding.valid, embedding.cells, about)
