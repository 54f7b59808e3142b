"""The classifier of labelled pixels: biases, thresholds and the logit scale as parameters."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Samples:
    """Labelled pixels.

    Attributes:
        products: (N, Q) float32 products with the queries, neither scaled nor biased.
        truth: (N,) 1…K for a class, 0 for none of them.
        group: (N,) number of the part of the ground that a pixel lies in.
    """

    products: NDArray[np.float32]
    truth: Indices
    group: Indices

    def take(self, chosen: NDArray[np.bool_]) -> "Samples":
        """Return the chosen pixels."""
        return Samples(self.products[chosen], self.truth[chosen], self.group[chosen])


@dataclass(frozen=True)
class Classifier:
    """The parameters that turn products into classes; see `engine.classify`.

    Attributes:
        query_class: Index of the class of each query, 0…; those from `classes` on are background.
        classes: Number of classes without the background.
        biases: Bias of each class, including the background.
        thresholds: Threshold of each class, including the background.
        logit_scale: Factor of products before the softmax.
        synonyms: "max-probability" or "max-logit".
    """

    query_class: tuple[int, ...]
    classes: int
    biases: tuple[float, ...]
    thresholds: tuple[float, ...]
    logit_scale: float
    synonyms: Literal["max-probability", "max-logit"] = "max-probability"

    def logits(self, samples: Samples) -> Floats:
        """Return the (N, C) logits of classes before biases."""
        best = np.full((len(samples.truth), len(self.biases)), -np.inf)
        for query, owner in enumerate(self.query_class):
            np.maximum(best[:, owner], self.logit_scale * samples.products[:, query], out=best[:, owner])
        return best

    def probabilities(self, samples: Samples) -> Floats:
        """Return the (N, C) probabilities of classes."""
        best = self.logits(samples) + np.array(self.biases)
        if self.synonyms == "max-logit":
            every = best
        else:
            biases = np.array([self.biases[owner] for owner in self.query_class])
            every = self.logit_scale * samples.products + biases
        top = best.max(axis=1, keepdims=True)
        shares: Floats = np.exp(best - top) / np.exp(every - top).sum(axis=1, keepdims=True)
        return shares

    def predict(self, samples: Samples) -> Indices:
        """Return the (N,) labels: 1…K, 0 where unclassified."""
        shares = self.probabilities(samples)
        winner = (self.logits(samples) + np.array(self.biases)).argmax(axis=1)
        unsure = shares[np.arange(len(winner)), winner] < np.array(self.thresholds)[winner]
        return np.where(unsure | (winner >= self.classes), 0, winner + 1)

    def log_loss(self, samples: Samples) -> float:
        """Return the mean of −log p of the true class in nats, over pixels with a class."""
        shares = self.probabilities(samples)
        known = samples.truth > 0
        true = shares[known, samples.truth[known] - 1]
        return float(-np.log(np.maximum(true, 1e-12)).mean())
