from pathlib import Path

import pytest


@pytest.fixture
def shared_golden():
    return Path(__file__).parents[3] / "shared" / "golden"
