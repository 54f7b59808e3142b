"""Checks of the outputs of algorithms, and writing them."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from qgis.core import QgsProcessingException

from ..i18n import tr
from ..open_files import find_edits, is_same_file

POLYGON_SUFFIXES = (".gpkg", ".shp", ".geojson", ".fgb", ".parquet")


def check_tif_name(path, what):
    """Return why the name of an output raster is invalid, or an empty text."""
    if path and Path(path).suffix.lower() not in (".tif", ".tiff"):
        return tr("{} is a GeoTIFF file: use the extension .tif instead of “{}”.").format(what, Path(path).suffix)
    return ""


def check_vector_name(path, what, suffixes=POLYGON_SUFFIXES):
    """Return why the name of an output vector file is invalid, or an empty text."""
    if path and Path(path).suffix.lower() not in suffixes:
        return tr("{}: use one of the file extensions {}.").format(what, ", ".join(suffixes))
    return ""


def check_outputs(outputs, inputs):
    """Return why a run would overwrite an input, unsaved edits or another output, or an empty text.

    Args:
        outputs: Paths of the outputs by title; empty paths are ignored.
        inputs: Paths of the inputs; what is no local file is ignored.
    """
    taken = []
    for path in filter(None, inputs):
        taken += [(name, tr("an input")) for name in (path, *_sidecars(path)) if os.path.exists(name)]
    for title, path in outputs.items():
        is_layer = path and Path(path).suffix.lower() not in (".csv", ".html", ".json", ".yaml")
        files = [path, *_sidecars(path)] if is_layer else [path] if path else []
        for name in files:
            for other, role in taken:
                if is_same_file(name, other):
                    return tr("{} would overwrite {} ({}). Select another name.").format(title, name, role)
        taken += [(name, tr("a file of “{}”").format(title)) for name in files]
    return find_edits([path for path in outputs.values() if path])


def _sidecars(path):
    """Return the paths of the style and metadata files beside a file; a GeoPackage holds its style."""
    stem, suffix = os.path.splitext(path)
    return [] if suffix.lower() == ".gpkg" else [f"{stem}.qml", f"{path}.aux.xml"]


def write_text(path, text):
    """Write a text file; it replaces an existing file when it is complete.

    Raises:
        QgsProcessingException: If it cannot be written.
    """
    with _replacing(Path(path)) as draft:
        draft.write_text(text, encoding="utf-8")


def move_raster(source, target):
    """Move a raster and its sidecar files (style, class names); each replaces an existing file when it is complete."""
    source, target = Path(source), Path(target)
    sidecars = [path for path in sorted(source.parent.iterdir()) if path.name.startswith(f"{source.stem}.")]
    for path in [*(item for item in sidecars if item != source), source]:
        suffix = path.name[len(source.stem) :]
        name = f"{target.name}.aux.xml" if suffix.endswith(".aux.xml") else target.stem + suffix
        move_file(path, target if path == source else target.with_name(name))


def move_file(source, target):
    """Move a file; it replaces an existing file when it is complete.

    Raises:
        QgsProcessingException: If it cannot be written.
    """
    with _replacing(Path(target)) as draft:
        shutil.move(str(source), str(draft))


@contextmanager
def _replacing(target):
    """Yield a path to write to; it gets the name of the target when it is complete, and is removed if that fails."""
    draft = target.with_name(f".{target.name}.draft")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        os.replace(draft, target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise QgsProcessingException(tr("{} cannot be written: {}").format(target, error)) from error
