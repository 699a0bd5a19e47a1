"""The tasks of lesson 03."""

import numpy as np

from course_utils.checks.lessons.l03_mathematics import e06_coin_log_likelihood as coin
from tests.checks.promises import Given

PREDICTED = {
    '"dot product"': "added-entries",
    '"shape"': "inner-kept",
    '"gradient"': "plus-sign",
    '"chain"': "inner-slope-forgotten",
    '"direction"': "uphill",
    '"variance"': "variances-equal",
}


def one_sided_at_kinks(f, x):
    h = 1e-5
    left, right = (f(x) - f(x - h)) / h, (f(x + h) - f(x)) / h
    return right if abs(right - left) > 0.1 else (left + right) / 2


def product_first(heads, tosses, p):
    return np.log(np.float64(p) ** heads * np.float64(1 - p) ** (tosses - heads))


def nan_if_impossible(heads, tosses, p):
    found = coin.coin_log_likelihood(heads, tosses, p)
    return found if np.isfinite(found) else np.nan


def best_above(floor):
    """The scores are compared with a number that was thought to be small enough."""

    def answer(values, candidates):
        best, highest = candidates[0], floor
        for mu in candidates:
            score = -0.5 * np.sum((values - mu) ** 2)
            if score > highest:
                best, highest = mu, score
        return best

    return answer


def in_longer_numbers(values, candidates):
    scores = [np.prod(np.exp(-0.5 * (values.astype(np.longdouble) - mu) ** 2)) for mu in candidates]
    return candidates[int(np.argmax(scores))]


def rounded(f, x):
    return round((f(x + 1e-5) - f(x - 1e-5)) / 2e-5, 6)


def kept_from_the_last_call():
    """Writes into one table that stands outside of the function."""
    table = np.zeros((9, 9))

    def answer(A, B):
        part = table[: len(A), : B.shape[1]]
        for j in range(A.shape[1]):
            part += A[:, j, None] * B[j]
        return part.copy()

    return answer


PROMISES = {
    "03.1": [
        ("the matrix product (3.2)", "entry-by-entry"),
        ("of `A`, shape `(n, d)`", Given(lambda A, B: A.shape[1] == B.shape[0])),
        ("the matrix product (3.2)", kept_from_the_last_call()),
        ("with loops over single numbers", lambda A, B: A @ B),
        ("`@` and its relatives may not be used", lambda A, B: np.array([[a.dot(b) for b in B.T] for a in A])),
    ],
    "03.2": [
        ("Six right digits are enough", rounded),
        ("the slope of the function `f`", "not-divided"),
        ("by formula (3.5)", "divided-by-h"),
        ("Six right digits are enough", "one-sided"),
        ("the two sides are averaged", one_sided_at_kinks),
    ],
    "03.3": [
        ("A number $x$ goes into", "first-path"),
        ("both of shape `(d,)`", Given(lambda dy_du, du_dx: dy_du.shape == du_dx.shape == (len(dy_du),))),
        ("the number $dy/dx$", "not-added"),
    ],
    "03.4": [
        ("that need not be symmetric", "symmetric-only"),
        ("+ b \\cdot x", "without-b"),
        ("its gradient, shape `(d,)`", "value"),
        ("Derive it on paper", None),
        ("the function must serve every $d$", "two-entries-only"),
    ],
    "03.5": [
        ("the mean squared distance", "absolute"),
        ("divided by $n$, not $n - 1$", "n-minus-one"),
        ("One number", lambda values: np.array([np.mean((values - np.mean(values)) ** 2)])),
        ("Without NumPy's own `var` and `std`", lambda values: np.std(values) ** 2),
        ("Without NumPy's own `var` and `std`", lambda values: values.var()),
    ],
    "03.6": [
        ("the log-likelihood (3.9)", "likelihood"),
        ("right for ten thousand tosses", product_first),
        ("the log-likelihood (3.9)", "small-is-nothing"),
        ("`p = 0` without heads and `p = 1` without tails", "zero-times-infinity"),
        ("what is impossible gives `-inf`", nan_if_impossible),
    ],
    "03.7": [
        ("Without running anything, replace each `None`", None),
        *PREDICTED.items(),
    ],
    "03.8": [
        ("should return the candidate", "position"),
        ("for which the values are most likely", "least-likely"),
        ("by (3.10)", "absolute"),
        ("for which the values are most likely", best_above(-1e5)),
        ("for which the values are most likely", best_above(-1e9)),
        ("for three thousand it always gives the first", in_longer_numbers),
        ("for three thousand it always gives the first", "unrepaired"),
        ("for three thousand it always gives the first", "log-too-late"),
        ("for three thousand it always gives the first", "log-of-exp"),
        ("Repair it", None),
    ],
}
