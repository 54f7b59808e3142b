"""Words adapted to a scene: through files, with the bundled model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import rasterio
import shapely

import proxyclip_geo as pg
from proxyclip_geo.errors import Cancelled, OptionError, QualityWarning, VocabularyError
from proxyclip_geo.progress import ProgressEvent

WORDS = ["water", "forest, trees", "building", "cropland, field", "grass"]
ADAPT = pg.LabelOptions(adapt=True, polygons=False)
Make = Callable[..., Any]


@pytest.fixture(scope="module")
def demo() -> pg.Model:
    return pg.load_model("demo", device="cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, demo: pg.Model) -> Path:
    folder = tmp_path_factory.mktemp("adapt")
    pg.sample(folder / "scene.tif", size=(180, 220), seed=4)
    for size in (64, 128):
        options = pg.EncodeOptions(block_size=size)
        pg.encode(folder / "scene.tif", out=folder / f"{size}.emb", model=demo, options=options)
    return folder


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def test_the_result_is_the_same_again_and_for_other_blocks(folder: Path) -> None:
    found = [pg.open_embedding(folder / f"{size}.emb").adapt(WORDS) for size in (64, 64, 128)]
    assert found[0] == found[1] == found[2]
    vocabulary = found[0].vocabulary
    assert vocabulary.adapted_to == "scene"
    assert vocabulary.model == "demo"
    assert "sure cells" in vocabulary.description
    assert all(
        item.direction for item, own in zip(vocabulary.classes, found[0].report.classes, strict=True) if own.adapted
    )


def test_label_writes_the_vocabulary_that_makes_the_same_map(folder: Path, tmp_path: Path) -> None:
    embedding = pg.open_embedding(folder / "128.emb")
    result = pg.label(embedding, WORDS, out=tmp_path / "adapted", options=ADAPT)
    written = pg.load_vocabulary(tmp_path / "adapted" / "scene_vocabulary.yaml")
    assert written == result.vocabulary == embedding.adapt(WORDS).vocabulary
    again = pg.label(embedding, written, out=tmp_path / "again", options=pg.LabelOptions(polygons=False))
    np.testing.assert_array_equal(again.labels.read(), result.labels.read())
    assert (again.labels.read() != embedding.label(WORDS).labels).any()
    run = json.loads(result.paths.run.read_text())
    assert run["options"]["adapt"] is True
    assert [item["name"] for item in run["adaptation"]["classes"]] == list(result.vocabulary.names)
    shares = [item["after"] for item in run["adaptation"]["classes"]]
    assert sum(shares) == pytest.approx(1, abs=1e-3)
    shown = embedding.label(WORDS, options=ADAPT)
    np.testing.assert_array_equal(shown.labels, result.labels.read())
    assert shown.adaptation == embedding.adapt(WORDS).report


def test_segment_makes_what_label_makes(folder: Path, tmp_path: Path, demo: pg.Model) -> None:
    options = pg.SegmentOptions(adapt=True, polygons=False, block_size=96)
    with_embedding = pg.label(folder / "64.emb", WORDS, out=tmp_path / "label", options=ADAPT)

    def stop(event: ProgressEvent) -> None:
        if event.stage == "label" and event.done:
            raise Cancelled("enough")

    call: dict[str, Any] = {"out": tmp_path / "out", "model": demo, "options": options}
    with pytest.raises(Cancelled):
        pg.segment(folder / "scene.tif", WORDS, progress=stop, **call)
    assert (tmp_path / "out" / ".scene.emb").is_dir()
    stages = []
    result = pg.segment(folder / "scene.tif", WORDS, progress=lambda event: stages.append(event), **call)
    assert any("were done before" in event.message for event in stages)
    np.testing.assert_array_equal(result.labels.read(), with_embedding.labels.read())
    assert result.vocabulary == with_embedding.vocabulary
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        path.name for path in (tmp_path / "label").iterdir()
    }
    repeated = pg.segment(folder / "scene.tif", WORDS, **call)
    assert repeated.done_before
    assert repeated.vocabulary == result.vocabulary


def test_with_nothing_sure_the_map_is_that_of_the_words(folder: Path, tmp_path: Path) -> None:
    unsure = pg.as_vocabulary({"name": "unsure", "logit_scale": 0.01, "classes": WORDS})
    embedding = pg.open_embedding(folder / "128.emb")
    with pytest.warns(QualityWarning, match="was not adapted: fewer than two classes"):
        result = pg.label(embedding, unsure, out=tmp_path, options=ADAPT)
    assert result.vocabulary == unsure
    plain = embedding.label(unsure)
    np.testing.assert_array_equal(result.labels.read(), plain.labels)
    np.testing.assert_array_equal(read(tmp_path / "scene_score.tif"), plain.score)


def test_a_class_without_sure_cells_is_named(folder: Path) -> None:
    embedding = pg.open_embedding(folder / "128.emb")
    classes = [*WORDS, {"name": "snow", "words": ["snow"], "bias": -20}]
    with pytest.warns(
        QualityWarning, match="too few cells .* are sure of 'snow', so the query stays that of the words"
    ):
        found = embedding.adapt(classes)
    assert found.vocabulary.classes[-1].direction is None
    assert not found.report.classes[-1].adapted


@pytest.mark.parametrize("components", [None, 16])
def test_background_components_and_debiasing_take_part(
    folder: Path, tmp_path: Path, demo: pg.Model, components: int | None
) -> None:
    words = WORDS[:2] + WORDS[3:]
    store = pg.StoreOptions(components=components)
    embedding = pg.encode(folder / "scene.tif", out=tmp_path / "a.emb", model=demo, store=store)
    options = pg.LabelOptions(adapt=True, debias=-0.2, background=("road",), synonyms="mean", descriptions=True)
    found = embedding.label(words, options=options)
    again = pg.LabelOptions(debias=-0.2, background=("road",), synonyms="mean", descriptions=True)
    np.testing.assert_array_equal(embedding.label(found.vocabulary, options=again).labels, found.labels)
    assert not np.array_equal(embedding.label(words, options=again).labels, found.labels)


def test_examples_of_weight_0_do_not_keep_words_from_being_adapted(folder: Path) -> None:
    (folder / "none.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    examples = pg.Examples(folder / "none.geojson", weight=0)
    found = pg.open_embedding(folder / "128.emb").bank(WORDS, ADAPT, examples=examples)
    assert found.adaptation is not None
    assert found.report is None


def test_contradictions_are_refused(folder: Path, tmp_path: Path, demo: pg.Model) -> None:
    embedding = pg.open_embedding(folder / "128.emb")
    adapted = embedding.adapt(WORDS).vocabulary
    with pytest.raises(VocabularyError, match="already adapted to scene 'scene'; use it without `adapt`"):
        pg.label(embedding, adapted, out=tmp_path / "new", options=ADAPT)
    west, _, _, north = embedding.geobox.bounds
    drawn = [shapely.box(west + x, north - 20, west + x + 10, north - 10) for x in (10, 60)]
    frame = geopandas.GeoDataFrame({"class": ["water", "building"]}, geometry=drawn, crs=embedding.geobox.crs)
    frame.to_file(tmp_path / "drawn.gpkg")
    with pytest.raises(OptionError, match="examples or labels say what classes are"):
        pg.label(embedding, WORDS, out=tmp_path / "new", examples=tmp_path / "drawn.gpkg", options=ADAPT)
    learned = embedding.label(WORDS, examples=tmp_path / "drawn.gpkg").vocabulary
    with pytest.raises(VocabularyError, match="was learned from examples or labels"):
        embedding.adapt(learned)
    with pytest.raises(OptionError, match="say what classes are"):
        pg.fit(embedding, WORDS, tmp_path / "drawn.gpkg", options=ADAPT)
    with pytest.raises(OptionError, match="at least two classes"), pytest.warns(QualityWarning, match="one class"):
        embedding.adapt(["water"])
    with pytest.raises(OptionError, match="would adapt the words to each date"):
        pg.compare(folder / "128.emb", folder / "64.emb", WORDS, out=tmp_path / "change", options=ADAPT)
    for other in ({"workers": 2}, {"on_error": "skip"}):
        options = pg.SegmentOptions(adapt=True, **other)
        with pytest.raises(OptionError, match="encodes the whole raster in this process"):
            pg.segment(folder / "scene.tif", WORDS, out=tmp_path / "new", model=demo, options=options)
    assert not (tmp_path / "new").exists()
