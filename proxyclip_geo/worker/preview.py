"""Small label maps as files."""

from pathlib import Path

from proxyclip_geo.api.embedding import Embedding
from proxyclip_geo.api.label_map import LabelMap
from proxyclip_geo.files import check_outputs
from proxyclip_geo.raster.cog import CogWriter
from proxyclip_geo.raster.spec import label_spec, score_spec
from proxyclip_geo.raster.styles import class_styles


def write_preview(labels: LabelMap, path: Path, *, score: Path | None, embedding: Embedding) -> None:
    """Write the labels, and the scores where a path is given, as GeoTIFFs with names and colours.

    Raises:
        OutputError: If one cannot be written, or is the embedding or its raster.
    """
    check_outputs([path, score], inputs=embedding.inputs)
    layers = [(path, label_spec(class_styles(labels.vocabulary)), labels.labels)]
    if score is not None:
        layers.append((score, score_spec(), labels.score))
    for target, spec, values in layers:
        with CogWriter(target, labels.geobox, spec=spec) as sink:
            sink.write(labels.geobox.region, values)
            sink.finish()
