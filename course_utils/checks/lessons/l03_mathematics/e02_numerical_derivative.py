"""Exercise 03.2: A derivative from two calls."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def numerical_derivative(f, x):
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


def derivative_scaled_step(f, x):
    h = 1e-6 * max(1.0, abs(x))
    return (f(x + h) - f(x - h)) / ((x + h) - (x - h))


def derivative_four_points(f, x):
    h = 1e-3
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


def derivative_one_h(f, x):
    h = 1e-5
    return (f(x + h) - f(x - h)) / h


def derivative_one_sided(f, x):
    h = 1e-3
    return (f(x + h) - f(x)) / h


def derivative_one_sided_small(f, x):
    h = 1e-5
    return (f(x + h) - f(x)) / h


def derivative_large_step(f, x):
    return (f(x + 1.0) - f(x - 1.0)) / 2.0


def derivative_tiny_step(f, x):
    h = 1e-15
    return (f(x + h) - f(x - h)) / (2 * h)


def derivative_backwards(f, x):
    return -numerical_derivative(f, x)


def derivative_not_divided(f, x):
    h = 1e-5
    return f(x + h) - f(x - h)


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


EXERCISE = Exercise(
    id="03.2",
    title="A derivative from two calls",
    name="numerical_derivative",
    points=3,
    minutes=16,
    difficulty=2,
    section="2. The derivative is a slope",
    reference=numerical_derivative,
    cases=curves,
    rtol=1e-5,
    atol=1e-6,
    alternatives=[derivative_scaled_step, derivative_four_points],
    misconceptions=[
        Misconception(
            "divided-by-h",
            derivative_one_h,
            "Exactly twice too large. From x - h to x + h is how far?",
        ),
        Misconception(
            "one-sided",
            derivative_one_sided,
            "Nearly. A step to one side has an error that falls only with h. Step to both sides, (3.5).",
        ),
        Misconception(
            "one-sided-small",
            derivative_one_sided_small,
            "A small step, but to one side: five digits instead of ten, and at a kink it sees one side. Use (3.5).",
        ),
        Misconception(
            "large-step",
            derivative_large_step,
            "With a step of 1 you measure the slope between two far places. How small may h be?",
        ),
        Misconception(
            "tiny-step",
            derivative_tiny_step,
            "The step is so small that only rounding is left. The lesson measured which step is best.",
            family="numerical instability",
        ),
        Misconception(
            "sign", derivative_backwards, "The sign is turned round: f(x + h) comes first.", family="wrong sign"
        ),
        Misconception("not-divided", derivative_not_divided, "This is the height won. A slope is height by distance."),
    ],
    hints=[
        "Formula (3.5), with which h?",
        "In the lesson's table, 1e-5 is a good step.",
        "return (f(…) - f(…)) / (…)",
    ],
    forbidden=["family:numerical gradient"],
    takeaway="With it you can check every derivative of this course.",
)
