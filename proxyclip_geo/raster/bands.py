"""Choose the colour bands of a raster and read them with their validity."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.windows import Window

from proxyclip_geo.errors import OptionError, RasterError
from proxyclip_geo.raster.nodata import valid_colors
from proxyclip_geo.raster.resample import Samples
from proxyclip_geo.region import Region


@dataclass(frozen=True)
class BandPlan:
    """The bands that give the colours and the validity of a raster.

    A pixel is valid where its alpha band, its mask bands and its colours (see `valid_colors`) say so; in a paletted
    raster, where its value has a colour that is not transparent.

    Attributes:
        colors: Band numbers, from 1, of red, green and blue; one band may be all three.
        nodata: Nodata value of each of `unique`, or None.
        alpha: Number of the alpha band, or None.
        masks: Numbers of the bands whose mask bands (internal or external) must all be set.
        palette: (N, 4) uint8 red, green, blue and alpha of each value of a paletted raster's only band, or None.
    """

    colors: tuple[int, int, int]
    nodata: tuple[float | None, ...]
    alpha: int | None
    masks: tuple[int, ...]
    palette: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)

    @property
    def unique(self) -> tuple[int, ...]:
        """The band numbers to read, each once, in order of first use."""
        return tuple(dict.fromkeys(self.colors))

    @property
    def can_be_invalid(self) -> bool:
        """Whether an integer raster may have nodata pixels."""
        return bool(self.alpha or self.masks or self.palette is not None or any(n is not None for n in self.nodata))


def plan_bands(dataset: Any, bands: tuple[int, ...] | None, *, name: str) -> BandPlan:
    """Choose the bands to read.

    Args:
        dataset: An open rasterio dataset.
        bands: One band (repeated) or three for red, green and blue; None chooses by colour interpretation, else the
            first three, else the first one repeated.
        name: Raster name in error messages.

    Raises:
        OptionError: If `bands` are not one or three colour bands of the raster.
        RasterError: If the raster has no colour band or complex values.
    """
    interpretation = dict(zip(dataset.indexes, dataset.colorinterp, strict=True))
    alpha = next((band for band, meaning in interpretation.items() if meaning == ColorInterp.alpha), None)
    usable = [band for band, meaning in interpretation.items() if meaning != ColorInterp.alpha]
    if not usable:
        raise RasterError(f"raster {name} has only an alpha band; give one with colour or grey bands")
    colors = _check_colors(bands, usable, alpha=alpha, name=name) if bands else _choose_colors(interpretation, usable)
    unique = tuple(dict.fromkeys(colors))
    if any(dataset.dtypes[band - 1].startswith("complex") for band in unique):
        raise RasterError(
            f"raster {name} has complex values; give DERIVED_SUBDATASET:AMPLITUDE:{name}, GDAL's name of their "
            "amplitudes, or other `bands`"
        )
    palette = None
    if len(unique) == 1 and interpretation[unique[0]] == ColorInterp.palette:
        palette = _palette(dataset, unique[0])
    return BandPlan(
        colors,
        tuple(dataset.nodatavals[band - 1] for band in unique),
        alpha,
        _masks(dataset, unique),
        palette,
    )


def _choose_colors(interpretation: dict[int, ColorInterp], usable: list[int]) -> tuple[int, int, int]:
    by_color = {meaning: band for band, meaning in reversed(interpretation.items())}
    wanted = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(color in by_color for color in wanted):
        red, green, blue = (by_color[color] for color in wanted)
    elif len(usable) >= 3:
        red, green, blue = usable[:3]
    else:
        red = green = blue = usable[0]
    return red, green, blue


def _check_colors(bands: tuple[int, ...], usable: list[int], *, alpha: int | None, name: str) -> tuple[int, int, int]:
    for band in bands:
        if band == alpha:
            raise OptionError(f"band {band} of {name} is its alpha band, not a colour; choose among {usable}")
        if band not in usable:
            raise OptionError(f"band {band} is out of range: {name} has bands {usable[0]} to {usable[-1]}")
    if len(bands) == 1:
        return bands[0], bands[0], bands[0]
    return bands[0], bands[1], bands[2]


def _masks(dataset: Any, bands: tuple[int, ...]) -> tuple[int, ...]:
    flags = dataset.mask_flag_enums[bands[0] - 1]
    if MaskFlags.alpha in flags or flags in ([MaskFlags.all_valid], [MaskFlags.nodata]):
        return ()
    return bands[:1] if MaskFlags.per_dataset in flags else bands


def _palette(dataset: Any, band: int) -> NDArray[np.uint8] | None:
    """Return the colours of a band; None if its values cannot be indices, or its colour table is missing or empty."""
    try:
        colormap: dict[int, tuple[int, int, int, int]] = dataset.colormap(band)
    except ValueError:
        return None
    if not colormap or np.dtype(dataset.dtypes[band - 1]).kind not in "iu":
        return None
    palette = np.zeros((max(colormap) + 1, 4), dtype=np.uint8)
    for value, color in colormap.items():
        palette[value] = np.clip(color, 0, 255)
    return palette


def common_type(dataset: Any, bands: tuple[int, ...]) -> "np.dtype[Any]":
    """Return the type that holds the values of all bands of a raster."""
    return np.result_type(*(np.dtype(dataset.dtypes[band - 1]) for band in bands))


def read_bands(
    dataset: Any, plan: BandPlan, region: Region, *, shape: tuple[int, int] | None = None, full: Any = None
) -> Samples:
    """Read raw colours and validity.

    GDAL returns an overview without a mask as valid everywhere. Mask bands are therefore read through the raster at
    full resolution: from the overview of the mask if there is one, else by nearest neighbour.

    Args:
        dataset: An open rasterio dataset, at full resolution or at an overview.
        plan: From `plan_bands`.
        region: Pixels of `dataset`, inside it.
        shape: (height, width) to decimate to by nearest neighbour; the region's if not given.
        full: The raster at full resolution, if `dataset` is one of its overviews.

    Returns:
        One layer per band of `plan.unique`; red, green and blue if the raster is paletted.
    """
    window = Window(region.left, region.top, region.width, region.height)
    rows, cols = shape or region.shape

    def read(bands: tuple[int, ...], *, masks: bool = False) -> NDArray[Any]:
        shape = (len(bands), rows, cols)
        if masks and full is not None:
            across, down = full.width / dataset.width, full.height / dataset.height
            above = Window(region.left * across, region.top * down, region.width * across, region.height * down)
            layers: NDArray[Any] = full.read_masks(list(bands), window=above, out_shape=shape)
        else:
            options = {"window": window, "out_shape": shape, "resampling": Resampling.nearest}
            if masks:
                layers = dataset.read_masks(list(bands), **options)
            elif len({dataset.dtypes[band - 1] for band in bands}) == 1:
                layers = dataset.read(list(bands), **options)
            else:
                layers = np.concatenate([read((band,)) for band in bands], dtype=common_type(dataset, bands))
        return layers

    values = read(plan.unique)
    valid = valid_colors(values, plan.nodata)
    if plan.alpha is not None:
        valid &= read((plan.alpha,))[0] > 0
    if plan.masks:
        valid &= (read(plan.masks, masks=True) > 0).all(axis=0)
    if plan.palette is not None:
        has_color = (values[0] >= 0) & (values[0] < len(plan.palette))
        colors = plan.palette[np.where(has_color, values[0], 0)]
        valid &= has_color & (colors[..., 3] > 0)
        values = np.ascontiguousarray(np.moveaxis(colors[..., :3], -1, 0))
    if not valid.all():
        values[:, ~valid] = 0
    return Samples(values, valid)


def stack_colors(samples: Samples, plan: BandPlan) -> NDArray[Any]:
    """Return (3, H, W) red, green and blue values from samples that hold each band once."""
    if plan.palette is not None:
        return samples.values
    order = [plan.unique.index(band) for band in plan.colors]
    return samples.values if order == [0, 1, 2] else samples.values[order]
