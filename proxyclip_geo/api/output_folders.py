"""Directories for the results of the rasters of a batch."""

import os
import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from proxyclip_geo.errors import OptionError, strip_credentials
from proxyclip_geo.file_names import safe_stem
from proxyclip_geo.raster.find_rasters import FoundRaster
from proxyclip_geo.raster.names import stem_of
from proxyclip_geo.references import path_of_file_url


def name_folders(rasters: Sequence[FoundRaster]) -> dict[str, Path]:
    """Return the directory of each raster's results, relative to that of the batch, by the name of the raster.

    It is the stem of the raster. Rasters of one stem get the ids of their STAC items; without such ids, or with the
    same, sub-directories of those below which they lie; in one directory, their suffixes are added.

    Raises:
        OptionError: If two rasters still have the same directory.
    """

    def fold(raster: FoundRaster) -> str:
        # Some file systems do not distinguish upper and lower case.
        return stem_of(raster.name).lower()

    folders: dict[str, Path] = {}
    for _, group in groupby(sorted(rasters, key=fold), fold):
        same = list(group)
        folders |= {raster.name: folder for raster, folder in zip(same, _name_group(same), strict=True)}
    return {raster.name: folders[raster.name] for raster in rasters}


def _name_group(rasters: Sequence[FoundRaster]) -> list[Path]:
    """Return the directories of rasters of one stem."""
    stems = [stem_of(raster.name) for raster in rasters]
    if len(rasters) == 1:
        return [Path(stems[0])]
    if all(raster.item for raster in rasters):
        ids = [Path(safe_stem(raster.item)) for raster in rasters]
        if _find_twins(ids) is None:
            return ids
    parents = [_split(raster.name)[:-1] for raster in rasters]
    different = (depth for depth, parts in enumerate(zip(*parents, strict=False)) if len(set(parts)) > 1)
    shared = next(different, min(map(len, parents)))
    below = [Path(*map(safe_stem, parts[shared:]), stem) for parts, stem in zip(parents, stems, strict=True)]
    if _find_twins(below) is None:
        return below
    named = [
        folder.with_name(safe_stem(f"{folder.name}_{os.path.splitext(_split(raster.name)[-1])[1].lstrip('.')}"))
        for folder, raster in zip(below, rasters, strict=True)
    ]
    twins = _find_twins(named)
    if twins is not None:
        one, other = (strip_credentials(rasters[index].name) for index in twins)
        raise OptionError(
            f"{one} and {other} would have results of one name, '{stems[twins[0]]}'; segment one of them into another "
            "directory"
        )
    return named


def _split(name: str) -> list[str]:
    """Return the parts of a path or URL, without its query."""
    text = path_of_file_url(strip_credentials(name))
    _, is_url, rest = text.partition("://")
    return re.split(r"[/\\]", rest.partition("?")[0] if is_url else os.path.abspath(text))


def _find_twins(folders: Sequence[Path]) -> tuple[int, int] | None:
    """Return the indices of two equal directories; None if all differ."""
    first: dict[str, int] = {}
    for index, folder in enumerate(folders):
        other = first.setdefault(str(folder).lower(), index)
        if other != index:
            return other, index
    return None
