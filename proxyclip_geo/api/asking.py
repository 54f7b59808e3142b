"""What an embedding says of places and words: `explain`, `similar`, `rank_words`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.job import Classes, warn_of_far_words
from proxyclip_geo.api.options import LabelOptions
from proxyclip_geo.api.record import make_tags
from proxyclip_geo.engine.query import average_scores, contrasts, similarity_blocks
from proxyclip_geo.errors import AreaError, OptionError, OutputError, VocabularyError
from proxyclip_geo.grid import Region
from proxyclip_geo.progress import Progress, ignore
from proxyclip_geo.raster.aoi import Outline, find_area
from proxyclip_geo.raster.sink import RasterSink
from proxyclip_geo.raster.spec import SIMILARITY_NODATA, similarity_spec


@dataclass(frozen=True)
class QueryScore:
    """How well a word fits a place.

    Attributes:
        word: The word.
        name: Its class; None for a background word.
        similarity: Mean cosine with the place's features, −1 to 1.
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
    options: LabelOptions | None = None,
) -> tuple[QueryScore, ...]:
    """Say how well each word fits a place, best first: why it became its class.

    Args:
        embedding: Path or URL of an embedding, or one that is open.
        classes: As for `segment`.
        at: (x, y) of a point in the embedding's CRS.
        aoi: Vector file with polygons, in place of a point.
        options: How to label; its words, templates and debias count.

    Raises:
        OptionError: If not just one of `at` and `aoi` is given.
        AreaError: If the place is not within the raster, or has no data.
        StoreError: If the embedding is damaged, or not complete there.
    """
    kept = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    if (at is None) == (aoi is None):
        raise OptionError("say where, with either a point (--at X,Y) or polygons (--aoi FILE)")
    # Each word is told for itself, however the synonyms of a class are put together.
    options = replace(options or LabelOptions(), synonyms="max-probability")
    vocabulary, bank = kept.bank(classes, options)
    if at is not None:
        col, row = ~kept.place.transform @ at
        region = Region(int(np.floor(row)), int(np.floor(col)), 1, 1)
        if region.intersect(kept.place.region).is_empty:
            raise AreaError(
                f"point {at[0]:.10g}, {at[1]:.10g} lies outside the raster; its bounds are "
                f"{', '.join(f'{value:.10g}' for value in kept.place.bounds)} (west, south, east, north)"
            )
        inside: NDArray[np.bool_] | None = None
    else:
        area = find_area(kept.place, bounds=None, aoi=aoi, name=kept.name)
        region = area.region
        outline = Outline.on_grid(area, scale=(1.0, 1.0))
        inside = None if outline is None else outline.draw(Region(0, 0, *region.shape))
    scores = average_scores(kept.store, bank, area=region, inside=inside)
    if scores is None:
        raise AreaError("there is no data at that place; choose another")
    asked = (*vocabulary.queries, *options.background)
    names = (*(vocabulary.names[index] for index in vocabulary.query_class), *([None] * len(options.background)))
    found = [QueryScore(*facts) for facts in zip(asked, names, scores.cosines, scores.probabilities, strict=True)]
    return tuple(sorted(found, key=lambda score: -score.probability))


def similar(
    embedding: str | Path | Embedding,
    word: str,
    *,
    out: str | Path,
    overwrite: bool = False,
    progress: Progress = ignore,
) -> Path:
    """Write a heat map: the cosine of each pixel with a word, as a cloud-optimised GeoTIFF (float32, no-data −2).

    Args:
        embedding: Path or URL of an embedding, or one that is open.
        word: A word or phrase.
        out: GeoTIFF to write.
        overwrite: Whether an existing file may be replaced.
        progress: Called after each block.

    Raises:
        OutputError: If the file is already there, or cannot be written.
        StoreError: If the embedding is damaged, or not complete.
    """
    kept = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    path = Path(out)
    if path.exists() and not overwrite:
        raise OutputError(f"{path} is already there; pass --overwrite to replace it")
    query = _encode_words(kept, [word])
    tags = {**make_tags(kept.card), "QUERY": word}
    with RasterSink(path, kept.place, spec=similarity_spec(word, tags=tags)) as sink:
        for core, cosines, valid in similarity_blocks(kept.store, query, progress=progress):
            sink.write(core, np.where(valid, cosines, np.float32(SIMILARITY_NODATA)))
        sink.finish()
    return path


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
