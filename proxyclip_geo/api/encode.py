"""Encode a raster once, to label it with any words afterwards."""

from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from pathlib import Path

from proxyclip_geo.api.embedding import Embedding
from proxyclip_geo.api.job import Job
from proxyclip_geo.api.options import EncodeOptions, StoreOptions
from proxyclip_geo.api.outputs import PREVIEW_SIDE, names_file
from proxyclip_geo.api.record import describe_model, describe_software
from proxyclip_geo.api.run_blocks import offset_by_done
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.engine.pca import fit_basis, project, sample_windows
from proxyclip_geo.engine.plan import Plan
from proxyclip_geo.engine.runner import encode_blocks
from proxyclip_geo.engine.store.block_store import exists, local_path
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore, create_store, open_store
from proxyclip_geo.engine.store.metadata import EmbeddingInfo
from proxyclip_geo.errors import OptionError, OutputError, StoreError
from proxyclip_geo.files import check_outputs, exclusive_lock
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.options import DEFAULT_MODEL, PRESETS
from proxyclip_geo.models.registry import builtin_cards
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.inputs import RasterLike

CORE_MULTIPLE = 16
"""Cells that the side of a stored block is a multiple of, so that chunks divide it evenly."""


@check_arguments
def encode(
    raster: RasterLike,
    *,
    out: str | Path,
    model: str | Path | ModelCard | Model = DEFAULT_MODEL,
    options: EncodeOptions | None = None,
    store: StoreOptions | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> Embedding:
    """Encode a raster and store its embedding, block by block.

    The same call resumes an interrupted run: finished blocks are not computed again. An exclusive lock keeps two runs
    on this machine from writing to one directory; buckets have no lock.

    Args:
        raster: A file or URL (as text) that GDAL reads, an open rasterio dataset, an `xarray.DataArray` with a CRS, or
            an `ArrayRaster`.
        out: Directory (by convention NAME.emb) or fsspec URL of the embedding.
        model: Name of a built-in model, path of a model card, or a model loaded by `load_model`.
        options: Options of reading and encoding.
        store: Options of the store.
        overwrite: Whether an existing embedding is replaced; otherwise an unfinished one is resumed.
        progress: Called with a `ProgressEvent` after each batch; raising `Cancelled` in it stops the run.

    Returns:
        The embedding, open.

    Raises:
        ProxyClipGeoError: A subclass for every error; see `errors`.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=128, seed=3)
        >>> embedding = pg.encode("doctest.tif", out="doctest.emb", model="demo")
        >>> embedding.label(["water", "forest", "building"]).labels.shape
        (128, 128)
    """
    options, store = options or EncodeOptions(), store or StoreOptions()
    name = str(out)
    job = Job.prepare(raster, model=model, options=options, progress=progress)
    with job.source as source, ExitStack() as stack:
        check_outputs([local_path(name)], inputs=job.inputs)
        if "://" not in name and names_file(Path(name)):
            raise OutputError(
                f"'{name}' is the name of a file, but an embedding is a directory: name it e.g. "
                f"'{Path(name).with_suffix('.emb')}'"
            )
        stack.enter_context(_lock(name))
        loaded = job.load(model, options)
        encoder = loaded.encoder
        plan = job.plan(options, encoder, core_multiple=CORE_MULTIPLE)
        _check_components(store.components, encoder.dim)
        info = EmbeddingInfo(
            geobox=source.geobox,
            area=source.area.region,
            grid=plan.grid,
            core=plan.core,
            blend=plan.blend,
            dim=store.components or encoder.dim,
            storage=store.storage,
            components=store.components,
            model={**describe_model(loaded), "card": _card_name(model, job.card), **describe_software()},
            raster={**job.fingerprint, "stem": source.stem, "choices": source.choices},
            options=options.to_dict(),
        )
        stored = _find_unfinished(name, info, overwrite=overwrite)
        if stored is None:
            basis = None
            if store.components is not None:
                basis = fit_basis(sample_windows(source, plan, encoder=encoder, progress=progress), store.components)
            stored = create_store(name, info, thumbnail=source.thumbnail(PREVIEW_SIDE).rgb, basis=basis)
        _fill(stored, plan, job, loaded, progress=progress)
    return Embedding(stored, model=loaded)


def _fill(stored: EmbeddingStore, plan: Plan, job: Job, model: Model, *, progress: Progress) -> None:
    missing = stored.missing()
    progress = offset_by_done(progress, stored.blocks, missing)
    encoded = encode_blocks(job.source, plan, encoder=model.encoder, blocks=missing, progress=progress)
    # Stop the prefetch thread before the source is closed, also when writing a block fails.
    with closing(encoded):
        for item in encoded:
            embedding = item.embedding if stored.basis is None else project(item.embedding, stored.basis)
            inside = job.source.area.rasterize(item.block.core)
            stored.write(item.block, embedding, valid=item.valid, inside=inside)
    _require_complete(stored.name)


def _require_complete(name: str) -> None:
    """Open the finished store again: its folder may have been removed while it was written."""
    try:
        missing = len(open_store(name).missing())
    except StoreError as error:
        raise OutputError(f"{name} was removed or damaged while it was written: {error.reason}") from error
    if missing:
        raise OutputError(
            f"{name} was removed or damaged while it was written, {missing} blocks are missing; repeat the command"
        )


def _lock(name: str) -> AbstractContextManager[None]:
    """Return the exclusive lock of a local embedding; a remote one has none."""
    path = local_path(name)
    return nullcontext() if path is None else exclusive_lock(path)


def _card_name(model: str | Path | ModelCard | Model, card: ModelCard) -> str:
    """Return the name that finds the card again: a built-in name, or the absolute path of the file."""
    # A folder may have the name of a built-in model.
    if not isinstance(model, (str, Path)) or str(model) in {*PRESETS, *builtin_cards()}:
        return card.name
    return str(Path(model).resolve())


def _check_components(components: int | None, dim: int) -> None:
    if components is not None and not 1 <= components < dim:
        raise OptionError(
            f"{components} components do not fit features of {dim} numbers; pass 1 to {dim - 1}, e.g. {dim // 4}"
        )


def _find_unfinished(name: str, info: EmbeddingInfo, *, overwrite: bool) -> EmbeddingStore | None:
    """Return the unfinished embedding of the same raster, model and options; None if nothing exists."""
    if overwrite or not exists(name):
        return None
    try:
        found = open_store(name, writable=True)
    except StoreError as error:
        raise OutputError(
            f"{name} exists and cannot be resumed: {error.reason}; pass overwrite=True to replace it, or choose "
            "another place"
        ) from error
    different = found.info.differences(info)
    if different:
        raise OutputError(
            f"{name} already holds an embedding that differs in {', '.join(different)}; pass overwrite=True to replace "
            "it, or choose another place"
        )
    return found
