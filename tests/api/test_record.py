"""Records of earlier runs, read back."""

from pathlib import Path

import pytest

from proxyclip_geo.api.record import EarlierRun, read_record
from proxyclip_geo.errors import OutputError


def test_the_values_that_are_compared_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a_run.json"
    path.write_text('{"identity": {"model": {"name": "demo"}}, "options": {"window": 128}, "seconds": {}}')
    record = read_record(path)
    assert (record.model, record.options) == ({"name": "demo"}, {"window": 128})
    path.write_text("{}")
    assert read_record(path) == EarlierRun()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "malformed JSON"),
        ("null", "None must be a table"),
        ("[]", "a list must be a table"),
        ('{"identity": null}', "identity = None must be"),
        ('{"identity": {"model": 3}}', "identity.model must be a table"),
        ('{"options": ["window"]}', "options = a list must be"),
        ('{"options": {}, "options": {}}', "the key 'options' is there twice"),
        ('{"options": {"window": NaN}}', "NaN is not a finite number"),
        ('{"options": {"window": ' + "9" * 5000 + "}}", "a number has 5000 digits"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=range(10),
)
def test_a_damaged_record_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a_run.json"
    path.write_text(text)
    with pytest.raises(OutputError, match=message) as caught:
        read_record(path)
    assert "a_run.json" in str(caught.value)
