"""Compare two dates of one place: change matrix, changed areas as polygons, and how sure each is."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj

from proxyclip_geo import __version__
from proxyclip_geo.api.change_result import UNCLASSIFIED, ChangeResult
from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.job import Classes
from proxyclip_geo.api.label import label
from proxyclip_geo.api.options import ChangeOptions, LabelOptions
from proxyclip_geo.api.outputs import PREVIEW_SIDE, Thumbnail, raster_sides, refuse_file_name
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.errors import OptionError, warn_quality
from proxyclip_geo.evaluation.change import ChangeCounts, ChangeInputs, check_classes, name_of
from proxyclip_geo.evaluation.evaluate import align_truth
from proxyclip_geo.files import check_existing, check_folder, check_outputs, staging_folder, write_text
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.raster.cog import CogWriter
from proxyclip_geo.raster.labels import LabelSource, open_labels
from proxyclip_geo.raster.preview import Caption, draw_preview, save_preview
from proxyclip_geo.raster.probabilities import open_probabilities
from proxyclip_geo.raster.spec import SCORE_NODATA, label_spec, score_spec
from proxyclip_geo.raster.styles import ClassStyle
from proxyclip_geo.vector.batch import PolygonBatch
from proxyclip_geo.vector.count_areas import AreaCounter
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vector.pixel_metric import PixelMetric
from proxyclip_geo.vector.polygonize import PolygonInputs, PolygonSource, polygonize
from proxyclip_geo.vocabulary import as_vocabulary

SHAPE = VectorOptions(min_area=0)
"""Changed areas are not merged into their neighbours, which are other changes."""


@check_arguments
def compare(
    before: str | Path | Embedding,
    after: str | Path | Embedding,
    classes: Classes | None = None,
    *,
    out: str | Path = "change",
    probabilities: tuple[str | Path, str | Path] | None = None,
    confidence: float = ChangeOptions().confidence,
    options: LabelOptions | None = None,
    vectors: VectorOptions = SHAPE,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> ChangeResult:
    """Compare two embeddings, or two label rasters, of one place: what became what, where, and how sure is it.

    The confidence of a changed pixel is the share of the pixels that kept the class whose scores changed less: it
    compares the change with the differences between the images, by light, season and noise. It is not the probability
    that the ground changed. Pixels below `confidence` are in the matrix, but not in the raster and the polygons.

    Args:
        before: Embedding of the first date, or its label raster. Results lie on its grid.
        after: Embedding of the second date, or its label raster, on any grid.
        classes: As for `segment`; for embeddings only, which are labelled with them.
        out: Directory of the results; created if it does not exist. Embeddings also get their maps there.
        probabilities: Probability rasters of two label rasters; without them, changes have no confidence.
        confidence: Lowest confidence of a change, 0–1.
        options: Options of labelling embeddings.
        vectors: Options of polygons; `drop_smaller` leaves out small changes.
        overwrite: Whether existing results may be replaced.
        progress: Called with a `ProgressEvent`; raising `Cancelled` in it stops the run.

    Raises:
        ProxyClipGeoError: A subclass for every error; see `errors`.

    Example:
        >>> import proxyclip_geo as pg
        >>> first, second = (pg.sample(f"{seed}.tif", size=128, seed=seed) for seed in (3, 4))
        >>> result = pg.compare(first.truth, second.truth, out="change")
        >>> round(float(result.areas.sum()) * 1e-4, 2)  # hectares
        0.41
    """
    ChangeOptions(confidence=confidence)
    paths = _name_results(Path(out))
    given = (before, after)
    words = None if classes is None else as_vocabulary(classes)
    embedded = [_is_embedding(item) for item in given]
    if any(embedded) and (not all(embedded) or words is None):
        raise OptionError(
            "compare two embeddings with `classes`, or two label rasters; label an embedding first to compare its map"
        )
    if not any(embedded) and words is not None:
        raise OptionError("label rasters have classes already; omit `classes`, or pass embeddings")
    inputs = [*(item if isinstance(item, str | Path) else item.name for item in given), *(probabilities or ())]
    written = [*paths.values(), *raster_sides(paths["change"]), *raster_sides(paths["confidence"])]
    check_outputs(written, inputs=inputs)
    refuse_file_name(Path(out))
    check_folder(Path(out))
    check_existing(paths.values(), overwrite=overwrite)
    maps: list[str | Path] = [item for item in given if isinstance(item, str | Path)]
    if words is not None and options is not None and options.adapt:
        raise OptionError(
            "adapt=True would adapt the words to each date by itself, so that this counts as change; adapt them to one "
            "embedding, and compare with the vocabulary that it writes"
        )
    if words is not None:
        settings = {**vars(options or LabelOptions()), "probabilities": True, "polygons": False}
        opened = [item if isinstance(item, Embedding) else open_embedding(item) for item in given]
        results = [
            label(
                item,
                words,
                out=Path(out, when),
                options=LabelOptions(**settings),
                overwrite=overwrite,
                progress=progress,
            )
            for item, when in zip(opened, ("before", "after"), strict=True)
        ]
        maps = [result.paths.labels for result in results]
        found = [result.paths.probabilities for result in results]
        assert found[0] is not None
        assert found[1] is not None
        probabilities = found[0], found[1]
    with _open(maps, probabilities) as pair:
        counts = _count(pair, confidence=confidence, progress=progress)
        used = _write_rasters(pair, counts, paths, confidence=confidence, progress=progress)
    _write_polygons(paths, used, vectors=vectors, has_confidence=probabilities is not None, progress=progress)
    result = ChangeResult(
        paths["change"],
        paths["confidence"] if probabilities is not None else None,
        paths["polygons"],
        paths["table"],
        paths["preview"],
        (UNCLASSIFIED, *pair.names),
        counts.matrix(counts.every),
        counts.matrix(counts.sure) if probabilities is not None else None,
        "m²" if counts.every.metric.in_metres else "px",
    )
    write_text(result.table, result.to_csv())
    return result


def _name_results(out: Path) -> dict[str, Path]:
    names = {"change": "change.tif", "confidence": "confidence.tif", "polygons": "change.gpkg", "table": "change.csv"}
    return {key: out / name for key, name in (names | {"preview": "change_preview.png"}).items()}


def _is_embedding(item: str | Path | Embedding) -> bool:
    if isinstance(item, Embedding) or "://" in str(item):
        return isinstance(item, Embedding) or not str(item).lower().partition("?")[0].endswith((".tif", ".tiff"))
    return (Path(item) / "zarr.json").exists()


@contextmanager
def _open(maps: list[str | Path], probabilities: tuple[str | Path, str | Path] | None) -> Iterator[ChangeInputs]:
    """Open two maps on the grid of the first."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(open_labels(path)) for path in maps)
        names = check_classes(_class_names(first), _class_names(second))
        overlap, aligned = align_truth(first.geobox, second, name=first.name)
        if aligned is not second:
            stack.enter_context(aligned)
        opened = None
        if probabilities is not None:
            one, other = (stack.enter_context(open_probabilities(path, first.geobox)) for path in probabilities)
            opened = one, other
        yield ChangeInputs(first, aligned, opened, names, overlap)


