"""A run as a value that workers can compute blocks of."""

import os
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from distributed import get_worker

from proxyclip_geo.engine.classify import BlockLabels, TextBank
from proxyclip_geo.engine.options import Upsampling
from proxyclip_geo.engine.plan import Plan
from proxyclip_geo.engine.runner import run_blocks
from proxyclip_geo.errors import ProxyClipGeoError, RasterError, WorkerError
from proxyclip_geo.grid import Block
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.models.load import load_model
from proxyclip_geo.raster.options import SourceOptions
from proxyclip_geo.raster.source import PLACES, Source, open_source

# The run that a thread of a worker has loaded, and its id.
_LOADED = threading.local()


def share_cores(local_workers: int | None) -> None:
    """Take a share of this machine's cores in a worker: more threads than cores slow each other down many times.

    Args:
        local_workers: Number of workers on this machine; None leaves the threads as they are.
    """
    if local_workers is not None:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // local_workers))


def choose_device(device: str, *, local_workers: int | None) -> str:
    """Return the device that a worker computes on; workers of this machine take its GPUs in turn."""
    gpus = torch.cuda.device_count()
    if local_workers is None or device not in ("auto", "cuda") or not gpus:
        return device
    return f"cuda:{int(get_worker().name) % gpus}"


@dataclass(frozen=True)
class BlockTask:
    """A run, as a value that can be sent to a worker.

    Attributes:
        raster: Path or URL that the worker can read, too.
        reading: Bands, gsd and area, and the measured stretch.
        fingerprint: Identifies the pixels of the raster; see `Source.fingerprint`.
        card: The model; its weights must be on the worker's machine.
        loading: Keyword arguments of `load_model`.
        checksums: sha256 that the weights must have, by tower.
        arithmetic: Backend and dtype that the loaded model must have, e.g. ("torch", "float32").
        plan: Windows and blocks.
        bank: The queries, on the CPU.
        upsampling: How logits of pixels are computed.
        probabilities: Whether to compute those of all classes.
        local_workers: Number of workers that share the cores and GPUs of this machine; None on a cluster, whose workers
            use the device and the cores that they are given.
    """

    raster: str
    reading: SourceOptions
    fingerprint: Mapping[str, Any]
    card: ModelCard
    loading: Mapping[str, Any]
    checksums: Mapping[str, str]
    arithmetic: tuple[str, str]
    plan: Plan
    bank: TextBank
    upsampling: Upsampling
    probabilities: bool
    local_workers: int | None = None

    def load(self, *, encoder: DenseEncoder | None = None) -> "LoadedTask":
        """Load the model and open the raster.

        Args:
            encoder: The model, if it is already loaded.

        Raises:
            RasterError: If the raster here is not that of the run.
            WorkerError: If the raster cannot be opened here, or the model differs from that of the run or computes
                differently.
            ModelError: If the model cannot be loaded here.
            WeightsError: If its weights are not here.
        """
        share_cores(self.local_workers)
        try:
            source = open_source(self.raster, self.reading, check=False)
        except RasterError as error:
            raise WorkerError(f"a worker cannot open the raster: {error.reason}", remedy=error.remedy) from error
        with ExitStack() as undo:
            undo.callback(source.close)
            self._require_same_raster(source)
            loaded = LoadedTask(self, source, encoder or self._load_encoder())
            undo.pop_all()
        return loaded

    def _require_same_raster(self, source: Source) -> None:
        found = source.fingerprint()
        different = [key for key, value in self.fingerprint.items() if key not in PLACES and found.get(key) != value]
        if different:
            raise RasterError(
                f"raster {source.name} of a worker differs from that of the run in {', '.join(different)}; it "
                "was changed during the run, or is another copy: start the run again, or copy the file with its time"
            )

    def has_same_model(self, other: "BlockTask") -> bool:
        """Return whether another run computes with the same model in the same way."""
        ours, theirs = ((task.card, task.loading, task.checksums, task.arithmetic) for task in (self, other))
        return ours == theirs

    def _load_encoder(self) -> DenseEncoder:
        """Load the model; require the weights and the arithmetic of the run."""
        device = choose_device(self.loading.get("device", "auto"), local_workers=self.local_workers)
        model = load_model(self.card, **{**self.loading, "device": device})
        if model.checksums != self.checksums:
            raise WorkerError(
                f"a worker has other weights of model '{self.card.name}' than the run (sha256 "
                f"{', '.join(model.checksums.values())}; expected {', '.join(self.checksums.values())}); copy the "
                "weights from the machine that starts the run"
            )
        found = (model.encoder.backend, str(model.encoder.dtype).removeprefix("torch."))
        if found != self.arithmetic:
            raise WorkerError(
                f"a worker would compute with {' in '.join(found)}, the run computes with "
                f"{' in '.join(self.arithmetic)}; use the same versions and the same kind of machine"
            )
        return model.encoder


class LoadedTask:
    """A run with its model and raster loaded; use `BlockTask.load`.

    Attributes:
        task: The run.
        encoder: The model.
    """

    def __init__(self, task: BlockTask, source: Source, encoder: DenseEncoder) -> None:
        self.task = task
        self.encoder = encoder
        self._source = source

    def close(self) -> None:
        """Close the raster."""
        self._source.close()

    def compute(self, block: Block) -> BlockLabels:
        """Compute the labels of a block.

        Raises:
            ProxyClipGeoError: If it cannot be read or computed; the message names it.
        """
        task = self.task
        [result] = run_blocks(
            self._source,
            task.plan,
            encoder=self.encoder,
            bank=task.bank,
            blocks=[block],
            upsampling=task.upsampling,
            probabilities=task.probabilities,
        )
        return result.map


def compute_block(run: str, task: BlockTask, block: Block) -> BlockLabels:
    """Compute a block on a worker; load the run first if this thread has another one or none.

    Args:
        run: Id of the run.
        task: The run.
        block: The block to compute.

    Raises:
        ProxyClipGeoError: If the run cannot be loaded here, or the block cannot be computed.
    """
    try:
        loaded: tuple[str, LoadedTask] | None = getattr(_LOADED, "task", None)
        if loaded is None or loaded[0] != run:
            encoder = None if loaded is None else _close_other_run(loaded[1], task)
            _LOADED.task = loaded = (run, task.load(encoder=encoder))
        return loaded[1].compute(block)
    except ProxyClipGeoError as error:
        # Dask pickles the causes as well, and those of GDAL cannot be unpickled.
        error.__cause__ = error.__context__ = None
        raise


def _close_other_run(loaded: LoadedTask, task: BlockTask) -> DenseEncoder | None:
    """Close the raster of another run, which may have changed since; return its model if this run has the same."""
    _LOADED.task = None
    loaded.close()
    return loaded.encoder if loaded.task.has_same_model(task) else None
