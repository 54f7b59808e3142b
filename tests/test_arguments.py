"""Arguments of wrong types are named before anything is done."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import proxyclip_geo as pg
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.errors import OptionError, OutputError, RasterError

NAN = float("nan")
PLACE = (0.5, 0, 500_000, 0, -0.5, 5_600_000)
# The files do not exist, and need not.
CALLS: list[tuple[Callable[[], Any], str]] = [
    (lambda: pg.segment("a.tif", "a; b", out=None), "out=None must be a path or URL of 1 to 4096 letters, without NUL"),  # type: ignore[arg-type]
    (lambda: pg.segment("a.tif", "a; b", out=""), "out='' must be a path"),
    (lambda: pg.segment("a.tif", "a; b", out="a\0b"), "out='a.x00b' must be a path"),
    (lambda: pg.segment("a.tif", "a; b", out="a" * 5000), "out='a.*' must be a path"),
    (lambda: pg.segment("a.tif", "a; b", model=None), "model=None must be a path .* or ModelCard or Model"),  # type: ignore[arg-type]
    (lambda: pg.segment("a.tif", "a; b", options={"window": 3}), "options=a dict must be SegmentOptions or None"),  # type: ignore[arg-type]
    (lambda: pg.segment("a.tif", "a; b", options=pg.StoreOptions()), "options=a StoreOptions must be SegmentOptions"),  # type: ignore[arg-type]
    (lambda: pg.segment("a.tif", "a; b", vectors=7), "vectors=7 must be VectorOptions or None"),  # type: ignore[arg-type]
    (lambda: pg.segment("a.tif", "a; b", overwrite="no"), "overwrite='no' must be True or False"),  # type: ignore[arg-type]
    (lambda: pg.segment("a.tif", "a; b", progress=5), "progress=5 must be a function"),  # type: ignore[arg-type]
    (lambda: pg.encode("a.tif", out=3), "out=3 must be a path"),  # type: ignore[arg-type]
    (lambda: pg.label("a.emb", "a; b", bounds="a"), "bounds='a' must be 4 of a finite number or None"),  # type: ignore[arg-type]
    (lambda: pg.label("a.emb", "a; b", bounds=(0, 0, 1)), "bounds=.* must be 4 of"),  # type: ignore[arg-type]
    (lambda: pg.label(None, "a; b"), "embedding=None must be a path .* or Embedding"),  # type: ignore[arg-type]
    (lambda: pg.label("a.emb", "a; b", examples=3), "examples=3 must be Examples or a path .* or None"),  # type: ignore[arg-type]
    (lambda: pg.explain("a.emb", "a; b", at=(NAN, 0.0)), r"at=\(nan, 0.0\) must be 2 of a finite number or None"),
    (lambda: pg.explain("a.emb", "a; b", at=(1, 2, 3)), "must be 2 of a finite number"),  # type: ignore[arg-type]
    (lambda: pg.similar("a.emb", 5, out="h.tif"), "word=5 must be text or None"),  # type: ignore[arg-type]
    (lambda: pg.rank_words("a.emb", ["a", 3]), "candidates=.* must be a sequence of text"),  # type: ignore[list-item]
    (lambda: pg.fit("a.emb", "a; b", None), "truth=None must be a path .* or a sequence of a path"),  # type: ignore[arg-type]
    (lambda: pg.evaluate("a.tif", "b.tif", mapping=5), "mapping=5 must be a mapping of a whole number or text and"),  # type: ignore[arg-type]
    (lambda: pg.evaluate("a.tif", "b.tif", ignore=[NAN]), "ignore=.* must be a collection of a whole number or text"),  # type: ignore[list-item]
    (lambda: pg.evaluate("a.tif", "b.tif", block=1.5), "block=1.5 must be a whole number"),  # type: ignore[arg-type]
    (lambda: pg.sample("a.tif", size=32, seed=1.5), "seed=1.5 must be a whole number"),  # type: ignore[arg-type]
    (lambda: pg.sample("a.tif", size=10**9), "both must be 1 to 1,000,000"),
    (lambda: pg.load_model(None), "model=None must be a path"),  # type: ignore[arg-type]
    (lambda: pg.GeoBox((4.5, "a"), PLACE, 25832), "must be two whole numbers"),  # type: ignore[arg-type]
    (lambda: pg.GeoBox((4, 4), ("a",) * 6, 25832), "must be six numbers"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "message"), CALLS, ids=range(len(CALLS)))
def test_wrong_arguments_are_named(
    call: Callable[[], Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OptionError, match=message):
        call()
    assert not list(tmp_path.iterdir())


def test_other_classes_of_errors(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="a sample is a GeoTIFF"):
        pg.sample(tmp_path / "a.gpkg", size=32)
    with pytest.raises(RasterError, match="a list is no numpy array"):
        pg.ArrayRaster([[1, 2]], pg.GeoBox((1, 2), PLACE, 25832))  # type: ignore[arg-type]


def test_numbers_of_numpy_and_generators_are_accepted() -> None:
    @check_arguments
    def join(names: tuple[float, float], count: int, *, words: "list[str]") -> list[Any]:
        return [*names, count, *words]

    assert join(np.array([1.0, 2.0]), np.int64(3), words=(word for word in "ab")) == [1, 2, 3, "a", "b"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pg.segment("a", "b", gsd=1), r"segment\(\) .*; give it as options=SegmentOptions\(gsd=…\)$"),
        (lambda: pg.segment("a", "b", min_area=1), r"give it as vectors=VectorOptions\(min_area=…\)$"),
        (lambda: pg.segment("a", "b", outt="c"), r"segment\(\) .* 'outt' \(did you mean 'out'\?\)$"),
        (lambda: pg.segment("a"), r"segment\(\) missing a required argument: 'classes'$"),
        (lambda: pg.SegmentOptions(0.3), r"SegmentOptions\(\) takes no positional arguments; name them"),
    ],
)
def test_calls_that_do_not_fit_are_explained(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_help_shows_types_and_defaults_of_options() -> None:
    shown = str(inspect.signature(pg.SegmentOptions))
    assert "gsd: float | None = None" in shown
    assert "Annotated" not in shown
