"""Options check their values when they are made, and name the option, the value and what it must be."""

import json
import pickle
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

import proxyclip_geo as pg
from proxyclip_geo.declare import declarations

CLASSES = (
    pg.EncodeOptions,
    pg.LabelOptions,
    pg.SegmentOptions,
    pg.StoreOptions,
    pg.VectorOptions,
    pg.Examples,
    pg.SampleOptions,
)


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (pg.StoreOptions, {"storage": "int16"}, "storage='int16' must be 'float16' or 'int8'"),
        (pg.StoreOptions, {"components": 0}, "components=0 must be at least 1"),
        (pg.LabelOptions, {"segments": "yes"}, "segments='yes' must be 'none', 'mean' or 'majority'"),
        (pg.LabelOptions, {"borders": "imag"}, "borders='imag' must be 'cells' or 'image'"),
        (
            pg.LabelOptions,
            {"synonyms": "maxlogit"},
            "synonyms='maxlogit' must be 'max-probability', 'max-logit' or 'mean'",
        ),
        (pg.SegmentOptions, {"gsd": "0.5m"}, r"gsd='0.5m' must be a number; did you mean 0.5\?"),
        (pg.LabelOptions, {"threshold": float("nan")}, "threshold=nan must be a finite number"),
        (pg.LabelOptions, {"background": 3}, 'background=3 must be words with "," between them'),
        (pg.LabelOptions, {"debias": float("inf")}, "debias=inf must be a finite number"),
        (pg.SegmentOptions, {"on_error": "ignore"}, "on_error='ignore' must be 'stop' or 'skip'"),
        (
            pg.SegmentOptions,
            {"max_memory": "6 apples"},
            "max_memory='6 apples' must be a number of bytes, or",
        ),
        (pg.SegmentOptions, {"workers": 0}, "workers=0 must be at least 1"),
        (pg.EncodeOptions, {"block_size": "big"}, "block_size='big' must be a whole number"),
        (pg.EncodeOptions, {"batch_size": 0}, "batch_size=0 must be"),
        (pg.EncodeOptions, {"blend": "cosine"}, "blend='cosine' must be 'hann' or 'uniform'"),
        (pg.EncodeOptions, {"precision": "float64"}, "precision='float64' must be 'auto', 'float32'"),
        (pg.EncodeOptions, {"gsd": -1}, "gsd=-1 must be greater than 0"),
        (pg.EncodeOptions, {"gsd": float("inf")}, "gsd=inf must be a finite number"),
        (pg.EncodeOptions, {"bounds": (0, 0, 1)}, r"bounds=\(0, 0, 1\) must be four numbers W,S,E,N"),
        (pg.EncodeOptions, {"bounds": (0, 0, float("nan"), 1)}, "must be four numbers"),
        (pg.EncodeOptions, {"bands": (1, 2)}, r"bands=\(1, 2\) must be one or three band numbers"),
        (pg.EncodeOptions, {"stretch": (3000, 0)}, "stretch limits 3000 to 0"),
        (pg.EncodeOptions, {"stretch": "bright"}, "stretch='bright' must be limits such as 0,3000"),
        (pg.EncodeOptions, {"stretch": "98%,2%"}, "stretch percentiles 98 and 2 must be ordered"),
        (pg.EncodeOptions, {"strid": 112}, r"unknown entry 'strid' \(did you mean 'stride'\?\)"),
        (pg.VectorOptions, {"majority": 51}, "majority=51 must be at most 50"),
        (pg.VectorOptions, {"simplify": -1}, "simplify=-1 must be at least 0"),
        (pg.VectorOptions, {"exact": True, "simplify": 2}, "exact=True and simplify=2.0 contradict each other"),
        (pg.Examples, {"path": "a.gpkg", "weight": -1}, "weight=-1 must be at least 0"),
        (pg.Examples, {}, "'path' is missing"),
    ],
)
def test_wrong_values_are_refused(make: type, options: dict[str, Any], message: str) -> None:
    with pytest.raises(pg.OptionError, match=message):
        make(**options)


