"""The cases on which the exercises of lesson 23 are tried."""

import numpy as np


# 23.1 ----------------------------------------------------------------------------------------------------------------
def value_cases(rng):
    for m, n in [(3, 5), (4, 2), (1, 3), (6, 6)]:
        yield rng.uniform(0.55, 0.95, m), rng.uniform(0.1, 0.4, n)
    yield np.full(2, 0.5), np.full(3, 0.5)
    yield np.array([0.9, 1e-6]), np.array([0.25, 0.5, 1 - 1e-6])
    yield np.ones(2), np.zeros(1)  # the discriminator is right, and certain


# 23.2 ----------------------------------------------------------------------------------------------------------------
def density_cases(rng):
    for shape in [(4,), (5,), (2, 3), (1,)]:
        yield rng.uniform(0.1, 0.8, shape), rng.uniform(0.9, 3.0, shape)
    yield rng.uniform(0.5, 3.0, 6), rng.uniform(0.2, 0.9, 6)
    yield np.array([0.3, 0.0, 0.7, 0.2]), np.array([0.0, 0.5, 0.7, 0.6])
    yield 1e-12 * rng.uniform(0.1, 0.8, 3), 1e-12 * rng.uniform(0.9, 3.0, 3)  # far out in both tails


# 23.3 ----------------------------------------------------------------------------------------------------------------
def distribution_cases(rng):
    for K in (4, 3, 6, 2, 5):
        yield distribution(K, rng), distribution(K, rng)
    p = distribution(5, rng)
    yield p, p.copy()
    yield np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])
    zero_in_p, zero_in_q, zero_in_both = distribution(4, rng), distribution(4, rng), distribution(3, rng)
    yield np.append(zero_in_p, 0.0), distribution(5, rng)
    yield distribution(5, rng), np.insert(zero_in_q, 1, 0.0)
    yield np.append(zero_in_both, 0.0), np.append(zero_in_both[::-1], 0.0)


def distribution(K, rng):
    """K probabilities, none very small, no two alike."""
    p = rng.permutation(np.arange(1.0, K + 1)) + rng.uniform(0.0, 0.5, K)
    return p / p.sum()


# 23.4, 23.5 ----------------------------------------------------------------------------------------------------------
def pair_cases(rng):
    for m, n in [(3, 5), (4, 2), (5, 5), (1, 2)]:
        yield logits(m, rng) + 0.7, logits(n, rng) - 0.4
    yield np.array([1000.0, -1000.0, 0.5]), np.array([-1000.0, 1000.0])
    yield np.array([40.0, -40.0, 1.0]), np.array([40.0, -2.0, -40.0])
    yield np.array([1000.0, 1000.0]), np.array([-1000.0])


def logits(n, rng):
    """n logits of both signs, none near 0."""
    signs = rng.permutation(np.where(np.arange(n) % 2, 1.0, -1.0))
    return signs * rng.uniform(0.8, 3.0, n)


def fake_cases(rng):
    for n in (4, 3, 6):
        yield logits(n, rng) - 0.4
    yield np.array([-1.5])
    yield np.array([-1000.0, 1000.0, 0.5])
    yield np.array([40.0, -40.0])
    yield np.array([1000.0, 1000.0])


# 23.6 ----------------------------------------------------------------------------------------------------------------
def coverage_cases(rng):
    for K, D, radius in [(5, 2, 0.4), (4, 2, 2.5), (3, 3, 0.4), (6, 1, 2.0)]:
        yield ring_of_samples(K, D, radius, rng)
    center = rng.normal(size=(3, 2)) + 20 * np.arange(3.0)[:, None]
    yield center[1] + 0.1 * rng.normal(size=(7, 2)), center, 1.0  # collapsed: all samples in one mode
    yield center[:2] + 5.0, center, 1.0  # no sample near any
    yield center[[2, 0, 1, 1]] + 0.1, center, 0.5  # all are reached
    yield center[:1] + 0.1, center[:1], 0.5
    yield np.array([[3.0, 4.0], [9.0, 9.0]]), np.array([[0.0, 0.0], [50.0, 0.0]]), 5.0  # just at the radius
    yield np.concatenate([center[:1].repeat(70, axis=0) + 0.1, center[1:2]]), center, 1.0  # one of 71 is enough


def ring_of_samples(K, D, radius, rng):
    """Centres far from each other; the first is reached by many, some only nearly, the last by none."""
    centers = 12.0 * radius * np.arange(1.0, K + 1)[:, None] * np.ones(D) + rng.uniform(-1, 1, (K, D)) * radius
    way = np.ones(D) / np.sqrt(D)
    reached = [centers[0] + s * radius * way for s in (0.1, -0.2, 0.3)] + [centers[1] + 0.95 * radius * way]
    nearly = [centers[2] + 1.1 * radius * way]  # with each number at most the radius, but not the distance
    order = rng.permutation(5)
    return np.array([*reached, *nearly])[order], rng.permutation(centers), radius


# 23.7 ----------------------------------------------------------------------------------------------------------------
def step_cases(rng):
    for m, n in [(4, 6), (5, 3), (1, 2), (6, 6)]:
        w, scale = rng.uniform(0.5, 2.0, 2) * rng.choice([-1.0, 1.0], 2)
        c, shift, lr = rng.uniform(0.3, 1.0) * rng.choice([-1.0, 1.0]), rng.uniform(-1.0, 1.0), rng.uniform(0.1, 0.5)
        yield float(w), float(c), float(scale), float(shift), 3 + rng.normal(size=m), rng.normal(size=n), float(lr)
