"""The widgets of the panel: width, tooltips and keyboard."""

from types import SimpleNamespace

import pytest
from qgis.gui import QgsMessageBar
from qgis.PyQt.QtWidgets import QScrollArea, QTextBrowser

from .conftest import wait_until


def test_long_texts_do_not_widen_the_panel(dock):
    area = dock.findChild(QScrollArea)
    dock.status.setText("100 % of the examples fit, 12.34 s, and a text that is longer in another language")
    assert area.widget().minimumSizeHint().width() <= area.minimumWidth()


def test_windows_are_not_guessed_without_a_worker(dock):
    panel = dock.source_panel
    assert "384 × 384 pixels, about" in panel.cost.text()
    panel.set_models([])
    assert panel.cost.text() == "384 × 384 pixels"


def test_disabled_buttons_say_why(dock):
    buttons = (dock.export_button, dock.explain_button, dock.draw_button, dock.draw_negative_button, dock.side_button)
    for button in buttons:
        assert not button.isEnabled()
        assert "Encode an image, or open an embedding, first." in button.toolTip()
    dock.encode_button.click()
    assert "Wait for the running job" in dock.encode_button.toolTip()
    wait_until(lambda: dock.mapping.live.layer is not None, what="the map in view")
    for button in (dock.encode_button, *buttons):
        assert button.isEnabled()
        assert "\n" not in button.toolTip()
    dock.source_panel.layers.setLayer(None)
    assert "Add an image" in dock.encode_button.toolTip()


def test_tab_follows_the_screen(dock):
    from proxyclip_mapper.gui.tab_order import find_fields

    fields = list(find_fields(dock.widget().layout()))
    assert len(fields) > 20
    order, widget = [], fields[0]
    for _ in range(500):
        order += [widget] if widget in fields else []
        widget = widget.nextInFocusChain()
        if widget is fields[0]:
            break
    assert order == fields
    for first, second in (
        (dock.source_panel.layers, dock.encode_button),
        (dock.encode_button, dock.words_panel.table),
        (dock.words_panel.table, dock.visible_box),
        (dock.visible_box, dock.export_button),
    ):
        assert fields.index(first) < fields.index(second)


@pytest.mark.parametrize("kind", ["warn", "fail", "hint"])
def test_long_messages_are_shown_as_a_whole(qgis_app, kind):
    from proxyclip_mapper.gui.messages import Messages

    bar = QgsMessageBar()
    bar.resize(900, 60)
    bar.show()
    messages = Messages(bar, SimpleNamespace(greeting=None, log=[]))
    text = "A sentence of some words that says what went wrong, and what to do about it. " * 2
    getattr(messages, kind)(RuntimeError(text) if kind == "fail" else text)
    browser = bar.findChild(QTextBrowser)
    wait_until(lambda: browser.height() > 40, 10, what="the text")
    assert browser.verticalScrollBar().maximum() == 0
    bar.clearWidgets()
