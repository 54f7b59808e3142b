"""Base class of the Processing algorithms."""

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorLayer,
)

from ..i18n import tr
from ..icons import icon
from ..rasters import file_of

NUMBER = QgsProcessingParameterNumber.Type.Double
INTEGER = QgsProcessingParameterNumber.Type.Integer


class ProxyClipAlgorithm(QgsProcessingAlgorithm):
    """Base class of the Processing algorithms.

    Attributes:
        ID: Stable name.
        ICON: Icon's file name.
        GROUP: Stable name of the group.
    """

    ID = ""
    ICON = "plugin"
    GROUP = "map"

    def name(self):
        """Return the stable name."""
        return self.ID

    def icon(self):
        """Return the icon."""
        return icon(self.ICON)

    def createInstance(self):
        """Return a new instance."""
        return type(self)()

    def group(self):
        """Return the display name of the group."""
        return {"map": tr("Map"), "analysis": tr("Analysis"), "setup": tr("Setup")}[self.GROUP]

    def groupId(self):
        """Return the stable name of the group."""
        return self.GROUP

    def advanced(self, parameter):
        """Add an advanced parameter."""
        parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(parameter)

    def initAlgorithm(self, configuration=None):
        """Define the parameters, and a text output with the path of each output file for models and scripts."""
        self.add_parameters()
        for definition in self.destinationParameterDefinitions():
            title = tr("Path of “{}”").format(definition.description())
            self.addOutput(QgsProcessingOutputString(path_name(definition.name()), title))

    def processAlgorithm(self, parameters, context, feedback):
        """Run the algorithm; add the paths of the output files to its results."""
        results = self.run_request(parameters, context, feedback)
        names = [definition.name() for definition in self.destinationParameterDefinitions()]
        return {**results, **{path_name(name): str(results[name]) for name in names if results.get(name)}}

    def checkParameterValues(self, parameters, context):
        """Check the parameters beyond their types."""
        good, message = super().checkParameterValues(parameters, context)
        if not good:
            return good, message
        message = self.check_parameters(parameters, context)
        return not message, message

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        return ""

    def input_paths(self, parameters, context):
        """Return the paths of the inputs that are files."""
        paths = []
        for definition in self.parameterDefinitions():
            if definition.isDestination() or not parameters.get(definition.name()):
                continue
            if isinstance(definition, (QgsProcessingParameterRasterLayer, QgsProcessingParameterVectorLayer)):
                layer = self.parameterAsLayer(parameters, definition.name(), context)
                paths.append(layer.source().split("|")[0] if layer is not None else "")
            elif isinstance(definition, (QgsProcessingParameterFile, QgsProcessingParameterString)):
                paths.append(self.parameterAsString(parameters, definition.name(), context))
        return paths

    def read_image(self, parameters, context, name="INPUT"):
        """Return the layer and its path or URL for GDAL.

        Raises:
            QgsProcessingException: If the layer is not a file, e.g. a web layer.
        """
        layer = self.parameterAsRasterLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, name))
        path = file_of(layer)
        if path is None:
            raise QgsProcessingException(
                tr(
                    "Layer “{}” is not a file, so its pixels cannot be read. Save it as a GeoTIFF first (Export → "
                    "Save As), or use the ProxyCLIP panel, which saves the selected extent."
                ).format(layer.name())
            )
        return layer, path

    def vector_path(self, parameters, name, context, feedback):
        """Return the file of a vector layer; a layer that is not a file, or is edited or filtered, is saved first."""
        suffixes = ["gpkg", "shp", "geojson", "fgb"]
        return self.parameterAsCompatibleSourceLayerPath(parameters, name, context, suffixes, "gpkg", feedback)


SOURCE_RASTER = QgsProcessing.SourceType.TypeRaster
SOURCE_VECTOR = QgsProcessing.SourceType.TypeVectorAnyGeometry
SOURCE_POLYGON = QgsProcessing.SourceType.TypeVectorPolygon


def path_name(name):
    """Return the name of the text output with the path of an output, e.g. LABELS_PATH; OUTPUT has PATH."""
    return "PATH" if name == "OUTPUT" else f"{name}_PATH"
