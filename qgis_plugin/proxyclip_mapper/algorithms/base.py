"""Base class of the Processing algorithms: shared parameters, checks and outputs."""

import os
import shutil
from pathlib import Path

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from .. import settings
from ..i18n import tr
from ..icons import icon
from ..models import EXACT, MODELS, choices, default
from ..rasters import file_of

NUMBER = QgsProcessingParameterNumber.Type.Double
INTEGER = QgsProcessingParameterNumber.Type.Integer
POLYGON_SUFFIXES = (".gpkg", ".shp", ".geojson", ".fgb", ".parquet")


class ProxyClipAlgorithm(QgsProcessingAlgorithm):
    """Base class of the Processing algorithms.

    Attributes:
        ID: Stable name.
        ICON: Icon's file name.
    """

    ID = ""
    ICON = "plugin"

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
        """Return no group, since there are few algorithms."""
        return ""

    def groupId(self):
        """Return no group."""
        return ""

    def advanced(self, parameter):
        """Add an advanced parameter."""
        parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(parameter)

    def add_raster(self):
        """Add the image, the extent and the resolution."""
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", tr("Image")))
        self.addParameter(QgsProcessingParameterExtent("EXTENT", tr("Extent (whole image if empty)"), optional=True))
        self.addParameter(
            QgsProcessingParameterNumber(
                "RESOLUTION",
                tr("Resolution in metres per pixel (that of the image if empty)"),
                NUMBER,
                None,
                True,
                0.001,
            )
        )

    def add_model(self):
        """Add the model, its precision and device, and the bands."""
        self.addParameter(
            QgsProcessingParameterEnum(
                "MODEL", tr("Model"), options=list(MODELS), defaultValue=_default_model(), usesStaticStrings=True
            )
        )
        self.advanced(
            QgsProcessingParameterFile(
                "MODEL_CARD", tr("Custom model card (replaces the model above)"), optional=True, extension="toml"
            )
        )
        self.advanced(
            QgsProcessingParameterEnum(
                "PRECISION",
                tr("Precision"),
                options=list(choices("EncodeOptions", "precision")),
                defaultValue=default("EncodeOptions", "precision"),
                usesStaticStrings=True,
            )
        )
        self.advanced(
            QgsProcessingParameterString(
                "DEVICE",
                tr("Device: auto, cpu, cuda, cuda:1, mps"),
                default("EncodeOptions", "device"),
                optional=True,
            )
        )
        self.advanced(
            QgsProcessingParameterString(
                "BANDS", tr("Bands, e.g. 4,3,2 (by colour interpretation if empty)"), None, optional=True
            )
        )

    def add_words(self):
        """Add classes or vocabulary, minimum score and background words."""
        self.addParameter(
            QgsProcessingParameterString(
                "CLASSES", tr("Classes, separated by “;” (synonyms by “,”)"), None, optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                "VOCABULARY",
                tr("Vocabulary instead of classes: built-in name (e.g. landcover) or file"),
                None,
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "THRESHOLD", tr("Minimum score (pixels below stay unclassified)"), NUMBER, None, True, 0.0, 1.0
            )
        )
        self.advanced(
            QgsProcessingParameterString(
                "BACKGROUND",
                tr("Background words, separated by “,” (matching pixels stay unclassified)"),
                None,
                optional=True,
            )
        )

    def add_vector_options(self):
        """Add the options of polygons."""
        self.advanced(
            QgsProcessingParameterBoolean("EXACT", tr("Keep pixel edges: no smoothing and no minimum area"), False)
        )
        self.advanced(
            QgsProcessingParameterNumber(
                "MIN_AREA", tr("Minimum polygon area in square metres (16 pixels if empty)"), NUMBER, None, True, 0.0
            )
        )
        self.advanced(
            QgsProcessingParameterNumber("SIMPLIFY", tr("Simplification tolerance in pixels"), NUMBER, 1.0, False, 0.0)
        )

    def read_vector_options(self, parameters, context):
        """Return the options of polygons for a request."""
        if self.parameterAsBoolean(parameters, "EXACT", context):
            return dict(EXACT)
        options = {"simplify": self.parameterAsDouble(parameters, "SIMPLIFY", context)}
        if parameters.get("MIN_AREA") is not None:
            options["min_area"] = self.parameterAsDouble(parameters, "MIN_AREA", context)
        return options

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

    def check_words(self, parameters, context):
        """Return why classes and vocabulary are invalid, or an empty text."""
        classes = self.parameterAsString(parameters, "CLASSES", context).strip()
        vocabulary = self.parameterAsString(parameters, "VOCABULARY", context).strip()
        if bool(classes) == bool(vocabulary):
            return tr("Enter either classes, e.g. “water; forest, trees; building”, or a vocabulary.")
        return ""

    def check_bands(self, parameters, context):
        """Return why the bands are invalid, or an empty text."""
        text = self.parameterAsString(parameters, "BANDS", context).strip()
        if not text:
            return ""
        parts = [part.strip() for part in text.split(",")]
        if len(parts) not in (1, 3) or not all(part.isdigit() and int(part) > 0 for part in parts):
            return tr("Bands must be one or three band numbers, e.g. 4,3,2. “{}” is not valid.").format(text)
        return ""

    def read_words(self, parameters, context):
        """Return the classes or the vocabulary for a request."""
        classes = self.parameterAsString(parameters, "CLASSES", context).strip()
        if classes:
            return {"classes": classes}
        return {"vocabulary": self.parameterAsString(parameters, "VOCABULARY", context).strip()}

    def read_label_options(self, parameters, context):
        """Return the options of the classification for a request."""
        options = {}
        if parameters.get("THRESHOLD") is not None:
            options["threshold"] = self.parameterAsDouble(parameters, "THRESHOLD", context)
        background = self.parameterAsString(parameters, "BACKGROUND", context)
        words = [word.strip() for word in background.split(",") if word.strip()]
        if words:
            options["background"] = words
        return options

    def read_model(self, parameters, context):
        """Return the model's name, or the path of the card."""
        card = self.parameterAsFile(parameters, "MODEL_CARD", context)
        return card or self.parameterAsEnumString(parameters, "MODEL", context)

    def read_encode_options(self, parameters, context, layer):
        """Return the options of reading and encoding for a request."""
        options = {
            "device": self.parameterAsString(parameters, "DEVICE", context) or default("EncodeOptions", "device"),
            "precision": self.parameterAsEnumString(parameters, "PRECISION", context),
        }
        if parameters.get("RESOLUTION") is not None:
            options["gsd"] = self.parameterAsDouble(parameters, "RESOLUTION", context)
        extent = self.parameterAsExtent(parameters, "EXTENT", context, layer.crs())
        if not extent.isNull() and not extent.isEmpty():
            options["bounds"] = [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
        bands = self.parameterAsString(parameters, "BANDS", context).strip()
        if bands:
            options["bands"] = [int(part) for part in bands.split(",")]
        return options

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


def check_tif_name(path, what):
    """Return why the name of an output raster is invalid, or an empty text."""
    if path and Path(path).suffix.lower() not in (".tif", ".tiff"):
        return tr("{} is a GeoTIFF file: use the extension .tif instead of “{}”.").format(what, Path(path).suffix)
    return ""


def check_vector_name(path, what):
    """Return why the name of an output vector file is invalid, or an empty text."""
    if path and Path(path).suffix.lower() not in POLYGON_SUFFIXES:
        return tr("{}: use one of the file extensions {}.").format(what, ", ".join(POLYGON_SUFFIXES))
    return ""


def move_raster(source, target):
    """Move a raster and its sidecar files (style, class names)."""
    source, target = Path(source), Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    for beside in sorted(source.parent.glob(f"{source.stem}.*")):
        suffix = beside.name[len(source.stem) :]
        name = f"{target.name}.aux.xml" if suffix.endswith(".aux.xml") else target.stem + suffix
        if beside == source:
            name = target.name
        destination = target.with_name(name)
        if destination.exists():
            os.remove(destination)
        shutil.move(str(beside), str(destination))


def _default_model():
    chosen = settings.read("model")
    return chosen if chosen in MODELS else next(iter(MODELS))


SOURCE_RASTER = QgsProcessing.SourceType.TypeRaster
SOURCE_VECTOR = QgsProcessing.SourceType.TypeVectorAnyGeometry
SOURCE_POLYGON = QgsProcessing.SourceType.TypeVectorPolygon
