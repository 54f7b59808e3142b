"""Embeddings kept on disk or elsewhere: a Zarr v3 group, one shard a block.

Arrays, all but `basis` and `thumbnail` cut so that a block is one object:

- `features` (D, rows, cols) float16 or int8, on the lattice; int8 values are multiplied by `scale` (rows, cols);
- `valid` (rows, cols) uint8 in pixels: 1 data, 0 no data, 2 not encoded yet; written last, it tells what is done;
- `rim` (blocks, D + 1, cells) float16: the cells around each block once more, so that a block is read without its
  neighbours; the last row says whether a cell has data (1) or not (−1);
- `whole` (blocks, windows, D) float16: what each window of a block is about;
- `basis` (D of the model, D kept) float32, where the features were projected on principal components.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import fsspec.core
import numpy as np
import torch
import zarr
from numpy.typing import NDArray
from torch import Tensor
from zarr.buffer.cpu import NDBuffer
from zarr.codecs import ZstdCodec

from proxyclip_geo.engine.blend import BlockEmbedding, Context, blend_weights, valid_cells
from proxyclip_geo.engine.store.location import FAILURES, local_path
from proxyclip_geo.engine.store.metadata import StoreInfo
from proxyclip_geo.engine.store.quantize import around, dequantise, quantise
from proxyclip_geo.errors import OutputError, StoreError
from proxyclip_geo.files import write_error
from proxyclip_geo.grid import Block, ceil_div
from proxyclip_geo.region import Region

KEY = "proxyclip_geo"
MISSING = 2
_ARRAYS = frozenset({"features", "scale", "valid", "rim", "whole", "thumbnail", "basis"})


@dataclass(frozen=True)
class StoredBlock:
    """A block as it was kept.

    Attributes:
        embedding: Features of the block's cells.
        valid: (H, W) of the core, True where there is data.
    """

    embedding: BlockEmbedding
    valid: NDArray[np.bool_]


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
            self._features, self._valid, self._whole, self._rim = (
                self._array(key) for key in ("features", "valid", "whole", "rim")
            )
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

    def remove_drafts(self) -> None:
        """Remove what a killed run has left half-written on this machine; only for who alone writes."""
        path = local_path(self.name)
        for draft in () if path is None else path.rglob(f"*.{'[0-9a-f]' * 32}.partial"):
            draft.unlink(missing_ok=True)

    def _cells_index(self, cells: Region) -> tuple[slice, slice]:
        top, left = self.info.origin
        step = self.info.grid.step
        return cells.slices_in(Region(top // step, left // step, 0, 0))

    def write(self, block: Block, embedding: BlockEmbedding, *, valid: NDArray[np.bool_]) -> None:
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
            self._rim[block.index] = self._ring(block, embedding)
            if embedding.context is not None:
                self._whole[block.index] = self._spread(block, embedding.context)
            self._valid[self._pixels_index(block.core)] = valid.astype(np.uint8)

    def _ring(self, block: Block, embedding: BlockEmbedding) -> NDArray[np.float16]:
        """Return (D + 1, cells): the features around a block as they are read back, and where they have data."""
        features = embedding.features.cpu()
        if self._scale is not None:
            features = dequantise(*quantise(features))
        ring = around(block.cells, self.info.grid.cells_of(block.core))
        found = torch.from_numpy(ring)
        has_data = torch.where(embedding.valid.cpu()[found], 1, -1).to(features.dtype)
        rows = np.zeros(self._rim.shape[1:], np.float16)
        rows[:, : int(ring.sum())] = torch.cat([features[:, found], has_data[None]]).numpy()
        return rows

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

    def read(self, cells: Region, *, context: bool = False) -> BlockEmbedding:
        """Read the embedding of a part of the lattice.

        Args:
            cells: The part.
            context: Whether to read also what the windows over it are about.

        Raises:
            StoreError: If the store is damaged, or not complete there.
        """
        inside = cells.scale(self.info.grid.step).intersect(self.info.geobox.region)
        has_data = torch.from_numpy(self._cells_with_data(cells, self.read_valid(inside)))
        features = self._empty(cells)
        self._read_features(cells, has_data, out=features)
        return BlockEmbedding(features, has_data, cells, self._context(cells) if context else None)

    def read_block(self, block: Block, *, context: bool = False) -> StoredBlock:
        """Read a block and the cells around it, without touching its neighbours.

        Args:
            block: One of `blocks`.
            context: Whether to read also what the windows over it are about.

        Raises:
            StoreError: If the store is damaged, or the block is not complete.
        """
        own, cells = self.info.grid.cells_of(block.core), block.cells
        valid = self.read_valid(block.core)
        inside = own.slices_in(cells)
        ring = torch.from_numpy(around(cells, own))
        with self._reading(f"what surrounds block {block.index}"):
            rim = torch.from_numpy(np.asarray(self._rim[block.index])[:, : int(ring.sum())])
        if not rim[-1].all():
            raise self._incomplete()
        has_data = torch.empty(cells.shape, dtype=torch.bool)
        has_data[ring] = rim[-1] > 0
        has_data[inside] = torch.from_numpy(self._cells_with_data(own, valid))
        features = self._empty(cells)
        features[:, ring] = rim[:-1]
        self._read_features(own, has_data[inside], out=features[(slice(None), *inside)])
        about = self._context(cells) if context else None
        return StoredBlock(BlockEmbedding(features, has_data, cells, about), valid == 1)

    def _cells_with_data(self, cells: Region, valid: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return which cells hold a pixel with data, given `read_valid` of those of their pixels that there are."""
        margins = tuple((0, side * self.info.grid.step - n) for side, n in zip(cells.shape, valid.shape, strict=True))
        return valid_cells(np.pad(valid == 1, margins), self.info.grid.step)

    def _empty(self, cells: Region) -> Tensor:
        # NumPy asks for huge pages, torch does not: filling fresh memory is then several times faster.
        return torch.from_numpy(np.empty((self.info.dim, *cells.shape), np.float16))

    def _read_features(self, cells: Region, has_data: Tensor, *, out: Tensor) -> None:
        """Fill (D, h, w) float16 with the features of cells."""
        index = self._cells_index(cells)
        with self._reading(f"cells {cells}"):
            if self._scale is None:
                self._features.get_basic_selection((slice(None), *index), out=NDBuffer.from_numpy_array(out.numpy()))
            else:
                codes = torch.from_numpy(np.asarray(self._features[(slice(None), *index)]))
                out[:] = dequantise(codes, torch.from_numpy(np.asarray(self._scale[index])))
        # A chunk that is not there reads as zeros, and a cell with data is never all zero.
        if not np.bitwise_or.reduce(out.numpy().view(np.uint16), axis=0)[has_data.numpy()].all():
            raise self._incomplete()

    def _incomplete(self) -> StoreError:
        return StoreError(
            f"embedding {self.name} lacks chunks although their block is marked as done; encode the raster again "
            "with --overwrite, or copy the whole store again"
        )

    def _context(self, cells: Region) -> Context:
        info = self.info
        windows = info.grid.windows_touching(cells)
        covered = windows[0].union(windows[-1])
        near = [block for block in self.blocks if not block.cells.intersect(covered).is_empty]
        places = {window: (block.index, n) for block in near for n, window in enumerate(block.windows)}
        rows = [places[window] for window in windows]
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
        except FAILURES as error:
            raise StoreError(
                f"cannot read {what} of embedding {self.name} ({type(error).__name__}: {error}); it is damaged or out "
                "of reach: encode the raster again with --overwrite, or copy the whole store again"
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            remedy = "and run the same command again: it continues from the finished blocks"
            raise write_error(self.name, error, remedy=remedy) from error


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
    _check_replaceable(name)
    grid = info.grid
    shape = zip(info.geobox.shape, info.origin, strict=True)
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
        rim = (info.dim + 1, 4 * (cells + 1))
        make("rim", (len(blocks), *rim), "float16", (1, *rim), fill_value=0)
        make("thumbnail", thumbnail.shape, "uint8", thumbnail.shape, fill_value=0)
        group["thumbnail"][:] = thumbnail  # type: ignore[index]
        if basis is not None:
            make("basis", tuple(basis.shape), "float32", tuple(basis.shape), fill_value=0)
            group["basis"][:] = basis.numpy()  # type: ignore[index]
        # The description comes last: without it the store is none.
        group.attrs[KEY] = info.to_dict()
    except BaseException as error:
        # Without a description it could not be gone on with.
        begun = local_path(name)
        if begun is not None:
            shutil.rmtree(begun, ignore_errors=True)
        if not isinstance(error, FAILURES):
            raise
        raise write_error(name, error) from error
    return EmbeddingStore(name, group, info)


def _check_replaceable(name: str) -> None:
    """Refuse to replace what is not an embedding: it may be anything.

    Raises:
        OutputError: If something else is there.
    """
    try:
        files, path = fsspec.core.url_to_fs(name)
        if not files.exists(path) or (files.isdir(path) and not files.ls(path)):
            return
        group = zarr.open_group(name, mode="r", zarr_format=3)
        # A group that was begun and never got its description has nothing but our arrays.
        if KEY in group.attrs or set(group.keys()) <= _ARRAYS:
            return
    except FAILURES:
        pass
    raise OutputError(
        f"{name} is already there and is no embedding, so it is not replaced; choose another place with -o"
    )


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
    except FAILURES as error:
        raise StoreError(
            f"{name} is not an embedding ({type(error).__name__}: {error}); make one with `proxyclip-geo encode`"
        ) from error
    if not isinstance(described, Mapping):
        raise StoreError(
            f"{name} is a Zarr group, but not a (finished) embedding; make one with `proxyclip-geo encode --overwrite`"
        )
    return EmbeddingStore(name, group, StoreInfo.from_dict(described, name=name))
