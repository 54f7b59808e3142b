"""A convolutional image encoder: a frozen trunk of timm, and a small head into the space of a text encoder."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.patch_encoder import PatchEncoder
from proxyclip_geo.models.towers import Statistics


class MultiScaleHead(nn.Module):
    """A small feature pyramid that turns feature maps of several strides into dense features.

    Each map is projected at its own resolution. From the coarsest map to the finest, the sum of the projection and the
    resized result of the coarser map passes a 3 × 3 convolution; on the coarsest map, a second one is dilated. The grid
    of the dense features has linear layers only: a convolution there costs more than the trunk.
    """

    def __init__(self, channels: Sequence[int], strides: Sequence[int], *, step: int, width: int, dim: int) -> None:
        """Build the head with random weights.

        Args:
            channels: Channels of each map.
            strides: Pixels per cell of each map, the finest first.
            step: Pixels per cell of the dense features.
            width: Channels inside the head.
            dim: Length of a dense feature.
        """
        super().__init__()
        sides = [max(1, step // stride) for stride in strides]
        self.project = nn.ModuleList(
            nn.Conv2d(count, width, side, side) for count, side in zip(channels, sides, strict=True)
        )
        self.fine = sum(stride <= step for stride in strides)
        self.mix: Any = nn.ModuleList(
            nn.ModuleList(
                nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation)
                for dilation in ((1, 2) if stride == max(strides) else (1,))
            )
            for stride in strides[self.fine :]
        )
        self.out = nn.Conv2d(width, dim, 1)

    def forward(self, maps: Sequence[Tensor], grid: tuple[int, int]) -> Tensor:
        """Compute dense features (B, D, h, w), not of unit length, on a grid of (h, w) cells."""
        projected = [layer(features) for layer, features in zip(self.project, maps, strict=True)]
        hidden: Any = 0
        for index in reversed(range(self.fine, len(maps))):
            hidden = functional.gelu(projected[index] + hidden)
            for layer in self.mix[index - self.fine]:
                hidden = hidden + functional.gelu(layer(hidden))
            size = projected[index - 1].shape[2:] if index > self.fine else grid
            hidden = functional.interpolate(hidden, size=size, mode="bilinear", align_corners=False)
        dense: Tensor = self.out(functional.gelu(sum(projected[: self.fine]) + hidden))
        return dense


def build_trunk(architecture: str, levels: int) -> Any:
    """Build a timm model that returns its first `levels` feature maps, with random weights.

    Raises:
        ModelError: If timm does not know the architecture, or it has no such feature maps.
    """
    import timm

    try:
        trunk: Any = timm.create_model(
            architecture, pretrained=False, features_only=True, out_indices=tuple(range(levels))
        )
    except (RuntimeError, TypeError, LookupError, ValueError, AssertionError) as error:
        raise ModelError(f"timm cannot build {levels} feature maps of '{architecture}': {error!r}") from error
    group, _, last = trunk.feature_info.module_name()[-1].partition(".")
    if group == "blocks" and hasattr(trunk, group):
        # timm's EfficientNets compute the stages after the last feature map, too.
        trunk.blocks = trunk.blocks[: int(last) + 1]
    return trunk.eval()


def fuse_normalisations(module: nn.Module) -> None:
    """Multiply each convolution's weights by the batch normalisation that follows it, which keeps its activation."""
    children = list(module.named_children())
    for (name, layer), (after, norm) in pairwise([*children, ("", nn.Identity())]):
        if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            setattr(module, name, fuse_conv_bn_eval(layer, norm))
            setattr(module, after, getattr(norm, "act", nn.Identity()))
        else:
            fuse_normalisations(layer)


def list_entries(architecture: str) -> list[str]:
    """Return the names of the entries of a timm model's state dict, in order."""
    import timm

    return list(timm.create_model(architecture, pretrained=False).state_dict())


class ConvolutionalEncoder(PatchEncoder):
    """A trunk of timm with a `MultiScaleHead`."""

    def __init__(
        self, trunk: Any, *, width: int, dim: int, step: int, statistics: Statistics, name: str = "this model"
    ) -> None:
        """Combine a trunk with a head of random weights.

        Args:
            trunk: What `build_trunk` returns.
            width: Channels inside the head.
            dim: Length of a dense feature.
            step: Pixels per cell of the dense features.
            statistics: Mean and standard deviation of the pixels.
            name: Name for error messages.

        Raises:
            ModelError: If `step` is not the stride of one of the feature maps.
        """
        strides = trunk.feature_info.reduction()
        if step not in strides:
            raise ModelError(f"model '{name}': step {step} must be the stride of a feature map: {strides}")
        super().__init__(step=step, multiple=max(strides), dim=dim, statistics=statistics)
        self.trunk = trunk
        self.head = MultiScaleHead(trunk.feature_info.channels(), strides, step=step, width=width, dim=dim)
        self.freeze()

    def compute_features(self, pixels: Tensor) -> Tensor:
        """See `PatchEncoder`."""
        features: Tensor = self.head(self.trunk(pixels), (pixels.shape[2] // self.step, pixels.shape[3] // self.step))
        return features

    def optimise(self) -> None:
        """Make the trained encoder faster: no batch normalisation, and the channels of a pixel side by side."""
        fuse_normalisations(self.trunk)
        self.to(memory_format=torch.channels_last)
