"""Order linked edges: many short linked lists at once, at the speed of compiled code.

Edges have two ends each: 2i is where edge i starts, 2i + 1 where it ends. A **half-edge** is an edge with a direction,
and has the number of the end it leaves from: half-edge 2i is edge i forwards, 2i + 1 the same backwards.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

from proxyclip_geo.vector.ragged import Ints


@dataclass(frozen=True)
class Chains:
    """Half-edges of all chains, chain after chain.

    Attributes:
        halfedges: (N,) half-edges in order.
        starts: (C + 1,) where each chain begins in `halfedges`, and N.
        closed: (C,) bool: whether the chain's last half-edge leads to its first.
    """

    halfedges: Ints
    starts: Ints
    closed: NDArray[np.bool_]

    @property
    def lengths(self) -> Ints:
        """(C,) half-edges of each chain."""
        return np.diff(self.starts)

    @property
    def owners(self) -> Ints:
        """(N,) chain of each half-edge."""
        return np.repeat(np.arange(len(self.closed)), self.lengths)


def label_components(count: int, first: NDArray[Any], second: NDArray[Any]) -> Ints:
    """Label the connected components of `count` nodes, of which `first` and `second` are linked pairwise.

    Returns:
        (count,) component of each, numbered from 0 in the order of their lowest nodes.
    """
    if not count:
        return np.zeros(0, np.int64)
    graph = csr_matrix((np.ones(len(first), np.int8), (first, second)), shape=(count, count))
    _, found = connected_components(graph, directed=False)
    # scipy numbers them in this order, but does not document it.
    _, lowest = np.unique(found, return_index=True)
    rank = np.empty_like(lowest)
    rank[np.argsort(lowest)] = np.arange(len(lowest))
    return np.asarray(rank[found], np.int64)


def find_chains(partner: Ints) -> Chains:
    """Order edges whose ends are joined.

    Args:
        partner: (2E,) the end that each end is joined to; −1 for a loose end.

    Returns:
        Every edge once, in one of its two directions. Chains are ordered by their lowest edge.
    """
    edges = len(partner) // 2
    joined = np.flatnonzero(partner >= 0)
    component = label_components(edges, joined >> 1, partner[joined] >> 1)
    count = int(component.max()) + 1 if edges else 0
    # A loop starts at its lowest edge, another chain at its lower loose end.
    _, lowest = np.unique(component, return_index=True)
    starts, tails = 2 * lowest, partner[2 * lowest] ^ 1
    loose = np.flatnonzero(partner < 0)
    closed = np.ones(count, bool)
    closed[component[loose >> 1]] = False
    starts[component[loose[::-1] >> 1]] = loose[::-1]
    tails[component[loose >> 1]] = loose ^ 1
    following = np.empty_like(partner)
    following[np.arange(len(partner)) ^ 1] = partner
    return _traverse(following, starts, tails, np.bincount(component, minlength=count), closed)


def find_cycles(following: Ints) -> Chains:
    """Order the cycles of a permutation.

    Args:
        following: (N,) the half-edge after each half-edge; every half-edge follows one.

    Returns:
        Every half-edge once; each cycle begins with its lowest half-edge, and cycles are ordered by it.
    """
    component = label_components(len(following), np.arange(len(following)), following)
    _, starts = np.unique(component, return_index=True)
    before = np.empty_like(following)
    before[following] = np.arange(len(following))
    sizes = np.bincount(component, minlength=len(starts))
    return _traverse(following, starts, before[starts], sizes, np.ones(len(starts), bool))


def _traverse(following: Ints, starts: Ints, tails: Ints, sizes: Ints, closed: NDArray[np.bool_]) -> Chains:
    """Traverse all chains as one list, each linked to the tail of the one before."""
    if not len(starts):
        return Chains(np.zeros(0, np.int64), np.zeros(1, np.int64), closed)
    linked = following.copy()
    linked[tails[:-1]] = starts[1:]
    linked[tails[-1]] = -1
    has_next = linked >= 0
    indptr = np.concatenate(([0], np.cumsum(has_next)))
    graph = csr_matrix((np.ones(int(indptr[-1])), linked[has_next], indptr), shape=(len(linked), len(linked)))
    halfedges = breadth_first_order(graph, int(starts[0]), return_predecessors=False)
    return Chains(halfedges.astype(np.int64), np.concatenate(([0], np.cumsum(sizes))), closed)
