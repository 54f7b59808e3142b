"""Store the default style of a layer in a GeoPackage, in the table `layer_styles` of QGIS."""

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
# GDAL and validators need a table without geometry to be listed as 'attributes'.
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


def embed_style(path: Path, *, layer: str, qml: str, sld: str) -> None:
    """Store the default style of a layer, which QGIS applies when it opens the layer.

    Args:
        path: GeoPackage that holds the layer.
        layer: Name of the layer; its other styles are no longer the default.
        qml: QGIS style.
        sld: OGC style.

    Raises:
        sqlite3.Error: If the file cannot be written.
    """
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_LAYER_STYLES)
        database.execute(_CONTENTS)
        database.execute("UPDATE layer_styles SET useAsDefault = 0 WHERE f_table_name = ?", (layer,))
        name, description = layer[:30], "Class colours"
        # QGIS selects f_table_schema = '', which does not match NULL.
        database.execute(_STYLE, (layer, layer, name, qml, sld, description))
