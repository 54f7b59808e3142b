"""Weights files: where they come from, where they are on this machine, and their checksums."""

import hashlib
import importlib.metadata
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from proxyclip_geo.errors import ModelError, WeightsError
from proxyclip_geo.files import write_text
from proxyclip_geo.models.cache_folder import cache_folder
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.clip_config import find_open_clip_tag, require_clip
from proxyclip_geo.models.registry import find_members
from proxyclip_geo.models.towers import HubFile, OwnFile, TextModelCard, VfmCard
from proxyclip_geo.remedies import Remedy

WEIGHTS_FOLDER = "PROXYCLIP_GEO_WEIGHTS"
"""Environment variable: a folder with weights as `owner/name/file`, for machines without a network."""

IMAGE_TOWERS = ("vfm", "trunk", "head")
"""Towers that words do not depend on."""


@dataclass(frozen=True)
class Weights:
    """Where the weights of one tower come from.

    Attributes:
        model: Name of the model, for messages.
        tower: "clip", "vfm", "trunk", "head", "text_model" or "tokenizer"; of an ensemble, after a number and a dot.
        path: A local file; or None with `hub`. With `package`, relative to the folder of its installation.
        hub: A file on the hub.
        package: The Python package that holds the file, e.g. "name==1.0".
        own: A file that the user has to get.
        sha256: Expected checksum of a local file.
    """

    model: str
    tower: str
    path: Path | None = None
    hub: HubFile | None = None
    package: str | None = None
    own: OwnFile | None = None
    sha256: str | None = None

    @property
    def origin(self) -> str:
        """The file's hub address, its Python package, its page, or its path."""
        if self.hub is not None:
            return f"{self.hub.repo}/{self.hub.file}@{self.hub.revision}"
        return self.package or (self.own.page if self.own else str(self.path))

    @property
    def stated_sha256(self) -> str | None:
        """The checksum, or its first digits, that the card states."""
        stated = self.sha256 or (self.hub and self.hub.sha256) or (self.own and self.own.sha256)
        return stated.lower() if stated else None

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
        name = Path(self.hub.repo, self.hub.file) if self.hub else Path(self.own.file if self.own else "")
        folder = os.environ.get(WEIGHTS_FOLDER)
        if folder and Path(folder, name).is_file():
            return Path(folder, name)
        if self.hub is None:
            return None
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
        if self.own is not None:
            raise WeightsError(
                f"the {self.tower} weights of model '{self.model}' cannot be fetched; get {self.own.file} from "
                f"{self.own.page}, and set {WEIGHTS_FOLDER} to the folder that holds it"
            )
        assert self.hub is not None
        file = f"{self.hub.repo}/{self.hub.file}"
        raise WeightsError(
            f"the {self.tower} weights of model '{self.model}' ({file}) are not on this machine",
            remedy=Remedy("fetch", {"model": self.model, "variable": WEIGHTS_FOLDER, "file": file}),
        )

    def _record(self, found: Path) -> Path | None:
        """Return where the checksum of a file is recorded: beside it, or in the cache if it lies in the hub's."""
        if self.hub is None:
            return None
        beside = found.with_name(f"{found.name}.sha256")
        folder = os.environ.get(WEIGHTS_FOLDER)
        if folder and found.is_relative_to(folder):
            return beside
        revision = self.hub.revision.replace("/", "--")
        return cache_folder() / "weights" / self.hub.repo / f"{self.hub.file}@{revision}.sha256"

    def record(self) -> str:
        """Verify a file of the hub and record its checksum, which it must have from then on; return the checksum.

        Raises:
            WeightsError: If the file is missing, unreadable or has another checksum.
            OutputError: If the record cannot be written.
        """
        found, actual = self.verify()
        path = self._record(found)
        if path is not None and not path.is_file():
            write_text(path, actual + "\n")
        return actual

    def expected_sha256(self, found: Path) -> tuple[str | None, str]:
        """Return the checksum that `found` must have, where one is known, and what says so.

        The hub's cache stores a large file under its own sha256, so a download can be checked without a network.
        """
        if self.stated_sha256:
            return self.stated_sha256, f"the card of '{self.model}'"
        path = self._record(found)
        if path is not None and path.is_file():
            recorded = path.read_text("utf-8", errors="replace").strip()
            return recorded, f"{path}, which was written when the file was fetched"
        blob = found.resolve().name
        return (blob if re.fullmatch(r"[0-9a-f]{64}", blob) else None), "the hub"

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
        expected, source = self.expected_sha256(found)
        if expected and not actual.startswith(expected):
            raise WeightsError(
                f"{found} has sha256 {actual}, expected {expected} by {source}: the file is damaged or another one",
                remedy=Remedy("reinstall-package", {"package": self.package})
                if self.package
                else Remedy("fetch-again", {"model": self.model}),
            )
        return found, actual


