"""Weights files: where they are, whether they are whole, and how they are read. Weights are data and untrusted."""

import hashlib
import os
import pickle
import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from proxyclip_geo.errors import WeightsError
from proxyclip_geo.models.card import HubFile

WEIGHTS_FOLDER = "PROXYCLIP_GEO_WEIGHTS"
"""Environment variable: a folder with weights as `owner/name/file`, for machines without a network."""


@dataclass(frozen=True)
class Weights:
    """Where the weights of one tower come from.

    Attributes:
        model: Name of the model, for messages.
        tower: "clip" or "vfm".
        path: A local file; or None with `hub`.
        hub: A file on the hub.
        sha256: Expected checksum of a local file.
    """

    model: str
    tower: str
    path: Path | None = None
    hub: HubFile | None = None
    sha256: str | None = None

    def locate(self) -> Path | None:
        """Return the file on this machine, or None where it is not here; no network."""
        if self.path is not None:
            return self.path if self.path.is_file() else None
        assert self.hub is not None
        folder = os.environ.get(WEIGHTS_FOLDER)
        if folder:
            local = Path(folder, self.hub.repo, self.hub.file)
            if local.is_file():
                return local
        from huggingface_hub import try_to_load_from_cache

        cached = try_to_load_from_cache(self.hub.repo, self.hub.file, revision=self.hub.revision)
        return Path(cached) if isinstance(cached, str) else None

    def require(self) -> Path:
        """Return the file on this machine.

        Raises:
            WeightsError: If it is not here; the message says how to get it.
        """
        found = self.locate()
        if found is not None:
            return found
        if self.path is not None:
            raise WeightsError(f"the {self.tower} weights of model '{self.model}' are missing: {self.path}")
        assert self.hub is not None
        raise WeightsError(
            f"the {self.tower} weights of model '{self.model}' ({self.hub.repo}/{self.hub.file}) are not on this "
            f"machine; run `proxyclip-geo models fetch {self.model}` where there is a network, or set "
            f"{WEIGHTS_FOLDER} to a folder that holds {self.hub.repo}/{self.hub.file}, or use --model demo"
        )

    def expected_sha256(self, found: Path) -> str | None:
        """Return the checksum that `found` must have, where one is known.

        The hub's cache keeps a large file under its own sha256, so that a download is checkable without a network.
        """
        stated = self.sha256 if self.path is not None else self.hub and self.hub.sha256
        if stated:
            return stated.lower()
        blob = found.resolve().name
        return blob if re.fullmatch(r"[0-9a-f]{64}", blob) else None

    def verify(self) -> tuple[Path, str]:
        """Return the file and its sha256 after comparing it with the one expected.

        Raises:
            WeightsError: If the file is missing, unreadable or has another checksum.
        """
        found = self.require()
        try:
            with found.open("rb") as stream:
                actual = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise WeightsError(f"cannot read the weights {found}: {error.strerror or error}") from error
        expected = self.expected_sha256(found)
        if expected and expected != actual:
            raise WeightsError(
                f"{found} has sha256 {actual}, expected {expected}: the file is damaged or not the one the card of "
                f"'{self.model}' names; delete it and run `proxyclip-geo models fetch {self.model}` again"
            )
        return found, actual


def load_state_dict(path: Path) -> dict[str, Tensor]:
    """Read a state dict from safetensors, a `.pt` state dict or OpenAI's TorchScript archive, as float32.

    Raises:
        WeightsError: If the file is corrupt, holds anything but tensors, or is of none of these formats.
    """
    try:
        state = load_file(path) if path.suffix == ".safetensors" else _load_torch(path)
    except (SafetensorError, RuntimeError, pickle.UnpicklingError, EOFError, OSError, ValueError) as error:
        detail = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise WeightsError(
            f"cannot read the weights {path}: {detail}; the file is damaged or not a state dict in safetensors, .pt "
            "(tensors only) or OpenAI's archive format"
        ) from error
    return {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in state.items()}


def _is_torchscript(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def _load_torch(path: Path) -> dict[str, Tensor]:
    if _is_torchscript(path):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*torch.jit")  # the only reader of this format
            archive: Any = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
            state = dict(archive.state_dict())
        for entry in ("input_resolution", "context_length", "vocab_size"):
            state.pop(entry, None)
        return state
    loaded = torch.load(path, map_location="cpu", weights_only=True)
    if isinstance(loaded, dict) and isinstance(loaded.get("state_dict"), dict):
        loaded = loaded["state_dict"]
    if not isinstance(loaded, dict) or not all(isinstance(value, Tensor) for value in loaded.values()):
        raise ValueError("it holds no plain dictionary of tensors")
    return {name.removeprefix("module."): tensor for name, tensor in loaded.items()}


def fill(module: nn.Module, state: dict[str, Tensor], *, source: Path, ignore: tuple[str, ...] = ()) -> None:
    """Load a state dict, every entry of it and of the module.

    Args:
        module: What to fill.
        state: Its weights.
        source: The file they came from, for messages.
        ignore: Prefixes of entries in `state` that the module may lack (a classification head).

    Raises:
        WeightsError: If entries are missing, unexpected or of another shape.
    """
    kept = {name: tensor for name, tensor in state.items() if not name.startswith(ignore)} if ignore else state
    wanted = module.state_dict()
    missing = sorted(set(wanted) - set(kept))
    unexpected = sorted(set(kept) - set(wanted))
    shapes = sorted(name for name in set(wanted) & set(kept) if wanted[name].shape != kept[name].shape)
    if missing or unexpected or shapes:
        problems = (("missing", missing), ("unexpected", unexpected), ("of another shape", shapes))
        told = "; ".join(f"{len(names)} entries {what}, e.g. {names[0]}" for what, names in problems if names)
        raise WeightsError(f"the weights {source} are of another model: {told}")
    broken = sorted(name for name, tensor in kept.items() if tensor.is_floating_point() and not tensor.isfinite().all())
    if broken:
        raise WeightsError(f"the weights {source} are damaged: {broken[0]} holds values that are not finite")
    module.load_state_dict(kept)
