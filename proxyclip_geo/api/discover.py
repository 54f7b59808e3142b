"""A first map without words: clusters of features, named by the words that fit them best."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import ClusterError, kmeans2
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from proxyclip_geo.api.examples import add_learned
from proxyclip_geo.api.options import ClusterOptions
from proxyclip_geo.api.text_bank import make_bank
from proxyclip_geo.engine.pca import project_bank
from proxyclip_geo.errors import AreaError, VocabularyError
from proxyclip_geo.vocabulary import Vocabulary, as_vocabulary, list_vocabularies, load_vocabulary

if TYPE_CHECKING:
    from proxyclip_geo.api.embedding import Embedding

Floats = NDArray[np.float64]

_STARTS, _ROUNDS = 5, 100
_LARGEST_BIAS = 500.0
"""Clusters that are very dense for their distance get less certain scores: a vocabulary allows biases up to 1000."""


def discover(embedding: "Embedding", *, count: int, words: Sequence[str] | None) -> Vocabulary:
    """Cluster the features of evenly spaced cells by k-means, and return a class for each cluster.

    Logits of a class fall with the squared distance of a feature to the centre of its cluster, so that the map gives
    each place the nearest cluster. The result depends on the embedding alone.

    Args:
        embedding: The embedding.
        count: Number of clusters.
        words: Words that clusters may be named by; those of the built-in vocabularies if not given.

    Raises:
        OptionError: If the number is not possible.
        VocabularyError: If there are fewer words than clusters.
        AreaError: If the embedding has fewer different features than clusters.
    """
    ClusterOptions(count=count)
    features = embedding.sample_features().features.astype(np.float64)
    centres, spread = _cluster(features, count)
    names = _choose_names(embedding, centres, _candidates(embedding, words, count))
    vocabulary = replace(as_vocabulary([[name] for name in names]), name=f"{len(names)} clusters of {embedding.stem}")
    bank = make_bank(embedding.text, vocabulary, logit_scale=embedding.card.text.logit_scale)
    of_words = bank.logit_scale * project_bank(bank, embedding.store.basis).queries.numpy()
    # |f − c|² = |f|² − 2 f·c + |c|², of which |f|² and the mean of |c|² are the same for all classes.
    offsets = (centres**2).sum(axis=1)
    offsets -= offsets.mean()
    spread = max(spread, np.abs(offsets).max() / _LARGEST_BIAS)
    directions = (2 * centres / spread - of_words).astype(np.float32)
    return add_learned(vocabulary, directions, -offsets / spread, store=embedding.store)


def _cluster(features: Floats, count: int) -> tuple[Floats, float]:
    """Return the (K, D) centres of the best of several runs, largest cluster first, and the mean squared distance."""
    best: tuple[Floats, Floats, NDArray[np.integer]] | None = None
    for seed in range(_STARTS):
        start = _spread_out(features, count, np.random.default_rng(seed))
        try:
            centres, nearest = kmeans2(features, start, iter=_ROUNDS, minit="matrix", missing="raise")
        except ClusterError:
            # A cluster lost its last cell.
            continue
        distances = ((features - centres[nearest]) ** 2).sum(axis=1)
        if best is None or distances.sum() < best[1].sum():
            best = centres, distances, nearest
    if best is None:
        raise _too_few(count)
    order = np.argsort(-np.bincount(best[2], minlength=count), kind="stable")
    return best[0][order], float(best[1].mean()) or 1.0


def _spread_out(features: Floats, count: int, random: np.random.Generator) -> Floats:
    """Choose centres that are far from each other (k-means++; Arthur and Vassilvitskii, 2007)."""
    chosen = [int(random.integers(len(features)))]
    distances = np.full(len(features), np.inf)
    while len(chosen) < count:
        distances = np.minimum(distances, cdist(features, features[chosen[-1:]], "sqeuclidean")[:, 0])
        if not distances.any():
            raise _too_few(count)
        chosen.append(int(random.choice(len(features), p=distances / distances.sum())))
    return features[chosen]


def _too_few(count: int) -> AreaError:
    return AreaError(f"the embedding has too few different features for {count} clusters; ask for fewer")


def _candidates(embedding: "Embedding", words: Sequence[str] | None, count: int) -> list[str]:
    """Return the words that the model knows."""
    if words is None:
        words = [name for vocabulary in list_vocabularies() for name in load_vocabulary(vocabulary).queries]
    unique = list({word.strip().casefold(): word.strip() for word in words if word.strip()}.values())
    far = {item.word for item in embedding.text.far_words(unique)}
    known = [word for word in unique if word not in far]
    if len(known) < count:
        raise VocabularyError(
            f"{len(known)} words that the model knows are too few to name {count} clusters; give more words"
        )
    return known


def _choose_names(embedding: "Embedding", centres: Floats, words: list[str]) -> list[str]:
    """Return a word for each centre, each word once: those whose cosines exceed their means over all centres most."""
    queries = embedding.text.encode(words)
    if embedding.store.basis is not None:
        queries = queries @ embedding.store.basis
    cosines = centres @ queries.numpy().T.astype(np.float64)
    cosines /= np.linalg.norm(centres, axis=1, keepdims=True)
    rows, columns = linear_sum_assignment(cosines - cosines.mean(axis=0), maximize=True)
    return [words[column] for _, column in sorted(zip(rows.tolist(), columns.tolist(), strict=True))]
