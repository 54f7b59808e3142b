"""What the algorithms share: their parameters, how they ask the worker, and where results go."""

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


class WorkerAlgorithm(QgsProcessingAlgorithm):
    """An algorithm with a name, a help text and an icon; the children say what they take and do.

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
        """Make another one of the same kind."""
        return type(self)()

    def group(self):
        """Return no group: there are few algorithms."""
        return ""

    def groupId(self):
        """Return no group."""
        return ""

    def advanced(self, parameter):
        """Add a parameter that is hidden at first."""
        parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(parameter)

    def add_raster(self):
        """Add the image, its part and its resolution."""
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", tr("Image")))
        self.addParameter(QgsProcessingParameterExtent("EXTENT", tr("Area (all of the image if empty)"), optional=True))
        self.addParameter(
            QgsProcessingParameterNumber(
                "RESOLUTION", tr("Resolution in metres (the image's own if empty)"), NUMBER, None, True, 0.001
            )
        )

    def add_model(self):
        """Add the model, and on what it runs."""
        self.addParameter(
            QgsProcessingParameterEnum(
                "MODEL", tr("Model"), options=list(MODELS), defaultValue=_default_model(), usesStaticStrings=True
            )
        )
        self.advanced(
            QgsProcessingParameterFile(
                "MODEL_CARD", tr("Model card of your own, in place of the model above"), optional=True, extension="toml"
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
            QgsProcessingParameterString("BANDS", tr("Bands, e.g. 4,3,2 (by colour if empty)"), None, optional=True)
        )

    def add_words(self):
        """Add the words, and how they are used."""
        self.addParameter(
            QgsProcessingParameterString(
                "CLASSES", tr("Classes: “;” between classes, “,” between synonyms"), None, optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                "VOCABULARY",
                tr("… or a vocabulary: a built-in name (e.g. landcover) or a file"),
                None,
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "THRESHOLD", tr("Score below which a pixel stays unclassified"), NUMBER, None, True, 0.0, 1.0
            )
        )
        self.advanced(
            QgsProcessingParameterString(
                "BACKGROUND", tr("Words for what is no class, separated by “,”"), None, optional=True
            )
        )

    def add_vector_options(self):
        """Add how polygons are made."""
        self.advanced(
            QgsProcessingParameterBoolean(
                "EXACT", tr("Polygons are exactly the pixels: nothing is left out or smoothed"), False
            )
        )
        self.advanced(
            QgsProcessingParameterNumber(
                "MIN_AREA", tr("Smallest patch in square metres (16 pixels if empty)"), NUMBER, None, True, 0.0
            )
        )
        self.advanced(
            QgsProcessingParameterNumber(
                "SIMPLIFY", tr("How far, in pixels, borders may be simplified"), NUMBER, 1.0, False, 0.0
            )
        )

    def read_vector_options(self, parameters, context):
        """Return how polygons are made as options of a request."""
        if self.parameterAsBoolean(parameters, "EXACT", context):
            return dict(EXACT)
        options = {"simplify": self.parameterAsDouble(parameters, "SIMPLIFY", context)}
        if parameters.get("MIN_AREA") is not None:
            options["min_area"] = self.parameterAsDouble(parameters, "MIN_AREA", context)
        return options

    def checkParameterValues(self, parameters, context):
        """Check what the types of the parameters do not."""
        good, message = super().checkParameterValues(parameters, context)
        if not good:
            return good, message
        message = self.find_fault(parameters, context)
        return not message, message

    def find_fault(self, parameters, context):
        """Return a sentence on what is wrong with the parameters together, or an empty text."""
        return ""

    def words_fault(self, parameters, context):
        """Return what is wrong with the words."""
        classes = self.parameterAsString(parameters, "CLASSES", context).strip()
        vocabulary = self.parameterAsString(parameters, "VOCABULARY", context).strip()
        if bool(classes) == bool(vocabulary):
            return tr("Give either classes, e.g. “water; forest, trees; building”, or a vocabulary.")
        return ""

    def bands_fault(self, parameters, context):
        """Return what is wrong with the bands."""
        text = self.parameterAsString(parameters, "BANDS", context).strip()
        if not text:
            return ""
        parts = [part.strip() for part in text.split(",")]
        if len(parts) not in (1, 3) or not all(part.isdigit() and int(part) > 0 for part in parts):
            return tr("Bands are one or three numbers from 1, e.g. 4,3,2; not “{}”.").format(text)
        return ""

    def read_words(self, parameters, context):
        """Return the words as parameters of a request."""
        classes = self.parameterAsString(parameters, "CLASSES", context).strip()
        if classes:
            return {"classes": classes}
        return {"vocabulary": self.parameterAsString(parameters, "VOCABULARY", context).strip()}

    def read_label_options(self, parameters, context):
        """Return how to label as options of a request."""
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
        """Return how to read and encode as options of a request."""
        options = {
            "device": self.parameterAsString(parameters, "DEVICE", context) or default("EncodeOptions", "device"),
            "precision": self.parameterAsEnumString(parameters, "PRECISION", context),
        }
        if parameters.get("RESOLUTION") is not None:
            options["resolution"] = self.parameterAsDouble(parameters, "RESOLUTION", context)
        extent = self.parameterAsExtent(parameters, "EXTENT", context, layer.crs())
        if not extent.isNull() and not extent.isEmpty():
            options["bounds"] = [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
        bands = self.parameterAsString(parameters, "BANDS", context).strip()
        if bands:
            options["bands"] = [int(part) for part in bands.split(",")]
        return options

    def read_image(self, parameters, context, name="INPUT"):
        """Return the layer and the path or URL that GDAL opens it by.

        Raises:
            QgsProcessingException: If it is not a file, as web layers are.
        """
        layer = self.parameterAsRasterLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, name))
        path = file_of(layer)
        if path is None:
            raise QgsProcessingException(
                tr(
                    "“{}” is not a file, so it cannot be read pixel by pixel. Save it as a GeoTIFF first (Export → "
                    "Save As), or use the ProxyCLIP panel, which does that for the area you choose."
                ).format(layer.name())
            )
        return layer, path


def tif_fault(path, what):
    """Return what is wrong with the name of a raster that is to be written."""
    if path and Path(path).suffix.lower() not in (".tif", ".tiff"):
        return tr("{} is written as a GeoTIFF: let the name end in .tif, not in “{}”.").format(what, Path(path).suffix)
    return ""


def vector_fault(path, what):
    """Return what is wrong with the name of a vector file that is to be written."""
    if path and Path(path).suffix.lower() not in POLYGON_SUFFIXES:
        return tr("{} is written as {}; let the name end in one of these.").format(what, ", ".join(POLYGON_SUFFIXES))
    return ""


def move_raster(source, target):
    """Move a raster with what lies beside it (style, class names) to where the user wants it."""
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
