"""URLs with tokens: nothing that is written or shown holds them, and a fresh token resumes a run."""

import json
from pathlib import Path

import pytest

import proxyclip_geo as pg
from proxyclip_geo.errors import RasterError

WORDS = ["water", "forest", "building"]
SECRET = "s3cr3t"


@pytest.fixture
def server(file_server: str, tmp_path: Path) -> str:
    pg.sample(tmp_path / "scene.tif", size=64, seed=9)
    return f"http://me:{SECRET}@{file_server}"


def test_results_hold_no_token_and_a_fresh_one_resumes(server: str, tmp_path: Path) -> None:
    urls = [f"{server}/scene.tif?sig={SECRET}{number}" for number in (1, 2)]
    out = tmp_path / "out"
    reports = [pg.segment_many([url], WORDS, out=out, model="demo")[0] for url in urls]
    assert [report.status for report in reports] == ["done", "done before"]
    assert SECRET not in str(reports)
    record = json.loads((out / "scene" / "scene_run.json").read_text())
    assert record["input"]["path"].startswith("http://127.0.0.1:")
    store = tmp_path / "scene.emb"
    embeddings = [pg.encode(url, out=store, model="demo") for url in urls]
    pg.label(embeddings[1], WORDS, out=tmp_path / "label", raster=urls[0], options=pg.LabelOptions(borders="image"))
    truth = f"{server}/scene_truth.tif?sig={SECRET}"
    pg.vectorize(truth, tmp_path / "a.gpkg")
    assert SECRET not in pg.evaluate(truth, truth).to_text()
    for path in (*out.rglob("*"), *store.rglob("*"), *(tmp_path / "label").rglob("*"), tmp_path / "a.gpkg"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


def test_errors_hold_no_token(server: str) -> None:
    with pytest.raises(RasterError, match=r"http://127.0.0.1:\d+/missing.tif") as caught:
        pg.segment(f"{server}/missing.tif?sig={SECRET}", WORDS, model="demo")
    assert SECRET not in str(caught.value)
