"""Interpolate from cells to pixels, and label pixels."""

import math

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.engine.loops.jit import LINE, PLANE, STACK, VIEW, Floats, compiled

FLOAT_TINY = np.float32(np.finfo(np.float32).tiny)
ZERO, HALF, ONE, PERCENT = np.float32(0), np.float32(0.5), np.float32(1), np.float32(100)
LEAST_EXPONENT = np.float32(-87)
"""exp is 0, or as good as 0, below it."""
LOG2_E, LN_2, LN_2_REST = np.float32(1 / np.log(2)), np.float32(0.693359375), np.float32(np.log(2) - 0.693359375)
T2, T3, T4, T5, T6 = (np.float32(1 / math.factorial(n)) for n in range(2, 7))
LINE_PIXELS = 256
"""Pixels whose logits fit the cache of a core."""
PHASES = f"UniTuple({LINE}, 2)"
TABLE = f"Tuple((uint8[::1], {LINE}, float32))"
RESULTS = f"Tuple((uint8[:,::1], uint8[:,::1], int64[:,::1], {PLANE}))"
Table = tuple[NDArray[np.uint8], Floats, np.float32]
Results = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64], Floats]


@compiled(f"void(float32[:], {LINE}, {LINE}, {LINE})")
def upsample_line(cells: Floats, before: Floats, after: Floats, pixels: Floats) -> None:
    """Interpolate linearly between (w + 2) cells; arguments as for `upsample_cells`."""
    split, step = len(before), len(before) + len(after)
    for col in range(len(cells) - 2):
        left, own, right = cells[col], cells[col + 1], cells[col + 2]
        for phase in range(split):
            pixels[col * step + phase] = own - (own - left) * (ONE - before[phase])
        for phase in range(len(after)):
            pixels[col * step + split + phase] = own + after[phase] * (right - own)


@compiled(f"void({LINE}, {LINE}, float32, {LINE})")
def blend_up(upper: Floats, lower: Floats, weight: np.float32, line: Floats) -> None:
    """Interpolate between two lines, given the weight of the lower one, as torch does below ½."""
    for x in range(len(line)):
        line[x] = upper[x] + weight * (lower[x] - upper[x])


@compiled(f"void({LINE}, {LINE}, float32, {LINE})")
def blend_down(upper: Floats, lower: Floats, weight: np.float32, line: Floats) -> None:
    """Interpolate between two lines, given the weight of the lower one, as torch does from ½."""
    for x in range(len(line)):
        line[x] = lower[x] - (lower[x] - upper[x]) * (ONE - weight)


@compiled(f"void({VIEW}, {LINE}, {LINE}, {STACK})")
def upsample_cells(grid: Floats, before: Floats, after: Floats, pixels: Floats) -> None:
    """Interpolate linearly from cells to pixels along both axes, without the first and last cell of each.

    Args:
        grid: (Q, h + 2, w + 2) at cell centres.
        before: Weights of the own cell, beside the one before it, for the pixels before the centre of a cell.
        after: Weights of the next cell for the pixels after it.
        pixels: (Q, h · step, w · step) result, with as many pixels per cell as there are weights.
    """
    height = grid.shape[1] - 2
    split, step = len(before), len(before) + len(after)
    lines = np.empty((2, pixels.shape[2]), np.float32)
    for query in range(grid.shape[0]):
        for row in range(height + 2):
            upper, lower = lines[(row + 1) % 2], lines[row % 2]
            upsample_line(grid[query, row], before, after, lower)
            # The pixels between the centres of the row above and this row.
            if row > 1:
                for phase in range(len(after)):
                    blend_up(upper, lower, after[phase], pixels[query, (row - 2) * step + split + phase])
            if 0 < row <= height:
                for phase in range(split):
                    blend_down(upper, lower, before[phase], pixels[query, (row - 1) * step + phase])


@compiled(f"void({PLANE})")
def divide_lines(pixels: Floats) -> None:
    """Divide all rows by the last one."""
    weight = pixels[-1]
    for plane in range(len(pixels) - 1):
        line = pixels[plane]
        for x in range(len(line)):
            line[x] = line[x] / max(weight[x], FLOAT_TINY)


@compiled(f"void({LINE}, {LINE}, {LINE})")
def add_exponential(values: Floats, largest: Floats, total: Floats) -> None:
    """Add exp(value - largest) to the total, with a relative error below 4 · 10⁻⁷."""
    for x in range(len(total)):
        # 2^k · exp(r) with |r| ≤ ln(2) / 2, and the Taylor polynomial of exp(r).
        difference = max(values[x] - largest[x], LEAST_EXPONENT)
        k = np.rint(difference * LOG2_E)
        r = (difference - k * LN_2) - k * LN_2_REST
        series = ((((T6 * r + T5) * r + T4) * r + T3) * r + T2) * (r * r) + (r + ONE)
        power = np.uint32((np.int32(k) + np.int32(127)) << np.int32(23)).view(np.float32)
        total[x] += np.float32(series) * power


