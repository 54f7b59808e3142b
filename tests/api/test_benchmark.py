"""Benchmarks: every layout, read and scored by its protocol on made-up copies."""

import importlib.util
import json
import warnings
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import proxyclip_geo as pg
from proxyclip_geo.cli.app import run as cli
from proxyclip_geo.evaluation.benchmarks.samples import find_samples
from proxyclip_geo.models.card import WindowCard
from proxyclip_geo.models.encoder import WindowFeatures
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.registry import find_card

_spec = importlib.util.spec_from_file_location("benchmark_sets", Path(__file__).with_name("benchmark_sets.py"))
assert _spec is not None
assert _spec.loader is not None
sets = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sets)
SETS = sets.SETS
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
UPPER = Fraction(sets.UPPER, sets.UPPER + sets.LOWER)


class Colours:
    """The feature of a patch is its mean colour, about CLIP's mean colour, and a constant."""

    step, multiple, dim = 28, 28, 5
    device, dtype, backend = torch.device("cpu"), torch.float32, "torch"

    def encode(self, rgb: torch.Tensor) -> WindowFeatures:
        patches = rgb.float().unflatten(3, (-1, self.step)).unflatten(2, (-1, self.step)).mean(dim=(3, 5))
        colours = 2 * (patches / 255 - MEAN[:, None, None])
        dense = torch.cat([colours, torch.full_like(colours[:, :1], 3), torch.zeros_like(colours[:, :1])], dim=1)
        dense = torch.nn.functional.normalize(dense, dim=1)
        return WindowFeatures(dense, torch.nn.functional.normalize(dense.mean(dim=(2, 3)), dim=1))


class Words:
    """Words of class `a` are red, of `b` green, of the class below the threshold blue, others none of them."""

    def __init__(self, benchmark: pg.Benchmark, classes: tuple[int, int, int | None]) -> None:
        self.vectors: dict[str, list[float]] = {}
        for index, vector in zip(reversed(classes), ([-1, -1, 1], [-1, 1, -1], [1, -1, -1]), strict=True):
            for word in benchmark.words[index] if index is not None else ():
                self.vectors[word] = [*vector, 0, 0]

    def encode(self, words: list[str], *, templates: Any = None, **_: Any) -> torch.Tensor:
        found = [self.vectors.get(word, [0, 0, 0, 0, 1]) for word in words]
        return torch.nn.functional.normalize(torch.tensor(found, dtype=torch.float32), dim=1)


def make_model(name: str, made_up: Any) -> Model:
    card = replace(find_card("demo"), window=WindowCard(224, 112), gsd=(0.2, 2.0))
    text = Words(pg.load_benchmark(name), made_up.classes)
    return Model(card, Colours(), text, {}, 0)  # type: ignore[arg-type]


def run(name: str, root: Path, *, out: Path | None = None, **options: Any) -> pg.BenchmarkResult:
    """Write a made-up set, unless it is there, and run it."""
    made_up, benchmark = SETS[name], name.partition(",")[0]
    if not root.exists():
        made_up.write(root)
    model = make_model(benchmark, made_up)
    return pg.run_benchmark(
        benchmark, root, model=model, out=out or root.parent / "out", options=pg.BenchmarkOptions(**options)
    )


pytestmark = pytest.mark.filterwarnings("ignore:.*published split")


def test_every_benchmark_has_a_made_up_copy() -> None:
    assert {name.partition(",")[0] for name in SETS} == set(pg.list_benchmarks())


def test_every_layout_has_a_made_up_copy(tmp_path: Path) -> None:
    found: dict[str, set[str]] = {}
    for name, made_up in SETS.items():
        made_up.write(tmp_path / name)
        benchmark = pg.load_benchmark(name.partition(",")[0])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layout = find_samples(benchmark, tmp_path / name).layout
        found.setdefault(benchmark.name, set()).add(layout.images + layout.labels)
    for name in pg.list_benchmarks():
        assert found[name] == {layout.images + layout.labels for layout in pg.load_benchmark(name).layouts}


@pytest.mark.parametrize("name", SETS)
def test_the_score_is_that_by_hand(name: str, tmp_path: Path) -> None:
    made_up = SETS[name]
    record = run(name, tmp_path / "set").record
    assert record["images"] == len(made_up.colors) * made_up.tiles
    assert record["scores"]["score"] == pytest.approx(float(made_up.miou), abs=1e-12)
    benchmark = pg.load_benchmark(record["benchmark"])
    present = {benchmark.names[index] for index in made_up.classes if index is not None}
    assert set(benchmark.names) - set(record["scores"]["absent"]) == present


