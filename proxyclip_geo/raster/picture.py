"""Check the picture that a model will see: contrast, brightness, collars, and bands that are masks."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError

from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.bands import BandPlan, read_bands, stack_colors
from proxyclip_geo.raster.collar import equals, find_corner_values, has_noisy_corner, is_lossy
from proxyclip_geo.raster.color_bands import is_colored
from proxyclip_geo.raster.dataset import common_type, read_descriptions, read_layers, to_window
from proxyclip_geo.raster.open_errors import find_reason
from proxyclip_geo.raster.options import Stretch
from proxyclip_geo.raster.stretch import to_rgb
from proxyclip_geo.region import Region

# Longest side of the decimated read.
_SIDE = 512
# Rasters of more pixels without overviews are read in windows: a decimated read would decode them whole.
_MAX_PIXELS = 1 << 24
_WINDOWS, _WINDOW = 5, 128
# Fewer pixels make no picture to judge.
_FEWEST = 64 * 64
_FLAT, _DARK, _BRIGHT = 8, 32, 223
_CLIPPED_SHARE, _COLLAR_SHARE = 0.3, 0.01


def find_mask_band(dataset: Any, plan: BandPlan, *, reopen: Callable[[], Any]) -> tuple[int | None, str]:
    """Find a mask in the last of two or four bands, which no tag says to be one.

    It holds 0 and the highest value only, and the colours under its zeros are all the same.

    Args:
        dataset: An open rasterio dataset.
        plan: The colour bands.
        reopen: Opens the raster again, to read samples.

    Returns:
        Its number; or None, with why it may be one, or an empty text.
    """
    last = dataset.count
    dtype = dataset.dtypes[last - 1]
    described = is_colored(read_descriptions(dataset)[last - 1])
    plain = dataset.colorinterp[last - 1] in (ColorInterp.undefined, ColorInterp.gray) and dtype.startswith(
        ("uint", "int")
    )
    if last not in (2, 4) or last in plan.colors or plan.alpha is not None or described or not plain:
        return None, ""
    bands = (*plan.unique, last)
    with reopen() as fresh:
        parts = [read_layers(fresh, bands, window=to_window(region), shape=shape) for region, shape in _places(fresh)]
    values = np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
    found = set(np.unique(values[-1]).tolist())
    if len(found) != 2 or 0 not in found or not found - {0} <= {255, np.iinfo(dtype).max}:
        return None, ""
    under = values[:-1, values[-1] == 0]
    if (under == under[:, :1]).all():
        return last, ""
    return None, f"band {last} holds only {min(found)} and {max(found)}, as a mask; pass mask={last} if it is one"


def check_picture(dataset: Any, plan: BandPlan, stretch: Stretch | None, *, seek_collar: bool) -> str:
    """Return what is wrong with the picture and what to do, or an empty text.

    Args:
        dataset: An open rasterio dataset; GDAL may return tiles that it cannot decode as pixels afterwards.
        plan: The bands.
        stretch: The limits, or None for 8-bit values as they are.
        seek_collar: Whether a collar without nodata is a fault.
    """
    try:
        parts = [read_bands(dataset, plan, region, shape=shape) for region, shape in _places(dataset)]
        corners = find_corner_values(dataset, plan.unique) if seek_collar and plan.palette is None else ()
        doubt = _doubt_nodata(dataset, plan, corners) if seek_collar else ""
    except (RasterioError, OSError) as error:
        return report_later(dataset, error)
    values = np.concatenate([stack_colors(part, plan)[:, part.valid] for part in parts], axis=1)[:, None]
    # Windows of one value are an empty part of a large raster.
    is_empty = len(parts) > 1 and bool((values == values[..., :1]).all())
    if values.size < 3 * _FEWEST or is_empty:
        return ""
    raw = np.concatenate([part.values[:, part.valid] for part in parts], axis=1)[:, None]
    for corner in corners:
        share = float(equals(raw, corner).mean())
        if _COLLAR_SHARE <= share < 1 - _COLLAR_SHARE:
            text = ", ".join(f"{value:g}" for value in dict.fromkeys(corner))
            return (
                f"corners and {100 * share:.0f} % of the pixels hold the value {text}, as a collar without nodata; if "
                "it is one, pass nodata='auto', or it is mapped like the rest"
            )
    return _judge(to_rgb(values, plan, stretch)[:, 0], plan, stretch) or doubt


def _doubt_nodata(dataset: Any, plan: BandPlan, corners: tuple[tuple[float, ...], ...]) -> str:
    """Return why pixels of a collar of the nodata value may count as data, or an empty text.

    Args:
        dataset: An open rasterio dataset.
        plan: The bands.
        corners: Values of constant corners.
    """
    nodata = tuple(value for value in plan.nodata if value is not None and 0 <= value <= 255 and value == int(value))
    is_masked = plan.flags or plan.masks or plan.mask_file is not None
    if is_masked or len(nodata) < len(plan.unique) or common_type(dataset, plan.unique) != "uint8":
        return ""
    text = ", ".join(f"{value:g}" for value in dict.fromkeys(nodata))
    if nodata in corners and is_lossy(dataset):
        return (
            f"it is compressed with losses, so that pixels beside nodata {text} hold other values and are mapped like "
            "the rest; pass nodata='auto' to leave them out"
        )
    if has_noisy_corner(dataset, plan.unique, nodata):
        return (
            f"a corner holds values near nodata {text}, as a collar that was compressed with losses; they are mapped "
            "like the rest: set them to nodata, e.g. with nearblack of GDAL, or give a mask by `mask`"
        )
    return ""


def report_later(dataset: Any, error: Exception) -> str:
    """Return an empty text where a sample cannot be read: the run reports it with the place.

    Args:
        dataset: The raster.
        error: Why it cannot be read.

    Raises:
        RasterError: If it is a VRT: GDAL may report only once, for all handles, that it cannot open a source.
    """
    if dataset.driver == "VRT":
        raise RasterError(
            f"raster {dataset.name} cannot be read ({find_reason(error)}); a source may be damaged or cut short: "
            "copy it again"
        ) from error
    return ""


def _judge(rgb: NDArray[np.uint8], plan: BandPlan, stretch: Stretch | None) -> str:
    """Return what is wrong with (3, N) colours."""
    highest, lowest = rgb.max(axis=0), rgb.min(axis=0)
    top, bottom = float(np.percentile(highest, 99.5)), float(np.percentile(lowest, 0.5))
    low, high = np.percentile(rgb, (2, 98), axis=1)
    remedy = "give other limits by `stretch`, or other bands by `bands`"
    is_constant = bool((rgb == rgb[:, :1]).all())
    if top < _DARK and not is_constant:
        if stretch is None and not plan.is_inverted:
            remedy = f"stretch them, e.g. stretch='0,{max(1, round(top))}'"
            return f"the 8-bit values fill only {bottom:.0f}–{top:.0f} of 0–255, which is almost black; {remedy}"
        return f"the picture is almost black (0–{top:.0f} of 255); {remedy}"
    if bottom > _BRIGHT and not is_constant:
        return f"the picture is almost white ({bottom:.0f}–255 of 255); {remedy}"
    if (high - low).max() < _FLAT:
        return (
            f"the picture is flat: nearly all pixels have one colour ({', '.join(f'{v:.0f}' for v in low)}); {remedy}"
        )
    for name, clipped in (("white", lowest >= 254), ("black", highest <= 1)):
        share = float(clipped.mean())
        if share > _CLIPPED_SHARE:
            return f"{100 * share:.0f} % of the picture is {name}; {remedy}, or say by `nodata` what is no data"
    return ""


def _places(dataset: Any) -> Iterator[tuple[Region, tuple[int, int]]]:
    """Yield regions and the shapes to read them in: the whole raster, or windows of one that is slow to read."""
    whole = Region(0, 0, dataset.height, dataset.width)
    if whole.height * whole.width <= _MAX_PIXELS or dataset.overviews(1):
        shrink = max(1.0, max(whole.shape) / _SIDE)
        yield whole, (max(1, round(whole.height / shrink)), max(1, round(whole.width / shrink)))
        return
    rows, cols = (min(_WINDOW, side) for side in whole.shape)
    for top in np.linspace(0, whole.height - rows, _WINDOWS).astype(int).tolist():
        for left in np.linspace(0, whole.width - cols, _WINDOWS).astype(int).tolist():
            yield Region(top, left, rows, cols), (rows, cols)
