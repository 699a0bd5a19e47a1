"""Exercise 04.6: It runs, and it learns nothing."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l04_linear_regression.shared import people
from course_utils.linear_models import LinearRegression


def held_out_r2(X, y, order, n_test):
    X, y = X[order], y[order]
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.lstsq(A[n_test:], y[n_test:], rcond=None)[0]
    error = A[:n_test] @ theta - y[:n_test]
    return 1 - np.mean(error**2) / np.var(y[:n_test])


def broken_r2(X, y, order, n_test):
    X = X[order]
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.lstsq(A[n_test:], y[n_test:], rcond=None)[0]
    error = A[:n_test] @ theta - y[:n_test]
    return 1 - np.mean(error**2) / np.var(y[:n_test])


def score(X, y, fit_rows, score_rows):
    """R² on `score_rows` of least squares fitted to `fit_rows`."""
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.lstsq(A[fit_rows], y[fit_rows], rcond=None)[0]
    return 1 - np.mean((A[score_rows] @ theta - y[score_rows]) ** 2) / np.var(y[score_rows])


def first_rows(X, y, n_test):
    """R² on the first n_test rows of least squares fitted to the others."""
    return score(X, y, slice(n_test, None), slice(None, n_test))


def by_the_library(X, y, order, n_test):
    """Only the order was to be repaired: who fits the line is all the same."""
    train, test = order[n_test:], order[:n_test]
    return LinearRegression().fit(X[train], y[train]).score(X[test], y[test])


def repair_cases(rng):
    for n, d, n_test in [(7, 1, 3), (12, 2, 4), (20, 4, 8), (12, 2, 2)]:
        X, y, _, _ = people(rng, n, d)
        order = rng.permutation(n)
        while (order[order] == np.arange(n)).any():  # everybody moves, and no two people merely change places
            order = rng.permutation(n)
        yield X, y, order, n_test


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="04.6", kind="repair", title="It runs, and it learns nothing", name="held_out_r2", points=3, minutes=12,
    difficulty=2, section="Article check", reference=held_out_r2, broken=broken_r2,
    cases=repair_cases,
    alternatives=[
        lambda X, y, order, n_test: score(X, y, order[n_test:], order[:n_test]),
        lambda X, y, order, n_test: score(
            np.take(X, order, axis=0), np.take(y, order), np.arange(len(y)) >= n_test, slice(None, n_test)),
        by_the_library,
    ],
    misconceptions=[
        Misconception("not-repaired", broken_r2,
            "Person by person, this is still the result of the code as it was. Print X and y of the first person "
            "before and after the first line: do they still belong together?"),
        Misconception("not-shuffled",
            lambda X, y, order, n_test: first_rows(X, y, n_test),
            "Features and targets belong together again, but nobody is shuffled any more: `order` is not used. If "
            "the file is sorted, the test people are then all of one kind."),
        Misconception("targets-shuffled-back",
            lambda X, y, order, n_test: first_rows(X[order], y[np.argsort(order)], n_test),
            "The targets are put in another order than the features: argsort(order) undoes `order`. Both need the "
            "same one."),
        Misconception("shuffled-twice",
            lambda X, y, order, n_test: first_rows(X[order], y[order][order], n_test),
            "The targets are shuffled twice and the features once. Both need the same order, once."),
        Misconception("scored-on-training",
            lambda X, y, order, n_test: score(X, y, order[n_test:], order[n_test:]),
            "Now the score is high, because it is taken on the people who taught the model. Score the first n_test."),
        Misconception("taught-by-all", lambda X, y, order, n_test: score(X, y, order, order[:n_test]),
            "The model was taught by everybody, the test people included, so the score flatters. Fit on the rows "
            "from n_test on only."),
        Misconception("parts-exchanged",
            lambda X, y, order, n_test: score(X, y, order[:-n_test], order[-n_test:]),
            "You test on the last n_test people instead of the first. The task names the first n_test of `order`."),
    ],
    hints=[
        "Nothing crashes and the code looks right. What would R² be if every target were somebody else's?",
        "Follow one person. In which row are her features after the first line, and in which row is her target?",
        "One array is put into a new order, the other stays as it was. One line is enough to mend it.",
    ],
    takeaway="A loss at the variance of the targets: look whether features and targets still belong together.",
)
