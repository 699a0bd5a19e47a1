"""Answers at the border: right by another road, or wrong by little; seeds.py asks for one verdict for each."""

import numpy as np

from course_utils.checks.lessons.l04_linear_regression import e07_few_patients as ridge
from course_utils.checks.lessons.l06_logistic_regression import e06_fit_logistic as tumours

# ---- tools


def cast(value, kind):
    """Every float in a value, in another precision."""
    if isinstance(value, np.ndarray):
        return value.astype(kind) if value.dtype.kind == "f" else value
    if isinstance(value, float | np.floating):
        return kind(value)
    if isinstance(value, list | tuple):
        return type(value)(cast(v, kind) for v in value)
    return {k: cast(v, kind) for k, v in value.items()} if isinstance(value, dict) else value


def computed_in_single(function):
    """As if by PyTorch, whose default it is: float32 in, float32 out, and told as float64."""

    def answer(*args, **options):
        with np.errstate(all="ignore"):
            result = function(*cast(args, np.float32), **cast(options, np.float32))
        return cast(cast(result, np.float32), np.float64)

    return answer


def slopes(loss, *places, h=1e-5):
    """Central differences of a loss, an array for each place."""
    found = []
    for number, place in enumerate(places):
        slope = np.zeros(np.shape(place))
        for at in np.ndindex(slope.shape):
            ends = []
            for step in (h, -h):
                moved = [np.array(p, dtype=float) for p in places]
                moved[number][at] += step
                ends.append(loss(*moved))
            slope[at] = (ends[0] - ends[1]) / (2 * h)
        found.append(slope if slope.ndim else float(slope))
    return tuple(found)


def by_differences(loss):
    """Answers to "which gradient?" that try each direction."""

    def with_step(h):
        return lambda X, y, w, b: slopes(loss(X, y), w, b, h=h)

    return {f"differences, h = {h:g}": with_step(h) for h in (1e-7, 1e-6, 1e-5, 1e-4)}


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


def quiet(function):
    def answer(*args, **options):
        with np.errstate(all="ignore"):
            return function(*args, **options)

    return answer


# ---- 01 to 03


def standardize_squares(values):
    mean = sum(values) / len(values)
    spread = max(sum(v * v for v in values) / len(values) - mean**2, 0.0) ** 0.5
    return [(v - mean) / spread if spread > 1e-6 else 0.0 for v in values]


def distances_by_products(A, B):
    squares = (A**2).sum(axis=1)[:, None] + (B**2).sum(axis=1) - 2 * A @ B.T
    return np.sqrt(np.maximum(squares, 0))


def forward(h):
    return lambda f, x: (f(x + h) - f(x)) / h


def central(h):
    return lambda f, x: (f(x + h) - f(x - h)) / (2 * h)


def moving_by_sums(x, width):
    sums = np.concatenate([[0.0], np.cumsum(x)])
    return (sums[width:] - sums[:-width]) / width


# ---- 04


def mse(X, y):
    return lambda w, b: np.mean((X @ w + b - y) ** 2)


def ridge_by_descent(X, y, lam):
    Z, t = X - X.mean(axis=0), y - y.mean()
    A = Z.T @ Z / len(y) + lam * np.eye(X.shape[1])
    w, rate = np.zeros(X.shape[1]), 1 / np.linalg.eigvalsh(A).max()
    for _ in range(20_000):
        w = w - rate * (A @ w - Z.T @ t / len(y))
    return w, y.mean() - X.mean(axis=0) @ w


def ridge_by_inverse(X, y, lam):
    Z = X - X.mean(axis=0)
    w = np.linalg.inv(Z.T @ Z + len(y) * lam * np.eye(X.shape[1])) @ Z.T @ y
    return w, y.mean() - X.mean(axis=0) @ w


# ---- 06


def unscaled(X, w, b):
    return w / X.std(axis=0), b - X.mean(axis=0) @ (w / X.std(axis=0))


