"""Messages of the worker in the plugin's words."""

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


def test_sentences_are_translated(qgis_app, monkeypatch):
    from qgis.core import QgsSettings
    from qgis.PyQt.QtCore import QCoreApplication

    from proxyclip_mapper.client.sentences import describe
    from proxyclip_mapper.i18n import install_translator

    QgsSettings().setValue("locale/userLocale", "de_DE")
    QgsSettings().setValue("locale/overrideFlag", True)
    translator = install_translator()
    try:
        text = describe({"reason": "give `gsd`", "type": "RasterError", "remedy": {"code": "fix-nodata", "values": {}}})
    finally:
        QCoreApplication.removeTranslator(translator)
        QgsSettings().remove("locale")
    assert text.startswith(
        "Das Raster kann nicht benutzt werden: give “Auflösung”. Geben Sie einen anderen Nodata-Wert"
    )


def test_names_of_options_become_labels(qgis_app):
    from proxyclip_mapper.client.sentences import use_labels

    text = "a.gpkg exists; pass overwrite=True; options.threshold=3 must be less; omit `gsd`; value=1"
    assert use_labels(text) == (
        "a.gpkg exists; pass “Overwrite existing files”; “Minimum score” 3 must be less; omit “Resolution”; value=1"
    )
