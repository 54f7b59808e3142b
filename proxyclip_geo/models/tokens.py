"""Between token lists and token grids."""

from torch import Tensor


def to_grid(tokens: Tensor, grid: tuple[int, int]) -> Tensor:
    """(B, h·w, D) → (B, D, h, w)."""
    return tokens.transpose(1, 2).reshape(tokens.shape[0], tokens.shape[2], *grid)


def to_tokens(features: Tensor) -> Tensor:
    """(B, D, h, w) → (B, h·w, D)."""
    return features.flatten(2).transpose(1, 2)
