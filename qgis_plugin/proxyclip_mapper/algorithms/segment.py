"""Processing algorithm “Segment raster”."""

import tempfile

from qgis.core import QgsProcessingParameterRasterDestination, QgsProcessingParameterVectorDestination

from ..client.blocking import BlockingClient
from ..i18n import tr
from .base import SOURCE_POLYGON
from .outputs import check_outputs, check_tif_name, check_vector_name, move_raster
from .parameters import SharedParameters


class MapAlgorithm(SharedParameters):
    """Base class of the algorithms that write label raster, score raster and polygons."""

    def add_results(self):
        """Add the outputs and the options of polygons."""
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", tr("Label raster")))
        self.addParameter(
            QgsProcessingParameterRasterDestination("SCORE", tr("Score raster"), optional=True, createByDefault=False)
        )
        self.addParameter(
            QgsProcessingParameterVectorDestination(
                "POLYGONS", tr("Polygons"), SOURCE_POLYGON, optional=True, createByDefault=False
            )
        )

        self.add_vector_options()

    def check_results(self, parameters, context):
        """Return why the outputs are invalid, or an empty text."""
        labels, score, polygons = (
            self.parameterAsOutputLayer(parameters, name, context) for name in ("OUTPUT", "SCORE", "POLYGONS")
        )
        return (
            check_tif_name(labels, tr("Label raster"))
            or check_tif_name(score, tr("Score raster"))
            or check_vector_name(polygons, tr("Polygons"))
            or check_outputs(
                {tr("Label raster"): labels, tr("Score raster"): score, tr("Polygons"): polygons},
                self.input_paths(parameters, context),
            )
        )

    def make_map(self, method, params, parameters, context, feedback):
        """Request a map and move its files to the outputs."""
        labels = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        score = self.parameterAsOutputLayer(parameters, "SCORE", context)
        polygons = self.parameterAsOutputLayer(parameters, "POLYGONS", context)
        params["options"] |= {"scores": bool(score or polygons), "polygons": False}
        share = 85 if polygons else 100
        results = {"OUTPUT": labels}
        with tempfile.TemporaryDirectory(prefix="proxyclip-") as folder, BlockingClient(feedback) as client:
            result = client.request(method, {**params, "out": folder}, span=(0, share))
            if polygons:
                request = {
                    "labels": result["paths"]["labels"],
                    "score": result["paths"]["score"],
                    "path": polygons,
                    "options": self.read_vector_options(parameters, context),
                    "overwrite": True,
                }
                client.request("vectorize", request, span=(share, 100))
                results["POLYGONS"] = polygons
            move_raster(result["paths"]["labels"], labels)
            if score:
                move_raster(result["paths"]["score"], score)
                results["SCORE"] = score
        for name, part in sorted(result["shares"].items(), key=lambda item: -item[1]):
            feedback.pushInfo(f"{100 * part:5.1f} %  {name}")
        return results


class SegmentRaster(MapAlgorithm):
    """Segments an image into classes named in words."""

    ID = "segment"

    def displayName(self):
        """Return the display name."""
        return tr("Segment raster")

    def tags(self):
        """Return the search tags."""
        return ["land cover", "classification", "CLIP", "segmentation", "AI", "open vocabulary"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Creates a land-cover map of an image from classes that you name in words.\n\n"
            "Separate classes by “;” and synonyms of a class by “,”: water, river, lake; forest, trees; building, "
            "roof. Name everything in the image: each pixel gets the most similar class, unless you set a minimum "
            "score.\n\n"
            "Models work at about 0.2 to 2 m per pixel: set a resolution, e.g. 0.3, for a finer image. Try a small "
            "extent first. The model “demo” needs no download and is not meant for mapping.\n\n"
            "Label values are 1, 2, … in the order of the classes, 0 for unclassified and 255 for nodata; the file "
            "has class names and colours. To try many words on one image, use “Encode raster” once and then “Label "
            "from embedding”."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.add_raster()
        self.add_words()
        self.add_model()
        self.add_results()

    def check_parameters(self, parameters, context):
        """Return why the parameters are invalid, or an empty text."""
        return (
            self.check_words(parameters, context)
            or self.check_reading(parameters, context)
            or self.check_results(parameters, context)
        )

    def run_request(self, parameters, context, feedback):
        """Run the algorithm."""
        layer, path = self.read_image(parameters, context)
        options = self.read_encode_options(parameters, context, layer) | self.read_label_options(parameters, context)
        request = {
            "raster": path,
            "model": self.read_model(parameters, context),
            "options": options,
            **self.read_words(parameters, context),
        }
        return self.make_map("segment", request, parameters, context, feedback)
