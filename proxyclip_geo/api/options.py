"""The options of a segmentation, in one value."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from proxyclip_geo.engine.mosaic import Blend
from proxyclip_geo.models.zoo import Precision
from proxyclip_geo.raster.source import SourceOptions
from proxyclip_geo.raster.stretch import Stretch


@dataclass(frozen=True)
class SegmentOptions:
    """How to segment. The defaults suit most rasters; `resolution` is the one to think about.

    Attributes:
        window: Side of a window in pixels; the model's own if not given.
        stride: Distance between windows in pixels; the model's own if not given.
        blend: How overlapping windows are weighted: "hann", or "uniform" as published.
        batch_size: Windows a batch; 4 on the CPU and 16 on a GPU if not given.
        block_size: Side of a block's core in pixels; chosen from the overlap if not given. Results do not depend on it.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        precision: "auto", "float32", "bfloat16" or "float16".
        bands: Band numbers from 1, one or three; by colour interpretation if not given.
        stretch: Limits that become black and white; measured if not given. Only for what is not 8-bit.
        stretch_percentiles: Percentiles of the whole raster that a measured stretch maps to black and white.
        resolution: Metres per pixel to work at; the raster's own if not given.
        bounds: (west, south, east, north) in the raster's CRS.
        aoi: Vector file with polygons to work in.
        threshold: Score below which a pixel stays unclassified; the vocabulary's if not given.
        templates: Template set or sentences with a {}; the vocabulary's or the model's if not given.
        scores: Whether to write the score raster.
        probabilities: Whether to write a raster with one band a class.
        polygons: Whether to write polygons.
        overwrite: Whether existing results may be replaced.
    """

    window: int | None = None
    stride: int | None = None
    blend: Blend = "hann"
    batch_size: int | None = None
    block_size: int | None = None
    device: str = "auto"
    precision: Precision = "auto"
    bands: tuple[int, ...] | None = None
    stretch: Stretch | None = None
    stretch_percentiles: tuple[float, float] = (2, 98)
    resolution: float | None = None
    bounds: tuple[float, float, float, float] | None = None
    aoi: Path | str | None = None
    threshold: float | None = None
    templates: str | tuple[str, ...] | None = None
    scores: bool = True
    probabilities: bool = False
    polygons: bool = True
    overwrite: bool = False

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
        return {key: str(value) if isinstance(value, Path) else value for key, value in asdict(self).items()}
