"""A long-lived process that runs requests of other programs, e.g. the QGIS plugin, as JSON lines (docs/worker.md)."""
