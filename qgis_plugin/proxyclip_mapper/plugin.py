"""The plugin class that QGIS loads."""

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, Qt

from .algorithms.provider import ProxyClipProvider
from .client.worker_process import close_idle_worker
from .compat import QAction
from .i18n import install_translator, tr
from .icons import icon


class ProxyClipPlugin:
    """Adds a panel, a toolbar button, a menu entry and the Processing provider."""

    def __init__(self, iface):
        """Store the QGIS interface; None under qgis_process."""
        self.iface = iface
        self.translator = install_translator()
        self.provider = None
        self.action = None
        self.dock = None

    def initProcessing(self):
        """Add the Processing provider; qgis_process calls only this."""
        self.provider = ProxyClipProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)
        # Now the steps of the models are found.
        self.provider.refreshAlgorithms()

    def initGui(self):
        """Add the action and the panel."""
        self.initProcessing()
        self.action = QAction(icon("plugin"), tr("ProxyCLIP Mapper"), self.iface.mainWindow())
        self.action.setCheckable(True)
        self.action.setToolTip(tr("Map an image with classes named in words"))
        self.action.triggered.connect(self._show_dock)
        self.iface.addRasterToolBarIcon(self.action)
        self.iface.addPluginToRasterMenu("ProxyCLIP", self.action)

    def unload(self):
        """Remove everything and stop the workers."""
        close_idle_worker()
        if self.dock is not None:
            self.dock.shut_down()
            self.iface.removeDockWidget(self.dock)
            self.dock.deleteLater()
            self.dock = None
        if self.action is not None:
            self.iface.removeRasterToolBarIcon(self.action)
            self.iface.removePluginRasterMenu("ProxyCLIP", self.action)
            self.action.deleteLater()
            self.action = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None

    def _show_dock(self, visible):
        if self.dock is None:
            from .gui.dock import MapperDock

            self.dock = MapperDock(self.iface)
            self.dock.visibilityChanged.connect(self.action.setChecked)
            self.iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.dock.setUserVisible(visible)
