"""What QGIS looks for in a GeoPackage beside a layer: the `layer_styles` table with its default style."""

import sqlite3
from contextlib import closing
from pathlib import Path

# The columns of QGIS's own table (QgsOgrProviderMetadata::saveStyle).
_LAYER_STYLES = """
CREATE TABLE IF NOT EXISTS layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256),
  f_table_schema TEXT(256),
  f_table_name TEXT(256),
  f_geometry_column TEXT(256),
  styleName TEXT(30),
  styleQML TEXT,
  styleSLD TEXT,
  useAsDefault BOOLEAN,
  description TEXT,
  owner TEXT(30),
  ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)
"""
# A table without geometry must be listed as 'attributes', or GDAL and validators do not take it for a layer.
_CONTENTS = """
INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, description)
VALUES ('layer_styles', 'attributes', 'layer_styles', 'Styles of the layers, as QGIS reads them')
"""
_STYLE = """
INSERT INTO layer_styles (
  f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
  styleName, styleQML, styleSLD, useAsDefault, description, owner
)
VALUES ('', '', ?, (SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?), ?, ?, ?, 1, ?, '')
"""


def embed_style(path: Path, *, layer: str, qml: str | None, sld: str | None) -> None:
    """Make a style the default of a layer in a GeoPackage, so that QGIS colours the layer by itself.

    Args:
        path: GeoPackage that holds the layer.
        layer: Name of the layer; its earlier styles are no longer defaults.
        qml: QGIS style, or None.
        sld: OGC style, or None.

    Raises:
        sqlite3.Error: If the file cannot be written.
    """
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_LAYER_STYLES)
        database.execute(_CONTENTS)
        database.execute("UPDATE layer_styles SET useAsDefault = 0 WHERE f_table_name = ?", (layer,))
        name, about = layer[:30], "Class colours"
        # QGIS asks for f_table_schema = '' and never finds NULL.
        database.execute(_STYLE, (layer, layer, name, qml or "", sld or "", about))
