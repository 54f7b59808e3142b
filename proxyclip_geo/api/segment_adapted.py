"""Segment a raster with words that are adapted to it."""

from dataclasses import fields, replace
from typing import Any

from proxyclip_geo.api.encode import encode
from proxyclip_geo.api.label import label
from proxyclip_geo.api.options import EncodeOptions, SegmentOptions
from proxyclip_geo.api.results import SegmentResult
from proxyclip_geo.api.segment_run import SegmentRun
from proxyclip_geo.api.write_map import timing
from proxyclip_geo.errors import OptionError
from proxyclip_geo.files import remove_folder, write_json
from proxyclip_geo.progress import Progress
from proxyclip_geo.raster.inputs import RasterLike


def check_running(options: SegmentOptions) -> None:
    """Raise an OptionError if adapting contradicts the way of running."""
    if options.elsewhere or options.on_error == "skip":
        given = "on_error='skip'" if options.on_error == "skip" else "workers or a scheduler"
        raise OptionError(
            f"adapt=True encodes the whole raster in this process before it is labelled, which {given} contradicts; "
            "omit one of them"
        )


def segment_adapted(run: SegmentRun, raster: RasterLike, *, overwrite: bool, progress: Progress) -> SegmentResult:
    """Encode a raster, label it with words that are adapted to it, and remove the embedding.

    An interrupted call leaves the embedding, with which the next one resumes.
    """
    options, store = run.options, run.paths.embedding
    settings = {field.name: getattr(options, field.name) for field in fields(EncodeOptions)}
    encoding = EncodeOptions(**{**settings, "block_size": run.plan.core})
    with timing(run.seconds, "segment"):
        opened = encode(raster, out=store, model=run.model, options=encoding, overwrite=overwrite, progress=progress)
    call: dict[str, Any] = {"options": options, "vectors": run.vectors, "overwrite": True, "progress": progress}
    result = label(opened, run.vocabulary, out=run.paths.run.parent, **call)
    remove_folder(store)
    seconds = {key: round(value, 3) for key, value in run.seconds.items()}
    record = {
        **result.run,
        "seconds": {**result.run["seconds"], **seconds},
        "warnings": list(dict.fromkeys([*run.notes, *result.run["warnings"]])),
        "profile": {},
        "failed_blocks": [],
        "identity": run.map_identity,
    }
    write_json(run.paths.run, record)
    return replace(result, run=record)