@pytest.mark.parametrize("name", ["voc21", "loveda", "inria", "vdd"])
def test_our_protocol_gives_the_same_labels_of_uniform_pictures(name: str, tmp_path: Path) -> None:
    record = run(name, tmp_path / "set", protocol="ours").record
    assert record["scores"]["score"] == pytest.approx(float(SETS[name].miou), abs=1e-12)
    assert record["settings"]["blend"] == "hann"


def test_the_words_and_settings_are_those_of_the_protocol(tmp_path: Path) -> None:
    record = run("loveda", tmp_path / "set").record
    settings = record["settings"]
    assert settings["words"][1] == ["building", "roof", "house"]
    assert (settings["window"], settings["stride"], settings["blend"]) == (224, 112, "published")
    assert (settings["threshold"], settings["fallback"], settings["debias"]) == (0.3, "background", -0.3)
    assert (settings["logit_scale"], settings["templates"]) == (50, "imagenet")
    assert record["published"][0]["method"] == "ProxyCLIP"
    assert record["scores"]["pixel_accuracy"] == pytest.approx((24 + 35 + 35) / (32 + 35 + 35))
    assert not record["complete"]
    assert "1669" in record["notes"][0]
    assert json.loads(Path(tmp_path / "out/loveda_demo_published.json").read_text()) == json.loads(json.dumps(record))
    assert run("loveda", tmp_path / "set", out=tmp_path / "b", debias=0.0).record["settings"]["debias"] == 0


def test_a_run_is_resumed_image_by_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run("loveda", tmp_path / "set", out=tmp_path / "whole").record
    log = tmp_path / "out/loveda_demo_published.images.jsonl"

    def stop(event: pg.ProgressEvent) -> None:
        if event.done == 2:
            raise pg.Cancelled("enough")

    model = make_model("loveda", SETS["loveda"])
    with pytest.raises(pg.Cancelled):
        pg.run_benchmark("loveda", tmp_path / "set", model=model, out=log.parent, progress=stop)
    with log.open("a") as file:
        file.write('{"name": "cut off by a ki')
    seen: list[pg.ProgressEvent] = []
    again = pg.run_benchmark("loveda", tmp_path / "set", model=model, out=log.parent, progress=seen.append).record
    assert [event.done for event in seen] == [2, 3]
    assert "2 images were finished before" in seen[0].message
    assert len(log.read_text().splitlines()) == 4
    for key in ("scores", "pixels_sha256", "names_sha256", "settings"):
        assert again[key] == whole[key]
    with pytest.raises(pg.OutputError, match="differs in settings"):
        run("loveda", tmp_path / "set", stride=56)
    options = pg.BenchmarkOptions(stride=56)
    pg.run_benchmark("loveda", tmp_path / "set", model=model, out=log.parent, options=options, overwrite=True)


def test_some_of_the_images(tmp_path: Path) -> None:
    every = run("voc21", tmp_path / "set").record
    two = run("voc21", tmp_path / "set", limit=2).record
    assert two["images"] == 2
    assert not two["complete"]
    assert two["names_sha256"] != every["names_sha256"]
    names = tmp_path / "names.txt"
    names.write_text("2007_000003.jpg\nsome/folder/2007_000001\n")
    chosen = run("voc21", tmp_path / "set", images=names).record
    assert chosen["images"] == 2
    assert chosen["scores"]["mean_iou"] == pytest.approx(float((UPPER + 0 + 1) / 3))
    names.write_text("2007_000003\n2007_7\n")
    with pytest.raises(pg.OptionError, match="names 1 images that are not there, e.g. 2007_7"):
        run("voc21", tmp_path / "set", images=names)


def test_names_of_the_split_that_are_not_there_are_noted(tmp_path: Path) -> None:
    SETS["openearthmap"].write(tmp_path / "set")
    (tmp_path / "set/val.txt").write_text("koeln_1.tif\nkoeln_2.tif\nmexico_1.tif\n")
    with pytest.warns(pg.QualityWarning, match="1 images of val.txt are not there, e.g. mexico_1.tif"):
        assert run("openearthmap", tmp_path / "set").record["images"] == 2


