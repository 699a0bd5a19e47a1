"""Exercise 11.9: Which kernel made this picture?"""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Metric, Misconception
from course_utils.checks.lessons.l11_convolution.shared import conv2d

SIDE, TAP, NOISE = 14, 3, 0.3


def find_kernel(x, y, order=lambda K: K, bias=True):
    """Least squares: every window is an example, every kernel entry a weight."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (TAP, TAP), axis=(1, 2))  # (C, H_out, W_out, 3, 3)
    A = windows.transpose(1, 2, 0, 3, 4).reshape(y.size, -1)
    A = np.column_stack([A, np.full(len(A), float(bias))])
    theta = np.linalg.lstsq(A, y.ravel(), rcond=None)[0]
    return order(theta[:-1].reshape(len(x), TAP, TAP)), float(theta[-1])


def find_by_descent(x, y):
    windows = np.lib.stride_tricks.sliding_window_view(x, (TAP, TAP), axis=(1, 2))
    K, b = np.zeros((len(x), TAP, TAP)), 0.0
    for _ in range(400):
        error = 2 / y.size * (np.tensordot(K, windows, axes=([0, 1, 2], [0, 3, 4])) + b - y)
        K, b = K - 0.1 * np.tensordot(windows, error, axes=([1, 2], [0, 1])), b - 0.1 * error.sum()
    return K, float(b)


def find_by_gradient_equations(x, y):
    """Normal equations instead of a solver for least squares."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (TAP, TAP), axis=(1, 2))
    A = np.column_stack([np.moveaxis(windows, 0, 2).reshape(y.size, -1), np.ones(y.size)])
    theta = np.linalg.solve(A.T @ A, A.T @ y.ravel())
    return theta[:-1].reshape(len(x), TAP, TAP), float(theta[-1])


def filter_cases(rng):
    for C in (1, 2, 3):
        K, b = rng.normal(size=(1, C, TAP, TAP)), rng.uniform(2, 3, 1) * rng.choice([-1.0, 1.0], 1)
        K += rng.choice([-1.0, 1.0]) * 0.5 - K.mean()  # no bias can stand in for the brightness of a picture:
        x = rng.normal(size=(2, C, SIDE, SIDE)) + np.array([0.3, -0.3])[:, None, None, None]  # the other one is darker
        y = conv2d(x, K, b)[:, 0]
        yield Case(x[0], y[0] + NOISE * rng.normal(size=y[0].shape), held=(x[1], y[1]))


def share_of_variance(received, case):
    """Mean squared error on a picture not seen, over the variance of that picture."""
    (K, b), (x, y) = received, case.held
    made = conv2d(x[None], np.asarray(K, dtype=float)[None], np.atleast_1d(np.asarray(b, dtype=float)))[0, 0]
    return float(np.mean((made - y) ** 2) / np.var(y))


def average_as_bias(x, y):
    return find_kernel(x, y - y.mean(), bias=False)[0], float(y.mean())


def bias_is_the_average(received, expected, case):
    return abs(float(np.asarray(received[1]).ravel()[0]) - case.args[1].mean()) < 1e-9 and np.abs(received[0]).max() > 0


def is_turned(turn):
    """Good once the kernel is turned back."""

    def seen(received, expected, case):
        K, b = received
        return share_of_variance((turn(np.asarray(K)), b), case) < 0.03 <= share_of_variance(received, case)

    return seen


def bias_is_missing(received, expected, case):
    return abs(float(np.asarray(received[1]).ravel()[0])) < 1e-6 and np.abs(received[0]).max() > 1e-6


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="11.9", kind="experiment", title="Which kernel made this picture?", name="find_kernel", points=4, minutes=20,
    difficulty=4, section="8. The way back", reference=find_kernel, cases=filter_cases,
    metric=Metric(share_of_variance, "error on a picture not seen, as a share of its variance", at_most=0.03),
    alternatives=[find_by_descent, find_by_gradient_equations],
    misconceptions=[
        Misconception("flipped", lambda x, y: find_kernel(x, y, lambda K: K[:, ::-1, ::-1]),
            "Your kernel would be right if it were turned by half a turn. The picture was made by (11.6), unturned.",
            seen=is_turned(lambda K: K[:, ::-1, ::-1]), family="kernel flipped"),
        Misconception("transposed", lambda x, y: find_kernel(x, y, lambda K: K.swapaxes(1, 2)),
            "Rows and columns of your kernel have changed places.",
            seen=is_turned(lambda K: K.swapaxes(1, 2)), family="transposed"),
        Misconception("no-bias", lambda x, y: find_kernel(x, y, bias=False),
            "Your b is 0, but this picture was lifted by a bias. It is one more unknown number.",
            seen=bias_is_missing, family="bias forgotten"),
        Misconception("average-as-bias", average_as_bias,
            "Your b is the mean of y. It would be the bias if the windows of x had the mean 0; on a darker picture "
            "it is not. Let b be one more unknown, or take the means of the windows into account.",
            seen=bias_is_the_average),
        Misconception("says-the-average", lambda x, y: (np.zeros((len(x), 3, 3)), float(y.mean())),
            "All entries of K are 0: you say the average of y everywhere. That is the baseline, a share of about 1."),
    ],
    hints=[
        "Two ways. Walk: start with K = 0 and follow the gradients of section 8. Solve: each window of x and its y is "
        "one example of a linear regression (lesson 04). How many weights has it?",
        "To solve: the rows of A are the windows of x, C·3·3 numbers each, and a last 1 for the bias; the targets are "
        "y.ravel().",
        "Mind the order of the axes before you reshape the windows: places first, then channel, row, column.",
        "A = [windows, ones]; theta = least squares of A and y.ravel(); K = theta[:-1] in the shape "
        "(C, 3, 3), b = theta[-1].",
    ],
    takeaway="A convolution is a linear regression whose examples are the windows.",
)