def newton(steps, price=0.0):
    def answer(X, y):
        A = np.column_stack([(X - X.mean(axis=0)) / X.std(axis=0), np.ones(len(y))])
        theta, pay = np.zeros(A.shape[1]), price * np.eye(A.shape[1])
        for _ in range(steps):
            p = sigmoid(A @ theta)
            theta = theta - np.linalg.solve((A.T * (p * (1 - p) + 1e-12)) @ A + pay, A.T @ (p - y) + pay @ theta)
        return unscaled(X, theta[:-1], theta[-1])

    return answer


def bfgs(X, y):
    from scipy.optimize import minimize

    A = np.column_stack([(X - X.mean(axis=0)) / X.std(axis=0), np.ones(len(y))])
    theta = minimize(lambda t: np.mean(np.logaddexp(0, A @ t) - y * (A @ t)), np.zeros(A.shape[1]), method="BFGS").x
    return unscaled(X, theta[:-1], theta[-1])


def descent(lr, steps):
    def answer(X, y):
        return unscaled(X, *tumours.walked((X - X.mean(axis=0)) / X.std(axis=0), y, lr=lr, steps=steps))

    return answer


def logistic_loss(X, y):
    return lambda w, b: np.mean(np.logaddexp(0, X @ w + b) - y * (X @ w + b))


def clipped_loss(eps):
    def answer(logits, target):
        p = np.clip(sigmoid(logits), eps, 1 - eps)
        return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))

    return answer


def padded_softmax(eps):
    def answer(logits, axis=-1):
        powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
        return powers / (powers.sum(axis=axis, keepdims=True) + eps)

    return answer


# ---- 18 and 23


def masked_by_number(low):
    def answer(q, k, v, mask=None):
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
        if mask is not None:
            scores = np.where(mask, scores, low)
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights = powers / powers.sum(axis=-1, keepdims=True)
        if mask is not None:
            weights = np.where(np.broadcast_to(mask, scores.shape).any(axis=-1, keepdims=True), weights, 0.0)
        return weights @ v

    return answer


def padded_jensen(eps):
    def answer(p, q):
        m = (p + q) / 2
        return np.sum(p * np.log((p + eps) / (m + eps)) + q * np.log((q + eps) / (m + eps))) / 2

    return answer


BORDERLINE = {
    "01.2": {"E[v²] - m²": standardize_squares},
    "02.2": {"a² + b² - 2ab": distances_by_products},
    "02.4": {"running sums": moving_by_sums},
    "03.2": {
        **{f"forward, h = {h:g}": forward(h) for h in (1e-8, 1e-7, 1e-4)},
        **{f"central, h = {h:g}": central(h) for h in (1e-7, 1e-6, 1e-4, 1e-3, 1e-2)},
    },
    "03.5": {
        "E[v²] - m²": lambda v: np.mean(v**2) - np.mean(v) ** 2,
        "pairs": lambda v: np.mean((v[:, None] - v) ** 2) / 2,
    },
    "04.3": by_differences(mse),
    "04.5": {"descent": ridge_by_descent, "inverse": ridge_by_inverse},
    "04.7": {
        f"lam = {lam}": lambda X, y, lam=lam: ridge.few_patients(X, y, lam)
        for lam in (0.1, 0.2, 0.3, 2.0, 3.0, 4.0, 5.0)
    },
    "06.1": {"by tanh": sigmoid},
    "06.2": {f"clipped at {eps:g}": quiet(clipped_loss(eps)) for eps in (1e-7, 1e-12, 1e-15)},
    "06.3": by_differences(logistic_loss),
    "06.4": {f"{eps:g} below": padded_softmax(eps) for eps in (1e-12, 1e-8, 1e-5)},
    "06.6": {
        "Newton": newton(8),
        "Newton to the end": newton(25),
        "Newton with a price": newton(8, 1.0),
        "BFGS": bfgs,
        **{
            f"descent, {lr} x {n}": descent(lr, n)
            for lr, n in [(0.01, 1000), (0.1, 100), (1.0, 100), (1.0, 2000), (5.0, 300)]
        },
    },
    "18.2": {f"masked by {low:g}": masked_by_number(low) for low in (-1e9, -1e4, -1e30)},
    "23.3": {f"{eps:g} inside": padded_jensen(eps) for eps in (1e-12, 1e-9, 1e-7)},
}
