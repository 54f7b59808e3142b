"""A stub of `qgis` for PyQt6: QGIS's class, method and enum names, generated from a real QGIS.

Widgets of QGIS become their nearest Qt class. Methods return mocks. Enums are scoped, as in QGIS 4. A name that QGIS
does not have raises AttributeError.
"""

import enum
import importlib
import sys
import types
from unittest.mock import MagicMock

from PyQt6 import QtCore, QtWidgets


class _Names(type(QtCore.QObject)):
    """Metaclass: names of the class that are not defined are mocks, if QGIS has them."""

    def __getattr__(cls, name):
        if name in cls.qgis_names:
            mock = MagicMock(name=f"{cls.__name__}.{name}")
            setattr(cls, name, mock)
            return mock
        raise AttributeError(f"{cls.__name__} has no {name} in QGIS 4")


class _PlainNames(type):
    __getattr__ = _Names.__getattr__


def _init(self, *arguments, **_):
    """Initialise the Qt class with the parent among the arguments, if there is one."""
    base = type(self).qt
    parents = [item for item in arguments if isinstance(item, QtWidgets.QWidget)]
    if base is None:
        return
    if parents and issubclass(base, QtCore.QObject):
        base.__init__(self, parents[-1])
    else:
        base.__init__(self)


def _getattr(self, name):
    if name in type(self).qgis_names:
        mock = MagicMock(name=f"{type(self).__name__}.{name}")
        self.__dict__[name] = mock
        return mock
    raise AttributeError(f"{type(self).__name__} has no {name} in QGIS 4")


def make_class(name, described):
    """Return the stub of a class.

    Args:
        name: Its name.
        described: As printed by tools/list_qgis_names.py.
    """
    qt = None
    if described["qt"] is not None:
        module, kind = described["qt"]
        qt = getattr(importlib.import_module(module), kind)
    body = {"qt": qt, "qgis_names": frozenset(described["names"]), "__init__": _init, "__getattr__": _getattr}
    for title, members in described["enums"].items():
        if qt is None or not hasattr(qt, title):
            body[title] = enum.IntFlag(title, {member: 2**number for number, member in enumerate(members)})
    return _PlainNames(name, (), body) if qt is None else _Names(name, (qt,), body)


def install(names):
    """Put the stub into `sys.modules`.

    Args:
        names: As printed by tools/list_qgis_names.py.
    """
    sys.modules["qgis"] = types.ModuleType("qgis")
    sys.modules["qgis.PyQt"] = types.ModuleType("qgis.PyQt")
    for part in ("QtCore", "QtGui", "QtWidgets", "QtXml"):
        sys.modules[f"qgis.PyQt.{part}"] = importlib.import_module(f"PyQt6.{part}")
    for module, classes in names.items():
        made = sys.modules[module] = types.ModuleType(module)
        for name, described in classes.items():
            setattr(made, name, make_class(name, described))
    core = sys.modules["qgis.core"]
    core.QgsSettings = QtCore.QSettings
    core.Qgis.QGIS_VERSION = "4.0"
    core.QgsCsException = type("QgsCsException", (Exception,), {})
    core.QgsProcessingException = type("QgsProcessingException", (Exception,), {})
