import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

import proxyclip_geo as pg
from tests.worker.conftest import WORDS, Worker


@pytest.fixture(scope="module")
def embedding(worker: Worker, folder: Path) -> str:
    """The scene, encoded by the worker."""
    made = worker.result("encode", raster=str(folder / "scene.tif"), out=str(folder / "scene.emb"), model="demo")
    assert made["complete"]
    assert made["shape"] == [256, 256]
    return str(made["embedding"])


def test_greeting_and_protocol(worker: Worker) -> None:
    assert worker.greeting["event"] == "hello"
    assert worker.greeting["protocol"] == 1
    assert worker.result("hello", protocol=1)["pid"] == worker.process.pid
    refused = worker.ask("hello", protocol=99)
    assert (refused["type"], refused["exit_code"]) == ("ProtocolError", 2)
    assert "belong together" in refused["message"]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (b"nonsense\n", "malformed JSON"),
        (b"\xff\xfe\x00\n", "not UTF-8"),
        (b"[1, 2]\n", "is an object"),
        (b'{"method": "models"}\n', "'id' is missing"),
        (b'{"id": 1.5, "method": "models"}\n', "id = 1.5 must be a whole number"),
        (b'{"id": "a", "method": 3}\n', "method = 3 must be text"),
        (b'{"id": "a", "method": "models", "parms": {}}\n', "unknown entry 'parms' (did you mean 'params'?)"),
        (b"[" * 100_000 + b"\n", "nested too deeply"),
    ],
)
def test_garbage_is_refused_and_the_worker_continues(worker: Worker, line: bytes, part: str) -> None:
    worker.write(line)
    event = worker.read()
    assert event["event"] == "error"
    assert part in event["message"]
    assert worker.result("hello", protocol=1)


@pytest.mark.parametrize(
    ("method", "params", "kind", "part"),
    [
        ("fly", {}, "ProtocolError", "there is no method 'fly'"),
        ("encode", {"raster": "a.tif", "out": "b"}, "ProtocolError", "'model' is missing"),
        ("encode", {"raster": 3, "out": "b", "model": "demo"}, "ProtocolError", "raster=3 must be text"),
        ("models", {"all": True}, "ProtocolError", "unknown entry 'all'"),
        (
            "encode",
            {"raster": "a", "out": "b", "model": "demo", "options": {"strid": 1}},
            "ProtocolError",
            "options: unknown entry 'strid' (did you mean 'stride'?)",
        ),
        (
            "encode",
            {"raster": "a", "out": "b", "model": "demo", "options": {"window": "big"}},
            "ProtocolError",
            "options.window='big' must be a whole number",
        ),
        (
            "encode",
            {"raster": "a", "out": "b", "model": "demo", "store": {"storage": "int16"}},
            "ProtocolError",
            "store.storage='int16' must be 'float16' or 'int8'",
        ),
        (
            "label",
            {"embedding": "e", "classes": "a; b", "out": "b", "examples": {"path": "x", "weight": 7000}},
            "ProtocolError",
            "examples.weight=7000 must be at most 1000",
        ),
        ("encode", {"raster": "none.tif", "out": "b", "model": "demo"}, "RasterError", "none.tif"),
        (
            "encode",
            {"raster": "none.tif", "out": "b", "model": "demo", "options": {"window": "336"}},
            "RasterError",
            "none.tif",
        ),
        ("encode", {"raster": "none.tif", "out": "b", "model": "dem"}, "ModelError", "did you mean 'demo'"),
        ("open", {"embedding": "none.emb"}, "StoreError", "none.emb"),
        ("read_vocabulary", {"vocabulary": "landcovr"}, "VocabularyError", "landcover"),
        ("read_vocabulary", {"classes": "a", "vocabulary": "b"}, "VocabularyError", "either"),
        ("preview", {"embedding": "e", "classes": "a; b", "path": "p", "bounds": [1, 2]}, "ProtocolError", "W,S,E,N"),
    ],
)
def test_errors_have_a_type_a_message_and_an_exit_code(
    worker: Worker, method: str, params: dict[str, Any], kind: str, part: str
) -> None:
    event = worker.ask(method, **params)
    assert (event["event"], event["type"]) == ("error", kind)
    assert part in event["message"]
    assert 2 <= event["exit_code"] <= 11


