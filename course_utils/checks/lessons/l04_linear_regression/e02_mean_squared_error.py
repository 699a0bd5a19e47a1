"""Exercise 04.2: The mean squared error without a loop."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception, quietly
from course_utils.checks.lessons.l04_linear_regression.shared import mean_squared_error


def error_cases(rng):
    for n in [5, 8, 2, 1]:
        y = rng.normal(size=n)
        yield y + rng.uniform(0.5, 1.5, n) * rng.choice([-1.0, 1.0], n), y
    yield np.full(4, 1e6) + rng.normal(size=4), rng.normal(size=4)
    same = rng.normal(size=3)
    yield same, same.copy()


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="04.2", title="The mean squared error without a loop", name="mean_squared_error", points=2, minutes=6,
    difficulty=1, section="2. A line, and how wrong it is", reference=mean_squared_error,
    cases=error_cases,
    forbidden=("family:mean squared error", "family:loop"),
    alternatives=[
        lambda pred, y: np.einsum("i,i->", pred - y, pred - y) / len(pred),
        lambda pred, y: (pred - y) @ (pred - y) / len(y),
        lambda pred, y: np.square(y - pred).sum() / y.size,
        lambda pred, y: np.linalg.norm(pred - y) ** 2 / len(y),
        lambda pred, y: sum((pred - y) ** 2) / len(y),
        lambda pred, y: np.var(pred - y) + np.mean(pred - y) ** 2,
    ],
    misconceptions=[
        Misconception("half", lambda pred, y: np.mean((pred - y) ** 2) / 2,
            "Exactly half of what is asked. Some books put 1/2 before the mean to save a 2 in the derivative; "
            "(4.2) does not, nor do PyTorch and Keras.", family="a factor forgotten or doubled"),
        Misconception("sum", lambda pred, y: np.sum((pred - y) ** 2),
            "This is the sum of the squares: it grows with every person you add, even if all errors stay alike. "
            "What is missing in front of the sum of (4.2)?", family="mean and sum confused"),
        Misconception("root", lambda pred, y: np.sqrt(np.mean((pred - y) ** 2)),
            "This is the root of the mean squared error. It has the unit of the target, which is good for reading, "
            "but (4.2) stops before the root."),
        Misconception("absolute", lambda pred, y: np.mean(np.abs(pred - y)),
            "This is the mean of the distances |e|, another good loss. Here large errors shall count more: square."),
        Misconception("signed", lambda pred, y: np.mean(pred - y),
            "Too high and too low cancel here, as in the quiz of section 2. What happens to each error before the "
            "mean is taken?"),
        Misconception("square-last", lambda pred, y: np.mean(pred - y) ** 2,
            "You took the mean first and squared last, so errors of opposite sign cancelled before the square "
            "could help. Which comes first in (4.2)?"),
        Misconception("n-minus-1", quietly(lambda pred, y: np.sum((pred - y) ** 2) / (len(y) - 1)),
            "You divided by n - 1. That is for the variance of a sample whose mean was estimated; (4.2) divides by "
            "n."),
        Misconception("one-for-each", lambda pred, y: (pred - y) ** 2,
            "These are the squares, one for each person. A loss is one number: which function makes one of many?",
            family="a value for each example instead of one"),
        Misconception("half-of-the-sum", lambda pred, y: np.sum((pred - y) ** 2) / 2,
            "Two things at once: the squares are added up without dividing by n, and a half stands before them."),
        Misconception("root-of-the-sum", lambda pred, y: np.sqrt(np.sum((pred - y) ** 2)),
            "Two things at once: a root is taken, and the squares are added up without dividing by n. This is the "
            "length of the error vector."),
        Misconception("spread-of-errors", lambda pred, y: np.var(pred - y),
            "This is the spread of the errors around their mean. If all predictions are 3 too high, what must the loss "
            "say?"),
        Misconception("squares-apart", lambda pred, y: np.mean(pred**2 - y**2),
            "You squared predictions and targets by themselves. What is squared in (4.2) is their difference."),
        Misconception("target-squared", lambda pred, y: np.mean(pred - y**2),
            "Only the target is squared: a power comes before a minus. What belongs into brackets?"),
        Misconception("added", lambda pred, y: np.mean((pred + y) ** 2),
            "An error is how far a prediction lies from its target. Which sign stands between them?",
            family="wrong sign"),
        Misconception("each-with-each", lambda pred, y: np.mean((pred[:, None] - y) ** 2),
            "Every prediction is compared with every target, n times n pairs: a column of shape (n, 1) met (n,). Each "
            "person has one error."),
    ],
    hints=[
        "Say (4.2) aloud from the inside to the outside. What is the innermost step?",
        "NumPy subtracts and squares whole arrays: no loop is needed. One more function makes one number of them.",
        "error = ... ; squared = ... ; return the mean of squared.",
    ],
    takeaway="Difference, square, mean: in this order.",
)
