"""Answers to the exercises of lesson 04, right and wrong, and the cases they are tried on."""

import numpy as np

from course_utils import data
from course_utils.checks.exercise import Case


def people(rng, n, d):
    """Features of different size and centre, and targets that follow a line through noise."""
    X = rng.normal(size=(n, d)) * rng.uniform(0.5, 2.0, d) + rng.uniform(-2.0, 2.0, d)
    w, b = rng.uniform(0.5, 2.0, d) * rng.choice([-1.0, 1.0], d), rng.uniform(1.0, 5.0)
    return X, X @ w + b + 0.5 * rng.normal(size=n), w + rng.normal(size=d), float(b + 1.0)


# 04.1 ---------------------------------------------------------------------------------------------------------------
def predict(X, w, b):
    return X @ w + b


def predict_cases(rng):
    for n, d in [(6, 3), (4, 4), (5, 1), (1, 4)]:
        X, _, w, b = people(rng, n, d)
        yield X, w, b
    yield 1e6 * rng.normal(size=(3, 2)), rng.normal(size=2), -0.5
    yield rng.normal(size=(3, 2)), np.zeros(2), 7.0


def predict_by_loop(X, w, b):
    predictions = []
    for row in X:
        total = b
        for x_j, w_j in zip(row, w, strict=True):
            total = total + x_j * w_j
        predictions.append(total)
    return np.array(predictions)


# 04.2 ---------------------------------------------------------------------------------------------------------------
def mean_squared_error(pred, y):
    return np.mean((pred - y) ** 2)


def error_cases(rng):
    for n in [5, 8, 2, 1]:
        y = rng.normal(size=n)
        yield y + rng.uniform(0.5, 1.5, n) * rng.choice([-1.0, 1.0], n), y
    yield np.full(4, 1e6) + rng.normal(size=4), rng.normal(size=4)
    same = rng.normal(size=3)
    yield same, same.copy()


def error_by_loop(pred, y):
    total = 0.0
    for p_i, y_i in zip(pred, y, strict=True):
        total += (p_i - y_i) ** 2
    return total / len(y)


# 04.3 ---------------------------------------------------------------------------------------------------------------
def mse_gradient(X, y, w, b):
    error = X @ w + b - y
    return 2 * X.T @ error / len(y), 2 * np.mean(error)


def gradient_cases(rng):
    for n, d in [(6, 3), (5, 2), (7, 1), (4, 4), (1, 3)]:
        X, y, w, b = people(rng, n, d)
        yield X, y, w, b
    X, y, w, b = people(rng, 5, 3)
    yield 1e3 * X, y, w, b


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


# 04.4 ---------------------------------------------------------------------------------------------------------------
def descend(gradient=mse_gradient, start=0.0, step=None, record="both", lr_of=lambda lr: lr):
    """A whole gradient descent, with one part exchanged: the reference is made of the right parts."""
    step = step or (lambda w, b, dw, db, lr: (w - lr * dw, b - lr * db))

    def answer(X, y, lr, steps):
        w, b = np.full(X.shape[1], start), float(start)
        losses = [mean_squared_error(predict(X, w, b), y)] if record in ("both", "before") else []
        for _ in range(steps):
            dw, db = gradient(X, y, w, b)
            w, b = step(w, b, dw, db, lr_of(lr))
            losses.append(mean_squared_error(predict(X, w, b), y))
        return w, b, losses[:-1] if record == "before" and steps else losses

    return answer


def gradient_descent(X, y, lr, steps):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(steps):
        losses.append(mean_squared_error(predict(X, w, b), y))
        dw, db = mse_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, [*losses, mean_squared_error(predict(X, w, b), y)]


def descent_cases(rng):
    for n, d, steps in [(8, 3, 10), (6, 1, 5), (5, 2, 1), (5, 2, 3)]:
        X, y, _, _ = people(rng, n, d)
        limit = 2 / np.linalg.eigvalsh(2 / n * (X.T @ X)).max()
        yield X, y, float(0.2 * min(limit, 1.0)), steps
    X, y, _, _ = people(rng, 4, 2)
    yield X, y, 0.1, 0