def test_models_and_vocabularies(worker: Worker, tmp_path: Path) -> None:
    models = {item["name"]: item for item in worker.result("models")["models"]}
    assert models["demo"]["present"]
    assert "vitb16-dino-b8" in models
    builtin = {item["name"]: item for item in worker.result("vocabularies")["vocabularies"]}
    assert len(builtin["landcover"]["classes"]) == 7
    read = worker.result("read_vocabulary", classes="water,river; forest")["vocabulary"]
    assert [item["value"] for item in read["classes"]] == [1, 2]
    written = worker.result("write_vocabulary", classes=read, path=str(tmp_path / "mine.yaml"))["path"]
    assert worker.result("read_vocabulary", vocabulary=written)["vocabulary"]["classes"] == read["classes"]
    checked = worker.result("check_vocabulary", classes="water; forest; zeppelin", model="demo")
    assert [word["word"] for word in checked["far"]] == ["zeppelin"]
    assert checked["closest"][0]["similarity"] <= 1


def test_options_are_described_as_json_schemas(worker: Worker) -> None:
    methods = worker.result("options")["methods"]
    assert set(methods["encode"]["required"]) == {"raster", "out", "model"}
    label = methods["label"]["$defs"]["LabelOptions"]["properties"]
    assert label["synonyms"]["default"] == "max-probability"
    assert label["synonyms"]["enum"] == ["max-probability", "max-logit", "mean"]
    assert label["threshold"]["anyOf"][0]["maximum"] == 1
    assert methods["label"]["$defs"]["Examples"]["properties"]["field"]["default"] == "class"
    assert "GPU" in methods["segment"]["$defs"]["SegmentOptions"]["properties"]["workers"]["description"]


def test_self_test_runs_a_window(worker: Worker) -> None:
    tried = worker.result("self_test")
    assert tried["model"] == "demo"
    assert tried["libraries"]["torch"]


def test_labels_from_a_warm_embedding_are_those_of_the_api(worker: Worker, folder: Path, embedding: str) -> None:
    made = worker.result("label", embedding=embedding, classes=WORDS, out=str(folder / "out"))
    assert sum(made["shares"].values()) == pytest.approx(1)
    with rasterio.open(made["paths"]["labels"]) as dataset:
        labels = dataset.read(1)
    direct = pg.segment(folder / "scene.tif", WORDS, out=folder / "direct", model="demo")
    np.testing.assert_array_equal(labels, direct.labels.read())
    again = worker.ask("label", embedding=embedding, classes=WORDS, out=str(folder / "out"))
    assert again["type"] == "OutputError"


def test_words_adapted_to_the_scene(worker: Worker, folder: Path, embedding: str) -> None:
    given = {"embedding": embedding, "classes": WORDS, "options": {"adapt": True, "polygons": False}}
    made = worker.result("label", **given, out=str(folder / "adapted"))
    shown = worker.result("preview", **given, path=str(folder / "adapted.tif"))
    assert made["adaptation"] == shown["adaptation"]
    assert made["vocabulary"] == shown["vocabulary"]
    assert made["vocabulary"]["adapted_to"] == "scene"
    assert Path(made["paths"]["vocabulary"]).is_file()


def test_segment_makes_the_same_map(worker: Worker, folder: Path) -> None:
    number = worker.send(
        "segment",
        raster=str(folder / "scene.tif"),
        classes=WORDS,
        model="demo",
        out=str(folder / "segment"),
        options={"polygons": False, "bounds": None, "nodata": "auto"},
    )
    *before, last = worker.events(number)
    stages = {event["stage"] for event in before if event["event"] == "progress"}
    assert stages == {"open", "segment"}
    assert before[0]["message"].startswith("scene: bands 1, 2, 3 as red, green, blue (band descriptions)")
    assert before[0]["message"].endswith("no collar found")
    with rasterio.open(last["result"]["paths"]["labels"]) as dataset:
        assert dataset.shape == (256, 256)
    assert last["result"]["paths"]["polygons"] is None


