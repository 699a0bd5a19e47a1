"""Exercise 04.3: The gradient for any number of features."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l04_linear_regression.shared import mse_gradient, people


def gradient_cases(rng):
    for n, d in [(6, 3), (5, 2), (7, 1), (4, 4), (1, 3)]:
        X, y, w, b = people(rng, n, d)
        yield X, y, w, b
    X, y, w, b = people(rng, 5, 3)
    yield 1e3 * X, y, w, b
    X, y, w, b = people(rng, 9, 2)
    yield X, y + 1e5 * what_no_line_explains(rng, X), w, b  # a large loss with small slopes: no difference finds them


def what_no_line_explains(rng, X):
    A, noise = np.column_stack([X, np.ones(len(X))]), rng.normal(size=len(X))
    return noise - A @ np.linalg.lstsq(A, noise, rcond=None)[0]


def gradient_by_loop(X, y, w, b):
    n, d = X.shape
    dw, db = np.zeros(d), 0.0
    for i in range(n):
        error = sum(X[i, j] * w[j] for j in range(d)) + b - y[i]
        db += 2 * error / n
        for j in range(d):
            dw[j] += 2 * error * X[i, j] / n
    return dw, db


def gradient_by_columns(X, y, w, b):
    error = X @ w + b - y
    return np.array([np.mean(2 * error * column) for column in X.T]), np.mean(2 * error)


def gradient_by_ones(X, y, w, b):
    A = np.column_stack([X, np.ones(len(y))])
    both = 2 / len(y) * A.T @ (A @ np.append(w, b) - y)
    return both[:-1], both[-1]


def wrong_gradient(dw, db):
    """A mistake in the gradient, from what it does with X and the errors."""

    def answer(X, y, w, b):
        error = X @ w + b - y
        return dw(X, error), db(X, error)

    return answer


def gradient_by_nudges(X, y, w, b, h=1e-5):
    """Right by its idea, and too rough where the loss is large."""
    loss = lambda w, b: np.mean((X @ w + b - y) ** 2)  # noqa: E731
    dw = [(loss(w + h * one, b) - loss(w - h * one, b)) / (2 * h) for one in np.eye(len(w))]
    return np.array(dw), (loss(w, b + h) - loss(w, b - h)) / (2 * h)


def loss_hides_slopes(received, expected, case):
    """What is wrong is as little as the rounding of the loss, divided by the step of a nudge, makes it."""
    X, y, w, b = case.args
    off = max(np.abs(mine - right).max() for mine, right in zip(received, expected, strict=True))
    return np.shape(received[0]) == w.shape and 0 < off < 1e-8 * np.mean((X @ w + b - y) ** 2)


def gradient_last_person(X, y, w, b):
    """`=` where `+=` is meant, in a loop over people."""
    return 2 / len(y) * (X[-1] @ w + b - y[-1]) * X[-1], mse_gradient(X, y, w, b)[1]


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="04.3", title="The gradient for any number of features", name="mse_gradient", points=4, minutes=20,
    difficulty=3, section="3. Which way is down?", reference=mse_gradient, cases=gradient_cases,
    forbidden=("family:backward pass", "family:numerical gradient", "family:automatic gradient"),
    alternatives=[
        gradient_by_loop, gradient_by_columns, gradient_by_ones,
        lambda X, y, w, b: [2 * (X @ w + b - y) @ X / len(y), np.array(2 * np.mean(X @ w + b - y))],
    ],
    parts=("dw", "db"),
    misconceptions=[
        Misconception("no-mean", wrong_gradient(lambda X, e: 2 * X.T @ e, lambda X, e: 2 * e.sum()),
            "Both slopes are n times too large: they belong to the sum of the squares, but the loss is their mean. "
            "Look at the factor before the sums in (4.4).", family="mean and sum confused"),
        Misconception("no-factor-2", wrong_gradient(lambda X, e: X.T @ e / len(e), lambda X, e: e.mean()),
            "Both slopes are exactly half. The derivative of e² is 2e: the 2 of (4.3) is lost. (With a half before "
            "the loss it would cancel; our loss has no half.)", family="a factor forgotten or doubled"),
        Misconception("sign", wrong_gradient(lambda X, e: -2 * X.T @ e / len(e), lambda X, e: -2 * e.mean()),
            "Right size, wrong sign: your error is y minus the prediction. Then the inner derivative is -x, and "
            "its minus is missing. Take e = prediction - y, as in (4.2).", family="wrong sign"),
        Misconception("db-no-mean", wrong_gradient(lambda X, e: 2 * X.T @ e / len(e), lambda X, e: 2 * e.sum()),
            "dw is right. db is n times too large: it needs the mean as well, see the second half of (4.4).",
            family="mean and sum confused"),
        Misconception("dw-no-mean", wrong_gradient(lambda X, e: 2 * X.T @ e, lambda X, e: 2 * e.mean()),
            "db is right. dw is n times too large: the matrix product adds over all people, and nothing divides by "
            "n afterwards.", family="mean and sum confused"),
        Misconception("db-no-factor-2",
            wrong_gradient(lambda X, e: 2 * X.T @ e / len(e), lambda X, e: e.mean()),
            "dw is right. db is half: the 2 of the square belongs to the bias too, (4.3).",
            family="a factor forgotten or doubled"),
        Misconception("no-x",
            wrong_gradient(lambda X, e: np.full(X.shape[1], 2 * e.mean()), lambda X, e: 2 * e.mean()),
            "All entries of dw are equal to db: the feature is missing. The inner derivative of the error with "
            "respect to w is x, (4.3)."),
        Misconception("no-bias-in-the-error",
            lambda X, y, w, b: (2 * X.T @ (X @ w - y) / len(y), 2 * np.mean(X @ w - y)),
            "Your error leaves the bias out. The prediction is Xw + b, (4.7): compute it whole before you subtract "
            "y.", family="bias forgotten"),
        Misconception("mean-over-everything",
            wrong_gradient(lambda X, e: 2 * np.mean(X * e[:, None]), lambda X, e: 2 * e.mean()),
            "dw is one number, but each weight has its own slope. Your mean ran over people and features: average "
            "over the people only. Which axis is that?", family="mean and sum confused"),
        Misconception("slope-of-one-person",
            wrong_gradient(lambda X, e: 2 * X * e[:, None], lambda X, e: 2 * e),
            "You have a slope for each person. The gradient of the mean is the mean of these: average over the "
            "people."),
        Misconception("sign-and-factor", wrong_gradient(lambda X, e: -X.T @ e / len(e), lambda X, e: -e.mean()),
            "Two things at once: the sign is turned round (take e = prediction - y), and the 2 of the square is lost, "
            "(4.3)."),
        Misconception("sign-and-no-mean", wrong_gradient(lambda X, e: -2 * X.T @ e, lambda X, e: -2 * e.sum()),
            "Two things at once: the sign is turned round, and the slopes are sums where means are asked."),
        Misconception("neither-2-nor-mean", wrong_gradient(lambda X, e: X.T @ e, lambda X, e: e.sum()),
            "Two things at once: the 2 of the square is lost, and the slopes are sums where means are asked."),
        Misconception("divided-by-d",
            wrong_gradient(lambda X, e: 2 * X.T @ e / X.shape[1], lambda X, e: 2 * e.sum() / X.shape[1]),
            "You divide by the number of features. The mean of (4.2) runs over the people: how many are they?"),
        Misconception("means-multiplied",
            wrong_gradient(lambda X, e: 2 * X.mean(axis=0) * e.mean(), lambda X, e: 2 * e.mean()),
            "You multiplied the mean error with the mean feature. Multiply person by person first, then take the "
            "mean."),
        Misconception("last-person", gradient_last_person,
            "dw knows only the last person: `=` overwrites what the others gave. What adds to it?"),
        Misconception("errors-squared",
            wrong_gradient(lambda X, e: 2 * X.T @ e**2 / len(e), lambda X, e: 2 * np.mean(e**2)),
            "The errors are still squared. In the derivative of e² the power falls by one."),
        Misconception("nudges", gradient_by_nudges,
            "Right where the loss is small. Where it is large beside its slopes, a difference of two losses has hardly "
            "a digit left. The formula of (4.4) needs no difference of losses.",
            seen=loss_hides_slopes, family="numerical instability"),
    ],
    hints=[
        "For one feature you know it: (4.4). What changes if there are three features, and what stays the same?",
        "First the errors of all people, shape (n,). The slope for weight j is 2/n times the sum over people of "
        "error times feature j.",
        "That sum is a dot product of the errors with column j of X. All columns at once: a product with X.T.",
        "error = (the prediction) - y; dw = 2 / n * (X.T ... error), shape (d,); db = 2 * (the mean of ...).",
    ],
    takeaway="X turned round, times the errors: the gradient of every linear layer to come.",
)
