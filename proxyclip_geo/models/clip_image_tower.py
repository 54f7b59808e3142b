"""The image tower of CLIP: trunk, values of the last block, CLS feature, projection to the space of words."""

import math
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn import functional

from proxyclip_geo.errors import ModelError


class VisionTower(Protocol):
    """The used attributes of `open_clip.transformer.VisionTransformer`."""

    conv1: nn.Conv2d
    class_embedding: Tensor
    positional_embedding: Tensor
    ln_pre: nn.Module
    ln_post: nn.Module
    transformer: Any
    proj: Tensor | None


def to_grid(tokens: Tensor, grid: tuple[int, int]) -> Tensor:
    """(B, h·w, D) → (B, D, h, w)."""
    return tokens.transpose(1, 2).reshape(tokens.shape[0], tokens.shape[2], *grid)


def to_tokens(features: Tensor) -> Tensor:
    """(B, D, h, w) → (B, h·w, D)."""
    return features.flatten(2).transpose(1, 2)


def require_plain_vit(visual: nn.Module, name: str) -> VisionTower:
    """Check that a CLIP image tower is a ViT that proxy attention works with.

    Raises:
        ModelError: If it is not a ViT with one CLS token and a projection.
    """
    wanted = ("conv1", "class_embedding", "positional_embedding", "ln_pre", "ln_post", "transformer", "proj")
    missing = [part for part in wanted if getattr(visual, part, None) is None]
    if missing or getattr(visual, "attn_pool", None) is not None:
        raise ModelError(
            f"the image tower of CLIP '{name}' ({type(visual).__name__}) lacks "
            f"{', '.join(missing) or 'a plain pooling'}: proxy attention needs a ViT of open_clip, such as "
            "ViT-B-16-quickgelu or ViT-H-14"
        )
    return visual  # type: ignore[return-value]


POSITION_OFFSET = 0.1
"""Part of a cell that DINO v1 and ProxyCLIP add to the sides of the token grid when they resize positions."""


def interpolate_positions(
    positions: Tensor, grid: tuple[int, int], *, prefix: int = 1, offset: float = POSITION_OFFSET
) -> Tensor:
    """Resize learned position embeddings to another token grid, bicubic without antialiasing.

    The scale factors are (n + offset) / n_native: with 0.1 as in DINO v1 and ProxyCLIP, with 0 as in MAE.

    Args:
        positions: (prefix + n_native², C) embeddings.
        grid: (h, w) of the new grid.
        prefix: Number of leading embeddings without a position (the CLS token).
        offset: Part of a cell that is added to the sides of the new grid.

    Returns:
        (prefix + h·w, C) embeddings.
    """
    native = math.isqrt(int(positions.shape[0]) - prefix)
    if (native, native) == grid:
        return positions
    square = positions[prefix:].reshape(1, native, native, -1).permute(0, 3, 1, 2)
    scale = ((grid[0] + offset) / native, (grid[1] + offset) / native) if offset else None
    size = None if offset else grid
    resized = functional.interpolate(square.float(), size, scale, mode="bicubic").to(positions.dtype)
    return torch.cat([positions[:prefix], resized.flatten(2)[0].T])


_last_resized: WeakKeyDictionary[Any, tuple[Any, Tensor]] = WeakKeyDictionary()


def resize_positions(
    tower: Any, positions: Tensor, grid: tuple[int, int], *, prefix: int = 1, offset: float = POSITION_OFFSET
) -> Tensor:
    """Return `interpolate_positions`, computed once for the windows of a raster: on a GPU it takes as long as a layer.

    Args:
        tower: The module that owns the embeddings.
        positions: (prefix + n_native², C) embeddings.
        grid: (h, w) of the token grid.
        prefix: Leading embeddings without a place.
        offset: See `interpolate_positions`.

    Returns:
        (prefix + h·w, C) embeddings.
    """
    # Embeddings that are trained change, and a traced model must contain the interpolation.
    if positions.requires_grad or torch.jit.is_tracing():  # type: ignore[attr-defined,no-untyped-call]
        return interpolate_positions(positions, grid, prefix=prefix, offset=offset)
    key = (grid, prefix, positions.device, positions.dtype, positions._version)
    stored = _last_resized.get(tower)
    if stored is None or stored[0] != key:
        stored = (key, interpolate_positions(positions, grid, prefix=prefix, offset=offset))
        _last_resized[tower] = stored
    return stored[1]


