"""Exercise 06.3: The gradient for any number of features."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l06_logistic_regression.shared import logistic_gradient, sigmoid


def gradient_cases(rng):
    for n, d in [(6, 3), (5, 2), (7, 1), (4, 4), (1, 3)]:
        X = rng.normal(size=(n, d)) + rng.uniform(-1.0, 1.0, d)
        y = rng.permutation((np.arange(n) < max(n // 2, 1)).astype(float))
        yield X, y, rng.uniform(0.3, 1.0, d) * rng.choice([-1.0, 1.0], d), float(rng.uniform(0.4, 1.0))
    X = rng.normal(size=(4, 2))
    yield 300 * X, np.array([0.0, 1.0, 1.0, 0.0]), np.array([3.0, -2.0]), 0.5
    yield 1000 * np.eye(2), np.array([0.0, 1.0]), np.array([1.0, -1.0]), 0.0  # logits of 1000 and -1000
    X, w = rng.uniform(1.0, 2.0, (6, 2)), rng.uniform(0.3, 0.6, 2)  # features so large that no difference is a slope
    yield 1e5 * X, np.array([0.0, 0.0, 1.0, 0.0, 1.0, 0.0]), w / 1e5, 0.5
    X[0] = 1e9  # one example so wrong that the loss hides everything else
    yield X, np.array([0.0, 0.0, 1.0, 0.0, 1.0, 0.0]), w, 0.5


def gradient_by_loop(X, y, w, b):
    n, d = X.shape
    dw, db = np.zeros(d), 0.0
    for i in range(n):
        error = float(sigmoid(np.array(X[i] @ w + b))) - y[i]
        db += error / n
        for j in range(d):
            dw[j] += error * X[i, j] / n
    return dw, db


def gradient_by_ones(X, y, w, b):
    A = np.column_stack([X, np.ones(len(y))])
    both = (sigmoid(A @ np.append(w, b)) - y) @ A / len(y)
    return both[:-1], both[-1]


def wrong_gradient(dw, db, error=lambda z, y: sigmoid(z) - y):
    """A mistake in the gradient, from what it does with X and the errors."""

    def answer(X, y, w, b):
        e = error(X @ w + b, y)
        return dw(X, e), db(X, e)

    return answer


def overflowing_sigmoid(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / (1 + np.exp(z))


def mean_dw(X, e):
    return X.T @ e / len(e)


def mean_db(X, e):
    return np.mean(e)


def bias_first(dw, db):
    """The column of ones in front, and taken off at the end."""
    both = np.append(db, dw)
    return both[:-1], both[-1]


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="06.3", title="The gradient for any number of features", name="logistic_gradient", points=4, minutes=15,
    difficulty=3, section="4. Downhill again", reference=logistic_gradient, cases=gradient_cases,
    needs=("06.1",),
    forbidden=("course_utils.losses.binary_cross_entropy_backward", "family:numerical gradient",
               "family:automatic gradient"),
    alternatives=[gradient_by_loop, gradient_by_ones],
    parts=("dw", "db"),
    misconceptions=[
        Misconception("overflow", wrong_gradient(mean_dw, mean_db, error=lambda z, y: overflowing_sigmoid(z) - y),
            "For a logit of 1000 your probability is not a number: exp(1000) overflows. Use the sigmoid of 06.1.",
            family="numerical instability"),
        Misconception("no-mean", wrong_gradient(lambda X, e: X.T @ e, lambda X, e: e.sum()),
            "Both slopes are n times too large: they belong to the sum, but the loss is a mean. Look at the factor "
            "before the sums in (6.9).", family="mean and sum confused"),
        Misconception("factor-2", wrong_gradient(lambda X, e: 2 * X.T @ e / len(e), lambda X, e: 2 * e.mean()),
            "Both slopes are twice too large. The 2 of lesson 04 came from the square; there is no square in (6.6).",
            family="a factor forgotten or doubled"),
        Misconception("sign", wrong_gradient(lambda X, e: -X.T @ e / len(e), lambda X, e: -e.mean()),
            "Right size, wrong sign: it is p - y in (6.8), not y - p.", family="wrong sign"),
        Misconception("slope-of-the-sigmoid", wrong_gradient(
            mean_dw, mean_db,
            error=lambda z, y: (sigmoid(z) - y) * sigmoid(z) * (1 - sigmoid(z))),
            "A factor p(1 - p) too many: in (6.7) it cancels. With it you have (half) the slope of the squared error, "
            "which goes flat where mistakes are greatest."),
        Misconception("no-sigmoid",
            wrong_gradient(mean_dw, mean_db, error=lambda z, y: z - y),
            "You subtract y from the logit. The prediction is a probability: what comes between z and p?",
            family="logits and probabilities confused"),
        Misconception("decisions",
            wrong_gradient(mean_dw, mean_db, error=lambda z, y: (z >= 0) - y),
            "Your errors are -1, 0 or 1: you decided before you subtracted. (6.8) wants the probability, not the "
            "decision."),
        Misconception("bias-left-out",
            lambda X, y, w, b: logistic_gradient(X, y, w, 0.0),
            "Your logits leave the bias out. By (6.10) z is Xw + b; compute it whole first.", family="bias forgotten"),
        Misconception("db-no-mean", wrong_gradient(mean_dw, lambda X, e: e.sum()),
            "dw is right. db is n times too large: it is a mean as well, see the second half of (6.9).",
            family="mean and sum confused"),
        Misconception("dw-no-mean", wrong_gradient(lambda X, e: X.T @ e, mean_db),
            "db is right. dw is n times too large: the matrix product adds over all examples, and nothing divides by "
            "n afterwards.", family="mean and sum confused"),
        Misconception("mean-over-everything", wrong_gradient(lambda X, e: np.mean(X * e[:, None]),
            mean_db),
            "dw is one number, but each weight has its own slope. Average over the examples only: which axis is that?",
            family="mean and sum confused"),
        Misconception("one-for-each", wrong_gradient(lambda X, e: X * e[:, None], lambda X, e: e),
            "You have a slope for each example. The gradient of a mean is the mean of these.",
            family="a value for each example instead of one"),
        Misconception("sum-and-sign", wrong_gradient(lambda X, e: -X.T @ e, lambda X, e: -e.sum()),
            "Two things: it is p - y in (6.8), not y - p; and the sums of (6.9) have 1/n in front."),
        Misconception("divided-by-features",
            wrong_gradient(lambda X, e: X.T @ e / X.shape[1], lambda X, e: e.sum() / X.shape[1]),
            "You divide by the number of features. The mean is over the examples: which axis of X are they?",
            family="wrong axis"),
        Misconception("one-step-made",
            lambda X, y, w, b: tuple(p - g for p, g in zip((w, b), logistic_gradient(X, y, w, b), strict=True)),
            "These are the weights after a step. Asked are the slopes alone; whoever calls you makes the step."),
        Misconception("bias-first", lambda X, y, w, b: bias_first(*logistic_gradient(X, y, w, b)),
            "Your numbers are right, but the slope of the bias stands first in dw: the ones are the first column of "
            "your X. Which entry belongs to b then?"),
    ],
    hints=[
        "For one feature you know it: (6.9). What changes with three features?",
        "First all logits, then all probabilities, then the errors p - y: each of shape (n,).",
        "dw has a number for each column of X: its dot product with the errors, divided by n. All columns at once: "
        "a product with X.T, as in lesson 04.",
    ],
    takeaway="X turned round, times prediction minus target: only the prediction has changed since lesson 04.",
)
