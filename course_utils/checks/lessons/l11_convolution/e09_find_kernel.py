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


def find_centred(x, y):
    """Both sides less their means; the bias from the means."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (TAP, TAP), axis=(1, 2))
    A = windows.transpose(1, 2, 0, 3, 4).reshape(y.size, -1)
    w = np.linalg.lstsq(A - A.mean(axis=0), y.ravel() - y.mean(), rcond=None)[0]
    return w.reshape(len(x), TAP, TAP), float(y.mean() - A.mean(axis=0) @ w)


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


def is_good_once(mend):
    """Bad as it is, and good once it is mended: `mend(K, b)` gives both."""

    def seen(received, expected, case):
        return share_of_variance(mend(np.asarray(received[0], dtype=float), received[1]), case) < 0.03

    return seen


def other_order(K):
    """A kernel whose windows were laid out with the channel last."""
    return np.moveaxis(K.reshape(TAP, TAP, len(K)), 2, 0)


def centred_walk(x, y):
    """As the lesson walks: on a centred picture, whose bias is not that of the picture itself."""
    K, b = find_kernel(x - x.mean(), y)
    return K, b


def is_of_the_centred(received, expected, case):
    """Good once K.sum() times the mean is taken off the bias; the mean is that of all, or of each channel."""
    K, b, x = np.asarray(received[0], dtype=float), received[1], case.args[0]
    shifts = (K.sum() * x.mean(), K.sum(axis=(1, 2)) @ x.mean(axis=(1, 2)))
    return any(share_of_variance((K, b - shift), case) < 0.03 for shift in shifts)


def is_one_channel(received, expected, case):
    K = np.asarray(received[0])
    return len(K) > 1 and np.any(K[0]) and not np.any(K[1:])


def is_one_slice(received, expected, case):
    return np.ndim(received[0]) == 3 and len(received[0]) != len(case.args[0])


def is_same_slices(received, expected, case):
    K = np.asarray(received[0])
    return len(K) > 1 and np.any(K) and np.allclose(K, K[:1])


def is_too_short(received, expected, case):
    """The right direction, but too timid: twice as much would be better."""
    (K, b), seen = received, Case(held=case.args)  # on the picture that it learned from
    nothing, once, twice = (share_of_variance((n * np.asarray(K), n * b), seen) for n in (0, 1, 2))
    return np.any(K) and nothing > once > twice


def is_endless(received, expected, case):
    return not share_of_variance(received, case) <= 1e3  # NaN is past all bounds


def descended(x, y, lr, steps):
    windows = np.lib.stride_tricks.sliding_window_view(x, (TAP, TAP), axis=(1, 2))
    A = np.column_stack([windows.transpose(1, 2, 0, 3, 4).reshape(y.size, -1), np.ones(y.size)])
    theta = np.zeros(A.shape[1])
    for _ in range(steps):
        theta = theta - lr * 2 / y.size * A.T @ (A @ theta - y.ravel())
    return theta[:-1].reshape(len(x), TAP, TAP), float(theta[-1])


def first_channel_alone(x, y):
    K, b = find_kernel(x[:1], y)
    return np.concatenate([K, np.zeros((len(x) - 1, TAP, TAP))]), b


def same_slices(x, y):
    K, b = find_kernel(x.sum(axis=0, keepdims=True), y)
    return np.repeat(K, len(x), axis=0), b


def channel_last(x, y):
    K, b = find_kernel(x, y)
    return np.moveaxis(K, 0, 2).reshape(K.shape), b


def opposite_bias(x, y):
    K, b = find_kernel(x, y)
    return K, -b


def bias_is_missing(received, expected, case):
    return abs(float(np.asarray(received[1]).ravel()[0])) < 1e-6 and np.abs(received[0]).max() > 1e-6


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="11.9", kind="experiment", title="Which kernel made this picture?", name="find_kernel", points=4, minutes=30,
    difficulty=4, section="8. The way back", reference=find_kernel, cases=filter_cases,
    metric=Metric(share_of_variance, "error on a picture not seen, as a share of its variance", at_most=0.03),
    alternatives=[find_by_descent, find_by_gradient_equations, find_centred],
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
        Misconception("bias-of-the-centred", centred_walk,
            "Your K is good, but b belongs to a picture of mean 0: you took the mean off x, and nobody will do so with "
            "the other picture. What does K make of a plain picture with that mean? Take it off b.",
            seen=is_of_the_centred),
        Misconception("says-the-average", lambda x, y: (np.zeros((len(x), 3, 3)), float(y.mean())),
            "All entries of K are 0: you say the average of y everywhere. That is the baseline, a share of about 1."),
        Misconception("bias-with-minus", opposite_bias,
            "Your kernel is good, and b has the wrong sign: the picture is the convolution plus b.",
            seen=is_good_once(lambda K, b: (K, -b)), family="wrong sign"),
        Misconception("channel-last", channel_last,
            "Your weights are good, but in another order: the windows were laid out with the channel as last axis, and "
            "K has it first. Which order have the axes of a window before you reshape?",
            seen=is_good_once(lambda K, b: (other_order(K), b)), family="reshaped where axes are to be moved"),
        Misconception("one-slice", lambda x, y: find_kernel(x[:1], y),
            "Your K has one slice, and x has several channels: the shape is (C, 3, 3), with C = len(x). With which "
            "shape did K begin?", seen=is_one_slice),
        Misconception("first-channel-only", first_channel_alone,
            "Only channel 0 has weights. The kernel has a slice for each channel, C·3·3 unknown numbers.",
            seen=is_one_channel),
        Misconception("same-slices", same_slices,
            "All slices of your kernel are the same: the channels were added up before. Each channel has nine unknowns "
            "of its own.", seen=is_same_slices),
        Misconception("endless", lambda x, y: descended(x, y, lr=2.0, steps=100),
            "Your numbers grow without end: either you step up the slope, or the steps are too long: (4.11) allows "
            "shorter ones for several channels and bright pictures. Print the error after each step.", seen=is_endless),
        Misconception("too-short", lambda x, y: descended(x, y, lr=0.01, steps=8),
            "The direction is right, but K and b are too small: with twice as much the error would be lower. More "
            "steps, or a larger learning rate?", seen=is_too_short),
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
