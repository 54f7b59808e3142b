"""Copies between the processor and a GPU that do not wait for the work of the GPU.

A plain copy to or from a GPU waits until all operations before it are done, and the GPU then idles until the next one
arrives. Copies from and to pinned memory are queued like any operation.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import torch
from numpy.typing import NDArray
from torch import Tensor

Result = TypeVar("Result")


def to_device(tensor: Tensor, device: torch.device) -> Tensor:
    """Copy a tensor of the processor to a device; on CUDA, without waiting for the copy."""
    if device.type != "cuda" or tensor.device.type != "cpu":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


class HostCopy:
    """A copy of a tensor in the memory of the processor, which may still be on its way from CUDA."""

    def __init__(self, tensor: Tensor) -> None:
        """Queue the copy; a tensor of the processor is not copied."""
        self._done: torch.cuda.Event | None = None
        if tensor.device.type == "cuda":
            self._copy = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
            self._copy.copy_(tensor, non_blocking=True)
            self._done = torch.cuda.current_stream(tensor.device).record_event()
        else:
            self._copy = tensor.cpu()

    def wait(self) -> NDArray[Any]:
        """Return the values once they are there."""
        if self._done is not None:
            self._done.synchronize()
        return self._copy.numpy()


def call_behind(calls: Iterable[Callable[[], Result]], *, behind: int) -> Iterator[Result]:
    """Yield the result of each function, called after `behind` more functions were produced.

    If producing one fails, the results of those before it come first.
    """
    waiting: list[Callable[[], Result]] = []
    source = iter(calls)
    while True:
        try:
            call = next(source)
        except StopIteration:
            break
        except Exception:
            yield from (earlier() for earlier in waiting)
            raise
        waiting.append(call)
        if len(waiting) > behind:
            yield waiting.pop(0)()
    yield from (call() for call in waiting)
