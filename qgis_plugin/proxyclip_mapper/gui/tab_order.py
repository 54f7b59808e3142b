"""The order in which the Tab key visits widgets."""

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QWidget


def order_tabs(layout):
    """Let Tab visit the widgets of a layout in their order on the screen, in place of that in which they were made."""
    widgets = list(find_fields(layout))
    for first, second in zip(widgets, widgets[1:]):
        QWidget.setTabOrder(first, second)


def find_fields(layout):
    """Yield the widgets of a layout, and of those in it, that Tab can reach."""
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item.layout() is not None:
            yield from find_fields(item.layout())
        elif item.widget() is not None:
            yield from _find_in(item.widget())


def _find_in(widget):
    inner = getattr(widget, "widget", None)
    if widget.layout() is not None and widget.layout().count():
        yield from find_fields(widget.layout())
    elif callable(inner) and isinstance(inner(), QWidget):
        # A scroll area.
        yield from _find_in(inner())
    elif widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
