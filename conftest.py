"""Examples in docstrings run in a folder of their own; tests in a browser run where they are chosen."""

from pathlib import Path

import pytest
from _pytest.doctest import DoctestItem


@pytest.fixture(autouse=True)
def _examples_in_a_folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an example write files where nobody minds."""
    if isinstance(request.node, DoctestItem):
        folder: Path = request.getfixturevalue("tmp_path")
        monkeypatch.chdir(folder)
        if request.node.name.startswith("proxyclip_geo.serve"):
            request.getfixturevalue("socket_enabled")


def _wants_browser(config: pytest.Config) -> bool:
    return config.getoption("markexpr", "") == "browser"


def pytest_report_header(config: pytest.Config) -> str:
    """Say whether the tests of the page run."""
    return "tests of the page: run" if _wants_browser(config) else "tests of the page: not here, but by make test-serve"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out tests that need a browser, whose packages are not there."""
    inside = collection_path.parts[-2:] == ("serve", "page")
    return True if inside and not _wants_browser(config) else None
