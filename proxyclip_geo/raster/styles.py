"""Colours of classes, colour tables, and styles for QGIS (QML) and other programs (SLD)."""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from proxyclip_geo.vocabulary import Vocabulary
from proxyclip_geo.vocabulary.colors import Color, hex_color

_QML_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
_SLD_NAMESPACES = {
    "version": "1.0.0",
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
}
# Five samples of matplotlib's viridis, which colour-blind readers can read, by score in per cent.
_SCORE_RAMP: dict[int, Color] = {
    0: (68, 1, 84),
    25: (59, 82, 139),
    50: (33, 145, 140),
    75: (94, 201, 98),
    100: (253, 231, 37),
}


@dataclass(frozen=True)
class ClassStyle:
    """Name and colour of a class.

    Attributes:
        value: Label value.
        name: Name in legends.
        color: Red, green and blue, 0–255.
    """

    value: int
    name: str
    color: Color


def class_styles(vocabulary: Vocabulary) -> tuple[ClassStyle, ...]:
    """Return the styles of a vocabulary's classes."""
    return tuple(ClassStyle(item.value, item.name, item.color) for item in vocabulary.classes)


_UNCLASSIFIED = ClassStyle(0, "unclassified", (190, 190, 190))


def with_unclassified(classes: Iterable[ClassStyle]) -> tuple[ClassStyle, ...]:
    """Sort classes by label value and add "unclassified" as label 0, unless a class has that value."""
    given = tuple(classes)
    if all(style.value != _UNCLASSIFIED.value for style in given):
        given = (*given, _UNCLASSIFIED)
    return tuple(sorted(given, key=lambda style: style.value))


def color_table(classes: Iterable[ClassStyle], *, nodata: int | None) -> dict[int, tuple[int, int, int, int]]:
    """Return red, green, blue and alpha of each label value; nodata is transparent."""
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
    return to_xml(root, head=_QML_HEAD)


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
    for percent, color in _SCORE_RAMP.items():
        ET.SubElement(
            shader, "item", value=f"{percent / 100:g}", color=hex_color(color), label=f"{percent} %", alpha="255"
        )
    return to_xml(root, head=_QML_HEAD)


def polygon_qml(classes: Iterable[ClassStyle]) -> str:
    """Return the QGIS style of a polygon layer: one fill per class, selected by the attribute `class`."""
    root = _qgis_root()
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        type="categorizedSymbol",
        attr="class",
        enableorderby="0",
        forceraster="0",
        symbollevels="0",
    )
    styles = tuple(classes)
    categories = ET.SubElement(renderer, "categories")
    for index, style in enumerate(styles):
        ET.SubElement(
            categories, "category", value=style.name, label=style.name, symbol=str(index), render="true", type="string"
        )
    symbols = ET.SubElement(renderer, "symbols")
    for index, style in enumerate(styles):
        _fill_symbol(symbols, str(index), style.color)
    ET.SubElement(root, "blendMode").text = "0"
    ET.SubElement(root, "layerGeometryType").text = "2"
    return to_xml(root, head=_QML_HEAD)


def labels_sld(classes: Iterable[ClassStyle]) -> str:
    """Return the SLD 1.0 style of a label raster."""
    entries = [(style.value, style.color, style.name) for style in with_unclassified(classes)]
    return _raster_sld("labels", "values", entries)


def score_sld() -> str:
    """Return the SLD 1.0 style of a score raster, over the stored values 0–100."""
    return _raster_sld("score", "ramp", [(percent, color, f"{percent} %") for percent, color in _SCORE_RAMP.items()])


