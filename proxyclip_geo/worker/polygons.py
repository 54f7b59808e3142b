"""Polygons of a label raster, styled with its own names and colours."""

from pathlib import Path
from typing import Any

from proxyclip_geo.errors import OutputError
from proxyclip_geo.progress import Progress
from proxyclip_geo.raster.labels import open_labels
from proxyclip_geo.styling import ClassStyle, polygon_qml, polygon_sld
from proxyclip_geo.vector import polygonize, write_polygons
from proxyclip_geo.vocabulary import parse_classes


def vectorize_labels(
    labels: str, path: str, *, score: str | None, overwrite: bool, progress: Progress
) -> dict[str, Any]:
    """Write the polygons of a label raster to the format that the suffix names.

    Raises:
        RasterError: If it is no label raster.
        OutputError: If the file is already there, or cannot be written.
    """
    target = Path(path)
    if target.exists() and not overwrite:
        raise OutputError(f"{target} is already there; choose another name, or replace it")
    with open_labels(labels) as source:
        names = dict(source.classes)
    frame = polygonize(Path(labels), classes=names, score=None if score is None else Path(score), progress=progress)
    styles = _styles({**{int(value): str(value) for value in frame["label"].unique()}, **names})
    layer = target.stem
    write_polygons(
        frame, target, layer=layer, style_qml=polygon_qml(styles), style_sld=polygon_sld(styles, layer=layer)
    )
    return {"path": str(target), "layer": layer, "count": len(frame)}


def _styles(names: dict[int, str]) -> tuple[ClassStyle, ...]:
    if not names:
        return ()
    entries = [{"name": name, "value": value} for value, name in sorted(names.items()) if value > 0]
    return tuple(ClassStyle(item.value, item.name, item.color) for item in parse_classes(entries).classes)
