"""Write and read stored embeddings, block by block; `layout` describes their arrays."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
import zarr
from numpy.typing import NDArray
from torch import Tensor
from zarr.buffer.cpu import NDBuffer

from proxyclip_geo.engine.blend import BlockEmbedding, ClsFeatures, blend_weights
from proxyclip_geo.engine.read_block import valid_cells
from proxyclip_geo.engine.store.block_store import ArraySpec, BlockStore, create_group, open_group
from proxyclip_geo.engine.store.layout import MISSING, OUTSIDE, block_arrays, halo_mask
from proxyclip_geo.engine.store.metadata import MAX_DIM, EmbeddingInfo, check_block
from proxyclip_geo.engine.store.quantize import dequantise, quantise
from proxyclip_geo.errors import OptionError, StoreError
from proxyclip_geo.grid import Block
from proxyclip_geo.region import Region
from proxyclip_geo.remedies import Remedy

MAX_THUMBNAIL = 8192
"""Largest side of a thumbnail in pixels."""
# Bits of 2.0 and of −0.0 as float16.
_LARGEST, _SIGN = 0x4000, 0x8000


@dataclass(frozen=True)
class StoredBlock:
    """A block of a stored embedding.

    Attributes:
        embedding: Features of the block's cells.
        valid: (H, W) of the core, True where there is data.
    """

    embedding: BlockEmbedding
    valid: NDArray[np.bool_]


class EmbeddingStore(BlockStore):
    """A stored embedding of a raster.

    Attributes:
        info: Its metadata.
    """

    noun = "embedding"
    remedy = "encode the raster again with overwrite=True, or copy the whole store again"

    def __init__(self, name: str, group: zarr.Group, info: EmbeddingInfo) -> None:
        """Wrap a group; use `create_store` or `open_store`."""
        blocks = tuple(info.grid.blocks(info.core, area=info.stored))
        super().__init__(name, group, blocks=blocks, tiling=info.tiling, last="valid")
        self.info = info
        with self._reading("the arrays"):
            for key, spec in block_arrays(info).items():
                self._check_array(key, spec)
            self._features, self._cls, self._halo = (self._array(key) for key in ("features", "cls", "halo"))
            self._scale = self._array("scale") if info.storage == "int8" else None

    @cached_property
    def basis(self) -> Tensor | None:
        """(D of the model, D stored) float32 orthonormal columns, or None if features were not projected."""
        if self.info.components is None:
            return None
        with self._reading("the basis"):
            array = self._array("basis")
            if len(array.shape) != 2 or array.shape[0] > MAX_DIM or array.shape[1] != self.info.dim:
                raise ValueError(f"its shape is {array.shape}")
            basis = np.asarray(array[:])
        if not (np.abs(basis) <= 2).all():
            raise self._damaged("the basis")
        return torch.from_numpy(basis)

    @cached_property
    def thumbnail(self) -> NDArray[np.uint8]:
        """(3, h, w) picture of the raster."""
        with self._reading("the thumbnail"):
            array = self._array("thumbnail")
            if len(array.shape) != 3 or array.shape[0] != 3 or max(array.shape) > MAX_THUMBNAIL:
                raise ValueError(f"its shape is {array.shape}")
            return np.asarray(array[:])

    def _cells_index(self, cells: Region) -> tuple[slice, slice]:
        return cells.slices_in(self.info.grid.cells_of(self.info.tiling))

    def write(
        self,
        block: Block,
        embedding: BlockEmbedding,
        *,
        valid: NDArray[np.bool_],
        inside: NDArray[np.bool_] | None = None,
    ) -> None:
        """Store a block; it is finished when this returns.

        Args:
            block: The block.
            embedding: Its embedding, projected if the store is.
            valid: (H, W) of the core, True where there is data.
            inside: (H, W) of the core, True inside the area of interest; all if not given.

        Raises:
            OutputError: If it cannot be written.
        """
        own = self.info.grid.cells_of(block.core)
        features = embedding.features[(slice(None), *own.slices_in(embedding.cells))].cpu()
        index = self._cells_index(own)
        with self._writing(block):
            if self._scale is None:
                self._features[(slice(None), *index)] = features.numpy()
            else:
                codes, scale = quantise(features)
                self._features[(slice(None), *index)] = codes.numpy()
                self._scale[index] = scale.numpy()
            self._halo[block.index] = self._pack_halo(block, embedding)
            if embedding.cls_features is not None:
                self._cls[block.index] = self._pack_cls(block, embedding.cls_features)
            self._write_last(block, [self._validity(block, embedding, valid, inside)])

    def _validity(
        self, block: Block, embedding: BlockEmbedding, valid: NDArray[np.bool_], inside: NDArray[np.bool_] | None
    ) -> NDArray[np.uint8]:
        """Return (H, W) of the core: 1 data, 0 no data or no features, `OUTSIDE`."""
        if inside is None:
            return valid.astype(np.uint8)
        step, own = self.info.grid.step, self.info.grid.cells_of(block.core)
        cells = embedding.valid[own.slices_in(embedding.cells)].cpu().numpy()
        encoded = cells.repeat(step, axis=0).repeat(step, axis=1)[: valid.shape[0], : valid.shape[1]]
        validity: NDArray[np.uint8] = np.where(inside, np.uint8(1), np.uint8(OUTSIDE)) * (valid & encoded)
        return validity

    def _pack_halo(self, block: Block, embedding: BlockEmbedding) -> NDArray[np.float16]:
        """Return (D + 1, cells): the features around a block as they are read back, and where they have data."""
        features = embedding.features.cpu()
        if self._scale is not None:
            features = dequantise(*quantise(features))
        halo = torch.from_numpy(halo_mask(block.cells, self.info.grid.cells_of(block.core)))
        has_data = torch.where(embedding.valid.cpu()[halo], 1, -1).to(features.dtype)
        rows = np.zeros(self._halo.shape[1:], np.float16)
        rows[:, : int(halo.sum())] = torch.cat([features[:, halo], has_data[None]]).numpy()
        return rows

    def _pack_cls(self, block: Block, cls_features: ClsFeatures) -> NDArray[np.float16]:
        """Return (windows, D): the CLS features of the windows that were encoded, zero for the others."""
        rows = np.zeros(self._cls.shape[1:], np.float16)
        order = {window: n for n, window in enumerate(block.windows)}
        for window, feature in zip(cls_features.windows, cls_features.features.cpu().numpy(), strict=True):
            rows[order[window]] = feature
        return rows

    def read_valid(self, pixels: Region) -> NDArray[np.bool_]:
        """Read which pixels of a part of the raster have data and lie inside the area of interest: (H, W).

        Raises:
            StoreError: If the part is damaged, or not complete.
        """
        return np.equal(self._read_validity(pixels), 1)

    def _read_validity(self, pixels: Region) -> NDArray[np.uint8]:
        """Return (H, W): 1 data, `OUTSIDE`, 0 no data; 0 for pixels that are not stored."""
        stored = pixels.intersect(self.info.stored)
        validity = np.zeros(pixels.shape, np.uint8)
        if stored.is_empty:
            return validity
        with self._reading("the validity"):
            validity[stored.slices_in(pixels)] = self._last[self._pixels_index(stored)]
        if (validity == MISSING).any():
            raise StoreError(
                f"embedding {self.name} is not complete: {len(self.missing())} of {len(self.blocks)} blocks are "
                "missing",
                remedy=Remedy("resume-encode"),
            )
        if (validity > OUTSIDE).any():
            raise self._damaged("the validity")
        return validity

    def read(self, cells: Region, *, cls_features: bool = False) -> BlockEmbedding:
        """Read the embedding of a part of the lattice.

        Args:
            cells: The part; cells that are not stored have no data.
            cls_features: Whether to read also the CLS features of the windows over it.

        Raises:
            StoreError: If the store is damaged, or not complete there.
        """
        stored = cells.intersect(self.info.grid.cells_of(self.info.stored))
        if stored != cells:
            return self._pad(stored, cells, cls_features=cls_features)
        inside = cells.scale(self.info.grid.step).intersect(self.info.grid.raster)
        has_data = torch.from_numpy(self._cells_with_data(cells, self._read_validity(inside)))
        features = self._empty(cells)
        self._read_features(cells, has_data, out=features)
        return BlockEmbedding(features, has_data, cells, self._read_cls(cells) if cls_features else None)

    def _pad(self, stored: Region, cells: Region, *, cls_features: bool) -> BlockEmbedding:
        """Read the stored part of cells; the others have no data."""
        features = torch.zeros(self.info.dim, *cells.shape, dtype=torch.float16)
        has_data = torch.zeros(cells.shape, dtype=torch.bool)
        if stored.is_empty:
            weights = blend_weights(self.info.grid.window_cells, self.info.blend)
            return BlockEmbedding(features, has_data, cells, ClsFeatures(features[:, 0, :0].T, (), weights))
        part = self.read(stored, cls_features=cls_features)
        inside = stored.slices_in(cells)
        features[(slice(None), *inside)], has_data[inside] = part.features, part.valid
        return BlockEmbedding(features, has_data, cells, part.cls_features)

    def read_block(self, block: Block, *, cls_features: bool = False) -> StoredBlock:
        """Read a block and the cells around it, without touching its neighbours.

        Args:
            block: One of `blocks`.
            cls_features: Whether to read also the CLS features of the windows over it.

        Raises:
            StoreError: If the store is damaged, or the block is not complete.
        """
        own, cells = self.info.grid.cells_of(block.core), block.cells
        validity = self._read_validity(block.core)
        inside = own.slices_in(cells)
        mask = torch.from_numpy(halo_mask(cells, own))
        with self._reading(f"the halo of block {block.index}"):
            halo = torch.from_numpy(np.asarray(self._halo[block.index])[:, : int(mask.sum())])
        if not halo[-1].all():
            raise self._incomplete()
        if not halo[-1].abs().eq(1).all():
            raise self._damaged(f"the halo of block {block.index}")
        self._check_features(halo[:-1].numpy(), halo[-1].numpy() > 0, part=f"the halo of block {block.index}")
        has_data = torch.empty(cells.shape, dtype=torch.bool)
        has_data[mask] = halo[-1] > 0
        has_data[inside] = torch.from_numpy(self._cells_with_data(own, validity))
        features = self._empty(cells)
        features[:, mask] = halo[:-1]
        self._read_features(own, has_data[inside], out=features[(slice(None), *inside)])
        windows = self._read_cls(cells) if cls_features else None
        return StoredBlock(BlockEmbedding(features, has_data, cells, windows), np.equal(validity, 1))

    def _cells_with_data(self, cells: Region, validity: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return which cells hold a pixel with data, from the validity of their pixels that are in the raster."""
        step = self.info.grid.step
        margins = tuple((0, side * step - n) for side, n in zip(cells.shape, validity.shape, strict=True))
        return valid_cells(np.pad(validity > 0, margins), step)

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
        self._check_features(out.numpy(), has_data.numpy(), part=f"cells {cells}")

    def _check_features(self, features: NDArray[np.float16], has_data: NDArray[np.bool_], *, part: str) -> None:
        """Check (D, …) features: none exceeds 2, is infinite or NaN, and no cell with data is all zero.

        Features are means of unit vectors, or projections of them. A missing chunk reads as zeros.
        """
        # As integers, positive numbers have the order of their values, and negative ones that of their magnitudes.
        positive = features.view(np.int16).max(axis=0)
        negative = features.view(np.uint16).max(axis=0)
        if (positive > _LARGEST).any() or (negative > _SIGN + _LARGEST).any():
            raise self._damaged(part)
        if ((positive <= 0) & ((negative == 0) | (negative == _SIGN)) & has_data).any():
            raise self._incomplete()

    def _damaged(self, part: str) -> StoreError:
        return StoreError(f"{part} of embedding {self.name} hold impossible values; it is damaged: {self.remedy}")

    def _incomplete(self) -> StoreError:
        return StoreError(
            f"embedding {self.name} lacks chunks although their block is marked as finished; {self.remedy}"
        )

    def _read_cls(self, cells: Region) -> ClsFeatures:
        info = self.info
        windows = info.grid.windows_touching(cells)
        covered = windows[0].union(windows[-1])
        near = [block for block in self.blocks if not block.cells.intersect(covered).is_empty]
        encoded: dict[Region, NDArray[np.float16]] = {}
        with self._reading("the CLS features"):
            for block in near:
                # A window that is away from the polygons of an area in one block may be encoded in another.
                rows = zip(block.windows, np.asarray(self._cls[block.index]), strict=False)
                encoded |= {window: row for window, row in rows if row.any()}
        found = tuple(window for window in windows if window in encoded)
        features = np.array([encoded[window] for window in found], np.float16).reshape(-1, info.dim)
        self._check_features(features.T, np.zeros(len(features), np.bool_), part="the CLS features")
        return ClsFeatures(torch.from_numpy(features), found, blend_weights(info.grid.window_cells, info.blend))


