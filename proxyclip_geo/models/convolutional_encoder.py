"""A convolutional image encoder: a frozen trunk of timm, and a small head into the space of a text encoder."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.patch_encoder import PatchEncoder
from proxyclip_geo.models.towers import Statistics


class MultiScaleHead(nn.Module):
    """Three layers that turn feature maps of several strides into dense features.

    Each map is projected at its own resolution and resized to one grid; the sum passes a 3 × 3 convolution and a
    linear layer.
    """

    def __init__(self, channels: Sequence[int], strides: Sequence[int], *, step: int, width: int, dim: int) -> None:
        """Build the head with random weights.

        Args:
            channels: Channels of each map.
            strides: Pixels per cell of each map.
            step: Pixels per cell of the dense features.
            width: Channels inside the head.
            dim: Length of a dense feature.
        """
        super().__init__()
        sides = [max(1, step // stride) for stride in strides]
        self.project = nn.ModuleList(
            nn.Conv2d(count, width, side, side) for count, side in zip(channels, sides, strict=True)
        )
        self.mix = nn.Conv2d(width, width, 3, padding=1)
        self.out = nn.Conv2d(width, dim, 1)

    def forward(self, maps: Sequence[Tensor], grid: tuple[int, int]) -> Tensor:
        """Compute dense features (B, D, h, w), not of unit length, on a grid of (h, w) cells."""
        total: Any = 0
        for layer, features in zip(self.project, maps, strict=True):
            projected = layer(features)
            if projected.shape[2:] != grid:
                projected = functional.interpolate(projected, size=grid, mode="bilinear", align_corners=False)
            total = total + projected
        hidden = functional.gelu(total)
        dense: Tensor = self.out(hidden + functional.gelu(self.mix(hidden)))
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
    return trunk.eval()


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
