"""Label a stored embedding: embedding and words in, map out."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from proxyclip_geo.api.class_bank import as_examples
from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.job import Classes, prepare_vocabulary, warn_of_far_words
from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.api.outputs import OutputPaths, check_directory, check_results, remove_drafts, rollback
from proxyclip_geo.api.record import make_record, make_tags
from proxyclip_geo.api.result_writer import ResultWriter
from proxyclip_geo.api.results import SegmentResult
from proxyclip_geo.api.write_map import finish_map, timing
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.prefetch import write_behind
from proxyclip_geo.engine.runner import BlockResult, EncodedBlock, classify_blocks, stored_blocks
from proxyclip_geo.errors import record_warnings
from proxyclip_geo.files import staging_folder, write_json
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.aoi import Area
from proxyclip_geo.raster.inputs import RasterLike
from proxyclip_geo.references import join_layer
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary import dump_vocabulary


@check_arguments
def label(
    embedding: str | Path | Embedding,
    classes: Classes,
    *,
    out: str | Path = "out",
    bounds: tuple[float, float, float, float] | None = None,
    aoi: str | Path | None = None,
    aoi_layer: str | None = None,
    examples: Examples | str | Path | None = None,
    raster: RasterLike | None = None,
    options: LabelOptions | None = None,
    vectors: VectorOptions | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> SegmentResult:
    """Create the map that `segment` would create, from a stored embedding; no image encoder is loaded.

    Args:
        embedding: Path or URL of an embedding written by `encode`, or an open one.
        classes: As for `segment`.
        out: Directory of the results; created if it does not exist.
        bounds: (west, south, east, north) in the embedding's CRS; the whole raster if not given.
        aoi: Vector file with polygons; pixels outside them become nodata.
        aoi_layer: Layer of that file; needed where several layers have polygons.
        examples: Points and polygons of examples, used in addition to the words: a vector file or `Examples`.
        raster: The encoded raster, as for `segment`; needed for `borders="image"` and `segments` if it was moved.
        options: Options of labelling.
        vectors: Options of polygons.
        overwrite: Whether existing results may be replaced.
        progress: Called with a `ProgressEvent` after each block; raising `Cancelled` in it stops the run.

    Raises:
        StoreError: If the embedding is missing, damaged, incomplete, or was encoded with other weights.
        ProxyClipGeoError: A subclass for every other error; see `errors`.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=128, seed=3)
        >>> _ = pg.encode("doctest.tif", out="doctest.emb", model="demo")
        >>> result = pg.label("doctest.emb", ["water", "forest", "building"], out="out")
        >>> sorted(result.shares)
        ['building', 'forest', 'unclassified', 'water']
    """
    options, examples = options or LabelOptions(), as_examples(examples)
    aoi = join_layer(aoi, aoi_layer)
    seconds: dict[str, float] = {}
    with record_warnings() as notes, timing(seconds, "open"):
        opened = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
        vocabulary = prepare_vocabulary(classes, options, learning=bool(examples and examples.weight != 0))
        area = opened.find_area(bounds=bounds, aoi=aoi)
        paths = OutputPaths.in_directory(Path(out), opened.stem, options)
        example_file = None if examples is None else examples.path
        inputs = [*opened.inputs, aoi, example_file, raster if isinstance(raster, str | Path) else None]
        check_results(paths, inputs=inputs, vocabulary=vocabulary, crs=opened.geobox.crs, vectors=vectors)
        check_directory(Path(out), paths, overwrite=overwrite)
        words = (*vocabulary.words, *options.background)
        warn_of_far_words(opened.text, opened.card, words, progress=progress)
    with record_warnings() as example_notes, timing(seconds, "words"):
        found = opened.bank(vocabulary, options, examples=examples, progress=progress)
        vocabulary, bank = found.vocabulary, found.bank
    info = opened.store.info
    with staging_folder(paths.base), rollback(paths):
        remove_drafts(paths)
        with closing(
            ResultWriter(paths, info.geobox, area=area.region, vocabulary=vocabulary, tags=make_tags(opened.card))
        ) as writer:
            classified = _classified(opened, bank, area=area, raster=raster, options=options, progress=progress)
            with timing(seconds, "label"), classified as results:
                for _ in write_behind(results, writer.write):
                    pass
            summary = finish_map(
                writer,
                vocabulary=vocabulary,
                card=opened.card,
                picture=lambda: opened.picture(area.region),
                seconds=seconds,
                progress=progress,
                vectors=vectors,
            )
        record = make_record(
            raster=info.raster,
            model=info.model,
            vocabulary=vocabulary,
            options={
                **info.options,
                **options.to_dict(),
                "examples": examples and examples.to_dict(),
                "vectors": (vectors or VectorOptions()).to_dict(),
            },
            windows={"embedding": opened.name, "blocks": len(opened.store.blocks), "block_size": info.core},
            notes=[*notes, *example_notes],
            summary=summary,
            seconds=seconds,
        )
        if found.report is not None:
            record["examples"] = found.report.to_dict()
        if found.adaptation is not None:
            record["adaptation"] = found.adaptation.to_dict()
        if paths.vocabulary is not None:
            dump_vocabulary(vocabulary, paths.vocabulary)
        write_json(paths.run, record)
    return SegmentResult(paths, vocabulary, summary.shares, summary.areas, record)


@contextmanager
def _classified(
    opened: Embedding,
    bank: TextBank,
    *,
    area: Area,
    raster: RasterLike | None,
    options: LabelOptions,
    progress: Progress,
) -> Iterator[Iterator[BlockResult]]:
    """Yield the labels of the blocks of an area; close the raster at the end."""
    store = opened.store
    with opened.open_raster(raster) if options.upsampling.uses_image else nullcontext() as source:
        upsampling = options.upsampling
        encoded = stored_blocks(
            store, bank=bank, area=area.region, source=source, tile=upsampling.tile, progress=progress
        )
        # Stop the prefetch thread before the source is closed, also when writing a block fails.
        with closing(encoded):
            masked = _mask_outside(encoded, area)
            grid, probabilities = store.info.grid, options.probabilities
            yield classify_blocks(masked, bank=bank, grid=grid, upsampling=upsampling, probabilities=probabilities)


def _mask_outside(encoded: Iterator[EncodedBlock], area: Area) -> Iterator[EncodedBlock]:
    """Mark the pixels outside the area as invalid."""
    for item in encoded:
        yield replace(item, valid=item.valid & area.rasterize(item.block.core))
