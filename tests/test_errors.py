"""Errors and warnings hold no credentials."""

import pickle
from pathlib import Path
from typing import Any

import pytest

import proxyclip_geo
from proxyclip_geo.errors import QualityWarning, RasterError, forward_warnings, strip_credentials, warn_quality
from proxyclip_geo.remedies import Remedy

URL = "https://example.org/a/b.tif"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        (f"{URL}?sig=S", URL),
        (f"https://me:S@{URL[8:]}", URL),
        (f"/vsicurl/https://S@{URL[8:]}?x=1&X-Amz-Signature=S", f"/vsicurl/{URL}"),
        ("/vsicurl?header.Authorization=S&url=https%3A%2F%2Fexample.org%2Fa%2Fb.tif%3Fsig%3DS", f"/vsicurl/{URL}"),
        (f"cannot open '{URL}?sig=S' (HTTP 403)", f"cannot open '{URL}' (HTTP 403)"),
        (f"({URL}?sig=S); check it", f"({URL}); check it"),
        (f"HTTP error on {URL}?sv=2&se=S: 403", f"HTTP error on {URL}: 403"),
        ("https://example.org/a b.tif?sig=S", "https://example.org/a b.tif?sig=***"),
        ("PG:host=h user=u password='S S'", "PG:host=h user=u password=***"),
        ("AWS_SECRET_ACCESS_TOKEN=S", "AWS_SECRET_ACCESS_TOKEN=***"),
        ('NETCDF:"https://u:S@h/x.nc?token=S":red', 'NETCDF:"https://h/x.nc":red'),
        ({"path": [f"{URL}?sig=S", None, 3]}, {"path": [URL, None, 3]}),
        ("/data/what?.tif and design=modern, me@example.org", "/data/what?.tif and design=modern, me@example.org"),
        ("see https://example.org/docs. Then", "see https://example.org/docs. Then"),
    ],
)
def test_credentials_are_removed(text: Any, bare: Any) -> None:
    assert strip_credentials(text) == bare == strip_credentials(bare)


def test_messages_hold_none() -> None:
    error = RasterError(f"{URL}?sig=S cannot be opened")
    for one in (error, pickle.loads(pickle.dumps(error))):
        assert str(one) == f"{URL} cannot be opened"
    with pytest.warns(QualityWarning, match=f"^{URL} is flat$"):
        warn_quality(f"{URL}?sig=S is flat")


def test_warnings_that_differ_in_names_and_numbers_are_counted() -> None:
    shown: list[str] = []
    with forward_warnings(lambda warning: shown.append(str(warning))):
        for number in range(300):
            warn_quality(f"/data/tile {number}/a{number}.tif has no CRS: polygons will have no areas in m²")
            warn_quality(f"model 'demo' does not know 'word {number}' (similarity 0.{number:03})")
        warn_quality("another problem")
    assert len(shown) == 9
    assert shown[:2] == [
        "/data/tile 0/a0.tif has no CRS: polygons will have no areas in m²",
        "model 'demo' does not know 'word 0' (similarity 0.000)",
    ]
    assert shown[6] == "another problem"
    assert shown[8] == "297 more warnings of this kind, e.g.: model 'demo' does not know 'word 299' (similarity 0.299)"


def test_a_fourth_warning_is_shown_instead_of_a_count() -> None:
    shown: list[str] = []
    with forward_warnings(lambda warning: shown.append(str(warning))):
        for word in "abcd":
            warn_quality(f"model 'demo' does not know '{word}'")
    assert shown[3] == "model 'demo' does not know 'd'"


def test_a_remedy_is_part_of_the_message_and_separate() -> None:
    error = RasterError(f"{URL}?sig=S has no CRS", remedy=Remedy("install-package", {"package": "pyarrow"}))
    for one in (error, pickle.loads(pickle.dumps(error))):
        assert str(one) == f"{URL} has no CRS; run `pip install pyarrow`"
        assert one.reason == f"{URL} has no CRS"
        assert one.remedy == Remedy("install-package", {"package": "pyarrow"})


def test_long_messages_lose_their_middle() -> None:
    message = str(RasterError(f"'a.tif' is damaged ({'0, ' * 100_000}); copy it again"))
    assert len(message) < 5000
    assert message.startswith("'a.tif' is damaged")
    assert message.endswith("copy it again")


def test_threads_change_the_filters_of_warnings_one_at_a_time() -> None:
    """Filters belong to the process. Models are loaded, and runs watched, where no other thread changes them."""
    package = Path(proxyclip_geo.__file__).parent
    changing = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "warnings.catch_warnings()" in path.read_text(encoding="utf-8")
    }
    assert changing == {"errors.py", "models/openvino.py", "models/state_dict.py", "vector/convert.py"}
