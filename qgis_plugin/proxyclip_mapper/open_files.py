"""Files that layers of the project have open.

If a file is replaced while a layer has it open, edits that are saved later are lost without an error, and QGIS may
write the histogram of the old file beside the new one. Windows refuses to replace an open file.
"""

import os

from qgis.core import QgsLayerDefinition, QgsProject, QgsReadWriteContext, QgsVectorLayer
from qgis.PyQt.QtXml import QDomDocument

from .i18n import tr


def is_same_file(first, second):
    """Return whether two paths name the same file; neither needs to exist."""
    if os.path.exists(first) and os.path.exists(second):
        return os.path.samefile(first, second)
    first, second = (os.path.normcase(os.path.realpath(path)) for path in (first, second))
    return first == second


def find_layers(paths):
    """Return the layers of the project that read one of some files."""
    layers = QgsProject.instance().mapLayers().values()
    return [layer for layer in layers if any(is_same_file(layer.source().split("|")[0], path) for path in paths)]


def find_edits(paths):
    """Return why files must not be replaced, as a layer that reads one has unsaved edits; or an empty text."""
    for layer in find_layers(paths):
        if isinstance(layer, QgsVectorLayer) and layer.isModified():
            return tr("Layer “{}” has unsaved edits. Save or discard them first.").format(layer.name())
    return ""


class ClosedLayers:
    """Layers that are removed from the project, which closes their files, and can be put back."""

    def __init__(self, paths):
        """Remove the layers that read one of some files."""
        project = QgsProject.instance()
        layers = find_layers(paths)
        nodes = [project.layerTreeRoot().findLayer(layer.id()) for layer in layers]
        nodes = [node for node in nodes if node is not None]
        groups = [node.parent().name() for node in nodes]
        self._group = groups[0] if groups else ""
        self._document = QDomDocument("qgis-layer-definition")
        if nodes:
            QgsLayerDefinition.exportLayerDefinition(self._document, nodes, QgsReadWriteContext())
        project.removeMapLayers([layer.id() for layer in layers])
        project.cleared.connect(self._forget)

    def restore(self):
        """Put the layers back with their styles, unless the project was closed meanwhile."""
        project = QgsProject.instance()
        root = project.layerTreeRoot()
        if not self._document.isNull():
            group = root.findGroup(self._group) if self._group else None
            QgsLayerDefinition.loadLayerDefinition(self._document, project, group or root, QgsReadWriteContext())
        self._forget()

    def _forget(self):
        self._document = QDomDocument()
