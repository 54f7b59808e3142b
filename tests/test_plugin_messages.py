"""Messages of the worker in the QGIS plugin: each has a translation, which is found again in the text of an error."""

import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import proxyclip_geo as pg
from proxyclip_geo.errors import ProxyClipGeoError, forward_warnings, out_of_memory, warn_quality
from proxyclip_geo.vocabulary import load_vocabulary, parse_classes

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "qgis_plugin" / "proxyclip_mapper"
MESSAGES = json.loads((PLUGIN / "messages.json").read_text("utf-8"))


def read_translations(path: Path) -> dict[str, str]:
    """Return the finished translations in a .ts file."""
    items = ElementTree.parse(path).getroot().iter("message")
    found = {item.findtext("source", ""): item.find("translation") for item in items}
    return {text: item.text or "" for text, item in found.items() if item is not None and item.get("type") is None}


GERMAN = read_translations(PLUGIN / "i18n" / "proxyclip_mapper_de.ts")


def load_module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def translate() -> Callable[[str], str]:
    """Return the translation of a message, with `name` as «name» in place of the plugin's labels."""
    module = load_module(PLUGIN / "client" / "templates.py")
    templates = module.Templates(
        MESSAGES["messages"],
        translate=lambda text: GERMAN.get(text, text),
        finish=lambda text: re.sub(r"`(\w+)`", r"«\1»", text),
    )
    return templates.translate  # type: ignore[no-any-return]


def test_the_plugin_has_all_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    tool = load_module(ROOT / "tools" / "write_plugin_messages.py")
    found = tool.find_plugin_messages()
    assert found == MESSAGES, "run tools/write_plugin_messages.py, then tools/translate_plugin.py"


@pytest.mark.parametrize("kind", ["messages", "words"])
def test_messages_are_translated(kind: str) -> None:
    missing = [text for text in MESSAGES[kind] if not GERMAN.get(text, "").strip()]
    assert missing == []


