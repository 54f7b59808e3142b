"""Copies that do not wait, and results that are taken later; on a GPU, `tools/gpu_check.py` compares the labels."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from proxyclip_geo.engine.transfer import HostCopy, call_behind, to_device


def produce(events: list[str], *, count: int, fails: bool = False) -> Iterator[Callable[[], int]]:
    def call(number: int) -> int:
        events.append(f"call {number}")
        return number

    for number in range(count):
        events.append(f"produce {number}")
        yield lambda number=number: call(number)  # type: ignore[misc]
    if fails:
        raise ValueError("the next one")


@pytest.mark.parametrize("behind", [0, 1, 2, 5])
def test_all_results_come_in_order(behind: int) -> None:
    assert list(call_behind(produce([], count=4), behind=behind)) == [0, 1, 2, 3]


def test_a_result_is_taken_after_the_next_was_produced() -> None:
    events: list[str] = []
    list(call_behind(produce(events, count=3), behind=1))
    assert events == ["produce 0", "produce 1", "call 0", "produce 2", "call 1", "call 2"]


def test_without_delay_each_result_is_taken_at_once() -> None:
    events: list[str] = []
    list(call_behind(produce(events, count=2), behind=0))
    assert events == ["produce 0", "call 0", "produce 1", "call 1"]


def test_results_before_a_failure_are_not_lost() -> None:
    results = call_behind(produce([], count=3, fails=True), behind=2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="the next one"):
        next(results)


def test_copies_on_the_processor_share_memory() -> None:
    tensor = torch.arange(4)
    copy = HostCopy(tensor).wait()
    tensor += 1
    assert np.array_equal(copy, [1, 2, 3, 4])
    assert to_device(tensor, torch.device("cpu")) is tensor