@cache
def read_hub_repos() -> Mapping[str, Mapping[str, str]]:
    """Return the hub repositories of weights by their names, of the libraries "open_clip" and "timm".

    Others are looked up in the library, which takes seconds to import.
    """
    return tomllib.loads(files("proxyclip_geo.models").joinpath("hub_repos.toml").read_text("utf-8"))


def find_clip_weights(card: ModelCard) -> Weights:
    """Return where the CLIP weights of a card come from."""
    clip = require_clip(card)
    if clip.weights:
        return Weights(card.name, "clip", path=card.directory / clip.weights, sha256=clip.sha256)
    if clip.hub:
        return Weights(card.name, "clip", hub=clip.hub)
    repo = read_hub_repos()["open_clip"].get(f"{clip.architecture}/{clip.pretrained}", "")
    if not repo:
        repo = str(find_open_clip_tag(card).get("hf_hub", "")).strip("/")
    if not repo:
        raise ModelError(
            f"model '{card.name}': open_clip knows no hub repository for {clip.architecture}/{clip.pretrained}"
        )
    return Weights(card.name, "clip", hub=HubFile(repo, "open_clip_model.safetensors", clip.revision, clip.sha256))


def find_vfm_weights(card: ModelCard, vfm: VfmCard) -> Weights:
    """Return where the VFM weights of a card come from."""
    if vfm.weights:
        return Weights(card.name, "vfm", path=card.directory / vfm.weights, sha256=vfm.sha256)
    if vfm.hub or vfm.own:
        return Weights(card.name, "vfm", hub=vfm.hub, own=vfm.own)
    repo = read_hub_repos()["timm"].get(vfm.architecture) or _find_timm_repo(vfm.architecture)
    if not repo:
        raise ModelError(
            f"model '{card.name}': timm knows no weights for '{vfm.architecture}'; give [vfm] weights or hub"
        )
    return Weights(card.name, "vfm", hub=HubFile(repo, "model.safetensors", vfm.revision, vfm.sha256))


def _find_timm_repo(architecture: str) -> str | None:
    import timm

    config = timm.get_pretrained_cfg(architecture, allow_unregistered=True)
    return config.hf_hub_id if config else None


def find_text_model_weights(card: ModelCard, text: TextModelCard) -> Weights:
    """Return where the weights of the text model of a card come from."""
    path = card.directory / text.weights if text.weights else None
    return Weights(card.name, "text_model", path=path, hub=text.hub, own=text.own, sha256=text.sha256)


def find_tokenizer(card: ModelCard, text: TextModelCard) -> Weights:
    """Return where the tokenizer of a card comes from.

    Raises:
        ModelError: If the card names none.
    """
    if isinstance(text.tokenizer, HubFile):
        return Weights(card.name, "tokenizer", hub=text.tokenizer)
    if text.tokenizer is None:
        raise ModelError(f"model '{card.name}': [text_model] lacks a tokenizer")
    return Weights(card.name, "tokenizer", path=card.directory / text.tokenizer)


def find_weights(card: ModelCard) -> dict[str, Weights]:
    """Return where the weights of a card come from, by tower, CLIP first."""
    found = [find_clip_weights(card)] if card.clip else []
    if card.vfm:
        found.append(find_vfm_weights(card, card.vfm))
    if cnn := card.cnn:
        found.append(Weights(card.name, "trunk", path=Path(cnn.weights), package=cnn.package, sha256=cnn.sha256))
        found.append(Weights(card.name, "head", path=card.directory / cnn.head))
    if text := card.text_model:
        found.append(find_text_model_weights(card, text))
        found += [find_tokenizer(card, text)] if text.tokenizer else []
    for number, member in enumerate(find_members(card), 1):
        found += [replace(one, tower=f"{number}.{one.tower}") for one in find_weights(member).values()]
    return {weights.tower: weights for weights in found}


def find_text_weights(card: ModelCard) -> dict[str, Weights]:
    """Return where the weights that words depend on come from, by tower."""
    towers = find_weights(card).items()
    return {tower: weights for tower, weights in towers if tower.rpartition(".")[2] not in IMAGE_TOWERS}


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
        tower: See `Weights`.
        origin: The file's hub address, its Python package, its page, or its path.
        path: The file, or None if it is missing.
        size: Bytes, or None if it is missing.
        pinned: Whether the card states the file's checksum, or it lies in the folder of the card.
    """

    tower: str
    origin: str
    path: Path | None
    size: int | None
    pinned: bool


def locate_weights(card: ModelCard) -> tuple[LocatedWeights, ...]:
    """Return the weights of a model on this machine, CLIP first; no network."""
    found = [(weights, weights.locate()) for weights in find_weights(card).values()]
    return tuple(
        LocatedWeights(
            weights.tower,
            weights.origin,
            path,
            path.stat().st_size if path else None,
            weights.stated_sha256 is not None or (weights.path is not None and weights.package is None),
        )
        for weights, path in found
    )
