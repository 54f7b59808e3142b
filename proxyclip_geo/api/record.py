"""The record of a run: all that is needed to know, or to repeat, what was done."""

import datetime
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from proxyclip_geo import __version__
from proxyclip_geo.api.job import Job
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.engine.runner import Plan
from proxyclip_geo.models.zoo import Model


def make_record(
    job: Job,
    model: Model,
    plan: Plan,
    *,
    options: SegmentOptions,
    notes: Sequence[str],
    shares: Mapping[str, float],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """Return the record of a finished run, as JSON-able values."""
    card = model.card
    return {
        "software": {
            "proxyclip_geo": __version__,
            "torch": importlib.metadata.version("torch"),
            "python": platform.python_version(),
        },
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "input": dict(job.fingerprint),
        "model": {
            "name": card.name,
            "licence": card.licence,
            "citation": card.citation,
            "sha256": dict(model.checksums),
            "device": str(model.encoder.device),
            "dtype": str(model.encoder.dtype).removeprefix("torch."),
        },
        "vocabulary": job.vocabulary.to_dict(),
        "options": options.to_dict(),
        "windows": {
            "size": list(plan.grid.window),
            "stride": plan.grid.stride,
            "step": plan.grid.step,
            "count": plan.windows,
            "blend": plan.blend,
            "batch_size": plan.batch_size,
            "block_size": plan.core,
            "blocks": len(plan.blocks),
        },
        "shares": {name: round(share, 6) for name, share in shares.items()},
        "seconds": {stage: round(value, 3) for stage, value in seconds.items()},
        "warnings": list(notes),
    }


def make_tags(model: Model) -> dict[str, str]:
    """Return what rasters and layers say of their origin."""
    return {"SOFTWARE": f"proxyclip_geo {__version__}", "MODEL": model.card.name, "MODEL_LICENCE": model.card.licence}
