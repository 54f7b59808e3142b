"""Vector layers as files for the worker."""

import hashlib
from pathlib import Path

from qgis.core import QgsProject, QgsVectorFileWriter

from . import settings
from .i18n import tr


def file_of_area(layer):
    """Return the name of a polygon layer for the worker, e.g. "a.gpkg|layername=b".

    None for layers that are not whole files: layers in memory, of databases, or with a filter.
    """
    parts = layer.source().split("|")
    known = all(part.startswith("layername=") for part in parts[1:])
    if layer.providerType() != "ogr" or not known or not Path(parts[0]).is_file():
        return None
    return layer.source()


def save_area(layer):
    """Write a polygon layer to a GeoPackage in the work folder, named by its content; return its path.

    Raises:
        ValueError: If it cannot be written.
    """
    content = hashlib.sha256(layer.crs().toWkt().encode())
    for feature in layer.getFeatures():
        content.update(bytes(feature.geometry().asWkb()))
    path = settings.work_folder() / f"area-{content.hexdigest()[:12]}.gpkg"
    if path.is_file():
        return str(path)
    draft = path.with_name(f"draft-{path.name}")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = "area"
    options.attributes = []
    options.skipAttributeCreation = True
    context = QgsProject.instance().transformContext()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        code, message, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(draft), context, options)
        if code != QgsVectorFileWriter.WriterError.NoError:
            raise OSError(message)
        draft.replace(path)
    except OSError as error:
        raise ValueError(tr("The area “{}” could not be written: {}").format(layer.name(), error)) from error
    return str(path)
