"""Texts in the user's language."""

from pathlib import Path

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator

CONTEXT = "ProxyClipMapper"


def tr(text):
    """Return a text in the user's language; {} places are filled in by the caller, after translating."""
    return QCoreApplication.translate(CONTEXT, text)


def install_translator():
    """Load the translation of the user's language; returns the translator to be removed on unload, or None."""
    chosen = QgsSettings().value("locale/userLocale", "") or ""
    override = QgsSettings().value("locale/overrideFlag", False, type=bool)
    language = (chosen if override and chosen else QLocale.system().name())[:2]
    path = Path(__file__).parent / f"proxyclip_mapper_{language}.qm"
    translator = QTranslator()
    if not path.is_file() or not translator.load(str(path)):
        return None
    QCoreApplication.installTranslator(translator)
    return translator
