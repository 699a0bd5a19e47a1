"""What several exercises of lesson 06 use: answers that others build on, and their cases."""

import numpy as np


def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))


def binary_cross_entropy(logits, target):
    return np.mean(np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))


def not_finite(received, expected, case):
    """Infinity or nan where a number was expected, for very large logits only."""
    return np.ndim(received) == 0 and not np.isfinite(received) and np.abs(case.args[0]).max() > 500


def capped(received, expected, case):
    """A little wrong where losses are small, far too small where they are large: something stands in the logarithm."""
    off = abs(received - expected)
    return np.ndim(received) == 0 and (
        1e-6 * expected < off < 1e-4 or (expected > 100 and 1 < received < 0.9 * expected)
    )


def logistic_gradient(X, y, w, b):
    error = sigmoid(X @ w + b) - y
    return X.T @ error / len(y), np.mean(error)


def softmax(logits, axis=-1):
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def log_softmax(logits, axis=-1):
    return logits - np.logaddexp.reduce(logits, axis=axis, keepdims=True)
