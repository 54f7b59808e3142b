"""Vision foundation models (VFMs) of timm as dense feature extractors."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from proxyclip_geo.errors import ModelError, WeightsError
from proxyclip_geo.models.clip_image_tower import POSITION_OFFSET, resize_positions, to_grid
from proxyclip_geo.models.towers import PositionMode

OFFSETS: Mapping[PositionMode, float | None] = {"offset": POSITION_OFFSET, "exact": 0.0, "antialias": None}
"""Part of a cell that is added when positions are resized; None for timm's own resizing."""


class VisionFoundationModel(nn.Module):
    """A timm model that returns one feature vector per patch, after its final norm (SAM: its neck).

    Attributes:
        patch: Side of a patch in pixels.
    """

    def __init__(
        self,
        architecture: str,
        *,
        overrides: Mapping[str, Any] | None = None,
        position: PositionMode = "offset",
    ) -> None:
        """Build the model with random weights; load a state dict into `trunk` next.

        Args:
            architecture: timm model name, with or without a pretrained tag.
            overrides: Constructor values that differ from the architecture's.
            position: How learned position embeddings are resized to the token grid: "offset" as in DINO v1's own code,
                "exact" as in MAE's, "antialias" as in timm and DINOv2 with registers. Models without learned absolute
                positions ignore it.

        Raises:
            ModelError: If timm does not know the architecture or cannot build it with these overrides.
        """
        import timm
        from timm.models.vision_transformer import VisionTransformer

        super().__init__()
        values = dict(overrides or {})
        if "samvit" not in architecture:
            values.setdefault("dynamic_img_size", True)
        try:
            trunk: Any = timm.create_model(architecture, pretrained=False, num_classes=0, **values)
        except (RuntimeError, TypeError, LookupError, ValueError, ArithmeticError, AssertionError) as error:
            raise ModelError(f"timm cannot build the VFM '{architecture}' with {values}: {error!r}") from error
        self.trunk: Any = trunk.eval()
        if getattr(trunk, "rope", None) is not None:
            _reuse_rotations(trunk.rope)
        patch = self.trunk.patch_embed.patch_size
        self.patch = int(patch[0] if isinstance(patch, tuple) else patch)
        learned = type(trunk) is VisionTransformer and trunk.pos_embed is not None
        self._offset = OFFSETS[position] if learned else None
        if self._offset is not None and trunk.no_embed_class:
            raise ModelError(
                f"VFM '{architecture}' has no position embedding for its CLS token: set position = \"antialias\""
            )

    def convert(self, state: dict[str, Tensor], *, source: Path) -> dict[str, Tensor]:
        """Return a state dict with timm's names; one with its publisher's names is converted by timm.

        Args:
            state: Weights under either names.
            source: Their file, for messages.

        Raises:
            WeightsError: If timm cannot convert them, or conversion would drop biases.
        """
        if not set(self.trunk.state_dict()) - set(state):
            return state
        used = dict(state)
        if "storage_tokens" in used and not any(name.endswith("q_bias") for name, _ in self.trunk.named_parameters()):
            # Meta's DINOv3 holds biases of zeros that timm's architecture lacks.
            for name in [name for name in used if name.endswith("attn.qkv.bias")]:
                bias = used.pop(name)
                if not bias.is_meta and bias[: len(bias) // 3].any() | bias[-(len(bias) // 3) :].any():
                    raise WeightsError(
                        f"the weights {source} have biases of queries and values ({name}), which this architecture "
                        "lacks; timm's names of architectures with them end in _qkvb"
                    )
        convert = getattr(sys.modules[type(self.trunk).__module__], "checkpoint_filter_fn", None)
        if convert is None:
            return state
        try:
            converted: dict[str, Tensor] = convert(used, self.trunk)
        except (LookupError, TypeError, AttributeError, ValueError, RuntimeError, AssertionError) as error:
            raise WeightsError(
                f"the weights {source} are of another model: timm cannot convert them: {error!r}"
            ) from error
        return converted

    def forward(self, pixels: Tensor) -> Tensor:
        """Compute dense features.

        Args:
            pixels: (B, 3, H, W), normalised; H and W multiples of the patch size.

        Returns:
            (B, C, h, w).
        """
        if self._offset is not None:
            return self._forward_offset(pixels, self._offset)
        taken = self.trunk.forward_intermediates(
            pixels, indices=1, norm=True, output_fmt="NCHW", intermediates_only=True
        )
        features: Tensor = taken[0]
        return features

    def _forward_offset(self, pixels: Tensor, offset: float) -> Tensor:
        trunk = self.trunk
        patches = trunk.patch_embed(pixels)  # (B, h, w, C)
        grid = (int(patches.shape[1]), int(patches.shape[2]))
        prefix = [token for token in (trunk.cls_token, trunk.reg_token) if token is not None]
        tokens = torch.cat([*(token.expand(len(pixels), -1, -1) for token in prefix), patches.flatten(1, 2)], dim=1)
        positions = resize_positions(trunk, trunk.pos_embed[0], grid, prefix=trunk.num_prefix_tokens, offset=offset)
        tokens = trunk.norm(trunk.blocks(trunk.norm_pre(tokens + positions.to(tokens.dtype))))
        return to_grid(tokens[:, trunk.num_prefix_tokens :], grid)


def _reuse_rotations(rope: Any) -> None:
    """Let rotary positions compute the table of a grid once; timm computes it on the CPU in each batch."""
    compute = rope.get_embed
    last: dict[Any, Any] = {}

    def get_embed(shape: Sequence[int] | None = None, *args: Any, **options: Any) -> Any:
        buffer = next(rope.buffers())
        key = (shape and tuple(shape), args, tuple(options.items()), buffer.device, buffer.dtype)
        if key not in last:
            last.clear()
            # A tensor made in inference mode could not be used outside it.
            with torch.inference_mode(False), torch.no_grad():
                last[key] = compute(shape, *args, **options)
        return last[key]

    rope.get_embed = get_embed
