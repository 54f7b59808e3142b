"""The gain on held-out parts, and its interval."""

import numpy as np
import pytest

from proxyclip_geo.evaluation.gain import mean_iou, measure_gain
from proxyclip_geo.evaluation.gain_picture import draw_gain


def counts(rights: list[int]) -> np.ndarray:
    """Parts with 100 pixels of each of two classes, of which some of the first are right, and all of the second."""
    return np.array([[[0, 0, 0], [0, right, 100 - right], [0, 0, 100]] for right in rights])


def test_a_gain_is_over_all_parts() -> None:
    gain = measure_gain(counts([50, 50]), counts([90, 70]), names=["a", "b"])
    assert gain.before == pytest.approx((0.5 + 100 / 150) / 2)
    assert gain.after == pytest.approx((0.8 + 100 / 120) / 2)
    assert gain.accuracy == (0.75, 0.9)
    assert [item.name for item in gain.classes] == ["a", "b"]
    assert gain.interval[0] < gain.gain < gain.interval[1]
    assert gain.helps


def test_a_gain_on_some_parts_alone_is_none() -> None:
    assert not measure_gain(counts([50] * 8), counts([90, 10] * 4), names=["a", "b"]).helps


def test_classes_that_are_not_in_the_truth_do_not_count() -> None:
    assert mean_iou(np.array([[0, 0, 0], [0, 50, 50], [0, 0, 0]])) == 0.5


def test_the_picture_has_a_row_for_each_class() -> None:
    gain = measure_gain(counts([50, 50]), counts([90, 70]), names=["a", "b"])
    small, large = (draw_gain(gain, title) for title in ("short", "a long title " * 40))
    assert small.width == large.width
    assert small.height < large.height
    blue = (np.asarray(small) == (44, 123, 182)).all(axis=-1).any(axis=1)
    assert np.diff(blue.astype(int)).clip(0).sum() == 3
