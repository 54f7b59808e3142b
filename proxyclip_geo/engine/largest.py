"""Find the first of the largest entries."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def find_first_largest(entries: Tensor) -> Tensor:
    """Return the (H, W) int32 index of the first of (n, H, W) entries that is the largest.

    Several times faster than `entries.max(dim=0)`.
    """
    count = len(entries)
    if entries.device.type == "cpu":
        return torch.from_numpy(_find_on_cpu(entries.numpy()))
    ranks = torch.arange(count, 0, -1, dtype=entries.dtype, device=entries.device)[:, None, None]
    # Comparing into floats is four times faster than into booleans.
    equal = torch.eq(entries, entries.amax(dim=0), out=torch.empty_like(entries))
    return count - equal.mul_(ranks).amax(dim=0).int()


def _find_on_cpu(entries: NDArray[np.float32]) -> NDArray[np.int32]:
    """Find the first largest entry plane by plane, with comparisons into bytes."""
    largest = entries[0].copy()
    index = np.zeros(largest.shape, np.uint8 if len(entries) <= 256 else np.int32)
    larger = np.empty(largest.shape, np.bool_)
    for position, entry in enumerate(entries[1:], 1):
        np.greater(entry, largest, out=larger)
        np.maximum(index, larger * index.dtype.type(position), out=index)
        np.maximum(largest, entry, out=largest)
    return index.astype(np.int32)