def _class_names(source: LabelSource) -> list[str]:
    """Return the names of a map's classes; those of the values that occur where it names none."""
    if source.classes:
        return [name for value, name in source.classes.items() if value != 0 or name.casefold() != UNCLASSIFIED]
    values: set[int] = set()
    for tile in source.geobox.region.tiles(2048):
        block = source.read(tile)
        values |= set(np.unique(block.values[block.valid]).tolist())
    return [name for value in sorted(values) if (name := name_of(source, value)) is not None]


def _count(pair: ChangeInputs, *, confidence: float, progress: Progress) -> ChangeCounts:
    """Sum the areas of all pairs of classes, and the noise of the scores."""
    metric = PixelMetric.of(pair.before.geobox)
    counts = ChangeCounts(pair.names, AreaCounter(metric), AreaCounter(metric))
    total = pair.area.height * pair.area.width
    done = 0
    for block in pair.blocks():
        counts.every.add(block.region, counts.pair(block), weights=block.valid.astype(float))
        counts.noise.add(block)
        done += block.region.height * block.region.width
        progress(ProgressEvent("compare", done, total, "pixels"))
    if pair.probabilities is not None and not counts.noise.counts.any():
        warn_quality(
            "no pixel kept its class, so that the noise of the scores is not known and changes have confidence 0"
        )
    return counts


