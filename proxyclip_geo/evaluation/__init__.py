"""Compare label rasters with reference data, and fit vocabularies to it."""
