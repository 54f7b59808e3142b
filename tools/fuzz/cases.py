"""The kinds of cases: which files of a seed are damaged, and what is done with them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from damage import damage
from hypothesis import strategies as st
from values import Draw

_WORDS = ("--classes", "water; forest,trees; road")
_POINT = ("--at", "500010,4649760")
_STORE = "in/s.emb"
_RUN = ("--model", "demo", "--out", "out", "--no-polygons", "--quiet")
_SMALL = ("--window", "32", "--stride", "16", "--block-size", "32")


@dataclass(frozen=True)
class Kind:
    """A kind of cases.

    Attributes:
        targets: Patterns of the files, and of the folders with arrays, that are damaged.
        commands: Arguments of the command line, of which one is run; {} stands for the first file that matches.
    """

    targets: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...] = ()


KINDS = {
    "cards": Kind(
        ("in/*.toml", "in/*.toml", "in/*.toml", "in/clip.json", "in/*.pt", "in/*.safetensors", "in/known.txt"),
        (
            ("models", "info", "{}"),
            ("models", "check", "{}"),
            ("models", "check", "{}"),
            ("models", "fetch", "{}"),
            ("vocabulary", "check", "loveda", "--model", "{}"),
            ("segment", "in/s.tif", *_WORDS, "--model", "{}", "--out", "out", "--no-polygons", "--quiet"),
        ),
    ),
    "stores": Kind(
        ("in/s.emb/zarr.json", "in/s.emb/zarr.json", "in/s.emb/*/zarr.json", "in/s.emb/*/c/**/*", "in/s.emb/*"),
        (
            ("label", _STORE, *_WORDS, "--out", "out", "--quiet", "--no-polygons"),
            ("label", _STORE, *_WORDS, "--out", "out", "--quiet", "--borders", "image"),
            ("label", _STORE, *_WORDS, "--out", "out", "--quiet", "--debias", "-0.3", "--no-polygons"),
            ("explain", _STORE, *_WORDS, *_POINT),
            ("similar", _STORE, "water", "--out", "out/h.tif", "--quiet"),
            ("words", _STORE, "water, forest, road"),
            ("encode", "in/s.tif", "--model", "demo", "--out", "out/x.emb", "--quiet"),
        ),
    ),
    "maps": Kind(
        ("out/.*/**/zarr.json", "out/.*/**/c/**/*", "out/.*/**/*", "out/.*/*/*"),
        (("segment", "in/s.tif", *_WORDS, *_RUN, *_SMALL),),
    ),
    "records": Kind(("out/s/*.json", "out/*.json"), (("segment", "in", *_WORDS, *_RUN, *_SMALL),)),
    "vocabularies": Kind(
        ("in/v.*",),
        (
            ("vocabulary", "check", "{}"),
            ("vocabulary", "show", "{}", "--save", "out/v.yaml"),
            ("vocabulary", "check", "{}", "--model", "demo"),
            ("label", _STORE, "--vocabulary", "{}", "--out", "out", "--quiet"),
        ),
    ),
    "vectors": Kind(
        ("in/a.*",),
        (
            ("explain", _STORE, *_WORDS, "--aoi", "{}"),
            ("explain", _STORE, *_WORDS, *_POINT, "--examples", "{}"),
            ("segment", "in/s.tif", *_WORDS, "--aoi", "{}", *_RUN),
            ("label", _STORE, *_WORDS, "--aoi", "{}", "--out", "out", "--quiet"),
        ),
    ),
    "rasters": Kind(
        ("in/r.*",),
        (
            ("segment", "{}", *_WORDS, *_RUN),
            ("segment", "{}", *_WORDS, "--gsd", "1", *_RUN),
            ("segment", "{}", *_WORDS, "--dry-run", *_RUN),
        ),
    ),
    "labels": Kind(
        ("in/l.*",),
        (
            ("vectorize", "{}", "--out", "out/l.gpkg", "--quiet"),
            ("vectorize", "{}", "--out", "out/l.geojson", "--quiet"),
            ("evaluate", "{}", "in/truth.tif"),
            ("evaluate", "in/truth.tif", "{}"),
        ),
    ),
    "geopackages": Kind(("out/l.gpkg",), (("vectorize", "in/l.tif", "--out", "out/l.gpkg", "--append", "--quiet"),)),
    "requests": Kind(("in/*.lines",)),
}


@dataclass(frozen=True)
class Case:
    """A case, ready to run.

    Attributes:
        kind: Its kind.
        folder: Folder with its files.
        arguments: Of the command line; empty for requests to a worker, which are in in/r.lines.
    """

    kind: str
    folder: Path
    arguments: tuple[str, ...]


@st.composite
def commands(draw: Draw, kind: Kind, folder: Path) -> tuple[str, ...]:
    """Return arguments of the command line; of the files that match, the first is the one that is opened."""
    if not kind.commands:
        return ()
    first = sorted(folder.glob(kind.targets[0]))
    name = str(first[0].relative_to(folder)) if first else "in/missing"
    command = draw(st.sampled_from(kind.commands))
    more = ("--json",) if draw(st.integers(0, 4)) == 0 else ()
    return tuple(name if part == "{}" else part for part in command) + more


def damage_case(draw: Draw, kind: Kind, folder: Path) -> None:
    """Damage one or two of the files of a case."""
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        pattern = draw(st.sampled_from(kind.targets))
        found: list[Any] = [path for path in sorted(folder.glob(pattern)) if _can_be_damaged(path)]
        if found:
            damage(draw, found[draw(st.integers(0, len(found) - 1))])


def _can_be_damaged(path: Path) -> bool:
    if path.is_symlink():
        return False
    return path.is_file() or ((path / "zarr.json").is_file() and (path / "c").is_dir())
