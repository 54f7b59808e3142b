"""CLIP configs beside a card: sizes and types are checked before any weight is made."""

import json
from pathlib import Path
from typing import Any

import pytest

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.clip_config import read_clip_config
from proxyclip_geo.models.load_towers import load_clip
from proxyclip_geo.models.registry import find_card
from tests.models.conftest import CLIP_CONFIG


def change(section: str | None, **values: Any) -> str:
    part = {} if section is None else {section: {**CLIP_CONFIG[section], **values}}  # type: ignore[dict-item]
    return json.dumps({**CLIP_CONFIG, **(values if section is None else part)})


def test_a_config_may_lie_under_model_cfg(tiny_model: Path) -> None:
    (tiny_model / "clip.json").write_text(json.dumps({"model_cfg": CLIP_CONFIG, "preprocess_cfg": {}}))
    assert read_clip_config(find_card(tiny_model)) == CLIP_CONFIG


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("null", "clip.json: None must be a table"),
        ("{", "clip.json, line 1, column 2: malformed JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"embed_dim": 1, "embed_dim": 2}', "the key 'embed_dim' is there twice"),
        ('{"model_cfg": []}', "a list must be a table"),
        (change(None, vision_cfg=None), "vision_cfg = None must be a table"),
        (change(None, text_cfg=[1]), "text_cfg = a list must be a table"),
        (change(None, embed_dim=0), "embed_dim = 0 must be at least 1"),
        (change(None, quick_gelu="yes"), "quick_gelu = 'yes' must be true or false"),
        (change("vision_cfg", layers=10**9), "vision_cfg.layers = 1000000000 must be at most 200"),
        (change("vision_cfg", layers="2"), "vision_cfg.layers = '2' must be a whole number"),
        (change("vision_cfg", patch_size=0), "vision_cfg.patch_size = 0 must be at least 1"),
        (change("text_cfg", hf_model_name="owner/name"), "only CLIPs with open_clip's own text and image towers"),
        (change("vision_cfg", timm_model_name="hf-hub:owner/name"), "only CLIPs with open_clip's own"),
        (change("text_cfg", layers=200, width=8192), "200 layers of width 8192 are more than the limit"),
    ],
    ids=range(15),
)
def test_a_malformed_config_is_refused(tiny_model: Path, text: str, message: str) -> None:
    (tiny_model / "clip.json").write_text(text)
    with pytest.raises(ModelError, match=message):
        read_clip_config(find_card(tiny_model))


def test_an_entry_that_open_clip_does_not_know_is_refused(tiny_model: Path) -> None:
    (tiny_model / "clip.json").write_text(change("vision_cfg", pooling=3))
    with pytest.raises(ModelError, match="open_clip cannot build this CLIP config.*pooling"):
        load_clip(find_card(tiny_model))
