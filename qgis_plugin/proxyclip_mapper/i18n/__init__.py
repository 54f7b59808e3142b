"""Translations."""

from pathlib import Path

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator

CONTEXT = "ProxyClipMapper"


def tr(text):
    """Return the translation of a literal text; the caller fills in the {} placeholders afterwards."""
    return translate(text)


def translate(text):
    """Return the translation of a message of the worker."""
    return QCoreApplication.translate(CONTEXT, text)


def install_translator():
    """Install the translation of the user's language; return the translator, or None."""
    chosen = QgsSettings().value("locale/userLocale", "") or ""
    override = QgsSettings().value("locale/overrideFlag", False, type=bool)
    language = (chosen if override and chosen else QLocale.system().name())[:2]
    path = Path(__file__).parent / f"proxyclip_mapper_{language}.qm"
    translator = QTranslator()
    if not path.is_file() or not translator.load(str(path)):
        return None
    QCoreApplication.installTranslator(translator)
    return translator
