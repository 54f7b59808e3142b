"""Class names in the tags of a label raster: CLASS_<value>=<name>."""

import re
from collections.abc import Mapping
from typing import Any

from proxyclip_geo.raster.dataset import read_tags

_TAG = re.compile(r"CLASS_([0-9]{1,9})", re.IGNORECASE)


def make_class_tags(names: Mapping[int, str]) -> dict[str, str]:
    """Return the tags that name label values."""
    return {f"CLASS_{value}": name for value, name in names.items()}


def read_class_tags(dataset: Any) -> dict[int, str]:
    """Return the class name of each tagged label value, by rising value.

    Args:
        dataset: An open rasterio dataset. Tags of the first band override those of the dataset.
    """
    names: dict[int, str] = {}
    for tags in (read_tags(dataset), read_tags(dataset, 1)):
        for key, text in tags.items():
            match = _TAG.fullmatch(key)
            if match and text.strip():
                names[int(match[1])] = text.strip()
    return dict(sorted(names.items()))