@pytest.mark.parametrize(
    ("damage", "error", "message"),
    [
        ("root", pg.OptionError, r"no images of LoveDA are below .*, which holds Val.*<area>/images_png/<name>.png"),
        ("folder", pg.OptionError, r"there is no folder .*:\n  raw:\n    Val/<area>/images_png"),
        ("above", pg.OptionError, r"Did you mean root='.*set'\?"),
        ("truth", pg.RasterError, r"1 of 3 images below .* have no truth, e.g. Val/Rural/masks_png/2.png"),
        ("value", pg.RasterError, r"2.png holds the values 8, 9, but the classes of LoveDA are 1–7 and ignored is 255"),
        ("picture", pg.RasterError, r"1.png"),
    ],
)
def test_bad_input_is_a_clear_error(tmp_path: Path, damage: str, error: type[Exception], message: str) -> None:
    root = tmp_path / "set"
    SETS["loveda"].write(root)
    if damage == "root":
        (root / "Val/Rural").rename(root / "Val/rural_moved")
        (root / "Val/rural_moved/images_png").rename(root / "Val/rural_moved/pictures")
    elif damage == "folder":
        root = tmp_path / "nowhere"
        (tmp_path / "nowhere.txt").touch()
    elif damage == "above":
        root = tmp_path
    elif damage == "truth":
        (root / "Val/Rural/masks_png/2.png").unlink()
    elif damage == "value":
        sets.save(root / "Val/Rural/masks_png/2.png", np.array([[1, 7, 8], [0, 255, 9]], np.uint8))
    else:
        (root / "Val/Rural/images_png/1.png").write_bytes(b"no picture")
    with pytest.raises(error, match=f"(?s){message}"):
        pg.run_benchmark("loveda", root, model=make_model("loveda", SETS["loveda"]), out=tmp_path / "out")


def test_unknown_colours_and_benchmarks(tmp_path: Path) -> None:
    SETS["isaid"].write(tmp_path / "set")
    path = tmp_path / "set/val/Semantic_masks/P0001_instance_color_RGB.png"
    sets.save(path, np.array([[[0, 0, 63], [1, 2, 3]]], np.uint8).repeat(112, 0).repeat(84, 1))
    with pytest.raises(pg.RasterError, match=r"1 unknown colours, e.g. #010203 \(9408 pixels\); the colours of iSAID"):
        run("isaid", tmp_path / "set")
    with pytest.raises(pg.OptionError, match=r"no benchmark 'lovda' \(did you mean 'loveda'\?\)"):
        pg.load_benchmark("lovda")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("window: 0", "window = 0 must be at least 1"),
        ("colour: red", "unknown entry 'colour'"),
        ("threshold: 0.5", "threshold without a fallback"),
        ("fallback: sky", "has no class 'sky'"),
        ('layouts: [{name: raw, images: "../{name}.png", labels: "{name}.png"}]', "below the root"),
        ('layouts: [{name: raw, images: "a/{name}.png", labels: "{area}.png"}]', "no other placeholders"),
        ('layouts: [{name: raw, images: "{name}.png", labels: "{name}.png", cut: true}]', "no 'cut'"),
        ("[", "malformed YAML"),
    ],
)
def test_a_file_of_ones_own(tmp_path: Path, change: str, message: str) -> None:
    text = """
title: Own
group: remote-sensing
source: here
licence: own
images: null
layouts: [{name: raw, images: "a/{name}.*", labels: "b/{name}.png"}]
classes: [water, {name: land, words: [forest, field]}]
window: 224
stride: 112
short_side: 448
long_side: 448
logit_scale: 50
"""
    path = tmp_path / "own.yaml"
    path.write_text(text)
    own = pg.load_benchmark(path)
    assert (own.name, own.words) == ("own", (("water",), ("forest", "field")))
    key = change.partition(":")[0]
    path.write_text("\n".join(line for line in text.splitlines() if not line.startswith(f"{key}:")) + f"\n{change}\n")
    with pytest.raises(pg.OptionError, match=message):
        pg.load_benchmark(path)


@pytest.mark.parametrize("name", ["potsdam", "isaid", "inria", "loveda"])
def test_a_prepared_set_scores_the_same(name: str, tmp_path: Path) -> None:
    raw = run(name, tmp_path / "raw").record
    pg.prepare_benchmark(name, tmp_path / "raw", out=tmp_path / "prepared")
    first = next((tmp_path / "prepared/ann_dir").rglob("*.png"))
    written = first.stat().st_mtime_ns
    assert pg.prepare_benchmark(name, tmp_path / "raw", out=tmp_path / "prepared") == tmp_path / "prepared"
    assert first.stat().st_mtime_ns == written
    prepared = run(name, tmp_path / "prepared", out=tmp_path / "out2").record
    assert prepared["layout"][0] == "prepared"
    assert prepared["scores"] == raw["scores"]
    assert prepared["pixels_sha256"] == raw["pixels_sha256"]
    with pytest.raises(pg.OptionError, match="holds the prepared layout"):
        pg.prepare_benchmark(name, tmp_path / "prepared", out=tmp_path / "again")
    with pytest.raises(pg.OutputError, match="input"):
        pg.prepare_benchmark(name, tmp_path / "raw", out=tmp_path / "raw/inside")


