"""Encode once, then ask: through files, with the bundled model."""

import json
import shutil
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas
import pytest
import rasterio
import shapely

import proxyclip_geo as pg
from proxyclip_geo.errors import (
    AreaError,
    Cancelled,
    OptionError,
    OutputError,
    QualityWarning,
    StoreError,
    VocabularyError,
)
from proxyclip_geo.progress import ProgressEvent

WORDS = ["water", "forest, trees", "building", "cropland, field"]
Make = Callable[..., Any]


@pytest.fixture(scope="module")
def demo() -> pg.Model:
    return pg.load_model("demo", device="cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, demo: pg.Model) -> Path:
    folder = tmp_path_factory.mktemp("embedding")
    pg.sample(folder / "scene.tif", size=(260, 300), seed=4)
    pg.encode(folder / "scene.tif", out=folder / "scene.emb", model=demo, options=pg.EncodeOptions(block_size=128))
    options = pg.SegmentOptions(block_size=192, probabilities=True)
    pg.segment(folder / "scene.tif", WORDS, out=folder / "direct", model=demo, options=options)
    return folder


def test_label_makes_what_segment_makes(folder: Path, tmp_path: Path) -> None:
    result = pg.label(folder / "scene.emb", WORDS, out=tmp_path, options=pg.LabelOptions(probabilities=True))
    direct = {path.name for path in (folder / "direct").iterdir()}
    assert {path.name for path in tmp_path.iterdir()} == direct
    for name in ("scene_labels.tif", "scene_score.tif", "scene_probabilities.tif"):
        with rasterio.open(folder / "direct" / name) as one, rasterio.open(tmp_path / name) as other:
            np.testing.assert_array_equal(one.read(), other.read())
            assert (one.transform, one.crs, one.nodata, one.tags()) == (
                other.transform,
                other.crs,
                other.nodata,
                other.tags(),
            )
    polygons = geopandas.read_file(folder / "direct" / "scene.gpkg", layer="scene")
    assert len(result.polygons) == len(polygons)
    run = json.loads((tmp_path / "scene_run.json").read_text())
    assert run["model"]["name"] == "demo"
    assert run["seconds"]["label"] > 0


def test_objects_are_shown_in_a_line(folder: Path) -> None:
    name = str(folder / "scene.emb")
    embedding = pg.open_embedding(name)
    assert repr(embedding) == f"Embedding('{name}', model 'demo', {embedding.geobox!r})"
    assert repr(pg.load_model("demo", device="cpu")) == "Model('demo', 1,848,160 parameters, cpu)"


def test_labels_in_memory_are_the_same(folder: Path) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    shown = embedding.label(WORDS)
    with rasterio.open(folder / "direct" / "scene_labels.tif") as dataset:
        np.testing.assert_array_equal(shown.labels, dataset.read(1))
    with rasterio.open(folder / "direct" / "scene_score.tif") as dataset:
        np.testing.assert_array_equal(shown.score, dataset.read(1))
    assert sum(shown.shares.values()) == pytest.approx(1)
    west, _, _, north = embedding.geobox.bounds
    part = embedding.label(WORDS, bounds=(west + 20, north - 60, west + 70, north - 10))
    np.testing.assert_array_equal(part.labels, shown.labels[20:120, 40:140])
    assert part._repr_png_().startswith(b"\x89PNG")
    coarse = embedding.label(WORDS, gsd=4)
    assert coarse.labels.shape == (33, 38)
    assert coarse.geobox.bounds[0] == embedding.geobox.bounds[0]


def test_the_image_tower_is_not_loaded(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from proxyclip_geo.models import kinds

    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("an image model was loaded")

    monkeypatch.setattr(kinds, "load_vfm", refuse)
    pg.label(folder / "scene.emb", WORDS, out=tmp_path)


def test_an_area_of_polygons(folder: Path, tmp_path: Path) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    west, _, _, north = embedding.geobox.bounds
    triangle = shapely.Polygon([(west + 10, north - 10), (west + 110, north - 10), (west + 10, north - 90)])
    geopandas.GeoDataFrame(geometry=[triangle], crs=embedding.geobox.crs).to_file(tmp_path / "field.gpkg")
    result = pg.label(embedding, WORDS, out=tmp_path / "out", aoi=tmp_path / "field.gpkg")
    with rasterio.open(result.paths.labels) as found, rasterio.open(folder / "direct" / "scene_labels.tif") as whole:
        labels, window = found.read(1), found.window(*found.bounds)
        expected = whole.read(1, window=whole.window(*found.bounds))
        assert labels.shape == (window.height, window.width) == (160, 200)
        inside = labels != found.nodata
        np.testing.assert_array_equal(labels[inside], expected[inside])
        assert inside.mean() == pytest.approx(0.5, abs=0.02)


def test_a_run_broken_off_goes_on(folder: Path, tmp_path: Path, demo: pg.Model) -> None:
    options = pg.EncodeOptions(block_size=128)

    def stop(event: ProgressEvent) -> None:
        if event.done > event.total // 2:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        pg.encode(folder / "scene.tif", out=tmp_path / "a.emb", model=demo, options=options, progress=stop)
    begun = pg.open_embedding(tmp_path / "a.emb")
    left = len(begun.store.missing())
    assert 0 < left < len(begun.store.blocks)
    with pytest.raises(StoreError, match="not complete"):
        begun.label(WORDS)
    events: list[ProgressEvent] = []
    done = pg.encode(folder / "scene.tif", out=tmp_path / "a.emb", model=demo, options=options, progress=events.append)
    opened, *events = events
    assert opened.stage == "open"
    windows = sum(len(block.windows) for block in begun.store.blocks)
    assert 0 < events[0].done < events[0].total == windows
    count = len(begun.store.blocks)
    assert events[0].message == f"{count - left} of {count} blocks were done before"
    assert events[-1].done == windows
    expected = pg.open_embedding(folder / "scene.emb").label(WORDS)
    np.testing.assert_array_equal(done.label(WORDS).labels, expected.labels)


def test_an_embedding_of_something_else_is_not_overwritten(folder: Path, tmp_path: Path, demo: pg.Model) -> None:
    pg.sample(tmp_path / "other.tif", size=64, seed=9)
    options = pg.EncodeOptions(block_size=64)
    pg.encode(tmp_path / "other.tif", out=tmp_path / "a.emb", model=demo, options=options)
    with pytest.raises(OutputError, match=r"differs in .*raster.*overwrite=True"):
        pg.encode(folder / "scene.tif", out=tmp_path / "a.emb", model=demo, options=options)
    (tmp_path / "b.emb").mkdir()
    (tmp_path / "b.emb" / "thesis.docx").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(OutputError, match=r"(exists and cannot be resumed|is already there).*choose another place"):
            pg.encode(
                tmp_path / "other.tif",
                out=tmp_path / "b.emb",
                model=demo,
                options=options,
                overwrite=overwrite,
            )
    assert (tmp_path / "b.emb" / "thesis.docx").read_text() == "years of work"
    # What changes no feature does not keep a run from going on.
    gone_on = pg.EncodeOptions(block_size=64, batch_size=1, device="cpu")
    pg.encode(tmp_path / "other.tif", out=tmp_path / "a.emb", model=demo, options=gone_on)
    bent = replace(demo, card=replace(demo.card, proxy=replace(demo.card.proxy, gamma=9.0)))
    with pytest.raises(OutputError, match="differs in model"):
        pg.encode(tmp_path / "other.tif", out=tmp_path / "a.emb", model=bent, options=options)
    again = pg.StoreOptions(storage="int8", components=16)
    call = {"model": demo, "options": options, "store": again, "overwrite": True}
    made = pg.encode(tmp_path / "other.tif", out=tmp_path / "a.emb", **call)
    assert (made.store.info.storage, made.store.info.dim) == ("int8", 16)


def test_reduced_embeddings_lose_little(folder: Path, tmp_path: Path, demo: pg.Model) -> None:
    exact = pg.open_embedding(folder / "scene.emb").label(WORDS).labels
    for least, store in (
        (0.99, pg.StoreOptions(storage="int8")),
        (0.9, pg.StoreOptions(components=32)),
    ):
        path = tmp_path / f"{store.storage}.emb"
        made = pg.encode(folder / "scene.tif", out=path, model=demo, store=store)
        assert (made.label(WORDS).labels == exact).mean() >= least


def test_options_of_the_classifier_change_the_map(folder: Path) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    plain = embedding.label(WORDS)
    joint = embedding.label(WORDS, options=pg.LabelOptions(synonyms="max-logit"))
    np.testing.assert_array_equal(joint.labels, plain.labels)
    data = plain.score <= 100
    assert (joint.score[data] >= plain.score[data]).all()
    assert (joint.score[data] > plain.score[data]).any()
    averaged = embedding.label(WORDS, options=pg.LabelOptions(synonyms="mean"))
    assert 0.5 < (averaged.labels == plain.labels).mean() < 1
    debiased = embedding.label(WORDS, options=pg.LabelOptions(debias=-0.3))
    assert 0.5 < (debiased.labels == plain.labels).mean() < 1
    rest = embedding.label(WORDS, options=pg.LabelOptions(background=("road", "bare soil")))
    assert rest.shares["unclassified"] > 0.02
    assert plain.shares["unclassified"] == 0
    classified = rest.labels != 0
    np.testing.assert_array_equal(rest.labels[classified], plain.labels[classified])
    sharp = replace(pg.as_vocabulary(WORDS), logit_scale=100.0)
    assert embedding.label(sharp).score[data].mean() > plain.score[data].mean()


def test_explain_tells_why(folder: Path, tmp_path: Path) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    shown = embedding.label(WORDS)
    row, col = 130, 77
    x, y = embedding.geobox.transform @ (col + 0.5, row + 0.5)
    ranked = pg.explain(embedding, WORDS, at=(x, y), options=pg.LabelOptions(background=("road",)))
    assert sum(item.probability for item in ranked) == pytest.approx(1)
    assert [item.name for item in ranked if item.word == "road"] == [None]
    plain = pg.explain(embedding, WORDS, at=(x, y))
    value = shown.vocabulary.names.index(plain[0].name or "") + 1
    assert shown.labels[row, col] == value
    assert round(100 * plain[0].probability) == shown.score[row, col]
    west, _, _, north = embedding.geobox.bounds
    box = shapely.box(west + 10, north - 60, west + 60, north - 10)
    geopandas.GeoDataFrame(geometry=[box], crs=embedding.geobox.crs).to_file(tmp_path / "box.gpkg")
    area = pg.explain(embedding, WORDS, aoi=tmp_path / "box.gpkg")
    assert sum(item.probability for item in area) == pytest.approx(1)
    assert {item.word for item in area} == set(pg.as_vocabulary(WORDS).queries)


def test_similar_is_hot_where_the_word_is(folder: Path, tmp_path: Path) -> None:
    path = pg.similar(folder / "scene.emb", "forest", out=tmp_path / "forest.tif")
    with rasterio.open(path) as heat, rasterio.open(folder / "scene_truth.tif") as truth:
        values, labels, kinds = heat.read(1), truth.read(1), truth.tags()
        assert heat.nodata == -2
        assert heat.transform == truth.transform
        assert heat.tags()["QUERY"] == "forest"
    forest = next(int(key.removeprefix("CLASS_")) for key, name in kinds.items() if name == "forest")
    assert np.abs(values).max() <= 1
    assert values[labels == forest].mean() > values[labels != forest].mean() + 0.2
    with pytest.raises(OutputError, match="overwrite=True"):
        pg.similar(folder / "scene.emb", "forest", out=tmp_path / "forest.tif")


@pytest.mark.filterwarnings("ignore:.*does not know")
def test_words_that_are_there_come_first(tmp_path: Path, demo: pg.Model) -> None:
    made = pg.sample(tmp_path / "scene.tif", size=512, seed=7)
    embedding = pg.encode(made.image, out=tmp_path / "scene.emb", model=demo)
    ranked = [item.word for item in pg.rank_words(embedding, ["river", "forest", "field", "road", "guitar", "perfume"])]
    assert set(ranked[:4]) == {"river", "forest", "field", "road"}


def test_bad_questions(folder: Path) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    with pytest.raises(OptionError, match="`at`"):
        pg.explain(embedding, WORDS)
    with pytest.raises(AreaError, match="lies outside the raster"):
        pg.explain(embedding, WORDS, at=(0, 0))
    with pytest.raises(VocabularyError, match="at least 3"):
        pg.rank_words(embedding, ["water", "water", "road"])


def test_bad_input(folder: Path, tmp_path: Path) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    with pytest.raises(AreaError, match="does not meet"):
        embedding.label(WORDS, bounds=(0, 0, 1, 1))
    with pytest.raises(OptionError, match="gsd"):
        embedding.label(WORDS, gsd=-1)
    assert embedding.label(WORDS, gsd=1e300).labels.shape == (1, 1)
    with pytest.raises(VocabularyError, match="cannot be background as well"):
        embedding.label(WORDS, options=pg.LabelOptions(background=("Trees",)))
    with pytest.raises(OptionError, match="1 to 63"):
        pg.encode(folder / "scene.tif", out=tmp_path / "new/a.emb", model="demo", store=pg.StoreOptions(components=64))
    assert not (tmp_path / "new").exists()


def test_a_folder_called_like_a_model_is_no_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    pg.sample("s.tif", size=64, seed=9)
    assert pg.encode("s.tif", out="s.emb", model="demo").label(WORDS).labels.shape == (64, 64)


def test_another_model_s_words_are_refused(folder: Path, tmp_path: Path, demo: pg.Model) -> None:
    pg.sample(tmp_path / "s.tif", size=64, seed=9)
    changed = replace(demo, checksums={**demo.checksums, "clip": "0" * 64})
    made = pg.encode(tmp_path / "s.tif", out=tmp_path / "a.emb", model=changed)
    with pytest.raises(StoreError, match=r"other weights of model 'demo' \(sha256 000000000000"):
        pg.label(made.name, WORDS, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    gone = replace(demo, card=replace(demo.card, name="gone"))
    with warnings.catch_warnings():
        made = pg.encode(tmp_path / "s.tif", out=tmp_path / "b.emb", model=gone)
    with pytest.raises(StoreError, match="'gone', whose card cannot be found"):
        pg.open_embedding(made.name).label(WORDS)
    # The model that encoded it is still loaded.
    assert made.label(WORDS).labels.size


def test_maps_in_memory_have_a_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from proxyclip_geo.engine import area_query

    monkeypatch.setattr(area_query, "MOST_PIXELS", 10_000)
    embedding = pg.open_embedding(folder / "scene.emb")
    with pytest.raises(OptionError, match=r"300 × 260 pixels, more than the limit of 10,000 .*coarser `gsd`"):
        embedding.label(WORDS)
    assert embedding.label(WORDS, gsd=4).labels.size <= 10_000


@pytest.mark.parametrize("debias", [float("nan"), float("inf"), 1e300, -11])
def test_impossible_weights_are_refused(debias: float) -> None:
    with pytest.raises(OptionError, match="debias"):
        pg.LabelOptions(debias=debias)


@pytest.fixture
def drawn(folder: Path, tmp_path: Path) -> Path:
    """Squares of a few metres where the truth is one class, for two classes of the scene."""
    with rasterio.open(folder / "scene_truth.tif") as truth:
        labels, tags, transform, crs = truth.read(1), truth.tags(), truth.transform, truth.crs
    names = {int(key.removeprefix("CLASS_")): name for key, name in tags.items() if key.startswith("CLASS_")}
    rows: list[tuple[str, shapely.Polygon]] = []
    for value, name in names.items():
        pure = [
            (row, col)
            for row in range(0, 248, 12)
            for col in range(0, 288, 12)
            if (labels[row : row + 12, col : col + 12] == value).all()
        ]
        for row, col in pure[:2] if name in ("forest", "cropland") else ():
            corners = [transform @ (col + x, row + y) for x, y in ((0, 0), (12, 0), (12, 12), (0, 12))]
            rows.append((name, shapely.Polygon(corners)))
    assert {name for name, _ in rows} == {"forest", "cropland"}
    frame = geopandas.GeoDataFrame({"class": [name for name, _ in rows]}, geometry=[s for _, s in rows], crs=crs)
    frame.to_file(tmp_path / "drawn.gpkg")
    return tmp_path / "drawn.gpkg"


def test_examples_stand_in_for_words(folder: Path, tmp_path: Path, drawn: Path) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    with rasterio.open(folder / "scene_truth.tif") as truth:
        labels, tags = truth.read(1), truth.tags()
    value = {name: int(key.removeprefix("CLASS_")) for key, name in tags.items() if key.startswith("CLASS_")}
    # Words that are wrong, and examples that put them right.
    frame = geopandas.read_file(drawn)
    frame["class"] = frame["class"].map({"forest": "water", "cropland": "road"})
    frame.to_file(drawn)
    words = ["road", "water"]
    wrong = embedding.label(words)
    right = embedding.label(words, examples=drawn)
    known = np.isin(labels, [value["forest"], value["cropland"]])
    truth_here = np.where(labels == value["cropland"], 1, 2)
    assert (wrong.labels == truth_here)[known].mean() < 0.5
    assert (right.labels == truth_here)[known].mean() > 0.9
    result = pg.label(embedding, words, out=tmp_path / "out", examples=drawn)
    np.testing.assert_array_equal(result.labels.read(), right.labels)
    assert right.report is not None
    assert result.run["examples"] == right.report.to_dict()
    assert right.report.correct > 0.95
    assert right.report.contradictions == ()
    ranked = pg.explain(embedding, words, aoi=drawn, examples=drawn)
    assert ranked != pg.explain(embedding, words, aoi=drawn)
    without = embedding.label(words, examples=pg.Examples(drawn, weight=0))
    np.testing.assert_array_equal(without.labels, wrong.labels)
    assert without.report is None


def test_classes_without_words(folder: Path, tmp_path: Path, drawn: Path, demo: pg.Model) -> None:
    """What has examples alone is found, saved and applied elsewhere."""
    embedding = pg.open_embedding(folder / "scene.emb")
    frame = geopandas.read_file(drawn)
    frame["class"] = frame["class"].replace({"forest": "this, whatever it is called"})
    frame.to_file(drawn)
    unnamed = {"name": "this, whatever it is called", "words": []}
    with rasterio.open(folder / "scene_truth.tif") as truth:
        labels, tags = truth.read(1), truth.tags()
    forest, cropland = (
        labels == next(int(key.removeprefix("CLASS_")) for key, name in tags.items() if name == wanted)
        for wanted in ("forest", "cropland")
    )
    found = embedding.label([unnamed, "cropland", "road"], examples=drawn)
    assert (found.labels[forest] == 1).mean() > 0.6
    assert (found.labels[cropland] == 2).mean() > 0.8
    alone = embedding.label([unnamed, {"name": "cropland", "words": []}], examples=drawn)
    assert set(np.unique(alone.labels)) == {1, 2}
    result = pg.label(embedding, [unnamed, "cropland", "road"], out=tmp_path / "out", examples=drawn)
    np.testing.assert_array_equal(result.labels.read(), found.labels)
    saved = pg.load_vocabulary(pg.dump_vocabulary(found.vocabulary, tmp_path / "learned.yaml"))
    assert saved.classes[0].synonyms == ()
    mapped = pg.segment(folder / "scene.tif", saved, out=tmp_path / "map", model=demo)
    np.testing.assert_array_equal(mapped.labels.read(), found.labels)
    assert pg.explain(embedding, saved, aoi=drawn)[0].name in ("this, whatever it is called", "cropland")
    for call in (
        lambda: embedding.label([unnamed, "cropland"]),
        lambda: embedding.label([unnamed, "cropland"], examples=pg.Examples(drawn, weight=0)),
        lambda: pg.segment(folder / "scene.tif", [unnamed, "cropland"], out=tmp_path / "no", model=demo),
    ):
        with pytest.raises(VocabularyError, match="has no words, and nothing was learned for it; give it words"):
            call()
    with pytest.raises(VocabularyError, match=r"class 'other' has neither words nor examples in .*drawn.gpkg"):
        embedding.label([unnamed, "cropland", {"name": "other", "words": []}], examples=drawn)


def test_examples_that_contradict_each_other(folder: Path, tmp_path: Path, drawn: Path) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    frame = geopandas.read_file(drawn)
    more = frame.copy()
    more.geometry = frame.translate(2, 2)
    frame = pandas.concat([frame, more], ignore_index=True)
    frame.loc[0, "class"] = "cropland" if frame.loc[0, "class"] == "forest" else "forest"
    frame.to_file(tmp_path / "mixed.gpkg")
    with pytest.warns(QualityWarning, match=r"contradict each other: example 1 of '\w+' looks like '\w+' \("):
        found = embedding.label(WORDS, examples=tmp_path / "mixed.gpkg").report
    assert found is not None
    assert [item.number for item in found.contradictions] == [1]
    assert found.next_class == frame.loc[0, "class"]
    assert {item.name: item.count for item in found.classes} == dict(frame["class"].value_counts())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # The same examples on another view: nothing is learned or said again.
        embedding.label(WORDS, examples=tmp_path / "mixed.gpkg", gsd=4)


def test_a_learned_vocabulary_is_saved_and_applied(folder: Path, tmp_path: Path, drawn: Path, demo: pg.Model) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    shown = embedding.label(WORDS, examples=drawn)
    path = pg.dump_vocabulary(shown.vocabulary, tmp_path / "learned.yaml")
    learned = pg.load_vocabulary(path)
    assert learned == shown.vocabulary
    assert [item.direction is not None for item in learned.classes] == [False, True, False, True]
    np.testing.assert_array_equal(embedding.label(learned).labels, shown.labels)
    result = pg.segment(folder / "scene.tif", learned, out=tmp_path / "out", model=demo)
    np.testing.assert_array_equal(result.labels.read(), shown.labels)
    other = replace(learned, model_sha256="0" * 64)
    for call in (
        lambda: embedding.label(other),
        lambda: pg.segment(folder / "scene.tif", other, out=tmp_path / "b", model=demo),
    ):
        with pytest.raises(VocabularyError, match=r"learned from examples with other weights of model 'demo'.*again"):
            call()
    with pytest.raises(VocabularyError, match=r"with model 'big', whose features differ from those of model 'demo'"):
        embedding.label(replace(other, model="big"))
    short = replace(learned.classes[1], direction="AACAPw==")
    with pytest.raises(VocabularyError, match="the direction of class 2 has 1 numbers, but features have 64"):
        embedding.label(replace(learned, classes=(learned.classes[0], short)))


def test_examples_on_components(folder: Path, tmp_path: Path, drawn: Path, demo: pg.Model) -> None:
    store = pg.StoreOptions(components=24)
    few = pg.encode(folder / "scene.tif", out=tmp_path / "few.emb", model=demo, store=store)
    shown = few.label(WORDS, examples=drawn)
    whole = pg.open_embedding(folder / "scene.emb").label(shown.vocabulary)
    assert (shown.labels == whole.labels).mean() > 0.9
    assert shown.report is not None
    assert shown.report.correct > 0.95


def test_places_for_the_next_examples(folder: Path, tmp_path: Path, drawn: Path) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    found = pg.suggest(embedding, WORDS, examples=drawn, count=3, out=tmp_path / "next.gpkg")
    assert found.report is not None
    west, south, east, north = embedding.geobox.bounds
    for place in found.places:
        assert west <= place.x <= east
        assert south <= place.y <= north
        assert place.name != place.other
    assert found.places[0].margin < 0.3
    written = geopandas.read_file(tmp_path / "next.gpkg")
    assert written.crs == embedding.geobox.crs
    assert list(zip(written.geometry.x, written.geometry.y, strict=True)) == [(p.x, p.y) for p in found.places]
    with pytest.raises(OutputError, match="exists; pass overwrite=True"):
        pg.suggest(embedding, WORDS, out=tmp_path / "next.gpkg")
    pg.suggest(embedding, WORDS, out=tmp_path / "next.geojson")
    assert geopandas.read_file(tmp_path / "next.geojson").crs.name.startswith("WGS 84")
    with pytest.raises(OutputError, match=r"written as \.gpkg or \.geojson"):
        pg.suggest(embedding, WORDS, out=tmp_path / "next.txt")
    with pytest.raises(OptionError, match="count=0 must be 1 to 1000"):
        pg.suggest(embedding, WORDS, count=0)


def test_similar_to_a_place(folder: Path, tmp_path: Path, drawn: Path) -> None:
    frame = geopandas.read_file(drawn)
    frame[frame["class"] == "forest"].to_file(tmp_path / "forest.gpkg")
    path = pg.similar(folder / "scene.emb", aoi=tmp_path / "forest.gpkg", out=tmp_path / "like.tif")
    with rasterio.open(path) as heat, rasterio.open(folder / "scene_truth.tif") as truth:
        values, labels, tags = heat.read(1), truth.read(1), truth.tags()
    forest = next(int(key.removeprefix("CLASS_")) for key, name in tags.items() if name == "forest")
    assert values.max() <= 1.001
    assert values[labels == forest].mean() > values[labels != forest].mean() + 0.2
    with pytest.raises(OutputError, match=r"ends in \.tif"):
        pg.similar(folder / "scene.emb", "forest", out=tmp_path / "b.png")
    with pytest.raises(OptionError, match="one of a word, a point"):
        pg.similar(folder / "scene.emb", "forest", aoi=drawn, out=tmp_path / "b.tif")


def test_examples_where_there_is_no_data(make_raster: Make, tmp_path: Path, demo: pg.Model) -> None:
    with rasterio.open(pg.sample(tmp_path / "whole.tif", size=128, seed=4).image) as dataset:
        pixels, at, crs = np.maximum(dataset.read(), 1), dataset.transform, dataset.crs
    pixels[:, :, :64] = 0
    image = make_raster("scene.tif", data=pixels, transform=at, crs=crs, nodata=0)
    embedding = pg.encode(image, out=tmp_path / "scene.emb", model=demo)

    def examples(*lefts: int) -> Path:
        boxes = [shapely.box(*(at @ (left, 60)), *(at @ (left + 20, 40))) for left in lefts]
        path = tmp_path / f"{'-'.join(map(str, lefts))}.gpkg"
        geopandas.GeoDataFrame({"class": ["forest"] * len(boxes)}, geometry=boxes, crs=crs).to_file(path)
        return path

    words = ["forest", "water"]
    with pytest.raises(AreaError, match=r"feature 2 of .*gpkg, an example of 'forest', .*no data; move or"):
        embedding.label(words, examples=examples(80, 20))
    with pytest.warns(QualityWarning, match=r"1 of the 2 examples .*feature 2 \('forest', 20 % of it\)") as caught:
        embedding.label(words, examples=examples(80, 60))
    assert [Path(item.filename) for item in caught] == [Path(__file__)]
    embedding.label(words, examples=examples(80, 100))


def test_bad_examples(folder: Path, tmp_path: Path, drawn: Path) -> None:
    embedding = pg.open_embedding(folder / "scene.emb")
    with pytest.raises(VocabularyError, match=r"have class 'forest', which is not in the vocabulary"):
        embedding.label(["water", "cropland"], examples=drawn)
    with pytest.raises(OptionError, match="weight=2000 must be at most 1000"):
        pg.Examples(drawn, weight=2000)
    geopandas.read_file(drawn).query("`class` == 'forest'").to_file(tmp_path / "forest.gpkg")
    with (
        pytest.warns(QualityWarning, match="has one class"),
        pytest.raises(OptionError, match="at least two classes, but 'forest' is the only one"),
    ):
        embedding.label(["forest"], examples=tmp_path / "forest.gpkg")
    far = geopandas.read_file(drawn).translate(1e5)
    geopandas.GeoDataFrame({"class": ["forest"] * len(far)}, geometry=far).to_file(tmp_path / "far.gpkg")
    with pytest.raises(AreaError, match="lies within"):
        pg.label(embedding, ["forest", "water"], out=tmp_path / "out", examples=tmp_path / "far.gpkg")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("chosen", [{"borders": "image"}, {"segments": "majority"}])
def test_borders_along_the_image(folder: Path, tmp_path: Path, demo: pg.Model, chosen: dict[str, Any]) -> None:
    options = pg.SegmentOptions(**chosen, block_size=192, polygons=False)
    direct = pg.segment(folder / "scene.tif", WORDS, out=tmp_path / "direct", model=demo, options=options)
    embedding = pg.open_embedding(folder / "scene.emb")
    labelling = pg.LabelOptions(**chosen, polygons=False)
    shown = embedding.label(WORDS, options=labelling)
    np.testing.assert_array_equal(direct.labels.read(), shown.labels)
    assert 0.001 < (shown.labels != embedding.label(WORDS).labels).mean() < 0.2
    moved = Path(shutil.copyfile(folder / "scene.tif", tmp_path / "moved.tif"))
    moved_map = pg.label(embedding, WORDS, out=tmp_path / "kept", raster=moved, options=labelling)
    np.testing.assert_array_equal(moved_map.labels.read(), shown.labels)
    pg.sample(tmp_path / "other.tif", size=64, seed=9)
    with pytest.raises(StoreError, match=r"not the raster that .* was encoded from: they differ in"):
        pg.label(embedding, WORDS, out=tmp_path / "bad", raster=tmp_path / "other.tif", options=labelling)
    coarse = embedding.label(WORDS, gsd=4, options=labelling)
    np.testing.assert_array_equal(coarse.labels, embedding.label(WORDS, gsd=4).labels)
