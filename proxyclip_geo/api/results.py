"""Results of a segmentation: paths, with labels and polygons read on access."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from proxyclip_geo.api.outputs import OutputPaths
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.labels import open_labels
from proxyclip_geo.raster.styles import class_styles
from proxyclip_geo.vector.area_table import AreaTable
from proxyclip_geo.vocabulary import Vocabulary

if TYPE_CHECKING:
    import xarray
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes

PLOT_SIDE = 2000
"""Most rows and columns of a map that `plot` draws."""


@dataclass(frozen=True)
class LabelRaster:
    """A label raster on disk; a notebook shows it as a picture.

    Attributes:
        path: The file.
        preview: Picture of image and labels side by side.
    """

    path: Path
    preview: Path

    @property
    def geobox(self) -> GeoBox:
        """Shape, transform and CRS."""
        with open_labels(self.path) as source:
            return source.geobox

    @property
    def classes(self) -> Mapping[int, str]:
        """Class name of each value."""
        with open_labels(self.path) as source:
            return source.classes

    def read(self) -> NDArray[Any]:
        """Read all labels: (H, W) uint8 or uint16."""
        with open_labels(self.path) as source:
            return source.read(source.geobox.region).values

    def _repr_png_(self) -> bytes:
        return self.preview.read_bytes()


@dataclass(frozen=True)
class SegmentResult:
    """The results of a run.

    Attributes:
        paths: The files.
        vocabulary: The classes.
        shares: Share of each class among the pixels with data, by name; 0–1, "unclassified" among them.
        areas: Area of the pixels of each class, by name, in m² on the ellipsoid; `areas.hectares`, `areas.to_csv()`.
        run: Record of the run: version, model and checksums, options, timings, warnings.
        done_before: Whether an earlier run made them.
    """

    paths: OutputPaths
    vocabulary: Vocabulary
    shares: Mapping[str, float]
    areas: AreaTable
    run: Mapping[str, Any] = field(repr=False)
    done_before: bool = False

    @property
    def labels(self) -> LabelRaster:
        """The label raster; it is opened on access."""
        return LabelRaster(self.paths.labels, self.paths.preview)

    @property
    def polygons(self) -> "GeoDataFrame":
        """The polygons, read from the GeoPackage.

        Raises:
            VectorError: If the run wrote no polygons.
        """
        from proxyclip_geo.vector.read import read_polygons

        return read_polygons(self.paths.polygons)

    def to_geodataframe(self) -> "GeoDataFrame":
        """Return the polygons, as `polygons`."""
        return self.polygons

    def to_xarray(self) -> "xarray.Dataset":
        """Return labels and scores (0–1, NaN without data) on their coordinates; Dask reads them when they are used.

        Raises:
            OptionError: If xarray is not installed.
        """
        from proxyclip_geo.api.views import view_map

        return view_map(self.paths.labels, self.paths.score, self.vocabulary)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the map with matplotlib: with the areas in a legend, a scale bar and true north.

        Args:
            ax: Axes to draw on; those of a new figure if not given.

        Raises:
            OptionError: If matplotlib is not installed.
        """
        from proxyclip_geo.api.plot import plot_labels

        with open_labels(self.paths.labels) as source:
            labels, geobox = source.thumbnail(PLOT_SIDE)
        model = self.run["model"]
        return plot_labels(
            labels,
            geobox,
            classes=class_styles(self.vocabulary),
            areas=self.areas,
            title=self.paths.stem,
            note=f"Model {model['name']}: {model['use']}" if model.get("use") else "",
            ax=ax,
        )

    def _repr_png_(self) -> bytes:
        return self.labels._repr_png_()
