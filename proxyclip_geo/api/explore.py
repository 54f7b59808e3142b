"""What an embedding says of places and words: `explain`, `similar`, `rank_words`."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.job import Classes, warn_of_far_words
from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.api.record import make_tags
from proxyclip_geo.engine.area_query import average_scores, contrasts, similarity_blocks
from proxyclip_geo.engine.examples import mean_feature
from proxyclip_geo.errors import AreaError, OptionError, OutputError, VocabularyError
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.aoi import find_area
from proxyclip_geo.raster.cog import CogWriter
from proxyclip_geo.raster.spec import SIMILARITY_NODATA, similarity_spec
from proxyclip_geo.region import Region


@dataclass(frozen=True)
class QueryScore:
    """How well a word fits a place.

    Attributes:
        word: The word.
        name: Its class; None for a background word.
        similarity: Mean cosine with the place's features, −1 to 1; with examples, what stands in its place.
        probability: Mean share of the word among all words, 0–1.
    """

    word: str
    name: str | None
    similarity: float
    probability: float


@dataclass(frozen=True)
class WordPresence:
    """How much a word stands out somewhere in a raster.

    Attributes:
        word: The word.
        contrast: How far the cosine exceeds the median of all candidates where it does so most (98th percentile over
            the raster). Above 0 for most words; compare them with each other.
        share: Share of the raster in which no other candidate fits better, 0–1.
    """

    word: str
    contrast: float
    share: float


def explain(
    embedding: str | Path | Embedding,
    classes: Classes,
    *,
    at: tuple[float, float] | None = None,
    aoi: str | Path | None = None,
    examples: Examples | str | Path | None = None,
    options: LabelOptions | None = None,
) -> tuple[QueryScore, ...]:
    """Say how well each word fits a place, best first: why it became its class.

    Args:
        embedding: Path or URL of an embedding, or one that is open.
        classes: As for `segment`.
        at: (x, y) of a point in the embedding's CRS.
        aoi: Vector file with polygons, in place of a point.
        examples: Points and polygons that move the words of classes, as for `label`.
        options: How to label; its words, templates and debias count.

    Raises:
        OptionError: If not just one of `at` and `aoi` is given.
        AreaError: If the place is not within the raster, or has no data.
        StoreError: If the embedding is damaged, or not complete there.
    """
    kept = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    spot = _find_spot(kept, at=at, aoi=aoi)
    # Each word is told for itself, however the synonyms of a class are put together.
    options = replace(options or LabelOptions(), synonyms="max-probability")
    vocabulary, bank = kept.bank(classes, options, examples=examples)
    scores = average_scores(kept.store, bank, area=spot.region, inside=spot.rasterize(spot.region))
    if scores is None:
        raise _no_data()
    asked = (*vocabulary.queries, *options.background)
    names = (*(vocabulary.names[index] for index in vocabulary.query_class), *([None] * len(options.background)))
    found = [QueryScore(*facts) for facts in zip(asked, names, scores.cosines, scores.probabilities, strict=True)]
    return tuple(sorted(found, key=lambda score: -score.probability))


def similar(
    embedding: str | Path | Embedding,
    word: str | None = None,
    *,
    out: str | Path,
    at: tuple[float, float] | None = None,
    aoi: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> Path:
    """Write a heat map: the cosine of each pixel with a word or a place, as a GeoTIFF (COG, float32, no-data −2).

    Cosines with a place are much larger than those with words; look at where they are highest.

    Args:
        embedding: Path or URL of an embedding, or one that is open.
        word: A word or phrase.
        out: GeoTIFF to write.
        at: (x, y) of a point in the embedding's CRS, in place of a word: more of what is there.
        aoi: Vector file with polygons, in place of a word: more of what is in them.
        overwrite: Whether an existing file may be replaced.
        progress: Called after each block.

    Raises:
        OptionError: If not just one of `word`, `at` and `aoi` is given.
        AreaError: If the place is not within the raster, or has no data.
        OutputError: If the file is already there, or cannot be written.
        StoreError: If the embedding is damaged, or not complete.
    """
    if [word, at, aoi].count(None) != 2:
        raise OptionError("give one of a word, a point (`at`) and polygons (`aoi`)")
    kept = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    path = Path(out)
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise OutputError(f"{path}: a heat map is a GeoTIFF; give a name that ends in .tif")
    if path.exists() and not overwrite:
        raise OutputError(f"{path} is already there; pass overwrite=True to replace it")
    if word is None:
        spot = _find_spot(kept, at=at, aoi=aoi)
        mean = mean_feature(kept.store, spot)
        if mean is None:
            raise _no_data()
        query, asked = (mean / mean.norm())[None].float(), str(aoi or at)
    else:
        query, asked = _encode_words(kept, [word]), word
    tags = {**make_tags(kept.card), "QUERY": asked}
    with (
        CogWriter(path, kept.geobox, spec=similarity_spec(asked, tags=tags)) as sink,
        closing(similarity_blocks(kept.store, query, progress=progress)) as blocks,
    ):
        for core, cosines, valid in blocks:
            sink.write(core, np.where(valid, cosines, np.float32(SIMILARITY_NODATA)))
        sink.finish()
    return path


@dataclass(frozen=True)
class _Spot:
    """A place in a raster: pixels, and which of them count."""

    region: Region
    rasterize: Callable[[Region], NDArray[np.bool_]]


def _find_spot(kept: Embedding, *, at: tuple[float, float] | None, aoi: str | Path | None) -> _Spot:
    """Return the pixel at a point, or those in polygons."""
    if (at is None) == (aoi is None):
        raise OptionError("give either a point (`at`) or polygons (`aoi`)")
    if at is None:
        area = find_area(kept.geobox, bounds=None, aoi=aoi, name=kept.name)
        mask = area.mask()
        assert mask is not None
        # The mask's grid starts at the area's upper left pixel.
        return _Spot(area.region, lambda region: mask.rasterize(region.shift(-area.region.top, -area.region.left)))
    [(col, row)] = kept.geobox.world_to_pixel([at])
    region = Region(int(np.floor(row)), int(np.floor(col)), 1, 1)
    if region.intersect(kept.geobox.region).is_empty:
        raise AreaError(
            f"point {at[0]:.10g}, {at[1]:.10g} lies outside the raster; its bounds are "
            f"{', '.join(f'{value:.10g}' for value in kept.geobox.bounds)} (west, south, east, north)"
        )

    def draw(pixels: Region) -> NDArray[np.bool_]:
        drawn = np.zeros(pixels.shape, np.bool_)
        drawn[region.intersect(pixels).slices_in(pixels)] = True
        return drawn

    return _Spot(region, draw)


def _no_data() -> AreaError:
    return AreaError("there is no data at that place; choose another")


def rank_words(embedding: str | Path | Embedding, candidates: Sequence[str]) -> tuple[WordPresence, ...]:
    """Rank words by how much they stand out in a raster: which of them it probably holds.

    The level that a word is held against is the median of all candidates at the same place, since each place is near to
    all words to some degree. Give a dozen or more candidates, among them some that are surely not there.

    Args:
        embedding: Path or URL of an embedding, or one that is open.
        candidates: At least three words.

    Raises:
        VocabularyError: If there are fewer than three.
        StoreError: If the embedding is damaged, or not complete.
    """
    kept = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    distinct = list(dict.fromkeys(word.strip() for word in candidates if word.strip()))
    if len(distinct) < 3:
        raise VocabularyError(
            f"{len(distinct)} candidates cannot be ranked against each other; give at least 3, better a dozen"
        )
    found = contrasts(kept.store, _encode_words(kept, distinct))
    ranked = [
        WordPresence(word, contrast, share)
        for word, contrast, share in zip(distinct, found.contrasts, found.shares, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda item: -item.contrast))


def _encode_words(kept: Embedding, asked: Sequence[str]) -> Any:
    """Return (Q, D) queries in the space of the kept features."""
    warn_of_far_words(kept.text, kept.card, asked)
    queries = kept.text.encode(asked)
    return queries if kept.store.basis is None else queries @ kept.store.basis
