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
    QgsProcessingParameterVectorLayer,
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


def check_outputs(outputs, inputs):
    """Return why a run would overwrite an input or write two outputs to one file, or an empty text.

    Args:
        outputs: Paths of the outputs by title; empty paths are ignored.
        inputs: Paths of the inputs; what is no local file is ignored.
    """
    taken = []
    for path in filter(None, inputs):
        taken += [(name, tr("an input")) for name in (path, *_sidecars(path)) if os.path.exists(name)]
    for title, path in outputs.items():
        files = [path, *_sidecars(path)] if path else []
        for name in files:
            for other, role in taken:
                if _is_same_file(name, other):
                    return tr("{} would overwrite {} ({}). Select another name.").format(title, name, role)
        taken += [(name, tr("a file of “{}”").format(title)) for name in files]
    return ""


def _sidecars(path):
    """Return the paths of the style and metadata files beside a file; a GeoPackage holds its style."""
    stem, suffix = os.path.splitext(path)
    return [] if suffix.lower() == ".gpkg" else [f"{stem}.qml", f"{path}.aux.xml"]


def _is_same_file(first, second):
    if os.path.exists(first) and os.path.exists(second):
        return os.path.samefile(first, second)
    first, second = (os.path.normcase(os.path.realpath(path)) for path in (first, second))
    return first == second


def write_text(path, text):
    """Write a text file; it replaces an existing file when it is complete.

    Raises:
        QgsProcessingException: If it cannot be written.
    """
    path = Path(path)
    draft = path.with_name(f".{path.name}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)
    except OSError as error:
        raise QgsProcessingException(tr("{} cannot be written: {}").format(path, error)) from error


def move_raster(source, target):
    """Move a raster and its sidecar files (style, class names); each replaces an existing file when it is complete."""
    source, target = Path(source), Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    sidecars = [path for path in sorted(source.parent.iterdir()) if path.name.startswith(f"{source.stem}.")]
    for path in [*(item for item in sidecars if item != source), source]:
        suffix = path.name[len(source.stem) :]
        name = f"{target.name}.aux.xml" if suffix.endswith(".aux.xml") else target.stem + suffix
        destination = target if path == source else target.with_name(name)
        draft = destination.with_name(f".{destination.name}.draft")
        try:
            shutil.move(str(path), str(draft))
            os.replace(draft, destination)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise QgsProcessingException(tr("{} cannot be written: {}").format(destination, error)) from error


def default_model():
    """Return the model that was used last in the panel."""
    chosen = settings.read("model")
    return chosen if chosen in MODELS else next(iter(MODELS))


SOURCE_RASTER = QgsProcessing.SourceType.TypeRaster
SOURCE_VECTOR = QgsProcessing.SourceType.TypeVectorAnyGeometry
SOURCE_POLYGON = QgsProcessing.SourceType.TypeVectorPolygon
