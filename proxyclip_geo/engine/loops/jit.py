"""Compile functions, once for each version of their file."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LINE, PLANE, STACK, VIEW = "float32[::1]", "float32[:,::1]", "float32[:,:,::1]", "float32[:,:,:]"
"""Types of arrays as Numba writes them; those with "::1" are contiguous."""


def compiled(*signatures: str, **options: Any) -> Callable[[Any], Any]:
    """Return a decorator that compiles a function, or loads what was compiled before, when its module is imported.

    Args:
        signatures: Types of the arguments.
        options: Options of `numba.njit`. "contract" lets products and sums be rounded once, as torch does where the
            processor can.
    """
    options = {"nogil": True, "fastmath": {"contract"}} | options
    compiler: Any = numba.njit

    def decorate(function: Any) -> Any:
        try:
            return compiler(list(signatures), cache=True, **options)(function)
        except RuntimeError:
            # No folder for compiled code is writable.
            return compiler(list(signatures), **options)(function)

    return decorate
