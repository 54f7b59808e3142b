"""The checks of `make plugin` find what they are for."""

import shutil
import sys
from pathlib import Path

import pytest

from .conftest import PLUGINS, REPOSITORY

sys.path.insert(0, str(REPOSITORY / "tools"))

import check_plugin
import check_qt6


@pytest.fixture
def copy(tmp_path):
    """A copy of the plugin, to be spoilt."""
    target = tmp_path / "proxyclip_mapper"
    shutil.copytree(PLUGINS / "proxyclip_mapper", target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def spoil(folder, code, name="bad.py"):
    (folder / name).write_text(code, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from qgis.PyQt.QtCore import Qt\nx = Qt.UserRole\n", "scope the enum"),
        ("from qgis.PyQt.QtWidgets import QAction\n", "not there in Qt 6"),
        ("from PyQt5.QtCore import Qt\n", "import from qgis.PyQt"),
        ("def f(dialog):\n    dialog.exec_()\n", "exec_"),
        ("from qgis.core import QgsWkbTypes\nx = QgsWkbTypes.PolygonGeometry\n", "unscoped enum"),
    ],
)
def test_qt6(copy, code, expected):
    assert check_qt6.check_qt6(copy) == []
    found = check_qt6.check_qt6(spoil(copy, code))
    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import torch\n", "imports torch"),
        ("import proxyclip_geo.api\n", "imports proxyclip_geo.api"),
        ("import sys\nsys.path.insert(0, 'x')\n", "changes sys.path"),
        ("import os\nos.environ['A'] = 'b'\n", "changes os.environ"),
    ],
)
def test_isolation(copy, code, expected):
    assert list(check_plugin.check_code(copy)) == []
    found = list(check_plugin.check_code(spoil(copy, code)))
    assert len(found) == 1
    assert expected in found[0]


def test_security_scans(copy):
    assert list(check_plugin.check_bandit(copy)) == []
    spoil(copy, "import subprocess\nsubprocess.run('ls', shell=True)\n")
    assert "B602" in next(iter(check_plugin.check_bandit(copy)))
    spoil(copy, 'key = "AKIA' + "IOSFODNN7EXAMPLF" + '"\n', "worse.py")
    assert list(check_plugin.check_secrets(copy, [copy / "worse.py"]))
    assert list(check_plugin.check_secrets(copy, [copy / "plugin.py"])) == []


def test_files_and_metadata(copy):
    files = [path for path in copy.rglob("*") if path.is_file()]
    assert list(check_plugin.check_files(copy, files)) == []
    assert list(check_plugin.check_metadata(copy)) == []
    (copy / "library.so").write_bytes(b"\x7fELF")
    assert "library.so" in next(iter(check_plugin.check_files(copy, [*files, copy / "library.so"])))
    text = (copy / "metadata.txt").read_text("utf-8")
    (copy / "metadata.txt").write_text(text.replace("tracker=https", "tracker=http"), encoding="utf-8")
    assert "tracker" in next(iter(check_plugin.check_metadata(copy)))


def test_translations_are_complete_and_work(copy, qgis_app):
    assert list(check_plugin.check_translations(copy)) == []
    spoil(copy, 'from .i18n import tr\ntr("never seen before")\n')
    assert "never seen before" in next(iter(check_plugin.check_translations(copy)))
    from qgis.core import QgsSettings
    from qgis.PyQt.QtCore import QCoreApplication

    from proxyclip_mapper.i18n import install_translator, tr

    texts, _ = check_plugin.translatable(PLUGINS / "proxyclip_mapper")
    QgsSettings().setValue("locale/overrideFlag", True)
    QgsSettings().setValue("locale/userLocale", "de_DE")
    translator = install_translator()
    try:
        assert tr("Cancel") == "Abbrechen"
        # Some words are the same in both languages.
        assert len([text for text in texts if tr(text) == text]) < 20
        assert tr("“{}” failed: {}") == "„{}“ schlug fehl: {}"
    finally:
        QCoreApplication.removeTranslator(translator)
        QgsSettings().remove("locale")
    assert tr("Cancel") == "Cancel"


def test_the_zip_holds_the_plugin(tmp_path):
    import zipfile

    folder = PLUGINS / "proxyclip_mapper"
    path = check_plugin.make_zip(folder, check_plugin.plugin_files(folder), Path(tmp_path))
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"proxyclip_mapper"}
    assert {"proxyclip_mapper/LICENSE", "proxyclip_mapper/metadata.txt", "proxyclip_mapper/__init__.py"} <= set(names)
    assert path.stat().st_size < 1_000_000
