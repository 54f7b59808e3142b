"""The record of a run: all that is needed to know, or to repeat, what was done."""

import datetime
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from proxyclip_geo import __version__
from proxyclip_geo.engine.runner import Plan
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.load import Model, identify_model
from proxyclip_geo.vocabulary import Vocabulary


def describe_software() -> dict[str, str]:
    """Return the versions that matter."""
    return {
        "proxyclip_geo": __version__,
        "torch": importlib.metadata.version("torch"),
        "python": platform.python_version(),
    }


def describe_model(model: Model) -> dict[str, Any]:
    """Return what identifies a model's features."""
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
    """Return what identifies a model's features but for the arithmetic: name, weights and constants."""
    return {
        "name": card.name,
        "sha256": dict(checksums),
        "constants_sha256": _digest(identify_model(card, checksums)),
    }


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def describe_plan(plan: Plan) -> dict[str, Any]:
    """Return how windows and blocks lie."""
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


def make_tags(card: ModelCard) -> dict[str, str]:
    """Return what rasters and layers say of their origin."""
    return {"SOFTWARE": f"proxyclip_geo {__version__}", "MODEL": card.name, "MODEL_LICENCE": card.licence}
