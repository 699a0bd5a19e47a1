"""Exercise 02.2: All distances, no loop."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


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


def point_sets(rng):
    """Unequal numbers of points, one point, one dimension, and a point met by itself."""
    yield np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 0.0]])
    yield rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    yield rng.normal(size=(2, 1)), rng.normal(size=(3, 1))
    yield rng.normal(size=(4, 5)), rng.normal(size=(1, 5))
    points = rng.normal(size=(3, 3))
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
    alternatives=[pairwise_by_norm, lambda A, B: np.sqrt(np.einsum("ijk->ij", (A[:, None] - B) ** 2))],
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
    ],
    hints=[
        "The result has shape (n, m). Which shapes, made from (n, d) and (m, d), are repeated to (n, m, d)?",
        "`A[:, None, :]` has shape (n, 1, d). What does minus B, of shape (m, d), give?",
        "np.sqrt(((A[…] - B[…]) ** 2).sum(axis=…))",
    ],
    forbidden=["family:pairwise distances", "family:loop"],
    takeaway="Two axes of size 1 in the right places replace two loops.",
)
