"""Class names in GDAL's side file (`<raster>.aux.xml`), which QGIS reads too.

GDAL before 3.11 cannot store category names and raster attribute tables in a GeoTIFF; all versions read this file.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from proxyclip_geo.raster.styles import ClassStyle, to_xml, with_unclassified

# Name, type and usage of the fields, numbered as in gdal_rat.h.
_INTEGER, _STRING = "0", "2"
_FIELDS = (
    ("Value", _INTEGER, "5"),
    ("Class", _STRING, "2"),
    ("Red", _INTEGER, "6"),
    ("Green", _INTEGER, "7"),
    ("Blue", _INTEGER, "8"),
    ("Alpha", _INTEGER, "9"),
)


def class_names_xml(classes: Iterable[ClassStyle], *, existing: str = "") -> str:
    """Return the content of a label raster's side file: category names and raster attribute table.

    Args:
        classes: The classes.
        existing: Content that GDAL has written, e.g. a CRS that GeoTIFF cannot express; empty for none.
    """
    root = ET.fromstring(existing) if existing else ET.Element("PAMDataset")
    band = root.find("PAMRasterBand[@band='1']")
    if band is None:
        band = ET.SubElement(root, "PAMRasterBand", band="1")
    styles = with_unclassified(classes)
    names = {style.value: style.name for style in styles}
    categories = ET.SubElement(band, "CategoryNames")
    for value in range(max(names) + 1):
        ET.SubElement(categories, "Category").text = names.get(value, "")
    table = ET.SubElement(band, "GDALRasterAttributeTable", tableType="thematic")
    for index, (name, kind, usage) in enumerate(_FIELDS):
        field = ET.SubElement(table, "FieldDefn", index=str(index))
        for tag, text in (("Name", name), ("Type", kind), ("Usage", usage)):
            ET.SubElement(field, tag).text = text
    for index, style in enumerate(styles):
        row = ET.SubElement(table, "Row", index=str(index))
        for cell in (style.value, style.name, *style.color, 255):
            ET.SubElement(row, "F").text = str(cell)
    # GDAL takes the first node for the root, and must not find an XML declaration there.
    return to_xml(root, head="")
