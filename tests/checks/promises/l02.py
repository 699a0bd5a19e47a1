"""The tasks of lesson 02."""

import functools

import numpy as np

from course_utils.checks.lessons.l02_numpy_and_plots.e06_one_hot import one_hot
from tests.checks.promises import Given, Passes


def two_loops(A, B):
    result = np.zeros((len(A), len(B)))
    for i in range(len(A)):
        for j in range(len(B)):
            result[i, j] = np.sqrt(((A[i] - B[j]) ** 2).sum())
    return result


def one_while(A, B):
    rows, i = np.zeros((len(A), len(B))), 0
    while i < len(A):
        rows[i] = np.linalg.norm(A[i] - B, axis=1)
        i += 1
    return rows


def in_a_helper(A, B):
    return two_loops(A, B)


def to_all(B, a):
    return np.linalg.norm(a - B, axis=1)


def mapped(A, B):
    return np.array(list(map(functools.partial(to_all, B), A)))


def with_errors_handled(A, B):
    try:
        with np.errstate(all="ignore"):
            result = np.sqrt(((A[:, None] - B) ** 2).sum(axis=-1))
    except ValueError:
        result = None
    return result


def in_old_memory(labels, classes):
    table = np.empty((len(labels), classes))
    table[np.arange(len(labels)), labels] = 1
    return table


ANSWERS = {
    "X.sum(axis=1)": (2,),
    "X[:, None, :]": (2, 1, 3),
    "X + X[0]": (2, 3),
    "X.T @ X": (3, 3),
    "values of v - v[:, None]": [[0, 2], [-2, 0]],
    "values of v[v > 4]": [6],
}

PROMISES = {
    "02.1": [
        ("the mean of each column", "row-means"),
        ("shape `(d,)`", "axis-kept"),
    ],
    "02.2": [
        ("each row is a point", Given(lambda A, B: A.ndim == B.ndim == 2 and A.shape[1] == B.shape[1])),
        ("of shape `(n, m)`", "transposed"),
        ("the straight distance", "absolute"),
        ("the root of the sum", "no-root"),
        ("the straight distance", "below-0-by-rounding"),
        ("No loop", two_loops),
        ("No loop", one_while),
        ("No loop", in_a_helper),
        ("No loop", mapped),
        ("No loop", lambda A, B: np.array([np.linalg.norm(a - B, axis=1) for a in A])),
        ("No loop", lambda A, B: np.sqrt(sum((A[:, None, k] - B[:, k]) ** 2 for k in range(A.shape[1])))),
        ("No loop", np.vectorize(lambda a, b: np.linalg.norm(a - b), signature="(n,d),(m,d)->(n,m)")),
        ("No loop", Passes(with_errors_handled)),
    ],
    "02.3": [
        ("Decide without running", None),
        ("what is the *shape* of `X.sum(axis=1)`", "axis-that-stays"),
        ("`X[:, None, :]`", "none-in-front"),
        ("`X + X[0]`", "one-row-only"),
        ("`X.T @ X`", "inner-sizes"),
        ("`v - v[:, None]`", "other-sign"),
        ("`v[v > 4]`", "mask-itself"),
        ("Replace each `None`", {**ANSWERS, "X.T @ X": None}),
        ("shapes as tuples", Passes({k: list(v) for k, v in ANSWERS.items()})),  # the card: they count alike
    ],
    "02.4": [
        ("the mean of each `k` neighbours", "sums"),
        ("the mean of each `k` neighbours", "blocks"),
        ("the mean of each `k` neighbours", "as-whole-as-x"),
        ("Only complete windows count", "incomplete-windows"),
        ("shape `(n - k + 1,)`", "last-window-missing"),
    ],
    "02.5": [
        ("should return the picture", "only-the-patch"),
        ("in the rows `top` to `bottom`", "everything"),
        ("the columns `left` to `right`", "whole-rows"),
        ("(ends left out)", "ends-included"),
        ("the picture that was handed in has changed", "unrepaired"),
        ("Repair it", None),
    ],
    "02.6": [
        ("whole numbers of shape `(n,)`", Given(lambda labels, classes: labels.min() >= 0 and labels.max() < classes)),
        ("of shape `(n, classes)`", "transposed"),
        ("of decimal numbers", "truth-values"),
        ("of decimal numbers", lambda labels, classes: one_hot(labels, classes).astype(int)),
        ("in column `labels[i]`", "from-one"),
        ("0 elsewhere", "all-columns"),
        ("0 elsewhere", in_old_memory),
        ("A class may be missing", Given(lambda labels, classes: len(set(labels)) < classes, some=True)),
        ("A class may be missing", "own-count"),
    ],
}
