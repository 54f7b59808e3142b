"""Loops over cells and pixels, written for Numba.

Each does what a few operations of torch do, with the same roundings, in one pass and without Python's global lock.
`compiled` compiles them. As Python they give the same values, slowly.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

HALF_NORMAL = np.float32(2**-14)
"""Smallest number of half precision with all its bits."""
HALF_STEPS = np.float32(2**24)
"""Steps of half precision per unit below `HALF_NORMAL`."""
FLOAT_TINY = np.float32(np.finfo(np.float32).tiny)
HALF, ONE, PERCENT = np.float32(0.5), np.float32(1), np.float32(100)


def add_window(
    total: Floats, weight: Floats, tokens: Floats, weights: Floats, place: tuple[int, int], rows: tuple[int, int]
) -> None:
    """Add rows of a window to the weighted sums of cells.

    Args:
        total: (n, w, D) sums, a ring buffer: row n is row 0 again.
        weight: (n, w) sums of weights.
        tokens: (h, w, D) of the window.
        weights: (h, w) of its tokens.
        place: Row and column of its first token in the sums; tokens beside the sums are left out.
        rows: First and last row of the window to add, exclusive.
    """
    slot, left = place
    count, width, dim = total.shape
    first, last = max(0, -left), min(tokens.shape[1], width - left)
    for row in range(rows[0], rows[1]):
        target = (slot + row) % count
        for col in range(first, last):
            factor = weights[row, col]
            weight[target, left + col] += factor
            sums, token = total[target, left + col], tokens[row, col]
            for d in range(dim):
                sums[d] += factor * token[d]


def multiply_sums(total: Floats, weight: Floats, queries: NDArray[np.float64], products: Floats) -> None:
    """Divide weighted sums by their weights, round them to half precision, and multiply them with queries.

    Args:
        total: (h, w, D).
        weight: (h, w).
        queries: (Q, D).
        products: (Q, h, w) result, summed in double and rounded to single precision.
    """
    height, width, dim = total.shape
    fours = queries.shape[0] // 4 * 4
    mean, wide = np.empty(dim, np.float32), np.empty(dim, np.float64)
    bits = mean.view(np.uint32)
    for row in range(height):
        for col in range(width):
            sums, divisor = total[row, col], max(weight[row, col], FLOAT_TINY)
            for d in range(dim):
                mean[d] = sums[d] / divisor
            for d in range(dim):
                # To the nearest number of half precision, ties to even: 13 bits less, or steps of 2⁻²⁴.
                value, pattern = mean[d], bits[d]
                bits[d] = (pattern + np.uint32(0xFFF) + ((pattern >> np.uint32(13)) & np.uint32(1))) & np.uint32(
                    0xFFFFE000
                )
                wide[d] = np.rint(value * HALF_STEPS) / HALF_STEPS if abs(value) < HALF_NORMAL else mean[d]
            # Four at a time, so that each feature is loaded once for them.
            for first in range(0, fours, 4):
                a = b = c = e = 0.0
                for d in range(dim):
                    a += wide[d] * queries[first, d]
                    b += wide[d] * queries[first + 1, d]
                    c += wide[d] * queries[first + 2, d]
                    e += wide[d] * queries[first + 3, d]
                products[first, row, col], products[first + 1, row, col] = a, b
                products[first + 2, row, col], products[first + 3, row, col] = c, e
            for query in range(fours, queries.shape[0]):
                a = 0.0
                for d in range(dim):
                    a += wide[d] * queries[query, d]
                products[query, row, col] = a


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


def upsample_cells(grid: Floats, before: Floats, after: Floats, pixels: Floats) -> None:
    """Interpolate linearly from cells to pixels along both axes, without the first and last cell of each.

    Args:
        grid: (Q, h + 2, w + 2) at cell centres.
        before: Weights of the own cell, beside the one before it, for the pixels before the centre of a cell.
        after: Weights of the next cell for the pixels after it.
        pixels: (Q, h · step, w · step) result, with as many pixels per cell as there are weights.
    """
    height, width = grid.shape[1] - 2, grid.shape[2] - 2
    split, step = len(before), len(before) + len(after)
    lines = np.empty((2, width * step), np.float32)
    for query in range(grid.shape[0]):
        for row in range(height + 2):
            upper, lower, cells = lines[(row + 1) % 2], lines[row % 2], grid[query, row]
            for col in range(width):
                left, own, right = cells[col], cells[col + 1], cells[col + 2]
                for phase in range(split):
                    weight = before[phase]
                    lower[col * step + phase] = own - (own - left) * (ONE - weight)
                for phase in range(len(after)):
                    weight = after[phase]
                    lower[col * step + split + phase] = own + weight * (right - own)
            # The pixels between the centres of the row above and this row.
            if row > 1:
                for phase in range(len(after)):
                    weight, line = after[phase], pixels[query, (row - 2) * step + split + phase]
                    for x in range(width * step):
                        line[x] = upper[x] + weight * (lower[x] - upper[x])
            if 0 < row <= height:
                for phase in range(split):
                    weight, line = before[phase], pixels[query, (row - 1) * step + phase]
                    for x in range(width * step):
                        line[x] = lower[x] - (lower[x] - upper[x]) * (ONE - weight)


def label_pixels(
    entries: Floats,
    shares: Floats,
    values: NDArray[Any],
    thresholds: Floats,
    labels: NDArray[Any],
    percent: NDArray[np.uint8],
) -> None:
    """Label pixels with the first largest of their entries, and with the largest of their shares in per cent.

    Args:
        entries: (n, H, W).
        shares: (n, H, W), 0–1.
        values: Label of each entry, and of unsure pixels.
        thresholds: Share, one an entry, below which a pixel is unsure.
        labels: (H, W) result.
        percent: (H, W) result.
    """
    count, height, width = entries.shape
    largest, share, winner = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width, np.int32)
    for row in range(height):
        for x in range(width):
            largest[x], share[x], winner[x] = entries[0, row, x], shares[0, row, x], 0
        for entry in range(1, count):
            own, own_shares = entries[entry, row], shares[entry, row]
            for x in range(width):
                winner[x] = entry if own[x] > largest[x] else winner[x]
                largest[x] = max(largest[x], own[x])
                share[x] = max(share[x], own_shares[x])
        for x in range(width):
            unsure = share[x] < thresholds[winner[x]]
            labels[row, x] = values[count if unsure else winner[x]]
        for x in range(width):
            percent[row, x] = np.uint8(np.int32(np.rint(share[x] * PERCENT)))
