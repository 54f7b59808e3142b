"""Nothing is written outside of the output directory, and no input is replaced."""

import json
from pathlib import Path

import pytest

import proxyclip_geo as pg
from proxyclip_geo.errors import StoreError, VectorError
from proxyclip_geo.progress import ProgressEvent

WORDS = ["water", "forest", "building"]


@pytest.fixture(scope="module")
def demo() -> pg.Model:
    return pg.load_model("demo", device="cpu")


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    return pg.sample(tmp_path / "scene.tif", size=64, seed=9).image


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def never(event: ProgressEvent) -> None:
    raise AssertionError(f"work has begun: {event}")


class TestNames:
    @pytest.mark.parametrize(
        ("name", "stem"), [("-dash.tif", "dash"), (".tif", "tif"), ("aux.tif", "_aux"), (f"{'a' * 250}.tif", "a" * 200)]
    )
    def test_results_have_valid_names(self, demo: pg.Model, tmp_path: Path, name: str, stem: str) -> None:
        raster = pg.sample(tmp_path / "scene.tif", size=32, seed=9).image.rename(tmp_path / name)
        result = pg.segment(raster, WORDS, out=tmp_path / "out", model=demo)
        assert result.paths.labels.name == f"{stem}_labels.tif"
        assert len(result.polygons) > 0

    @pytest.mark.parametrize("stem", ["../victim", "/tmp/victim", "..", "a/b", "C:victim"])
    def test_a_stored_name_never_leaves_the_output_directory(
        self, demo: pg.Model, scene: Path, tmp_path: Path, stem: str
    ) -> None:
        store = Path(pg.encode(scene, out=tmp_path / "a.emb", model=demo).name)
        metadata = json.loads((store / "zarr.json").read_text())
        metadata["attributes"]["proxyclip_geo"]["raster"]["stem"] = stem
        (store / "zarr.json").write_text(json.dumps(metadata))
        before = files_in(tmp_path)
        with pytest.raises(StoreError, match="must be a plain name"):
            pg.label(store, WORDS, out=tmp_path / "out", overwrite=True)
        assert files_in(tmp_path) == before

    def test_layers_are_checked_before_the_work(self, demo: pg.Model, scene: Path, tmp_path: Path) -> None:
        words, vectors = ["water", "(bare) soil"], pg.VectorOptions(by_class=True)
        with pytest.raises(VectorError, match="begin with '\\('"):
            pg.segment(scene, words, out=tmp_path / "out", model=demo, vectors=vectors, progress=never)
        embedding = pg.encode(scene, out=tmp_path / "a.emb", model=demo)
        with pytest.raises(VectorError, match="begin with '\\('"):
            pg.label(embedding, words, out=tmp_path / "out", vectors=vectors, progress=never)
        assert not (tmp_path / "out").exists()