def test_several_wrong_values_are_named_together() -> None:
    with pytest.raises(pg.OptionError, match=r"blend='x' must .*; window=0 must .*|window=0 must .*; .*blend='x' must"):
        pg.SegmentOptions(window=0, blend="x")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"background": "road, clutter"}, {"background": ("road", "clutter")}),
        ({"max_memory": "6GB"}, {"max_memory": 6_000_000_000}),
        ({"max_memory": "1.5 GiB"}, {"max_memory": 3 << 29}),
        ({"stretch": (0, 3000)}, {"stretch": pg.Stretch((0,), (3000,))}),
        ({"stretch": "0,3000"}, {"stretch": pg.Stretch((0,), (3000,))}),
        ({"stretch": {"lows": [0], "highs": [3000]}}, {"stretch": pg.Stretch((0,), (3000,))}),
        ({"bounds": "1,2,3,4"}, {"bounds": (1.0, 2.0, 3.0, 4.0)}),
        ({"bands": [4, 3, 2]}, {"bands": (4, 3, 2)}),
        ({"window": "336"}, {"window": 336}),
    ],
)
def test_texts_of_the_command_line_are_accepted(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert pg.SegmentOptions(**given) == pg.SegmentOptions(**expected)


def test_a_stretch_may_be_a_file(tmp_path: Path) -> None:
    pg.Stretch((1,), (2,)).save(tmp_path / "stretch.json")
    (tmp_path / "run.json").write_text(json.dumps({"input": {"stretch": {"lows": [1], "highs": [2]}}}))
    (tmp_path / "run8.json").write_text(json.dumps({"input": {"stretch": None}}))
    for name in ("stretch.json", "run.json"):
        assert pg.EncodeOptions(stretch=tmp_path / name).stretch == pg.Stretch((1,), (2,))  # type: ignore[arg-type]
    with pytest.raises(pg.OptionError, match="no stretch to reuse"):
        pg.EncodeOptions(stretch=str(tmp_path / "run8.json"))  # type: ignore[arg-type]


def test_options_are_copied_pickled_and_written() -> None:
    options = pg.SegmentOptions(bounds=(0, 0, 1, 1), aoi=Path("field.gpkg"), background=("road",))
    assert pickle.loads(pickle.dumps(options)) == options
    assert replace(options, workers=2).workers == 2
    with pytest.raises(pg.OptionError, match="workers=-1"):
        replace(options, workers=-1)
    assert pg.SegmentOptions(**json.loads(json.dumps(options.to_dict()))) == replace(options, aoi="field.gpkg")


@pytest.mark.parametrize("cls", CLASSES)
def test_every_option_is_explained(cls: type) -> None:
    properties = TypeAdapter(cls).json_schema()["properties"]
    assert list(properties) == list(declarations(cls))
    for name, field in properties.items():
        assert field["description"].endswith("."), name
        assert f"    {name}: " in (cls.__doc__ or "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"device": "cuda"}, "device='cuda' contradicts the model 'demo', which is already loaded with device='cpu'"),
        ({"precision": "bfloat16"}, "precision='bfloat16' contradicts .* loaded with precision='float32'"),
        ({"backend": "openvino"}, "backend='openvino' contradicts .* loaded with backend='torch'"),
    ],
)
def test_options_that_contradict_a_loaded_model_are_refused(
    options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    model = pg.load_model("demo", device="cpu")
    raster = pg.sample(tmp_path / "scene.tif", size=64).image
    with pytest.raises(pg.OptionError, match=message):
        pg.segment(raster, "water; forest", out=tmp_path, model=model, options=pg.SegmentOptions(**options))
    with pytest.raises(pg.OptionError, match=message):
        pg.encode(raster, out=tmp_path / "scene.emb", model=model, options=pg.EncodeOptions(**options))
    same = pg.EncodeOptions(device="cpu", precision="float32", backend="torch")
    assert pg.encode(raster, out=tmp_path / "scene.emb", model=model, options=same).store.missing() == ()


def test_the_plugin_has_the_same_choices_and_defaults() -> None:
    tool = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "write_plugin_options.py"))
    assert json.loads(tool["FILE"].read_text("utf-8")) == json.loads(json.dumps(tool["describe_options"]()))


def test_segments_need_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxyclip_geo.api.options.find_spec", lambda name: None)
    with pytest.raises(pg.OptionError, match=r"segments=mean needs scikit-image, .*; run `pip install scikit-image`"):
        pg.SegmentOptions(segments="mean")
    assert pg.SegmentOptions().segments == "none"
