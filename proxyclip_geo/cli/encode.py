"""`proxyclip-geo encode`."""

from proxyclip_geo.cli import options
from proxyclip_geo.cli.console import set_reporter
from proxyclip_geo.cli.parsing import parse_bands, parse_bounds, parse_stretch


def encode(
    raster: options.Raster,
    out: options.StoreOut = None,
    resolution: options.Resolution = None,
    aoi: options.Aoi = None,
    bounds: options.Bounds = None,
    bands: options.Bands = None,
    stretch: options.Stretch = None,
    model: options.Model = "vitb16-dino-b8",
    device: options.Device = "auto",
    precision: options.PrecisionChoice = options.Precision.auto,
    backend: options.BackendChoice = options.Backend.auto,
    window: options.Window = None,
    stride: options.Stride = None,
    blend: options.BlendChoice = options.Blend.hann,
    batch_size: options.BatchSize = None,
    block_size: options.BlockSize = None,
    storage: options.StorageChoice = options.Storage.float16,
    components: options.Components = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Encode a raster once, to ask it with any words afterwards (`label`).

    This is nearly all of the work of `segment`. A run that was broken off is finished by the same command.
    """
    reporter = set_reporter(as_json=as_json, quiet=quiet)
    import proxyclip_geo as pg

    chosen = pg.EncodeOptions(
        window=window,
        stride=stride,
        blend=blend.value,
        batch_size=batch_size,
        block_size=block_size,
        device=device,
        precision=precision.value,
        backend=backend.value,
        bands=parse_bands(bands),
        resolution=resolution,
        bounds=parse_bounds(bounds),
        aoi=aoi,
        **parse_stretch(stretch),
    )
    kept = pg.StoreOptions(storage=storage.value, components=components, overwrite=overwrite)
    target = out or f"{pg.stem_of(raster)}.emb"
    with reporter.progress() as progress:
        made = pg.encode(raster, out=target, model=model, options=chosen, store=kept, progress=progress)
    info = made.store.info
    reporter.result(
        f'{made.name}\nnow ask it: proxyclip-geo label {made.name} --classes "water; forest; building"',
        {"embedding": made.name, "shape": list(info.geobox.shape), "dim": info.dim, "storage": info.storage},
    )