def test_an_area_is_a_crop_of_the_raster(worker: Worker, folder: Path, embedding: str) -> None:
    west, south, east, north = worker.result("open", embedding=embedding)["bounds"]
    bounds = [west + 37, south + 40, east - 21, north - 33]
    common = {"classes": WORDS, "overwrite": True, "out": str(folder / "areas")}
    area = {"polygons": False, "bounds": bounds}
    raster = {"raster": str(folder / "scene.tif"), "model": "demo"}
    part = worker.result("encode", **raster, out=str(folder / "part.emb"), options={"bounds": bounds})
    assert part["bounds"] == pytest.approx(bounds)

    def read(made: dict[str, Any]) -> Any:
        with rasterio.open(made["paths"]["labels"]) as dataset:
            return dataset.read(1, window=dataset.window(*bounds))

    expected = read(worker.result("segment", **raster, **common, options={"polygons": False}))
    found = read(worker.result("segment", **raster, **common, options=area))
    np.testing.assert_array_equal(found, expected)
    found = read(worker.result("label", embedding=part["embedding"], **common, options={"polygons": False}))
    np.testing.assert_array_equal(found, expected)


def test_a_preview_covers_the_area_at_its_resolution(worker: Worker, folder: Path, embedding: str) -> None:
    opened = worker.result("open", embedding=embedding)
    west, south, east, north = opened["bounds"]
    made = worker.result(
        "preview",
        embedding=embedding,
        classes=WORDS,
        path=str(folder / "preview.tif"),
        score_path=str(folder / "preview_score.tif"),
        bounds=[west, (south + north) / 2, (west + east) / 2, north],
        gsd=2 * opened["gsd"][0],
    )
    with rasterio.open(made["path"]) as dataset:
        assert dataset.shape == (64, 64)
        assert dataset.bounds.left == pytest.approx(west)
        assert dataset.colormap(1)[1]
    with rasterio.open(made["score_path"]) as dataset:
        assert dataset.read(1).max() <= 100


@pytest.mark.filterwarnings("ignore::proxyclip_geo.errors.QualityWarning")
def test_previews_come_from_overviews_and_at_full_resolution_equal_the_map(worker: Worker, tmp_path: Path) -> None:
    store, scene = str(tmp_path / "wide.emb"), pg.sample(tmp_path / "wide.tif", size=(300, 356), seed=4)
    pg.encode(scene.image, out=store, model="demo", options=pg.EncodeOptions(block_size=128))
    gsd = worker.result("open", embedding=store)["gsd"][0]
    assert (tmp_path / "wide.emb" / "overviews").is_dir()

    def preview(factor: float | None, options: dict[str, Any]) -> Any:
        own, path = None if factor is None else factor * gsd, str(tmp_path / "preview.tif")
        made = worker.result("preview", embedding=store, classes=WORDS, path=path, gsd=own, options=options)
        assert (made["adaptation"] is not None) == bool(options.get("adapt"))
        with rasterio.open(path) as dataset:
            return dataset.read(1)

    choices: list[dict[str, Any]] = [{}, {"borders": "image"}, {"adapt": True}, {"debias": -0.3}]
    for options in choices:
        expected = pg.open_embedding(store).label(WORDS, options=pg.LabelOptions(**options)).labels
        np.testing.assert_array_equal(preview(None, options), expected)
        np.testing.assert_array_equal(preview(1.3, options), expected)
        coarse = preview(1.7, options)
        assert coarse.shape == (150, 178)
        assert (coarse == expected[::2, ::2]).mean() > 0.85


