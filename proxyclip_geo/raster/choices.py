"""Choose bands, stretch and validity of a raster, and say in one line what was chosen and why."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.errors import RasterioError

from proxyclip_geo.errors import RasterError, strip_credentials
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.bands import BandPlan, plan_bands
from proxyclip_geo.raster.collar import Collar, find_collar
from proxyclip_geo.raster.dataset import common_type, open_dataset, read_tags
from proxyclip_geo.raster.mask_file import open_mask
from proxyclip_geo.raster.open_errors import find_reason
from proxyclip_geo.raster.options import Percentiles, SourceOptions, Stretch
from proxyclip_geo.raster.picture import check_picture, find_mask_band, report_later
from proxyclip_geo.raster.stretch import measure_stretch, sample_values


@dataclass(frozen=True)
class Choices:
    """How a raster is read.

    Attributes:
        plan: Bands and validity.
        stretch: Limits that become 0 and 255; None if 8-bit values are not stretched.
        text: A line: bands, stretch and nodata, and why.
        doubts: Why the result may be wrong, and what to do.
    """

    plan: BandPlan
    stretch: Stretch | None
    text: str
    doubts: tuple[str, ...] = ()


def make_choices(
    dataset: Any, options: SourceOptions, *, geobox: GeoBox, name: str, gdal_name: str, check: bool = True
) -> Choices:
    """Choose bands, stretch and validity.

    Samples are read from handles of their own: GDAL may report only once what it cannot read, and then return pixels.

    Args:
        dataset: An open rasterio dataset.
        options: What the user chose.
        geobox: The raster at full resolution.
        name: Raster name in messages.
        gdal_name: GDAL's name of it.
        check: Whether to look at the picture for faults.

    Raises:
        OptionError: If the options do not fit the raster.
        RasterError: If the raster or the mask cannot be read, or the raster has no valid pixel.
    """
    mask = options.mask if isinstance(options.mask, int) else None
    plan = plan_bands(dataset, options.bands, mask=mask, name=name)
    reopen = partial(open_dataset, gdal_name, check_sources=False)
    plan, mask_text, doubt = _add_mask(dataset, plan, mask=options.mask, geobox=geobox, name=name, reopen=reopen)
    plan, nodata_text = _add_nodata(plan, options.nodata, name=name, reopen=reopen)
    stretch, stretch_text = _choose_stretch(dataset, plan, wanted=options.stretch, name=name, reopen=reopen)
    scale = _describe_scale(dataset, plan)
    doubts = [plan.choice.doubt, doubt, _doubt_nodata(options.nodata, dtype=common_type(dataset, plan.unique))]
    if check:
        with reopen() as fresh:
            fault = check_picture(fresh, plan, stretch, seek_collar=plan.collar is None)
        given = isinstance(options.stretch, Stretch)
        doubts.append(f"{fault}; stretch limits are stored values, {scale}" if fault and given and scale else fault)
    parts = [_describe_colors(plan), stretch_text, "inverted (0 is white)" * plan.is_inverted, scale]
    text = "; ".join(filter(None, [*parts, mask_text, nodata_text])) + (
        "" if mask_text or nodata_text else "; no nodata"
    )
    return Choices(plan, stretch, strip_credentials(text), tuple(filter(None, doubts)))


def _describe_colors(plan: BandPlan) -> str:
    red, green, blue = plan.colors
    if len(plan.unique) > 1:
        return f"bands {red}, {green}, {blue} as red, green, blue ({plan.choice.why})"
    return f"band {red} as {'colours' if plan.palette is not None else 'grey'} ({plan.choice.why})"


def _describe_scale(dataset: Any, plan: BandPlan) -> str:
    """Return scale and offset of the colour bands, which are not applied, or an empty text."""
    pairs = dict.fromkeys((dataset.scales[band - 1], dataset.offsets[band - 1]) for band in plan.unique)
    if list(pairs) == [(1.0, 0.0)]:
        return ""
    return "not applied: " + ", ".join(f"scale {scale:g} and offset {offset:g}" for scale, offset in pairs)


def _choose_stretch(
    dataset: Any, plan: BandPlan, *, wanted: Stretch | Percentiles, name: str, reopen: Callable[[], Any]
) -> tuple[Stretch | None, str]:
    """Return the stretch and a text about it."""
    if isinstance(wanted, Stretch):
        return wanted, f"stretch {_describe_limits(wanted)} (given)"
    if plan.palette is not None:
        return None, "values of the palette"
    band = plan.colors[0]
    if common_type(dataset, plan.unique) != "uint8":
        with reopen() as fresh:
            stretch = measure_stretch(sample_values(fresh, plan, name=name), plan, percentiles=wanted)
        return stretch, f"stretch {wanted.low:g}–{wanted.high:g} % of the raster: {_describe_limits(stretch)}"
    text = read_tags(dataset, band, ns="IMAGE_STRUCTURE").get("NBITS", "")
    if re.fullmatch("[1-7]", text):
        bits = int(text)
        return Stretch((0.0,), (2.0**bits - 1,)), f"stretch 0–{2**bits - 1} ({bits}-bit values)"
    return None, "8-bit values unchanged"


def _describe_limits(stretch: Stretch) -> str:
    limits = dict.fromkeys(zip(stretch.lows, stretch.highs, strict=True))
    return ", ".join(f"{low:.5g}–{high:.5g}" for low, high in limits)


def _add_mask(
    dataset: Any,
    plan: BandPlan,
    *,
    mask: int | str | Path | None,
    geobox: GeoBox,
    name: str,
    reopen: Callable[[], Any],
) -> tuple[BandPlan, str, str]:
    """Return the plan with the mask that is given or found, a text about all masks, and a doubt."""
    texts, doubt = [], ""
    if plan.alpha is not None:
        texts.append(f"alpha band {plan.alpha}")
    if plan.masks:
        texts.append("mask of the raster")
    if isinstance(mask, int):
        plan = replace(plan, mask_band=mask)
        texts.append(f"mask band {mask} (given)")
    elif mask is not None:
        plan = replace(plan, mask_file=open_mask(mask, geobox, name=name))
        texts.append(f"mask {mask} (given)")
    else:
        try:
            found, doubt = find_mask_band(dataset, plan, reopen=reopen)
        except (RasterioError, OSError) as error:
            found, doubt = None, report_later(dataset, error)
        if found is not None:
            plan = replace(plan, mask_band=found)
            texts.append(f"mask band {found} (it holds two values, 0 where all colours are the same)")
    return plan, "; ".join(texts), doubt


def _add_nodata(
    plan: BandPlan, nodata: float | str | None, *, name: str, reopen: Callable[[], Any]
) -> tuple[BandPlan, str]:
    """Return the plan with the nodata value or the collars, and a text about these."""
    if isinstance(nodata, float):
        plan = replace(plan, nodata=(nodata,) * len(plan.unique), has_own_nodata=False)
    values = [f"{value:.9g}" for value in dict.fromkeys(plan.nodata) if value is not None]
    text = f"nodata {', '.join(values)} ({'tag' if plan.has_own_nodata else 'given'})" if values else ""
    if nodata != "auto":
        return plan, text
    try:
        with reopen() as fresh:
            collar = find_collar(fresh, plan.unique)
    except (RasterioError, OSError) as error:
        raise RasterError(
            f"raster {name} cannot be read while seeking collars ({find_reason(error)}); it may be damaged or cut "
            "short: copy it again, or give the value by `nodata`"
        ) from error
    return replace(plan, collar=collar), "; ".join(filter(None, [text, _describe_collar(collar)]))


def _doubt_nodata(nodata: float | str | None, *, dtype: Any) -> str:
    """Return why a nodata value that is given excludes nothing, or an empty text."""
    kind = np.dtype(dtype)
    if not isinstance(nodata, float) or kind.kind not in "ui":
        return ""
    limits = np.iinfo(kind)
    if nodata.is_integer() and limits.min <= nodata <= limits.max:
        return ""
    return (
        f"no pixel of type {kind} can hold nodata {nodata:.9g}, so that all count as data; give a whole number from "
        f"{limits.min} to {limits.max}"
    )


def _describe_collar(collar: Collar | None) -> str:
    if collar is None:
        return "no collar found"
    values = (", ".join(f"{value:g}" for value in dict.fromkeys(found)) for found in collar.values)
    return f"collars of {' and '.join(values)} ({100 * collar.share:.1f} % of the raster)" + (
        " and their fringes" if collar.fringe is not None else ""
    )
