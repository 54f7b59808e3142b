"""Label pictures that fit into memory, as values that workers can compute."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.distributed.task import choose_device, share_cores
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.read_block import ReadBlock
from proxyclip_geo.engine.runner import run_blocks
from proxyclip_geo.engine.window_logits import average_logits, label_logits
from proxyclip_geo.errors import WorkerError
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.models.load import load_model
from proxyclip_geo.region import Region


@dataclass(frozen=True)
class PictureTask:
    """How to label pictures, as a value that can be sent to a worker.

    Attributes:
        card: The model; its weights must be on the worker's machine.
        loading: Keyword arguments of `load_model`.
        checksums: sha256 that the weights must have, by tower.
        bank: The queries, on the CPU.
        window: (side of a window, distance between windows) in pixels.
        batch_size: Windows a batch.
        fill: Colour around windows of small pictures; None to blend features on the lattice, as `segment` does.
        local_workers: Number of workers that share this machine; None in a single process or on a cluster.
    """

    card: ModelCard
    loading: Mapping[str, Any]
    checksums: Mapping[str, str]
    bank: TextBank
    window: tuple[int, int]
    batch_size: int
    fill: tuple[float, float, float] | None
    local_workers: int | None = None

    def load(self) -> DenseEncoder:
        """Load the image model in a worker.

        Raises:
            WorkerError: If the worker has other weights.
        """
        share_cores(self.local_workers)
        device = choose_device(self.loading.get("device", "auto"), local_workers=self.local_workers)
        model = load_model(self.card, **{**self.loading, "device": device})
        if model.checksums != self.checksums:
            raise WorkerError(
                f"a worker has other weights of model '{self.card.name}' than this machine; copy the weights there"
            )
        return model.encoder

    def label(
        self, rgb: NDArray[np.uint8], *, shape: tuple[int, int], encoder: DenseEncoder
    ) -> NDArray[np.unsignedinteger]:
        """Label a picture.

        Args:
            rgb: (3, H, W), scaled.
            shape: (height, width) of the labels: logits are resized bilinearly, labels of blended features to the
                nearest pixel.
            encoder: The image model.
        """
        if self.fill is not None:
            logits = average_logits(
                rgb, self.bank, encoder=encoder, window=self.window, fill=self.fill, batch_size=self.batch_size
            )
            return label_logits(logits, self.bank, shape=shape)
        return _resize_nearest(self._blend(rgb, encoder), shape)

    def _blend(self, rgb: NDArray[np.uint8], encoder: DenseEncoder) -> NDArray[np.unsignedinteger]:
        side, stride = self.window
        plan = make_plan(
            (rgb.shape[1], rgb.shape[2]), encoder=encoder, window=side, stride=stride, batch_size=self.batch_size
        )
        labels = np.empty(rgb.shape[1:], self.bank.label_dtype)
        whole = Region(0, 0, rgb.shape[1], rgb.shape[2])
        for block in run_blocks(_Picture(rgb), plan, encoder=encoder, bank=self.bank):
            labels[block.block.core.slices_in(whole)] = block.map.labels
        return labels


@dataclass(frozen=True)
class _Picture:
    """A picture as a source of pixels."""

    rgb: NDArray[np.uint8]

    def read(self, region: Region) -> ReadBlock:
        rows, cols = region.slices_in(Region(0, 0, self.rgb.shape[1], self.rgb.shape[2]))
        return ReadBlock(self.rgb[:, rows, cols], np.ones(region.shape, np.bool_))


def _resize_nearest(labels: NDArray[np.unsignedinteger], shape: tuple[int, int]) -> NDArray[np.unsignedinteger]:
    rows, cols = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp) for old, new in zip(labels.shape, shape, strict=True)
    )
    resized: NDArray[np.unsignedinteger] = labels[rows[:, None], cols]
    return resized
