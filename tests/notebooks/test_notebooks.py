"""Every notebook, run from top to bottom by a real kernel that cannot reach a network."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
import rasterio
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from traitlets.config import Config

import proxyclip_geo as pg

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

BLOCK_NETWORK = "import rasterio.session, pytest_socket; pytest_socket.disable_socket(allow_unix_socket=True)"
"""What a kernel runs first: it talks to us through Unix sockets alone, so nothing else is needed.

Rasterio imports boto3 where it is installed, which looks for IPv6 by opening a socket.
"""
THIS_MACHINE = "import pytest_socket; pytest_socket.socket_allow_hosts(['127.0.0.1'], allow_unix_socket=True)"
"""The same for a notebook that starts a cluster on this machine."""
TAKE_PORT = """
import contextlib, socket
with contextlib.suppress(OSError):
    taken = socket.create_server(("127.0.0.1", 8787))
"""
"""Another cluster has Dask's port."""


def run(path: Path, folder: Path, *, facts: str, network: str = BLOCK_NETWORK) -> tuple[NotebookNode, dict[str, Any]]:
    """Run a notebook in a folder.

    Args:
        path: The notebook.
        folder: Where its files go.
        facts: Expression for a dict, worked out by the kernel at the end.
        network: What the kernel runs first.

    Returns:
        The notebook with its outputs, and the facts.
    """
    notebook = nbformat.read(path, as_version=4)
    last = new_code_cell(f"import json\nprint(json.dumps({facts}))")
    notebook.cells = [new_code_cell(network), *notebook.cells, last]
    # The path of a Unix socket may not be longer than about a hundred letters, as pytest's own folders are in places.
    with tempfile.TemporaryDirectory(prefix="nb") as short:
        config = Config(KernelManager={"transport": "ipc", "connection_file": f"{short}/kernel.json"})
        client = NotebookClient(notebook, config=config, timeout=300, resources={"metadata": {"path": str(folder)}})
        # The kernel is that of no user: neither a profile in the home directory nor another backend counts.
        own = {"IPYTHONDIR": short, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        client.execute(env=os.environ | own | {"OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1"})
    return notebook, json.loads(notebook.cells[-1].outputs[0].text)


def streams(notebook: NotebookNode, name: str) -> str:
    """Return all that the cells wrote to stdout or stderr."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream" and output.name == name)


def check_from_words_to_map(folder: Path) -> None:
    """Check that it teaches what it says: a word fails; examples, labels and a plainer word each help."""
    notebook, facts = run(
        NOTEBOOKS / "from_words_to_map.ipynb",
        folder,
        facts="""{
            "ranked": dict(zip(ranked["word"], ranked["share"])),
            "similarity": dict(scores),
            "accuracy": {name: accuracy(labelled, unseen) for name, labelled in steps.items()},
            "fit": [fitted.gain.before, fitted.gain.after, *fitted.gain.interval, fitted.helps],
        }""",
    )
    ranked = list(facts["ranked"])
    assert set(ranked[:4]) & {"river", "lake"}
    assert "wheat field" in ranked[:4]
    assert set(ranked[-2:]) == {"stadium", "elephant"}
    assert "harbour" in ranked[:6]
    assert facts["ranked"]["harbour"] < 0.01
    assert facts["similarity"]["cropland"] > 0.6 > 0.2 > facts["similarity"]["arable land"]
    words, examples, fitted, plainer = facts["accuracy"].values()
    assert 0.6 < words < examples - 0.1 < fitted - 0.1 < plainer - 0.1 < 0.9
    before, after, low, high, helps = facts["fit"]
    assert 0 < low < after - before < high < 0.4
    assert helps

    files = folder / "from_words_to_map"
    names = pg.as_vocabulary("water; forest; grassland; arable land, cropland; bare soil; road; building")
    measured = pg.evaluate(files / "map" / "scene_labels.tif", files / "scene_truth.tif", vocabulary=names)
    assert measured.matrix.overall().mean_iou > 0.75
    with rasterio.open(files / "wheat field.tif") as heat:
        assert heat.read(1).max() > 0.7
    assert count_pictures(notebook) == 8
    messages = streams(notebook, "stderr")
    assert messages.count("Warning") == 1
    assert "does not know 'stadium'" in messages


def check_four_squares(folder: Path) -> None:
    """Check that a class without words is found by its squares."""
    shutil.copy(NOTEBOOKS / "yellowstone.tif", folder)
    notebook, facts = run(
        NOTEBOOKS / "four_squares.ipynb",
        folder,
        facts="""{
            "words": words.shares, "shown": shown.shares, "map": result.shares, "correct": shown.report.correct,
        }""",
    )
    assert facts["correct"] > 0.9
    assert facts["shown"]["shadow"] > 0.01
    assert facts["shown"] == facts["map"]
    assert facts["words"].keys() == {"trees", "meadow", "unclassified"}
    assert pg.load_vocabulary(folder / "four_squares" / "learned.yaml").classes[2].synonyms == ()
    assert "get their class" in streams(notebook, "stdout")


def count_pictures(notebook: NotebookNode) -> int:
    """Return the number of pictures that the cells show."""
    outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in data for data in outputs)


def check_classifier_on_features(folder: Path) -> None:
    """Check that features hold on other scenes, where colours fail."""
    path = NOTEBOOKS / "classifier_on_features.ipynb"
    notebook, facts = run(path, folder, facts='{f"{name} {seed}": share for (name, seed), share in accuracy.items()}')
    assert facts["features 7"] > facts["colours 7"] > 0.8
    for seed in (8, 9):
        assert facts[f"features {seed}"] > max(0.85, facts[f"colours {seed}"] + 0.15)
    assert count_pictures(notebook) == 1


def check_change_between_dates(folder: Path) -> None:
    """Check that matched light makes more of the change true, and that confidence does not."""
    path = NOTEBOOKS / "change_between_dates.ipynb"
    notebook, facts = run(path, folder, facts='{**measured.T.to_dict(), "sure": raw.polygons.confidence.min()}')
    assert (
        facts["as it is"]["true"]
        < facts["matched"]["true"] - 0.15
        < facts["matched"]["true"]
        < facts["matched, 20 m² or more"]["true"]
    )
    assert facts["matched, 20 m² or more"]["true"] > 0.8
    assert min(facts[name]["found"] for name in facts.keys() - {"sure"}) > 0.85
    assert facts["sure"] > 0.95
    assert count_pictures(notebook) == 1


def check_tiles_on_dask(folder: Path) -> None:
    """Check that the tiles are done on the cluster, and differ from one raster at their borders only."""
    facts = """{
        "status": [report.status for report in reports], "near": differ[near].mean(), "far": differ[~near].mean(),
        "polygons": joined.polygons,
    }"""
    notebook, facts = run(NOTEBOOKS / "tiles_on_dask.ipynb", folder, facts=facts, network=THIS_MACHINE + TAKE_PORT)
    assert "8787" not in streams(notebook, "stderr")
    assert facts["status"] == ["done"] * 4
    assert facts["near"] > 0.002 > 5 * facts["far"]
    assert facts["polygons"] < 40
    assert count_pictures(notebook) == 1


CHECKS: dict[str, Callable[[Path], None]] = {
    "from_words_to_map": check_from_words_to_map,
    "four_squares": check_four_squares,
    "classifier_on_features": check_classifier_on_features,
    "change_between_dates": check_change_between_dates,
    "tiles_on_dask": check_tiles_on_dask,
}


def test_every_notebook_is_checked() -> None:
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} == set(CHECKS)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_notebook_runs_and_shows_what_it_says(name: str, tmp_path: Path) -> None:
    CHECKS[name](tmp_path)


@pytest.mark.parametrize("name", CHECKS)
def test_notebook_is_kept_without_outputs(name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    filled = [cell.id for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]
    assert not filled, "clear all outputs before committing"
