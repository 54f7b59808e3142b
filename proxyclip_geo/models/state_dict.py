"""Read state dicts and load them into modules. Weights are untrusted: nothing but tensors is read."""

import pickle
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from proxyclip_geo.errors import WeightsError
from proxyclip_geo.validation import describe

_FAILURES = (
    *(SafetensorError, pickle.UnpicklingError, zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError),
    *(LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, ImportError, MemoryError),
)
"""What readers of damaged files raise."""


def load_state_dict(path: Path) -> dict[str, Tensor]:
    """Read a state dict from safetensors, a `.pt` state dict or OpenAI's TorchScript archive, as float32.

    Raises:
        WeightsError: If the file is corrupt, holds anything but tensors, or is of none of these formats.
    """
    try:
        state = load_file(path) if path.suffix == ".safetensors" else _load_torch(path)
        _check_tensors(state, size=path.stat().st_size)
    except _FAILURES as error:
        detail = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise WeightsError(
            f"cannot read the weights {path}: {detail}; the file is damaged or not a state dict in safetensors, .pt "
            "(tensors only) or OpenAI's archive format"
        ) from error
    return {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in state.items()}


def _check_tensors(state: dict[str, Tensor], *, size: int) -> None:
    """Check that tensors are plain ones, and not larger than their file, before they are copied."""
    for name, tensor in state.items():
        if tensor.layout != torch.strided or tensor.device.type != "cpu":
            raise ValueError(f"the entry {describe(name)} is no plain tensor")
        if tensor.is_quantized or tensor.is_complex():
            raise ValueError(f"the entry {describe(name)} has the type {tensor.dtype}")
        if tensor.nbytes > size:
            raise ValueError(f"the entry {describe(name)} declares {tensor.nbytes} bytes, but the file has {size}")


def _is_torchscript(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def _load_torch(path: Path) -> dict[str, Tensor]:
    if _is_torchscript(path):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*torch.jit")  # the only reader of this format
            archive: Any = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
            state = dict(archive.state_dict())
        for entry in ("input_resolution", "context_length", "vocab_size"):
            state.pop(entry, None)
        return state
    loaded = torch.load(path, map_location="cpu", weights_only=True)
    for wrapper in ("state_dict", "model"):
        if isinstance(loaded, dict) and isinstance(loaded.get(wrapper), dict):
            loaded = loaded[wrapper]
    if not isinstance(loaded, dict) or not all(isinstance(value, Tensor) for value in loaded.values()):
        raise ValueError("it is not a dictionary of tensors")
    return {str(name).removeprefix("module."): tensor for name, tensor in loaded.items()}


def load_into(module: nn.Module, state: dict[str, Tensor], *, source: Path, ignore: tuple[str, ...] = ()) -> None:
    """Load a state dict into a module; every entry of both must match.

    Args:
        module: The module.
        state: Its weights.
        source: Their file, for messages.
        ignore: Prefixes of entries in `state` that the module may lack, e.g. a classification head.

    Raises:
        WeightsError: If entries are missing, unexpected or of another shape.
    """
    used = {name: tensor for name, tensor in state.items() if not name.startswith(ignore)} if ignore else state
    wanted = module.state_dict()
    missing = sorted(set(wanted) - set(used))
    unexpected = sorted(set(used) - set(wanted))
    shapes = sorted(name for name in set(wanted) & set(used) if wanted[name].shape != used[name].shape)
    if missing or unexpected or shapes:
        problems = (("missing", missing), ("unexpected", unexpected), ("of another shape", shapes))
        problem = "; ".join(f"{len(names)} entries {what}, e.g. {names[0]}" for what, names in problems if names)
        raise WeightsError(f"the weights {source} are of another model: {problem}")
    numbers = {name: tensor for name, tensor in used.items() if tensor.is_floating_point() and not tensor.is_meta}
    broken = sorted(name for name, tensor in numbers.items() if not tensor.isfinite().all())
    if broken:
        raise WeightsError(f"the weights {source} are damaged: {broken[0]} holds values that are not finite")
    module.load_state_dict(used)


def rename(state: dict[str, Tensor], parts: Mapping[str, str]) -> dict[str, Tensor]:
    """Return a state dict in whose names parts are replaced, one after the other."""
    renamed = {}
    for name, tensor in state.items():
        for old, new in parts.items():
            name = name.replace(old, new)
        renamed[name] = tensor
    return renamed


def rename_in_order(state: dict[str, Tensor], names: Sequence[str]) -> dict[str, Tensor]:
    """Return a state dict with the names of another library, if both have the same number of entries.

    The entries of two implementations of one architecture follow each other in the same order.
    """
    return dict(zip(names, state.values(), strict=True)) if len(names) == len(state) else state
