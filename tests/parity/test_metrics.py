"""scikit-learn is the authority on metrics."""

import numpy as np
import pytest
from sklearn import metrics as sk

from course_utils import metrics

SCORES = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score}


def labels(case, rng):
    """True and predicted labels: two classes, four, and a class that only one side has."""
    return {
        "two": (rng.integers(0, 2, 60), rng.integers(0, 2, 60)),
        "four": (rng.integers(0, 4, 80), rng.integers(0, 4, 80)),
        "missing in the prediction": (np.array([0, 1, 2, 2, 1]), np.array([0, 1, 1, 0, 1])),
        "missing in the truth": (np.array([0, 1, 1, 0]), np.array([0, 5, 1, 0])),
        "text": (np.array(["a", "b", "b", "c"]), np.array(["b", "b", "a", "c"])),
        "one example": (np.array([1]), np.array([1])),
    }[case]


CASES = ["two", "four", "missing in the prediction", "missing in the truth", "text", "one example"]


@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.parametrize("case", CASES)
def test_accuracy_and_confusion_matrix(case, rng):
    true, pred = labels(case, rng)
    assert metrics.accuracy(true, pred) == pytest.approx(sk.accuracy_score(true, pred))
    np.testing.assert_array_equal(metrics.confusion_matrix(true, pred), sk.confusion_matrix(true, pred))
    order = np.unique(true)[::-1]
    np.testing.assert_array_equal(
        metrics.confusion_matrix(true, pred, labels=order), sk.confusion_matrix(true, pred, labels=order)
    )


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("average", ["macro", "micro", "weighted", None])
@pytest.mark.parametrize("case", CASES)
def test_averages(case, average, name, rng):
    true, pred = labels(case, rng)
    theirs = SCORES[name](true, pred, average=average, zero_division=0)
    np.testing.assert_allclose(getattr(metrics, name)(true, pred, average=average), theirs, rtol=1e-13)


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("pos_label", [0, 1])
def test_binary(name, pos_label, rng):
    true, pred = labels("two", rng)
    theirs = SCORES[name](true, pred, pos_label=pos_label)
    assert getattr(metrics, name)(true, pred, pos_label=pos_label) == pytest.approx(theirs, rel=1e-13)


def ranking(case, rng):
    y = rng.integers(0, 2, 100)
    return {
        "distinct": (y, rng.normal(size=100) + y),
        "ties": (y, (rng.normal(size=100) + y).round(0)),
        "all equal": (y, np.zeros(100)),
        "two examples": (np.array([0, 1]), np.array([0.3, 0.1])),
        "single precision": (y, rng.normal(size=100).astype(np.float32)),
    }[case]


RANKINGS = ["distinct", "ties", "all equal", "two examples", "single precision"]


@pytest.mark.parametrize("case", RANKINGS)
@pytest.mark.parametrize("drop", [True, False])
def test_roc_curve(case, drop, rng):
    y, scores = ranking(case, rng)
    ours = metrics.roc_curve(y, scores, drop_intermediate=drop)
    for a, b in zip(ours, sk.roc_curve(y, scores, drop_intermediate=drop), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)
    assert metrics.auc(ours.fpr, ours.tpr) == pytest.approx(sk.roc_auc_score(y, scores), rel=1e-13)


@pytest.mark.parametrize("case", RANKINGS)
def test_pr_curve(case, rng):
    y, scores = ranking(case, rng)
    for a, b in zip(metrics.pr_curve(y, scores), sk.precision_recall_curve(y, scores), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_curves_for_the_other_class_and_text_labels(rng):
    y, scores = ranking("distinct", rng)
    words = np.where(y == 1, "ill", "well")
    for ours, theirs in ((metrics.roc_curve, sk.roc_curve), (metrics.pr_curve, sk.precision_recall_curve)):
        for a, b in zip(ours(words, scores, pos_label="ill"), theirs(words, scores, pos_label="ill"), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13)


def test_the_area_under_any_curve_has_its_sign(rng):
    for x in (np.sort(rng.normal(size=9)), np.sort(rng.normal(size=9))[::-1]):
        y = rng.normal(size=9)
        assert metrics.auc(x, y) == pytest.approx(sk.auc(x, y), rel=1e-13)
