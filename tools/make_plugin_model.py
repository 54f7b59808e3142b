"""Write the Processing model of the plugin: image and words → labels, polygons and areas of each class.

Run it in the oldest supported QGIS: `QT_QPA_PLATFORM=offscreen .venv-qgis/bin/python tools/make_plugin_model.py`.
"""

import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsProcessing,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QPointF

PLUGIN = Path(__file__).parents[1] / "qgis_plugin"
FILE = PLUGIN / "proxyclip_mapper" / "processing_models" / "map_with_areas.model3"
HELP = (
    "Segments an image into classes named in words, converts the labels to polygons, and measures the area of each "
    "class. Open the model in the model designer to add steps."
)

sys.path.insert(0, str(PLUGIN))


def add_child(model, name, algorithm, *, position, sources, outputs=()):
    """Add a step.

    Args:
        model: The model.
        name: Name of the step.
        algorithm: Its algorithm.
        position: Its column in the designer.
        sources: Sources of its parameters by name.
        outputs: (name of the output, title in the model, whether it is optional) of results of the model.
    """
    child = QgsProcessingModelChildAlgorithm(algorithm)
    child.setChildId(name)
    child.setDescription(child.algorithm().displayName())
    child.setPosition(QPointF(300 + 250 * position, 200))
    for parameter, source in sources.items():
        child.addParameterSources(parameter, [source])
    results = {}
    for output, title, is_mandatory in outputs:
        result = QgsProcessingModelOutput(title)
        result.setDescription(title)
        result.setChildId(name)
        result.setChildOutputName(output)
        result.setMandatory(is_mandatory)
        result.setPosition(QPointF(300 + 250 * position, 350))
        results[title] = result
    child.setModelOutputs(results)
    model.addChildAlgorithm(child)


def main():
    from proxyclip_mapper.algorithms.provider import ProxyClipProvider
    from proxyclip_mapper.models import DEFAULT_MODEL, MODELS

    application = QgsApplication([], False)
    application.initQgis()
    provider = ProxyClipProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    model = QgsProcessingModelAlgorithm("Map with areas", "Map", "map")
    model.setName("mapwithareas")
    inputs = (
        QgsProcessingParameterRasterLayer("image", "Image"),
        QgsProcessingParameterString("classes", "Classes, separated by “;” (synonyms by “,”)"),
        QgsProcessingParameterEnum("model", "Model", list(MODELS), False, DEFAULT_MODEL, False, True),
        QgsProcessingParameterExtent("extent", "Extent (whole image if empty)", optional=True),
        QgsProcessingParameterNumber(
            "resolution",
            "Resolution in metres per pixel (that of the image if empty)",
            QgsProcessingParameterNumber.Type.Double,
            None,
            True,
            0.001,
        ),
    )
    for number, definition in enumerate(inputs):
        place = QgsProcessingModelParameter(definition.name())
        place.setPosition(QPointF(120, 80 + 90 * number))
        model.addModelParameter(definition, place)
    source = QgsProcessingModelChildParameterSource
    add_child(
        model,
        "segment",
        "proxyclip:segment",
        position=0,
        sources={
            "INPUT": source.fromModelParameter("image"),
            "CLASSES": source.fromModelParameter("classes"),
            "MODEL": source.fromModelParameter("model"),
            "EXTENT": source.fromModelParameter("extent"),
            "RESOLUTION": source.fromModelParameter("resolution"),
            "SCORE": source.fromStaticValue(QgsProcessing.TEMPORARY_OUTPUT),
        },
        outputs=[("OUTPUT", "Labels", True)],
    )
    add_child(
        model,
        "vectorize",
        "proxyclip:vectorize",
        position=1,
        sources={
            "INPUT": source.fromChildOutput("segment", "OUTPUT"),
            "SCORE": source.fromChildOutput("segment", "SCORE"),
        },
        outputs=[("OUTPUT", "Polygons", True)],
    )
    add_child(
        model,
        "areas",
        "proxyclip:areas",
        position=2,
        sources={"INPUT": source.fromChildOutput("segment", "OUTPUT")},
        outputs=[("OUTPUT", "Table", True), ("CHART", "Chart", False)],
    )
    model.setHelpContent({"ALG_DESC": HELP})
    model.updateDestinationParameters()
    FILE.parent.mkdir(exist_ok=True)
    if not model.toFile(str(FILE)):
        sys.exit(f"{FILE} cannot be written")
    print(FILE, [item.name() for item in model.parameterDefinitions()])


if __name__ == "__main__":
    main()
