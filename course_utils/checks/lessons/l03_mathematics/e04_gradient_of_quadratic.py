"""Exercise 03.4: The gradient of a bowl."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def gradient_of_quadratic(A, b, x):
    return (A + A.T) @ x + b


def gradient_by_sums(A, b, x):
    return np.array([A[i] @ x + A[:, i] @ x + b[i] for i in range(len(x))])


def gradient_einsum(A, b, x):
    return np.einsum("ij,j->i", A, x) + np.einsum("ij,i->j", A, x) + b


def gradient_symmetric_only(A, b, x):
    return 2 * A @ x + b


def gradient_without_b(A, b, x):
    return (A + A.T) @ x


def gradient_one_path(A, b, x):
    return A @ x + b


def gradient_transposed_only(A, b, x):
    return 2 * A.T @ x + b


def quadratic_value(A, b, x):
    return x @ A @ x + b @ x


def quadratics(rng):
    """A symmetric table, tables that are not, one dimension, a zero b."""
    S = rng.normal(size=(2, 2))
    yield rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=2)
    yield S + S.T, rng.normal(size=2), rng.normal(size=2)
    yield np.array([[3.0]]), np.array([1.0]), np.array([2.0])
    yield rng.normal(size=(4, 4)), np.zeros(4), rng.normal(size=4)


EXERCISE = Exercise(
    id="03.4",
    title="The gradient of a bowl",
    name="gradient_of_quadratic",
    points=4,
    minutes=30,
    difficulty=4,
    section="4. Many inputs: the gradient",
    reference=gradient_of_quadratic,
    cases=quadratics,
    alternatives=[gradient_by_sums, gradient_einsum],
    misconceptions=[
        Misconception(
            "symmetric-only",
            gradient_symmetric_only,
            "Right if A is symmetric. Otherwise x_i meets A[i, j] as a row *and* as a column: what takes its place?",
        ),
        Misconception(
            "without-b", gradient_without_b, "The slope of b · x is missing: what is its partial derivative for x_i?"
        ),
        Misconception(
            "one-of-two",
            gradient_one_path,
            "x stands twice in x · A x. You have followed one of the two paths; add the other.",
        ),
        Misconception(
            "transposed-only",
            gradient_transposed_only,
            "You followed the same path twice. One of the two gives A x, the other Aᵀ x.",
        ),
        Misconception(
            "value",
            quadratic_value,
            "This is the height itself. The gradient is a vector: one slope for each entry of x.",
        ),
    ],
    hints=[
        "Write the sum out for two entries: x₁A₁₁x₁ + x₁A₁₂x₂ + x₂A₂₁x₁ + x₂A₂₂x₂ + b₁x₁ + b₂x₂. Its slope for x₁?",
        "x_i occurs in row i (A[i, j] x_j) and in column i (A[j, i] x_j).",
        "return (A + …) @ x + …",
    ],
    forbidden=["family:numerical gradient", "family:automatic gradient"],
    takeaway="For symmetric A it is 2Ax + b, the gradient behind lesson 04.",
)
