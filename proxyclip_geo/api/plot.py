"""Maps drawn with matplotlib: labels with a legend, a scale bar and north."""

import textwrap
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.errors import OptionError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.marks import choose_scale_bar, find_north
from proxyclip_geo.raster.styles import ClassStyle, with_unclassified
from proxyclip_geo.vector.area_table import AreaTable
from proxyclip_geo.vocabulary.colors import hex_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_labels(
    labels: NDArray[np.integer],
    geobox: GeoBox,
    *,
    classes: Sequence[ClassStyle],
    areas: AreaTable,
    title: str = "",
    note: str = "",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw labels in the coordinates of their CRS.

    Args:
        labels: (H, W) values; those without a class are transparent.
        geobox: Where they lie.
        classes: Colours and names of the values.
        areas: Area of each class, for the legend.
        title: Title of the map.
        note: Text below the map.
        ax: Axes to draw on; those of a new figure if not given.

    Raises:
        OptionError: If matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise OptionError("matplotlib is not installed, which this needs: run `pip install matplotlib`")
    from matplotlib import pyplot
    from matplotlib.patches import Patch
    from matplotlib.transforms import Affine2D

    if ax is None:
        _, ax = pyplot.subplots(layout="constrained")
    styles = with_unclassified(classes)
    colors = np.zeros((max(int(labels.max()), styles[-1].value) + 1, 4), np.uint8)
    for style in styles:
        colors[style.value] = (*style.color, 255)
    t = geobox.transform
    place = Affine2D(np.array([[t.a, t.b, t.c], [t.d, t.e, t.f], [0, 0, 1]]))
    extent = (0, geobox.width, geobox.height, 0)
    image = ax.imshow(colors[labels], extent=extent, interpolation="nearest", transform=place + ax.transData)
    # The limits of the axes count, not those of the transformed image.
    image.set_in_layout(False)
    west, south, east, north = geobox.bounds
    ax.set(xlim=(west, east), ylim=(south, north), title=title, aspect="equal")
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.tick_params(labelsize="small")
    lines = [] if geobox.crs is None else [geobox.crs.name]
    ax.set_xlabel("\n".join([*lines, *textwrap.wrap(note, 60)]), fontsize="small")
    found = {style.name: style for style in styles}
    handles = [
        Patch(color=hex_color(found[name].color), label=f"{name}  {areas.format(name)}")
        for name in sorted(areas, key=lambda name: -areas[name])
        if areas[name] > 0 and name in found
    ]
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0, frameon=False)
    _draw_scale_bar(ax, geobox)
    _draw_north(ax, geobox)
    return ax


def _draw_scale_bar(ax: Any, geobox: GeoBox) -> None:
    bar = choose_scale_bar(geobox)
    if bar is None:
        return
    length = bar.pixels / geobox.width
    box = {"transform": ax.transAxes, "clip_on": False}
    ax.add_line(_line([0.03, 0.03 + length], [0.04, 0.04], linewidth=5, color="white", **box))
    ax.add_line(_line([0.03, 0.03 + length], [0.04, 0.04], linewidth=2.5, color="black", **box))
    ax.text(
        0.03 + length / 2,
        0.055,
        bar.text,
        ha="center",
        va="bottom",
        fontsize="small",
        bbox=_BOX,
        transform=ax.transAxes,
    )


def _draw_north(ax: Any, geobox: GeoBox) -> None:
    north = find_north(geobox)
    if north is None:
        return
    # Directions on the page: rows of the raster may run in any direction of the CRS.
    t = geobox.transform
    x, y = t.a * north[0] + t.b * north[1], t.d * north[0] + t.e * north[1]
    length = np.hypot(x, y)
    ends = [(0.94 + sign * 0.04 * x / length, 0.9 + sign * 0.05 * y / length) for sign in (1, -1)]
    arrow = {"arrowstyle": "-|>", "color": "black", "linewidth": 1.5}
    ax.annotate("", ends[0], ends[1], xycoords="axes fraction", textcoords="axes fraction", arrowprops=arrow)
    ax.text(0.94, 0.83, "N", ha="center", va="top", fontsize="small", bbox=_BOX, transform=ax.transAxes)


_BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1}


def _line(x: Sequence[float], y: Sequence[float], **style: Any) -> Any:
    from matplotlib.lines import Line2D

    return Line2D(x, y, solid_capstyle="butt", **style)
