"""The finished blocks of an unfinished map; see `block_store`.

A run computes blocks in any order, in any process, and stores the labels of each, so that an interrupted run resumes.
When the results are written, the store is removed.

One array, `layers` (n, rows, cols) in pixels: score, labels and the probability of each class, if those are requested.
"""

import logging
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from proxyclip_geo.engine.classify import BlockLabels
from proxyclip_geo.engine.plan import Plan
from proxyclip_geo.engine.prefetch import prefetch
from proxyclip_geo.engine.runner import BlockResult
from proxyclip_geo.engine.store.block_store import (
    ArraySpec,
    BlockStore,
    create_group,
    exists,
    find_differences,
    open_group,
)
from proxyclip_geo.errors import OutputError
from proxyclip_geo.files import remove_folder
from proxyclip_geo.grid import Block, ceil_div
from proxyclip_geo.raster.spec import SCORE_NODATA

logger = logging.getLogger(__name__)

FORMAT = 1
_REMEDY = "remove it, and run the same command again"
MISSING = 254
"""Score of pixels that are not computed yet; scores are at most 100, or no-data."""


class LabelStore(BlockStore):
    """The finished blocks of an unfinished map; use `open_label_store`.

    Attributes:
        todo: The blocks that were missing when the store was opened.
        done: Number of finished blocks.
    """

    noun = "unfinished map"

    def __init__(
        self, path: Path, group: zarr.Group, plan: Plan, *, spec: ArraySpec, nodata: int, is_new: bool
    ) -> None:
        super().__init__(str(path), group, blocks=plan.blocks, tiling=plan.tiling, last="layers", remedy=_REMEDY)
        self._check_array("layers", spec, remedy=_REMEDY)
        self._path = path
        self._nodata = nodata
        self.todo = plan.blocks if is_new else self.missing()
        self.done = len(self.blocks) - len(self.todo)

    def write(self, block: Block, labels: BlockLabels) -> None:
        """Store the labels of a block; it is finished when this returns.

        Raises:
            OutputError: If they cannot be written; the message names the block.
        """
        layers = [labels.score, labels.labels, *(() if labels.probabilities is None else labels.probabilities)]
        with self._writing(block):
            self._write_last(block, layers)
        self.done += 1

    def finished(self) -> Generator[BlockResult, None, None]:
        """Yield the labels of the blocks that were finished when the store was opened, in order.

        Raises:
            OutputError: If one of them was removed since then.
            StoreError: If one is damaged.
        """
        todo = {block.index for block in self.todo}
        for block, labels in prefetch([block for block in self.blocks if block.index not in todo], self.read):
            yield BlockResult(block, labels)

    def read(self, block: Block) -> BlockLabels:
        """Read the labels of a finished block.

        Raises:
            OutputError: If it is not finished.
            StoreError: If it is damaged.
        """
        with self._reading(block.name):
            layers = np.asarray(self._last[(slice(None), *self._pixels_index(block.core))])
        if layers[0, 0, 0] == MISSING:
            raise OutputError(
                f"{self.name} was removed or damaged while it was read: {block.name} is missing; run the same command "
                "again"
            )
        probabilities = layers[2:].astype(np.uint8, copy=False) if len(layers) > 2 else None
        return BlockLabels(layers[1], layers[0].astype(np.uint8, copy=False), probabilities)

    def without_data(self, block: Block) -> BlockResult:
        """Return the labels of a block that failed: it has no data."""
        layers = np.full((self._last.shape[0], *block.core.shape), SCORE_NODATA, np.uint8)
        labels = np.full(block.core.shape, self._nodata, self._last.dtype)
        return BlockResult(block, BlockLabels(labels, layers[0], layers[2:] if len(layers) > 2 else None))

    def remove(self) -> None:
        """Remove the store: the map is finished."""
        remove_folder(self._path)


@contextmanager
def open_label_store(
    path: Path, plan: Plan, *, identity: Mapping[str, Any], nodata: int, classes: int | None, overwrite: bool
) -> Iterator[LabelStore]:
    """Open the store of an interrupted run, or create one; the caller holds the lock of the results.

    It stays when the run fails, so that the next one resumes it, unless no block was finished.

    Args:
        path: Its folder.
        plan: The blocks.
        identity: JSON-able values that the labels of blocks depend on.
        nodata: Label value of pixels without data.
        classes: Number of classes whose probabilities are stored; None if they are not requested.
        overwrite: Whether the store of another run may be replaced.

    Raises:
        OutputError: If it cannot be written, or belongs to another run.
    """
    wanted = {"format": FORMAT, **identity}
    group, found = _open(path) if exists(str(path)) else (None, {})
    different = find_differences(found, wanted)
    if found and different and not overwrite:
        raise OutputError(
            f"{path} holds an unfinished map that differs in {', '.join(different)}; repeat the command of that run to "
            "finish it, pass overwrite=True to discard it, or choose another place"
        )
    is_new = group is None or bool(different)
    layers = 2 + (classes or 0)
    tile = [min(plan.core, side) for side in plan.tiling.shape]
    shape = [ceil_div(side, n) * n for side, n in zip(plan.tiling.shape, tile, strict=True)]
    dtype = "uint8" if nodata <= 255 else "uint16"
    spec = ArraySpec((layers, *shape), dtype, (layers, *tile), fill=MISSING)
    if group is None or is_new:
        group = create_group(str(path), wanted, {"layers": spec}, noun=LabelStore.noun)
    store = LabelStore(path, group, plan, spec=spec, nodata=nodata, is_new=is_new)
    store.remove_drafts()
    if store.done:
        logger.info("resuming %s: %d of %d blocks are finished", path, store.done, len(store.blocks))
    try:
        yield store
    finally:
        if not store.done:
            store.remove()


def _open(path: Path) -> tuple[zarr.Group, Mapping[str, Any]]:
    return open_group(str(path), writable=True, noun=LabelStore.noun, remedy=_REMEDY)