def _split_heads(tokens: Tensor, heads: int) -> Tensor:
    """(B, N, D) → (B, heads, N, D / heads)."""
    return tokens.reshape(*tokens.shape[:2], heads, -1).transpose(1, 2)


def run_block(block: Any, tokens: Tensor, *, queries: slice = slice(None)) -> Tensor:
    """Run a residual attention block of open_clip with one scaled dot-product attention.

    The weights are those of the block's `nn.MultiheadAttention`, whose own forward is many times slower in bfloat16.

    Args:
        block: `open_clip.transformer.ResidualAttentionBlock`.
        tokens: (B, N, D).
        queries: The tokens to compute; they attend to all tokens.
    """
    attention = block.attn
    width, heads = attention.embed_dim, attention.num_heads
    weight, bias = attention.in_proj_weight, attention.in_proj_bias
    normed = block.ln_1(tokens)
    query = functional.linear(normed[:, queries], weight[:width], bias[:width])
    key, value = functional.linear(normed, weight[width:], bias[width:]).chunk(2, dim=-1)
    query, key, value = (_split_heads(part, heads) for part in (query, key, value))
    mixed = functional.scaled_dot_product_attention(query, key, value)
    tokens = tokens[:, queries] + block.ls_1(attention.out_proj(mixed.transpose(1, 2).flatten(2)))
    return tokens + block.ls_2(block.mlp(block.ln_2(tokens)))  # type: ignore[no-any-return]


@dataclass(frozen=True)
class TrunkTokens:
    """The tokens of a batch before the last block.

    Attributes:
        tokens: (B, 1 + h·w, D), the CLS token first.
        grid: (h, w).
    """

    tokens: Tensor
    grid: tuple[int, int]


def run_trunk(visual: VisionTower, pixels: Tensor) -> TrunkTokens:
    """Run the trunk up to the last block.

    Args:
        visual: CLIP's image tower.
        pixels: (B, 3, H, W), normalised; H and W multiples of the patch size.
    """
    patches = visual.conv1(pixels)
    grid = (int(patches.shape[2]), int(patches.shape[3]))
    tokens = to_tokens(patches)
    first = visual.class_embedding.to(tokens.dtype).expand(tokens.shape[0], 1, -1)
    tokens = torch.cat([first, tokens], dim=1)
    tokens = visual.ln_pre(tokens + resize_positions(visual, visual.positional_embedding, grid).to(tokens.dtype))
    for block in visual.transformer.resblocks[:-1]:
        tokens = run_block(block, tokens)
    return TrunkTokens(tokens, grid)


def compute_last_values(visual: VisionTower, trunk: TrunkTokens) -> Tensor:
    """Return the values of the last block's attention.

    Returns:
        (B, D, h, w) values, one per patch, without the CLS token.
    """
    last = visual.transformer.resblocks[-1]
    attention, width = last.attn, last.attn.embed_dim
    values = functional.linear(
        last.ln_1(trunk.tokens[:, 1:]), attention.in_proj_weight[2 * width :], attention.in_proj_bias[2 * width :]
    )
    return to_grid(values, trunk.grid)


def compute_cls_feature(visual: VisionTower, trunk: TrunkTokens) -> Tensor:
    """Return the CLS feature, CLIP's own feature of the whole image.

    Returns:
        (B, E) features, not normalised.
    """
    last = visual.transformer.resblocks[-1]
    return visual.ln_post(run_block(last, trunk.tokens, queries=slice(1))[:, 0]) @ visual.proj  # type: ignore[no-any-return]


def project_values(visual: VisionTower, values: Tensor) -> Tensor:
    """Project attended values to the space of CLIP's text tower, without residual and MLP.

    Args:
        visual: CLIP's image tower.
        values: (B, N, D) values after proxy attention.

    Returns:
        (B, N, E) dense features, not normalised.
    """
    mixed = visual.transformer.resblocks[-1].attn.out_proj(values)
    return visual.ln_post(mixed) @ visual.proj  # type: ignore[no-any-return]
