"""Image encoders whose patch features lie in the space of a text encoder without proxy attention."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from proxyclip_geo.models.clip_image_tower import to_grid
from proxyclip_geo.models.encoder import Normalisation, TorchEncoder
from proxyclip_geo.models.towers import Statistics
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel

HEAD_WIDTH = 64
"""Width of an attention head in the models of this module and their text models."""


class PatchEncoder(TorchEncoder):
    """A `DenseEncoder` from one image model; a subclass defines `compute_features`.

    The CLS feature is the mean of the dense features.
    """

    def __init__(self, *, step: int, multiple: int, dim: int, statistics: Statistics) -> None:
        """Take the properties that `DenseEncoder` describes, and the mean and standard deviation of the pixels."""
        super().__init__(step=step, multiple=multiple, dim=dim)
        self.pixels = Normalisation(*statistics)

    @property
    def dtype(self) -> torch.dtype:
        """The number type of the weights."""
        return next(self.parameters()).dtype

    def cast(self, dtype: torch.dtype) -> None:
        """Set the number type of the weights."""
        for part in self.children():
            if part is not self.pixels:
                part.to(dtype)

    def compute_features(self, pixels: Tensor) -> Tensor:
        """Compute dense features (B, D, h, w), not of unit length, of normalised (B, 3, H, W) pixels."""
        raise NotImplementedError

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """Compute dense and CLS features of unit length of (B, 3, H, W) uint8 windows on the encoder's device."""
        features = self.compute_features(self.pixels(rgb.float() / 255).to(self.dtype))
        dense = functional.normalize(features.float(), dim=1)
        return dense, functional.normalize(dense.mean(dim=(2, 3)), dim=1)


class VitEncoder(PatchEncoder):
    """The patch features of a vision transformer as they are, for a text encoder that is mapped into their space.

    Barsellotti et al., "Talking to DINO: Bridging Self-Supervised Vision Backbones with Language for Open-Vocabulary
    Segmentation", ICCV 2025, arXiv 2411.19331.
    """

    def __init__(self, vfm: VisionFoundationModel, *, statistics: Statistics) -> None:
        """Wrap a vision transformer of timm."""
        width = int(vfm.trunk.embed_dim)
        super().__init__(step=vfm.patch, multiple=vfm.patch, dim=width, statistics=statistics)
        self.vfm = vfm
        self.freeze()

    def compute_features(self, pixels: Tensor) -> Tensor:
        """See `PatchEncoder`."""
        features: Tensor = self.vfm(pixels)
        return features


class LastValuesEncoder(VitEncoder):
    """A vision transformer whose last block uses the values of its attention only.

    With v the third part of qkv(norm1(x)): x ← x + ls1·proj(v), x ← x + ls2·mlp(norm2(x)), final norm.

    Cao et al., "TIPSv2: Advancing Vision-Language Pretraining with Enhanced Patch-Text Alignment", 2026, arXiv
    2604.12012.
    """

    def compute_features(self, pixels: Tensor) -> Tensor:
        """See `PatchEncoder`."""
        trunk: Any = self.vfm.trunk
        grid = (pixels.shape[2] // self.step, pixels.shape[3] // self.step)
        tokens = trunk.norm_pre(trunk._pos_embed(trunk.patch_embed(pixels)))
        *blocks, last = trunk.blocks
        for block in blocks:
            tokens = block(tokens)
        # The last block mixes no tokens.
        tokens = tokens[:, trunk.num_prefix_tokens :]
        qkv, width = last.attn.qkv, self.dim
        values = functional.linear(last.norm1(tokens), qkv.weight[2 * width :], qkv.bias[2 * width :])
        tokens = tokens + last.ls1(last.attn.proj(values))
        return to_grid(trunk.norm(tokens + last.ls2(last.mlp(last.norm2(tokens)))), grid)


class TextHead(nn.Module):
    """The head of dino.txt: transformer blocks with SwiGLU and without positions, and a norm."""

    def __init__(self, width: int, hidden: int, *, depth: int, qkv_bias: bool) -> None:
        """Build the head with random weights.

        Args:
            width: Length of a token.
            hidden: Width of the layers between.
            depth: Number of blocks.
            qkv_bias: Whether queries, keys and values have a bias.
        """
        from timm.layers.mlp import SwiGLU
        from timm.models.vision_transformer import Block

        super().__init__()
        self.blocks = nn.Sequential(
            *(
                Block(
                    width,
                    width // HEAD_WIDTH,
                    mlp_ratio=hidden / width,
                    qkv_bias=qkv_bias,
                    init_values=1.0,
                    act_layer=nn.SiLU,
                    norm_layer=nn.LayerNorm,
                    mlp_layer=SwiGLU,
                )
                for _ in range(depth)
            )
        )
        self.ln_final = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, N, D) → (B, N, D)."""
        found: Tensor = self.ln_final(self.blocks(tokens))
        return found


class HeadedEncoder(VitEncoder):
    """A vision transformer with the head of dino.txt, which sees its patch, class and register tokens.

    Jose et al., "DINOv2 Meets Text: A Unified Framework for Image- and Pixel-Level Vision-Language Alignment", CVPR
    2025, arXiv 2412.16334.
    """

    def __init__(self, vfm: VisionFoundationModel, head: TextHead, *, statistics: Statistics) -> None:
        """Combine a vision transformer of timm with a head."""
        super().__init__(vfm, statistics=statistics)
        self.head = head
        self.freeze()

    def compute_features(self, pixels: Tensor) -> Tensor:
        """See `PatchEncoder`."""
        trunk: Any = self.vfm.trunk
        grid = (pixels.shape[2] // self.step, pixels.shape[3] // self.step)
        tokens = self.head(trunk.forward_features(pixels))
        return to_grid(tokens[:, trunk.num_prefix_tokens :], grid)
