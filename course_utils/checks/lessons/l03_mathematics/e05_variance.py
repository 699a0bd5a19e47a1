"""Exercise 03.5: The variance."""

from fractions import Fraction

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def variance(values):
    mean = sum(values) / len(values)
    return sum((v - mean) ** 2 for v in values) / len(values)


def variance_array(values):
    centred = np.array(values) - np.mean(values)
    return float(centred @ centred / len(centred))


def variance_mean_first(values):
    return np.mean(np.square(values - np.mean(values)))


def variance_of_squares(values):
    return np.mean(np.square(values)) - np.mean(values) ** 2


def variance_sample(values):
    with np.errstate(all="ignore"):  # one value: 0 / 0
        return np.sum((values - np.mean(values)) ** 2) / (len(values) - 1)


def variance_root(values):
    return np.sqrt(np.mean((values - np.mean(values)) ** 2))


def variance_sum(values):
    return np.sum((values - np.mean(values)) ** 2)


def variance_around_zero(values):
    return np.mean(np.square(values))


def variance_absolute(values):
    return np.mean(np.abs(values - np.mean(values)))


def variance_cancels(values):
    return np.mean(values - np.mean(values)) ** 2


def variance_sample_root(values):
    return np.sqrt(variance_sample(values))


def variance_around_median(values):
    return np.mean((values - np.median(values)) ** 2)


def variance_whole_mean(values):
    mean = sum(values) // len(values)
    return sum((v - mean) ** 2 for v in values) / len(values)


def variance_moving_mean(values):
    total = sum((v - np.mean(values[: k + 1])) ** 2 for k, v in enumerate(values))
    return total / len(values)


def variance_bracket(values):
    return np.mean(values - np.mean(values) ** 2)


def variance_without_first(values):
    return np.sum((values[1:] - np.mean(values)) ** 2) / len(values)


def variance_turned(values):
    return np.mean(values) ** 2 - np.mean(np.square(values))


def variance_welford(values):
    mean = total = 0.0
    for k, v in enumerate(values, 1):
        step = v - mean
        mean += step / k
        total += step * (v - mean)
    return total / len(values)


def variance_pairs(values):
    return np.mean((values[:, None] - values) ** 2) / 2


def variance_fractions(values):
    exact = [Fraction(float(v)) for v in values]
    mean = sum(exact) / len(exact)
    return sum((v - mean) ** 2 for v in exact) / len(exact)


def samples(rng):
    """Two values, equal values, one value, far from zero (but not so far that E[v²] - m² fails), many."""
    yield (np.array([1.0, 3.0, 5.0]),)
    yield (np.array([2.0, 2.0]),)
    yield (np.array([-4.0]),)
    yield (1e3 + rng.normal(size=5),)
    yield (rng.normal(size=8),)


EXERCISE = Exercise(
    id="03.5",
    title="The variance",
    name="variance",
    points=2,
    minutes=10,
    difficulty=1,
    section="5. Chance",
    reference=variance,
    cases=samples,
    alternatives=[
        variance_array,
        variance_mean_first,
        variance_of_squares,
        variance_welford,
        variance_pairs,
        variance_fractions,
    ],
    misconceptions=[
        Misconception(
            "n-minus-one",
            variance_sample,
            "You divided by n - 1. That estimates the variance of a larger crowd; asked is that of these values: n.",
        ),
        Misconception("root", variance_root, "This is the standard deviation, the root of the variance."),
        Misconception(
            "sum",
            variance_sum,
            "These are all squared distances added up. The variance is their mean.",
            family="mean and sum confused",
        ),
        Misconception(
            "around-zero",
            variance_around_zero,
            "You squared the values themselves. The distance from where is asked?",
        ),
        Misconception("absolute", variance_absolute, "You took absolute distances. The variance squares them."),
        Misconception(
            "mean-before-square",
            variance_cancels,
            "The distances were averaged before they were squared, so they cancel: always 0.",
        ),
        Misconception(
            "root-and-n-minus-one",
            variance_sample_root,
            "Two things at once: a root is taken, which makes it a standard deviation, and you divided by n - 1.",
        ),
        Misconception(
            "around-the-median",
            variance_around_median,
            "Your distances are those from the median, the middle value. Asked are those from the mean.",
        ),
        Misconception(
            "whole-mean",
            variance_whole_mean,
            "`//` makes the mean a whole number, and cuts off the rest. Which sign keeps it?",
        ),
        Misconception(
            "mean-on-the-way",
            variance_moving_mean,
            "Your mean changes while you add up: it knows only the values so far. Which must be done first?",
        ),
        Misconception(
            "only-the-mean-squared",
            variance_bracket,
            "Only the mean is squared: a power comes before a minus. What belongs into brackets?",
        ),
        Misconception(
            "first-left-out",
            variance_without_first,
            "The first value adds nothing: where does a count begin in Python?",
            family="off by one",
        ),
        Misconception(
            "turned-round",
            variance_turned,
            "The size is right, the sign is not. Squares are never below 0, nor is their mean.",
            family="wrong sign",
        ),
    ],
    hints=[
        "For 1, 3, 5: the mean is 3, the distances are -2, 0, 2.",
        "Square each distance first, then take the mean of the squares.",
        "mean = …; return sum((v - mean) ** 2 for v in …) / …",
    ],
    forbidden=["family:variance"],
    takeaway="The loss of the simplest model, the mean, is the variance (lesson 04).",
)
