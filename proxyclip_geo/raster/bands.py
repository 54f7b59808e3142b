"""Choose the bands of a raster and read them with their validity."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from proxyclip_geo.errors import OptionError, RasterError
from proxyclip_geo.raster.collar import Collar
from proxyclip_geo.raster.color_bands import ColorChoice, choose_colors, is_colored
from proxyclip_geo.raster.dataset import read_descriptions, read_layers, read_tags, to_window
from proxyclip_geo.raster.mask_file import MaskFile
from proxyclip_geo.raster.nodata import valid_colors
from proxyclip_geo.raster.resample import Samples
from proxyclip_geo.region import Region


@dataclass(frozen=True)
class BandPlan:
    """The bands that give the colours and the validity of a raster.

    A pixel is valid where its alpha and mask band, its mask bands, the mask file, the collar and its colours (see
    `valid_colors`) say so; in a paletted raster, where its value has a colour that is not transparent.

    Attributes:
        colors: Band numbers, from 1, of red, green and blue; one band may be all three.
        nodata: Nodata value of each of `unique`, or None.
        alpha: Number of the alpha band, or None.
        masks: Numbers of the bands whose mask bands (internal or external) must all be set.
        choice: Why these are the colours.
        palette: (N, 4) uint8 red, green, blue and alpha of each value of a paletted raster's only band, or None.
        is_inverted: Whether 0 is white (TIFF's MINISWHITE).
        mask_band: Number of a band that is 0 where not valid, or None.
        mask_file: A raster on the same grid that is 0 where not valid, or None.
        collar: Areas of one value at the edge of the raster that are not valid, or None.
        has_own_nodata: Whether `nodata` is that of the raster.
    """

    colors: tuple[int, int, int]
    nodata: tuple[float | None, ...]
    alpha: int | None
    masks: tuple[int, ...]
    choice: ColorChoice
    palette: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
    is_inverted: bool = False
    mask_band: int | None = None
    mask_file: MaskFile | None = None
    collar: Collar | None = None
    has_own_nodata: bool = True

    @property
    def unique(self) -> tuple[int, ...]:
        """The band numbers to read, each once, in order of first use."""
        return tuple(dict.fromkeys(self.colors))

    @property
    def flags(self) -> tuple[int, ...]:
        """Numbers of the bands that are 0 where not valid."""
        return tuple(band for band in (self.alpha, self.mask_band) if band is not None)

    @property
    def can_be_invalid(self) -> bool:
        """Whether an integer raster may have nodata pixels."""
        return bool(
            self.flags
            or self.masks
            or self.palette is not None
            or any(value is not None for value in self.nodata)
            or self.mask_file
            or self.collar
        )

    @property
    def suits_overviews(self) -> bool:
        """Whether overviews were made with the same validity: their pixels average valid pixels only."""
        return self.has_own_nodata and self.mask_band is None and not self.mask_file and not self.collar

    def fingerprint(self) -> dict[str, Any]:
        """Return JSON-able values that identify the validity and colours of pixels."""
        return {
            "bands": list(self.colors),
            "inverted": self.is_inverted,
            "nodata": [value if value is None or np.isfinite(value) else str(value) for value in self.nodata],
            "flags": list(self.flags),
            "mask": None if self.mask_file is None else self.mask_file.status,
            "collar": None if self.collar is None else self.collar.checksum,
        }


def plan_bands(dataset: Any, bands: tuple[int, ...] | None, *, mask: int | None = None, name: str) -> BandPlan:
    """Choose the bands to read.

    Args:
        dataset: An open rasterio dataset.
        bands: One band (repeated) or three for red, green and blue; None chooses them, see `choose_colors`.
        mask: Number of the mask band, or None.
        name: Raster name in error messages.

    Raises:
        OptionError: If `bands` are not one or three colour bands of the raster, or it has no band `mask`.
        RasterError: If the raster has no colour band or complex values.
    """
    alpha = _find_alpha(dataset)
    usable = [band for band in dataset.indexes if band not in (alpha, mask)]
    if mask is not None and mask not in dataset.indexes:
        raise OptionError(f"mask={mask} is out of range: {name} has bands 1 to {dataset.count}")
    if not usable:
        raise RasterError(f"raster {name} has only an alpha band; give one with colour or grey bands")
    if bands:
        choice = ColorChoice(_check_colors(bands, usable, alpha=alpha, name=name), "as given")
    else:
        choice = choose_colors(dataset, usable)
    unique = tuple(dict.fromkeys(choice.colors))
    if any(dataset.dtypes[band - 1].startswith("complex") for band in unique):
        raise RasterError(
            f"raster {name} has complex values; give DERIVED_SUBDATASET:AMPLITUDE:{name}, GDAL's name of their "
            "amplitudes, or other `bands`"
        )
    palette = None
    if len(unique) == 1 and dataset.colorinterp[unique[0] - 1] == ColorInterp.palette:
        palette = _palette(dataset, unique[0])
    return BandPlan(
        choice.colors,
        tuple(dataset.nodatavals[band - 1] for band in unique),
        alpha,
        _masks(dataset, unique),
        choice,
        palette,
        is_inverted=palette is None
        and unique == (1,)
        and read_tags(dataset, ns="IMAGE_STRUCTURE").get("MINISWHITE") == "YES",
    )


def _find_alpha(dataset: Any) -> int | None:
    """Return the number of the alpha band, or None.

    GDAL writes the fourth of four 8-bit bands as alpha unless it is told otherwise; one called "nir" is none.
    """
    for band, meaning in zip(dataset.indexes, dataset.colorinterp, strict=True):
        if meaning == ColorInterp.alpha and not is_colored(read_descriptions(dataset)[band - 1]):
            return int(band)
    return None


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
    rows, cols = shape or region.shape
    window = to_window(region)
    above = window
    if full is not None:
        across, down = full.width / dataset.width, full.height / dataset.height
        above = Window(region.left * across, region.top * down, region.width * across, region.height * down)

    def read(bands: tuple[int, ...], *, masks: bool = False) -> NDArray[Any]:
        source, place = (full, above) if masks and full is not None else (dataset, window)
        return read_layers(source, bands, window=place, shape=(rows, cols), masks=masks)

    values = read(plan.unique)
    valid = valid_colors(values, plan.nodata)
    for flag in read(plan.flags) if plan.flags else ():
        valid &= np.isfinite(flag) & (flag != 0)
    if plan.masks:
        valid &= (read(plan.masks, masks=True) > 0).all(axis=0)
    if plan.mask_file is not None:
        valid &= plan.mask_file.read(above, (rows, cols))
    if plan.collar is not None:
        valid &= ~plan.collar.holds(values, above)
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
