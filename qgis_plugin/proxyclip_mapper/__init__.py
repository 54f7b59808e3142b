# SPDX-License-Identifier: GPL-2.0-or-later
"""ProxyCLIP Mapper: maps from aerial and satellite images by naming the classes in words."""


def classFactory(iface):
    """Make the plugin; called by QGIS."""
    from .plugin import ProxyClipPlugin

    return ProxyClipPlugin(iface)
