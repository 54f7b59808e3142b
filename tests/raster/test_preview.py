import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from proxyclip_geo.errors import OutputError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster import preview
from proxyclip_geo.raster.preview import Caption, draw_preview, save_preview
from proxyclip_geo.raster.styles import ClassStyle

CLASSES = [ClassStyle(1, "water", (0, 0, 255)), ClassStyle(2, "forest", (0, 128, 0))]


def write_preview(path: Path, *, rgb: np.ndarray, labels: np.ndarray, **options: Any) -> Path:
    return save_preview(draw_preview(rgb, labels, **options), path)


def open_rgb(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_shows_image_and_labels_side_by_side(tmp_path: Path) -> None:
    rgb = np.full((3, 300, 400), 77, np.uint8)
    labels = np.ones((300, 400), np.uint8)
    labels[150:] = 2
    labels[:, :40] = 255
    picture = open_rgb(write_preview(tmp_path / "p.png", rgb=rgb, labels=labels, classes=CLASSES, nodata=255))
    assert picture.shape[1] == 2 * 400 + 3 * 16
    assert (picture[20 + 16, 200] == 77).all()
    assert picture[20 + 16, 16 + 400 + 16 + 200].tolist() == [0, 0, 255]
    assert picture[200 + 16, 16 + 400 + 16 + 200].tolist() == [0, 128, 0]
    # No data is a pale checkerboard on both sides.
    for left in (16, 16 + 400 + 16):
        assert {tuple(color) for color in picture[16:316, left : left + 40].reshape(-1, 3)} == {(255,) * 3, (222,) * 3}
    assert os.listdir(tmp_path) == ["p.png"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2500, 1700), (5, 7)])
def test_any_shape_fits(tmp_path: Path, shape: tuple[int, int]) -> None:
    rgb = np.zeros((3, max(1, shape[0] // 2), max(1, shape[1] // 2)), np.uint8)
    path = write_preview(tmp_path / "p.png", rgb=rgb, labels=np.zeros(shape, np.uint8), classes=CLASSES, nodata=255)
    picture = open_rgb(path)
    assert picture.shape[1] <= 2 * 1000 + 3 * 16
    assert picture.shape[0] <= 1000 + 200


def test_legend_holds_every_class(tmp_path: Path) -> None:
    colors = [(10 * i, 255 - 10 * i, 90) for i in range(20)]
    classes = [ClassStyle(i + 1, f"a rather long name of a class {'x' * 3 * i}", c) for i, c in enumerate(colors)]
    labels = (np.indices((60, 100)).sum(axis=0) % 3 + 1).astype(np.uint8)
    path = write_preview(
        tmp_path / "p.png", rgb=np.zeros((3, 60, 100), np.uint8), labels=labels, classes=classes, nodata=255
    )
    picture = open_rgb(path)
    legend = {tuple(color) for color in picture[60 * 2 + 2 * 16 :].reshape(-1, 3)}
    assert legend >= set(colors)


def test_shares_may_be_given(tmp_path: Path) -> None:
    options = {
        "rgb": np.zeros((3, 9, 9), np.uint8),
        "labels": np.ones((9, 9), np.uint8),
        "classes": CLASSES,
        "nodata": 255,
    }
    counted = open_rgb(write_preview(tmp_path / "a.png", **options))
    given = open_rgb(write_preview(tmp_path / "b.png", **options, shares={1: 0.25, 2: 0.75}))
    assert counted.shape == given.shape
    assert (counted != given).any()


def test_names_beyond_ascii_without_a_system_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "_SYSTEM_FONTS", ())
    _, names = preview._font_for(["forêt", "水", "road", "605 m²"])
    assert names == ["foret", "?", "road", "605 m2"]


def test_areas_are_drawn_in_characters_that_the_font_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "_SYSTEM_FONTS", ())
    options = {
        "rgb": np.zeros((3, 9, 9), np.uint8),
        "labels": np.ones((9, 9), np.uint8),
        "classes": CLASSES,
        "nodata": 255,
    }
    shown = [preview.draw_preview(**options, caption=preview.Caption(areas={1: area})) for area in ("9 m²", "9 m2")]
    assert shown[0] == shown[1]


def test_only_nodata(tmp_path: Path) -> None:
    options = {"rgb": np.zeros((3, 9, 9), np.uint8), "classes": CLASSES}
    path = write_preview(tmp_path / "p.png", labels=np.full((9, 9), 65535, np.uint16), nodata=65535, **options)
    assert path.exists()


def test_an_unwritable_path(tmp_path: Path) -> None:
    options = {
        "rgb": np.zeros((3, 9, 9), np.uint8),
        "labels": np.ones((9, 9), np.uint8),
        "classes": CLASSES,
        "nodata": 255,
    }
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write"):
        write_preview(tmp_path / "file" / "p.png", **options)


def test_a_note_stands_below_the_legend(tmp_path: Path) -> None:
    given = {"rgb": np.zeros((3, 60, 100), np.uint8), "labels": np.ones((60, 100), np.uint8), "classes": CLASSES}
    plain = open_rgb(write_preview(tmp_path / "plain.png", **given, nodata=255))
    noted = open_rgb(
        write_preview(
            tmp_path / "noted.png", **given, nodata=255, caption=Caption(warning="Model demo: for tests; " * 4)
        )
    )
    assert noted.shape[0] > plain.shape[0]
    assert noted.shape[1] > plain.shape[1]
    assert (noted[plain.shape[0] - 8 :] < 200).any()


def test_a_caption_makes_it_a_map(tmp_path: Path) -> None:
    labels = np.ones((300, 400), np.uint8)
    labels[:, 390:] = labels[:40, 300:] = labels[290:, :60] = 255
    geobox = GeoBox(labels.shape, (0.5, 0, 500_000, 0, -0.5, 5_600_000), "EPSG:32632")
    given = {"rgb": np.full((3, 300, 400), 77, np.uint8), "labels": labels, "classes": CLASSES, "nodata": 255}
    lines = ("WGS 84 / UTM zone 32N",)
    full = Caption("scene", geobox, {1: "2.93 ha"}, lines, "not for mapping")
    picture = open_rgb(write_preview(tmp_path / "map.png", **given, caption=full))
    panel = picture[42 : 42 + 300, 432 : 432 + 400]
    # The bar has the length of 50 m, 100 pixels; the circle of north is white.
    assert (panel[290, 10:110] < 60).all()
    assert (panel[290, 130:380] == (0, 0, 255)).all()
    assert (panel[26, 360] == 255).all()
    assert (np.abs(picture.astype(int) - (190, 30, 30)).sum(axis=2) < 30).any()
    for change in ({"title": ""}, {"areas": {}}, {"lines": ()}, {"geobox": None}, {"warning": ""}):
        drawn = open_rgb(write_preview(tmp_path / "other.png", **given, caption=replace(full, **change)))
        assert drawn.shape != picture.shape or (drawn != picture).any()
