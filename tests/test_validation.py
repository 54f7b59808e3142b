import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from proxyclip_geo.data_files import MAX_BYTES, parse_json, read_text
from proxyclip_geo.errors import ModelError
from proxyclip_geo.validation import validate


@dataclass(frozen=True)
class Inner:
    size: int = 336
    mean: tuple[float, float, float] = (0, 0, 0)
    mode: Literal["offset", "antialias"] = "offset"
    words: str | tuple[str, ...] = "imagenet"
    extra: Mapping[str, Any] | None = None
    file: Path = Path()

    def __post_init__(self) -> None:
        if self.size == 7:
            raise ValueError("size 7 is not possible; give 8")


@dataclass(frozen=True)
class Outer:
    window: Inner
    name: str = "x"
    layers: tuple[Inner, ...] = ()


def check(values: object) -> Outer:
    return validate(Outer, values, error=ModelError, source="card.toml")


def test_lists_become_tuples_and_tables_dataclasses() -> None:
    values = {"window": {"mean": [1, 2, 3.5], "words": ["a", "b"], "file": Path("a/b")}, "layers": [{"size": 8}]}
    assert check(values) == Outer(Inner(mean=(1, 2, 3.5), words=("a", "b"), file=Path("a/b")), layers=(Inner(8),))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (None, "card.toml: None must be a table"),
        ({}, "card.toml: 'window' is missing"),
        ({"window": None}, "card.toml: window = None must be a table"),
        ({"window": {"size": "336"}}, "card.toml: window.size = '336' must be a whole number"),
        ({"window": {"size": True}}, "window.size = True must be a whole number"),
        ({"window": {"size": 8.0}}, "window.size = 8.0 must be a whole number"),
        ({"window": {"size": 7}}, "card.toml: window: size 7 is not possible; give 8"),
        ({"window": {"mean": [1, 2]}}, "window.mean has too few entries"),
        ({"window": {"mean": [1, 2, float("nan")]}}, "window.mean[2] = nan must be a finite number"),
        ({"window": {"mode": "x"}}, "window.mode = 'x' must be 'offset' or 'antialias'"),
        ({"window": {"words": 3}}, "window.words = 3 must be text or a list"),
        ({"window": {}, "layers": [{}, {"siez": 3}]}, "layers[1]: unknown entry 'siez' (did you mean 'size'?); there"),
        ({"window": {}, "nane": 3}, "unknown entry 'nane' (did you mean 'name'?); there are window, name, layers"),
        ({"window": {}, "name": 10**4299}, "must be text"),
        ({"window": {}, "name": 10**5000}, "card.toml: "),
        ({"window": {}, "name": b"x" * 3}, "card.toml: "),
    ],
)  # fmt: skip
def test_problems_name_path_value_and_limit(values: object, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        check(values)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 300


def test_only_the_first_problems_are_listed() -> None:
    with pytest.raises(ModelError, match="and 7 more"):
        check({"window": {}, "layers": [{"size": "8"}] * 10})


def test_deep_nesting_is_an_error() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ModelError, match="nested too deeply"):
        check(deep)
    with pytest.raises(ModelError, match="nested too deeply"):
        parse_json("[" * 100_000, error=ModelError, source="x.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "a": 2}', "x.json: the key 'a' is there twice"),
        ('{"a": NaN}', "x.json: NaN is not a finite number"),
        ('{"a": 1e999}', "x.json: 1e999 is too large"),
        ("1" * 5000, "x.json: a number has 5000 digits, more than the limit of 300"),
        ('{"a" 1}', "x.json, line 1, column 6: malformed JSON"),
    ],
)
def test_json_without_one_meaning_is_refused(text: str, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        parse_json(text, error=ModelError, source="x.json")
    assert message in str(caught.value)


def test_text_files_are_utf8_and_of_limited_size(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"a\nb\xff")
    with pytest.raises(ModelError, match="line 2: this is not UTF-8"):
        read_text(path, error=ModelError, source="x.txt")
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(ModelError, match="more than the limit"):
        read_text(path, error=ModelError, source="x.txt")
    with pytest.raises(ModelError, match="x.txt cannot be read: No such file"):
        read_text(tmp_path / "none", error=ModelError, source="x.txt")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such devices and pipes")
@pytest.mark.parametrize("device", [None, "/dev/zero", "/dev/null", "."])
def test_a_text_file_that_is_a_device(tmp_path: Path, device: str | None) -> None:
    path = tmp_path / "a.json"
    os.mkfifo(path) if device is None else path.symlink_to(device)
    with pytest.raises(ModelError, match="a.json cannot be read: it is a folder, device or pipe; give a file"):
        read_text(path, error=ModelError, source="a.json")
