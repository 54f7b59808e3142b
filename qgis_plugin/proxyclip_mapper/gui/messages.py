"""Telling the user in the message bar: plain words, and a report to copy."""

from qgis.core import Qgis, QgsApplication, QgsMessageLog
from qgis.PyQt.QtWidgets import QPushButton

from ..i18n import tr
from ..report import make_report

TITLE = "ProxyCLIP"
SECONDS = 8


class Messages:
    """Shows sentences in a message bar, and puts them into QGIS's log."""

    def __init__(self, bar, client):
        """Take the bar and the client whose log goes into reports."""
        self._bar = bar
        self._client = client

    def tell(self, text):
        """Say that something is done."""
        self._bar.pushMessage(TITLE, text, Qgis.MessageLevel.Success, SECONDS)

    def warn(self, text):
        """Say that the result may not be as expected."""
        QgsMessageLog.logMessage(text, TITLE, Qgis.MessageLevel.Warning)
        self._bar.pushMessage(TITLE, text, Qgis.MessageLevel.Warning, 2 * SECONDS)

    def fail(self, error, action=None):
        """Say what went wrong, with a button that copies a report.

        Args:
            error: The error; its text is a sentence.
            action: (text, function) of a further button, where there is a remedy.
        """
        QgsMessageLog.logMessage(str(error), TITLE, Qgis.MessageLevel.Critical)
        item = self._bar.createMessage(TITLE, str(error))
        report = make_report(error, self._client.greeting, self._client.log)
        self._add_button(item, tr("Copy report"), lambda: QgsApplication.clipboard().setText(report))
        if action is not None:
            self._add_button(item, *action)
        self._bar.pushWidget(item, Qgis.MessageLevel.Critical)

    @staticmethod
    def _add_button(item, text, function):
        button = QPushButton(text, item)
        button.clicked.connect(lambda: function())
        item.layout().addWidget(button)
