"""Finish the map of a run, for `segment` and `label`."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.outputs import PREVIEW_SIDE, MapSummary, compute_shares, name_values
from proxyclip_geo.api.record import make_caption, make_tags
from proxyclip_geo.api.result_writer import ResultWriter
from proxyclip_geo.api.stac_item import make_item
from proxyclip_geo.files import write_json, write_text
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.progress import Progress
from proxyclip_geo.raster.preview import Caption, draw_preview, save_preview
from proxyclip_geo.raster.styles import class_styles
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary import Vocabulary


def finish_map(
    writer: ResultWriter,
    *,
    vocabulary: Vocabulary,
    card: ModelCard,
    picture: Callable[[], NDArray[np.uint8]],
    seconds: dict[str, float],
    progress: Progress,
    vectors: VectorOptions | None = None,
) -> MapSummary:
    """Finish the rasters, and write areas, preview and polygons.

    Args:
        writer: Has written all blocks.
        vocabulary: The classes.
        card: The model.
        picture: Returns a (3, h, w) picture of the same area.
        seconds: Takes the time of each stage.
        progress: Called while polygons are made.
        vectors: Options of polygons.
    """
    paths, geobox = writer.paths, writer.geobox
    with timing(seconds, "write"):
        writer.finish()
    shares = compute_shares(writer.counts, vocabulary)
    areas = writer.areas.table(name_values(vocabulary))
    write_text(paths.areas, areas.to_csv())
    caption = make_caption(card, geobox, areas=areas, vocabulary=vocabulary, title=paths.stem)
    with timing(seconds, "preview"):
        _write_preview(paths.preview, picture(), writer, vocabulary, shares, caption=caption)
    if paths.polygons is not None:
        from proxyclip_geo.api.vectorize import write_layer

        with timing(seconds, "polygonize"):
            write_layer(
                [paths.labels],
                paths.polygons,
                styles=class_styles(vocabulary),
                options=vectors or VectorOptions(),
                metadata={**make_tags(card), "VOCABULARY": vocabulary.to_dict()},
                score=paths.score,
                probabilities=paths.probabilities,
                progress=progress,
            )
    if paths.stac is not None:
        write_json(paths.stac, make_item(paths, geobox, vocabulary=vocabulary, card=card))
    return MapSummary(shares, areas)


def _write_preview(
    path: Path,
    picture: NDArray[np.uint8],
    writer: ResultWriter,
    vocabulary: Vocabulary,
    shares: Mapping[str, float],
    *,
    caption: Caption,
) -> None:
    preview = draw_preview(
        picture,
        writer.thumbnail.labels,
        classes=class_styles(vocabulary),
        nodata=vocabulary.nodata,
        shares={value: shares[name] for value, name in name_values(vocabulary).items()},
        max_side=PREVIEW_SIDE,
        caption=caption,
    )
    save_preview(preview, path)


@contextmanager
def timing(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Record the time of the `with` block."""
    started = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - started
