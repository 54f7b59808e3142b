"""Dense encoders: pixels to features in a space that a text encoder shares."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.clip_image_tower import (
    compute_cls_feature,
    compute_last_values,
    project_values,
    require_plain_vit,
    run_trunk,
    to_grid,
    to_tokens,
)
from proxyclip_geo.models.proxy_attention import proxy_attention
from proxyclip_geo.models.towers import Statistics
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel

UNSCALED = Fraction(1)


@dataclass(frozen=True)
class WindowFeatures:
    """The features of a batch of windows, in the space that words share.

    Attributes:
        dense: (B, D, h, w) float32 of unit length, one vector per token.
        cls: (B, D) float32 of unit length, the CLS feature of each window.
    """

    dense: Tensor
    cls: Tensor


class DenseEncoder(Protocol):
    """An image encoder, as the engine uses it."""

    @property
    def step(self) -> int:
        """Pixels per token of the output grid."""

    @property
    def multiple(self) -> int:
        """Number that the sides of a window must be a multiple of."""

    @property
    def dim(self) -> int:
        """Length of a dense feature."""

    @property
    def device(self) -> torch.device:
        """The device it computes on."""

    @property
    def dtype(self) -> torch.dtype:
        """The number type it computes in."""

    @property
    def backend(self) -> str:
        """Either "torch" or "openvino"."""

    def encode(self, rgb: Tensor) -> WindowFeatures:
        """Encode (B, 3, H, W) windows, uint8 or float32 in 0–255; the token grid is (H / step, W / step)."""


@dataclass(frozen=True)
class EncoderSpec:
    """The properties of an image encoder that runs in other processes; see `DenseEncoder`."""

    step: int
    multiple: int
    dim: int
    device: torch.device
    dtype: torch.dtype
    backend: str

    @classmethod
    def of(cls, encoder: DenseEncoder) -> "EncoderSpec":
        """Return the properties of an encoder."""
        return cls(*(getattr(encoder, item.name) for item in fields(cls)))

    def encode(self, rgb: Tensor) -> WindowFeatures:
        """Fail: the encoder runs in other processes."""
        raise AssertionError("the image encoder runs in other processes")


class Normalisation(nn.Module):
    """Subtract a mean and divide by a standard deviation."""

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


@contextmanager
def float32_precision(dtype: torch.dtype) -> Iterator[None]:
    """Set how a GPU computes what is left in float32 beside towers of a number type.

    TF32 rounds the operands of products and convolutions to 10 bits. If the towers compute in float32, so does all
    else. Half-precision towers return 7 or 10 bits, and TF32 makes the similarities of proxy attention much faster.
    """
    convolutions, products = torch.backends.cudnn, torch.backends.cuda.matmul
    before = convolutions.allow_tf32, products.allow_tf32
    convolutions.allow_tf32 = products.allow_tf32 = dtype != torch.float32
    try:
        yield
    finally:
        convolutions.allow_tf32, products.allow_tf32 = before


class TorchEncoder(nn.Module):
    """A `DenseEncoder` in torch; a subclass defines `forward`, `dtype` and `cast`."""

    backend = "torch"

    def __init__(self, *, step: int, multiple: int, dim: int) -> None:
        """Take the properties that `DenseEncoder` describes."""
        super().__init__()
        self.step = step
        self.multiple = multiple
        self.dim = dim

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """The number type that it computes in."""
        raise NotImplementedError

    def cast(self, dtype: torch.dtype) -> None:
        """Set the number type that it computes in."""
        raise NotImplementedError

    def freeze(self) -> None:
        """Prepare the complete module for inference."""
        self.eval().requires_grad_(requires_grad=False)

    @torch.inference_mode()
    def encode(self, rgb: Tensor) -> WindowFeatures:
        """Encode windows.

        On the CPU, windows are computed one by one: a larger batch is no faster there, and the features of a window are
        equal bit for bit in every batch.

        Args:
            rgb: (B, 3, H, W) uint8 or float32, 0–255, on any device; H and W multiples of `multiple`.

        Returns:
            Features of unit length on the encoder's device; the token grid is (H / step, W / step).
        """
        with float32_precision(self.dtype):
            if self.device.type == "cpu":
                dense, cls = zip(*(self(rgb[index : index + 1]) for index in range(len(rgb))), strict=True)
                return WindowFeatures(torch.cat(dense), torch.cat(cls))
            pixels = rgb.pin_memory() if self.device.type == "cuda" and rgb.device.type == "cpu" else rgb
            return WindowFeatures(*self(pixels.to(self.device, non_blocking=True)))


class ProxyClipEncoder(TorchEncoder):
    """The image encoder of ProxyCLIP: CLIP with the attention of a vision foundation model."""

    def __init__(
        self,
        visual: nn.Module,
        vfm: VisionFoundationModel,
        *,
        beta: float = 1.2,
        gamma: float = 3.0,
        clip_statistics: Statistics,
        vfm_statistics: Statistics,
        vfm_scale: Fraction = UNSCALED,
        name: str = "ProxyCLIP",
    ) -> None:
        """Combine two towers.

        Args:
            visual: Image tower of an open_clip model.
            vfm: Vision foundation model.
            beta: β of the proxy attention.
            gamma: γ of the proxy attention.
            clip_statistics: Mean and standard deviation of CLIP's pixels.
            vfm_statistics: Mean and standard deviation of the VFM's pixels.
            vfm_scale: Factor by which the window is resized for the VFM (SAM works on large images).
            name: Name for error messages.

        Raises:
            ModelError: If `visual` is not a ViT that proxy attention works with, or the tokens of the VFM are not a
                whole number of pixels apart.
        """
        tower: Any = require_plain_vit(visual, name)
        spacing = vfm.patch / vfm_scale
        if spacing.denominator != 1:
            raise ModelError(
                f"model '{name}': windows are enlarged by {float(vfm_scale):g} for the VFM, so its tokens are "
                f"{float(spacing):g} px apart; their distance must be a whole number of pixels"
            )
        step = spacing.numerator
        multiple = math.lcm(step, int(tower.conv1.kernel_size[0]))
        super().__init__(step=step, multiple=multiple, dim=int(tower.proj.shape[1]))
        self.visual = tower
        self.vfm = vfm
        self.beta = beta
        self.gamma = gamma
        self.vfm_scale = vfm_scale
        self.clip_pixels = Normalisation(*clip_statistics)
        self.vfm_pixels = Normalisation(*vfm_statistics)
        self.freeze()

    @property
    def dtype(self) -> torch.dtype:
        """The number type of the towers."""
        dtype: torch.dtype = self.visual.proj.dtype
        return dtype

    def cast(self, dtype: torch.dtype) -> None:
        """Set the number type of the towers."""
        self.visual.to(dtype)
        self.vfm.to(dtype)

    def compute_proxy(self, pixels: Tensor) -> Tensor:
        """Compute the features of the VFM, (B, C, h, w), of (B, 3, H, W) RGB pixels in 0…1."""
        normalised = self.vfm_pixels(pixels)
        if self.vfm_scale != 1:
            size = tuple(int(int(side) * self.vfm_scale) for side in pixels.shape[2:])
            normalised = functional.interpolate(normalised, size=size, mode="bilinear", align_corners=False)
        features: Tensor = self.vfm(normalised.to(self.dtype))
        return features

    def raw_features(self, pixels: Tensor) -> WindowFeatures:
        """Compute dense features as in the paper and CLS features as in CLIP, before normalisation.

        Args:
            pixels: (B, 3, H, W) RGB in 0…1; H and W multiples of `multiple`.
        """
        proxy = self.compute_proxy(pixels)
        grid = (int(proxy.shape[2]), int(proxy.shape[3]))
        trunk = run_trunk(self.visual, self.clip_pixels(pixels).to(self.dtype))
        values = functional.interpolate(
            compute_last_values(self.visual, trunk).float(), size=grid, mode="bilinear", align_corners=False
        )
        weights = proxy_attention(proxy, beta=self.beta, gamma=self.gamma)
        attended = weights.to(self.dtype) @ to_tokens(values).to(self.dtype)
        dense = to_grid(project_values(self.visual, attended), grid)
        return WindowFeatures(dense, compute_cls_feature(self.visual, trunk))

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """Compute dense and CLS features of unit length of (B, 3, H, W) uint8 windows on the encoder's device."""
        raw = self.raw_features(rgb.float() / 255)
        return functional.normalize(raw.dense.float(), dim=1), functional.normalize(raw.cls.float(), dim=1)
