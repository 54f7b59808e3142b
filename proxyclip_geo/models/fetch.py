"""Weights from the hub: on request only, resumable, checked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proxyclip_geo.errors import WeightsError
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.weights import Weights
from proxyclip_geo.models.zoo import clip_weights, vfm_weights
from proxyclip_geo.progress import Progress, ProgressEvent, ignore


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


def fetch_weights(card: ModelCard, *, folder: Path | None = None, progress: Progress = ignore) -> tuple[Path, ...]:
    """Download the weights of a model that are not on this machine, and check all of them.

    A download that was broken off goes on where it stopped.

    Args:
        card: The model.
        folder: Where to put `owner/name/file`, to be carried to a machine without a network; the hub's cache if not given.
        progress: Called with the bytes of each file.

    Returns:
        The files, CLIP first.

    Raises:
        WeightsError: If the hub cannot be reached, has no such file, or sends a file with another checksum.
    """
    paths = []
    for weights in (clip_weights(card), vfm_weights(card)):
        if weights.hub is not None and (folder is not None or weights.locate() is None):
            paths.append(_download(weights, folder=folder, progress=progress))
        else:
            paths.append(weights.verify()[0])
    return tuple(paths)


def _download(weights: Weights, *, folder: Path | None, progress: Progress) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    hub = weights.hub
    assert hub is not None
    name = f"{hub.repo}/{hub.file}"
    try:
        with _tqdm_to(progress, name) as tqdm_class:
            path = Path(
                hf_hub_download(
                    hub.repo,
                    hub.file,
                    revision=hub.revision,
                    local_dir=None if folder is None else folder / hub.repo,
                    tqdm_class=tqdm_class,
                )
            )
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        raise WeightsError(
            f"{name} is not on this machine and the hub cannot be reached; fetch it where there is a network with "
            f"`proxyclip-geo models fetch {weights.model} --to FOLDER`, carry the folder here and set "
            "PROXYCLIP_GEO_WEIGHTS to it, or use --model demo"
        ) from error
    except HfHubHTTPError as error:
        raise WeightsError(
            f"the hub refuses {name} at revision {hub.revision}: {str(error).splitlines()[0]}"
        ) from error
    except OSError as error:
        raise WeightsError(f"cannot store {name}: {error}") from error
    return Weights(weights.model, weights.tower, path=path, sha256=weights.expected_sha256(path)).verify()[0]


@contextmanager
def _tqdm_to(progress: Progress, name: str) -> Iterator[Any]:
    """Yield a tqdm class that reports to a progress callable instead of drawing."""
    from tqdm.auto import tqdm

    class Reporting(tqdm):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs["disable"] = False
            kwargs.pop("name", None)
            super().__init__(*args, **kwargs)

        def display(self, *args: Any, **kwargs: Any) -> None:
            progress(ProgressEvent("fetch", int(self.n), int(self.total or 0), "bytes", name))

    yield Reporting
