"""Weights from the hub: on request only, resumable, checked."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from proxyclip_geo.errors import ModelError, WeightsError
from proxyclip_geo.files import copy_file
from proxyclip_geo.models.card import HubFile, ModelCard
from proxyclip_geo.models.device import Backend
from proxyclip_geo.models.weights import WEIGHTS_FOLDER, Weights
from proxyclip_geo.models.zoo import clip_weights, load_model, vfm_weights
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress


@dataclass(frozen=True)
class WeightsStatus:
    """The weights of one tower on this machine.

    Attributes:
        weights: Where they come from.
        path: The file, or None where it is not here.
        size: Bytes, or None where it is not here.
    """

    weights: Weights
    path: Path | None
    size: int | None

    @property
    def origin(self) -> str:
        """The file's hub address, or its path."""
        hub = self.weights.hub
        return str(self.weights.path) if hub is None else f"{hub.repo}/{hub.file}@{hub.revision}"


def weights_status(card: ModelCard) -> tuple[WeightsStatus, ...]:
    """Return what is here of a model's weights, CLIP first; no network."""
    found = [(weights, weights.locate()) for weights in (clip_weights(card), vfm_weights(card))]
    return tuple(WeightsStatus(weights, path, path.stat().st_size if path else None) for weights, path in found)


def fetch_weights(card: ModelCard, *, folder: Path | None = None, progress: Progress = no_progress) -> tuple[Path, ...]:
    """Download the weights of a model that are not on this machine, and check all of them.

    A download that was broken off goes on where it stopped.

    Args:
        card: The model.
        folder: Where to copy them as `owner/name/file`, to be carried to a machine without a network.
        progress: Called with the bytes of each file.

    Returns:
        The files, CLIP first.

    Raises:
        WeightsError: If the hub cannot be reached, has no such file, or sends a file with another checksum.
        OutputError: If a file cannot be copied to `folder`.
    """
    paths = []
    for weights in (clip_weights(card), vfm_weights(card)):
        if weights.hub is not None and weights.locate() is None:
            _download(weights.hub, model=card.name, progress=progress)
        path, _ = weights.verify()
        paths.append(
            path
            if folder is None or weights.hub is None
            else copy_file(path, folder / weights.hub.repo / weights.hub.file)
        )
    return tuple(paths)


@dataclass(frozen=True)
class SelfTest:
    """How a model did with one word and one window.

    Attributes:
        name: The model.
        device: Where it ran.
        parameters: Parameters of both towers.
        window: Side of the window in pixels.
        step: Pixels per token.
        dim: Length of a dense feature.
        seconds: Time of one window, after one to warm up.
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
    """Load a model, encode a word and a window of noise, and see that the features are what they should be.

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
        raise ModelError(f"model '{loaded.card.name}' loads, but its features are not finite or do not match its text")
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


def _download(hub: HubFile, *, model: str, progress: Progress) -> None:
    """Bring a file into the hub's cache, going on where an earlier try was broken off."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    name = f"{hub.repo}/{hub.file}"
    try:
        hf_hub_download(hub.repo, hub.file, revision=hub.revision, tqdm_class=_reporting(progress, name))
    except LocalEntryNotFoundError as error:
        raise WeightsError(
            f"{name} is not on this machine and the hub cannot be reached; fetch it where there is a network with "
            f"`proxyclip-geo models fetch {model} --to FOLDER`, carry the folder here and set "
            f"{WEIGHTS_FOLDER} to it, or use --model demo"
        ) from error
    except HfHubHTTPError as error:
        reason = str(error).strip().splitlines()[0]
        raise WeightsError(f"the hub refuses {name} at revision {hub.revision}: {reason}") from error
    except OSError as error:
        raise WeightsError(f"cannot store {name}: {error}") from error


def _reporting(progress: Progress, name: str) -> Any:
    """Return a tqdm class that reports to a progress callable instead of drawing."""
    from tqdm.auto import tqdm

    class Reporting(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "disable": False})

        def display(self, *args: Any, **kwargs: Any) -> None:
            progress(ProgressEvent("fetch", int(self.n), int(self.total or 0), "bytes", name))

    return Reporting
