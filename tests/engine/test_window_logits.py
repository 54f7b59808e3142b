"""Labels as the published code makes them, against a plain transcription of its equations."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.window_logits import average_logits, label_logits, window_starts


def make_bank(queries: torch.Tensor, query_class: list[int], **settings: Any) -> TextBank:
    count = max(query_class) + 1
    values = {"thresholds": (0.0,) * count, "logit_scale": 40.0, "nodata": 255, **settings}
    return TextBank(queries, tuple(query_class), tuple(range(count)), (0.0,) * count, **values)


def transcribe(logits: np.ndarray, query_class: list[int], *, shape: tuple[int, int], threshold: float) -> np.ndarray:
    """The published steps after the windows, as equations: resize, scale, softmax, best of a class, threshold."""
    resized = functional.interpolate(torch.from_numpy(logits)[None], size=shape, mode="bilinear", align_corners=False)[
        0
    ]
    shares = (40 * resized).softmax(dim=0).numpy()
    owner = np.array(query_class)
    classes = np.stack([shares[owner == index].max(axis=0) for index in range(owner.max() + 1)])
    return np.where(classes.max(axis=0) < threshold, 0, classes.argmax(axis=0))


@pytest.mark.parametrize(
    ("side", "starts"), [(448, [0, 112, 224]), (378, [0, 112, 154]), (224, [0]), (100, [0]), (225, [0, 1])]
)
def test_the_last_window_is_shifted_back(side: int, starts: list[int]) -> None:
    assert window_starts(side, window=224, stride=112) == starts


def test_the_labels_are_those_of_the_equations() -> None:
    random = np.random.default_rng(1)
    query_class = [0, 0, 1, 2, 2, 2, 3]
    logits = random.normal(0, 0.05, (7, 13, 17)).astype(np.float32)
    for shape, threshold in (((29, 40), 0.0), ((7, 9), 0.4), ((13, 17), 0.3), ((300, 11), 0.6)):
        bank = make_bank(torch.zeros(7, 4), query_class, thresholds=(threshold,) * 4)
        found = label_logits(torch.from_numpy(logits), bank, shape=shape)
        expected = transcribe(logits, query_class, shape=shape, threshold=threshold)
        assert threshold == 0 or (expected == 0).any()
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("debias", "shape"), [(0.0, (30, 41)), (-0.3, (17, 12)), (-0.3, (9, 40))])
def test_windows_are_averaged_in_pixels(encoders: Any, debias: float, shape: tuple[int, int]) -> None:
    """Every window one by one; of a picture smaller than a window, it is padded to a multiple of 56 on all sides."""
    rgb = np.random.default_rng(0).integers(0, 256, (3, *shape), np.uint8)
    encoder = encoders.AnyNumbers()
    queries = functional.normalize(torch.randn(5, 4, generator=torch.Generator().manual_seed(0)), dim=1)
    bank = make_bank(queries, [0, 1, 2, 3, 4], debias=debias)
    fill = (10.5, 20.25, 30.75)
    found = average_logits(rgb, bank, encoder=encoder, window=(16, 8), fill=fill, batch_size=3).numpy()
    total, count = np.zeros((5, *shape)), np.zeros(shape)
    height, width = (min(16, side) for side in shape)
    for top in window_starts(shape[0], window=16, stride=8):
        for left in window_starts(shape[1], window=16, stride=8):
            frame = np.broadcast_to(np.array(fill, np.float32)[:, None, None], (3, 56, 56)).copy()
            y, x = (56 - height) // 2, (56 - width) // 2
            frame[:, y : y + height, x : x + width] = rgb[:, top : top + height, left : left + width]
            encoded = encoder.encode(torch.from_numpy(frame)[None])
            logits = (queries @ encoded.dense[0].flatten(1)).unflatten(1, encoded.dense.shape[2:])
            logits = functional.interpolate(logits[None], size=(56, 56), mode="bilinear", align_corners=False)[0]
            logits = logits[:, y : y + height, x : x + width] + debias * (queries @ encoded.cls[0])[:, None, None]
            total[:, top : top + height, left : left + width] += logits.numpy()
            count[top : top + height, left : left + width] += 1
    np.testing.assert_allclose(found, total / count, atol=1e-6)