def play_descent(answer, X, y, lr, steps):
    """Call the answer; a list of losses is as good as an array."""
    w, b, losses = answer(X, y, lr, steps)
    return w, b, np.asarray(losses, dtype=float)


def descent_by_ones(X, y, lr, steps):
    A, theta, losses = np.column_stack([X, np.ones(len(y))]), np.zeros(X.shape[1] + 1), np.empty(steps + 1)
    for k in range(steps + 1):
        error = A @ theta - y
        losses[k] = error @ error / len(y)
        if k < steps:
            theta = theta - lr * 2 / len(y) * (error @ A)
    return theta[:-1], theta[-1], losses


def gradient_late_b(X, y, w, b, lr):
    """w is moved first; the slope of b is measured afterwards, from another place."""
    w = w - lr * mse_gradient(X, y, w, b)[0]
    return w, b - lr * mse_gradient(X, y, w, b)[1]


def descent_late_b(X, y, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    losses = [mean_squared_error(y, 0 * y)]
    for _ in range(steps):
        w, b = gradient_late_b(X, y, w, b, lr)
        losses.append(mean_squared_error(predict(X, w, b), y))
    return w, b, losses


def descent_moved_once_more(X, y, lr, steps):
    w, b, _ = gradient_descent(X, y, lr, steps + 1)
    return w, b, gradient_descent(X, y, lr, steps)[2]


# 04.5 ---------------------------------------------------------------------------------------------------------------
def ridge_solution(X, y, lam):
    x_mean, y_mean = X.mean(axis=0), y.mean()
    Z = X - x_mean
    w = np.linalg.solve(Z.T @ Z + len(y) * lam * np.eye(X.shape[1]), Z.T @ (y - y_mean))
    return w, y_mean - x_mean @ w


def ridge_cases(rng):
    for n, d, lam in [(8, 3, 0.5), (9, 2, 2.0), (7, 1, 1.0), (12, 3, 0.0), (3, 5, 0.3)]:
        X, y, _, _ = people(rng, n, d)
        yield X, y + 10.0, lam
    X, y, _, _ = people(rng, 6, 2)
    yield X, y, 1e4


def ridge_with(price, centre=True, penalise_bias=False):
    """Ridge by the normal equations with a column of ones; `price(n, lam)` goes on the diagonal."""

    def answer(X, y, lam):
        A = np.column_stack([X, np.ones(len(y))]) if centre else X
        P = np.eye(A.shape[1])
        if centre and not penalise_bias:
            P[-1, -1] = 0.0
        theta = np.linalg.lstsq(A.T @ A + price(len(y), lam) * P, A.T @ y, rcond=None)[0]
        return (theta[:-1], theta[-1]) if centre else (theta, 0.0)

    return answer


def ridge_by_extra_people(X, y, lam):
    """The price as d more people, with one feature each and the target 0: least squares does the rest."""
    d = X.shape[1]
    Z = np.vstack([X - X.mean(0), np.sqrt(lam * len(y)) * np.eye(d)])
    w = np.linalg.lstsq(Z, np.append(y - y.mean(), np.zeros(d)), rcond=None)[0]
    return w, np.mean(y - X @ w)


def ridge_split_wrong(X, y, lam):
    """The ones stand in the first column, and theta is split at its end."""
    w, b = ridge_solution(X, y, lam)
    return np.append(b, w[:-1]), w[-1]


def ridge_bias_is_mean(X, y, lam):
    return ridge_solution(X, y, lam)[0], y.mean()


# 04.6 ---------------------------------------------------------------------------------------------------------------
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


def repair_cases(rng):
    for n, d, n_test in [(7, 1, 3), (12, 2, 4), (20, 4, 8), (12, 2, 2)]:
        X, y, _, _ = people(rng, n, d)
        order = rng.permutation(n)
        while (order[order] == np.arange(n)).any():  # everybody moves, and no two people merely change places
            order = rng.permutation(n)
        yield X, y, order, n_test


# 04.7 ---------------------------------------------------------------------------------------------------------------
HOSPITALS, PATIENTS = 40, 20


def few_patients(X, y, lam=1.0):
    """Ridge on standardized features, its weights told for the raw ones."""
    x_mean, x_std = X.mean(axis=0), X.std(axis=0)
    x_std = np.where(x_std > 0, x_std, 1.0)
    w, b = ridge_solution((X - x_mean) / x_std, y, lam)
    return w / x_std, b - x_mean @ (w / x_std)


def hospital_cases(rng):
    """Forty times 20 patients to learn from; the 422 others of each stay with us.

    Each hospital has its columns in an order of its own, so that nothing known about all patients helps.
    """
    patients = data.load_diabetes()
    y, orders = patients.y, [rng.permutation(len(patients.y)) for _ in range(HOSPITALS)]
    X = np.array([patients.X[order][:, rng.permutation(patients.X.shape[1])] for order in orders])
    y = np.array([y[order] for order in orders])
    yield Case(X[:, :PATIENTS], y[:, :PATIENTS], held=(X[:, PATIENTS:], y[:, PATIENTS:]))


def play_hospitals(answer, X, y):
    """One call a hospital; weights and biases as two arrays."""
    models = [answer(features, targets) for features, targets in zip(X, y, strict=True)]
    return np.array([w for w, _ in models], dtype=float), np.array([b for _, b in models], dtype=float)


def mean_r2(models, case):
    """R² on the people of each hospital that were held back, averaged over the hospitals."""
    (w, b), (X, y) = models, case.held
    error = np.einsum("hnd,hd->hn", X, w) + b[:, None] - y
    return float(np.mean(1 - np.mean(error**2, axis=1) / np.var(y, axis=1)))


def price_paid(models, case, scaled=True):
    """The price for which these weights are the ridge solution, a hospital; NaN where they are for none.

    At the minimum of MSE + lam·‖u‖² the slope of the MSE is -2·lam·u: both lie on one line.
    """
    (w, _), (X, y) = models, case.args
    Z = X - X.mean(axis=1, keepdims=True)
    size = np.where(Z.std(axis=1) > 0, Z.std(axis=1), 1.0) if scaled else np.ones_like(w)
    Z, u = Z / size[:, None], w * size
    slope = np.einsum("hnd,hn->hd", Z, np.einsum("hnd,hd->hn", Z, u) - y + y.mean(axis=1, keepdims=True)) / Z.shape[1]
    lengths = np.linalg.norm(slope, axis=1) * np.linalg.norm(u, axis=1)
    price = -np.sum(slope * u, axis=1) / np.maximum(np.sum(u * u, axis=1), 1e-300)
    on_one_line = np.isclose(-np.sum(slope * u, axis=1), lengths, rtol=1e-4) | (np.abs(price) < 1e-6)
    return np.where(on_one_line & (lengths > 0), price, np.nan)


def paid(low, high, scaled=True):
    """A look at the weights: is this ridge with a price between `low` and `high`?"""

    def seen(received, expected, case):
        price = price_paid(received, case, scaled)
        return bool(np.all((price >= low) & (price < high)))

    return seen


def weights_still_scaled(received, expected, case):
    """Bad as they are, but good once divided by the standard deviations."""
    (w, b), X = received, case.args[0]
    return bias_not_moved((w / np.maximum(X.std(axis=1), 1e-12), b), expected, case)


def bias_not_moved(received, expected, case):
    """Bad as they are, but good once the bias belongs to raw features too."""
    (w, b), X = received, case.args[0]
    return mean_r2((w, b - np.einsum("hd,hd->h", X.mean(axis=1), w)), case) > 0.2 > mean_r2(received, case)


def raw_weights_old_bias(X, y):
    """Weights for raw features, with the bias of the standardized ones."""
    w, _ = few_patients(X, y)
    return w, y.mean()


def two_columns(X, y):
    """Least squares on the two columns whose bars are long in the lesson; all other weights 0."""
    A = np.column_stack([X[:, [2, 8]], np.ones(len(X))])
    theta, w = np.linalg.lstsq(A, y)[0], np.zeros(X.shape[1])
    w[[2, 8]] = theta[:2]
    return w, theta[2]


def few_weights(received, expected, case):
    """Some columns have a weight, most have none."""
    used = np.count_nonzero(received[0], axis=1)
    return bool(np.all((used > 0) & (used < received[0].shape[1])))
