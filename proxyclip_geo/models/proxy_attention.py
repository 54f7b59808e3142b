"""Proxy attention: CLIP's values, averaged over the tokens that a vision foundation model finds similar.

Lan, Chen, Ke, Wang, Feng, Zhang, "ProxyCLIP: Proxy Attention Improves CLIP for Open-Vocabulary Segmentation",
ECCV 2024, arXiv 2408.04883.
"""

import torch
from torch import Tensor
from torch.nn import functional


def proxy_attention(features: Tensor, *, beta: float, gamma: float) -> Tensor:
    """Compute attention weights from the features of a vision foundation model.

    With f the features at unit length over channels: S = fᵀf, A = γ·(S − β·mean(S)), entries of A below zero are
    masked, W = softmax(A) over the last axis. The mean is taken per image, so a window does not depend on the rest of
    the batch. A token always attends to itself: on a uniform image (mean(S) > 1/β) every entry would otherwise be
    masked and W undefined.

    Args:
        features: (B, C, h, w) features, one vector per token.
        beta: Factor of the mean similarity below which a pair is masked; 1.2 in the paper.
        gamma: Scale of the similarities before the softmax; 3.0 in the paper.

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
