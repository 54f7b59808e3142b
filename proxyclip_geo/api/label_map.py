"""Labels in memory."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.outputs import PREVIEW_SIDE, compute_shares, name_values
from proxyclip_geo.files import temporary_folder
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.inputs import ArrayRaster, open_input
from proxyclip_geo.raster.preview import Caption, draw_preview
from proxyclip_geo.raster.styles import class_styles
from proxyclip_geo.vector.area_table import AreaTable
from proxyclip_geo.vector.count_areas import AreaCounter
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vector.pixel_metric import PixelMetric
from proxyclip_geo.vocabulary import Vocabulary

if TYPE_CHECKING:
    import xarray
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes

    from proxyclip_geo.api.adapt import AdaptReport
    from proxyclip_geo.api.example_report import ExampleReport


@dataclass(frozen=True)
class LabelMap:
    """Labels in memory; a notebook shows them as a picture.

    Attributes:
        labels: (H, W) uint8 or uint16 label values; 0 unclassified, the vocabulary's nodata where there is no data.
        score: (H, W) uint8, the winner's probability in percent; 255 without data.
        geobox: Shape, transform and CRS.
        vocabulary: The classes.
        picture: (3, h, w) uint8 thumbnail of the same area.
        report: The check of the examples; None without.
        adaptation: What adapting to the scene changed; None without.
        note: What the model is for, if it is not for mapping.
    """

    labels: NDArray[np.unsignedinteger]
    score: NDArray[np.uint8]
    geobox: GeoBox
    vocabulary: Vocabulary
    picture: NDArray[np.uint8] = field(repr=False)
    report: "ExampleReport | None" = None
    adaptation: "AdaptReport | None" = None
    note: str = ""

    @property
    def shares(self) -> Mapping[str, float]:
        """Share of each class among the pixels with data, 0–1; "unclassified" among them."""
        return compute_shares(np.bincount(self.labels.ravel(), minlength=self.vocabulary.nodata), self.vocabulary)

    @property
    def areas(self) -> AreaTable:
        """Area of the pixels of each class, by name, on the ellipsoid."""
        counter = AreaCounter(PixelMetric.of(self.geobox))
        counter.add(self.geobox.region, self.labels)
        return counter.table(name_values(self.vocabulary))

    def to_xarray(self) -> "xarray.Dataset":
        """Return labels and scores (0–1, NaN without data) on their coordinates.

        Raises:
            OptionError: If xarray is not installed.
        """
        from proxyclip_geo.api.views import describe_classes
        from proxyclip_geo.raster.data_array import make_dataset

        score = np.where(self.labels == self.vocabulary.nodata, np.float32(np.nan), self.score / np.float32(100))
        variables = {
            "labels": (("y", "x"), self.labels, describe_classes(self.vocabulary)),
            "score": (("y", "x"), score, {"long_name": "probability of the class", "units": "1"}),
        }
        return make_dataset(variables, self.geobox)

    def to_geodataframe(self, vectors: VectorOptions | None = None) -> "GeoDataFrame":
        """Return polygons with the columns of `vectorize`.

        Args:
            vectors: Options of polygons.
        """
        from proxyclip_geo.vector.polygonize import PolygonInputs, polygonize
        from proxyclip_geo.vector.read import to_frame

        raster = ArrayRaster(self.labels, self.geobox, self.vocabulary.nodata)
        classes = {item.value: item.name for item in self.vocabulary.classes}
        with open_input(raster) as file, temporary_folder() as spill:
            inputs = PolygonInputs([file.path])
            return to_frame(polygonize(inputs, classes=classes, spill=spill, options=vectors or VectorOptions()))

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the map with matplotlib: with the areas in a legend, a scale bar and true north.

        Args:
            ax: Axes to draw on; those of a new figure if not given.

        Raises:
            OptionError: If matplotlib is not installed.
        """
        from proxyclip_geo.api.plot import plot_labels

        return plot_labels(
            self.labels, self.geobox, classes=class_styles(self.vocabulary), areas=self.areas, note=self.note, ax=ax
        )

    def _repr_png_(self) -> bytes:
        areas = self.areas
        texts = {value: areas.format(name) for value, name in name_values(self.vocabulary).items()}
        drawn = draw_preview(
            self.picture,
            self.labels,
            classes=class_styles(self.vocabulary),
            nodata=self.vocabulary.nodata,
            max_side=PREVIEW_SIDE,
            caption=Caption(geobox=self.geobox, areas=texts, warning=self.note),
        )
        buffer = io.BytesIO()
        drawn.save(buffer, "PNG")
        return buffer.getvalue()
