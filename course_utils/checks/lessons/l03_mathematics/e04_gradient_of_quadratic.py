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


def gradient_halved(A, b, x):
    return (A + A.T) / 2 @ x + b


def gradient_minus_b(A, b, x):
    return (A + A.T) @ x - b


def gradient_diagonal_once(A, b, x):
    return (A + A.T) @ x - np.diag(A) * x + b


def gradient_diagonal_only(A, b, x):
    return 2 * np.diag(A) * x + b


def gradient_b_each_time(A, b, x):
    return (A + A.T) @ x + len(x) * b


def gradient_b_times_x(A, b, x):
    return (A + A.T) @ x + b * x


def gradient_downhill(A, b, x):
    return -gradient_of_quadratic(A, b, x)


def gradient_difference(A, b, x):
    return (A - A.T) @ x + b


def gradient_two_wrong(A, b, x):
    return 2 * A @ x - b


def gradient_by_steps_of_one(A, b, x):
    height = lambda place: place @ A @ place + b @ place  # noqa: E731
    return np.array([(height(x + e) - height(x - e)) / 2 for e in np.eye(len(x))])


def gradient_of_rows(A, b, x):
    return x @ A + A @ x + b


def gradient_two_only(A, b, x):
    both = A[0, 1] + A[1, 0]
    return np.array([2 * A[0, 0] * x[0] + both * x[1] + b[0], both * x[0] + 2 * A[1, 1] * x[1] + b[1]])


def gradient_two_only_x_first(A, b, x):
    return x[1] * 0 + gradient_two_only(A, b, x)


def gradient_two_names(A, b, x):
    x1, x2 = x
    return gradient_two_only(A, b, np.array([x1, x2]))


def gradient_two_filled_in(A, b, x):
    result = np.zeros(len(x))
    result[:2] = gradient_two_only(A, b, x)
    return result


def gradient_two_filled_in_x_first(A, b, x):
    return x[1] * 0 + gradient_two_filled_in(A, b, x)


TWO_ONLY = {
    "two-entries-only": (gradient_two_only, "Which sum over j do your two terms with x₁ and x₂ belong to?"),
    "two-entries-x-first": (gradient_two_only_x_first, "Of which sum over j are your two terms with x₁ and x₂?"),
    "two-names-only": (gradient_two_names, "Give no name to each entry: which sum over j holds for all of them?"),
    "two-places-filled-in": (gradient_two_filled_in, "A loop over i fills all places: which sum stands in place i?"),
    "two-places-x-first": (gradient_two_filled_in_x_first, "Fill place i in a loop over i: by which sum over j?"),
}


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
    minutes=40,
    difficulty=4,
    section="4. Many inputs: the gradient",
    reference=gradient_of_quadratic,
    cases=quadratics,
    alternatives=[gradient_by_sums, gradient_einsum, gradient_by_steps_of_one, gradient_of_rows],
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
        Misconception(
            "halved",
            gradient_halved,
            "The part of A is half of what it should be: both paths count in full. Why would you take their mean?",
            family="a factor forgotten or doubled",
        ),
        Misconception("b-subtracted", gradient_minus_b, "The sign of b: the height has + b · x. What is its slope?"),
        Misconception(
            "diagonal-once",
            gradient_diagonal_once,
            "The entries beside the diagonal are right. On the diagonal stands A[i, i] x_i²: what is the slope of a "
            "square?",
        ),
        Misconception(
            "diagonal-only",
            gradient_diagonal_only,
            "You differentiate the squares only. x_i is also in the products with every other x_j.",
        ),
        Misconception(
            "b-each-time",
            gradient_b_each_time,
            "b comes in once for each round of the inner loop. How often does b_i x_i stand in the height?",
        ),
        Misconception(
            "b-times-x", gradient_b_times_x, "b_i x_i is the height that b gives, not its slope. How steep is a line?"
        ),
        Misconception(
            "downhill",
            gradient_downhill,
            "This is minus the gradient, the way down. Asked is the gradient itself.",
            family="wrong sign",
        ),
        Misconception(
            "paths-subtracted",
            gradient_difference,
            "The two paths are subtracted from each other. Over paths slopes are added.",
        ),
        Misconception(
            "symmetric-and-minus",
            gradient_two_wrong,
            "Two things at once: the sign of b is turned round, and 2 A x holds for symmetric A only.",
        ),
        *(
            Misconception(
                name,
                answer,
                f"Your formula is right for d = 2. It must serve every d, also 1 and 4. {question}",
            )
            for name, (answer, question) in TWO_ONLY.items()
        ),
    ],
    hints=[
        "Write the sum out for two entries (on paper from 1: x₁ is x[0]): "
        "x₁A₁₁x₁ + x₁A₁₂x₂ + x₂A₂₁x₁ + x₂A₂₂x₂ + b₁x₁ + b₂x₂. Its slope for x₁?",
        "x_i occurs in row i (A[i, j] x_j) and in column i (A[j, i] x_j).",
        "return (A + …) @ x + …",
    ],
    forbidden=["family:numerical gradient", "family:automatic gradient"],
    takeaway="For symmetric A it is 2Ax + b, the gradient behind lesson 04.",
)
