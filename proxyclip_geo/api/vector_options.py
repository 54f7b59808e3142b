"""How label rasters become polygons."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from proxyclip_geo.errors import OptionError
from proxyclip_geo.vector.generalise import Generalisation
from proxyclip_geo.vector.polygonize import PolygonOptions
from proxyclip_geo.vector.trace import TraceOptions


@dataclass(frozen=True)
class VectorOptions:
    """How to turn labels into polygons; what is done is done in this order. The defaults suit mapping.

    Attributes:
        majority: Each pixel takes the most frequent label within this many pixels; 0 leaves labels as they are.
        min_area: Patches below this many m² go to the neighbour with the longest common border; 16 pixels if not given,
            0 keeps all. Where labels have no CRS it counts pixels; a raster that reaches beyond its CRS (the corners of
            an oval world map) cannot be measured so.
        max_hole: Unclassified patches below this many m² go to a neighbour too; as `min_area` if not given. What has no
            data stays without data.
        smooth: Whether to turn the stairs of pixels into straight lines.
        simplify: How far, in pixels, borders may be simplified; 0 leaves them. It holds all polygons in memory.
        connectivity: 4, or 8 to take patches that meet at a corner for one.
        dissolve: Whether all patches of a class become one feature.
        by_class: Whether every class gets a layer of its own (GeoPackage).
        crs: CRS of the polygons, anything pyproj understands; the labels' if not given.
        aoi: Vector file whose polygons the result is clipped to.
        block_rows: Rows traced at a time; chosen by their pixels if not given. The result does not depend on it.
        threads: Threads that trace polygons.
    """

    majority: int = 0
    min_area: float | None = None
    max_hole: float | None = None
    smooth: bool = True
    simplify: float = 0.0
    connectivity: Literal[4, 8] = 4
    dissolve: bool = False
    by_class: bool = False
    crs: str | None = None
    aoi: Path | str | None = None
    block_rows: int | None = None
    threads: int = 2

    def __post_init__(self) -> None:
        """Raise an OptionError for a value that cannot work."""
        if not 0 <= self.majority <= 50:
            raise OptionError(f"majority {self.majority} must be a radius of 0 to 50 pixels; 0 turns it off")
        if self.block_rows is not None and self.block_rows < 1:
            raise OptionError(f"block rows {self.block_rows} must be at least 1")
        # The parts see to the rest.
        self.making(drop_collinear=True)

    @classmethod
    def exact(cls, **options: Any) -> "VectorOptions":
        """Return options for polygons that are the labels, pixel by pixel."""
        return cls(**{"min_area": 0, "max_hole": 0, "smooth": False, "simplify": 0, **options})

    def making(self, *, drop_collinear: bool) -> PolygonOptions:
        """Return the part that concerns the polygons.

        Args:
            drop_collinear: Whether vertices in the middle of straight lines may be left out.
        """
        return PolygonOptions(
            connectivity=self.connectivity,
            generalisation=self.generalisation,
            dissolve=self.dissolve,
            crs=self.crs,
            aoi=self.aoi,
            drop_collinear=drop_collinear,
            tracing=TraceOptions(self.majority, self.block_rows, self.threads),
        )

    @property
    def generalisation(self) -> Generalisation | None:
        """The part that concerns generalisation; None where there is nothing to do."""
        chosen = Generalisation(
            min_area=self.min_area,
            max_hole=self.min_area if self.max_hole is None else self.max_hole,
            smooth=self.smooth,
            simplify=self.simplify,
        )
        return chosen if chosen != Generalisation(0, 0, smooth=False, simplify=0) else None

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON-able values."""
        return {key: str(value) if isinstance(value, Path) else value for key, value in asdict(self).items()}
