"""Proxy attention: where a vision foundation model sees the same thing, CLIP's values are shared.

Lan, Chen, Ke, Wang, Feng, Zhang, "ProxyCLIP: Proxy Attention Improves CLIP for Open-Vocabulary Segmentation",
ECCV 2024, arXiv 2408.04883.
"""

import torch
from torch import Tensor
from torch.nn import functional


def proxy_attention(features: Tensor, *, beta: float, gamma: float) -> Tensor:
    """Turn the features of a vision foundation model into attention weights.

    With f the features at unit length over channels: S = fᵀf, A = γ·(S − β·mean(S)), entries of A below zero are
    masked, W = softmax(A) over the last axis. The mean is taken per image, so that a window does not depend on its
    batch mates. A token always attends to itself: on a flat image (mean(S) > 1/β) every entry would be masked and W
    undefined.

    Args:
        features: (B, C, h, w) features, one vector a token.
        beta: How far above the mean similarity a pair must lie to be kept; 1.2 in the paper.
        gamma: How sharply the kept pairs are told apart; 3.0 in the paper.

    Returns:
        (B, N, N) weights with N = h·w; rows sum to 1.
    """
    unit = functional.normalize(features.flatten(2).float(), dim=1)
    similarity = unit.transpose(1, 2) @ unit
    # mean(S) = ‖Σf‖² / N²: a sum over N vectors instead of N² products.
    mean = unit.mean(dim=2).square().sum(dim=1)[:, None, None]
    scores = gamma * (similarity - beta * mean)
    itself = torch.eye(scores.shape[-1], dtype=torch.bool, device=scores.device)
    masked = (scores < 0) & ~itself
    return scores.masked_fill(masked, float("-inf")).softmax(dim=-1)
