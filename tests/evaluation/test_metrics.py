import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from proxyclip_geo.errors import OptionError
from proxyclip_geo.evaluation.metrics import ConfusionMatrix


def matrix_of(truth, predicted, classes):
    return ConfusionMatrix.empty(classes).add(np.array(truth), np.array(predicted))


def test_a_matrix_worked_out_by_hand():
    # truth a a a a b b c;  prediction a a b none b a c
    matrix = matrix_of([1, 1, 1, 1, 2, 2, 3], [1, 1, 2, 0, 2, 1, 3], "abcd")
    assert matrix.counts.tolist() == [
        [0, 0, 0, 0, 0],
        [1, 2, 1, 0, 0],
        [0, 1, 1, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 0],
    ]
    a, b, c, d = matrix.class_scores()
    assert (a.support, a.predicted, a.iou, a.precision, a.recall) == (4, 3, 2 / 5, 2 / 3, 2 / 4)
    assert a.f1 == pytest.approx(4 / 7)
    assert (b.iou, b.f1) == (1 / 3, 1 / 2)
    assert (c.iou, c.f1, c.precision, c.recall) == (1, 1, 1, 1)
    assert (d.support, d.predicted, d.iou, d.f1, d.precision, d.recall) == (0, 0, None, None, None, None)
    overall = matrix.overall()
    assert overall.pixels == 7
    assert overall.accuracy == 4 / 7
    assert overall.mean_iou == pytest.approx((2 / 5 + 1 / 3 + 1) / 3)
    assert overall.mean_f1 == pytest.approx((4 / 7 + 1 / 2 + 1) / 3)
    assert overall.frequency_weighted_iou == pytest.approx((4 * 2 / 5 + 2 / 3 + 1) / 7)
    # observed 4/7, by chance (4·3 + 2·2 + 1·1) / 49
    assert overall.kappa == pytest.approx((4 / 7 - 17 / 49) / (1 - 17 / 49))
    assert overall.absent == ("d",)


def brute_force(truth, predicted, classes):
    """Scores straight from their definitions, pixel by pixel."""
    pairs = list(zip(truth, predicted, strict=True))
    ious, f1s, weighted, support_sum = [], [], 0.0, 0
    for index in range(1, classes + 1):
        t = {i for i, (true, _) in enumerate(pairs) if true == index}
        p = {i for i, (_, got) in enumerate(pairs) if got == index}
        if not t | p:
            continue
        precision = len(t & p) / len(p) if p else 0.0
        recall = len(t & p) / len(t) if t else 0.0
        ious.append(len(t & p) / len(t | p))
        f1s.append(2 * precision * recall / (precision + recall) if precision + recall else 0.0)
        weighted += len(t) * ious[-1]
        support_sum += len(t)
    observed = sum(true == got for true, got in pairs) / len(pairs)
    chance = (
        sum(
            sum(true == index for true, _ in pairs) * sum(got == index for _, got in pairs)
            for index in range(classes + 1)
        )
        / len(pairs) ** 2
    )
    return {
        "accuracy": observed,
        "mean_iou": sum(ious) / len(ious) if ious else None,
        "mean_f1": sum(f1s) / len(f1s) if f1s else None,
        "kappa": (observed - chance) / (1 - chance) if chance < 1 else None,
        "frequency_weighted_iou": weighted / support_sum if support_sum else None,
    }


@given(st.integers(1, 4), st.integers(1, 60), st.data())
def test_scores_equal_their_definitions(classes, size, data):
    indices = hnp.arrays(np.uint8, size, elements=st.integers(0, classes))
    truth, predicted = data.draw(indices), data.draw(indices)
    overall = ConfusionMatrix.empty(map(str, range(classes))).add(truth, predicted).overall()
    for key, expected in brute_force(truth.tolist(), predicted.tolist(), classes).items():
        assert getattr(overall, key) == pytest.approx(expected), key


