"""Ensembles: several models as one, whose logits are the weighted mean of theirs.

With weights w that sum to 1, the features √w·f of the members follow each other in one vector, and so do their queries
√w·t. Both have unit length, and their product is Σ w·(f·t).
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from proxyclip_geo.models.encoder import TorchEncoder
from proxyclip_geo.models.text_encoder import Templates, TextEncoder
from proxyclip_geo.progress import Progress, no_progress


def join(parts: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """Return (B, D₁ + D₂ + …, …) features of unit length from (B, D, …) features of unit length."""
    return torch.cat([math.sqrt(weight) * part for part, weight in zip(parts, weights, strict=True)], dim=1)


class EnsembleEncoder(TorchEncoder):
    """The image encoders of an ensemble, on the lattice of the first one."""

    def __init__(self, members: Sequence[TorchEncoder], weights: Sequence[float]) -> None:
        """Combine encoders with weights that sum to 1."""
        super().__init__(
            step=members[0].step,
            multiple=math.lcm(*(member.multiple for member in members)),
            dim=sum(member.dim for member in members),
        )
        self.members = nn.ModuleList(members)
        self.weights = tuple(weights)

    @property
    def dtype(self) -> torch.dtype:
        """The number type of the first member."""
        dtype: torch.dtype = self.members[0].dtype  # type: ignore[assignment]
        return dtype

    def cast(self, dtype: torch.dtype) -> None:
        """Set the number type of all members."""
        for member in self.members:
            assert isinstance(member, TorchEncoder)
            member.cast(dtype)

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """Compute dense and CLS features of unit length of (B, 3, H, W) uint8 windows on the encoder's device."""
        dense, cls = zip(*(member(rgb) for member in self.members), strict=True)
        grid = dense[0].shape[2:]
        return join([_resize(part, grid) for part in dense], self.weights), join(cls, self.weights)


def _resize(dense: Tensor, grid: Sequence[int]) -> Tensor:
    """Resize features bilinearly to a grid of (h, w), and to unit length again."""
    if dense.shape[2:] == grid:
        return dense
    resized = functional.interpolate(dense, size=list(grid), mode="bilinear", align_corners=False)
    return functional.normalize(resized, dim=1)


class EnsembleTextEncoder(TextEncoder):
    """The text encoders of an ensemble; each uses its own templates unless others are given."""

    def __init__(self, members: Sequence[TextEncoder], weights: Sequence[float]) -> None:
        """Combine text encoders with weights that sum to 1."""
        self.templates = members[0].templates
        self.known = ()
        self._members = tuple(members)
        self._weights = tuple(weights)

    def encode(
        self, words: Sequence[str], *, templates: Templates | None = None, progress: Progress = no_progress
    ) -> Tensor:
        """Encode words; see `TextEncoder`."""
        parts = [one.encode(words, templates=templates, progress=progress) for one in self._members]
        return join(parts, self._weights)

    @property
    def is_loaded(self) -> bool:
        """Whether all towers are loaded."""
        return all(one.is_loaded for one in self._members)

    def preload(self) -> None:
        """Load the towers; see `TextEncoder`."""
        for one in self._members:
            one.preload()
