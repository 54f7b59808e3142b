from collections.abc import Callable
from functools import partial
from xml.etree import ElementTree as ET

import pytest

from proxyclip_geo.raster.styles import (
    ClassStyle,
    color_table,
    labels_qml,
    labels_sld,
    polygon_qml,
    polygon_sld,
    score_qml,
    score_sld,
    with_unclassified,
)

CLASSES = (ClassStyle(4, 'fields & "meadows" <green>', (10, 200, 30)), ClassStyle(2, "Fläche 水", (255, 0, 0)))
SLD = "{http://www.opengis.net/sld}"


def test_labels_qml() -> None:
    root = ET.fromstring(labels_qml(CLASSES))
    renderer = root.find("pipe/rasterrenderer")
    assert (renderer.get("type"), renderer.get("band")) == ("paletted", "1")
    entries = [(e.get("value"), e.get("label"), e.get("color")) for e in renderer.iter("paletteEntry")]
    assert entries == [
        ("0", "unclassified", "#bebebe"),
        ("2", "Fläche 水", "#ff0000"),
        ("4", 'fields & "meadows" <green>', "#0ac81e"),
    ]


def test_score_qml_spans_0_to_1() -> None:
    """QGIS multiplies with the band's scale of 0.01 first."""
    items = list(ET.fromstring(score_qml()).iter("item"))
    assert [item.get("value") for item in items] == ["0", "0.25", "0.5", "0.75", "1"]
    assert items[-1].get("label") == "100 %"


def test_polygon_qml_has_a_symbol_per_class() -> None:
    root = ET.fromstring(polygon_qml(CLASSES))
    renderer = root.find("renderer-v2")
    assert (renderer.get("type"), renderer.get("attr")) == ("categorizedSymbol", "class")
    symbols = {
        s.get("name"): s.find("layer/Option/Option[@name='color']").get("value") for s in renderer.iter("symbol")
    }
    colors = {c.get("value"): symbols[c.get("symbol")] for c in renderer.iter("category")}
    assert colors == {CLASSES[0].name: "10,200,30,255", CLASSES[1].name: "255,0,0,255"}


def test_labels_sld() -> None:
    root = ET.fromstring(labels_sld(CLASSES))
    entries = [(e.get("quantity"), e.get("color")) for e in root.iter(f"{SLD}ColorMapEntry")]
    assert entries == [("0", "#bebebe"), ("2", "#ff0000"), ("4", "#0ac81e")]
    assert root.find(f".//{SLD}ColorMap").get("type") == "values"


def test_score_sld() -> None:
    assert ET.fromstring(score_sld()).find(f".//{SLD}ColorMap").get("type") == "ramp"


def test_polygon_sld() -> None:
    rules = list(ET.fromstring(polygon_sld(CLASSES, layer="polygons")).iter(f"{SLD}Rule"))
    assert [rule.find(f"{SLD}Name").text for rule in rules] == [style.name for style in CLASSES]
    assert rules[0].find(f".//{SLD}CssParameter").text == "#0ac81e"


@pytest.mark.parametrize("make", [labels_qml, labels_sld, polygon_qml, partial(polygon_sld, layer="polygons")])
def test_any_name_gives_valid_xml(make: Callable[[list[ClassStyle]], str]) -> None:
    text = make([ClassStyle(1, "bell \x07 null \x00 \ufffe lone \ud800 end ]]>", (0, 0, 0))])
    text.encode("utf-8")
    assert "bell  null   lone  end ]]>" in "".join([*ET.fromstring(text).itertext(), *_attributes(text)])


def _attributes(text: str) -> list[str]:
    return [value for element in ET.fromstring(text).iter() for value in element.attrib.values()]


def test_a_class_may_have_label_0() -> None:
    own = ClassStyle(0, "background", (1, 1, 1))
    assert with_unclassified([own]) == (own,)
    assert color_table([own], nodata=255) == {0: (1, 1, 1, 255), 255: (0, 0, 0, 0)}
