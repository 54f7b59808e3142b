"""Vectorize label rasters: labels in, polygons out."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from proxyclip_geo import __version__
from proxyclip_geo.api.append import check_appendable, describe_sources, extend
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.errors import OptionError
from proxyclip_geo.files import check_outputs, staging_folder, was_interrupted
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.inputs import RasterLike, open_input
from proxyclip_geo.raster.styles import ClassStyle, class_styles
from proxyclip_geo.vector.area_table import AreaTable
from proxyclip_geo.vector.formats import check_format, check_layers, check_target, format_of, side_files
from proxyclip_geo.vector.label_mosaic import read_crs, read_legend
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vector.polygonize import PolygonInputs, polygonize
from proxyclip_geo.vector.provenance import SOURCES
from proxyclip_geo.vocabulary import as_vocabulary

Rasters: TypeAlias = RasterLike | Sequence[RasterLike]


@dataclass(frozen=True)
class VectorResult:
    """Results of `vectorize`.

    Attributes:
        path: The file.
        polygons: Number of polygons.
        areas: Area of the polygons of each class, by name.
        merged: Number of small patches merged into a neighbour.
        filled: Number of unclassified patches merged into a neighbour.
        changed: Number of pixels whose class changed by merging.
        dropped: Number of polygons left out as smaller than `drop_smaller`.
        gains: Pixels that each class gained by merging (negative: lost), by name, before clipping.
    """

    path: Path
    polygons: int
    areas: AreaTable
    merged: int = 0
    filled: int = 0
    changed: int = 0
    dropped: int = 0
    gains: Mapping[str, int] = field(default_factory=dict)


@check_arguments
def vectorize(
    labels: Rasters,
    out: str | Path,
    *,
    vocabulary: Any = None,
    score: Rasters | None = None,
    probabilities: Rasters | None = None,
    statistics: Mapping[str, RasterLike] | None = None,
    options: VectorOptions | None = None,
    overwrite: bool = False,
    append: bool = False,
    progress: Progress = no_progress,
) -> VectorResult:
    """Write the polygons of label rasters of any size in bounded memory.

    Args:
        labels: A label raster, given as for `segment`, or several on one grid that become one layer without a seam
            (where they overlap, the first counts).
        out: File to write; its suffix chooses the format: .gpkg, .shp, .geojson, .fgb, .parquet, .pmtiles or .mbtiles.
        vocabulary: Names and colours of the labels, as for `segment`; the raster's own names (tags CLASS_<value>) and
            colours if not given.
        score: Raster of scores for the columns score and score_min: one for each label raster, on its grid, or one on
            the grid of all together.
        probabilities: Raster with one band per class for the columns margin and margin_min; likewise.
        statistics: Rasters by name, on any grid; each adds a column with its mean over the polygon (needs the extra
            `statistics`).
        options: Options of polygons.
        overwrite: Whether an existing file may be replaced.
        append: Whether the labels are added to an existing GeoPackage. The result equals one call with all label
            rasters: those of the file are read again, and options must be the recorded ones or the defaults. The file
            is replaced atomically.
        progress: Called with a `ProgressEvent`; raising `Cancelled` in it stops the run.

    Raises:
        ProxyClipGeoError: A subclass for every error; see `errors`.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=128, seed=3)
        >>> result = pg.vectorize("doctest_truth.tif", "doctest.gpkg", overwrite=True)
        >>> result.path.name, result.polygons > 3
        ('doctest.gpkg', True)
    """
    options, path = options or VectorOptions(), Path(out)
    if append and overwrite:
        raise OptionError("append and overwrite contradict each other; leave one out")
    if append:
        check_appendable(path)
    words = None if vocabulary is None else as_vocabulary(vocabulary)
    named: Sequence[ClassStyle] | None = None if words is None else class_styles(words)
    with ExitStack() as stack:
        files = [stack.enter_context(open_input(raster)) for raster in _listed(labels)]
        if not files:
            raise OptionError("no label raster is given; pass at least one")
        if append and any(file.in_memory for file in files):
            raise OptionError("append records the paths of label rasters; write those in memory to files first")

        def open_all(rasters: Rasters | None) -> list[str | Path]:
            return [stack.enter_context(open_input(raster)).path for raster in _listed(rasters)]

        inputs = PolygonInputs(
            [file.path for file in files],
            scores=open_all(score),
            probabilities=open_all(probabilities),
            statistics={name: stack.enter_context(open_input(item)).path for name, item in (statistics or {}).items()},
        )
        read = [*inputs.labels, *inputs.scores, *inputs.probabilities, *inputs.statistics.values()]
        check_outputs([path, *side_files(path)], inputs=[*read, options.aoi, None if words is None else words.path])
        check_target(path, overwrite=overwrite or append or was_interrupted(path))
        if append and path.exists():
            inputs, options, named = extend(path, inputs, options=options, styles=named)
        styles = read_legend(inputs.labels) if named is None else named
        sources = describe_sources(inputs, aoi=options.aoi, styles=named, path=path)
        metadata = {"SOFTWARE": f"proxyclip_geo {__version__}", SOURCES: sources}
        return _write(inputs, path, styles=styles, options=options, metadata=metadata, progress=progress)


def write_layer(
    labels: Sequence[str | Path],
    path: Path,
    *,
    styles: Sequence[ClassStyle],
    options: VectorOptions,
    metadata: Mapping[str, Any],
    score: str | Path | None = None,
    probabilities: str | Path | None = None,
    progress: Progress = no_progress,
) -> VectorResult:
    """Trace the label rasters of a run and write the polygons with the style of the classes."""
    inputs = PolygonInputs(
        labels, scores=[score] if score else [], probabilities=[probabilities] if probabilities else []
    )
    sources = describe_sources(inputs, aoi=options.aoi, styles=None, path=path)
    metadata = {**metadata, SOURCES: sources}
    return _write(inputs, path, styles=styles, options=options, metadata=metadata, progress=progress)


def _write(
    inputs: PolygonInputs,
    path: Path,
    *,
    styles: Sequence[ClassStyle],
    options: VectorOptions,
    metadata: Mapping[str, Any],
    progress: Progress,
) -> VectorResult:
    check_format(path, by_class=options.by_class, crs=options.crs or read_crs(inputs.labels))
    check_layers(path, [style.name for style in styles] if options.by_class else [path.stem])
    # Formats with a CRS of their own are reprojected while they are written.
    classes = {style.value: style.name for style in styles}
    with staging_folder(path) as folder:
        polygons = polygonize(
            inputs,
            classes=classes,
            spill=folder,
            options=options,
            drop_collinear=not format_of(path).needs_crs,
            progress=progress,
        )
        # Import after tracing: pyogrio takes a quarter of the memory.
        from proxyclip_geo.vector.write import write_polygons

        write_polygons(
            polygons,
            path,
            staging=folder / "file",
            by_class=options.by_class,
            classes=styles,
            metadata={**metadata, "VECTOR_OPTIONS": options.to_dict()},
        )
        changes = polygons.changes
        return VectorResult(
            path,
            polygons.written,
            AreaTable(dict(polygons.areas), polygons.area_unit),
            merged=changes.patches,
            filled=changes.holes,
            changed=changes.pixels,
            dropped=polygons.dropped,
            gains=polygons.gains,
        )


def _listed(rasters: Rasters | None) -> list[RasterLike]:
    if rasters is None:
        return []
    return [rasters] if isinstance(rasters, str) or not isinstance(rasters, Sequence) else list(rasters)
