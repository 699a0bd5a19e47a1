"""What several exercises of lesson 23 use: answers that others build on, and their cases."""

import numpy as np


def softplus(z):
    return np.logaddexp(0, z)


def jensen_shannon(p, q):
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


def kl(p, q):
    """Σ p log(p / q), where outcomes with p = 0 count nothing."""
    there = p > 0
    return np.sum(p[there] * np.log(p[there] / q[there]))


def stable(z):
    """log(1 + e^z) without the exponential of a positive number."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def not_finite(received, expected, case):
    """Infinity or nan where a number was expected, for large logits only."""
    largest = max(np.abs(z).max() for z in case.args)
    return np.ndim(received) == 0 and not np.isfinite(received) and largest > 30


def capped(received, expected, case):
    """Wrong for large logits only, and too small there: something stands in the logarithm."""
    largest = max(np.abs(z).max() for z in case.args)
    about = -1e-6 <= received < expected - 1 or abs(received - expected) < 1e-4
    return np.ndim(received) == 0 and largest > 30 and about


def distribution(K, rng):
    """K probabilities, none very small, no two alike."""
    p = rng.permutation(np.arange(1.0, K + 1)) + rng.uniform(0.0, 0.5, K)
    return p / p.sum()


def logits(n, rng):
    """n logits of both signs, none near 0."""
    signs = rng.permutation(np.where(np.arange(n) % 2, 1.0, -1.0))
    return signs * rng.uniform(0.8, 3.0, n)
