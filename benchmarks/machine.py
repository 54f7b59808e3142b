"""Describe the machine of a benchmark."""

import os
import platform
from importlib import metadata
from pathlib import Path


def describe_machine() -> str:
    """Return the processor, its cores and memory, and the versions of the libraries."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text("utf-8").splitlines() if facts.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    special = [flag for flag in ("avx512_bf16", "amx_bf16") if flag in flags]
    parts = [
        named[0] if named else platform.processor() or platform.machine(),
        *special,
        f"{os.cpu_count()} cores",
        f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        *(f"{name} {metadata.version(name)}" for name in ("torch", "openvino", "rasterio")),
    ]
    return ", ".join(parts)