def _write_rasters(
    pair: ChangeInputs, counts: ChangeCounts, paths: dict[str, Path], *, confidence: float, progress: Progress
) -> dict[int, tuple[str, ...]]:
    """Write the changes, their confidence and a preview; return (from, to) of each value of the raster."""
    side = len(pair.names) + 1
    pairs = {code: divmod(code, side) for code in sorted(counts.every.areas)}
    codes = [code for code, (one, other) in pairs.items() if one and other and one != other]
    used = {value: tuple(pair.names[end - 1] for end in pairs[code]) for value, code in enumerate(codes, 1)}
    colors = _colors(pair.after, pair.names)
    styles = [ClassStyle(value, f"{one} → {other}", colors[other]) for value, (one, other) in used.items()]
    spec = label_spec(styles, tags={"SOFTWARE": f"proxyclip_geo {__version__}"})
    lut = np.zeros(side * side, spec.dtype)
    lut[codes] = np.arange(1, len(codes) + 1)
    levels = counts.noise.confidence()
    middle = levels.shape[1] // 2
    geobox = pair.before.geobox.crop(pair.area)
    assert spec.nodata is not None
    first = Thumbnail(geobox, nodata=0, dtype=np.uint16)
    last = Thumbnail(geobox, nodata=spec.nodata, dtype=spec.dtype)
    with ExitStack() as stack:
        labels = stack.enter_context(CogWriter(paths["change"], geobox, spec=spec))
        scores = None
        if pair.probabilities is not None:
            scores = stack.enter_context(CogWriter(paths["confidence"], geobox, spec=score_spec()))
        done = 0
        for block in pair.blocks():
            code, sure = counts.pair(block), block.changed
            place = block.region.shift(-pair.area.top, -pair.area.left)
            if scores is not None and block.swing is not None:
                level = levels[block.before, block.swing + middle]
                sure &= level >= 100 * confidence
                scores.write(place, np.where(block.changed, level, np.uint8(SCORE_NODATA)))
            changes = np.where(block.valid, np.where(sure, lut[code], 0), np.array(spec.nodata, spec.dtype))
            labels.write(place, changes)
            first.add(place, block.before)
            last.add(place, changes)
            counts.sure.add(block.region, code, weights=sure.astype(float))
            done += block.region.height * block.region.width
            progress(ProgressEvent("write", done, pair.area.height * pair.area.width, "pixels"))
        labels.finish()
        if scores is not None:
            scores.finish()
    palette = np.array([(190, 190, 190), *(colors[name] for name in pair.names)], np.uint8)
    preview = draw_preview(
        palette[first.labels].transpose(2, 0, 1),
        last.labels,
        classes=[ClassStyle(0, "no change", (255, 255, 255)), *styles],
        nodata=spec.nodata,
        max_side=PREVIEW_SIDE,
        caption=Caption("Before, and what changed", geobox),
    )
    save_preview(preview, paths["preview"])
    return used


def _colors(source: LabelSource, names: tuple[str, ...]) -> dict[str, tuple[int, int, int]]:
    """Return the colour of each class: that of the map, or of a vocabulary of these names."""
    by_name = {source.classes[value]: color for value, color in source.colors.items() if value in source.classes}
    made = {item.name: item.color for item in as_vocabulary(list(names)).classes}
    return {name: by_name.get(name) or made.get(name, (128, 128, 128)) for name in names}


@dataclass(frozen=True)
class _ChangePolygons:
    """Polygons with the columns of changes.

    Attributes:
        source: The polygons of the raster of changes.
        pairs: (from, to) of each value.
    """

    source: PolygonSource
    pairs: dict[int, tuple[str, ...]]

    @property
    def crs(self) -> pyproj.CRS | None:
        """CRS of the polygons."""
        return self.source.crs

    @property
    def multipart(self) -> bool:
        """Whether there may be multipolygons."""
        return self.source.multipart

    def __iter__(self) -> Iterator[PolygonBatch]:
        for batch in self.source:
            found = [self.pairs[value] for value in batch.columns["label"].tolist()]
            ends = {key: np.array([pair[n] for pair in found], object) for n, key in enumerate(("from", "to"))}
            renamed = {key.replace("score", "confidence"): values for key, values in batch.columns.items()}
            yield PolygonBatch({**ends, **renamed}, batch.geometry)


def _write_polygons(
    paths: dict[str, Path],
    pairs: dict[int, tuple[str, ...]],
    *,
    vectors: VectorOptions,
    has_confidence: bool,
    progress: Progress,
) -> None:
    from proxyclip_geo.vector.write import write_polygons

    with open_labels(paths["change"]) as source:
        styles = [ClassStyle(value, name, source.colors[value]) for value, name in source.classes.items()]
    inputs = PolygonInputs([paths["change"]], scores=[paths["confidence"]] if has_confidence else [])
    classes = {style.value: style.name for style in styles}
    with staging_folder(paths["polygons"]) as folder:
        traced = polygonize(inputs, classes=classes, spill=folder, options=vectors, progress=progress)
        write_polygons(
            _ChangePolygons(traced, pairs),
            paths["polygons"],
            staging=folder / "file",
            classes=styles,
            metadata={"SOFTWARE": f"proxyclip_geo {__version__}", "VECTOR_OPTIONS": vectors.to_dict()},
        )
