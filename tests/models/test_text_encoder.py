from pathlib import Path

import pytest
import torch

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.models.load import load_model, load_text
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.models.text_encoder import TextEncoder, resolve_templates
from proxyclip_geo.progress import ProgressEvent


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


def test_queries_are_unit_and_do_not_depend_on_the_batch(text: TextEncoder) -> None:
    words = ["water", "forest", "a field of wheat"]
    queries = text.encode(words)
    torch.testing.assert_close(queries.norm(dim=1), torch.ones(3))
    torch.testing.assert_close(text.encode(words, batch=7), queries, atol=1e-5, rtol=0)
    torch.testing.assert_close(text.encode(words[1:2]), queries[1:2], atol=1e-5, rtol=0)


def test_templates_of_a_vocabulary_take_the_place_of_the_models(text: TextEncoder) -> None:
    assert not torch.allclose(text.encode(["water"], templates="plain"), text.encode(["water"]))


def test_far_words(text: TextEncoder) -> None:
    strict = TextEncoder(text._clip, text._tokenizer, templates="plain", known=["water", "forest"], min_similarity=1.01)
    far = strict.far_words(["water", "pizza"])
    assert [word.word for word in far] == ["water", "pizza"]
    assert far[0].nearest == "water"
    assert far[0].similarity == pytest.approx(1, abs=1e-5)
    assert text.far_words(["pizza"]) == ()


def test_text_alone_equals_text_of_the_whole_model(tiny_model: Path, text: TextEncoder) -> None:
    alone = load_text(find_card(tiny_model))
    assert torch.equal(alone.encode(["water"]), text.encode(["water"]))


def test_words_are_encoded_once(text: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert [event.done for event in events] == [*range(256, 2400, 256), 2400]
    assert {(event.stage, event.total, event.unit) for event in events} == {("words", 2400, "prompts")}
