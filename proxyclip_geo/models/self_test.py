"""The self-test of a model: one word, one window."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.load import load_model
from proxyclip_geo.models.options import Backend


@dataclass(frozen=True)
class SelfTest:
    """The result of a self-test.

    Attributes:
        name: The model.
        device: Device, backend and number type.
        parameters: Number of weights of the image encoder.
        window: Side of the window in pixels.
        step: Pixels per token.
        dim: Length of a dense feature.
        seconds: Time of one window, after a warm-up.
        sha256: Checksums of the weights by tower.
    """

    name: str
    device: str
    parameters: int
    window: int
    step: int
    dim: int
    seconds: float
    sha256: Mapping[str, str]


def run_self_test(model: str | Path, *, device: str = "auto", backend: Backend = "auto") -> SelfTest:
    """Load a model, encode a word and a window of noise, and check the features.

    Raises:
        ModelError: If there is no such model or device, or its features are not finite.
        WeightsError: If the weights are missing, damaged or of another model.
    """
    loaded = load_model(model, device=device, backend=backend)
    encoder, side = loaded.encoder, loaded.card.window.size
    noise = torch.randint(0, 256, (1, 3, side, side), dtype=torch.uint8)
    encoder.encode(noise)
    started = time.perf_counter()
    features = encoder.encode(noise).dense.cpu()
    seconds = time.perf_counter() - started
    query = loaded.text.encode(["water"])
    if not (features.isfinite().all() and query.isfinite().all() and query.shape[1] == features.shape[1]):
        raise ModelError(
            f"model '{loaded.card.name}' loads, but its features are not finite or differ in length from its queries"
        )
    return SelfTest(
        name=loaded.card.name,
        device=f"{encoder.device} ({encoder.backend}, {str(encoder.dtype).removeprefix('torch.')})",
        parameters=loaded.parameters,
        window=side,
        step=encoder.step,
        dim=encoder.dim,
        seconds=seconds,
        sha256=loaded.checksums,
    )
