"""A long-lived process that other programs ask by JSON lines: what the QGIS plugin talks to (docs/worker.md)."""
