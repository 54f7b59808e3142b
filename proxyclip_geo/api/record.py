"""Record of a run, and the identity that decides whether blocks and results can be reused."""

import datetime
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from proxyclip_geo import __version__
from proxyclip_geo.api.job import Job
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.outputs import MapSummary, OutputPaths, name_values
from proxyclip_geo.data_files import parse_json, read_text
from proxyclip_geo.engine.plan import Plan
from proxyclip_geo.errors import OutputError, strip_credentials
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.kinds import identify_model
from proxyclip_geo.models.load import Model
from proxyclip_geo.raster.preview import Caption
from proxyclip_geo.validation import PARTIAL, validate
from proxyclip_geo.vector.area_table import AreaTable
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary import Vocabulary


def describe_software() -> dict[str, str]:
    """Return the versions of this package, torch and Python."""
    return {
        "proxyclip_geo": __version__,
        "torch": importlib.metadata.version("torch"),
        "python": platform.python_version(),
    }


def describe_model(model: Model) -> dict[str, Any]:
    """Return the identity of the features of a model, with its licence and device."""
    card = model.card
    return {
        **describe_weights(card, model.checksums),
        "use": card.use,
        "licence": card.licence,
        "citation": card.citation,
        "device": str(model.encoder.device),
        "backend": model.encoder.backend,
        "dtype": str(model.encoder.dtype).removeprefix("torch."),
    }


def describe_weights(card: ModelCard, checksums: Mapping[str, str]) -> dict[str, Any]:
    """Return the identity of a model without device and precision: name, weights and constants."""
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


def block_identity(
    job: Job, model: Mapping[str, Any], plan: Plan, vocabulary: Vocabulary, options: SegmentOptions
) -> dict[str, Any]:
    """Return all values that the labels of blocks depend on: runs of the same identity can share blocks."""
    grid = plan.grid
    return {
        **request_identity(job, vocabulary, options),
        "model": {key: model[key] for key in ("name", "sha256", "constants_sha256", "backend", "dtype")},
        "windows": [list(grid.window), grid.stride, grid.step, plan.blend],
        "block size": plan.core,
    }


def request_identity(job: Job, vocabulary: Vocabulary, options: SegmentOptions) -> dict[str, Any]:
    """Return the part of `block_identity` that is known before the model is loaded."""
    return {
        "raster": job.fingerprint,
        "text": asdict(job.card.text),
        "vocabulary": vocabulary.to_dict(),
        "options": {
            key: getattr(options, key)
            for key in (
                "synonyms",
                "debias",
                "background",
                "templates",
                "adapt",
                "descriptions",
                "probabilities",
                "borders",
                "segments",
            )
        },
        "version": __version__,
    }


def map_identity(
    blocks: Mapping[str, Any], paths: OutputPaths, options: SegmentOptions, vectors: VectorOptions
) -> dict[str, Any]:
    """Return all values that the results depend on: `block_identity` without block size, files, polygon options."""
    generalised = {key: value for key, value in vectors.to_dict().items() if key not in ("threads", "block_rows")}
    wanted = {
        **{key: value for key, value in blocks.items() if key != "block size"},
        "files": [path.name for path in paths.all()],
        "vectors": generalised if options.polygons else None,
    }
    # As it is read back: tuples are lists in JSON.
    identity: dict[str, Any] = json.loads(json.dumps(wanted))
    return identity


def make_record(
    *,
    raster: Mapping[str, Any],
    model: Mapping[str, Any],
    vocabulary: Vocabulary,
    options: Mapping[str, Any],
    windows: Mapping[str, Any],
    notes: Sequence[str],
    summary: MapSummary,
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """Return the record of a finished run, as JSON-able values without credentials."""
    record: dict[str, Any] = {
        "software": describe_software(),
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "input": dict(raster),
        "model": dict(model),
        "vocabulary": vocabulary.to_dict(),
        "options": dict(options),
        "windows": dict(windows),
        "shares": {name: round(share, 6) for name, share in summary.shares.items()},
        "areas": summary.areas.to_dict(),
        "seconds": {stage: round(value, 3) for stage, value in seconds.items()},
        "warnings": list(notes),
    }
    # As it is read back: tuples are lists in JSON.
    return json.loads(json.dumps(strip_credentials(record)))  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _Areas:
    __pydantic_config__ = PARTIAL

    unit: Literal["m²", "px"] = "m²"
    classes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class EarlierRun:
    """The values of a run record that are read back, to find out whether a run is done.

    Attributes:
        identity: All values that the results depend on.
        options: The options of the run.
        shares: Share of each class, 0–1.
        areas: Area of each class, and the unit, as `AreaTable.to_dict` returns it.
        failed_blocks: The blocks that failed.
        run: The whole record.
    """

    __pydantic_config__ = PARTIAL

    identity: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    areas: _Areas = field(default_factory=_Areas)
    failed_blocks: tuple[Mapping[str, Any], ...] = ()
    run: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.model, Mapping):
            raise ValueError("identity.model must be a table")

    @property
    def model(self) -> Mapping[str, Any]:
        """Values that identify the model."""
        model: Mapping[str, Any] = self.identity.get("model", {})
        return model


def read_record(path: Path) -> EarlierRun:
    """Read the record of an earlier run.

    Raises:
        OutputError: If it cannot be read or is damaged.
    """
    source = f"the record of an earlier run '{path}' (remove it, or choose another directory)"
    values = parse_json(read_text(path, error=OutputError, source=source), error=OutputError, source=source)
    return replace(validate(EarlierRun, values, error=OutputError, source=source), run=values)


def make_note(card: ModelCard) -> str:
    """Return the line below a preview: what the model is for, if it is not for mapping."""
    return f"Model {card.name}: {card.use}" if card.use else ""


def make_caption(
    card: ModelCard, geobox: GeoBox, *, areas: AreaTable, vocabulary: Vocabulary, title: str = ""
) -> Caption:
    """Return what a preview says: CRS, date, model, areas, and a warning if the model is not for mapping."""
    crs = geobox.crs
    place = "no CRS" if crs is None else f"{crs.name} ({':'.join(crs.to_authority() or ('no code',))})"
    made = f"mapped on {datetime.datetime.now(datetime.UTC).date().isoformat()} with model {card.name}"
    texts = {value: areas.format(name) for value, name in name_values(vocabulary).items() if name in areas}
    return Caption(title, geobox, texts, (f"{place}; {made}",), make_note(card))


def make_tags(card: ModelCard) -> dict[str, str]:
    """Return the tags of rasters and layers: software, model and licence."""
    return {"SOFTWARE": f"proxyclip_geo {__version__}", "MODEL": card.name, "MODEL_LICENCE": card.licence}
