"""The record of source files in a GeoPackage, read back."""

import json

import pytest

from proxyclip_geo.errors import VectorError
from proxyclip_geo.vector.provenance import SOURCES, read_sources

FILE = {"path": "/a/labels.tif", "sha256": "00", "relative": "labels.tif"}
GOOD = {
    "labels": [FILE],
    "scores": [],
    "probabilities": [],
    "statistics": {"height": {"path": "https://x/height.tif"}},
    "aoi": None,
    "classes": [[1, "water", [0, 0, 255]]],
}


def test_the_record_is_returned_as_it_is() -> None:
    assert read_sources({SOURCES: json.dumps(GOOD)}) == GOOD


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "malformed JSON"),
        ("null", "None must be a table"),
        ("[" * 100_000, "nested too deeply"),
        (json.dumps({**GOOD, "labels": []}), "labels = a list must have at least 1 item"),
        (json.dumps({**GOOD, "labels": [{"path": 3}]}), r"labels\[0\]\.path = 3 must be text"),
        (json.dumps({**GOOD, "scores": None}), "scores = None must be a list"),
        (json.dumps({**GOOD, "statistics": []}), "statistics = a list must be"),
        (json.dumps({**GOOD, "aoi": {"file": "a"}}), "aoi: 'path' is missing; unknown entry 'file'"),
        (json.dumps({**GOOD, "classes": [[1, "water", [0, 0]]]}), "has too few entries"),
    ],
    ids=range(9),
)
def test_a_damaged_record_is_an_error(text: str, message: str) -> None:
    with pytest.raises(VectorError, match=message):
        read_sources({SOURCES: text})
