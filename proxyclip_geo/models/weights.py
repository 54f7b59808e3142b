"""Weights files: where they come from, where they are on this machine, and their checksums."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import timm

from proxyclip_geo.errors import ModelError, WeightsError
from proxyclip_geo.models.card import HubFile, ModelCard
from proxyclip_geo.models.clip_config import find_open_clip_tag

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

    @property
    def origin(self) -> str:
        """The file's hub address, or its path."""
        hub = self.hub
        return str(self.path) if hub is None else f"{hub.repo}/{hub.file}@{hub.revision}"

    def locate(self) -> Path | None:
        """Return the file on this machine, or None if it is missing; no network."""
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
            WeightsError: If it is missing; the message says how to get it.
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
            f"{WEIGHTS_FOLDER} to a folder that holds {self.hub.repo}/{self.hub.file}, or use the model "
            "'demo', which needs no download"
        )

    def expected_sha256(self, found: Path) -> str | None:
        """Return the checksum that `found` must have, where one is known.

        The hub's cache stores a large file under its own sha256, so a download can be checked without a network.
        """
        stated = self.sha256 if self.path is not None else self.hub and self.hub.sha256
        if stated:
            return stated.lower()
        blob = found.resolve().name
        return blob if re.fullmatch(r"[0-9a-f]{64}", blob) else None

    def verify(self) -> tuple[Path, str]:
        """Return the file and its sha256 after comparing it with the expected one.

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


def find_clip_weights(card: ModelCard) -> Weights:
    """Return where the CLIP weights of a card come from."""
    clip = card.clip
    if clip.weights:
        return Weights(card.name, "clip", path=card.directory / clip.weights, sha256=clip.sha256)
    if clip.hub:
        return Weights(card.name, "clip", hub=clip.hub)
    repo = str(find_open_clip_tag(card).get("hf_hub", "")).strip("/")
    if not repo:
        raise ModelError(
            f"model '{card.name}': open_clip knows no hub repository for {clip.architecture}/{clip.pretrained}"
        )
    return Weights(card.name, "clip", hub=HubFile(repo, "open_clip_model.safetensors"))


def find_vfm_weights(card: ModelCard) -> Weights:
    """Return where the VFM weights of a card come from."""
    vfm = card.vfm
    if vfm.weights:
        return Weights(card.name, "vfm", path=card.directory / vfm.weights, sha256=vfm.sha256)
    if vfm.hub:
        return Weights(card.name, "vfm", hub=vfm.hub)
    config = timm.get_pretrained_cfg(vfm.architecture, allow_unregistered=True)
    if config is None or not config.hf_hub_id:
        raise ModelError(
            f"model '{card.name}': timm knows no weights for '{vfm.architecture}'; give [vfm] weights or hub"
        )
    return Weights(card.name, "vfm", hub=HubFile(config.hf_hub_id, "model.safetensors"))


def compute_checksums(card: ModelCard) -> dict[str, str]:
    """Return the sha256 of the weights by tower, after comparing it with the expected one; nothing is loaded.

    Raises:
        WeightsError: If they are missing or damaged.
    """
    return {"clip": find_clip_weights(card).verify()[1], "vfm": find_vfm_weights(card).verify()[1]}


@dataclass(frozen=True)
class LocatedWeights:
    """The weights of one tower on this machine.

    Attributes:
        origin: The file's hub address, or its path.
        path: The file, or None if it is missing.
        size: Bytes, or None if it is missing.
    """

    origin: str
    path: Path | None
    size: int | None


def locate_weights(card: ModelCard) -> tuple[LocatedWeights, ...]:
    """Return the weights of a model on this machine, CLIP first; no network."""
    found = [(weights.origin, weights.locate()) for weights in (find_clip_weights(card), find_vfm_weights(card))]
    return tuple(LocatedWeights(origin, path, path.stat().st_size if path else None) for origin, path in found)
