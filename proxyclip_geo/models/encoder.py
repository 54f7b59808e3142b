"""Dense encoders: pixels to features in a space that a text encoder shares."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from proxyclip_geo.models.clip import class_features, last_values, project_values, require_plain_vit, run_trunk
from proxyclip_geo.models.proxy import proxy_attention
from proxyclip_geo.models.tokens import to_grid, to_tokens
from proxyclip_geo.models.vfm import VisionFoundationModel

Statistics = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Mean and standard deviation of red, green and blue, for pixels in 0…1."""


@dataclass(frozen=True)
class WindowFeatures:
    """What an encoder makes of a batch of windows, in the space that words share.

    Attributes:
        dense: (B, D, h, w) float32 of unit length, one vector a token.
        whole: (B, D) float32 of unit length, what each window is about as a whole (CLIP's class token).
    """

    dense: Tensor
    whole: Tensor


class DenseEncoder(Protocol):
    """What the engine needs of an image model."""

    @property
    def step(self) -> int:
        """Pixels per token of the output grid."""

    @property
    def multiple(self) -> int:
        """What the sides of a window must be a multiple of."""

    @property
    def dim(self) -> int:
        """Length of a dense feature."""

    @property
    def device(self) -> torch.device:
        """Where the encoder computes."""

    @property
    def dtype(self) -> torch.dtype:
        """What the encoder computes in."""

    @property
    def backend(self) -> str:
        """What computes: "torch" or "openvino"."""

    def encode(self, rgb: Tensor) -> WindowFeatures:
        """Encode (B, 3, H, W) uint8 windows; the token grid is (H / step, W / step)."""


@dataclass(frozen=True)
class EncoderSpec:
    """What is known here of an image model that computes in other processes; see `DenseEncoder`."""

    step: int
    multiple: int
    dim: int
    device: torch.device
    dtype: torch.dtype
    backend: str

    @classmethod
    def of(cls, encoder: DenseEncoder) -> "EncoderSpec":
        """Note what is known of an encoder."""
        return cls(*(getattr(encoder, item.name) for item in fields(cls)))

    def encode(self, rgb: Tensor) -> WindowFeatures:
        """Fail: others compute."""
        raise AssertionError("the image model is in other processes")


class Normalisation(nn.Module):
    """Pixels less a mean, over a standard deviation."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        """Take RGB statistics for pixels in 0…1."""
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalise (B, 3, H, W) pixels."""
        return (pixels - self.mean) / self.std


class ProxyClipEncoder(nn.Module):
    """CLIP's words at the places a vision foundation model sees: the image side of ProxyCLIP."""

    backend = "torch"

    def __init__(
        self,
        visual: nn.Module,
        vfm: VisionFoundationModel,
        *,
        beta: float = 1.2,
        gamma: float = 3.0,
        clip_statistics: Statistics,
        vfm_statistics: Statistics,
        vfm_scale: int = 1,
        name: str = "ProxyCLIP",
    ) -> None:
        """Put two towers together.

        Args:
            visual: Image tower of an open_clip model.
            vfm: Vision foundation model.
            beta: β of the proxy attention.
            gamma: γ of the proxy attention.
            clip_statistics: What CLIP's pixels are normalised by.
            vfm_statistics: What the VFM's pixels are normalised by.
            vfm_scale: Factor by which the VFM sees the window enlarged (SAM works on large images).
            name: For error messages.

        Raises:
            ModelError: If `visual` is no ViT of the kind proxy attention needs.
        """
        super().__init__()
        tower: Any = require_plain_vit(visual, name)
        self.visual = tower
        self.vfm = vfm
        self.beta = beta
        self.gamma = gamma
        self.vfm_scale = vfm_scale
        self.step = vfm.patch // vfm_scale
        self.multiple = math.lcm(self.step, int(tower.conv1.kernel_size[0]))
        self.dim = int(tower.proj.shape[1])
        self.clip_pixels = Normalisation(*clip_statistics)
        self.vfm_pixels = Normalisation(*vfm_statistics)
        self.eval().requires_grad_(requires_grad=False)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.clip_pixels.mean.device

    @property
    def dtype(self) -> torch.dtype:
        """What the towers compute in."""
        dtype: torch.dtype = self.visual.proj.dtype
        return dtype

    def raw_features(self, pixels: Tensor) -> WindowFeatures:
        """Compute dense features as the paper does and the whole window's as CLIP does, before normalisation.

        Args:
            pixels: (B, 3, H, W) RGB in 0…1; H and W multiples of `multiple`.
        """
        vfm_pixels = self.vfm_pixels(pixels)
        if self.vfm_scale != 1:
            vfm_pixels = functional.interpolate(
                vfm_pixels, scale_factor=float(self.vfm_scale), mode="bilinear", align_corners=False
            )
        proxy = self.vfm(vfm_pixels.to(self.dtype))
        grid = (int(proxy.shape[2]), int(proxy.shape[3]))
        trunk = run_trunk(self.visual, self.clip_pixels(pixels).to(self.dtype))
        values = functional.interpolate(
            last_values(self.visual, trunk).float(), size=grid, mode="bilinear", align_corners=False
        )
        weights = proxy_attention(proxy, beta=self.beta, gamma=self.gamma)
        attended = weights.to(self.dtype) @ to_tokens(values).to(self.dtype)
        dense = to_grid(project_values(self.visual, attended), grid)
        return WindowFeatures(dense, class_features(self.visual, trunk))

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """Compute dense and whole features of unit length of (B, 3, H, W) uint8 windows on the encoder's device."""
        raw = self.raw_features(rgb.float() / 255)
        return functional.normalize(raw.dense.float(), dim=1), functional.normalize(raw.whole.float(), dim=1)

    @torch.inference_mode()
    def encode(self, rgb: Tensor) -> WindowFeatures:
        """Encode windows.

        On the CPU they go through one by one: a larger batch is no faster there, and a window's features are then the
        same to the last bit in every batch.

        Args:
            rgb: (B, 3, H, W) uint8, 0…255, on any device; H and W multiples of `multiple`.

        Returns:
            Features of unit length on the encoder's device; the token grid is (H / step, W / step).
        """
        if self.device.type == "cpu":
            dense, whole = zip(*(self(rgb[index : index + 1]) for index in range(len(rgb))), strict=True)
            return WindowFeatures(torch.cat(dense), torch.cat(whole))
        pixels = rgb.pin_memory() if self.device.type == "cuda" and rgb.device.type == "cpu" else rgb
        return WindowFeatures(*self(pixels.to(self.device, non_blocking=True)))
