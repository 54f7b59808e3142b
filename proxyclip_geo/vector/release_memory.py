"""Return freed memory to the operating system."""

import ctypes
import sys


def release_memory() -> None:
    """Return the memory that glibc caches for reuse; do nothing on other systems.

    After many arrays of all sizes, the cache is as large as the memory in use, and the next step, which allocates
    blocks of other sizes, would add to it.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
