"""Device, number type and backend of a model."""

import torch

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models import openvino
from proxyclip_geo.models.options import Backend, Precision
from proxyclip_geo.remedies import Remedy

MIN_OPENVINO_PARAMETERS = 20_000_000
"""Number of weights below which the export to OpenVINO takes longer than it saves."""


def resolve_device(device: str) -> torch.device:
    """Return a device by its name; "auto" is CUDA, then Apple's MPS, then the CPU.

    Raises:
        ModelError: If the device is unknown or not on this machine.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        found = torch.device(device)
    except RuntimeError as error:
        raise ModelError(f"unknown device '{device}': give auto, cpu, cuda, cuda:0 … or mps") from error
    counts = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}
    if (found.index or 0) >= counts.get(found.type, 0):
        raise ModelError(
            f"device '{device}' is not on this machine (CUDA devices: {counts['cuda']}, MPS devices: {counts['mps']}); "
            "use device='cpu' or device='auto'"
        )
    return found


def resolve_dtype(precision: Precision, device: torch.device) -> torch.dtype:
    """Return the number type of the towers; "auto" is float32 on the CPU, bfloat16 on CUDA where native, else float16.

    Raises:
        ModelError: If the precision is unknown.
    """
    if precision == "auto":
        if device.type == "cuda":
            return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
        return torch.float32 if device.type == "cpu" else torch.float16
    dtypes = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if precision not in dtypes:
        raise ModelError(f"unknown precision '{precision}': give auto, {', '.join(dtypes)}")
    return dtypes[precision]


def resolve_backend(backend: Backend, device: torch.device, *, parameters: int) -> Backend:
    """Return the backend; "auto" is OpenVINO if it is installed, on the CPU, for models that are not small.

    Raises:
        ModelError: If the backend is unknown, not installed, or not for this device.
    """
    if backend not in ("auto", "torch", "openvino"):
        raise ModelError(f"unknown backend '{backend}': give auto, torch or openvino")
    usable = device.type == "cpu" and openvino.is_installed()
    if backend == "auto":
        return "openvino" if usable and parameters >= MIN_OPENVINO_PARAMETERS else "torch"
    if backend == "openvino" and not usable:
        if device.type == "cpu":
            raise ModelError("the OpenVINO backend is not installed", remedy=Remedy("install-openvino"))
        raise ModelError(
            f"the OpenVINO backend computes on the CPU, not on {device}: pass device='cpu'", remedy=Remedy("use-torch")
        )
    return backend
