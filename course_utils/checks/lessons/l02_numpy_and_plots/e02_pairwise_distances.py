"""Exercise 02.2: All distances, no loop."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception, quietly


def pairwise_distances(A, B):
    return np.sqrt(((A[:, None, :] - B[None, :, :]) ** 2).sum(axis=-1))


def pairwise_by_norm(A, B):
    return np.linalg.norm(A[:, None] - B, axis=2)


def pairwise_squared(A, B):
    return ((A[:, None] - B) ** 2).sum(axis=-1)


def pairwise_manhattan(A, B):
    return np.abs(A[:, None] - B).sum(axis=-1)


def pairwise_no_sum(A, B):
    return np.sqrt((A[:, None] - B) ** 2)


def pairwise_root_inside(A, B):
    return np.abs((A[:, None] - B).sum(axis=-1))


def pairwise_transposed(A, B):
    return pairwise_distances(A, B).T


def pairwise_mean(A, B):
    return np.sqrt(((A[:, None] - B) ** 2).mean(axis=-1))


def pairwise_half(A, B):
    return pairwise_squared(A, B) / 2


def pairwise_sums(A, B):
    return np.sqrt(((A[:, None] + B) ** 2).sum(axis=-1))


def pairwise_over_points(A, B):
    return np.sqrt(((A[:, None] - B) ** 2).sum(axis=1))


@quietly
def pairwise_products(A, B):
    return np.sqrt((A**2).sum(axis=1)[:, None] + (B**2).sum(axis=1) - 2 * A @ B.T)


def pairwise_repeated(A, B):
    d = np.repeat(A, len(B), axis=0) - np.tile(B, (len(A), 1))
    return np.hypot.reduce(d, axis=1).reshape(len(A), len(B))


def has_nan(received, expected, case):
    """Right wherever it is a number at all, and no number where a point meets itself?"""
    lost = np.isnan(received)
    return lost.any() and np.allclose(received[~lost], expected[~lost], atol=1e-6) and not expected[lost].any()


def point_sets(rng):
    """Unequal numbers of points, one point, one dimension, and points met by themselves."""
    yield np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 0.0]])
    yield rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    yield rng.normal(size=(2, 1)), rng.normal(size=(3, 1))
    yield rng.normal(size=(4, 5)), rng.normal(size=(1, 5))
    points = rng.normal(size=(3, 3))
    yield points, points.copy()
    points = rng.uniform(size=(120, 3))  # in so many, rounding makes some -2ab + a² + b² fall below 0 at every seed
    yield points, points.copy()


EXERCISE = Exercise(
    id="02.2",
    title="All distances, no loop",
    name="pairwise_distances",
    points=3,
    minutes=30,
    difficulty=3,
    section="4. Broadcasting",
    reference=pairwise_distances,
    cases=point_sets,
    atol=1e-7,
    alternatives=[
        pairwise_by_norm,
        pairwise_repeated,
        lambda A, B: np.sqrt(np.einsum("ijk->ij", (A[:, None] - B) ** 2)),
    ],
    misconceptions=[
        Misconception(
            "no-root",
            pairwise_squared,
            "These are the *squared* distances: (3, 4) is at distance 5 from the origin, not 25.",
        ),
        Misconception(
            "absolute",
            pairwise_manhattan,
            "You added up the absolute differences: 3 + 4 = 7. The straight way is shorter (Pythagoras).",
        ),
        Misconception(
            "not-summed",
            pairwise_no_sum,
            "The coordinates are still apart: one axis too many. Over which one is to be summed before the root?",
        ),
        Misconception(
            "summed-too-early",
            pairwise_root_inside,
            "The differences were summed before they were squared, so they cancel each other.",
        ),
        Misconception(
            "transposed",
            pairwise_transposed,
            "Rows and columns have changed places: entry (i, j) should be the distance from A[i] to B[j].",
            family="transposed",
        ),
        Misconception(
            "mean-of-squares",
            pairwise_mean,
            "You took the mean of the squared differences. Asked is the root of their sum.",
            family="mean and sum confused",
        ),
        Misconception(
            "half-the-square",
            pairwise_half,
            "These are halves of the squared distances. A power comes before a division, so `** 1/2` halves: what "
            "makes a root?",
        ),
        Misconception(
            "added",
            pairwise_sums,
            "You added the coordinates of the two points. A distance begins with their difference.",
            family="wrong sign",
        ),
        Misconception(
            "summed-over-points",
            pairwise_over_points,
            "You summed over the points of B. In shape (n, m, d), where are the coordinates?",
            family="wrong axis",
        ),
        Misconception(
            "below-0-by-rounding",
            pairwise_products,
            "Right but for points that meet themselves: there a² + b² - 2ab is not quite 0, sometimes a tiny bit "
            "below, and has no root (NaN). Take the differences first, or let nothing fall below 0.",
            seen=has_nan,
            family="numerical instability",
        ),
    ],
    hints=[
        "The result has shape (n, m). Which shapes, made from (n, d) and (m, d), are repeated to (n, m, d)?",
        "`A[:, None, :]` has shape (n, 1, d). What does minus B, of shape (m, d), give?",
        "np.sqrt(((A[…] - B[…]) ** 2).sum(axis=…))",
    ],
    forbidden=["family:pairwise distances", "family:loop"],
    takeaway="Two axes of size 1 in the right places replace two loops.",
)
