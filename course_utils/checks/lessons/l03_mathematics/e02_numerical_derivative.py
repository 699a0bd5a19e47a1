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


def derivative_one_side_at_a_kink(f, x):
    h = 1e-8
    return (f(x + h) - f(x)) / h


def derivative_left_side(f, x):
    h = 1e-8
    return (f(x) - f(x - h)) / h


def derivative_one_side_by_two(f, x):
    h = 1e-6
    return (f(x + h) - f(x)) / (2 * h)


def derivative_without_sign(f, x):
    return abs(numerical_derivative(f, x))


def derivative_second(f, x):
    h = 1e-3
    return (f(x + h) - 2 * f(x) + f(x - h)) / h**2


def derivative_bracket(f, x):
    h = 1e-5
    return f(x + h) - f(x - h) / (2 * h)


def derivative_beside_f(f, x):
    h = 1e-5
    return ((f(x) + h) - (f(x) - h)) / (2 * h)


def derivative_left_to_right(f, x):
    h = 1e-5
    return (f(x + h) - f(x - h)) / 2 * h


def derivative_back_by_h(f, x):
    return -derivative_one_h(f, x)


def derivative_whole_place(f, x):
    return numerical_derivative(f, int(x))


def derivative_relative_step(f, x):
    h = 1e-5 * abs(x)
    return (f(x + h) - f(x - h)) / (2 * h) if h else 0.0


def derivative_two_sides(f, x):
    h = 1e-6
    return ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h) / 2


def derivative_parabola(f, x):
    h = 1e-4
    return np.polyfit([-1, 0, 1], [f(x - h), f(x), f(x + h)], 2)[1] / h


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


def gentle(x):
    return 1e-4 * x**3


def curves(rng):
    """A polynomial, a wave, an exponential, a logarithm; places left and right of 0, 0 itself, a very small slope."""
    yield cubic, 1.0
    yield abs, 0.0
    yield np.exp, 0.0
    yield gentle, 1.23
    yield np.cos, 1.0  # falls
    yield np.exp, 0.5
    yield wave, float(rng.uniform(-0.4, 0.4))
    yield np.log, float(rng.uniform(2.5, 4.0))
    yield cubic, float(rng.uniform(-2.0, -1.5))


EXERCISE = Exercise(
    id="03.2",
    title="A derivative from two calls",
    name="numerical_derivative",
    points=3,
    minutes=12,
    difficulty=2,
    section="2. The derivative is a slope",
    reference=numerical_derivative,
    cases=curves,
    rtol=1e-5,
    atol=1e-9,
    alternatives=[derivative_scaled_step, derivative_four_points, derivative_two_sides, derivative_parabola],
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
        Misconception(
            "one-side-at-a-kink",
            derivative_one_side_at_a_kink,
            "Right where the curve is smooth, but at the kink of `abs` you see the right side only. Step as far to the "
            "left as to the right.",
        ),
        Misconception(
            "left-side-at-a-kink",
            derivative_left_side,
            "Right where the curve is smooth, but at the kink of `abs` you see the left side only. Step as far to the "
            "right as to the left.",
        ),
        Misconception(
            "one-side-by-two",
            derivative_one_side_by_two,
            "Half of the slope: you step to one side, a way of h, and divide by 2h. From where to where does (3.5) go?",
        ),
        Misconception(
            "without-sign",
            derivative_without_sign,
            "A curve that falls has a slope below 0. What does `abs` do to that?",
        ),
        Misconception(
            "second-slope",
            derivative_second,
            "This is how the slope itself changes, the second derivative. The first needs f at two places only.",
        ),
        Misconception(
            "bracket-forgotten",
            derivative_bracket,
            "Only the second height is divided: `/` comes before `-`. What belongs into brackets?",
        ),
        Misconception(
            "step-beside-f",
            derivative_beside_f,
            "The slope is 1 everywhere: your h is added to the *result* of f. It belongs to the place, inside f(…).",
        ),
        Misconception(
            "multiplied-by-h",
            derivative_left_to_right,
            "Far too small: you divide by 2 and then multiply by h, for Python goes from left to right. Put brackets "
            "round what is to divide.",
        ),
        Misconception(
            "sign-and-factor",
            derivative_back_by_h,
            "Two things at once: the sign is turned round, and the number is twice too large. Which call comes first, "
            "and how far apart are the two places?",
        ),
        Misconception(
            "whole-place",
            derivative_whole_place,
            "The slope is right where x is a whole number. Elsewhere you measure at another place: what becomes of x?",
        ),
        Misconception(
            "step-is-nothing-at-0",
            derivative_relative_step,
            "At x = 0 you say 0, whatever the function is. If the step is a share of x, how long is it there?",
        ),
    ],
    hints=[
        "Formula (3.5), with which h?",
        "In the lesson's table, 1e-5 is a good step.",
        "return (f(…) - f(…)) / (…)",
    ],
    forbidden=["family:numerical gradient"],
    takeaway="With it you can check every derivative of this course.",
)
