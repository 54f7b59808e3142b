"""What another process, here or elsewhere, needs to compute blocks on its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.runner import Plan, run_blocks
from proxyclip_geo.engine.store.work_folder import pack
from proxyclip_geo.errors import RasterError, WorkerError
from proxyclip_geo.grid import Block
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.models.load import load_model
from proxyclip_geo.raster.source import Source, SourceOptions, open_source


@dataclass(frozen=True)
class BlockTask:
    """A run, as a value that can be sent to a process.

    Attributes:
        raster: Path or URL that the process can read, too.
        reading: Bands, resolution and area, and the stretch that was measured.
        card: The model; its weights must be on the machine of the process.
        loading: Keyword arguments of `load_model`.
        checksums: sha256 that the weights must have, by tower.
        arithmetic: Backend and type of number that loading must come to, e.g. ("torch", "float32").
        plan: Windows and blocks.
        bank: The queries, on the CPU.
        along: Whether borders follow the image.
        probabilities: Whether to compute those of all classes.
    """

    raster: str
    reading: SourceOptions
    card: ModelCard
    loading: Mapping[str, Any]
    checksums: Mapping[str, str]
    arithmetic: tuple[str, str]
    plan: Plan
    bank: TextBank
    edge_aware: bool
    probabilities: bool

    def on_device(self, device: str) -> "BlockTask":
        """Return the same run on another device."""
        return replace(self, loading={**self.loading, "device": device})

    def open(self, *, threads: int | None = None, encoder: DenseEncoder | None = None) -> "BlockMaker":
        """Load the model and open the raster.

        Args:
            threads: Processor threads to compute with; torch's own choice if not given.
            encoder: The model, if it is already loaded.

        Raises:
            WorkerError: If the raster cannot be opened here, though it could where the run was begun, or the model
                is another or computes otherwise here.
            ModelError: If the model cannot be loaded here.
            WeightsError: If its weights are not here.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        try:
            source = open_source(self.raster, self.reading)
        except RasterError as error:
            raise WorkerError(f"a worker cannot open the raster: {error}") from error
        return BlockMaker(self, source, encoder or self._load())

    def has_same_model(self, other: "BlockTask") -> bool:
        """Return whether another run computes with the same model in the same way."""
        ours, theirs = ((task.card, task.loading, task.checksums, task.arithmetic) for task in (self, other))
        return ours == theirs

    def _load(self) -> DenseEncoder:
        """Load the model, and see that it is that of the run and computes as the run does."""
        model = load_model(self.card, **self.loading)
        if model.checksums != self.checksums:
            raise WorkerError(
                f"a worker has other weights of model '{self.card.name}' than the run (sha256 "
                f"{', '.join(model.checksums.values())}; wanted {', '.join(self.checksums.values())}); copy those of "
                "the machine that begins the run"
            )
        found = (model.encoder.backend, str(model.encoder.dtype).removeprefix("torch."))
        if found != self.arithmetic:
            raise WorkerError(
                f"a worker would compute with {' in '.join(found)}, the run does with {' in '.join(self.arithmetic)}; "
                "use the same versions and the same kind of machine"
            )
        return model.encoder


class BlockMaker:
    """Computes blocks of a run, one at a time; use `BlockTask.open`.

    Attributes:
        task: The run.
        encoder: The model.
    """

    def __init__(self, task: BlockTask, source: Source, encoder: DenseEncoder) -> None:
        self.task = task
        self.encoder = encoder
        self._source = source

    def close(self) -> None:
        """Release the raster."""
        self._source.close()

    def compute(self, block: Block) -> bytes:
        """Compute a block and pack its map.

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
            edge_aware=task.edge_aware,
            probabilities=task.probabilities,
        )
        return pack(result.map)
