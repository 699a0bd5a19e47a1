"""Answers to the exercises of lesson 06, right and wrong, and the cases they are tried on."""

from functools import cache

import numpy as np

from course_utils import data
from course_utils.checks.exercise import Case


def quietly(function):
    """The same answer without NumPy's warnings: overflow is what these mistakes are about."""

    def answer(*args, **options):
        with np.errstate(all="ignore"):
            return function(*args, **options)

    return answer


# 06.1 ---------------------------------------------------------------------------------------------------------------
def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))


def sigmoid_cases(rng):
    for shape in [(6,), (2, 3), (1,)]:
        yield rng.uniform(0.5, 3.0, shape) * rng.choice([-1.0, 1.0], shape)
    yield np.array([-1000.0, -1.5, 0.0, 2.5, 1000.0])
    yield np.array([[0.5, -2.0], [1000.0, -1000.0]])


def sigmoid_by_parts(z):
    p = np.empty_like(z)
    right = z >= 0
    p[right] = 1 / (1 + np.exp(-z[right]))
    p[~right] = np.exp(z[~right]) / (1 + np.exp(z[~right]))
    return p


# 06.2 ---------------------------------------------------------------------------------------------------------------
def binary_cross_entropy(logits, target):
    return np.mean(np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))


def binary_loss_cases(rng):
    for n in [5, 8, 3]:
        target = np.zeros(n)
        target[: n // 2] = 1.0
        yield rng.uniform(0.5, 3.0, n) * rng.choice([-1.0, 1.0], n), rng.permutation(target)
    yield rng.normal(size=1), np.array([1.0])
    yield np.array([1000.0, 0.5, -1000.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])
    yield np.array([1000.0, -1000.0]), np.array([1.0, 0.0])


def binary_loss_by_loop(logits, target):
    total = 0.0
    for z, t in zip(logits, target, strict=True):
        signed = -z if t == 1 else z
        total += signed + np.log1p(np.exp(-signed)) if signed > 0 else np.log1p(np.exp(signed))
    return total / len(logits)


def binary_terms(logits, target):
    """The loss of each example, from logits."""
    return np.logaddexp(0, logits) - logits * target


@quietly
def binary_from_probabilities(logits, target):
    p = 1 / (1 + np.exp(-logits))
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@quietly
def binary_padded(logits, target, tiny=1e-12):
    p = 1 / (1 + np.exp(-logits))
    return -np.mean(target * np.log(p + tiny) + (1 - target) * np.log(1 - p + tiny))


@quietly
def binary_of_raw_logits(logits, target):
    return -np.mean(target * np.log(logits) + (1 - target) * np.log(1 - logits))


def not_finite(received, expected, case):
    """Infinity or nan where a number was expected, for very large logits only."""
    return np.ndim(received) == 0 and not np.isfinite(received) and np.abs(case.args[0]).max() > 500


def capped(received, expected, case):
    """A little wrong where losses are small, far too small where they are large: something stands in the logarithm."""
    off = abs(received - expected)
    return np.ndim(received) == 0 and (1e-6 * expected < off < 1e-4 or (expected > 100 and 1 < received < expected / 3))


# 06.3 ---------------------------------------------------------------------------------------------------------------
def logistic_gradient(X, y, w, b):
    error = sigmoid(X @ w + b) - y
    return X.T @ error / len(y), np.mean(error)


def gradient_cases(rng):
    for n, d in [(6, 3), (5, 2), (7, 1), (4, 4), (1, 3)]:
        X = rng.normal(size=(n, d)) + rng.uniform(-1.0, 1.0, d)
        y = rng.permutation((np.arange(n) < max(n // 2, 1)).astype(float))
        yield X, y, rng.uniform(0.3, 1.0, d) * rng.choice([-1.0, 1.0], d), float(rng.uniform(0.4, 1.0))
    X = rng.normal(size=(4, 2))
    yield 300 * X, np.array([0.0, 1.0, 1.0, 0.0]), np.array([3.0, -2.0]), 0.5


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


def mean_dw(X, e):
    return X.T @ e / len(e)


def mean_db(X, e):
    return np.mean(e)


# 06.4 ---------------------------------------------------------------------------------------------------------------
def softmax(logits, axis=-1):
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def softmax_cases(rng):
    yield rng.normal(size=(3, 4))
    yield rng.normal(size=5)
    yield Case(rng.normal(size=(4, 3)), axis=0)
    yield rng.normal(size=(3, 3))
    yield Case(rng.normal(size=(2, 3, 4)), axis=1)
    yield np.array([[1000.0, 0.0, -1000.0], [0.5, 1.0, 2.0]])
    yield np.array([[1000.0, 999.0, 998.0], [-1000.0, -1001.0, -1000.0]])


def softmax_by_logs(logits, axis=-1):
    return np.exp(logits - np.logaddexp.reduce(logits, axis=axis, keepdims=True))


def softmax_by_slices(logits, axis=-1):
    rows = np.moveaxis(logits, axis, -1)
    out = np.empty_like(rows)
    for place in np.ndindex(rows.shape[:-1]):
        powers = np.exp(rows[place] - max(rows[place]))
        out[place] = powers / sum(powers)
    return np.moveaxis(out, -1, axis)


@quietly
def softmax_with(logits, axis, shift=True, sums=None):
    """Softmax with one part exchanged."""
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True)) if shift else np.exp(logits)
    return powers / (powers.sum(axis=axis, keepdims=True) if sums is None else sums(powers, axis))


@quietly
def softmax_one_shift(logits, axis=-1):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum(axis=axis, keepdims=True)


@quietly
def softmax_no_powers(logits, axis=-1):
    return logits / logits.sum(axis=axis, keepdims=True)


def softmax_hard(logits, axis=-1):
    return (logits == logits.max(axis=axis, keepdims=True)).astype(float)


# 06.5 ---------------------------------------------------------------------------------------------------------------
def log_softmax(logits, axis=-1):
    return logits - np.logaddexp.reduce(logits, axis=axis, keepdims=True)


def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def loss_cases(rng):
    for n, k in [(4, 3), (3, 3), (6, 2), (5, 4)]:
        yield rng.normal(size=(n, k)), rng.permutation(np.arange(n) % k)
    yield rng.normal(size=(1, 5)), np.array([int(rng.integers(5))])
    yield np.array([[1000.0, 0.0, -1000.0], [0.5, 1.0, 2.0]]), np.array([2, 0])
    yield np.array([[1000.0, 999.0, 998.0], [-1000.0, -1001.0, -1000.0]]), np.array([0, 1])


def loss_by_loop(logits, labels):
    total = 0.0
    for z, label in zip(logits, labels, strict=True):
        largest = max(z)
        total += largest + np.log(sum(np.exp(z - largest))) - z[label]
    return total / len(labels)


def loss_by_one_hot(logits, labels):
    return -np.sum(np.eye(logits.shape[1])[labels] * log_softmax(logits)) / len(logits)


def picked(table, labels):
    """Of each row the entry of its label."""
    return table[np.arange(len(labels)), labels]


@quietly
def loss_from_probabilities(logits, labels, tiny=0.0):
    powers = np.exp(logits)
    return -np.mean(np.log(picked(powers / powers.sum(axis=1, keepdims=True), labels) + tiny))


def loss_padded(logits, labels):
    return -np.mean(np.log(picked(softmax(logits), labels) + 1e-12))


# 06.6 ---------------------------------------------------------------------------------------------------------------
LARGEST_LOSS = 0.25  # nats on tumours held back; the baseline has about 0.66, a good answer 0.16


@cache
def tumours():
    table = data.load_breast_cancer()
    return table.X[:, :10], 1.0 - table.y


def tumour_cases(rng):
    """Two splits: 300 tumours to learn from, the 269 others stay with us."""
    X, y = tumours()
    for _ in range(2):
        order = rng.permutation(len(y))
        few, others = order[:300], order[300:]
        yield Case(X[few].copy(), y[few].copy(), held=(X[others], y[others]))


def walked(X, y, lr=1.0, steps=300):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, float(b)


def fit_logistic(X, y):
    mean, std = X.mean(axis=0), X.std(axis=0)
    w, b = walked((X - mean) / std, y)
    return w / std, b - mean @ (w / std)


def fit_by_newton(X, y):
    """Newton's method with a small price on the weights."""
    mean, std = X.mean(axis=0), X.std(axis=0)
    A = np.column_stack([(X - mean) / std, np.ones(len(y))])
    theta, price = np.zeros(A.shape[1]), np.eye(A.shape[1])
    for _ in range(8):
        p = sigmoid(A @ theta)
        theta = theta - np.linalg.solve((A.T * (p * (1 - p))) @ A + price, A.T @ (p - y) + price @ theta)
    w = theta[:-1] / std
    return w, theta[-1] - mean @ w


def fit_in_batches(X, y):
    """Small steps on 30 tumours at a time, in plain order."""
    mean, std = X.mean(axis=0), X.std(axis=0)
    Z, w, b = (X - mean) / std, np.zeros(X.shape[1]), 0.0
    for _ in range(40):
        for start in range(0, len(y), 30):
            dw, db = logistic_gradient(Z[start : start + 30], y[start : start + 30], w, b)
            w, b = w - 0.3 * dw, b - 0.3 * db
    return w / std, b - mean @ (w / std)


def fit_scaled(X, y):
    return walked((X - X.mean(axis=0)) / X.std(axis=0), y)


def fit_squares(X, y):
    theta = np.linalg.lstsq(np.column_stack([X, np.ones(len(y))]), y, rcond=None)[0]
    return theta[:-1], theta[-1]


def fit_flipped(X, y):
    w, b = fit_logistic(X, y)
    return -w, -b


def fit_too_short(X, y):
    mean, std = X.mean(axis=0), X.std(axis=0)
    w, b = walked((X - mean) / std, y, lr=0.01, steps=20)
    return w / std, b - mean @ (w / std)


def fit_old_bias(X, y):
    """Weights for raw features, with the bias of the standardized ones."""
    w, _ = fit_logistic(X, y)
    return w, walked((X - X.mean(axis=0)) / X.std(axis=0), y)[1]


def held_loss(model, case):
    """Cross-entropy on the tumours that were held back."""
    (w, b), (X, y) = model, case.held
    return float(binary_cross_entropy(X @ np.asarray(w, dtype=float) + b, y))


def scaled_back(model, case):
    """What the weights are if they were meant for standardized features."""
    w, X = np.asarray(model[0], dtype=float) / case.args[0].std(axis=0), case.args[0]
    return w, model[1] - X.mean(axis=0) @ w


def is_flipped(received, expected, case):
    return held_loss((-np.asarray(received[0]), -received[1]), case) <= LARGEST_LOSS


def is_still_scaled(received, expected, case):
    return held_loss(scaled_back(received, case), case) <= LARGEST_LOSS


def is_bias_off(received, expected, case):
    """Bad as they are, but good once the bias belongs to raw features too."""
    w = np.asarray(received[0], dtype=float)
    return held_loss((w, -(case.args[0].mean(axis=0) @ w)), case) <= LARGEST_LOSS


def is_baseline(received, expected, case):
    return bool(np.all(np.abs(received[0]) * case.args[0].std(axis=0) < 1e-3))


def is_too_short(received, expected, case):
    """The right direction, but too timid: three times the weights would be better."""
    (w, b), loss = received, held_loss(received, case)
    return loss < 0.69 and held_loss((3 * np.asarray(w), 3 * b), case) < loss


def is_wild(received, expected, case):
    """Worse than a coin, and sure of it."""
    return held_loss(received, case) > 0.7


# 06.7 ---------------------------------------------------------------------------------------------------------------
def find_malignant(X, w, b, threshold):
    return sigmoid(X @ w + b) >= threshold


def broken_find_malignant(X, w, b, threshold):
    z = X @ w + b
    return z >= threshold


def threshold_cases(rng):
    for threshold in [0.1, 0.3, 0.5, 0.9]:
        X = np.column_stack([np.linspace(-4.0, 4.0, 33) + rng.uniform(-0.05, 0.05), rng.normal(size=33)])
        yield X, np.array([1.0, 0.2]), 0.1, threshold
    yield np.array([[1000.0], [-1000.0], [0.0], [0.3]]), np.array([1.0]), 0.0, 0.5
