"""Exercise 03.1: The matrix product in three loops."""

import math
from fractions import Fraction

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def matmul_loops(A, B):
    result = np.zeros((A.shape[0], B.shape[1]))
    for i in range(A.shape[0]):
        for k in range(B.shape[1]):
            for j in range(A.shape[1]):
                result[i, k] += A[i, j] * B[j, k]
    return result


def matmul_dots(A, B):
    return np.array([[sum(row * column) for column in B.T] for row in A])


def matmul_outer(A, B):
    return sum(A[:, j, None] * B[j] for j in range(A.shape[1]))


def matmul_swapped(A, B):
    return matmul_loops(A, B).T


def matmul_last_only(A, B):
    result = np.zeros((A.shape[0], B.shape[1]))
    for i in range(A.shape[0]):
        for k in range(B.shape[1]):
            for j in range(A.shape[1]):
                result[i, k] = A[i, j] * B[j, k]
    return result


def matmul_short(A, B):
    return matmul_loops(A[:, :-1], B[:-1])


def matmul_entrywise(A, B):
    return A * B


def matmul_row_row(A, B):
    return np.array([[sum(A[i] * B[k]) for k in range(B.shape[1])] for i in range(A.shape[0])])


def matmul_from_one(A, B):
    result = np.zeros((A.shape[0], B.shape[1]))
    for i in range(1, A.shape[0]):
        for k in range(1, B.shape[1]):
            for j in range(1, A.shape[1]):
                result[i, k] += A[i, j] * B[j, k]
    return result


def matmul_sum_goes_on(A, B):
    """The running sum begins once a row, not once an entry."""
    return np.cumsum(matmul_loops(A, B), axis=1)


def matmul_short_and_turned(A, B):
    return matmul_short(A, B).T


def matmul_fractions(A, B):
    rows = [[sum(Fraction(a) * Fraction(b) for a, b in zip(row, column, strict=True)) for column in B.T] for row in A]
    return np.array([[float(entry) for entry in row] for row in rows])


def matmul_while(A, B):
    flat, i = [], 0
    while i < len(A):
        flat += [math.fsum((A[i] * B[:, k]).tolist()) for k in range(B.shape[1])]
        i += 1
    return np.reshape(flat, (len(A), -1))


def matrices(rng):
    """A row times a column, unequal sizes, one entry, square."""
    for n, d, m in [(1, 3, 1), (2, 3, 4), (1, 1, 2), (3, 3, 3), (4, 2, 1)]:
        yield rng.normal(size=(n, d)), rng.normal(size=(d, m))


EXERCISE = Exercise(
    id="03.1",
    title="The matrix product in three loops",
    name="matmul_loops",
    points=2,
    minutes=22,
    difficulty=2,
    section="1. Vectors and matrices",
    reference=matmul_loops,
    cases=matrices,
    alternatives=[matmul_dots, matmul_outer, matmul_fractions, matmul_while],
    misconceptions=[
        Misconception(
            "overwritten",
            matmul_last_only,
            "Only the last product of each sum is left: `=` overwrites what was there. What adds to it?",
        ),
        Misconception(
            "transposed",
            matmul_swapped,
            "Rows and columns have changed places. Row i of A belongs to row i of the result.",
            family="transposed",
        ),
        Misconception(
            "one-short",
            matmul_short,
            "The last term of each sum is missing: where does your range end?",
            family="off by one",
        ),
        Misconception(
            "entry-by-entry",
            matmul_entrywise,
            "`*` multiplies entry by entry (or fails). The matrix product adds up along the inner size.",
        ),
        Misconception(
            "row-with-row",
            matmul_row_row,
            "You multiply rows of A with rows of B. In (3.2), j runs along a row of A and down a *column* of B.",
        ),
        Misconception(
            "from-one",
            matmul_from_one,
            "The first row, the first column and the first term of each sum are left out: where does a count begin in "
            "Python?",
            family="off by one",
        ),
        Misconception(
            "sum-goes-on",
            matmul_sum_goes_on,
            "The first column is right, and every entry after it also holds the sums before it. For which entry must "
            "the sum begin at 0 again?",
        ),
        Misconception(
            "short-and-transposed",
            matmul_short_and_turned,
            "Two things at once: rows and columns have changed places, and the last term of each sum is missing.",
        ),
    ],
    hints=[
        "How many entries has the result? One dot product for each.",
        "Begin with np.zeros((n, m)). Two loops choose the entry, the third one walks along the inner size and adds.",
        "for i …: for k …: for j in range(…): result[i, k] … A[i, j] * B[…]",
    ],
    forbidden=["family:matrix product"],
    takeaway="Three loops, n · d · m multiplications: the cost of a layer, too.",
)
