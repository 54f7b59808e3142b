"""The finished blocks of an unfinished map."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from proxyclip_geo.engine.classify import BlockLabels
from proxyclip_geo.engine.plan import Plan, make_plan
from proxyclip_geo.engine.store.label_store import open_label_store
from proxyclip_geo.errors import OutputError, StoreError
from proxyclip_geo.grid import Block


@pytest.fixture
def plan(encoders: SimpleNamespace) -> Plan:
    return make_plan((50, 70), encoder=encoders.Positional(), window=16, stride=8, core=16)


def labels_of(block: Block, *, classes: int | None, dtype: Any = np.uint8) -> BlockLabels:
    """Labels that differ from block to block and from pixel to pixel."""
    rng = np.random.default_rng(block.index)
    layers = [rng.integers(0, 100, (n, *block.core.shape)) for n in (1, 1, classes or 0)]
    score, probabilities = layers[1][0].astype(np.uint8), layers[2].astype(np.uint8)
    return BlockLabels(layers[0][0].astype(dtype), score, None if classes is None else probabilities)


@pytest.mark.parametrize(("nodata", "classes"), [(255, None), (255, 3), (65535, None), (65535, 2)])
def test_what_is_written_is_read_back(plan: Plan, tmp_path: Path, nodata: int, classes: int | None) -> None:
    dtype = np.uint8 if nodata == 255 else np.uint16
    options = {"identity": {}, "nodata": nodata, "classes": classes, "overwrite": False}
    with open_label_store(tmp_path / "a", plan, **options) as store:  # type: ignore[arg-type]
        for block in plan.blocks[1:]:
            store.write(block, labels_of(block, classes=classes, dtype=dtype))
        first = store.without_data(plan.blocks[0])
        with pytest.raises(OutputError, match="block 0.* is missing"):
            store.read(plan.blocks[0])
    with open_label_store(tmp_path / "a", plan, **options) as store:  # type: ignore[arg-type]
        others = list(store.finished())
    assert [result.block for result in others] == list(plan.blocks[1:])
    assert (first.map.labels == nodata).all()
    assert (first.map.score == 255).all()
    assert first.map.labels.dtype == dtype
    assert (None if first.map.probabilities is None else len(first.map.probabilities)) == classes
    for result in others:
        expected = labels_of(result.block, classes=classes, dtype=dtype)
        for name in ("labels", "score", "probabilities"):
            found, wanted = getattr(result.map, name), getattr(expected, name)
            np.testing.assert_array_equal(found, wanted)
            assert found is None or found.dtype == wanted.dtype


@pytest.mark.parametrize("how", ["cut off", "flipped", "empty"])
def test_a_damaged_block_is_missing(plan: Plan, tmp_path: Path, how: str) -> None:
    options: dict[str, Any] = {"identity": {"a": (1, 2)}, "nodata": 255, "classes": None, "overwrite": False}
    with open_label_store(tmp_path / "a", plan, **options) as store:
        for block in plan.blocks[:5]:
            store.write(block, labels_of(block, classes=None))
    file = max((tmp_path / "a").glob("layers/c/0/*/*"), key=lambda path: path.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x55
    file.write_bytes({"cut off": content[:-3], "flipped": content, "empty": b""}[how])
    with open_label_store(tmp_path / "a", plan, **options) as store:
        assert store.done == 4
        assert len(store.todo) == len(plan.blocks) - 4
        [damaged] = set(plan.blocks[:5]) & set(store.todo)
        with pytest.raises(StoreError, match=r"cannot read block \d+ .*of unfinished map"):
            store.read(damaged)


@pytest.mark.parametrize(
    ("key", "value"),
    [("shape", [False, 64, 80]), ("shape", [2, 64, 10**9]), ("data_type", "uint16")],
    ids=["empty", "huge", "type"],
)
def test_arrays_of_another_layout_are_refused(plan: Plan, tmp_path: Path, key: str, value: Any) -> None:
    options: dict[str, Any] = {"identity": {}, "nodata": 255, "classes": None, "overwrite": False}
    with open_label_store(tmp_path / "a", plan, **options) as store:
        store.write(plan.blocks[0], labels_of(plan.blocks[0], classes=None))
    metadata = tmp_path / "a" / "layers" / "zarr.json"
    metadata.write_text(json.dumps({**json.loads(metadata.read_text()), key: value}))
    with (
        pytest.raises(StoreError, match="is damaged.*: remove"),
        open_label_store(tmp_path / "a", plan, **options),
    ):
        pass


def test_nothing_stays_if_no_block_is_finished(plan: Plan, tmp_path: Path) -> None:
    with open_label_store(tmp_path / "a", plan, identity={}, nodata=255, classes=None, overwrite=False):
        assert (tmp_path / "a").exists()
    assert not list(tmp_path.iterdir())


def test_another_map_is_discarded_only_on_request(
    plan: Plan, tmp_path: Path, encoders: SimpleNamespace, make_source: Callable[..., Any]
) -> None:
    def open_with(**changes: Any) -> Any:
        call = {"identity": {"words": ["a"]}, "nodata": 255, "classes": None, "overwrite": False, **changes}
        return open_label_store(tmp_path / "a", plan, **call)

    with open_with() as store:
        store.write(plan.blocks[0], labels_of(plan.blocks[0], classes=None))
    with pytest.raises(OutputError, match="unfinished map that differs in words; repeat"), open_with(identity={}):
        pass
    with open_with() as store:
        assert store.done == 1
    with open_with(identity={}, overwrite=True) as store:
        assert store.done == 0


def test_a_store_whose_creation_was_interrupted_is_created_again(plan: Plan, tmp_path: Path) -> None:
    options: dict[str, Any] = {"identity": {}, "nodata": 255, "classes": None, "overwrite": False}
    with open_label_store(tmp_path / "a", plan, **options) as store:
        store.write(plan.blocks[0], labels_of(plan.blocks[0], classes=None))
        store._group.attrs["proxyclip_geo"] = {}
    with open_label_store(tmp_path / "a", plan, **options) as store:
        assert store.done == 0
