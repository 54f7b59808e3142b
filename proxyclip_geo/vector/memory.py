"""Memory that is free inside this process, given back to the system."""

import ctypes
import sys


def release_memory() -> None:
    """Give back what glibc keeps for later use; elsewhere nothing is done.

    After many arrays of all sizes that is as much as what is in use, and the next step, which allocates otherwise,
    would come on top of it.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