def test_labels_with_examples(worker: Worker, folder: Path, embedding: str) -> None:
    import geopandas as gpd
    from shapely.geometry import box

    west, south, _, _ = worker.result("open", embedding=embedding)["bounds"]
    drawn = folder / "drawn.gpkg"
    gpd.GeoDataFrame(
        {"class": ["road"], "geometry": [box(west, south, west + 20, south + 20)]}, crs="EPSG:32632"
    ).to_file(drawn)
    shares = []
    for examples in (None, str(drawn), {"path": str(drawn), "weight": 0.9}):
        path = str(folder / "with_examples.tif")
        made = worker.result("preview", embedding=embedding, classes=WORDS, path=path, examples=examples)
        shares.append(made["shares"]["road"])
    assert made["examples"]["correct"] == 1
    assert made["examples"]["advice"][1:] == ["draw another example of 'road' next"]
    assert shares[0] != shares[1]
    unnamed = [{"name": "road", "words": []}, "forest", "cropland"]
    made = worker.result("preview", embedding=embedding, classes=unnamed, path=path, examples=str(drawn))
    assert made["shares"]["road"] > 0
    assert made["vocabulary"]["classes"][0]["words"] == []
    refused = worker.ask("preview", embedding=embedding, classes=unnamed, path=path)
    assert "class 'road' has no words, and nothing was learned for it" in refused["message"]
    refused = worker.ask("preview", embedding=embedding, classes="a; b", path=path, examples={"path": str(drawn)})
    assert refused["type"] == "VocabularyError"
    assert worker.ask("preview", embedding=embedding, classes=WORDS, path=path, examples=3)["type"] == "ProtocolError"


def test_explain_similar_and_words(worker: Worker, folder: Path, embedding: str) -> None:
    west, south, east, north = worker.result("open", embedding=embedding)["bounds"]
    at = [(west + east) / 2, (south + north) / 2]
    found = worker.result("explain", embedding=embedding, classes=WORDS, at=at)["queries"]
    assert found[0]["probability"] == max(item["probability"] for item in found)
    assert sum(item["probability"] for item in found) == pytest.approx(1)
    heat = worker.result("similar", embedding=embedding, word="forest", path=str(folder / "heat.tif"))
    assert Path(heat["path"]).is_file()
    ranked = worker.result("words", embedding=embedding, candidates=["forest", "river", "zebra"])["words"]
    assert {item["word"] for item in ranked} == {"forest", "river", "zebra"}


def test_change_and_clusters(worker: Worker, folder: Path, embedding: str) -> None:
    change = {"before": embedding, "after": embedding, "classes": WORDS}
    found = worker.result("compare", **change, out=str(folder / "change"), change={"confidence": 0.5})
    assert all(row["from"] == row["to"] for row in found["changes"])
    assert all(Path(path).is_file() for path in found["paths"].values())
    truth = str(folder / "scene_truth.tif")
    found = worker.result("compare", before=truth, after=truth, out=str(folder / "labels"))
    assert found["paths"]["confidence"] is None
    failed = worker.ask("compare", **change, out=str(folder / "other"), change={"confidence": 1})
    assert "confidence=1 must be less than 1" in failed["message"]
    failed = worker.ask("compare", before=embedding, after=truth, classes=WORDS, out=str(folder / "other"))
    assert "compare two embeddings" in failed["message"]
    made = worker.result(
        "discover", embedding=embedding, out=str(folder / "clusters"), count=3, words="water,road,tree"
    )
    assert set(made["shares"]) - {"unclassified"} == {"water", "road", "tree"}
    failed = worker.ask("discover", embedding=embedding, out=str(folder / "clusters"), count=1)
    assert "count=1 must be at least 2" in failed["message"]


def test_an_area_has_a_layer(worker: Worker, folder: Path, embedding: str) -> None:
    area = {"aoi": str(folder / "none.gpkg"), "aoi_layer": "b"}
    for method, params in (
        ("label", {"classes": WORDS, "out": str(folder / "area")}),
        ("explain", {"classes": WORDS}),
        ("similar", {"path": str(folder / "area.tif")}),
    ):
        failed = worker.ask(method, embedding=embedding, **params, **area)
        assert "none.gpkg|layername=b does not exist" in failed["message"], failed
    failed = worker.ask(
        "vectorize",
        labels=str(folder / "scene_truth.tif"),
        path=str(folder / "area.gpkg"),
        options={**area, "exact": True},
    )
    assert "none.gpkg|layername=b does not exist" in failed["message"]


