"""Messages in the QGIS message bar, with a report to copy."""

import math

from qgis.core import Qgis, QgsApplication, QgsMessageLog
from qgis.PyQt.QtWidgets import QPushButton, QTextBrowser

from ..i18n import tr
from ..report import make_report

TITLE = "ProxyCLIP"
SECONDS = 8

MAX_HEIGHT = 120
"""Height in pixels from which the text of a message scrolls."""


class Messages:
    """Shows messages in the message bar and writes them to the QGIS log."""

    def __init__(self, bar, client):
        """Store the message bar, and the client whose log is part of reports."""
        self._bar = bar
        self._client = client
        self._hint = None

    def info(self, text):
        """Show a success message."""
        self._bar.pushMessage(TITLE, text, Qgis.MessageLevel.Success, SECONDS)

    def log(self, text):
        """Write a line to the QGIS log."""
        QgsMessageLog.logMessage(text, TITLE, Qgis.MessageLevel.Info, False)

    def warn(self, text):
        """Show a warning."""
        QgsMessageLog.logMessage(text, TITLE, Qgis.MessageLevel.Warning)
        item = self._bar.createMessage(TITLE, text)
        _show_all_lines(item)
        self._bar.pushWidget(item, Qgis.MessageLevel.Warning, 2 * SECONDS)

    def hint(self, text):
        """Show an instruction until `clear_hint`."""
        self.clear_hint()
        self._hint = self._bar.createMessage(TITLE, text)
        _show_all_lines(self._hint)
        # The user or QGIS may close the message first, which deletes it.
        self._hint.destroyed.connect(self._forget_hint)
        self._bar.pushWidget(self._hint, Qgis.MessageLevel.Info)

    def clear_hint(self):
        """Remove the instruction."""
        item, self._hint = self._hint, None
        if item is not None:
            self._bar.popWidget(item)

    def _forget_hint(self):
        self._hint = None

    def fail(self, error, action=None):
        """Show an error, with a button that copies a report.

        Args:
            error: The error.
            action: (text, function) of another button.
        """
        QgsMessageLog.logMessage(str(error), TITLE, Qgis.MessageLevel.Critical)
        item = self._bar.createMessage(TITLE, str(error))
        report = make_report(error, self._client.greeting, self._client.log)
        self._add_button(item, tr("Copy report"), lambda: QgsApplication.clipboard().setText(report))
        if action is not None:
            self._add_button(item, *action)
        _show_all_lines(item)
        self._bar.pushWidget(item, Qgis.MessageLevel.Critical)

    @staticmethod
    def _add_button(item, text, function):
        button = QPushButton(text, item)
        button.clicked.connect(lambda: function())
        item.layout().addWidget(button)


def _show_all_lines(item):
    """Make a message as high as its text, of which QGIS shows less than two lines."""
    for browser in item.findChildren(QTextBrowser):
        browser.document().documentLayout().documentSizeChanged.connect(
            lambda size, browser=browser: _fit(browser, size.height())
        )


def _fit(browser, height):
    if height > 2 * browser.fontMetrics().lineSpacing():
        browser.setFixedHeight(min(MAX_HEIGHT, math.ceil(height) + 2 * browser.frameWidth() + 2))
