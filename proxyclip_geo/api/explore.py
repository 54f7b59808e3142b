"""Explore an embedding: scores of words at a place, heat maps, and words ranked by presence."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.job import Classes, warn_of_far_words
from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.api.outputs import raster_sides
from proxyclip_geo.api.record import make_tags
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.engine.area_query import average_scores, measure_contrasts, similarity_blocks
from proxyclip_geo.engine.shape_cells import mean_feature
from proxyclip_geo.errors import AreaError, OptionError, OutputError, VocabularyError, strip_credentials
from proxyclip_geo.files import check_existing, check_outputs
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.aoi import Area, format_bounds
from proxyclip_geo.raster.cog import CogWriter
from proxyclip_geo.raster.spec import SIMILARITY_NODATA, similarity_spec
from proxyclip_geo.references import join_layer
from proxyclip_geo.region import Region


@dataclass(frozen=True)
class QueryScore:
    """How well a word fits a place.

    Attributes:
        word: The word.
        name: Its class; None for a background word.
        similarity: Mean cosine with the place's features, −1 to 1; with examples, the logit of the example classifier.
        probability: Mean probability of the word among all words, 0–1.
    """

    word: str
    name: str | None
    similarity: float
    probability: float


@dataclass(frozen=True)
class WordPresence:
    """How much a word stands out in a raster.

    Attributes:
        word: The word.
        contrast: 98th percentile over the raster of the cosine minus the median of all candidates. Above 0 for most
            words; compare words with each other.
        share: Share of the raster in which no other candidate fits better, 0–1.
    """

    word: str
    contrast: float
    share: float


@check_arguments
def explain(
    embedding: str | Path | Embedding,
    classes: Classes,
    *,
    at: tuple[float, float] | None = None,
    aoi: str | Path | None = None,
    aoi_layer: str | None = None,
    examples: Examples | str | Path | None = None,
    options: LabelOptions | None = None,
) -> tuple[QueryScore, ...]:
    """Return how well each word fits a place, best first.

    Args:
        embedding: Path or URL of an embedding, or an open one.
        classes: As for `segment`.
        at: (x, y) of a point in the embedding's CRS.
        aoi: Vector file with polygons, in place of a point.
        aoi_layer: Layer of that file; needed where several layers have polygons.
        examples: Points and polygons of examples, as for `label`.
        options: Options of labelling; background words, templates and debias are used.

    Raises:
        OptionError: If not exactly one of `at` and `aoi` is given.
        AreaError: If the place lies outside the raster, or has no data.
        StoreError: If the embedding is damaged, or incomplete there.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=128, seed=3)
        >>> embedding = pg.encode("doctest.tif", out="doctest.emb", model="demo")
        >>> best = pg.explain(embedding, ["water", "forest", "building"], at=embedding.geobox.corners[0])[0]
        >>> 0 < best.probability <= 1
        True
    """
    aoi = join_layer(aoi, aoi_layer)
    opened = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    spot = _find_spot(opened, at=at, aoi=aoi)
    # One score per word, however the synonyms of a class are combined.
    options = replace(options or LabelOptions(), synonyms="max-probability")
    found = opened.bank(classes, options, examples=examples)
    vocabulary = found.vocabulary
    scores = average_scores(opened.store, found.bank, area=spot.region, inside=spot.rasterize(spot.region))
    if scores is None:
        raise _no_data()
    words = (*vocabulary.queries, *options.background)
    names = (*(vocabulary.names[index] for index in vocabulary.query_class), *([None] * len(options.background)))
    ranked = [QueryScore(*facts) for facts in zip(words, names, scores.cosines, scores.probabilities, strict=True)]
    return tuple(sorted(ranked, key=lambda score: -score.probability))


@check_arguments
def similar(
    embedding: str | Path | Embedding,
    word: str | None = None,
    *,
    out: str | Path,
    at: tuple[float, float] | None = None,
    aoi: str | Path | None = None,
    aoi_layer: str | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> Path:
    """Write a heat map: the cosine of each pixel with a word or a place, as a COG (float32, nodata −2).

    Cosines with a place are much larger than cosines with words: compare values within one map only.

    Args:
        embedding: Path or URL of an embedding, or an open one.
        word: A word or phrase.
        out: GeoTIFF to write.
        at: (x, y) of a point in the embedding's CRS, in place of a word.
        aoi: Vector file with polygons, in place of a word.
        aoi_layer: Layer of that file; needed where several layers have polygons.
        overwrite: Whether an existing file may be replaced.
        progress: Called after each block.

    Raises:
        OptionError: If not exactly one of `word`, `at` and `aoi` is given.
        AreaError: If the place lies outside the raster, or has no data.
        OutputError: If the file exists, or cannot be written.
        StoreError: If the embedding is damaged or incomplete.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=128, seed=3)
        >>> embedding = pg.encode("doctest.tif", out="doctest.emb", model="demo")
        >>> pg.similar(embedding, "water", out="water.tif").name
        'water.tif'
    """
    aoi = join_layer(aoi, aoi_layer)
    if [word, at, aoi].count(None) != 2:
        raise OptionError("give one of a word, a point (`at`) and polygons (`aoi`)")
    opened = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    path = Path(out)
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise OutputError(f"{path}: a heat map is a GeoTIFF; give a name that ends in .tif")
    check_outputs([path, *raster_sides(path)], inputs=[*opened.inputs, aoi])
    check_existing([path], overwrite=overwrite)
    query = make_query(opened, word, at=at, aoi=aoi)
    words = strip_credentials(str(aoi or at)) if word is None else word
    tags = {**make_tags(opened.card), "QUERY": words}
    encoded = opened.store.info.area
    with (
        CogWriter(path, opened.geobox, spec=similarity_spec(words, tags=tags)) as sink,
        closing(similarity_blocks(opened.store, query, progress=progress)) as blocks,
    ):
        for core, cosines, valid in blocks:
            sink.write(core.shift(-encoded.top, -encoded.left), np.where(valid, cosines, np.float32(SIMILARITY_NODATA)))
        sink.finish()
    return path


def make_query(
    opened: Embedding, word: str | None, *, at: tuple[float, float] | None = None, aoi: str | Path | None = None
) -> Any:
    """Return the (1, D) query of a word, a point or polygons, in the space of the stored features.

    Raises:
        AreaError: If the place lies outside the raster, or has no data.
    """
    if word is not None:
        return _encode_words(opened, [word])
    mean = mean_feature(opened.store, _find_spot(opened, at=at, aoi=aoi))
    if mean is None:
        raise _no_data()
    return (mean / mean.norm())[None].float()


def _find_spot(opened: Embedding, *, at: tuple[float, float] | None, aoi: str | Path | None) -> Area:
    """Return the pixel at a point, or the pixels in polygons."""
    if (at is None) == (aoi is None):
        raise OptionError("give either a point (`at`) or polygons (`aoi`)")
    if at is None:
        return opened.find_area(aoi=aoi)
    info = opened.store.info
    [(col, row)] = info.geobox.world_to_pixel([at])
    region = Region(int(np.floor(row)), int(np.floor(col)), 1, 1)
    if region.intersect(info.area).is_empty:
        raise AreaError(
            f"point {at[0]:.10g}, {at[1]:.10g} lies outside the raster, or its encoded area, whose bounds are "
            f"{format_bounds(opened.geobox.bounds)} (west, south, east, north)"
        )
    return Area(region)


def _no_data() -> AreaError:
    return AreaError("the place has no data; choose another one")


@check_arguments
def rank_words(embedding: str | Path | Embedding, candidates: Sequence[str]) -> tuple[WordPresence, ...]:
    """Rank words by how much they stand out in a raster.

    Every place resembles every word to some degree, so that a cosine is compared with the median of all candidates at
    the same place. Pass a dozen or more candidates, some of which the raster certainly does not contain.

    Args:
        embedding: Path or URL of an embedding, or an open one.
        candidates: At least three words.

    Raises:
        VocabularyError: If there are fewer than three.
        StoreError: If the embedding is damaged or incomplete.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=128, seed=3)
        >>> embedding = pg.encode("doctest.tif", out="doctest.emb", model="demo")
        >>> ranked = pg.rank_words(embedding, ["water", "forest", "building", "road"])
        >>> len(ranked), ranked[0].contrast >= ranked[-1].contrast
        (4, True)
    """
    opened = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    distinct = list(dict.fromkeys(word.strip() for word in candidates if word.strip()))
    if len(distinct) < 3:
        raise VocabularyError(f"{len(distinct)} candidates are too few to rank; pass at least 3, better a dozen")
    found = measure_contrasts(opened.store, _encode_words(opened, distinct))
    ranked = [
        WordPresence(word, contrast, share)
        for word, contrast, share in zip(distinct, found.contrasts, found.shares, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda item: -item.contrast))


def _encode_words(opened: Embedding, words: Sequence[str]) -> Any:
    """Return (Q, D) queries in the space of the stored features."""
    warn_of_far_words(opened.text, opened.card, words)
    queries = opened.text.encode(words)
    return queries if opened.store.basis is None else queries @ opened.store.basis
