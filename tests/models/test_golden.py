"""Equality with what the published implementation computes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.picture import PictureTask
from proxyclip_geo.engine.window_logits import average_logits, label_logits
from proxyclip_geo.models.load import Model, load_model
from proxyclip_geo.raster.image_file import resize_picture, scale_shape

pytestmark = pytest.mark.shared

GOLDEN = Path(__file__).parents[3] / "shared" / "golden"
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    with np.load(GOLDEN / "reference.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def queries() -> list[str]:
    return json.loads((GOLDEN / "meta.json").read_text())["queries"]


@pytest.fixture(scope="module")
def model(golden_card: Path) -> Model:
    return load_model(golden_card, device="cpu", precision="float32")


def to_batch(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)[None]


def starts(side: int, window: int = 112, stride: int = 56) -> list[int]:
    """Window starts of the published loop: the last window is shifted back to the border."""
    count = max(0, -(-(side - window) // stride)) + 1
    return [max(0, min(index * stride, side - window)) for index in range(count)]


def slide(model: Model, image: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
    """Mean of the windows' logits at every pixel, all windows in one batch."""
    height, width = image.shape[-2:]
    places = [(top, left) for top in starts(height) for left in starts(width)]
    windows = torch.stack([image[:, top : top + 112, left : left + 112] for top, left in places])
    logits = torch.einsum("bdhw,qd->bqhw", model.encoder.encode(windows).dense, text)
    logits = functional.interpolate(logits, size=(112, 112), mode="bilinear", align_corners=False)
    total, count = torch.zeros(len(text), height, width), torch.zeros(height, width)
    for (top, left), values in zip(places, logits, strict=True):
        total[:, top : top + 112, left : left + 112] += values
        count[top : top + 112, left : left + 112] += 1
    return total / count


def test_text_features(model: Model, reference: dict[str, np.ndarray], queries: list[str]) -> None:
    np.testing.assert_allclose(model.text.encode(queries).numpy(), reference["text_features"], atol=TOLERANCE)


def test_vfm_features(model: Model, reference: dict[str, np.ndarray]) -> None:
    pixels = to_batch(reference["c_image"]).float() / 255
    features = model.encoder.vfm(model.encoder.vfm_pixels(pixels))[0]
    np.testing.assert_allclose(features.numpy(), reference["c_vfm_features"], atol=TOLERANCE)


def test_dense_features(model: Model, reference: dict[str, np.ndarray]) -> None:
    pixels = to_batch(reference["c_image"]).float() / 255
    features = model.encoder.raw_features(pixels).dense[0].flatten(1).T
    np.testing.assert_allclose(features.numpy(), reference["c_dense_features"], atol=TOLERANCE)


def test_window_logits(model: Model, reference: dict[str, np.ndarray]) -> None:
    text = torch.from_numpy(reference["text_features"])
    logits = torch.einsum("bdhw,qd->bqhw", model.encoder.encode(to_batch(reference["c_image"])).dense, text)
    logits = functional.interpolate(logits, size=(64, 64), mode="bilinear", align_corners=False)[0]
    np.testing.assert_allclose(logits.numpy(), reference["c_window_logits"], atol=TOLERANCE)


def test_sliding_logits_on_the_lattice(model: Model, reference: dict[str, np.ndarray]) -> None:
    image, text = to_batch(reference["d_image"])[0], torch.from_numpy(reference["text_features"])
    np.testing.assert_allclose(slide(model, image, text).numpy(), reference["d_logits"], atol=TOLERANCE)


def test_sliding_logits_off_the_lattice(model: Model, reference: dict[str, np.ndarray]) -> None:
    """A pair whose similarity lies at the mask's edge to the last bit may be kept here and not there."""
    image, text = to_batch(reference["a_image"])[0], torch.from_numpy(reference["text_features"])
    difference = np.abs(slide(model, image, text).numpy() - reference["a_logits"])
    assert (difference <= TOLERANCE).mean() >= 0.998
    assert difference.max() <= 10 * TOLERANCE


@pytest.mark.parametrize("name", ["a", "b", "c", "d"])
def test_the_published_protocol(model: Model, reference: dict[str, np.ndarray], name: str) -> None:
    """Windows, zero padding, mean, softmax and best class of four pictures; the threshold is applied to the data."""
    meta = json.loads((GOLDEN / "meta.json").read_text())
    owner = tuple(meta["query_class"])
    bank = TextBank(
        torch.from_numpy(reference["text_features"]), owner, tuple(range(7)), (0.0,) * 7, (0.0,) * 7, 40.0, 255
    )
    image = np.ascontiguousarray(reference[f"{name}_image"].transpose(2, 0, 1))
    fill = [255 * value for value in model.encoder.clip_pixels.mean.flatten().tolist()]
    logits = average_logits(image, bank, encoder=model.encoder, window=(112, 56), fill=(fill[0], fill[1], fill[2]))
    difference = np.abs(logits.numpy() - reference[f"{name}_logits"])
    assert (difference <= TOLERANCE).mean() >= 0.998
    assert difference.max() <= 10 * TOLERANCE
    assert (label_logits(logits, bank, shape=image.shape[1:]) == reference[f"{name}_labels"]).mean() >= 0.999
    # Away from the threshold by more than float16 resolves, and where the winner is clear.
    best = np.sort(reference[f"{name}_probabilities"].astype(np.float32), axis=0)
    for threshold in (0.12, 0.2):
        strict = replace(bank, thresholds=(threshold,) * 7, fallback=3)
        expected = np.where(best[-1] < threshold, 3, reference[f"{name}_labels"])
        clear = (np.abs(best[-1] - threshold) > 2e-3) & (best[-1] - best[-2] > 2e-3)
        assert clear.mean() > 0.3
        np.testing.assert_array_equal(label_logits(logits, strict, shape=image.shape[1:])[clear], expected[clear])


