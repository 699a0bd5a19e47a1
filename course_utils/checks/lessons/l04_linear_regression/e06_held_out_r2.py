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


def trained_and_scored(X, y, order, n_test, bias=True):
    """The targets of the test people and what was predicted for them."""
    A = np.column_stack([X, np.ones(len(X))]) if bias else X
    theta = np.linalg.lstsq(A[order[n_test:]], y[order[n_test:]], rcond=None)[0]
    return y[order[:n_test]], A[order[:n_test]] @ theta


def compared_with(spread):
    """R² with another denominator, `spread(test targets, all targets, training targets)`."""

    def answer(X, y, order, n_test):
        truth, told = trained_and_scored(X, y, order, n_test)
        return 1 - np.mean((told - truth) ** 2) / spread(truth, y, y[order[n_test:]])

    return answer


def one_minus_forgotten(X, y, order, n_test):
    return 1 - held_out_r2(X, y, order, n_test)


def without_ones(X, y, order, n_test):
    truth, told = trained_and_scored(X, y, order, n_test, bias=False)
    return 1 - np.mean((told - truth) ** 2) / np.var(truth)


def squared_correlation(X, y, order, n_test):
    return np.corrcoef(*trained_and_scored(X, y, order, n_test))[0, 1] ** 2


def trained_in_order_only(X, y, order, n_test):
    """The targets are ordered for the fit, and not for the test."""
    truth, told = y[:n_test], trained_and_scored(X, y, order, n_test)[1]
    return 1 - np.mean((told - truth) ** 2) / np.var(truth)


def by_a_mask(X, y, order, n_test):
    """In which order the others teach is all the same."""
    others = np.ones(len(y), dtype=bool)
    others[order[:n_test]] = False
    return score(X, y, others, order[:n_test])


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
        by_a_mask,
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
        Misconception("roles-exchanged", lambda X, y, order, n_test: score(X, y, order[:n_test], order[n_test:]),
            "The first n_test people teach, and the others are the test: the two have changed places."),
        Misconception("features-shuffled-twice",
            lambda X, y, order, n_test: first_rows(X[order][order], y[order], n_test),
            "The features are shuffled twice and the targets once. Both need the same order, once."),
        Misconception("targets-sorted", lambda X, y, order, n_test: first_rows(X[order], np.sort(y), n_test),
            "The targets are sorted by size. They must follow the same `order` as the features."),
        Misconception("test-targets-left", trained_in_order_only,
            "The targets are in the new order for the fit, but those of the test people are not. Order them once, for "
            "both."),
        Misconception("one-of-the-test-teaches",
            lambda X, y, order, n_test: score(X, y, order[n_test - 1:], order[:n_test]),
            "One of the test people also teaches: where does the second part begin?", family="off by one"),
        Misconception("spread-of-all", compared_with(lambda test, every, train: np.var(every)),
            "The error is compared with the spread of all targets. R² on the test people uses their own."),
        Misconception("mean-of-the-others",
            compared_with(lambda test, every, train: np.mean((test - train.mean()) ** 2)),
            "You compare with the mean of those who taught. The code as it was compares with the test people's own "
            "variance: that part was right."),
        Misconception("sum-by-variance", compared_with(lambda test, every, train: np.var(test) / len(test)),
            "A sum of squared errors is divided by a variance, which is a mean. Both must be sums, or both means.",
            family="mean and sum confused"),
        Misconception("deviation", compared_with(lambda test, every, train: np.std(test)),
            "The error is divided by a standard deviation. Squared errors are compared with a variance."),
        Misconception("n-minus-one", compared_with(lambda test, every, train: np.var(test, ddof=1)),
            "The variance of the test people is divided by n - 1, the error by n. The code as it was had n in both."),
        Misconception("one-minus-forgotten", one_minus_forgotten,
            "This is the share of the spread that is *not* explained. What did the code take it from?"),
        Misconception("no-ones", without_ones,
            "The column of ones is gone, so the line goes through 0. Only the order was to be repaired.",
            family="bias forgotten"),
        Misconception("correlation", squared_correlation,
            "This is a squared correlation: it forgives a line of the wrong height or slope. Keep the R² of the code."),
    ],
    hints=[
        "Nothing crashes and the code looks right. What would R² be if every target were somebody else's?",
        "Follow one person. In which row are her features after the first line, and in which row is her target?",
        "One array is put into a new order, the other stays as it was. One line is enough to mend it.",
    ],
    takeaway="A loss at the variance of the targets: look whether features and targets still belong together.",
)
