"""The options of encoding, labelling and segmenting, each in one value."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from proxyclip_geo.engine.blend import Blend
from proxyclip_geo.errors import OptionError
from proxyclip_geo.models.device import Backend, Precision
from proxyclip_geo.raster.source import SourceOptions
from proxyclip_geo.raster.stretch import Stretch

Borders = Literal["cells", "image"]
OnError = Literal["stop", "skip"]
Synonyms = Literal["max-probability", "max-logit", "mean"]


@dataclass(frozen=True)
class EncodeOptions:
    """How to read a raster and encode it. The defaults suit most; `resolution` is the one to think about.

    Attributes:
        window: Side of a window in pixels; the model's own if not given.
        stride: Distance between windows in pixels; the model's own if not given.
        blend: How overlapping windows are weighted: "hann", or "uniform" as published.
        batch_size: Windows a batch; 4 on the CPU and 34 on an NVIDIA GPU if not given.
        block_size: Side of a block's core in pixels; chosen from the overlap if not given. Results do not depend on it.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        precision: "auto", "float32", "bfloat16" or "float16".
        backend: "auto", "torch" or, on the CPU, "openvino".
        bands: Band numbers from 1, one or three; by colour interpretation if not given.
        stretch: Limits that become black and white; measured if not given. Only for what is not 8-bit.
        stretch_percentiles: Percentiles of the whole raster that a measured stretch maps to black and white.
        resolution: Metres per pixel to work at; the raster's own if not given.
        bounds: (west, south, east, north) in the raster's CRS.
        aoi: Vector file with polygons to work in.
    """

    window: int | None = None
    stride: int | None = None
    blend: Blend = "hann"
    batch_size: int | None = None
    block_size: int | None = None
    device: str = "auto"
    precision: Precision = "auto"
    backend: Backend = "auto"
    bands: tuple[int, ...] | None = None
    stretch: Stretch | None = None
    stretch_percentiles: tuple[float, float] = (2, 98)
    resolution: float | None = None
    bounds: tuple[float, float, float, float] | None = None
    aoi: Path | str | None = None

    @property
    def source(self) -> SourceOptions:
        """The part that concerns reading."""
        return SourceOptions(
            bands=self.bands,
            stretch=self.stretch,
            stretch_percentiles=self.stretch_percentiles,
            resolution=self.resolution,
            bounds=self.bounds,
            aoi=self.aoi,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON-able values."""
        return _plain(asdict(self))


@dataclass(frozen=True)
class LabelOptions:
    """How to turn features and words into a map; docs/classifier.md says when to use what.

    Attributes:
        threshold: Score below which a pixel stays unclassified; the vocabulary's if not given.
        templates: Template set or sentences with a {}; the vocabulary's or the model's if not given.
        synonyms: How the synonyms of a class become one score: "max-probability" (as published), "max-logit", in which
            more synonyms for one class do not lower the scores of the others, or "mean" of their queries.
        debias: λ of what whole windows are about; SegEarth-OV takes −0.3, 0 turns it off.
        borders: "cells": interpolated between the model's tokens; "image": drawn along edges of the image.
        background: Words for what is none of the classes: where one of them wins, a pixel stays unclassified.
        scores: Whether to write the score raster.
        probabilities: Whether to write a raster with one band a class.
        polygons: Whether to write polygons.
        overwrite: Whether existing results may be replaced.
    """

    threshold: float | None = None
    templates: str | tuple[str, ...] | None = None
    synonyms: Synonyms = "max-probability"
    debias: float = 0.0
    borders: Borders = "cells"
    background: tuple[str, ...] = ()
    scores: bool = True
    probabilities: bool = False
    polygons: bool = True
    overwrite: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON-able values."""
        return _plain(asdict(self))


@dataclass(frozen=True)
class SegmentOptions(EncodeOptions, LabelOptions):
    """How to segment: all of `EncodeOptions` and `LabelOptions`, and how to run.

    Attributes:
        workers: Processes on this machine that compute blocks; 1 computes in this one. On a machine with several GPUs
            each worker takes the next GPU.
        scheduler: Address of a Dask cluster whose workers compute the blocks, e.g. "tcp://10.0.0.1:8786"; not together
            with `workers`.
        max_memory: Bytes that a process may use; blocks are made smaller until they fit.
        on_error: What to do with a block that fails: "stop", or "skip" to leave it without data and go on.
    """

    workers: int = 1
    scheduler: str | None = None
    max_memory: int | None = None
    on_error: OnError = "stop"

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise OptionError(f"--workers {self.workers} must be at least 1")
        if self.scheduler is not None and self.workers > 1:
            raise OptionError(
                f"--workers {self.workers} is for this machine, and --scheduler {self.scheduler} lets the workers of a "
                "cluster compute; give one of them"
            )

    @property
    def elsewhere(self) -> bool:
        """Whether other processes compute the blocks."""
        return self.scheduler is not None or self.workers > 1

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON-able values."""
        return _plain(asdict(self))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, Path) else value for key, value in values.items()}
