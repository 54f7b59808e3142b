"""Parameters that several algorithms share, and their values in requests."""

from qgis.core import (
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from .. import settings
from ..i18n import tr
from ..models import DEFAULT_MODEL, EXACT, MODELS, choices, default
from .base import NUMBER, ProxyClipAlgorithm


class SharedParameters(ProxyClipAlgorithm):
    """Base class of the algorithms that encode, label or vectorize."""

    def add_raster(self):
        """Add the image, the extent and the resolution."""
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", tr("Image")))
        self.add_grid()

    def add_grid(self):
        """Add the extent and the resolution."""
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
        """Add the model, its precision and device, and how the image is read."""
        self.addParameter(
            QgsProcessingParameterEnum(
                "MODEL", tr("Model"), options=list(MODELS), defaultValue=default_model(), usesStaticStrings=True
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
                "BANDS", tr("Bands, e.g. 4,3,2 (by descriptions and sensor if empty)"), None, optional=True
            )
        )
        self.advanced(
            QgsProcessingParameterString(
                "STRETCH",
                tr("Stretch: limits 0,3000 or percentiles 2%,98% (the default for all but 8-bit images)"),
                None,
                optional=True,
            )
        )
        self.advanced(
            QgsProcessingParameterString(
                "NODATA",
                tr("Nodata value, or auto to find collars of one value (that of the image if empty)"),
                None,
                optional=True,
            )
        )
        self.advanced(
            QgsProcessingParameterFile(
                "MASK", tr("Mask: raster file on the same grid, or band number; 0 is no data"), optional=True
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

    def check_words(self, parameters, context):
        """Return why classes and vocabulary are invalid, or an empty text."""
        classes = self.parameterAsString(parameters, "CLASSES", context).strip()
        vocabulary = self.parameterAsString(parameters, "VOCABULARY", context).strip()
        if bool(classes) == bool(vocabulary):
            return tr("Enter either classes, e.g. “water; forest, trees; building”, or a vocabulary.")
        return ""

    def check_reading(self, parameters, context):
        """Return why the bands or the nodata value are invalid, or an empty text."""
        nodata = self.parameterAsString(parameters, "NODATA", context).strip()
        if nodata not in ("", "auto"):
            try:
                float(nodata)
            except ValueError:
                return tr("Nodata must be a number or auto. “{}” is not valid.").format(nodata)
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
        for name in ("stretch", "nodata", "mask"):
            value = self.parameterAsString(parameters, name.upper(), context).strip()
            if value:
                options[name] = value
        return options


def default_model():
    """Return the model that was used last in the panel."""
    chosen = settings.read("model")
    return chosen if chosen in MODELS else DEFAULT_MODEL
