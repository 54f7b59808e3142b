"""Putting linked pieces in order: many short linked lists at once, at the speed of compiled code.

Pieces have two ports each, `2i` and `2i + 1`. Entering a piece by port p means to leave it by port `p ^ 1`; a **dart**
is a piece entered by a port, and has the port's number.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Chains:
    """Darts of all chains, chain after chain.

    Attributes:
        darts: (N,) int64 darts in walking order.
        starts: (C + 1,) int64 where each chain begins in `darts`, and N.
        closed: (C,) bool: whether the chain's last piece leads to its first.
    """

    darts: Ints
    starts: Ints
    closed: NDArray[np.bool_]

    @property
    def lengths(self) -> Ints:
        """(C,) pieces of each chain."""
        return np.diff(self.starts)

    @property
    def owners(self) -> Ints:
        """(N,) chain of each dart."""
        return np.repeat(np.arange(len(self.closed)), self.lengths)


def sum_by(index: NDArray[Any], values: NDArray[Any], count: int) -> NDArray[np.float64]:
    """Add up values by index: (count,)."""
    return np.asarray(np.bincount(index, values, count), np.float64)


def groups(count: int, first: NDArray[Any], second: NDArray[Any]) -> Ints:
    """Number the connected groups of `count` things, of which `first` and `second` are linked pairwise.

    Returns:
        (count,) group of each, numbered from 0 in the order of their lowest members.
    """
    if not count:
        return np.zeros(0, np.int64)
    graph = csr_matrix((np.ones(len(first), np.int8), (first, second)), shape=(count, count))
    _, found = connected_components(graph, directed=False)
    # scipy happens to number them so, but does not promise it.
    _, lowest = np.unique(found, return_index=True)
    rank = np.empty_like(lowest)
    rank[np.argsort(lowest)] = np.arange(len(lowest))
    return np.asarray(rank[found], np.int64)


def chain(partner: Ints) -> Chains:
    """Walk along pieces whose ports are joined.

    Args:
        partner: (2P,) the port that each port is joined to; −1 for a loose end.

    Returns:
        Every piece once, in one of its two directions. Chains are ordered by their lowest piece.
    """
    pieces = len(partner) // 2
    joined = np.flatnonzero(partner >= 0)
    group = groups(pieces, joined >> 1, partner[joined] >> 1)
    count = int(group.max()) + 1 if pieces else 0
    # A loop starts at its lowest piece, other chains at their lower loose end.
    _, lowest = np.unique(group, return_index=True)
    starts, tails = 2 * lowest, partner[2 * lowest] ^ 1
    loose = np.flatnonzero(partner < 0)
    closed = np.ones(count, bool)
    closed[group[loose >> 1]] = False
    starts[group[loose[::-1] >> 1]] = loose[::-1]
    tails[group[loose >> 1]] = loose ^ 1
    following = np.empty_like(partner)
    following[np.arange(len(partner)) ^ 1] = partner
    return _walk(following, starts, tails, np.bincount(group, minlength=count), closed)


def cycles(following: Ints) -> Chains:
    """Walk along a permutation.

    Args:
        following: (N,) the dart after each dart; every dart follows one.

    Returns:
        Every dart once; each cycle begins with its lowest dart, and cycles are ordered by it.
    """
    group = groups(len(following), np.arange(len(following)), following)
    _, starts = np.unique(group, return_index=True)
    before = np.empty_like(following)
    before[following] = np.arange(len(following))
    sizes = np.bincount(group, minlength=len(starts))
    return _walk(following, starts, before[starts], sizes, np.ones(len(starts), bool))


def _walk(following: Ints, starts: Ints, tails: Ints, sizes: Ints, closed: NDArray[np.bool_]) -> Chains:
    """Walk through all chains in one go, by hanging each at the tail of the one before."""
    if not len(starts):
        return Chains(np.zeros(0, np.int64), np.zeros(1, np.int64), closed)
    one = following.copy()
    one[tails[:-1]] = starts[1:]
    one[tails[-1]] = -1
    has = one >= 0
    indptr = np.concatenate(([0], np.cumsum(has)))
    graph = csr_matrix((np.ones(int(indptr[-1])), one[has], indptr), shape=(len(one), len(one)))
    darts = breadth_first_order(graph, int(starts[0]), return_predecessors=False)
    return Chains(darts.astype(np.int64), np.concatenate(([0], np.cumsum(sizes))), closed)
