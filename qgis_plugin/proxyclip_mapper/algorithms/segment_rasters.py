"""Processing algorithm “Segment several rasters”."""

from pathlib import Path

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsRasterLayer,
)

from ..client.blocking import BlockingClient
from ..i18n import tr
from ..rasters import file_of
from .base import SOURCE_RASTER
from .parameters import SharedParameters


class SegmentRasters(SharedParameters):
    """Segments a list of rasters, or those of a folder."""

    ID = "segmentrasters"
    ICON = "plugin"

    def displayName(self):
        """Return the display name."""
        return tr("Segment several rasters")

    def tags(self):
        """Return the search tags."""
        return ["batch", "folder", "land cover", "classification", "CLIP", "AI"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Segments a list of rasters, or all rasters of a folder, as “Segment raster” does. The model is loaded "
            "once.\n\n"
            "The files of each raster have its name: name_labels.tif, name_score.tif and name.gpkg. Rasters of the "
            "same name get subfolders, named by the folders in which they lie. A raster that fails is reported, and "
            "the next one follows; if all fail, the algorithm fails. Run it again to finish an "
            "interrupted run: rasters whose labels exist are left out, unless you overwrite them."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.addParameter(QgsProcessingParameterMultipleLayers("RASTERS", tr("Rasters"), SOURCE_RASTER, optional=True))
        self.addParameter(
            QgsProcessingParameterFile(
                "FOLDER",
                tr("Folder of rasters (instead of a list)"),
                QgsProcessingParameterFile.Behavior.Folder,
                optional=True,
            )
        )
        self.add_grid()
        self.add_words()
        self.add_model()
        self.addParameter(QgsProcessingParameterBoolean("WITH_SCORES", tr("Score rasters"), True))
        self.addParameter(QgsProcessingParameterBoolean("WITH_POLYGONS", tr("Polygons"), True))
        self.add_vector_options()
        self.advanced(QgsProcessingParameterBoolean("OVERWRITE", tr("Overwrite existing files"), False))
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", tr("Folder of the maps")))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of maps")))
        self.addOutput(QgsProcessingOutputNumber("FAILED", tr("Number of rasters that failed")))

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        if bool(parameters.get("RASTERS")) == bool(self.parameterAsString(parameters, "FOLDER", context)):
            return tr("Select either rasters or a folder.")
        return self.check_words(parameters, context) or self.check_reading(parameters, context)

    def run_request(self, parameters, context, feedback):
        """Run the algorithm."""
        folder = Path(self.parameterAsString(parameters, "OUTPUT", context))
        counts = {"done": 0, "failed": 0}
        with BlockingClient(feedback) as client:
            layers = self._read_rasters(parameters, context, client)
            for number, (name, layer, below) in enumerate(layers):
                if feedback.isCanceled():
                    break
                feedback.pushInfo(tr("Raster {} of {}: {}").format(number + 1, len(layers), name))
                span = (100 * number / len(layers), 100 * (number + 1) / len(layers))
                try:
                    self._segment(client, name, layer, folder / below, parameters, context, span)
                    counts["done"] += 1
                except QgsProcessingException as error:
                    if feedback.isCanceled():
                        raise
                    counts["failed"] += 1
                    feedback.reportError(f"{name}: {error}")
        if layers and not counts["done"]:
            raise QgsProcessingException(tr("All {} rasters failed; the log has the reasons.").format(len(layers)))
        return {"OUTPUT": str(folder), "COUNT": counts["done"], "FAILED": counts["failed"]}

    def _read_rasters(self, parameters, context, client):
        """Return (name, layer, folder) of each raster; the folder is a subfolder of that of the maps, or empty."""
        layers = {}
        for layer in self.parameterAsLayerList(parameters, "RASTERS", context) if parameters.get("RASTERS") else ():
            name = file_of(layer)
            if not name:
                raise QgsProcessingException(tr("Layer “{}” is not a file.").format(layer.name()))
            layers[name] = layer
        path = list(layers) or self.parameterAsString(parameters, "FOLDER", context)
        found = client.request("find_rasters", {"path": path})
        return [
            (name, layers.get(name) or QgsRasterLayer(name, Path(name).stem, "gdal"), below)
            for name, below in zip(found["rasters"], found["folders"])
        ]

    def _segment(self, client, name, layer, folder, parameters, context, span):
        options = self.read_encode_options(parameters, context, layer) | self.read_label_options(parameters, context)
        options["scores"] = self.parameterAsBoolean(parameters, "WITH_SCORES", context)
        options["polygons"] = self.parameterAsBoolean(parameters, "WITH_POLYGONS", context)
        overwrite = self.parameterAsBoolean(parameters, "OVERWRITE", context)
        if not overwrite and (folder / f"{Path(name).stem}_run.json").is_file():
            return
        request = {
            "raster": name,
            "out": str(folder),
            "model": self.read_model(parameters, context),
            "options": options,
            "vectors": self.read_vector_options(parameters, context),
            "overwrite": overwrite,
            **self.read_words(parameters, context),
        }
        client.request("segment", request, span=span)
