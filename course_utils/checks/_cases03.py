"""What the answers of lesson 03 are tried on."""

import numpy as np


def matrices(rng):
    """A row times a column, unequal sizes, one entry, square."""
    for n, d, m in [(1, 3, 1), (2, 3, 4), (1, 1, 2), (3, 3, 3), (4, 2, 1)]:
        yield rng.normal(size=(n, d)), rng.normal(size=(d, m))


def cubic(x):
    return x**3 - 2 * x


def wave(x):
    return np.sin(3 * x)


def curves(rng):
    """A polynomial, a wave, an exponential, a logarithm; places left and right of 0."""
    yield cubic, 1.0
    yield abs, 0.0
    yield np.exp, 0.5
    yield wave, float(rng.uniform(-0.4, 0.4))
    yield np.log, float(rng.uniform(2.5, 4.0))
    yield cubic, float(rng.uniform(-2.0, -1.5))


def graphs(rng):
    """One path, two, several."""
    yield np.array([3.0]), np.array([2.0])
    yield np.array([2.0, -1.0]), np.array([5.0, 4.0])
    yield rng.normal(size=3), rng.normal(size=3)
    yield rng.normal(size=5), rng.normal(size=5)


def quadratics(rng):
    """A symmetric table, tables that are not, one dimension, a zero b."""
    S = rng.normal(size=(2, 2))
    yield rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=2)
    yield S + S.T, rng.normal(size=2), rng.normal(size=2)
    yield np.array([[3.0]]), np.array([1.0]), np.array([2.0])
    yield rng.normal(size=(4, 4)), np.zeros(4), rng.normal(size=4)


def samples(rng):
    """Two values, equal values, one value, far from zero, many."""
    yield (np.array([1.0, 3.0, 5.0]),)
    yield (np.array([2.0, 2.0]),)
    yield (np.array([-4.0]),)
    yield (1e5 + rng.normal(size=5),)
    yield (rng.normal(size=8),)


def coins(rng):
    """A few tosses, no heads, only heads, certain coins, and ten thousand tosses."""
    yield 1, 2, 0.5
    yield 7, 10, 0.25
    yield 0, 3, 0.25
    yield 4, 4, 0.75
    yield 0, 5, 0.0
    yield 3, 5, 0.0
    yield 3, 3, 1.0
    yield int(rng.integers(6000, 8000)), 10_000, round(float(rng.uniform(0.2, 0.8)), 2)


def measurements(rng):
    """Few values, and so many, or so far away, that a product of small numbers becomes 0."""
    candidates = np.linspace(0, 10, 21)
    yield np.array([4.0, 5.0, 6.0]), candidates
    yield np.array([2.0, 2.5]), np.array([1.0, 2.5, 9.0])
    yield np.array([1.0, 1.0, 1.0, 7.0]), candidates
    yield np.array([0.0, 0.2, 3.0, 9.0, 10.0]), candidates
    yield rng.normal(float(rng.choice([2.0, 7.0])), 1.0, size=3000), candidates
    yield np.array([60.0, 61.0, 65.5]), np.array([10.0, 20.0, 30.0])
