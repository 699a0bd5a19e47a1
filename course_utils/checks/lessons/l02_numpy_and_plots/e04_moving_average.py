"""Exercise 02.4: A moving average."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def moving_average(x, k):
    return np.convolve(x, np.ones(k) / k, mode="valid")


def moving_average_windows(x, k):
    return np.lib.stride_tricks.sliding_window_view(x, k).mean(axis=-1)


def moving_average_slices(x, k):
    return sum(x[i : len(x) - k + 1 + i] for i in range(k)) / k


def moving_average_same(x, k):
    return np.array([x[max(0, i - k + 1) : i + 1].mean() for i in range(len(x))])


def moving_average_padded(x, k):
    return np.array([x[max(0, i - k + 1) : i + 1].sum() / k for i in range(len(x))])


def moving_average_short(x, k):
    return np.array([x[i : i + k].mean() for i in range(len(x) - k)])


def moving_average_sum(x, k):
    return np.convolve(x, np.ones(k), mode="valid")


def moving_average_blocks(x, k):
    return np.array([x[i : i + k].mean() for i in range(0, len(x) - k + 1, k)])


def moving_average_until_the_end(x, k):
    return np.array([x[i : i + k].mean() for i in range(len(x))])


def moving_average_wide(x, k):
    return np.array([x[i : i + k + 1].mean() for i in range(len(x) - k + 1)])


def moving_average_no_first(x, k):
    sums = np.cumsum(x)
    return (sums[k:] - sums[:-k]) / k


def moving_average_ends(x, k):
    return np.array([(x[i] + x[i + k - 1]) / 2 for i in range(len(x) - k + 1)])


def moving_average_whole(x, k):
    return moving_average_sum(x, k) // k


def moving_average_sums(x, k):
    sums = np.concatenate([[0.0], np.cumsum(x)])
    return (sums[k:] - sums[:-k]) / k


def moving_average_rolling(x, k):
    total = x[:k].sum()
    means = [total / k]
    for i in range(k, len(x)):
        total = total + x[i] - x[i - k]
        means.append(total / k)
    return np.array(means)


def moving_average_like_x(x, k):
    means = np.zeros_like(x)[: len(x) - k + 1]
    means[:] = moving_average(x, k)
    return means


def series(rng):
    """Short and long series, one of whole numbers, windows of one, of all, and in between."""
    yield np.array([1.0, 2.0, 6.0]), 2
    yield np.array([3, 1, 4, 1, 5]), 2
    yield rng.normal(size=7), 3
    yield rng.normal(size=5), 1
    yield rng.normal(size=4), 4
    yield 1000 + rng.normal(size=9), 4


EXERCISE = Exercise(
    id="02.4",
    title="A moving average",
    name="moving_average",
    points=3,
    minutes=25,
    difficulty=3,
    section="3. Views and copies",
    reference=moving_average,
    cases=series,
    alternatives=[moving_average_windows, moving_average_slices, moving_average_sums, moving_average_rolling],
    misconceptions=[
        Misconception(
            "incomplete-windows",
            moving_average_same,
            "At the beginning you average fewer than k values. Only complete windows count: n - k + 1 of them.",
        ),
        Misconception(
            "zeros-in-front",
            moving_average_padded,
            "The first values are too small: zeros stand in for what came before. Only complete windows count.",
        ),
        Misconception(
            "last-window-missing",
            moving_average_short,
            "The last window is missing. How many windows of 2 fit into 3 values? n - k + 1, not n - k.",
            family="off by one",
        ),
        Misconception(
            "sums",
            moving_average_sum,
            "These are sums of k values. What makes them averages?",
            family="mean and sum confused",
        ),
        Misconception(
            "blocks",
            moving_average_blocks,
            "Your windows stand side by side. A moving window goes on by one value, and windows overlap.",
        ),
        Misconception(
            "as-long-as-x",
            lambda x, k: np.convolve(x, np.ones(k) / k, mode="same")[: len(x)],
            "Your result is as long as `x`: at both ends zeros stand in for values that do not exist. Which `mode` "
            "takes complete windows only?",
        ),
        Misconception(
            "longer-than-x",
            lambda x, k: np.convolve(x, np.ones(k) / k),
            "Your result is longer than `x`: windows hang over both ends. Which `mode` takes complete windows only?",
        ),
        Misconception(
            "short-windows-at-the-end",
            moving_average_until_the_end,
            "The last windows have fewer than k values. Where does the last complete one begin?",
        ),
        Misconception(
            "one-too-wide",
            moving_average_wide,
            "Your windows hold k + 1 values: a slice `x[i : i + k]` has k already, its end is left out.",
            family="off by one",
        ),
        Misconception(
            "first-window-missing",
            moving_average_no_first,
            "The first window is missing: before the first sum so far there is one more, 0.",
            family="off by one",
        ),
        Misconception(
            "only-the-ends",
            moving_average_ends,
            "Each mean knows only the first and the last value of its window. With k above 2 there are others.",
        ),
        Misconception(
            "whole-division",
            moving_average_whole,
            "The sums are right, but `//` rounds down what it divides. A mean keeps what comes after the point.",
        ),
        Misconception(
            "as-whole-as-x",
            moving_average_like_x,
            "Right for decimal numbers. A series of whole numbers gives whole means here: `zeros_like` makes an array "
            "of the kind that `x` is.",
        ),
    ],
    hints=[
        "x = [1, 2, 6], k = 2: the windows are (1, 2) and (2, 6). What are their means?",
        "n values have n - k + 1 windows of k. Window number i is x[i : i + k]; "
        "or add up k shifted slices of the whole series, which needs no loop over the windows.",
        "np.lib.stride_tricks.sliding_window_view(x, k) has shape (n - k + 1, k): one row a window. And then?",
    ],
    takeaway="Windows over a series: lesson 11 makes a network of them.",
)
