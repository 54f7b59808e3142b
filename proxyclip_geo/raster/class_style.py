"""How classes look: their colours, and the style files of QGIS (QML) and of other programs (SLD) for polygons."""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

Color = tuple[int, int, int]

# What label 0 (below threshold) looks like, and what it is called.
UNCLASSIFIED_COLOR: Color = (190, 190, 190)
UNCLASSIFIED_NAME = "unclassified"

QML_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"

_SLD_NAMESPACES = {
    "version": "1.0.0",
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
}


@dataclass(frozen=True)
class ClassStyle:
    """How one class is shown.

    Attributes:
        value: Its label value.
        name: What legends call it.
        color: Red, green and blue, 0–255.
    """

    value: int
    name: str
    color: Color


def with_unclassified(classes: Iterable[ClassStyle]) -> tuple[ClassStyle, ...]:
    """Return the classes by rising value, with label 0 for what is below every threshold unless a class has it."""
    given = tuple(classes)
    if all(style.value != 0 for style in given):
        given = (*given, ClassStyle(0, UNCLASSIFIED_NAME, UNCLASSIFIED_COLOR))
    return tuple(sorted(given, key=lambda style: style.value))


def hex_color(color: Color) -> str:
    """Return a colour as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def polygon_qml(classes: Iterable[ClassStyle], *, field: str = "class") -> str:
    """Return the QGIS style of a polygon layer: one fill per class.

    Args:
        classes: The classes, in legend order.
        field: Attribute that holds the class's name.
    """
    root = qgis_root(styleCategories="Symbology")
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=field, enableorderby="0", forceraster="0", symbollevels="0"
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
    return to_xml(root, head=QML_HEAD)


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


def polygon_sld(classes: Iterable[ClassStyle], *, field: str = "class", layer: str = "polygons") -> str:
    """Return the SLD 1.0 style of a polygon layer: one rule per class.

    Args:
        classes: The classes, in legend order.
        field: Attribute that holds the class's name.
        layer: Name of the layer.
    """
    root, rules_parent = sld_root(layer)
    for style in classes:
        rule = ET.SubElement(rules_parent, "Rule")
        ET.SubElement(rule, "Name").text = style.name
        ET.SubElement(rule, "Title").text = style.name
        equal = ET.SubElement(ET.SubElement(rule, "ogc:Filter"), "ogc:PropertyIsEqualTo")
        ET.SubElement(equal, "ogc:PropertyName").text = field
        ET.SubElement(equal, "ogc:Literal").text = style.name
        fill = ET.SubElement(ET.SubElement(rule, "PolygonSymbolizer"), "Fill")
        ET.SubElement(fill, "CssParameter", name="fill").text = hex_color(style.color)
    return to_xml(root)


def qgis_root(**attributes: str) -> ET.Element:
    """Return the root element of a QGIS style."""
    return ET.Element("qgis", {"version": "3.22.0", **attributes})


def sld_root(layer: str) -> tuple[ET.Element, ET.Element]:
    """Return the root of an SLD 1.0 document, and the element its rules go into."""
    root = ET.Element("StyledLayerDescriptor", _SLD_NAMESPACES)
    named = ET.SubElement(root, "NamedLayer")
    ET.SubElement(named, "Name").text = layer
    style = ET.SubElement(named, "UserStyle")
    ET.SubElement(style, "Name").text = layer
    return root, ET.SubElement(style, "FeatureTypeStyle")


def to_xml(root: ET.Element, *, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    """Return an element as an indented document; characters that XML cannot hold are dropped.

    Args:
        root: The root element.
        head: Line to put before it.
    """
    for element in root.iter():
        element.text = _clean(element.text) if element.text else element.text
        for key, value in element.attrib.items():
            element.set(key, _clean(value))
    ET.indent(root, " ")
    return "\n".join([*([head] if head else []), ET.tostring(root, encoding="unicode"), ""])


def _clean(text: str) -> str:
    """Drop control characters, which no XML 1.0 document may hold, even escaped."""
    return "".join(char for char in text if char in "\t\n\r" or _is_xml(ord(char)))


def _is_xml(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