@pytest.mark.parametrize(
    ("name", "limit", "shape"),
    [
        ("a", (112, 150), (250, 330)),
        ("a", (150, 150), (100, 70)),
        ("d", (200, 90), (224, 280)),
        ("b", (300, 300), (7, 9)),
    ],
)
def test_the_protocol_of_a_set(
    model: Model, reference: dict[str, np.ndarray], name: str, limit: tuple[int, int], shape: tuple[int, int]
) -> None:
    """Scaling, windows, padding, debiasing, resizing to the truth, threshold and fallback, against the equations."""
    owner, queries = (0, 1, 1, 1, 2, 3, 4, 5, 5, 6), torch.from_numpy(reference["text_features"])
    image = np.ascontiguousarray(reference[f"{name}_image"].transpose(2, 0, 1))
    scaled = resize_picture(image, scale_shape(image.shape[1:], short_side=limit[0], long_side=limit[1]))
    bank = TextBank(queries, owner, tuple(range(7)), (0.0,) * 7, (0.0,) * 7, 50.0, 255, debias=-0.3, fallback=6)
    mean = model.encoder.clip_pixels.mean
    fill = [255 * value for value in mean.flatten().tolist()]
    task = PictureTask(model.card, {}, {}, bank, (112, 56), 3, (fill[0], fill[1], fill[2]))
    height, width = scaled.shape[1:]
    total, count = torch.zeros(10, height, width), torch.zeros(height, width)
    for top in starts(height):
        for left in starts(width):
            crop = torch.from_numpy(scaled)[None, :, top : top + 112, left : left + 112].float() / 255
            own = crop.shape[2:]
            sides = [-(-side // 56) * 56 for side in own]
            padded = mean.expand(1, 3, *sides).clone()
            y, x = (sides[0] - own[0]) // 2, (sides[1] - own[1]) // 2
            padded[:, :, y : y + own[0], x : x + own[1]] = crop
            raw = model.encoder.raw_features(padded)
            logits = torch.einsum("bdhw,qd->bqhw", functional.normalize(raw.dense, dim=1), queries)
            logits = logits - 0.3 * (functional.normalize(raw.cls, dim=1) @ queries.T)[:, :, None, None]
            logits = functional.interpolate(logits, size=sides, mode="bilinear", align_corners=False)[0]
            total[:, top : top + own[0], left : left + own[1]] += logits[:, y : y + own[0], x : x + own[1]]
            count[top : top + own[0], left : left + own[1]] += 1
    resized = functional.interpolate((total / count)[None], size=shape, mode="bilinear", align_corners=False)[0]
    shares = (50 * resized).softmax(dim=0).numpy()
    best = np.stack([shares[[index for index in range(10) if owner[index] == k]].max(axis=0) for k in range(7)])
    ranked = np.sort(best, axis=0)
    threshold = float(np.median(ranked[-1]))
    found = replace(task, bank=replace(bank, thresholds=(threshold,) * 7)).label(
        scaled, shape=shape, encoder=model.encoder
    )
    expected = np.where(ranked[-1] < threshold, 6, best.argmax(axis=0))
    clear = (np.abs(ranked[-1] - threshold) > 1e-3) & (ranked[-1] - ranked[-2] > 1e-3)
    assert clear.mean() > 0.9
    assert 0.3 < (expected == 6).mean() < 0.7
    np.testing.assert_array_equal(found[clear], expected[clear])


def test_padded_image_smaller_than_a_window(model: Model, reference: dict[str, np.ndarray]) -> None:
    """The published code pads with zeros after CLIP's normalisation, that is with CLIP's mean colour."""
    image = to_batch(reference["b_image"]).float() / 255
    height, width = image.shape[-2:]
    padded = model.encoder.clip_pixels.mean.expand(1, 3, 112, 112).clone()
    top, left = (112 - height) // 2, (112 - width) // 2
    padded[:, :, top : top + height, left : left + width] = image
    features = functional.normalize(model.encoder.raw_features(padded).dense, dim=1)
    logits = torch.einsum("bdhw,qd->bqhw", features, torch.from_numpy(reference["text_features"]))
    logits = functional.interpolate(logits, size=(112, 112), mode="bilinear", align_corners=False)[0]
    found = logits[:, top : top + height, left : left + width].numpy()
    np.testing.assert_allclose(found, reference["b_logits"], atol=TOLERANCE)
