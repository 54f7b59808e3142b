"""Device, number type and backend, as chosen on machines with other hardware than this one."""

from dataclasses import dataclass

import pytest
import torch

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models import openvino
from proxyclip_geo.models.device import resolve_backend, resolve_device, resolve_dtype


@dataclass(frozen=True)
class Machine:
    """What torch finds. A card of AMD is a CUDA device of a torch for ROCm."""

    cuda: int = 0
    bfloat16: bool = True
    mps: bool = False


PLAIN, NVIDIA, OLD, APPLE = Machine(), Machine(cuda=2), Machine(cuda=1, bfloat16=False), Machine(mps=True)


def pretend(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: machine.cuda > 0)
    monkeypatch.setattr("torch.cuda.device_count", lambda: machine.cuda)
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda: machine.bfloat16)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: machine.mps)
    monkeypatch.setattr(openvino, "is_installed", lambda: True)


@pytest.mark.parametrize(
    ("machine", "device", "dtype", "backend"),
    [
        (PLAIN, "cpu", torch.float32, "openvino"),
        (NVIDIA, "cuda", torch.bfloat16, "torch"),
        (OLD, "cuda", torch.float16, "torch"),
        (APPLE, "mps", torch.float16, "torch"),
    ],
)
def test_automatic_choices(
    machine: Machine, device: str, dtype: torch.dtype, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(machine, monkeypatch)
    found = resolve_device("auto")
    assert found.type == device
    assert resolve_dtype("auto", found) == dtype
    assert resolve_backend("auto", found, parameters=10**8) == backend


@pytest.mark.parametrize(
    ("machine", "device"), [(NVIDIA, "cuda:1"), (NVIDIA, "cpu"), (APPLE, "mps"), (APPLE, "cpu"), (OLD, "cuda:0")]
)
def test_a_device_of_the_machine_is_used(machine: Machine, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(machine, monkeypatch)
    assert str(resolve_device(device)) == device


@pytest.mark.parametrize(
    ("machine", "device", "message"),
    [
        (PLAIN, "cuda", r"'cuda' is not on this machine \(CUDA devices: 0, MPS devices: 0\)"),
        (NVIDIA, "cuda:2", r"CUDA devices: 2"),
        (NVIDIA, "mps", r"MPS devices: 0"),
        (APPLE, "mps:1", r"MPS devices: 1"),
        (APPLE, "cuda", r"use device='cpu' or device='auto'"),
        (PLAIN, "gpu", r"unknown device 'gpu'"),
    ],
)
def test_another_device_is_refused(
    machine: Machine, device: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(machine, monkeypatch)
    with pytest.raises(ModelError, match=message):
        resolve_device(device)


def test_openvino_is_for_the_processor() -> None:
    with pytest.raises(ModelError, match="computes on the CPU, not on mps"):
        resolve_backend("openvino", torch.device("mps"), parameters=10**8)
