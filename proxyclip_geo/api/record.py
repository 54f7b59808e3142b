"""The record of a run, NAME_run.json: everything needed to repeat the run."""

import datetime
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict

from proxyclip_geo import __version__
from proxyclip_geo.data_files import parse_json, read_text
from proxyclip_geo.engine.runner import Plan
from proxyclip_geo.errors import OutputError
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.load import Model, identify_model
from proxyclip_geo.validation import validate
from proxyclip_geo.vocabulary import Vocabulary


def describe_software() -> dict[str, str]:
    """Return the versions of the software."""
    return {
        "proxyclip_geo": __version__,
        "torch": importlib.metadata.version("torch"),
        "python": platform.python_version(),
    }


def describe_model(model: Model) -> dict[str, Any]:
    """Return the values that identify a model, and its licence."""
    card = model.card
    return {
        **describe_weights(card, model.checksums),
        "licence": card.licence,
        "citation": card.citation,
        "device": str(model.encoder.device),
        "backend": model.encoder.backend,
        "dtype": str(model.encoder.dtype).removeprefix("torch."),
    }


def describe_weights(card: ModelCard, checksums: Mapping[str, str]) -> dict[str, Any]:
    """Return the name, weights and constants of a model."""
    return {
        "name": card.name,
        "sha256": dict(checksums),
        "constants_sha256": _digest(identify_model(card, checksums)),
    }


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def describe_plan(plan: Plan) -> dict[str, Any]:
    """Return the layout of windows and blocks."""
    return {
        "size": list(plan.grid.window),
        "stride": plan.grid.stride,
        "step": plan.grid.step,
        "count": plan.windows,
        "blend": plan.blend,
        "batch_size": plan.batch_size,
        "block_size": plan.core,
        "blocks": len(plan.blocks),
    }


def make_record(
    *,
    raster: Mapping[str, Any],
    model: Mapping[str, Any],
    vocabulary: Vocabulary,
    options: Mapping[str, Any],
    windows: Mapping[str, Any],
    notes: Sequence[str],
    shares: Mapping[str, float],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """Return the record of a finished run, as JSON-able values."""
    return {
        "software": describe_software(),
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "input": dict(raster),
        "model": dict(model),
        "vocabulary": vocabulary.to_dict(),
        "options": dict(options),
        "windows": dict(windows),
        "shares": {name: round(share, 6) for name, share in shares.items()},
        "seconds": {stage: round(value, 3) for stage, value in seconds.items()},
        "warnings": list(notes),
    }


@dataclass(frozen=True)
class EarlierRun:
    """The values of a run record that are read back, to find out whether a run is done.

    Attributes:
        made_from: All that the results depend on.
        options: The options of the run.
    """

    __pydantic_config__ = ConfigDict(extra="ignore")

    made_from: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.model, Mapping):
            raise ValueError("made_from.model must be a table")

    @property
    def model(self) -> Mapping[str, Any]:
        """Values that identify the model."""
        model: Mapping[str, Any] = self.made_from.get("model", {})
        return model


def read_record(path: Path) -> EarlierRun:
    """Read the record of an earlier run.

    Raises:
        OutputError: If it cannot be read or is damaged.
    """
    source = f"the record of an earlier run '{path}' (remove it, or choose another directory)"
    values = parse_json(read_text(path, error=OutputError, source=source), error=OutputError, source=source)
    return validate(EarlierRun, values, error=OutputError, source=source)


def make_tags(card: ModelCard) -> dict[str, str]:
    """Return the tags of rasters and layers: software, model and licence."""
    return {"SOFTWARE": f"proxyclip_geo {__version__}", "MODEL": card.name, "MODEL_LICENCE": card.licence}
