"""Synthetic rasters with their true labels: for a first try, for tests and for benchmarks."""

import math
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from proxyclip_geo.api.options import SampleOptions
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.errors import OptionError, OutputError
from proxyclip_geo.files import check_existing, was_interrupted
from proxyclip_geo.geobox import GeoBox, parse_crs
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.raster.cog import CogWriter
from proxyclip_geo.raster.spec import image_spec, label_spec
from proxyclip_geo.raster.styles import class_styles
from proxyclip_geo.synthetic import generate_scene
from proxyclip_geo.vocabulary import parse_classes

BAND_NAMES = {1: ("grey",), 3: ("red", "green", "blue"), 4: ("red", "green", "blue", "near infrared")}
TILE = 1024
MAX_SIDE = 1_000_000
"""Longest side in pixels; the lists of tiles of a GeoTIFF have at most 2 GB."""
METRES_PER_DEGREE = 111_320.0
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)[:, None, None]


@dataclass(frozen=True)
class Sample:
    """A synthetic raster.

    Attributes:
        image: The image.
        truth: Its labels, with class names.
    """

    image: Path
    truth: Path


@check_arguments
def sample(
    path: str | Path,
    *,
    size: int | tuple[int, int] = 1024,
    seed: int = 7,
    options: SampleOptions | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> Sample:
    """Write a synthetic aerial photograph, and its true labels beside it as `<stem>_truth.tif`.

    It is written tile by tile: only the disk limits its size.

    Args:
        path: GeoTIFF to write.
        size: Side in pixels, or (height, width).
        seed: Seed of the scene.
        options: Scale, CRS, type and bands.
        overwrite: Whether existing files may be replaced.
        progress: Called with the pixels done.

    Raises:
        OptionError: If the size, gsd, CRS or bands are not possible.
        OutputError: If a file exists, or cannot be written.

    Example:
        >>> made = sample("doctest_sample.tif", size=64, seed=1)
        >>> made.truth.name
        'doctest_sample_truth.tif'
    """
    options = options or SampleOptions()
    path = Path(path)
    shape = (size, size) if isinstance(size, int) else size
    if not 1 <= min(shape) <= max(shape) <= MAX_SIDE:
        raise OptionError(f"a raster of {shape[0]} × {shape[1]} px cannot be made: both must be 1 to {MAX_SIDE:,}")
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise OutputError(f"{path}: a sample is a GeoTIFF; give a name that ends in .tif")
    files = Sample(path, path.with_name(f"{path.stem}_truth.tif"))
    targets = (files.image, files.truth)
    check_existing(targets, overwrite=overwrite or any(map(was_interrupted, targets)))
    _write(files, make_geobox(shape, options), seed=seed, options=options, progress=progress)
    return files


def make_geobox(shape: tuple[int, int], options: SampleOptions) -> GeoBox:
    """Return a geobox in the centre of the CRS's area of use, with the gsd of the options."""
    crs = parse_crs(options.crs)
    assert crs is not None
    area = crs.area_of_use
    lon, lat = (9.0, 48.0) if area is None else ((area.west + area.east) / 2, (area.south + area.north) / 2)
    if crs.is_geographic:
        height = options.gsd / METRES_PER_DEGREE
        width, x, y = height / max(0.01, math.cos(math.radians(lat))), lon, lat
    else:
        height = width = options.gsd / crs.axis_info[0].unit_conversion_factor
        to_crs = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
        # A CRS without an area of use usually has its origin there.
        x, y = to_crs.transform(lon, lat) if area is not None else (0.0, 0.0)
    return GeoBox(shape, (width, 0, round(x, 6), 0, -height, round(y, 6)), crs)


def _write(files: Sample, geobox: GeoBox, *, seed: int, options: SampleOptions, progress: Progress) -> None:
    names = BAND_NAMES[options.bands]
    total, done = geobox.height * geobox.width, 0
    classes = class_styles(parse_classes(list(generate_scene(1, 1, seed=seed).classes)))
    tags = {"SCENE_SEED": str(seed), "SCENE_GSD": f"{options.gsd:g}"}
    with ExitStack() as stack:
        image = stack.enter_context(CogWriter(files.image, geobox, spec=image_spec(names, dtype=options.dtype)))
        truth = stack.enter_context(CogWriter(files.truth, geobox, spec=label_spec(classes, tags=tags)))
        for tile in geobox.region.tiles(TILE):
            scene = generate_scene(
                *tile.shape, seed=seed, gsd=options.gsd, offset=(tile.top, tile.left), nir=options.bands == 4
            )
            image.write(tile, _encode(scene.rgb, scene.nir, options=options))
            truth.write(tile, scene.labels)
            done += tile.height * tile.width
            progress(ProgressEvent("sample", done, total, "pixels"))
        image.finish()
        truth.finish()


def _encode(rgb: NDArray[np.uint8], nir: NDArray[np.uint8] | None, *, options: SampleOptions) -> NDArray[Any]:
    """Return (bands, H, W) of the requested type."""
    bands: NDArray[Any] = rgb if nir is None else np.concatenate([rgb, nir[None]])
    if options.bands == 1:
        bands = np.rint((rgb * _LUMA).sum(axis=0, keepdims=True)).astype(np.uint8)
    if options.dtype == "float32":
        bands = bands.astype(np.float32) / np.float32(255)
    elif options.dtype != "uint8":
        bands = (bands.astype(np.int32) * 7 + 90).astype(options.dtype)
    return bands
