import pytest

from proxyclip_geo.engine.estimate import MemoryInputs, estimate_disk, estimate_memory, fit_block_size
from proxyclip_geo.engine.plan import Plan, make_plan
from proxyclip_geo.errors import OptionError

GB = 10**9


class Encoder:
    """The facts of a model, without one."""

    step, multiple, dim, backend = 8, 16, 512, "torch"

    def __init__(self) -> None:
        import torch

        self.device = torch.device("cpu")


INPUTS = MemoryInputs(parameters=170_000_000, queries=10, layers=2)


def plan(side: int) -> Plan:
    return make_plan((side, side), encoder=Encoder(), window=336, stride=248)  # type: ignore[arg-type]


def peak(of: Plan, inputs: MemoryInputs = INPUTS) -> int:
    return estimate_memory(of, Encoder(), inputs)  # type: ignore[arg-type]


def test_memory_does_not_depend_on_the_raster() -> None:
    # A raster must have a block that touches no border to hold the largest read region.
    assert peak(plan(20_000)) == peak(plan(40_000))


def test_more_of_anything_needs_more() -> None:
    base = peak(plan(8000))
    assert peak(plan(8000), MemoryInputs(300_000_000, 10, 2)) > base
    assert peak(plan(8000), MemoryInputs(170_000_000, 500, 2)) > base
    assert peak(plan(8000), MemoryInputs(170_000_000, 10, 12)) > base
    assert peak(plan(1000)) < base
    assert peak(plan(8000), MemoryInputs(170_000_000, 10, 2, attention=False)) < base


def test_blocks_shrink_until_they_fit() -> None:
    whole = plan(20_000)
    limit = peak(whole) - GB // 5
    side = fit_block_size(whole, Encoder(), INPUTS, limit=limit)  # type: ignore[arg-type]
    assert side < whole.core
    assert peak(whole.with_core(side)) <= limit
    assert fit_block_size(whole, Encoder(), INPUTS, limit=100 * GB) == whole.core  # type: ignore[arg-type]


def test_a_limit_below_the_model_is_refused() -> None:
    with pytest.raises(OptionError, match=r"1 GB of memory are not enough: this model needs \d"):
        fit_block_size(plan(8000), Encoder(), INPUTS, limit=GB)  # type: ignore[arg-type]


def test_disk_counts_layers_and_pixels() -> None:
    assert estimate_disk(plan(2000), MemoryInputs(0, 1, 4)) == pytest.approx(
        2 * estimate_disk(plan(2000), MemoryInputs(0, 1, 2))
    )
    assert estimate_disk(plan(2000), INPUTS) > 2 * 2000**2