def create_store(
    name: str, info: EmbeddingInfo, *, thumbnail: NDArray[np.uint8], basis: Tensor | None = None
) -> EmbeddingStore:
    """Create an empty store, in place of an older one.

    Args:
        name: Path or fsspec URL.
        info: Its metadata.
        thumbnail: (3, h, w) picture of the raster.
        basis: (D of the model, `info.dim`) orthonormal columns, where features are projected.

    Raises:
        OutputError: If it cannot be written.
        OptionError: If its blocks are too large to be read.
    """
    try:
        check_block(info.grid, core=info.core, dim=info.dim)
    except ValueError as error:
        raise OptionError(str(error), remedy=Remedy("reduce-memory")) from error
    arrays = {**block_arrays(info), "thumbnail": ArraySpec.of(thumbnail)}
    if basis is not None:
        arrays["basis"] = ArraySpec.of(basis.numpy())
    group = create_group(name, info.to_dict(), arrays, noun=EmbeddingStore.noun)
    return EmbeddingStore(name, group, info)


def open_store(name: str, *, writable: bool = False) -> EmbeddingStore:
    """Open a store.

    Args:
        name: Path or fsspec URL.
        writable: Whether blocks will be written; the caller holds the lock of the store.

    Raises:
        StoreError: If there is none, or it is of another format or damaged.
    """
    group, description = open_group(name, writable=writable, noun=EmbeddingStore.noun, remedy=Remedy("encode"))
    if not description:
        raise StoreError(
            f"{name} is a Zarr group, but not a (finished) embedding; encode the raster again with overwrite=True"
        )
    store = EmbeddingStore(name, group, EmbeddingInfo.from_dict(description, name=name))
    if writable:
        store.remove_drafts()
    return store
