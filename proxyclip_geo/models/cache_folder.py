"""The user's folder of cached exports and queries."""

import os
from pathlib import Path

CACHE_FOLDER = "PROXYCLIP_GEO_CACHE"
"""Environment variable: the folder; by default proxyclip_geo in the user's cache."""


def cache_folder() -> Path:
    """Return the folder of cached exports and queries."""
    given = os.environ.get(CACHE_FOLDER)
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "proxyclip_geo")