@given(hnp.arrays(np.uint8, (12, 9), elements=st.integers(0, 3)), st.integers(1, 11), st.data())
def test_blocks_add_up_to_the_whole(truth, cut, data):
    predicted = data.draw(hnp.arrays(np.uint8, (12, 9), elements=st.integers(0, 3)))
    whole = ConfusionMatrix.empty("abc").add(truth, predicted)
    blocks = [(truth[:cut], predicted[:cut]), (truth[cut:], predicted[cut:])]
    one, other = blocks
    assert np.array_equal(ConfusionMatrix.empty("abc").add(*one).add(*other).counts, whole.counts)


@given(hnp.arrays(np.uint8, 30, elements=st.integers(1, 3)))
def test_perfect_and_perfectly_wrong(truth):
    right = ConfusionMatrix.empty("abc").add(truth, truth).overall()
    assert right.accuracy == right.mean_iou == right.mean_f1 == right.frequency_weighted_iou == 1
    assert right.kappa in (1, None)
    wrong = ConfusionMatrix.empty("abc").add(truth, truth % 3 + 1).overall()
    assert wrong.accuracy == wrong.mean_iou == wrong.mean_f1 == wrong.frequency_weighted_iou == 0


def test_adding_changes_nothing_in_place():
    empty = ConfusionMatrix.empty("ab")
    empty.add(np.array([1]), np.array([2]))
    assert empty.total == 0
    with pytest.raises(ValueError, match="read-only"):
        empty.counts[0, 0] = 1


def test_only_valid_pixels_count():
    valid = np.array([True, False, True])
    matrix = ConfusionMatrix.empty("ab").add(np.array([1, 9, 2]), np.array([1, 9, 1]), valid=valid)
    assert matrix.total == 2


def test_an_empty_matrix_has_no_scores_and_no_nan():
    overall = ConfusionMatrix.empty("ab").overall()
    assert (overall.accuracy, overall.mean_iou, overall.kappa, overall.frequency_weighted_iou) == (None,) * 4
    assert overall.absent == ("a", "b")


def test_known_to_be_none_counts_against_false_alarms():
    matrix = matrix_of([0, 0, 1], [0, 1, 1], "a")
    (a,) = matrix.class_scores()
    assert (a.support, a.predicted, a.precision, a.iou) == (1, 2, 0.5, 0.5)
    assert matrix.overall().accuracy == pytest.approx(2 / 3)


def test_country_sized_counts_do_not_overflow():
    counts = np.diag([0, 3 * 10**12, 10**12])
    counts[1, 2] = 10**12
    overall = ConfusionMatrix(("a", "b"), counts).overall()
    assert overall.accuracy == 0.8
    assert overall.kappa == pytest.approx((0.8 - (4 * 3 + 2) / 25) / (1 - (4 * 3 + 2) / 25))


@pytest.mark.parametrize(("truth", "predicted"), [([1, 2], [1]), ([3], [1]), ([1], [3]), ([-1], [1])])
def test_what_does_not_fit_is_refused(truth, predicted):
    with pytest.raises(OptionError):
        matrix_of(truth, predicted, "ab")


def test_counts_of_another_shape_are_refused():
    with pytest.raises(OptionError, match="3 × 3"):
        ConfusionMatrix(("a", "b"), np.zeros((2, 2)))


def test_matrices_of_the_same_classes_are_added() -> None:
    first = ConfusionMatrix(("a", "b"), np.arange(9).reshape(3, 3))
    second = ConfusionMatrix(("a", "b"), np.eye(3, dtype=np.int64))
    np.testing.assert_array_equal((first + second).counts, [[1, 1, 2], [3, 5, 5], [6, 7, 9]])


def test_matrices_of_tiles_with_other_classes_are_added_by_name():
    first = ConfusionMatrix(("a", "b"), np.arange(9).reshape(3, 3))
    total = first + ConfusionMatrix(("c", "a"), np.arange(10, 19).reshape(3, 3))
    assert total.classes == ("a", "b", "c")
    np.testing.assert_array_equal(
        total.counts, [[0 + 10, 1 + 12, 2, 11], [3 + 16, 4 + 18, 5, 17], [6, 7, 8, 0], [13, 15, 0, 14]]
    )
