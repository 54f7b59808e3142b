"""What `import proxyclip_geo` offers."""

import inspect
import os
import re
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import proxyclip_geo as pg

SCRIPT = """
import numpy as np
import proxyclip_geo as pg

def show(event: pg.ProgressEvent) -> None:
    print(event.stage, event.done, event.total)

geobox = pg.GeoBox((64, 64), (0.5, 0, 0, 0, -0.5, 0), "EPSG:32632")
raster = pg.ArrayRaster(np.zeros((3, 64, 64), np.uint8), geobox)
try:
    options = pg.SegmentOptions(gsd=1, polygons=False)
    result = pg.segment(raster, ["water"], out="out", model="demo", options=options, progress=show)
except pg.ProxyClipGeoError as error:
    raise SystemExit(str(error)) from error
reveal_type(result.labels.read())
print(result.paths.labels.name, sorted(result.shares))
"""
MEMBERS = (property, cached_property, classmethod, FunctionType)
FUNCTIONS = [name for name in pg.__all__ if inspect.isfunction(getattr(pg, name))]


def documentation(name: str) -> str:
    """The docstrings of a name and, of a class, of its public members."""
    item: Any = getattr(pg, name)
    members = vars(item).items() if inspect.isclass(item) else ()
    parts = [item, *(value for key, value in members if not key.startswith("_") and isinstance(value, MEMBERS))]
    return "\n".join(inspect.getdoc(part) or "" for part in parts)


@pytest.mark.parametrize("name", pg.__all__)
def test_what_is_documented_is_exported(name: str) -> None:
    found = documentation(name)
    classes = {*re.findall(r"`([A-Z][a-z]\w*)`", found), *re.findall(r"^ *([A-Z]\w+(?:Error|Warning)):", found, re.M)}
    assert {item for item in classes if not hasattr(pg, item)} <= {"Path", "True", "Affine"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_a_runnable_example(name: str) -> None:
    assert ">>> " in documentation(name)


@pytest.mark.slow
def test_a_typed_client_passes_a_strict_type_check(tmp_path: Path) -> None:
    script = tmp_path / "client.py"
    script.write_text(SCRIPT, "utf-8")
    root = Path(__file__).parents[1]
    # With the settings of `make lint` its cache serves, and the libraries are not checked again.
    settings = ["--config-file", str(root / "pyproject.toml"), "--cache-dir", str(root / ".mypy_cache")]
    command = [sys.executable, "-m", "mypy", "--strict", *settings, script.name]
    environment = {key: value for key, value in os.environ.items() if key != "MYPYPATH"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "ndarray" in done.stdout  # a type of its own, not Any
