"""How result rasters look: colour tables, and style files of QGIS (QML) and of other programs (SLD)."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from proxyclip_geo.raster.class_style import (
    QML_HEAD,
    ClassStyle,
    Color,
    hex_color,
    qgis_root,
    sld_root,
    to_xml,
    with_unclassified,
)
from proxyclip_geo.raster.spec import SCORE_SCALE

# From unsure to sure, readable also for colour-blind eyes: samples of matplotlib's viridis.
_RAMP: tuple[Color, ...] = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))


def color_table(classes: Iterable[ClassStyle], *, nodata: int | None) -> dict[int, tuple[int, int, int, int]]:
    """Return the colour of every label value, that of no-data, if there is one, transparent."""
    table = {style.value: (*style.color, 255) for style in with_unclassified(classes)}
    return table if nodata is None else table | {nodata: (0, 0, 0, 0)}


def labels_qml(classes: Iterable[ClassStyle]) -> str:
    """Return the QGIS style of a label raster: one colour and legend entry per class."""
    root, renderer = _raster_qml("paletted", nodataColor="")
    palette = ET.SubElement(renderer, "colorPalette")
    for style in with_unclassified(classes):
        ET.SubElement(
            palette,
            "paletteEntry",
            value=str(style.value),
            color=hex_color(style.color),
            label=style.name,
            alpha="255",
        )
    return to_xml(root, head=QML_HEAD)


def score_qml() -> str:
    """Return the QGIS style of a score raster: a colour ramp over 0–100 %.

    QGIS applies the band's scale before the style, so its values run from 0 to 1.
    """
    root, renderer = _raster_qml("singlebandpseudocolor", classificationMin="0", classificationMax="1", nodataColor="")
    shader = ET.SubElement(
        ET.SubElement(renderer, "rastershader"),
        "colorrampshader",
        colorRampType="INTERPOLATED",
        classificationMode="1",
        clip="0",
        minimumValue="0",
        maximumValue="1",
    )
    for value, color in _ramp():
        ET.SubElement(
            shader, "item", value=f"{value / SCORE_SCALE:g}", color=hex_color(color), label=f"{value} %", alpha="255"
        )
    return to_xml(root, head=QML_HEAD)


def labels_sld(classes: Iterable[ClassStyle], *, layer: str = "labels") -> str:
    """Return the SLD 1.0 style of a label raster."""
    entries = [(style.value, style.color, style.name) for style in with_unclassified(classes)]
    return _raster_sld(layer, "values", entries)


def score_sld(*, layer: str = "score") -> str:
    """Return the SLD 1.0 style of a score raster, over the stored values 0–100."""
    return _raster_sld(layer, "ramp", [(value, color, f"{value} %") for value, color in _ramp()])


def _ramp() -> list[tuple[int, Color]]:
    steps = len(_RAMP) - 1
    return [(index * SCORE_SCALE // steps, color) for index, color in enumerate(_RAMP)]


def _raster_qml(kind: str, **attributes: str) -> tuple[ET.Element, ET.Element]:
    root = qgis_root(styleCategories="Symbology")
    pipe = ET.SubElement(root, "pipe")
    renderer = ET.SubElement(
        pipe, "rasterrenderer", {"type": kind, "band": "1", "opacity": "1", "alphaBand": "-1", **attributes}
    )
    ET.SubElement(renderer, "rasterTransparency")
    ET.SubElement(pipe, "rasterresampler", maxOversampling="2")
    ET.SubElement(root, "blendMode").text = "0"
    return root, renderer


def _raster_sld(layer: str, kind: str, entries: list[tuple[int, Color, str]]) -> str:
    root, rules_parent = sld_root(layer)
    symbolizer = ET.SubElement(ET.SubElement(rules_parent, "Rule"), "RasterSymbolizer")
    channel = ET.SubElement(ET.SubElement(symbolizer, "ChannelSelection"), "GrayChannel")
    ET.SubElement(channel, "SourceChannelName").text = "1"
    colors = ET.SubElement(symbolizer, "ColorMap", type=kind)
    for value, color, label in entries:
        ET.SubElement(colors, "ColorMapEntry", color=hex_color(color), quantity=str(value), label=label, opacity="1")
    return to_xml(root)
