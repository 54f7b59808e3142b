"""Methods of edge-aware upsampling that `smoothing.py` compares."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from proxyclip_geo.engine.edge_aware import Guide, edge_aware_upsample
from proxyclip_geo.region import Region


@dataclass(frozen=True)
class Case:
    """Input of a method.

    Attributes:
        rgb: (3, H, W) uint8.
        step: Pixels per cell.
        cells: (Q, h, w) logits of the lattice.
        pixels: (Q, H, W) the same, enlarged bilinearly.
    """

    rgb: NDArray[np.uint8]
    step: int
    cells: Tensor
    pixels: Tensor

    @functools.cached_property
    def guide(self) -> Tensor:
        """(3, H, W) float64, 0…1."""
        return torch.from_numpy(self.rgb).double() / 255

    @functools.cached_property
    def valid(self) -> NDArray[np.bool_]:
        """(H, W), all True."""
        return np.ones(self.rgb.shape[1:], np.bool_)


Method = Callable[[Case], Tensor]


def bilinear(case: Case) -> Tensor:
    """Return the logits unchanged."""
    return case.pixels


def _mean(planes: Tensor, radius: int) -> Tensor:
    """Mean over the part of a square window that is inside the image."""
    side = 2 * radius + 1
    rows = functional.avg_pool2d(planes[None], (side, 1), 1, (radius, 0), count_include_pad=False)
    return functional.avg_pool2d(rows, (1, side), 1, (0, radius), count_include_pad=False)[0]


def guided_filter(case: Case, *, radius: int, epsilon: float, colour: bool) -> Tensor:
    """Filter as K. He, J. Sun, X. Tang, "Guided Image Filtering", PAMI 35, 2013, in double precision."""
    guide = case.guide
    if not colour:
        guide = torch.einsum("c,chw->hw", torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64), guide)[None]
    mean, values = functools.partial(_mean, radius=radius), case.pixels.double()
    centre, level = mean(guide), mean(values)
    covariance = torch.stack([mean(guide * channel) - centre * own for channel, own in zip(guide, centre, strict=True)])
    covariance += epsilon * torch.eye(len(guide), dtype=torch.float64)[:, :, None, None]
    shared = torch.stack([mean(values * channel) - level * own for channel, own in zip(guide, centre, strict=True)])
    slopes = torch.linalg.solve(covariance.permute(2, 3, 0, 1), shared.permute(2, 3, 0, 1)).permute(2, 3, 0, 1)
    offset = level - torch.einsum("cqhw,chw->qhw", slopes, centre)
    smooth = torch.stack([mean(slope) for slope in slopes])
    return (torch.einsum("cqhw,chw->qhw", smooth, guide) + mean(offset)).float()


def kornia_filter(case: Case, *, radius: int, epsilon: float) -> Tensor:
    """Filter with kornia's guided filter, colour guide."""
    from kornia.filters import guided_blur

    result: Tensor = guided_blur(case.guide.float()[None], case.pixels[None], 2 * radius + 1, epsilon)[0]
    return result


def opencv_filter(case: Case, *, radius: int, epsilon: float) -> Tensor:
    """Filter with OpenCV's guided filter, colour guide."""
    import cv2

    # In 0…1 it takes the determinants of small covariances for zero.
    guide = np.ascontiguousarray(case.rgb.transpose(1, 2, 0)).astype(np.float32)
    planes = [cv2.ximgproc.guidedFilter(guide, plane, radius, epsilon * 255**2) for plane in case.pixels.numpy()]
    return torch.from_numpy(np.stack(planes))


def joint_upsampling(case: Case, *, reach: int, epsilon: float) -> Tensor:
    """Upsample the lattice by distance and colour: a tent of `reach` cells on each side, times 1 / (1 + d² / 4ε)².

    d is from a pixel's colour to a cell's mean colour. J. Kopf et al., "Joint Bilateral Upsampling", SIGGRAPH 2007,
    with a kernel whose tail is so long that a pixel may look like none of its cells.
    """
    guide, step = case.guide.float(), case.step
    (rows, cols), (height, width) = case.cells.shape[1:], guide.shape[1:]
    means = functional.avg_pool2d(guide[None], step)[0]
    y, x = ((torch.arange(n) + 0.5) / step - 0.5 for n in (height, width))
    total, weights = torch.zeros_like(case.pixels), torch.zeros(height, width)
    for down in range(1 - reach, 1 + reach):
        for right in range(1 - reach, 1 + reach):
            row, col = y.floor() + down, x.floor() + right
            tent = (1 - (y - row).abs() / reach)[:, None] * (1 - (x - col).abs() / reach)
            row, col = row.long().clamp(0, rows - 1), col.long().clamp(0, cols - 1)
            distance = (guide - means[:, row][:, :, col]).square().sum(dim=0)
            weight = tent / (1 + distance / (4 * epsilon)).square()
            total += weight * case.cells[:, row][:, :, col]
            weights += weight
    return total / weights


def as_built(case: Case) -> Tensor:
    """Upsample like `--borders image`."""
    cells, core = Region(0, 0, *case.cells.shape[1:]), Region(0, 0, *case.rgb.shape[1:])
    guide = Guide(case.rgb, case.valid, core)
    has_data = torch.ones(cells.shape, dtype=torch.bool)
    strips = edge_aware_upsample(case.cells, has_data, guide=guide, cells=cells, step=case.step, core=core)
    return torch.cat([logits for _, logits in strips], dim=1)


def methods(*, sweep: bool) -> dict[str, Method]:
    """Return the methods by name."""
    part = functools.partial
    found: dict[str, Method] = {"bilinear": bilinear, "--borders image": as_built}
    for radius, epsilon in ((4, 0.001), (4, 0.0001), (4, 0.00003), (8, 0.0001)) if not sweep else ():
        setting = f"r={radius} ε={epsilon}"
        grey = part(guided_filter, radius=radius, epsilon=epsilon, colour=False)
        found[f"guided filter, grey {setting}"] = grey
        found[f"guided filter, colour {setting}"] = part(guided_filter, radius=radius, epsilon=epsilon, colour=True)
        if _installed("kornia"):
            found[f"kornia, colour {setting}"] = part(kornia_filter, radius=radius, epsilon=epsilon)
        if _installed("cv2"):
            found[f"OpenCV, colour {setting}"] = part(opencv_filter, radius=radius, epsilon=epsilon)
    for reach in (1, 2):
        for epsilon in (0.00025, 0.0005, 0.001, 0.002, 0.004) if sweep else (0.0005, 0.001, 0.002):
            name = f"joint upsampling, {4 * reach**2} cells ε={epsilon}"
            found[name] = part(joint_upsampling, reach=reach, epsilon=epsilon)
    return found


def _installed(module: str) -> bool:
    try:
        loaded = __import__(module)
    except ImportError:
        return False
    return module != "cv2" or hasattr(loaded, "ximgproc")
