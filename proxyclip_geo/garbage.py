"""Python's garbage collection while modules are imported."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Collect no garbage in the `with` block, and count what it imports as long-lived.

    Imports create hundreds of thousands of objects that are not garbage. Python would traverse them several times.
    """
    if not gc.isenabled():
        yield
        return
    before = len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > before:
            # Move all objects to the oldest generation.
            gc.freeze()
            gc.unfreeze()
        gc.enable()