def test_fit(worker: Worker, folder: Path, embedding: str) -> None:
    truth, save = str(folder / "scene_truth.tif"), str(folder / "fitted.yaml")
    asked = {"classes": WORDS, "truth": truth, "save": save, "anyway": True}
    found = worker.result("fit", embedding=embedding, **asked)
    assert found["statement"] in pg.load_vocabulary(save).description
    assert found["saved"] == save
    assert found["images"] == 1
    assert {item["name"] for item in found["classes"]} >= {"water", "forest"}
    again = worker.ask("fit", embedding=embedding, **asked)
    assert again["type"] == "OutputError"
    unequal = worker.ask("fit", embedding=[embedding, embedding], classes=WORDS, truth=truth)
    assert "2 embeddings and 1 files of labels are given" in unequal["message"]


def test_vectorize_and_evaluate(worker: Worker, folder: Path) -> None:
    import geopandas as gpd

    truth = str(folder / "scene_truth.tif")
    path = str(folder / "truth.gpkg")
    made = worker.result("vectorize", labels=truth, path=path)
    polygons = gpd.read_file(path, layer=made["layer"])
    assert len(polygons) == made["count"] > 5
    assert made["unit"] == "m²"
    assert "forest" in set(polygons["class"])
    assert worker.ask("vectorize", labels=truth, path=path)["type"] == "OutputError"
    exact = {"min_area": 0, "max_hole": 0, "smooth": False, "simplify": 0}
    every = worker.result("vectorize", labels=truth, path=path, options=exact, overwrite=True)
    assert every["count"] >= made["count"]
    assert sum(every["areas"].values()) == pytest.approx(sum(made["areas"].values()), rel=0.01)
    assert worker.ask("vectorize", labels=truth, path=path, options={"smoth": 1})["type"] == "ProtocolError"
    report = worker.result("evaluate", labels=truth, truth=truth)
    assert report["report"]["overall"]["accuracy"] == 1
    assert "accuracy" in report["text"]


def test_warnings_come_with_their_request(worker: Worker) -> None:
    number = worker.send("read_vocabulary", classes="water")
    first, last = worker.events(number)
    assert first["event"] == "warning"
    assert "one class" in first["message"]
    assert last["event"] == "result"


def test_a_replaced_embedding_is_opened_again(worker: Worker, folder: Path, embedding: str) -> None:
    first = worker.result("open", embedding=embedding)
    small = {"bounds": [first["bounds"][0], first["bounds"][1], first["bounds"][0] + 64, first["bounds"][1] + 64]}
    pg.encode(
        folder / "scene.tif",
        out=embedding,
        model="demo",
        options=pg.EncodeOptions(bounds=tuple(small["bounds"])),  # type: ignore[arg-type]
        overwrite=True,
    )
    assert worker.result("open", embedding=embedding)["shape"] == [128, 128]
    assert worker.result("close", embedding=embedding) == {"closed": True}
    assert worker.result("close", embedding=embedding) == {"closed": False}
    raster = str(folder / "scene.tif")
    worker.result("encode", raster=raster, out=embedding, model="demo", overwrite=True)


def test_a_running_and_a_waiting_request_are_cancelled(worker: Worker, folder: Path) -> None:
    pg.sample(folder / "large.tif", size=768, seed=2)
    running = worker.send("encode", raster=str(folder / "large.tif"), out=str(folder / "large.emb"), model="demo")
    waiting = worker.send("models")
    after = worker.send("hello", protocol=1)
    while worker.read().get("stage") in (None, "open"):
        pass
    for number in (waiting, running):
        worker.send("cancel", id=number)
    seen: dict[int, dict[str, Any]] = {}
    while after not in seen:
        event = worker.read()
        if event["event"] in ("result", "error"):
            seen[event["id"]] = event
    assert (seen[running]["type"], seen[running]["exit_code"]) == ("Cancelled", 130)
    assert seen[waiting]["type"] == "Cancelled"
    assert seen[after]["event"] == "result"
    assert worker.result("cancel", id=running) == {"found": False}
    # The same request resumes the encoding.
    made = worker.result("encode", raster=str(folder / "large.tif"), out=str(folder / "large.emb"), model="demo")
    assert made["complete"]


