"""Blocks of a raster in a Zarr v3 group, in a folder or at an fsspec URL: what embeddings and unfinished maps share.

A block is one object per array, which Zarr writes atomically, with a checksum. One array is written last; its fill
value, which no finished block holds, marks the blocks that are missing. The description of the group is empty until its
arrays are created.
"""

import json
import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec.core
import numpy as np
import zarr
from fsspec.implementations.local import LocalFileSystem
from numpy.typing import NDArray
from zarr.codecs import ZstdCodec

from proxyclip_geo.data_files import network_errors
from proxyclip_geo.errors import OutputError, StoreError, change_filters
from proxyclip_geo.files import write_error
from proxyclip_geo.grid import Block
from proxyclip_geo.region import Region
from proxyclip_geo.remedies import Remedy

logger = logging.getLogger(__name__)

KEY = "proxyclip_geo"
"""Attribute of the group that holds its description."""
_FAILURES = (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError)


def failures() -> tuple[type[Exception], ...]:
    """Return what zarr, its codecs and file systems raise for a damaged or unreachable store."""
    return (*_FAILURES, *network_errors())


# Finding out whether a chunk is empty takes several times as long as compressing it.
_WRITE_ALL = {"array.write_empty_chunks": True}


class BlockStore:
    """A group of arrays that is written and read block by block.

    Attributes:
        name: Path or URL.
        blocks: The blocks, in order.
    """

    noun = "store"
    """What messages call it."""
    remedy = "run the same command again"
    """What helps if it is damaged."""

    def __init__(
        self, name: str, group: zarr.Group, *, blocks: tuple[Block, ...], tiling: Region, last: str, remedy: str = ""
    ) -> None:
        """Wrap a group.

        Args:
            name: Path or URL.
            group: The group.
            blocks: The blocks, in order.
            tiling: Pixels that the blocks tile; the first one is the arrays' first element.
            last: Array whose part of a block is written last; its last two axes are rows and columns of pixels.
            remedy: Remedy if that array cannot be opened, in place of the attribute.
        """
        self.name = name
        self.blocks = blocks
        self._group = group
        self._tiling = tiling
        with self._reading("the arrays", remedy=remedy):
            self._last = self._array(last)

    def _array(self, key: str) -> Any:
        with zarr.config.set(_WRITE_ALL), change_filters():
            # Newer versions of zarr repair the metadata of an array that make no sense, and warn.
            warnings.simplefilter("error", UserWarning)
            try:
                return self._group[key]
            except UserWarning as error:
                raise ValueError(str(error)) from error

    def _pixels_index(self, pixels: Region) -> tuple[slice, slice]:
        return pixels.slices_in(self._tiling)

    def _check_array(self, key: str, spec: "ArraySpec", *, remedy: str = "") -> None:
        """Check that an array has the layout that the metadata demand, so that reading it takes no more memory.

        Raises:
            StoreError: If it has another shape, type or chunks.
        """
        array = self._array(key)
        expected = (spec.shape, spec.dtype, spec.chunks, spec.shards)
        found = (array.shape, str(array.dtype), array.chunks, array.shards)
        if found != expected:
            raise StoreError(
                f"array '{key}' of {self.noun} {self.name} has shape, type, chunks and shards {found}, not {expected}; "
                f"it is damaged: {remedy or self.remedy}"
            )

    def is_done(self, block: Block) -> bool:
        """Return whether a block is finished.

        Raises:
            StoreError: If its mark is damaged.
        """
        rows, cols = self._pixels_index(block.core)
        with self._reading(block.name):
            return bool(np.ravel(self._last[..., rows.start, cols.start])[0] != self._last.fill_value)

    def missing(self) -> tuple[Block, ...]:
        """Return the blocks that are not finished, or damaged."""
        return tuple(block for block in self.blocks if not self._is_intact(block))

    def _is_intact(self, block: Block) -> bool:
        try:
            return self.is_done(block)
        except StoreError as error:
            logger.warning("%s is computed again: %s", block.name, error)
            return False

    def _write_last(self, block: Block, layers: Sequence[NDArray[Any]]) -> None:
        """Write the (H, W) layers of a block's core to the array that is written last, as one complete object.

        A part of an object could not be written in place of a damaged one.
        """
        height, width = self._last.chunks[-2:]
        rows, cols = self._pixels_index(block.core)
        tile = Region(rows.start // height * height, cols.start // width * width, height, width)
        inside = block.core.shift(-self._tiling.top, -self._tiling.left).slices_in(tile)
        values = np.full((len(layers), height, width), self._last.fill_value, self._last.dtype)
        for value, layer in zip(values, layers, strict=True):
            value[inside] = layer
        whole = tile.slices_in(Region(0, 0, 0, 0))
        self._last[(..., *whole)] = values if self._last.ndim == 3 else values[0]

    def remove_drafts(self) -> None:
        """Remove the partly written objects of a killed run on this machine; the caller holds the store's lock."""
        path = local_path(self.name)
        for draft in () if path is None else path.rglob(f"*.{'[0-9a-f]' * 32}.partial"):
            draft.unlink(missing_ok=True)

    @contextmanager
    def _reading(self, part: str, *, remedy: str = "") -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except failures() as error:
            raise StoreError(
                f"cannot read {part} of {self.noun} {self.name} ({type(error).__name__}: {error}); it is damaged or "
                f"cannot be reached: {remedy or self.remedy}"
            ) from error

    @contextmanager
    def _writing(self, block: Block) -> Iterator[None]:
        try:
            yield
        except failures() as error:
            remedy = "and run the same command again: it continues from the finished blocks"
            raise write_error(self.name, error, part=block.name, remedy=remedy) from error


@dataclass(frozen=True)
class ArraySpec:
    """An array of a group to create, compressed and with checksums.

    Attributes:
        shape: Its size.
        dtype: Its type.
        chunks: What is read at a time.
        shards: What is one object, a multiple of `chunks`; a chunk if not given.
        fill: Value of what was not written.
        values: All its values, if they are known; else it is written block by block.
    """

    shape: tuple[int, ...]
    dtype: str
    chunks: tuple[int, ...]
    shards: tuple[int, ...] | None = None
    fill: int = 0
    values: NDArray[Any] | None = None

    @classmethod
    def of(cls, values: NDArray[Any]) -> "ArraySpec":
        """Return the array of some values, in one chunk."""
        return cls(values.shape, values.dtype.name, values.shape, values=values)


def create_group(
    name: str, description: Mapping[str, Any], arrays: Mapping[str, ArraySpec], *, noun: str
) -> zarr.Group:
    """Create a group, in place of an older one.

    Args:
        name: Path or URL.
        description: JSON-able values.
        arrays: Its arrays by name.
        noun: What messages call the store.

    Raises:
        OutputError: If it cannot be written, or something else is in its place.
    """
    _check_replaceable(name, noun=noun)
    codecs: Any = [ZstdCodec(level=1, checksum=True)]
    try:
        group = zarr.open_group(name, mode="w", zarr_format=3, attributes={KEY: {}})
        for key, spec in arrays.items():
            array = group.create_array(
                key,
                shape=spec.shape,
                dtype=spec.dtype,
                chunks=spec.chunks,
                shards=spec.shards,
                fill_value=spec.fill,
                compressors=codecs,
            )
            if spec.values is not None:
                array[:] = spec.values
        group.attrs[KEY] = dict(description)
    except BaseException as error:
        # Without a description no run can resume it.
        begun = local_path(name)
        if begun is not None:
            shutil.rmtree(begun, ignore_errors=True)
        if not isinstance(error, failures()):
            raise
        raise write_error(name, error) from error
    return group


def _check_replaceable(name: str, *, noun: str) -> None:
    """Refuse to replace anything but a store.

    Raises:
        OutputError: If something else is there.
    """
    try:
        files, path = fsspec.core.url_to_fs(name)
        if not files.exists(path) or (files.isdir(path) and not files.ls(path)):
            return
        _refuse_devices(name)
        if KEY in zarr.open_group(name, mode="r", zarr_format=3).attrs:
            return
    except failures():
        pass
    raise OutputError(f"{name} is already there and is no {noun}, so it is not replaced; choose another place")


def open_group(name: str, *, writable: bool, noun: str, remedy: str | Remedy) -> tuple[zarr.Group, Mapping[str, Any]]:
    """Open a group; return it with its description, which is empty if it is no store or was not completely created.

    Raises:
        StoreError: If there is no group.
    """
    _refuse_devices(name)
    try:
        group = zarr.open_group(name, mode="r+" if writable else "r", zarr_format=3)
        description = group.attrs.asdict().get(KEY)
    except ImportError as error:
        raise StoreError(f"{name} needs a package that is not installed ({error})") from error
    except network_errors() as error:
        raise StoreError(
            f"{name} cannot be reached ({type(error).__name__}: {error}); check the connection and your credentials"
        ) from error
    except failures() as error:
        reason = f"{name} is not an {noun} ({type(error).__name__}: {error})"
        if isinstance(remedy, Remedy):
            raise StoreError(reason, remedy=remedy) from error
        raise StoreError(f"{reason}; {remedy}") from error
    return group, description if isinstance(description, Mapping) else {}


def _refuse_devices(name: str) -> None:
    """Refuse devices, pipes and broken links in a store on this machine: reading them may never end."""
    try:
        path = local_path(name)
    except OutputError:
        return
    for folder, _, _ in os.walk(path or ""):
        with os.scandir(folder) as entries:
            found = next((entry.path for entry in entries if not (entry.is_file() or entry.is_dir())), None)
        if found is not None:
            raise StoreError(f"{found} is no file, but a device, pipe or broken link; copy the whole store again")


def find_differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of two JSON-able descriptions whose values differ, in order."""
    # Values that were read back have lists in place of tuples.
    ours, theirs = (json.loads(json.dumps(values)) for values in (found, wanted))
    return tuple(sorted(key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)))


def exists(name: str) -> bool:
    """Return whether something is at a path or URL."""
    with _reaching(name):
        files, path = fsspec.core.url_to_fs(name)
        return bool(files.exists(path))


def local_path(name: str) -> Path | None:
    """Return the path of a store on this machine, or None for one elsewhere."""
    with _reaching(name):
        files, path = fsspec.core.url_to_fs(name)
        return Path(path) if isinstance(files, LocalFileSystem) else None


@contextmanager
def _reaching(name: str) -> Iterator[None]:
    try:
        yield
    except failures() as error:
        raise OutputError(f"{name} cannot be reached ({error}); choose another place") from error
