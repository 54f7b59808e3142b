"""The image to encode."""

import hashlib
from pathlib import Path

from . import settings
from .rasters import as_bounds, file_of, grid_size, rotated_size

WEB_RESOLUTION = 0.5
"""Default metres per pixel for saving a web layer."""


class Source:
    """The image to encode.

    Attributes:
        layer: The raster layer.
        path: Path of the layer, or None for a web layer.
        extent: The extent in the layer's CRS.
        is_whole: Whether it is the extent of the layer.
        resolution: Metres per pixel; None for that of the image.
        model: Name of the model.
        precision: Floating-point precision of the model.
        reading: Options of reading a file: bands, stretch, nodata, mask. A web layer is saved as it is displayed.
        area: Polygons to encode, a file name; None for the extent.
    """

    def __init__(self, layer, extent, is_whole, resolution, model, precision, reading=None, area=None):
        self.layer = layer
        self.path = file_of(layer)
        self.extent = extent
        self.is_whole = is_whole
        self.resolution = resolution
        self.model = model
        self.precision = precision
        self.reading = (reading or {}) if self.path else {}
        self.area = area

    @property
    def size(self):
        """(columns, rows) of the encoded image."""
        if self.path and not self.resolution:
            rotated = rotated_size(self.path, self.extent)
            if rotated is not None:
                return rotated
            across, down = self.layer.rasterUnitsPerPixelX(), self.layer.rasterUnitsPerPixelY()
            return max(1, round(self.extent.width() / across)), max(1, round(self.extent.height() / down))
        return grid_size(self.extent, self.layer.crs(), self.resolution or WEB_RESOLUTION)

    @property
    def options(self):
        """Options of an `encode` request."""
        options = {"precision": self.precision, "device": settings.read("device")}
        if self.resolution:
            options["gsd"] = self.resolution
        if self.area:
            options["aoi"] = self.area
        elif not self.is_whole:
            options["bounds"] = as_bounds(self.extent)
        return options | self.reading

    def saved_path(self):
        """Return the path for saving a web layer, which depends on the layer's source, extent and resolution."""
        facts = (self.layer.source(), as_bounds(self.extent), self.size)
        return settings.work_folder() / f"web-{_hash(facts)}.tif"

    def embedding_path(self):
        """Return the path of the embedding, which depends on the image and all settings, not on the layer's name."""
        path = Path(self.path) if self.path else self.saved_path()
        files = [path, *(Path(str(name).split("|")[0]) for name in (self.reading.get("mask"), self.area) if name)]
        stamps = [file.stat().st_mtime_ns if file.is_file() else 0 for file in files]
        facts = (self.layer.source(), stamps, self.model, sorted(self.options.items()))
        name = "".join(char if char.isalnum() else "_" for char in path.stem)[:40]
        return settings.work_folder() / f"{name}-{_hash(facts)}.emb"


def _hash(facts):
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
