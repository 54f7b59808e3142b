"""Labels in memory."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.example_report import ExampleReport
from proxyclip_geo.api.outputs import PREVIEW_SIDE, compute_shares
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.preview import draw_preview
from proxyclip_geo.raster.styles import class_styles
from proxyclip_geo.vocabulary import Vocabulary


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
        note: What the model is for, if it is not for mapping.
    """

    labels: NDArray[np.unsignedinteger]
    score: NDArray[np.uint8]
    geobox: GeoBox
    vocabulary: Vocabulary
    picture: NDArray[np.uint8] = field(repr=False)
    report: ExampleReport | None = None
    note: str = ""

    @property
    def shares(self) -> Mapping[str, float]:
        """Share of each class among the pixels with data, 0–1; "unclassified" among them."""
        return compute_shares(np.bincount(self.labels.ravel(), minlength=self.vocabulary.nodata), self.vocabulary)

    def _repr_png_(self) -> bytes:
        drawn = draw_preview(
            self.picture,
            self.labels,
            classes=class_styles(self.vocabulary),
            nodata=self.vocabulary.nodata,
            max_side=PREVIEW_SIDE,
            note=self.note,
        )
        buffer = io.BytesIO()
        drawn.save(buffer, "PNG")
        return buffer.getvalue()