def test_tiles_are_those_of_the_published_sets(tmp_path: Path) -> None:
    """Potsdam's tiles start at 0, 512 … 5120, 5488; pictures smaller than a tile are filled up."""
    for path in ("2_Ortho_RGB/top_potsdam_2_13_RGB", "5_Labels_all_noBoundary/top_potsdam_2_13_label_noBoundary"):
        sets.save(tmp_path / f"{path}.tif", np.full((6000, 530, 3), 255, np.uint8))
    tiles = [sample.tile for sample in find_samples(pg.load_benchmark("potsdam"), tmp_path).samples]
    assert [tile.top for tile in tiles if tile.left == 0] == [*range(0, 5121, 512), 5488]
    assert sorted({tile.left for tile in tiles}) == [0, 18]


def test_results_become_tables(tmp_path: Path) -> None:
    for name in ("loveda", "vdd"):
        run(name, tmp_path / name, out=tmp_path / "out")
    table = pg.tabulate_benchmarks(tmp_path / "out")
    lines = table.splitlines()
    assert lines[0] == "|  | LoveDA | VDD | mean |"
    assert lines[2].startswith("| demo, published | 85.5* (")
    assert "*" in lines[2]
    assert "| ProxyCLIP (published) | 34.3 | 47.8 | 41.0 |" in lines
    latex = pg.tabulate_benchmarks([tmp_path / "out/loveda_demo_published.json"], form="latex")
    assert latex.startswith("\\begin{tabular}{lrr}\n & LoveDA & mean \\\\\n\\hline\n")
    with pytest.raises(pg.OutputError, match="there are no results"):
        pg.tabulate_benchmarks(tmp_path)
    (tmp_path / "other.json").write_text('{"a": 1}')
    with pytest.raises(pg.OutputError, match="'benchmark' is missing"):
        pg.tabulate_benchmarks(tmp_path / "other.json")


def test_workers_give_the_same_result(socket_enabled: None, tmp_path: Path) -> None:
    SETS["loveda"].write(tmp_path / "set")
    records = [
        pg.run_benchmark(
            "loveda",
            tmp_path / "set",
            model="demo",
            out=tmp_path / str(workers),
            options=pg.BenchmarkOptions(workers=workers, device="cpu", limit=2),
        ).record
        for workers in (1, 2)
    ]
    for key in ("scores", "pixels_sha256", "names_sha256", "settings", "model"):
        assert records[0][key] == records[1][key]


@pytest.mark.parametrize("name", pg.list_benchmarks())
def test_the_page_states_images_scores_and_licence(name: str) -> None:
    benchmark = pg.load_benchmark(name)
    page = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| {name} |")).split("|")
    assert row[2].strip() == ("" if benchmark.images is None else str(benchmark.images))
    assert row[3].strip() == (f"{benchmark.published[0].score:.1f}" if benchmark.published else "")
    assert row[4].strip() == benchmark.licence


def test_the_published_means() -> None:
    """42.3 of ProxyCLIP on eight sets of photographs, 39.5 on eight of remote sensing."""
    for group, mean in (("general", 42.3), ("remote-sensing", 39.5)):
        found = [pg.load_benchmark(name) for name in pg.list_benchmarks()]
        scores = [item.published[0].score for item in found if item.group == group and item.published]
        assert len(scores) == 8
        assert round(sum(scores) / 8, 1) == mean


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def call(*arguments: str, code: int = 0) -> dict[str, Any]:
        assert cli(["benchmark", *arguments, "--json"]) == code
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    SETS["loveda"].write(tmp_path / "set")
    root, out = str(tmp_path / "set"), str(tmp_path / "out")
    found = call("run", "loveda", "--root", root, "-m", "demo, demo", "--limit", "1", "--device", "cpu", "-o", out)
    assert [item["images"] for item in found["results"]] == [1, 1]
    assert "| demo, published |" in call("table", out)["table"]
    assert len(call("list")["benchmarks"]) == 25
    assert call("list", "vdd")["benchmarks"][0]["words"][1] == ["facade"]
    assert "is used as it is downloaded" in call("prepare", "vdd", "--root", root, "-o", out, code=2)["message"]
    assert "test/src/<name>.*" in call("run", "vdd", "--root", root, code=2)["message"]


def test_a_model_without_clip(tmp_path: Path) -> None:
    SETS["udd5"].write(tmp_path / "set")
    model = replace(make_model("udd5", SETS["udd5"]), card=find_card("tipsv2-b14"))
    result = pg.run_benchmark("udd5", tmp_path / "set", model=model, out=tmp_path / "out")
    assert result.score == pytest.approx(float(SETS["udd5"].miou))


def test_a_result_as_text(tmp_path: Path) -> None:
    text = run("loveda", tmp_path / "set").to_text()
    for line in (
        "mean IoU        85.5 (",
        "pixel accuracy  92.2",
        "ProxyCLIP  ",
        "images          3 of 1669",
    ):
        assert line in text