def polygon_sld(classes: Iterable[ClassStyle], *, layer: str) -> str:
    """Return the SLD 1.0 style of a polygon layer: one rule per class, selected by the attribute `class`."""
    root, rules_parent = _sld_root(layer)
    for style in classes:
        rule = ET.SubElement(rules_parent, "Rule")
        ET.SubElement(rule, "Name").text = style.name
        ET.SubElement(rule, "Title").text = style.name
        equal = ET.SubElement(ET.SubElement(rule, "ogc:Filter"), "ogc:PropertyIsEqualTo")
        ET.SubElement(equal, "ogc:PropertyName").text = "class"
        ET.SubElement(equal, "ogc:Literal").text = style.name
        fill = ET.SubElement(ET.SubElement(rule, "PolygonSymbolizer"), "Fill")
        ET.SubElement(fill, "CssParameter", name="fill").text = hex_color(style.color)
    return to_xml(root)


def _raster_qml(kind: str, **attributes: str) -> tuple[ET.Element, ET.Element]:
    root = _qgis_root()
    pipe = ET.SubElement(root, "pipe")
    renderer = ET.SubElement(
        pipe, "rasterrenderer", {"type": kind, "band": "1", "opacity": "1", "alphaBand": "-1", **attributes}
    )
    ET.SubElement(renderer, "rasterTransparency")
    ET.SubElement(pipe, "rasterresampler", maxOversampling="2")
    ET.SubElement(root, "blendMode").text = "0"
    return root, renderer


def _fill_symbol(parent: ET.Element, name: str, color: Color) -> None:
    symbol = ET.SubElement(parent, "symbol", name=name, type="fill", alpha="1", clip_to_extent="1", force_rhr="0")
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
    darker = tuple(channel * 2 // 3 for channel in color)
    options = {
        "color": "{},{},{},255".format(*color),
        "outline_color": "{},{},{},255".format(*darker),
        "outline_style": "solid",
        "outline_width": "0.1",
        "outline_width_unit": "MM",
        "style": "solid",
    }
    group = ET.SubElement(layer, "Option", type="Map")
    for key, value in options.items():
        ET.SubElement(group, "Option", name=key, value=value, type="QString")
    # QGIS before 3.26 reads these and not the options.
    for key, value in options.items():
        ET.SubElement(layer, "prop", k=key, v=value)


def _raster_sld(layer: str, kind: str, entries: list[tuple[int, Color, str]]) -> str:
    root, rules_parent = _sld_root(layer)
    symbolizer = ET.SubElement(ET.SubElement(rules_parent, "Rule"), "RasterSymbolizer")
    channel = ET.SubElement(ET.SubElement(symbolizer, "ChannelSelection"), "GrayChannel")
    ET.SubElement(channel, "SourceChannelName").text = "1"
    colors = ET.SubElement(symbolizer, "ColorMap", type=kind)
    for value, color, label in entries:
        ET.SubElement(colors, "ColorMapEntry", color=hex_color(color), quantity=str(value), label=label, opacity="1")
    return to_xml(root)


def _qgis_root() -> ET.Element:
    """Return the root element of a QGIS style."""
    return ET.Element("qgis", version="3.22.0", styleCategories="Symbology")


def _sld_root(layer: str) -> tuple[ET.Element, ET.Element]:
    """Return the root of an SLD 1.0 document and the element that holds its rules."""
    root = ET.Element("StyledLayerDescriptor", _SLD_NAMESPACES)
    named = ET.SubElement(root, "NamedLayer")
    ET.SubElement(named, "Name").text = layer
    style = ET.SubElement(named, "UserStyle")
    ET.SubElement(style, "Name").text = layer
    return root, ET.SubElement(style, "FeatureTypeStyle")


def to_xml(root: ET.Element, *, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    """Serialize an element, indented, without the characters that XML 1.0 forbids.

    Args:
        root: The root element.
        head: First line of the document.
    """
    for element in root.iter():
        element.text = _clean(element.text) if element.text else element.text
        for key, value in element.attrib.items():
            element.set(key, _clean(value))
    ET.indent(root, " ")
    return "\n".join([*([head] if head else []), ET.tostring(root, encoding="unicode"), ""])


def _clean(text: str) -> str:
    """Drop the control characters that XML 1.0 forbids even when escaped."""
    return "".join(char for char in text if char in "\t\n\r" or _is_xml(ord(char)))


def _is_xml(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
