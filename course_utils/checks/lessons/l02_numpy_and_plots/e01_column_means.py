"""Exercise 02.1: The mean of every column."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def column_means(X):
    return X.mean(axis=0)


def column_means_loop(X):
    return np.array([sum(X[:, j]) / len(X) for j in range(X.shape[1])])


def tables(rng):
    """One row, one column, wide, tall, and far from zero."""
    for shape in [(2, 3), (1, 4), (5, 1), (6, 2)]:
        yield (rng.normal(size=shape),)
    yield (1e6 + rng.normal(size=(3, 4)),)


EXERCISE = Exercise(
    id="02.1",
    title="The mean of every column",
    name="column_means",
    points=1,
    minutes=8,
    difficulty=1,
    section="2. Shape and axis",
    reference=column_means,
    cases=tables,
    alternatives=[
        lambda X: X.sum(axis=0) / X.shape[0],
        column_means_loop,
        lambda X: np.einsum("ij->j", X) / len(X),
        lambda X: np.cumsum(X, axis=0)[-1] / len(X),
        lambda X: np.array([sum(column) / len(column) for column in zip(*X, strict=True)]),
    ],
    misconceptions=[
        Misconception(
            "row-means",
            lambda X: X.mean(axis=1),
            "These are the means of the rows. The axis that you name is the one that disappears: which should go?",
            family="wrong axis",
        ),
        Misconception(
            "one-mean",
            lambda X: X.mean(),
            "This is one mean of all entries. Without an axis everything is summed away.",
            family="wrong axis",
        ),
        Misconception(
            "axis-kept",
            lambda X: X.mean(axis=0, keepdims=True),
            "Right numbers, but with shape (1, d): keepdims left an axis of size 1. Asked is shape (d,).",
        ),
        Misconception(
            "sums",
            lambda X: X.sum(axis=0),
            "These are sums. By how many must they be divided?",
            family="mean and sum confused",
        ),
        Misconception(
            "divided-by-columns",
            lambda X: X.sum(axis=0) / X.shape[1],
            "You divided by the number of columns. How many numbers stand in one column?",
        ),
        Misconception(
            "divided-by-all",
            lambda X: X.sum(axis=0) / X.size,
            "You divided by how many numbers the whole table has. How many stand in one column?",
        ),
        Misconception(
            "whole-division",
            lambda X: X.sum(axis=0) // len(X),
            "Your means are whole numbers: `//` rounds down. The sign for ordinary division is `/`.",
        ),
        Misconception(
            "between-the-ends",
            lambda X: (X.min(axis=0) + X.max(axis=0)) / 2,
            "This lies in the middle between the smallest and the largest of a column. A mean counts all of them.",
        ),
    ],
    hints=[
        "X has shape (n, d). Which of the two has to disappear, so that (d,) is left?",
        "Rows are axis 0. The axis that you name in `mean` is summed away.",
        "return X.mean(axis=…)",
    ],
    takeaway="The axis you name is the axis that goes.",
)
