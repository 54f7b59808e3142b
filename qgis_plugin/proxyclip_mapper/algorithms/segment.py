"""Image and words in, map out."""

import tempfile
from pathlib import Path

from qgis.core import QgsProcessingParameterRasterDestination, QgsProcessingParameterVectorDestination

from ..i18n import tr
from ..worker.blocking import BlockingWorker
from .base import SOURCE_POLYGON, WorkerAlgorithm, move_raster, tif_fault, vector_fault


class MapAlgorithm(WorkerAlgorithm):
    """What makes labels, scores and polygons."""

    def add_results(self):
        """Add the three results."""
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", tr("Labels")))
        self.addParameter(
            QgsProcessingParameterRasterDestination("SCORE", tr("Scores"), optional=True, createByDefault=False)
        )
        self.addParameter(
            QgsProcessingParameterVectorDestination(
                "POLYGONS", tr("Polygons"), SOURCE_POLYGON, optional=True, createByDefault=False
            )
        )

        self.add_vector_options()

    def results_fault(self, parameters, context):
        """Return what is wrong with the names of the results."""
        return (
            tif_fault(self.parameterAsOutputLayer(parameters, "OUTPUT", context), tr("Labels"))
            or tif_fault(self.parameterAsOutputLayer(parameters, "SCORE", context), tr("Scores"))
            or vector_fault(self.parameterAsOutputLayer(parameters, "POLYGONS", context), tr("Polygons"))
        )

    def make_map(self, method, params, parameters, context, feedback):
        """Ask for a map, and put its files where the user wants them."""
        labels = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        score = self.parameterAsOutputLayer(parameters, "SCORE", context)
        polygons = self.parameterAsOutputLayer(parameters, "POLYGONS", context)
        params["options"] |= {"scores": bool(score or polygons), "polygons": False}
        share = 85 if polygons else 100
        results = {"OUTPUT": labels}
        with tempfile.TemporaryDirectory(prefix="proxyclip-") as folder, BlockingWorker(feedback) as worker:
            made = worker.ask(method, {**params, "out": folder}, span=(0, share))
            if polygons:
                Path(polygons).parent.mkdir(parents=True, exist_ok=True)
                request = {
                    "labels": made["paths"]["labels"],
                    "score": made["paths"]["score"],
                    "path": polygons,
                    "options": self.read_vector_options(parameters, context),
                    "overwrite": True,
                }
                worker.ask("vectorize", request, span=(share, 100))
                results["POLYGONS"] = polygons
            move_raster(made["paths"]["labels"], labels)
            if score:
                move_raster(made["paths"]["score"], score)
                results["SCORE"] = score
        for name, part in sorted(made["shares"].items(), key=lambda item: -item[1]):
            feedback.pushInfo(f"{100 * part:5.1f} %  {name}")
        return results


class SegmentRaster(MapAlgorithm):
    """`proxyclip-geo segment`."""

    ID = "segment"

    def displayName(self):
        """Return the name."""
        return tr("Segment raster")

    def tags(self):
        """Return words to be found by."""
        return ["land cover", "classification", "CLIP", "segmentation", "AI", "open vocabulary"]

    def shortHelpString(self):
        """Return the help."""
        return tr(
            "Makes a land-cover map of an image from classes that you name in words.\n\n"
            "Classes are separated by “;”, synonyms of one class by “,”: water, river, lake; forest, trees; building, "
            "roof. Name everything that is in the picture: what no class fits goes to the nearest one, unless you set "
            "a threshold.\n\n"
            "Models know the ground at about 0.2 to 2 m per pixel: for a finer image give a resolution, e.g. 0.3. Try "
            "a small area first. The model “demo” needs no download and is not meant for mapping.\n\n"
            "Labels are 1, 2, … in the order of the classes, 0 for unclassified, 255 for no data; names and colours "
            "are in the file. To try many words on one image, encode it once and label the embedding."
        )

    def initAlgorithm(self, configuration=None):
        """Define the parameters."""
        self.add_raster()
        self.add_words()
        self.add_model()
        self.add_results()

    def find_fault(self, parameters, context):
        """Return what is wrong with the parameters together."""
        return (
            self.words_fault(parameters, context)
            or self.bands_fault(parameters, context)
            or self.results_fault(parameters, context)
        )

    def processAlgorithm(self, parameters, context, feedback):
        """Do it."""
        layer, path = self.read_image(parameters, context)
        options = self.read_encode_options(parameters, context, layer) | self.read_label_options(parameters, context)
        request = {
            "raster": path,
            "model": self.read_model(parameters, context),
            "options": options,
            **self.read_words(parameters, context),
        }
        return self.make_map("segment", request, parameters, context, feedback)
