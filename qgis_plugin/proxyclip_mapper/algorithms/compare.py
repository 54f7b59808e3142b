"""Processing algorithm “Change between two dates”."""

import tempfile
from pathlib import Path

from qgis.core import (
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
)

from ..client.blocking import BlockingClient
from ..i18n import tr
from ..models import default
from .base import NUMBER, SOURCE_POLYGON
from .outputs import check_outputs, check_tif_name, check_vector_name, move_file, move_raster
from .parameters import SharedParameters


class ChangeBetweenDates(SharedParameters):
    """Compares two embeddings, or two label rasters, of one place."""

    ID = "compare"
    ICON = "side"
    GROUP = "analysis"

    def displayName(self):
        """Return the display name."""
        return tr("Change between two dates")

    def tags(self):
        """Return the search tags."""
        return ["change detection", "compare", "dates", "land cover", "matrix"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Compares two dates of one place: what became what, where, and how sure it is.\n\n"
            "Select two embeddings created by “Encode raster” with the same model, and name the classes. Or select two "
            "label rasters: they have classes already, and their changes have no confidence. The second date may have "
            "another grid.\n\n"
            "The confidence of a change is the share of the pixels that kept their class whose scores changed less. "
            "Changes below the minimum confidence are in the table, but not in the polygons and the raster.\n\n"
            "The table is a CSV file: the area of each pair of classes."
        )

    def add_parameters(self):
        """Define the parameters."""
        for name, title in (("BEFORE", tr("Embedding before")), ("AFTER", tr("Embedding after"))):
            folder = QgsProcessingParameterFile.Behavior.Folder
            self.addParameter(QgsProcessingParameterFile(name, title, folder, optional=True))
        self.add_words()
        labels = (("BEFORE_LABELS", tr("Label raster before (instead of the embedding)")),)
        labels += (("AFTER_LABELS", tr("Label raster after (instead of the embedding)")),)
        for name, title in labels:
            self.addParameter(QgsProcessingParameterRasterLayer(name, title, optional=True))
        self.addParameter(
            QgsProcessingParameterNumber(
                "CONFIDENCE",
                tr("Minimum confidence"),
                NUMBER,
                default("ChangeOptions", "confidence"),
                False,
                0.0,
                0.999,
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "DROP_SMALLER", tr("Minimum area of a change in square metres"), NUMBER, None, True, 0.001
            )
        )
        self.addParameter(QgsProcessingParameterVectorDestination("OUTPUT", tr("Changed areas"), SOURCE_POLYGON))
        for name, title in (("RASTER", tr("Raster of changes")), ("SCORE", tr("Confidence raster"))):
            self.addParameter(
                QgsProcessingParameterRasterDestination(name, title, optional=True, createByDefault=False)
            )
        self.addParameter(
            QgsProcessingParameterFileDestination("TABLE", tr("Table"), tr("CSV files (*.csv)"), optional=True)
        )

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        embeddings = [self.parameterAsString(parameters, name, context) for name in ("BEFORE", "AFTER")]
        labels = [bool(parameters.get(name)) for name in ("BEFORE_LABELS", "AFTER_LABELS")]
        if (all(embeddings), any(labels)) != (True, False) and (any(embeddings), all(labels)) != (False, True):
            return tr("Select either two embeddings or two label rasters.")
        for embedding in filter(None, embeddings):
            if not (Path(embedding) / "zarr.json").is_file():
                return tr("“{}” is not an embedding. Create one with “Encode raster”.").format(embedding)
        polygons, raster, score = (
            self.parameterAsOutputLayer(parameters, name, context) for name in ("OUTPUT", "RASTER", "SCORE")
        )
        outputs = {tr("Changed areas"): polygons, tr("Raster of changes"): raster, tr("Confidence raster"): score}
        outputs[tr("Table")] = self.parameterAsFileOutput(parameters, "TABLE", context)
        return (
            (self.check_words(parameters, context) if all(embeddings) else "")
            or check_vector_name(polygons, tr("Changed areas"), (".gpkg",))
            or check_tif_name(raster, tr("Raster of changes"))
            or check_tif_name(score, tr("Confidence raster"))
            or check_outputs(outputs, self.input_paths(parameters, context))
        )

    def run_request(self, parameters, context, feedback):
        """Run the algorithm."""
        if parameters.get("BEFORE_LABELS"):
            request = {
                name: self.read_image(parameters, context, f"{name.upper()}_LABELS")[1] for name in ("before", "after")
            }
        else:
            request = {
                "before": self.parameterAsString(parameters, "BEFORE", context),
                "after": self.parameterAsString(parameters, "AFTER", context),
                "options": self.read_label_options(parameters, context),
                **self.read_words(parameters, context),
            }
        request["change"] = {"confidence": self.parameterAsDouble(parameters, "CONFIDENCE", context)}
        if parameters.get("DROP_SMALLER") is not None:
            request["change"]["drop_smaller"] = self.parameterAsDouble(parameters, "DROP_SMALLER", context)
        targets = {
            name: self.parameterAsOutputLayer(parameters, name, context) for name in ("OUTPUT", "RASTER", "SCORE")
        }
        targets["TABLE"] = self.parameterAsFileOutput(parameters, "TABLE", context)
        with tempfile.TemporaryDirectory(prefix="proxyclip-") as folder, BlockingClient(feedback) as client:
            found = client.request("compare", {**request, "out": folder})
            paths = found["paths"]
            # The style of the raster has the stem of all files: it is moved when the others are gone.
            made = {"OUTPUT": paths["polygons"], "TABLE": paths["table"]}
            for name in ("OUTPUT", "TABLE"):
                if targets[name]:
                    move_file(made[name], targets[name])
                else:
                    Path(made[name]).unlink()
            rasters = {"RASTER": paths["change"], "SCORE": paths["confidence"]}
            for name, path in rasters.items():
                if targets[name] and path:
                    move_raster(path, targets[name])
        area = "area_m2" if found["unit"] == "m²" else "area_px"
        for row in found["changes"]:
            if row["from"] != row["to"]:
                feedback.pushInfo(f"{row[area]:,.1f} {found['unit']}  {row['from']} → {row['to']}")
        written = {**made, **rasters}
        return {name: target for name, target in targets.items() if target and written[name]}
