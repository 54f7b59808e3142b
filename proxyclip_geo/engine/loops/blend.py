"""Blend windows, and multiply features with queries."""

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.loops.jit import PLANE, STACK, VIEW, Floats, compiled

EXPONENT = np.uint32(0x7F800000)
"""Bits of the exponent in single precision."""
SIGN = np.uint32(0x80000000)
"""The bit of the sign."""
HALF_LOST = np.uint32(13 << 23)
"""Exponent of 2¹³: half precision has 13 bits less."""
HALF_SMALL = np.uint32(0x3F000000)
"""Bits of ½, whose last bit is 2⁻²⁴ as that of half precision for small numbers."""
ONE_AND_A_HALF = np.uint32(0x00400000)
"""The bit that makes 1½ · 2^k of 2^k."""
FLOAT_TINY = np.float32(np.finfo(np.float32).tiny)
ZERO = np.float32(0)
BUFFER = 32
"""Cells whose features fit the cache of a core beside the windows and the queries."""
QUERIES = "float64[:,::1]"
SUMS, PLACE = f"Tuple(({STACK}, {PLANE}))", "UniTuple(int64, 5)"
WINDOWS = f"Tuple((float32[:,:,:,::1], {PLANE}, int64[::1]))"


@compiled(f"void({SUMS}, {WINDOWS}, {PLACE}, {PLANE})")
def blend_cells(
    sums: tuple[Floats, Floats],
    windows: tuple[Floats, Floats, NDArray[np.int64]],
    place: tuple[int, int, int, int, int],
    means: Floats,
) -> None:
    """Add a row of the tokens of windows to the weighted sums of a row of cells; finish some of the cells.

    Args:
        sums: (n, w, D) sums of n rows of cells and their (n, w) weights; those of finished cells are 0 afterwards. Sums
            without weight may hold anything.
        windows: (m, wh, ww, D) tokens of windows beside each other, (wh, ww) weights of tokens, and (m,) their first
            columns in the row of cells, increasing; tokens beside the sums are left out.
        place: Row of the sums, row of the windows, and three columns of cells: first and last finished one, exclusive,
            and last other one, exclusive.
        means: (k, D) result: the sums of the finished cells divided by their weights, rounded to half precision.
    """
    (total, weight), (tokens, weights, lefts) = sums, windows
    slot, row, start, stop, end = place
    count, width, first = len(lefts), weights.shape[1], 0
    for col in range(start, end):
        divisor, kept = weight[slot, col], total[slot, col]
        line = means[col - start] if col < stop else kept
        if divisor == ZERO:
            line[:] = ZERO
        elif col < stop:
            line[:] = kept
        while first < count and lefts[first] + width <= col:
            first += 1
        window = first
        while window < count and lefts[window] <= col:
            factor, token = weights[row, col - lefts[window]], tokens[window, row, col - lefts[window]]
            divisor += factor
            for d in range(len(line)):
                line[d] += factor * token[d]
            window += 1
        weight[slot, col] = divisor
        if col < stop:
            weight[slot, col] = ZERO
            divisor = max(divisor, FLOAT_TINY)
            for d in range(len(line)):
                mean = np.float32(line[d] / divisor)
                bits = mean.view(np.uint32)
                # To the nearest number of half precision, ties to even: added to 1½ · 2^k, the bits below are lost.
                power = max(np.uint32((bits & EXPONENT) + HALF_LOST), HALF_SMALL)
                large = np.uint32(power | ONE_AND_A_HALF).view(np.float32)
                rounded = np.float32((mean + large) - large)
                # -0 became 0.
                line[d] = np.uint32(rounded.view(np.uint32) | (bits & SIGN)).view(np.float32)


# The order of additions in double precision vanishes when the sum is rounded.
@compiled(f"void({PLANE}, {QUERIES}, {VIEW}, UniTuple(int64, 2))", fastmath={"contract", "reassoc", "nsz"})
def multiply_means(means: Floats, queries: NDArray[np.float64], products: Floats, place: tuple[int, int]) -> None:
    """Multiply the features of cells beside each other with queries.

    Args:
        means: (n, D).
        queries: (Q, D).
        products: (Q, h, w) result, summed in double and rounded to single precision.
        place: Row and first column of the cells in the result.
    """
    (cells, dim), last = means.shape, len(queries) - 1
    row, left = place
    wide = np.zeros((4, dim), np.float64)
    # Four cells and two queries at a time, so that numbers in the cache are loaded less often.
    for first in range(0, cells, 4):
        count = min(4, cells - first)
        for cell in range(count):
            own, mean = wide[cell], means[first + cell]
            for d in range(dim):
                own[d] = mean[d]
        w, x, y, z = wide[0], wide[1], wide[2], wide[3]
        for upper in range(0, last + 1, 2):
            lower = min(upper + 1, last)
            p, q = queries[upper], queries[lower]
            pw = px = py = pz = qw = qx = qy = qz = 0.0
            for d in range(dim):
                pw += w[d] * p[d]
                px += x[d] * p[d]
                py += y[d] * p[d]
                pz += z[d] * p[d]
                qw += w[d] * q[d]
                qx += x[d] * q[d]
                qy += y[d] * q[d]
                qz += z[d] * q[d]
            p_products, q_products, col = products[upper, row], products[lower, row], left + first
            p_products[col], q_products[col] = pw, qw
            if count > 1:
                p_products[col + 1], q_products[col + 1] = px, qx
            if count > 2:
                p_products[col + 2], q_products[col + 2] = py, qy
            if count > 3:
                p_products[col + 3], q_products[col + 3] = pz, qz


@compiled(f"void({SUMS}, {WINDOWS}, {PLACE}, {QUERIES}, {STACK})")
def blend_and_multiply(
    sums: tuple[Floats, Floats],
    windows: tuple[Floats, Floats, NDArray[np.int64]],
    place: tuple[int, int, int, int, int],
    queries: NDArray[np.float64],
    products: Floats,
) -> None:
    """Add a row of the tokens of windows to a row of cells; multiply the features of finished cells with queries.

    Args:
        sums: As for `blend_cells`.
        windows: As for `blend_cells`.
        place: Row of the cells, row of the windows, and three columns of cells: first and last finished one, exclusive,
            and last other one, exclusive.
        queries: (Q, D).
        products: (Q, h, w) result at all cells.
    """
    row, window_row, start, stop, end = place
    slot = row % len(sums[0])
    means = np.empty((BUFFER, sums[0].shape[2]), np.float32)
    for left in range(start, stop, BUFFER):
        right = min(left + BUFFER, stop)
        blend_cells(sums, windows, (slot, window_row, left, right, right), means)
        multiply_means(means[: right - left], queries, products, (row, left))
    blend_cells(sums, windows, (slot, window_row, stop, stop, end), means)


@compiled(f"void({STACK}, {QUERIES}, {VIEW})")
def multiply_features(features: Floats, queries: NDArray[np.float64], products: Floats) -> None:
    """Multiply features with queries.

    Args:
        features: (D, h, w).
        queries: (Q, D).
        products: (Q, h, w) result, summed in double and rounded to single precision.
    """
    dim, height, width = features.shape
    sums = np.empty((queries.shape[0], width), np.float64)
    for row in range(height):
        sums[:] = 0
        for d in range(dim):
            line = features[d, row]
            for query in range(queries.shape[0]):
                factor, own = queries[query, d], sums[query]
                for col in range(width):
                    own[col] += factor * line[col]
        for query in range(queries.shape[0]):
            for col in range(width):
                products[query, row, col] = sums[query, col]
