"""The bundled models are semantic: they are scored on worlds and words that they were not trained on."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import proxyclip_geo as pg
from proxyclip_geo.models.registry import builtin_cards

WORDS = tomllib.loads((Path(__file__).parents[2] / "tools" / "demo_model" / "words.toml").read_text("utf-8"))
SEEDS = (2, 5, 11, 17)
"""Worlds: training used 1000 and above."""
LEAST = {"demo": 0.80, "lite": 0.72}
"""Least mean IoU with training words; `lite` was trained for real images."""


@pytest.fixture(scope="module", params=["demo", "lite"])
def model(request: pytest.FixtureRequest) -> pg.Model:
    return pg.load_model(request.param, device="cpu")


@pytest.fixture(scope="module")
def demo() -> pg.Model:
    return pg.load_model("demo", device="cpu")


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("scenes")
    return [pg.sample(folder / f"world{seed}.tif", size=512, seed=seed).image for seed in SEEDS]


def mean_iou(scenes: list[Path], words: Sequence[str], model: pg.Model, out: Path) -> float:
    """Mean IoU over the classes of all scenes together."""
    total = None
    for scene in scenes:
        options = pg.SegmentOptions(polygons=False, scores=False)
        result = pg.segment(scene, list(words), out=out / scene.stem, model=model, options=options)
        names = dict(enumerate(result.vocabulary.names, start=1))
        truth = scene.with_name(f"{scene.stem}_truth.tif")
        matrix = pg.evaluate(result.paths.labels, truth, mapping=names).matrix
        total = matrix if total is None else total + matrix
    assert total is not None
    score = total.overall().mean_iou
    assert score is not None
    return score


def test_it_is_small() -> None:
    folder = builtin_cards()["demo"].parent
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 13e6


@pytest.mark.slow
def test_scenes_with_training_words(scenes: list[Path], model: pg.Model, tmp_path: Path) -> None:
    words = [synonyms[0] for synonyms in WORDS["train"].values()]
    assert mean_iou(scenes, words, model, tmp_path) >= LEAST[model.card.name]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*does not know 'grove'")
def test_scenes_with_words_held_out_of_all_training(scenes: list[Path], model: pg.Model, tmp_path: Path) -> None:
    words = [", ".join(synonyms) for synonyms in WORDS["held_out"].values()]
    assert mean_iou(scenes, words, model, tmp_path) >= LEAST[model.card.name] - 0.05


def test_lagoon_lands_near_water(demo: pg.Model) -> None:
    names = list(WORDS["train"])
    words = ["lagoon", "woods"]
    queries = demo.text.encode(words)
    cosines = (queries @ demo.text.encode([name.replace("_", " ") for name in names]).T).numpy()
    assert [names[index] for index in np.argmax(cosines, axis=1)] == ["water", "forest"]


def test_it_knows_what_it_does_not_know(demo: pg.Model) -> None:
    far = demo.text.far_words(["pizza", "democracy", "guitar", "water", "forest", "building"])
    assert {word.word for word in far} >= {"democracy", "guitar"}
    assert not {word.word for word in far} & {"water", "forest", "building"}
