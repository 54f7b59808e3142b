"""Messages of the worker in the plugin's words."""

import json
import re

import pytest

WORDS = {
    "reason": "a.tif has no CRS",
    "message": "a.tif has no CRS; assign one, e.g. rio edit-info",
    "type": "RasterError",
}


@pytest.mark.parametrize(
    ("remedy", "expected"),
    [
        (
            {"code": "assign-crs", "values": {}},
            "The raster cannot be used: a.tif has no CRS. Assign a CRS: Raster → Projections → Assign Projection.",
        ),
        ({"code": "of-a-later-version", "values": {"x": "y"}}, "The raster cannot be used: a.tif has no CRS"),
        (None, "The raster cannot be used: a.tif has no CRS"),
    ],
)
def test_errors_have_the_remedies_of_the_plugin(qgis_app, remedy, expected):
    from proxyclip_mapper.client.sentences import as_error

    assert str(as_error({**WORDS, "remedy": remedy, "exit_code": 3})) == expected


@pytest.fixture
def german(qgis_app):
    from qgis.core import QgsSettings
    from qgis.PyQt.QtCore import QCoreApplication

    from proxyclip_mapper.i18n import install_translator

    QgsSettings().setValue("locale/userLocale", "de_DE")
    QgsSettings().setValue("locale/overrideFlag", True)
    translator = install_translator()
    yield
    QCoreApplication.removeTranslator(translator)
    QgsSettings().remove("locale")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            {"reason": "give `gsd`", "type": "RasterError", "remedy": {"code": "fix-nodata", "values": {}}},
            "Das Raster kann nicht benutzt werden: give „Auflösung“. Geben Sie einen anderen Nodata-Wert",
        ),
        (
            {"reason": "the place has no data; choose another one", "type": "AreaError"},
            "Die Fläche kann nicht benutzt werden: die Stelle hat keine Daten; wählen Sie eine andere",
        ),
        (
            {"reason": "raster /data/gsd=3/no CRS.tif has no bands", "type": "RasterError"},
            "Das Raster kann nicht benutzt werden: das Raster /data/gsd=3/no CRS.tif hat keine Kanäle",
        ),
        (
            {"reason": "threshold=2.0 must be at most 1", "type": "OptionError"},
            "Eine Einstellung ist nicht gültig: „Mindestscore“ 2.0 darf höchstens 1 sein",
        ),
        (
            {"reason": "a.gpkg exists; pass overwrite=True to replace, or write to another place"},
            "a.gpkg existiert; wählen Sie „Vorhandene Dateien überschreiben“, um es zu ersetzen, oder einen anderen",
        ),
        (
            {
                "stage": "open",
                "message": "a: bands 4, 3, 2 as red, green, blue (as given); 8-bit values unchanged; no nodata",
            },
            "a: Kanäle 4, 3, 2 als Rot, Grün, Blau (wie angegeben); 8-Bit-Werte unverändert; kein Nodata",
        ),
        (
            {"reason": "block 2 (rows 0–8, columns 0–8) failed: CUDA error: assert", "type": "EngineError"},
            "Die Berechnung ist gescheitert: Block 2 (Zeilen 0–8, Spalten 0–8) ist gescheitert: CUDA error: assert",
        ),
    ],
)
def test_messages_are_translated(german, event, expected):
    from proxyclip_mapper.client.sentences import describe

    assert describe(event).startswith(expected)


def test_reports_hold_the_english_error(german):
    from proxyclip_mapper.client.sentences import as_error
    from proxyclip_mapper.report import make_report

    message = "a.tif: the place has no data; choose another one"
    error = as_error({"reason": message, "message": message, "type": "AreaError", "exit_code": 4})
    assert "die Stelle hat keine Daten" in str(error)
    assert f"AreaError (4): {message}" in make_report(error)


def test_progress_is_translated(german):
    from proxyclip_mapper.client.sentences import describe_progress

    event = {"stage": "segment", "done": 3, "total": 9, "unit": "windows"}
    assert describe_progress(event) == "segmentieren: 3 von 9 Fenster"


@pytest.mark.parametrize("language", ["english", "german"])
def test_messages_name_no_option_of_the_command_line_or_python(qgis_app, request, language):
    from proxyclip_mapper.client.sentences import FILE, use_labels
    from proxyclip_mapper.i18n import translate

    if language == "german":
        request.getfixturevalue("german")
    technical = re.compile(r"`|(?<![\w-])--[a-z]|\w\(\)|\b\w+=(True|False|'|{|\d)|proxyclip_geo\.|\bpip |\.py\b")
    shown = [use_labels(translate(text)) for text in json.loads(FILE.read_text("utf-8"))["messages"]]
    assert [text for text in shown if technical.search(re.sub(r'\|layername=|"[^"]*"', "", text))] == []


def test_names_of_options_become_labels(qgis_app):
    from proxyclip_mapper.client.sentences import use_labels

    text = "a.gpkg exists; pass overwrite=True; options.threshold=3 must be less; omit `gsd`; value=1"
    assert use_labels(text) == (
        "a.gpkg exists; pass “Overwrite existing files”; “Minimum score” 3 must be less; omit “Resolution”; value=1"
    )