def test_end_of_stdin_stops_the_running_request(folder: Path) -> None:
    pg.sample(folder / "long.tif", size=1024, seed=3)
    started = Worker()
    started.send("segment", raster=str(folder / "long.tif"), classes=WORDS, model="demo", out=str(folder / "stopped"))
    while started.read().get("stage") in (None, "open"):
        pass
    assert started.process.stdin is not None
    started.process.stdin.close()
    assert started.process.wait(timeout=30) == 0
    assert not (folder / "stopped").exists()
    started.stop()


def test_shutdown_and_sigterm(folder: Path) -> None:
    stopped = Worker()
    assert stopped.ask("shutdown")["event"] == "result"
    assert stopped.process.wait(timeout=30) == 0
    stopped.stop()
    terminated = Worker()
    terminated.process.send_signal(signal.SIGTERM)
    assert terminated.process.wait(timeout=30) == 128 + signal.SIGTERM
    terminated.stop()


def test_killed_encoding_is_resumed_by_the_next_worker(folder: Path) -> None:
    pg.sample(folder / "killed.tif", size=512, seed=4)
    request = {"raster": str(folder / "killed.tif"), "out": str(folder / "killed.emb"), "model": "demo"}
    options = {"block_size": 128}
    first = Worker()
    for event in first.events(first.send("encode", **request, options=options)):
        if event.get("stage") == "encode" and event["done"] > event["total"] // 2:
            first.process.kill()
            break
    assert first.process.wait() == -signal.SIGKILL
    first.stop()
    second = Worker()
    *before, last = second.events(second.send("encode", **request, options=options))
    assert last["result"]["complete"]
    second.stop()
    resumed = next(item for item in before if item.get("stage") == "encode")
    assert resumed["total"] == event["total"]
    # A block that was being computed is computed again.
    assert event["total"] // 4 < resumed["done"] <= event["done"]


def test_prints_of_libraries_do_not_reach_the_protocol() -> None:
    script = (
        "import os, proxyclip_geo.worker.methods as methods\n"
        "def noisy(call):\n    print('hello'); os.write(1, b'native')\n    return {}\n"
        "methods.METHODS['noisy'] = noisy\n"
        "from proxyclip_geo.worker.server import serve\nserve()"
    )
    import sys

    noisy = Worker([sys.executable, "-c", script])
    assert noisy.result("noisy") == {}
    assert noisy.process.stdin is not None
    assert noisy.process.stderr is not None
    noisy.process.stdin.close()
    logged = noisy.process.stderr.read()
    assert b"hello" in logged
    assert b"native" in logged
    noisy.process.wait(timeout=30)
    noisy.stop()


def test_bug_is_reported_as_a_bug() -> None:
    import sys

    script = (
        "import proxyclip_geo.worker.methods as methods\n"
        "def broken(call):\n    return {}['missing']\n"
        "methods.METHODS['broken'] = broken\n"
        "def large(call):\n    import numpy\n    numpy.empty((2**30, 2**16))\n"
        "methods.METHODS['large'] = large\n"
        "from proxyclip_geo.worker.server import serve\nserve()"
    )
    broken = Worker([sys.executable, "-c", script])
    event = broken.ask("broken")
    assert (event["type"], event["exit_code"]) == ("InternalError", 70)
    assert "bug of proxyclip-geo" in event["message"]
    event = broken.ask("large")
    assert (event["type"], event["exit_code"]) == ("EngineError", 10)
    assert "memory ran out (Unable to allocate" in event["message"]
    assert event["remedy"] == {"code": "reduce-memory", "values": {}}
    assert event["message"].startswith(f"{event['reason']}; close other programs")
    assert broken.result("hello", protocol=1)
    broken.stop()


def test_the_protocol_is_documented() -> None:
    from proxyclip_geo.worker.methods import METHODS

    text = (Path(__file__).parents[2] / "docs" / "worker.md").read_text("utf-8")
    for name in (*METHODS, "cancel", "shutdown"):
        assert f"`{name}`" in text, name
    for line in text.split("```jsonl\n")[1:]:
        for example in line.split("```")[0].splitlines():
            assert "id" in json.loads(example)
