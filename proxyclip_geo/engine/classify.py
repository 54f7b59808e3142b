"""Classify embeddings: products with queries, upsampling to pixels, softmax, labels and scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from proxyclip_geo.engine.bilinear import pad_to, upsample
from proxyclip_geo.engine.blend import Blender, BlockEmbedding, ClsFeatures, RowBlender
from proxyclip_geo.engine.compiled import find_loops
from proxyclip_geo.engine.compiled_blend import CompiledBlender
from proxyclip_geo.engine.compiled_label import label_cells
from proxyclip_geo.engine.edge_aware import Guide, edge_aware_upsample
from proxyclip_geo.engine.parallel import CorePool, LogitStrips, StripCells, count_strip_rows, run_on_cores
from proxyclip_geo.engine.pixel_table import PixelTable, softmax, to_percent
from proxyclip_geo.engine.transfer import HostCopy, to_device
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.raster.spec import SCORE_NODATA
from proxyclip_geo.region import Region

UNCLASSIFIED = 0
_PART_CELLS = 128
"""Cells that are multiplied with the queries at a time on a CPU; in double precision they fit the cache of a core."""
_COMPILED_STRIPS = 3
"""Strips that compiled loops label at a time: they keep none in the cache, and each call has a cost."""
_ROWS = 8
"""Rows of stored cells that a core multiplies at a time."""


@dataclass(frozen=True)
class TextBank:
    """All queries of a vocabulary.

    Attributes:
        queries: (Q, D) float32; those of words have unit length, those learned from examples any.
        query_class: Index of the class of each query, non-decreasing.
        values: Label value of each class.
        biases: Bias added to the logits of each class.
        thresholds: Score below which a winning class becomes `fallback`, one a class.
        logit_scale: Factor of cosines before the softmax.
        nodata: Label value of pixels without data.
        synonyms: Score of a class with synonyms. "max-probability": a softmax over all queries, then the maximum of the
            class, as published. "max-logit": the maximum of the class, then a softmax over classes, so that more
            synonyms for one class do not lower the scores of the others. The winner is the same.
        debias: λ; logits are those of features plus λ times those of the CLS features of the windows over them (Li et
            al., "SegEarth-OV", CVPR 2025, λ = −0.3). 0 turns it off.
        background: Number of background classes, which are the last ones: their label value is 0, and their
            probabilities are not reported.
        fallback: Label value of pixels below the threshold.
    """

    queries: Tensor
    query_class: tuple[int, ...]
    values: tuple[int, ...]
    biases: tuple[float, ...]
    thresholds: tuple[float, ...]
    logit_scale: float
    nodata: int
    synonyms: Literal["max-probability", "max-logit"] = "max-probability"
    debias: float = 0.0
    background: int = 0
    fallback: int = UNCLASSIFIED

    @property
    def label_dtype(self) -> type[np.uint8] | type[np.uint16]:
        """uint8, or uint16 if label values exceed 255."""
        return np.uint8 if self.nodata <= 255 else np.uint16


@dataclass(frozen=True)
class BlockLabels:
    """Labels and scores of the core of a block.

    Attributes:
        labels: (H, W) uint8 or uint16.
        score: (H, W) uint8, the winner's probability in percent; 255 without data.
        probabilities: (K, H, W) uint8 in percent, 255 without data; None if not requested.
    """

    labels: NDArray[np.unsignedinteger]
    score: NDArray[np.uint8]
    probabilities: NDArray[np.uint8] | None


@dataclass(frozen=True)
class CellLogits:
    """Logits on the lattice.

    Attributes:
        logits: (Q, h, w), scaled, debiased and biased.
        valid: (h, w) bool, True where a cell has data.
        cells: The part of the lattice.
    """

    logits: Tensor
    valid: Tensor
    cells: Region


class QueryProducts:
    """Products of queries with the features of cells, computed row by row.

    The summation order of a matrix product depends on the shape of the matrix, here on that of the block. In double
    precision the difference vanishes when the sum is rounded, so that the logits of a cell do not depend on its block.
    """

    def __init__(self, bank: TextBank, cells: Region, *, device: torch.device) -> None:
        """Begin without products; add all rows, then call `finish`."""
        self._bank = bank
        self._cells = cells
        # MPS has no double precision.
        self._exact = torch.float32 if device.type == "mps" else torch.float64
        # (D, Q): products of a few rows with a tall matrix take three times as long.
        scaled = to_device(bank.queries, device).to(self._exact) * bank.logit_scale
        self._queries, self._scaled = scaled.T.contiguous(), scaled.contiguous()
        self._loops = find_loops(device)
        self._most = _PART_CELLS if device.type == "cpu" else cells.height * cells.width
        self._products = torch.empty(len(bank.queries), *cells.shape, device=device)

    def multiply(self, features: Tensor) -> Tensor:
        """Return the (Q, n) float32 products with (n, D) features."""
        # By way of single precision: half is converted to double one by one.
        parts = [part.float().to(self._exact) @ self._queries for part in torch.split(features, self._most)]
        return torch.cat(parts).T.float()

    def start_blending(self, weights: Tensor, cores: CorePool) -> Blender:
        """Return what blends the windows of the cells and multiplies the result.

        Args:
            weights: (wh, ww) weight of each token of a window.
            cores: Threads to compute in.
        """
        cells, dim = self._cells, self._scaled.shape[1]
        if self._loops is None:
            return RowBlender(cells, weights, dim=dim, sink=self._multiply_rows, cores=cores)
        return CompiledBlender(cells, weights, queries=self._scaled, products=self._products, cores=cores)

    def add_rows(self, rows: Region, features: Tensor) -> None:
        """Multiply whole rows of cells, with (D, n, w) features; callable from any thread, once for each row."""
        if self._loops is None:
            self._multiply_rows(rows, features.permute(1, 2, 0))
        else:
            arrays = features.float().contiguous().numpy(), self._scaled.numpy()
            self._loops.multiply_features(*arrays, self._rows(rows).numpy())

    def _multiply_rows(self, rows: Region, features: Tensor) -> None:
        """Multiply whole rows of cells, with (n, w, D) features; a `RowSink`."""
        self._rows(rows)[:] = self.multiply(features.flatten(0, 1)).reshape(-1, *rows.shape)

    def _rows(self, rows: Region) -> Tensor:
        return self._products[(slice(None), *rows.slices_in(self._cells))]

    def finish(self, valid: Tensor, cls_features: ClsFeatures | None) -> CellLogits:
        """Debias and bias the products.

        Args:
            valid: (h, w), True where a cell has data.
            cls_features: Those of the windows over the cells.
        """
        bank, logits = self._bank, self._products
        if bank.debias and cls_features is not None:
            cosines = self.multiply(cls_features.features)
            logits += bank.debias * cls_features.blend(cosines.T, self._cells)
        biases = to_device(torch.tensor([bank.biases[index] for index in bank.query_class]), logits.device)
        return CellLogits(logits.add_(biases[:, None, None]), valid, self._cells)


def cell_logits(embedding: BlockEmbedding, bank: TextBank) -> CellLogits:
    """Return the logits of the cells of an embedding."""
    cells = embedding.cells
    products = QueryProducts(bank, cells, device=embedding.features.device)

    def multiply(rows: Region) -> None:
        products.add_rows(rows, embedding.features[(slice(None), *rows.slices_in(cells))])

    run_on_cores(multiply, cells.strips(_ROWS), device=embedding.features.device)
    return products.finish(embedding.valid, embedding.cls_features)


def pixel_logits(embedding: BlockEmbedding, bank: TextBank, *, step: int, core: Region) -> LogitStrips:
    """Return the logits of a core.

    Args:
        embedding: Features of the core's cells and one cell more on each side.
        bank: The queries.
        step: Pixels per cell.
        core: Requested pixels.
    """
    return upsample_logits(cell_logits(embedding, bank), step=step, core=core)


def upsample_logits(found: CellLogits, *, step: int, core: Region, guide: Guide | None = None) -> LogitStrips:
    """Interpolate from cells to pixels, linearly or edge-aware.

    Cells without data have no weight, so that a nodata collar does not change the labels beside it.

    Args:
        found: Logits of the core's cells and one more on each side, where the raster has any.
        step: Pixels per cell.
        core: Requested pixels.
        guide: The image under the cells, for edge-aware upsampling; bilinear if not given.
    """
    if guide is not None:
        return edge_aware_upsample(found.logits, found.valid, guide=guide, cells=found.cells, step=step, core=core)
    has_data = found.valid.float()[None]
    # On a GPU the answer would be waited for; weights of 1 give the same logits.
    everywhere = found.valid.device.type == "cpu" and bool(found.valid.all())
    stack = found.logits if everywhere else torch.cat([found.logits * has_data, has_data])
    cells = Region.from_edges(
        core.top // step, core.left // step, ceil_div(core.bottom, step), ceil_div(core.right, step)
    )
    rows = count_strip_rows(4 * stack.shape[0] * cells.width * step * step, stack.device)
    if find_loops(stack.device) is not None:
        rows *= _COMPILED_STRIPS

    def find_cells(strip: Region) -> StripCells:
        own = Region.from_edges(
            strip.top // step, strip.left // step, ceil_div(strip.bottom, step), ceil_div(strip.right, step)
        )
        crop = strip.shift(-own.top * step, -own.left * step)
        return StripCells(pad_to(stack, found.cells, own.pad(1)), step, crop)

    def interpolate(strip: Region) -> Tensor:
        under = find_cells(strip)
        crop = under.crop
        pixels = upsample(under.grid, step)[:, crop.top : crop.bottom, crop.left : crop.right]
        if everywhere:
            return pixels
        return pixels[:-1] / pixels[-1:].clamp_min(torch.finfo(torch.float32).tiny)

    strips = tuple(part.scale(step).intersect(core) for part in cells.strips(rows))
    return LogitStrips(strips, interpolate, found.logits.device, find_cells)


def classify_pixels(
    strips: LogitStrips,
    bank: TextBank,
    *,
    core: Region,
    valid: NDArray[np.bool_],
    probabilities: bool = False,
) -> BlockLabels:
    """Classify the pixels of a core from their logits; see `start_classifying`."""
    return start_classifying(strips, bank, core=core, valid=valid, probabilities=probabilities)()


def start_classifying(
    strips: LogitStrips,
    bank: TextBank,
    *,
    core: Region,
    valid: NDArray[np.bool_],
    probabilities: bool = False,
) -> Callable[[], BlockLabels]:
    """Classify the pixels of a core from their logits; return a function that waits for the labels.

    On a GPU the work is queued only, so that the next block can be queued meanwhile. Elsewhere it is done.

    The most probable class wins; `bank.synonyms` defines the probability of a class. The softmax is monotonic, so the
    winner is the class of the largest logit.

    Args:
        strips: Logits of the core.
        bank: The queries.
        core: Requested pixels.
        valid: (H, W) of the core, True where there is data.
        probabilities: Whether to return the probabilities of all classes.
    """
    device, reported = strips.device, len(bank.values) - bank.background
    members = _members(bank.query_class, len(bank.values))
    per_query = bank.synonyms == "max-probability" or len(bank.query_class) == len(bank.values)
    owner = bank.query_class if per_query else tuple(range(len(bank.values)))
    # Looking up bytes is several times faster than looking up wider integers.
    dtype = torch.uint8 if bank.label_dtype is np.uint8 else torch.int32
    values = torch.tensor([*(bank.values[index] for index in owner), bank.fallback], dtype=dtype)
    thresholds = torch.tensor([bank.thresholds[index] for index in owner])
    table = PixelTable(to_device(values, device), to_device(thresholds, device), any(bank.thresholds))
    labels = torch.empty(core.shape, dtype=dtype, device=device)
    # The score, and the probability of each class.
    percents = torch.empty(1 + reported * probabilities, *core.shape, dtype=torch.uint8, device=device)
    compiled = find_loops(device) if per_query and dtype == torch.uint8 and not probabilities else None

    def classify(strip: Region) -> None:
        inside = strip.slices_in(core)
        if compiled is not None and strips.cells is not None:
            under = strips.cells(strip)
            labelled = label_cells(under.grid, table, step=under.step, crop=under.crop, loops=compiled)
            if labelled is not None:
                labels[inside], percents[(0, *inside)] = labelled
                return
        logits = strips.logits(strip)
        entries = logits if per_query else torch.stack([logits[queries].amax(dim=0) for queries in members])
        shares = softmax(entries)
        labels[inside], percents[(0, *inside)] = table.label(entries, shares)
        for index in range(len(percents) - 1):
            share = shares[members[index]].amax(dim=0) if per_query else shares[index]
            percents[(index + 1, *inside)] = to_percent(share)

    run_on_cores(classify, strips.regions, device=device)
    copies = HostCopy(labels), HostCopy(percents)

    def finish() -> BlockLabels:
        found: NDArray[np.unsignedinteger] = copies[0].wait().astype(bank.label_dtype, copy=False)
        layers = copies[1].wait()
        if not valid.all():
            np.copyto(found, bank.nodata, where=~valid)
            np.copyto(layers, SCORE_NODATA, where=~valid)
        return BlockLabels(found, layers[0], layers[1:] if probabilities else None)

    return finish


def _members(query_class: Sequence[int], classes: int) -> list[list[int]]:
    return [[query for query, owner in enumerate(query_class) if owner == index] for index in range(classes)]


def add_prompts(queries: Tensor, prompts: Mapping[int, Tensor]) -> Tensor:
    """Return (Q, D) queries of unit length, in which further prompts count as much as the templates together.

    Args:
        queries: (Q, D) of unit length.
        prompts: By index of a query, its (n, D) further prompts, encoded.
    """
    rows = list(queries)
    for index, own in prompts.items():
        rows[index] = functional.normalize(rows[index] + functional.normalize(own.mean(dim=0), dim=0), dim=0)
    return torch.stack(rows)


def average_synonyms(bank: TextBank) -> TextBank:
    """Return a bank with one query per class: the mean of its queries, normalised."""
    members = _members(bank.query_class, len(bank.values))
    means = torch.stack([bank.queries[queries].mean(dim=0) for queries in members])
    return replace(bank, queries=functional.normalize(means, dim=1), query_class=tuple(range(len(bank.values))))
