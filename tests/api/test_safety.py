"""Nothing is written outside of the output directory, and no input is replaced."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rasterio.shutil

import proxyclip_geo as pg
from proxyclip_geo.errors import OutputError, StoreError, VectorError
from proxyclip_geo.files import check_outputs
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
    assert event.stage == "open", f"work has begun: {event}"


class TestNames:
    @pytest.mark.parametrize(
        ("name", "stem"), [("-dash.tif", "dash"), (".tif", "tif"), ("aux.tif", "_aux"), (f"{'a' * 250}.tif", "a" * 200)]
    )
    def test_results_have_valid_names(self, demo: pg.Model, tmp_path: Path, name: str, stem: str) -> None:
        raster = pg.sample(tmp_path / "scene.tif", size=32, seed=9).image.rename(tmp_path / name)
        result = pg.segment(raster, WORDS, out=tmp_path / "out", model=demo)
        assert result.paths.labels.name == f"{stem}_labels.tif"
        assert len(result.polygons) > 0

    def test_long_names_in_a_deep_folder(self, demo: pg.Model, tmp_path: Path) -> None:
        folder = tmp_path / ("d" * (230 - len(str(tmp_path))))
        folder.mkdir()
        raster = pg.sample(folder / "scene.tif", size=32, seed=9).image.rename(folder / f"{'a' * 200}.tif")
        assert len(pg.segment(raster, WORDS, out=folder, model=demo).polygons) > 0

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


class TestCheckOutputs:
    """Outputs against inputs, whatever their spelling."""

    @pytest.mark.parametrize(
        "output",
        [
            "in/a.tif",
            "in/../in/a.tif",
            "link/a.tif",
            "a_link.tif",
            "in/a.tif.aux.xml",
            "in/a.tif.msk",
            "in/a.tif.ovr",
            "in/a.qml",
            "in",
            "link",
            "store/new.tif",
            "store/deep/new.tif",
            "store",
            ".",
        ],
    )
    def test_an_input_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
        monkeypatch.chdir(tmp_path)
        for folder in ("in", "store/deep"):
            Path(folder).mkdir(parents=True)
        for name in ("a.tif", "a.tif.aux.xml", "a.tif.msk", "a.tif.ovr", "a.qml", "b.tif"):
            Path("in", name).touch()
        Path("link").symlink_to("in")
        Path("a_link.tif").symlink_to("in/a.tif")
        for target in (Path(output), Path(output).absolute()):
            with pytest.raises(OutputError, match="would change the input"):
                check_outputs([None, Path("other.tif"), target], inputs=[None, "link/a.tif", tmp_path / "store"])
        check_outputs([Path("in/b.tif"), Path("in/new/a.tif"), Path("in/a.gpkg"), Path("new")], inputs=["in/a.tif"])

    @pytest.mark.parametrize("output", ["s3://bucket/a", "GS://b/a", "https://example.org/a", "/vsis3/bucket/a"])
    def test_a_url_is_refused(self, output: str) -> None:
        with pytest.raises(OutputError, match=f"'{output}' is not on this machine, .*; choose a folder"):
            check_outputs([Path(output)], inputs=[])

    def test_names_of_upper_and_lower_case_are_one_file(self, tmp_path: Path) -> None:
        # A hard link stands for a file system that ignores case.
        (tmp_path / "Scene.gpkg").touch()
        os.link(tmp_path / "Scene.gpkg", tmp_path / "scene.gpkg")
        with pytest.raises(OutputError, match="would change the input"):
            check_outputs([tmp_path / "scene.gpkg"], inputs=[tmp_path / "Scene.gpkg"])

    def test_archives_are_files(self, tmp_path: Path) -> None:
        (tmp_path / "a.zip").touch()
        for name in (f"/vsizip/{tmp_path}/a.zip/b.tif", f"file://{tmp_path}/a.zip"):
            with pytest.raises(OutputError, match="would change the input"):
                check_outputs([tmp_path / "a.zip"], inputs=[name])

    def test_urls_and_missing_files_protect_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        names = [
            "https://example.org/a.tif",
            "/vsicurl/https://example.org/a.tif",
            "a.tif",
            "water; forest",
            "\0",
            "x" * 9999,
        ]
        check_outputs([Path("a.tif"), Path()], inputs=names)


class TestInputs:
    """An input is never replaced, whatever the flags."""

    @pytest.fixture
    def folder(self, demo: pg.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(tmp_path)
        pg.sample("scene.tif", size=64, seed=9)
        pg.encode("scene.tif", out="scene.emb", model=demo)
        pg.vectorize("scene_truth.tif", "areas.gpkg")
        pg.dump_vocabulary(pg.as_vocabulary(WORDS), "words.json")
        return tmp_path

    def refuse(self, folder: Path, run: Callable[..., object], *args: Any, **options: Any) -> None:
        before = files_in(folder)
        with pytest.raises(OutputError, match="would change the input|is not on this machine"):
            run(*args, **options)
        assert files_in(folder) == before

    def test_segment(self, demo: pg.Model, folder: Path) -> None:
        gpkg = Path("out/scene.gpkg")
        gpkg.parent.mkdir()
        shutil.copy("areas.gpkg", gpkg)
        options = pg.SegmentOptions(aoi=gpkg)
        for call in (pg.segment, pg.plan_segment, pg.segment_many):
            out = Path() if call is pg.segment_many else "out"
            shutil.copytree("out", "scene", dirs_exist_ok=True)
            chosen = pg.SegmentOptions(aoi="scene/scene.gpkg") if call is pg.segment_many else options
            self.refuse(folder, call, "scene.tif", WORDS, out=out, model=demo, options=chosen, overwrite=True)
        vectors = pg.VectorOptions(aoi=gpkg)
        self.refuse(folder, pg.segment, "scene.tif", WORDS, out="out", model=demo, vectors=vectors, overwrite=True)
        shutil.copy("words.json", "out/scene_run.json")
        for words in ("out/scene_run.json", pg.load_vocabulary("out/scene_run.json")):
            self.refuse(folder, pg.segment, "scene.tif", words, out="out", model=demo, overwrite=True)

    def test_segment_of_a_geopackage(self, demo: pg.Model, folder: Path) -> None:
        rasterio.shutil.copy("scene.tif", "raster.gpkg", driver="GPKG")
        Path("link.gpkg").symlink_to("raster.gpkg")
        os.link("raster.gpkg", "Raster.gpkg")
        for name in ("raster.gpkg", "link.gpkg", "Raster.gpkg", str(folder / "raster.gpkg")):
            self.refuse(folder, pg.segment, name, WORDS, out=".", model=demo, overwrite=True)

    def test_segment_of_a_virtual_raster(self, demo: pg.Model, folder: Path) -> None:
        Path("scene.tif").rename("mosaic_labels.tif")
        rasterio.shutil.copy("mosaic_labels.tif", "mosaic.vrt", driver="VRT")
        self.refuse(folder, pg.segment, "mosaic.vrt", WORDS, out=".", model=demo, overwrite=True)

    def test_segment_many(self, demo: pg.Model, folder: Path) -> None:
        Path("x_labels.tif").write_bytes(Path("scene.tif").read_bytes())
        pg.sample("x/x_labels.tif", size=64, seed=9)
        call = {"out": folder, "model": demo, "overwrite": True}
        shutil.copy("scene.tif", "x.tif")
        self.refuse(folder, pg.segment_many, ["x.tif", "x/x_labels.tif"], WORDS, **call)
        shutil.copy("words.json", "report.json")
        self.refuse(folder, pg.segment_many, ["scene.tif"], "report.json", **call)

    def test_urls_are_refused_before_the_work(self, demo: pg.Model, folder: Path) -> None:
        call: dict[str, Any] = {"out": "s3://bucket/maps", "model": demo}
        for rasters, verb in (("scene.tif", pg.segment), (["scene.tif"], pg.segment_many)):
            self.refuse(folder, verb, rasters, WORDS, progress=never, **call)
        for rasters, plan in (("scene.tif", pg.plan_segment), (["scene.tif"], pg.plan_many)):
            self.refuse(folder, plan, rasters, WORDS, **call)

    def test_encode(self, demo: pg.Model, folder: Path) -> None:
        shutil.copy("scene.tif", "scene.emb/raster.tif")
        for raster in ("scene.emb/raster.tif", folder / "scene.emb" / "raster.tif"):
            self.refuse(folder, pg.encode, raster, out="scene.emb", model=demo, overwrite=True)
        self.refuse(folder, pg.encode, "scene.tif", out=".", model=demo, overwrite=True)
        self.refuse(folder, pg.encode, "scene.tif", out="scene.tif", model=demo, overwrite=True)

    def test_label(self, folder: Path) -> None:
        shutil.copy("areas.gpkg", "scene.gpkg")
        for options in (
            {"aoi": "scene.gpkg"},
            {"examples": "scene.gpkg"},
            {"vectors": pg.VectorOptions(aoi="scene.gpkg")},
        ):
            self.refuse(folder, pg.label, "scene.emb", WORDS, out=".", overwrite=True, **options)
        self.refuse(folder, pg.label, "scene.emb", WORDS, out="scene.emb", overwrite=True)

    def test_vectorize(self, folder: Path) -> None:
        labels, style = "scene_truth.tif", Path("scene_truth.qml")
        for options in (pg.VectorOptions(aoi="areas.gpkg"), pg.VectorOptions(aoi=folder / "areas.gpkg")):
            self.refuse(folder, pg.vectorize, labels, "areas.gpkg", options=options, overwrite=True)
        style.touch()
        self.refuse(folder, pg.vectorize, labels, "scene_truth.shp", overwrite=True)

    def test_similar(self, folder: Path) -> None:
        shutil.copy("areas.gpkg", "areas.tif")
        self.refuse(folder, pg.similar, "scene.emb", "water", out="scene.tif", overwrite=True)
        self.refuse(folder, pg.similar, "scene.emb", "water", out="scene.emb/water.tif")
        self.refuse(folder, pg.similar, "scene.emb", out="areas.tif", aoi="areas.tif", overwrite=True)

    def test_fit_and_vocabularies(self, folder: Path) -> None:
        Path("truth.json").write_text("{}")
        for truth, words, save in (
            ("scene_truth.tif", "words.json", "words.json"),
            ("truth.json", WORDS, "truth.json"),
        ):
            self.refuse(folder, pg.fit, "scene.emb", words, truth, save=save, anyway=True, overwrite=True)
        self.refuse(folder, pg.dump_vocabulary, pg.load_vocabulary("words.json"), folder / "words.json")

    def test_evaluate(self, folder: Path) -> None:
        shutil.copy("scene_truth.tif", "scene_truth.txt")
        report = pg.evaluate("scene_truth.tif", "scene_truth.txt")
        self.refuse(folder, report.write, "scene_truth.txt")