def test_translations_have_the_same_values() -> None:
    for text in MESSAGES["messages"]:
        places = re.compile(r"{\d+}|{{}}")
        assert sorted(places.findall(text)) == sorted(places.findall(GERMAN[text])), text


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "raster /data/area of interest/no CRS.tif has no bands",
            "das Raster /data/area of interest/no CRS.tif hat keine Kanäle",
        ),
        (
            "/a.tif cannot be read in rows 0–256, columns 0–1,024 (a.tif, band 1: IReadBlock failed at X "
            "offset 0, Y offset 0: TIFFReadEncodedTile() failed.); the file may be damaged: copy or create it again",
            "/a.tif kann in den Zeilen 0–256, Spalten 0–1,024 nicht gelesen werden (a.tif, band 1: IReadBlock failed "
            "at X offset 0, Y offset 0: TIFFReadEncodedTile() failed.); die Datei ist vielleicht beschädigt: kopieren "
            "oder erzeugen Sie sie noch einmal",
        ),
        (
            "block 3 (rows 0–512, columns 512–1024) failed: raster a.tif was changed or removed while it was read; run "
            "again with the new file",
            "Block 3 (Zeilen 0–512, Spalten 512–1024) ist gescheitert: das Raster a.tif wurde während des Lesens "
            "geändert oder entfernt; starten Sie den Lauf mit der neuen Datei noch einmal",
        ),
        (
            "block 3 (rows 0–512, columns 512–1024) failed: CUDA error: device-side assert triggered",
            "Block 3 (Zeilen 0–512, Spalten 512–1024) ist gescheitert: CUDA error: device-side assert triggered",
        ),
        (
            "unknown model 'prox'; known: a, b; or give the path of a model card (.toml)",
            "unbekanntes Modell 'prox'; bekannt sind: a, b; oder geben Sie den Pfad einer Modellkarte (.toml) an",
        ),
        (
            "/a.tif: the raster does not name its 5 bands: the first three are taken as red, green, blue; in WorldView "
            "they are 5, 3, 2; if this is wrong, name them, e.g. bands='3,2,1'",
            "/a.tif: das Raster benennt seine 5 Kanäle nicht: die ersten drei werden als Rot, Grün, Blau genommen; in "
            "WorldView sind sie 5, 3, 2; wenn das falsch ist, geben Sie sie an, z. B. bands='3,2,1'",
        ),
        (
            "a.yaml: class 1: name is blank; give a word or leave it out; unknown entry 'x'; there are name, color",
            "a.yaml: Klasse 1: name ist leer; geben Sie ein Wort an, oder lassen Sie es weg; unbekannter Eintrag 'x'; "
            "vorhanden sind name, color",
        ),
        ("the color: [2] = 300 must be at most 255", "die Farbe: [2] = 300 darf höchstens 255 sein"),
        (
            "a.zip is an archive of 2 rasters; give one of them, e.g. north.tif, south.tif",
            "a.zip ist ein Archiv von 2 Rastern; geben Sie eines davon an, z. B. north.tif, south.tif",
        ),
        ("{0} has no bands in {this}: it's 100 %", "{0} has no bands in {this}: it's 100 %"),
        ("a reason that no version had", "a reason that no version had"),
        ("class 'x' of the driver is broken", "class 'x' of the driver is broken"),
        ("", ""),
    ],
)
def test_values_and_unknown_texts_stay(translate: Callable[[str], str], message: str, expected: str) -> None:
    assert translate(message) == expected


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (lambda: pg.SegmentOptions(gsd="0.5m"), "gsd='0.5m' muss eine Zahl sein; meinten Sie 0.5?"),
        (lambda: pg.SegmentOptions(threshold=2), "threshold=2 darf höchstens 1 sein"),
        (
            lambda: pg.SegmentOptions(stretch="x"),
            "stretch='x' müssen Grenzen wie 0,3000, Perzentile wie 2%,98% oder eine JSON-Datei",
        ),
        (
            lambda: pg.SegmentOptions(precision="x"),
            "precision='x' muss 'auto', 'float32', 'bfloat16' oder 'float16' sein",
        ),
        (lambda: pg.VectorOptions(min_area=-1), "min_area=-1 muss mindestens 0 sein"),
        (
            lambda: parse_classes("water; water"),
            "die Klasse 'water' kommt zweimal vor (Groß- und Kleinschreibung zählen nicht)",
        ),
        (
            lambda: parse_classes([{"name": "a", "colour": "red"}]),
            "unbekannter Eintrag 'colour' (meinten Sie 'color'?); vorhanden sind",
        ),
        (
            lambda: load_vocabulary("lovedaa"),
            "es gibt kein Vokabular 'lovedaa' (meinten Sie 'loveda'?) und keine solche Datei;",
        ),
        (lambda: pg.load_model("prox"), "unbekanntes Modell 'prox'; bekannt sind: "),
        (lambda: pg.open_embedding("none.emb"), "none.emb ist kein Embedding ("),
        (
            lambda: _raise(out_of_memory(MemoryError(), part="block 3 (rows 0–8, columns 0–8)")),
            "Block 3 (Zeilen 0–8, Spalten 0–8) ist gescheitert: der Arbeitsspeicher reichte nicht",
        ),
    ],
)
def test_errors_are_recognised(translate: Callable[[str], str], run: Callable[[], object], expected: str) -> None:
    with pytest.raises(ProxyClipGeoError) as caught:
        run()
    assert expected in translate(caught.value.reason)


def _raise(error: Exception) -> None:
    raise error


def test_counted_warnings_are_recognised(translate: Callable[[str], str]) -> None:
    shown: list[str] = []
    with forward_warnings(lambda warning: shown.append(translate(warning.reason))):
        for number in range(5):
            warn_quality(f"a{number}.tif has no CRS: polygons will have no areas in m²")
    assert shown[0] == "a0.tif hat kein KBS: Polygone werden keine Flächen in m² haben"
    assert (
        shown[-1]
        == "2 weitere Warnungen dieser Art, z. B.: a4.tif hat kein KBS: Polygone werden keine Flächen in m² haben"
    )


@pytest.mark.parametrize(
    "text",
    [
        "CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 7.79 GiB total capacity)",
        "'a.xyz' not recognized as being in a supported file format.",
        "HTTP response code: 404 - https://example.org/a.tif",
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
        "database is locked; near line 3: syntax error",
        "Error(s) in loading state_dict: size mismatch for head.weight: copying a param with shape [2, 3]",
    ],
)
def test_texts_of_libraries_stay(translate: Callable[[str], str], text: str) -> None:
    assert translate(text) == text
    assert translate(f"/a.gpkg cannot be read: {text}") == f"/a.gpkg kann nicht gelesen werden: {text}"
