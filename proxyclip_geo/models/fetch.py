"""Download weights from the hub: only on request, resumable, with checksums."""

from importlib import import_module
from pathlib import Path
from typing import Any

from proxyclip_geo.errors import WeightsError
from proxyclip_geo.files import check_folder, copy_file, write_text
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.towers import HubFile
from proxyclip_geo.models.weights import WEIGHTS_FOLDER, find_weights
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.remedies import Remedy


def fetch_weights(card: ModelCard, *, folder: Path | None = None, progress: Progress = no_progress) -> tuple[Path, ...]:
    """Download the weights of a model that are missing on this machine, and verify all of them.

    An interrupted download is resumed. Checksums are recorded, and files must have them from then on.

    Args:
        card: The model.
        folder: Folder to copy them to as `owner/name/file`, for a machine without a network.
        progress: Called with the bytes of each file.

    Returns:
        The files, CLIP first.

    Raises:
        WeightsError: If the hub cannot be reached, has no such file, or sends a file with another checksum, or if a
            file is missing that only its user can get.
        OutputError: If a file cannot be copied to `folder`.
    """
    if folder is not None:
        check_folder(folder)
    paths = []
    towers = find_weights(card).values()
    for weights in towers:
        if weights.own is not None:
            weights.require()  # before a long download
    for weights in towers:
        if weights.hub is not None and weights.locate() is None:
            _download(weights.hub, model=card.name, progress=progress)
        checksum = weights.record()
        path = weights.require()
        if folder is not None and weights.hub is not None:
            path = copy_file(path, folder / weights.hub.repo / weights.hub.file)
            write_text(path.with_name(f"{path.name}.sha256"), checksum + "\n")
        paths.append(path)
    return tuple(paths)


def _download(hub: HubFile, *, model: str, progress: Progress) -> None:
    """Download a file into the hub's cache; an interrupted download is resumed."""
    from huggingface_hub import get_session, hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    # The client of the hub uses httpx or, from version 2, httpx2.
    client = import_module(type(get_session()).__module__.partition(".")[0])
    name = f"{hub.repo}/{hub.file}"
    try:
        hf_hub_download(hub.repo, hub.file, revision=hub.revision, tqdm_class=_make_tqdm(progress, name))
    except LocalEntryNotFoundError as error:
        raise WeightsError(
            f"{name} is not on this machine and the hub cannot be reached",
            remedy=Remedy("fetch-elsewhere", {"model": model, "variable": WEIGHTS_FOLDER}),
        ) from error
    except HfHubHTTPError as error:
        reason = str(error).strip().splitlines()[0]
        raise WeightsError(f"the hub refuses {name} at revision {hub.revision}: {reason}") from error
    except client.HTTPError as error:
        # The client has tried again and given up.
        raise WeightsError(
            f"the connection to the hub was lost while {name} was downloaded ({type(error).__name__}: {error})",
            remedy=Remedy("resume-fetch"),
        ) from error
    except OSError as error:
        raise WeightsError(f"cannot store {name}: {error}") from error


def _make_tqdm(progress: Progress, name: str) -> Any:
    """Return a tqdm class that calls `progress` instead of drawing a bar."""
    from tqdm.auto import tqdm

    class ProgressTqdm(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "disable": False})

        def display(self, *args: Any, **kwargs: Any) -> None:
            progress(ProgressEvent("fetch", int(self.n), int(self.total or 0), "bytes", name))

    return ProgressTqdm
