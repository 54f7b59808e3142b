"""Areas per class of a label raster, also by zone."""

import html
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.errors import OutputError, VectorError
from proxyclip_geo.files import check_existing, check_outputs, write_text
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.raster.aoi import only_polygons
from proxyclip_geo.raster.examples import read_examples
from proxyclip_geo.raster.inputs import RasterLike, open_input
from proxyclip_geo.raster.labels import LabelSource, open_labels
from proxyclip_geo.region import Region
from proxyclip_geo.vector.area_table import AreaTable, format_area, write_table
from proxyclip_geo.vector.count_areas import AreaCounter, cover
from proxyclip_geo.vector.pixel_metric import PixelMetric
from proxyclip_geo.vocabulary import as_vocabulary

UNCLASSIFIED = "unclassified"
_BLOCK = 2048


@dataclass(frozen=True)
class AreaReport:
    """Areas per class of a label raster.

    Attributes:
        classes: Areas of the whole raster, "unclassified" among them where there is any.
        zones: Areas of each zone by name; empty without zones.
        colors: "#rrggbb" of each class.
    """

    classes: AreaTable
    zones: Mapping[str, AreaTable] = field(default_factory=dict)
    colors: Mapping[str, str] = field(default_factory=dict)

    def to_csv(self) -> str:
        """Return a row for each class, and with zones for each class of each zone: areas and share in per cent."""
        return write_table(self.zones, column="zone") if self.zones else self.classes.to_csv()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able values."""
        zones = {name: table.to_dict()["classes"] for name, table in self.zones.items()}
        return {**self.classes.to_dict(), **({"zones": zones} if zones else {})}

    def to_html(self) -> str:
        """Return a page with a bar chart of the whole raster, or of each zone."""
        tables = self.zones or {"": self.classes}
        widest = max((max(table.values(), default=0.0) for table in tables.values()), default=0.0) or 1.0
        title, charts = "Areas per class", "".join(self._chart(*item, widest=widest) for item in tables.items())
        style = "body {font-family: sans-serif} td {padding-right: 1em} .number {text-align: right} div {height: 1em}"
        head = f"<head><meta charset='utf-8'><title>{title}</title><style>{style}</style></head>"
        return f"<!DOCTYPE html>\n<html lang='en'>{head}<body><h1>{title}</h1>\n{charts}</body></html>\n"

    def _chart(self, zone: str, table: AreaTable, *, widest: float) -> str:
        lines = []
        for row in table.rows():
            name = row["class"]
            bar = f"background: {self.colors.get(name, '#808080')}; width: {300 * table[name] / widest:.1f}px"
            lines.append(
                f"<tr><td>{html.escape(name)}</td><td class='number'>{table.format(name)}</td>"
                f"<td class='number'>{row['share_percent']:.1f} %</td><td><div style='{bar}'></div></td></tr>"
            )
        lines.append(f"<tr><td>all</td><td class='number'>{format_area(table.total, table.unit)}</td></tr>")
        title = f"<h2>{html.escape(zone)}</h2>\n" if zone else ""
        return title + "\n".join(["<table>", *lines, "</table>"]) + "\n"


@check_arguments
def measure_areas(
    labels: RasterLike,
    *,
    vocabulary: Any = None,
    zones: str | Path | None = None,
    zone_field: str = "name",
    out: str | Path | None = None,
    chart: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> AreaReport:
    """Measure the area of each class of a label raster on the ellipsoid, in any CRS, also by zone.

    Areas are those of the pixels. A pixel on the border of a zone counts by the share that the zone covers. Nodata is
    not counted.

    Args:
        labels: A label raster, given as for `segment`.
        vocabulary: Names and colours of the labels, as for `segment`; the raster's own (tags CLASS_<value>) if not
            given.
        zones: Vector file of polygons, e.g. districts or parcels, in any CRS.
        zone_field: Column with the name of the zone; polygons of one name are one zone.
        out: CSV file to write.
        chart: HTML file with bars to write.
        overwrite: Whether existing files may be replaced.
        progress: Called with a `ProgressEvent` after each block.

    Raises:
        ProxyClipGeoError: A subclass for every error; see `errors`.

    Example:
        >>> import proxyclip_geo as pg
        >>> truth = pg.sample("doctest.tif", size=128, seed=3).truth
        >>> report = pg.measure_areas(truth)
        >>> round(report.classes.total * 1e-4, 3)  # hectares
        0.41
    """
    words = None if vocabulary is None else as_vocabulary(vocabulary)
    written = [Path(path) for path in (out, chart) if path is not None]
    with ExitStack() as stack:
        file = stack.enter_context(open_input(labels))
        check_outputs(written, inputs=[file.path, zones, None if words is None else words.path])
        _check_suffixes(out, chart)
        check_existing(written, overwrite=overwrite)
        source = stack.enter_context(open_labels(file.path, classes=() if words is None else words.values))
        named = {} if zones is None else _read_zones(zones, source.geobox, field=zone_field, name=source.name)
        whole, by_zone = _count(source, named, progress=progress)
        names, colors = dict(source.classes), source.colors
    if words is not None:
        names |= {item.value: item.name for item in words.classes}
        colors |= {item.value: item.color for item in words.classes}
    names = {value: names.get(value, UNCLASSIFIED if value == 0 else f"class {value}") for value in sorted(whole.areas)}
    report = AreaReport(
        whole.table(names),
        {zone: counter.table(names) for zone, counter in by_zone.items()},
        {name: "#{:02x}{:02x}{:02x}".format(*colors[value]) for value, name in names.items() if value in colors},
    )
    if out is not None:
        write_text(Path(out), report.to_csv())
    if chart is not None:
        write_text(Path(chart), report.to_html())
    return report


def _check_suffixes(out: str | Path | None, chart: str | Path | None) -> None:
    for path, suffixes, what in ((out, (".csv",), "table"), (chart, (".html", ".htm"), "chart")):
        if path is not None and Path(path).suffix.lower() not in suffixes:
            raise OutputError(f"the {what} '{path}' must be a {suffixes[0]} file; change its suffix")


def _read_zones(path: str | Path, geobox: GeoBox, *, field: str, name: str) -> dict[str, BaseGeometry]:
    """Return the union of the polygons of each zone, in pixel coordinates."""
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    for item in read_examples(path, geobox, field=field, name=name, option="zone_field", what="zones"):
        if shapely.get_dimensions(item.shape) != 2:
            raise VectorError(f"zones {path}: feature {item.number} is no polygon; remove it, or give polygons only")
        parts[item.name].append(only_polygons(shapely.make_valid(item.shape)))
    return {zone: shapely.union_all(shapes) for zone, shapes in parts.items()}


def _count(
    source: LabelSource, zones: Mapping[str, BaseGeometry], *, progress: Progress
) -> tuple[AreaCounter, dict[str, AreaCounter]]:
    """Sum the areas of the whole raster and of each zone."""
    metric = PixelMetric.of(source.geobox)
    whole, by_zone = AreaCounter(metric), {zone: AreaCounter(metric) for zone in zones}
    tiles = list(source.geobox.region.tiles(_BLOCK))
    for done, tile in enumerate(tiles, 1):
        block = source.read(tile)
        valid = block.valid.astype(float)
        whole.add(tile, block.values, weights=valid)
        for zone, shape in zones.items():
            part = tile.intersect(_region_of(shape))
            if not part.is_empty:
                inside = part.slices_in(tile)
                by_zone[zone].add(part, block.values[inside], weights=cover(shape, part) * valid[inside])
        progress(ProgressEvent("areas", done, len(tiles), "blocks"))
    return whole, by_zone


def _region_of(shape: BaseGeometry) -> Region:
    left, top, right, bottom = (round(edge) for edge in shape.bounds)
    return Region.from_edges(top - 1, left - 1, bottom + 1, right + 1)