@compiled(f"int64({PLANE}, {TABLE}, {RESULTS}, UniTuple(int64, 4))")
def label_line(pixels: Floats, table: Table, results: Results, place: tuple[int, int, int, int]) -> int:
    """Label pixels of a row.

    Args:
        pixels: (Q, n) logits.
        table: As for `label_cells`.
        results: As for `label_cells`.
        place: Row and first column in the results, number of pixels, and number of doubtful pixels so far.

    Returns:
        Number of doubtful pixels so far.
    """
    (values, thresholds, tolerance), (labels, percent, places, logits) = table, results
    row, left, width, doubtful = place
    largest, winner = np.empty(width, np.float32), np.zeros(width, np.int32)
    total, certain = np.zeros(width, np.float32), np.empty(width, np.bool_)
    largest[:] = pixels[0, :width]
    for query in range(1, len(thresholds)):
        own, index = pixels[query], np.int32(query)
        for x in range(width):
            # Named, so that the loop is compiled to operations on vectors.
            new, old = own[x], largest[x]
            winner[x] = index if new > old else winner[x]
            largest[x] = new if new > old else old
    for query in range(len(thresholds)):
        add_exponential(pixels[query], largest, total)
    for x in range(width):
        share = PERCENT / total[x]
        total[x] = share
        certain[x] = abs(share - np.floor(share) - HALF) > tolerance
        percent[row, left + x] = np.uint8(np.int32(np.rint(share)))
    if thresholds.max() > ZERO:
        for x in range(width):
            threshold = PERCENT * thresholds[winner[x]]
            certain[x] &= abs(total[x] - threshold) > tolerance
            winner[x] = len(thresholds) if total[x] < threshold else winner[x]
    for x in range(width):
        labels[row, left + x] = values[winner[x]]
    for x in range(width):
        if not certain[x]:
            if doubtful < len(places):
                places[doubtful, 0], places[doubtful, 1] = row, left + x
                logits[:, doubtful] = pixels[: len(thresholds), x]
            doubtful += 1
    return doubtful


@compiled(f"int64({STACK}, {PHASES}, {TABLE}, {RESULTS})")
def label_cells(grid: Floats, phases: tuple[Floats, Floats], table: Table, results: Results) -> int:
    """Label the pixels of cells with the first largest of their interpolated logits, and its softmax in per cent.

    Where this exponential function, which is not that of torch, may lead to another result, a pixel is doubtful.

    Args:
        grid: (Q, h + 2, w + 2) logits at cell centres, or Q + 1 for logits times weights and weights, by which
            interpolated logits are divided.
        phases: As for `upsample_cells`.
        table: Label of each query, and of pixels below a threshold; threshold of each query, 0–1; and the largest error
            of a share in per cent.
        results: (H, W) labels; (H, W) shares in per cent; (n, 2) row and column, and (Q, n) logits of the first n
            doubtful pixels.

    Returns:
        Number of doubtful pixels.
    """
    before, after = phases
    planes, height, width = grid.shape[0], grid.shape[1] - 2, grid.shape[2] - 2
    step, queries, doubtful = len(before) + len(after), len(table[1]), 0
    cells = max(1, LINE_PIXELS // step)
    lines, pixels = np.empty((2, planes, cells * step), np.float32), np.empty((planes, cells * step), np.float32)
    for left in range(0, width, cells):
        count = min(cells, width - left)
        for row in range(height + 2):
            upper, lower = lines[(row + 1) % 2], lines[row % 2]
            for plane in range(planes):
                upsample_line(grid[plane, row, left : left + count + 2], before, after, lower[plane])
            for phase in range(step):
                # The pixels between the centres of the row above and this row.
                y = (row - 2) * step + len(before) + phase
                if not 0 <= y < height * step:
                    continue
                for plane in range(planes):
                    if phase < len(after):
                        blend_up(upper[plane], lower[plane], after[phase], pixels[plane])
                    else:
                        blend_down(upper[plane], lower[plane], before[phase - len(after)], pixels[plane])
                if planes > queries:
                    divide_lines(pixels)
                place = y, left * step, count * step, doubtful
                doubtful = label_line(pixels, table, results, place)
    return doubtful
