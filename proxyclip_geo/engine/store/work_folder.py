"""The work folder: finished blocks of a run, so that it can be broken off at any moment and gone on with.

A run computes blocks in any order, in any process, and keeps each as one small file that appears whole or not at all.
The results are put together from the files when all are there. A manifest says what run the folder belongs to.
"""

import json
import logging
import shutil
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numcodecs import Zstd
from numpy.typing import NDArray

from proxyclip_geo.engine.classify import BlockLabels
from proxyclip_geo.engine.prefetch import prefetch
from proxyclip_geo.engine.runner import BlockResult
from proxyclip_geo.errors import OutputError
from proxyclip_geo.files import atomic_write, write_error, write_json
from proxyclip_geo.grid import Block
from proxyclip_geo.raster.spec import SCORE_NODATA

logger = logging.getLogger(__name__)

FORMAT = 1
MANIFEST = "manifest.json"
_MAGIC = b"PCGB1\n"
_CODEC = Zstd(level=1)


def pack(mapped: BlockLabels) -> bytes:
    """Turn the map of a block into bytes, compressed, with a checksum."""
    layers = {"labels": mapped.labels, "score": mapped.score, "probabilities": mapped.probabilities}
    present = {name: np.ascontiguousarray(layer) for name, layer in layers.items() if layer is not None}
    bodies = [bytes(_CODEC.encode(layer)) for layer in present.values()]
    facts = [
        [name, layer.dtype.str, list(layer.shape), len(body)]
        for (name, layer), body in zip(present.items(), bodies, strict=True)
    ]
    content = json.dumps(facts).encode() + b"\n" + b"".join(bodies)
    return _MAGIC + zlib.crc32(content).to_bytes(4, "big") + content


def is_whole(data: bytes) -> bool:
    """Return whether bytes are those that `pack` made."""
    start = len(_MAGIC)
    return data[:start] == _MAGIC and zlib.crc32(data[start + 4 :]).to_bytes(4, "big") == data[start : start + 4]


def unpack(data: bytes) -> BlockLabels:
    """Turn what `pack` made into the map of a block.

    Raises:
        ValueError: If it is damaged.
    """
    if not is_whole(data):
        raise ValueError("a kept block is damaged")
    start = len(_MAGIC) + 4
    end = data.index(b"\n", start)
    layers: dict[str, NDArray[Any]] = {}
    position = end + 1
    for name, dtype, shape, size in json.loads(data[start:end]):
        body = _CODEC.decode(data[position : position + size])
        layers[name] = np.frombuffer(body, dtype).reshape(shape)
        position += size
    return BlockLabels(layers["labels"], layers["score"], layers.get("probabilities"))


class WorkFolder:
    """The finished blocks of one run; use `open_work`.

    Attributes:
        path: The folder.
        resumed: Number of blocks that an earlier run had finished.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._done = {int(file.stem) for file in path.glob("*.block") if self._check(file)}
        self.resumed = len(self._done)

    @staticmethod
    def _check(file: Path) -> bool:
        """Return whether a kept block is whole; one that a crash of the machine damaged is computed again."""
        if is_whole(file.read_bytes()):
            return True
        logger.warning("%s is damaged and is computed again", file)
        file.unlink()
        return False

    def __len__(self) -> int:
        """Return how many blocks are done."""
        return len(self._done)

    def missing(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """Return the blocks that are not done."""
        return tuple(block for block in blocks if block.index not in self._done)

    def _file(self, block: Block) -> Path:
        return self.path / f"{block.index:06d}.block"

    def keep(self, block: Block, data: bytes) -> None:
        """Keep a packed block; it counts as done when this returns.

        Raises:
            OutputError: If it cannot be written; the message names the block.
        """
        remedy = f"and run the same command again: it continues from the {len(self)} finished blocks"
        try:
            with atomic_write(self._file(block)) as draft:
                draft.write_bytes(data)
        except OutputError as error:
            raise write_error(self.path, error.__cause__ or error, part=block.name, remedy=remedy) from error
        self._done.add(block.index)

    def results(
        self, blocks: Sequence[Block], *, nodata: int, classes: int | None
    ) -> Generator[BlockResult, None, None]:
        """Yield the maps of all blocks, in order; those that are not done are no-data.

        Args:
            blocks: All blocks of the run.
            nodata: Label value of pixels without data.
            classes: Number of bands of probabilities; None where none were asked for.
        """

        def read(block: Block) -> BlockLabels:
            if block.index in self._done:
                return unpack(self._file(block).read_bytes())
            return _no_data(block.core.shape, nodata=nodata, classes=classes)

        for block, mapped in prefetch(blocks, read):
            yield BlockResult(block, mapped)

    def remove(self) -> None:
        """Remove the folder: the run is finished.

        In one step for whoever looks: killed in between, it leaves no folder that a next run would go on from.
        """
        trash = _trash(self.path)
        shutil.rmtree(trash, ignore_errors=True)
        try:
            self.path.rename(trash)
        except OSError:
            trash = self.path
        shutil.rmtree(trash, ignore_errors=True)


def _trash(path: Path) -> Path:
    """Return what a work folder is called while it is being removed."""
    return path.with_name(f"{path.name}.removed")


def _no_data(shape: tuple[int, int], *, nodata: int, classes: int | None) -> BlockLabels:
    return BlockLabels(
        np.full(shape, nodata, np.uint8 if nodata <= 255 else np.uint16),
        np.full(shape, SCORE_NODATA, np.uint8),
        None if classes is None else np.full((classes, *shape), SCORE_NODATA, np.uint8),
    )


@contextmanager
def open_work(path: Path, facts: Mapping[str, Any], *, overwrite: bool) -> Iterator[WorkFolder]:
    """Make a work folder, or find the one of the same run; nobody else can use it meanwhile.

    It stays when the run fails, so that the next one goes on; but not where nothing was finished.

    Args:
        path: The folder; its parent exists.
        facts: JSON-able facts that tell runs apart whose blocks differ.
        overwrite: Whether the folder of another run may be thrown away.

    Raises:
        OutputError: If it cannot be made, is in use, or belongs to another run.
    """
    shutil.rmtree(_trash(path), ignore_errors=True)
    _prepare(path, json.loads(json.dumps(facts)), overwrite=overwrite)
    work = WorkFolder(path)
    if work.resumed:
        logger.info("going on with the run in %s: %d blocks are done", path, work.resumed)
    try:
        yield work
    finally:
        if not len(work):
            work.remove()


def _prepare(path: Path, facts: dict[str, Any], *, overwrite: bool) -> None:
    manifest = path / MANIFEST
    try:
        found = json.loads(manifest.read_text("utf-8")) if manifest.exists() else None
        different = _differences(found, facts)
        if found is not None and different and not overwrite:
            raise OutputError(
                f"{path} holds an unfinished run that differs in {', '.join(different)}; repeat that run's command to "
                "finish it, pass --overwrite to throw it away, or choose another place with -o"
            )
        if different:
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            write_json(manifest, {"format": FORMAT, **facts})
    except (OSError, ValueError) as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(
            f"the work folder {path} cannot be written ({error}); free space, or remove it and run this again"
        ) from error


def _differences(found: Any, facts: dict[str, Any]) -> list[str]:
    if not isinstance(found, dict):
        return ["everything"]
    wanted = {"format": FORMAT, **facts}
    return [key for key in sorted({*found, *wanted}) if found.get(key) != wanted.get(key)]
