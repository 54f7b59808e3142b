import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
import torch

from proxyclip_geo.errors import VocabularyError, WeightsError
from proxyclip_geo.models import kinds, query_store
from proxyclip_geo.models.cache_folder import CACHE_FOLDER
from proxyclip_geo.models.kinds import load_text
from proxyclip_geo.models.load import load_model
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.models.text_encoder import TextEncoder, TextTower, resolve_templates
from proxyclip_geo.progress import ProgressEvent


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_FOLDER, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def text(tiny_model: Path) -> TextEncoder:
    return load_model(tiny_model, device="cpu").text


def test_imagenet_templates_are_the_published_eighty() -> None:
    templates = resolve_templates("imagenet")
    assert len(templates) == 80
    assert templates[0] == "a bad photo of a {}."


def test_own_templates() -> None:
    assert resolve_templates("a map of {}") == ("a map of {}",)
    with pytest.raises(VocabularyError):
        resolve_templates("imagnet")
    with pytest.raises(VocabularyError):
        resolve_templates(["no place for the word"])


@pytest.mark.parametrize("templates", ["imagenet", "plain"])
def test_queries_are_unit_and_do_not_depend_on_other_words(text: TextEncoder, templates: str) -> None:
    words = ["water", "forest", "a field of wheat", *(f"word {number}" for number in range(70))]
    queries = text.encode(words, templates=templates)
    torch.testing.assert_close(queries.norm(dim=1), torch.ones(len(words)))
    for word, query in zip(words[::9], queries[::9], strict=True):
        alone = TextEncoder(lambda: text.tower)
        assert torch.equal(alone.encode([word], templates=templates)[0], query)


def test_a_tower_is_loaded_once_by_several_threads(text: TextEncoder) -> None:
    loads, loading, go_on = [], threading.Event(), threading.Event()

    def load() -> TextTower:
        loads.append(1)
        loading.set()
        go_on.wait()
        return text.tower

    encoder = TextEncoder(load)
    threads = [threading.Thread(target=encoder.preload), threading.Thread(target=encoder.encode, args=(["water"],))]
    threads[0].start()
    loading.wait()
    assert not encoder.is_loaded
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert encoder.is_loaded
    assert len(loads) == 1


def test_a_tower_that_cannot_be_loaded_fails_at_the_first_word() -> None:
    def load() -> TextTower:
        raise WeightsError("missing")

    encoder = TextEncoder(load)
    encoder.preload()
    with pytest.raises(WeightsError, match="missing"):
        encoder.encode(["water"])


def test_words_asked_again_need_no_text_tower(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_text(find_card(tiny_model)).encode(["water", "forest"])
    monkeypatch.setattr(kinds, "load_clip", None)
    assert torch.equal(load_text(find_card(tiny_model)).encode(["forest", "water"]), first.flip(0))
    for words, templates in (["water", "lake"], None), (["water"], "plain"):
        with pytest.raises(TypeError, match="not callable"):
            load_text(find_card(tiny_model)).encode(words, templates=templates)


def test_queries_of_other_weights_are_not_taken(tiny_model: Path) -> None:
    text = load_text(find_card(tiny_model))
    other = load_text(find_card(tiny_model), checksums={"clip": "0" * 64})
    text.encode(["water"])
    templates = resolve_templates(text.templates)
    assert text._store
    assert set(text._store.read(["water"], templates)) == {"water"}
    assert other._store
    assert other._store.read(["water"], templates) == {}


@pytest.mark.parametrize("damage", ["garbage", "folder", "value"])
def test_damaged_or_unusable_store_is_ignored(tiny_model: Path, cache: Path, damage: str) -> None:
    first = load_text(find_card(tiny_model)).encode(["water"])
    path = cache / "queries.sqlite"
    if damage == "garbage":
        path.write_bytes(b"not a database" * 100)
    elif damage == "folder":
        shutil.rmtree(path.parent)
        path.parent.write_text("a file")
    else:
        with closing(sqlite3.connect(path)) as table, table:
            table.execute("UPDATE queries SET query = zeroblob(length(query))")
    assert torch.equal(load_text(find_card(tiny_model)).encode(["water"]), first)


def test_oldest_queries_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_store, "MAX_STORED", 3)
    store = query_store.QueryStore("model", tmp_path / "queries.sqlite")
    for word in "abcde":
        store.write({word: torch.eye(4)[0]}, ["{}"])
    assert set(store.read("abcde", ["{}"])) == set("cde")


def test_templates_of_a_vocabulary_take_the_place_of_the_models(text: TextEncoder) -> None:
    assert not torch.allclose(text.encode(["water"], templates="plain"), text.encode(["water"]))


def test_far_words_report_progress(text: TextEncoder) -> None:
    strict = TextEncoder(lambda: text.tower, templates="imagenet", known=["water"])
    events: list[ProgressEvent] = []
    strict.far_words([f"word {number}" for number in range(26)], progress=events.append)
    assert {event.stage for event in events} == {"words"}


def test_far_words(text: TextEncoder) -> None:
    strict = TextEncoder(lambda: text.tower, templates="plain", known=["water", "forest"], min_similarity=1.01)
    far = strict.far_words(["water", "pizza"])
    assert [word.word for word in far] == ["water", "pizza"]
    assert far[0].nearest == "water"
    assert far[0].similarity == pytest.approx(1, abs=1e-5)
    assert text.far_words(["pizza"]) == ()


def test_text_alone_equals_text_of_the_whole_model(tiny_model: Path, text: TextEncoder) -> None:
    alone = load_text(find_card(tiny_model))
    assert torch.equal(alone.encode(["water"]), text.encode(["water"]))


def test_words_are_encoded_once(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = load_text(find_card(tiny_model))
    first = text.encode(["water", "forest", "water"])
    requested: list[str] = []
    encode = text._encode
    monkeypatch.setattr(
        text, "_encode", lambda words, *rest, **more: requested.extend(words) or encode(words, *rest, **more)
    )
    torch.testing.assert_close(text.encode(["forest", "road", "water"])[[2, 0]], first[:2], rtol=0, atol=0)
    assert requested == ["road"]
    text.encode(["water"], templates="plain")
    assert requested == ["road", "water"]


def test_many_words_report_progress(text: TextEncoder) -> None:
    events: list[ProgressEvent] = []
    text.encode(["water"], templates="plain", progress=events.append)
    assert not events
    text.encode([f"word {n}" for n in range(30)], templates="imagenet", progress=events.append)
    assert [event.done for event in events] == [*range(80, 2400, 80), 2400]
    assert {(event.stage, event.total, event.unit) for event in events} == {("words", 2400, "prompts")}
