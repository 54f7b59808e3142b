"""Append label rasters to a GeoPackage, from the sources that are recorded in it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from proxyclip_geo.data_files import parse_json
from proxyclip_geo.errors import OptionError, VectorError
from proxyclip_geo.raster.styles import ClassStyle
from proxyclip_geo.vector.formats import format_of
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vector.polygonize import PolygonInputs
from proxyclip_geo.vector.provenance import describe_file, find_file, read_record, read_sources

_FREE = ("aoi", "block_rows", "threads")
"""Options that are compared as files, or do not change the result."""


def check_appendable(path: Path) -> None:
    """Check that a format records its sources, and that what is there is a file.

    Raises:
        VectorError: If one does not hold.
    """
    if format_of(path).driver != "GPKG":
        raise VectorError(
            f"cannot append to '{path}', as only a GeoPackage records its sources: write .gpkg, or pass all label "
            "rasters at once"
        )
    if path.exists() and not path.is_file():
        raise VectorError(f"cannot append to '{path}', as it is a folder, device or pipe; give a GeoPackage")


def describe_sources(
    inputs: PolygonInputs, *, aoi: Path | str | None, styles: Sequence[ClassStyle] | None, path: Path
) -> dict[str, Any]:
    """Return the record of all sources of polygons.

    Args:
        inputs: The rasters.
        aoi: Area that the polygons were clipped to.
        styles: The classes, if they are not the class tags of the label rasters.
        path: File of the polygons.
    """

    def describe(paths: Sequence[Path | str]) -> list[dict[str, str]]:
        return [describe_file(entry, target=path) for entry in paths]

    return {
        "labels": describe(inputs.labels),
        "scores": describe(inputs.scores),
        "probabilities": describe(inputs.probabilities),
        "statistics": {name: describe_file(entry, target=path) for name, entry in inputs.statistics.items()},
        "aoi": None if aoi is None else describe_file(aoi, target=path),
        "classes": None if styles is None else [[style.value, style.name, list(style.color)] for style in styles],
    }


def extend(
    path: Path, inputs: PolygonInputs, *, options: VectorOptions, styles: Sequence[ClassStyle] | None
) -> tuple[PolygonInputs, VectorOptions, Sequence[ClassStyle] | None]:
    """Return the inputs, options and classes of a GeoPackage together with further rasters.

    Args:
        path: The GeoPackage.
        inputs: Rasters to add.
        options: Options given now; those that are not the defaults must be the recorded ones.
        styles: Classes given now.

    Raises:
        VectorError: If another program wrote it, it was edited, or its sources are missing or have changed.
        OptionError: If options or classes contradict the record.
    """
    record = read_record(path)
    sources = read_sources(record)
    known = _read_options(record, path)
    for name in (item.name for item in fields(VectorOptions)):
        old, new = getattr(known, name), getattr(options, name)
        if name not in _FREE and new not in (old, getattr(VectorOptions(), name)):
            raise _contradiction(path, name, old, new)
    extended = PolygonInputs(
        **{
            name: _join(name, sources, getattr(inputs, name), path=path, count=len(inputs.labels))
            for name in ("labels", "scores", "probabilities")
        },
        statistics=_same_statistics(sources["statistics"], inputs.statistics, path=path),
        first_appended=len(sources["labels"]),
    )
    aoi = _same_file("aoi", sources["aoi"], options.aoi, path=path)
    together = replace(known, aoi=aoi, block_rows=options.block_rows, threads=options.threads)
    return extended, together, _same_classes(sources["classes"], styles, path)


def _read_options(record: Mapping[str, str], path: Path) -> VectorOptions:
    try:
        return VectorOptions(
            **{**parse_json(record["VECTOR_OPTIONS"], error=VectorError, source="its options"), "aoi": None}
        )
    except (KeyError, TypeError, ValueError, VectorError) as error:
        raise VectorError(
            f"cannot append to '{path}', as another version wrote it ({record.get('SOFTWARE')}): vectorize all label "
            "rasters again"
        ) from error


def _join(
    name: str, sources: Mapping[str, Any], added: Sequence[Path | str], *, path: Path, count: int
) -> list[Path | str]:
    """Return the recorded rasters of a kind and the added ones: one for each label raster, or none."""
    entries, one_each = sources[name], len(sources["labels"])
    if len(entries) not in (0, one_each) or (len(added), bool(entries)) not in ((count, True), (0, False)):
        raise OptionError(
            f"'{path}' was made from {one_each} label rasters and {len(entries)} rasters of {name}, and {count} and "
            f"{len(added)} are to be appended: give one for each label raster, or none, as before"
        )
    known = {entry.get("sha256", entry["path"]) for entry in entries}
    for raster in added if name == "labels" else ():
        found = describe_file(raster, target=path)
        if found.get("sha256", found["path"]) in known:
            raise OptionError(f"'{raster}' is in '{path}' already; pass new label rasters only")
    return [*(find_file(entry, target=path) for entry in entries), *added]


def _same_statistics(
    entries: Mapping[str, Any], given: Mapping[str, Path | str], *, path: Path
) -> dict[str, Path | str]:
    if given and set(given) != set(entries):
        raise _contradiction(path, "statistics", ", ".join(entries) or None, ", ".join(given))
    return {
        name: _same_file(f"statistics {name}", entry, given.get(name), path=path) for name, entry in entries.items()
    }


def _same_file(name: str, entry: Mapping[str, str] | None, given: Path | str | None, *, path: Path) -> Any:
    """Return a recorded file, after comparing it with the given one, if any."""
    if given is not None:
        found = describe_file(given, target=path)
        if entry is None or any(
            found.get(key) != entry.get(key) for key in ("sha256", "layer", *(() if "sha256" in found else ("path",)))
        ):
            raise _contradiction(path, name, None if entry is None else f"'{entry['path']}'", f"'{given}'")
    return None if entry is None else find_file(entry, target=path)


def _same_classes(
    entries: Sequence[Any] | None, given: Sequence[ClassStyle] | None, path: Path
) -> Sequence[ClassStyle] | None:
    known = None if entries is None else [ClassStyle(value, name, tuple(color)) for value, name, color in entries]
    if given is not None and known != list(given):
        raise OptionError(
            f"'{path}' was made with {'other classes' if known else 'the names in its label rasters'}: leave the "
            "vocabulary out to append, or make the layer anew from all label rasters"
        )
    return known


def _contradiction(path: Path, name: str, old: Any, new: Any) -> OptionError:
    was = f"without `{name}`" if old is None else f"with {name}={old}"
    return OptionError(
        f"'{path}' was made {was}, and {name}={new} is given now: leave it "
        "out to append, or make the layer anew from all label rasters"
    )
