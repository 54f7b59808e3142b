"""Options of models: device, number type, backend and window."""

from collections.abc import Mapping
from typing import Annotated, Literal

from proxyclip_geo.declare import Options, declared, option

DEFAULT_MODEL = "vitb16-dino-b8"
PRESETS: Mapping[str, str] = {
    "fast": "vitb16-dinov3-s16",
    "balanced": "vitb16-dino-b8",
    "best": "vith14-dino-b8",
}
"""Models by purpose: quick previews, the paper's standard, the paper's best; docs/performance.md lists their cost."""

Precision = Literal["auto", "float32", "bfloat16", "float16"]
Backend = Literal["auto", "torch", "openvino"]
PANEL = "Model"


@declared
class ModelOptions(Options):
    """Device, number type, backend and window of a model."""

    device: Annotated[str, option("Device: auto, cpu, cuda, cuda:1 … or mps.", panel=PANEL)] = "auto"
    precision: Annotated[
        Precision,
        option("Number type that the model computes in. auto: float32 on a CPU, a 16-bit type on a GPU.", panel=PANEL),
    ] = "auto"
    backend: Annotated[
        Backend,
        option(
            "Library that runs the image model: torch, or OpenVINO, which is much faster on CPUs (pip install "
            "openvino). auto: OpenVINO where it is installed and there is no GPU.",
            panel=PANEL,
        ),
    ] = "auto"
    window: Annotated[
        int | None, option("Side of a window in pixels; the model's own if not given.", panel=PANEL, ge=1, le=100_000)
    ] = None
