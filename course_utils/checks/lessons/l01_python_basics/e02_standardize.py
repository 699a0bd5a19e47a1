"""Exercise 01.2: Put numbers on a common scale."""

import math
import statistics

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l01_python_basics.shared import number_lists


def _spread(values):
    mean = sum(values) / len(values)
    return (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5


def standardize(values):
    mean, spread = sum(values) / len(values), _spread(values)
    return [(v - mean) / spread if spread else 0.0 for v in values]


def standardize_statistics(values):
    mean, spread = statistics.fmean(values), statistics.pstdev(values)
    return [0.0] * len(values) if spread == 0 else [(v - mean) / spread for v in values]


def standardize_loop(values):
    result, mean, spread = [], sum(values) / len(values), _spread(values)
    for value in values:
        result.append((value - mean) / spread if spread > 0 else 0)
    return result


def standardize_variance(values):
    mean, spread = sum(values) / len(values), _spread(values)
    return [(v - mean) / spread**2 if spread else 0.0 for v in values]


def standardize_sample(values):
    if len(values) < 2 or not _spread(values):
        return [0.0] * len(values)
    mean, spread = sum(values) / len(values), statistics.stdev(values)
    return [(v - mean) / spread for v in values]


def standardize_scale_only(values):
    spread = _spread(values)
    return [v / spread if spread else 0.0 for v in values]


def standardize_in_place(values):
    mean, spread = sum(values) / len(values), _spread(values)
    for i in range(len(values)):
        values[i] = (values[i] - mean) / spread if spread else 0.0
    return values


def standardize_zero(values):
    mean, spread = sum(values) / len(values), _spread(values)
    return [(v - mean) / spread for v in values]


def standardize_by(distance, spread):
    """A wrong answer made of two halves: what stands for a distance, and what for the spread."""

    def answer(values):
        mean = sum(values) / len(values)
        return [distance(v, mean) / spread(values) if _spread(values) else 0.0 for v in values]

    return answer


def _minus(v, mean):
    return v - mean


def _mean_distance(values):
    return sum(abs(v - sum(values) / len(values)) for v in values) / len(values)


def _root_of_sum(values):
    return _spread(values) * len(values) ** 0.5


def _root_mean_square(values):
    return (sum(v * v for v in values) / len(values)) ** 0.5


def _sample(values):
    return statistics.stdev(values)


def standardize_one_less(values):
    mean = sum(values) / len(values)
    spread = (sum((v - mean) ** 2 for v in values) / (len(values) - 1)) ** 0.5
    return [(v - mean) / spread if spread else 0.0 for v in values]


def _root_of_the_count(values):
    mean = sum(values) / len(values)
    return sum((v - mean) ** 2 for v in values) / len(values) ** 0.5


def standardize_no_brackets(values):
    mean, spread = sum(values) / len(values), _spread(values)
    return [v - mean / spread if spread else 0.0 for v in values]


def standardize_whole_mean(values):
    mean = sum(values) // len(values)
    spread = (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5
    return [(v - mean) / spread if spread else 0.0 for v in values]


def standardize_range(values):
    low, high = min(values), max(values)
    return [(v - low) / (high - low) if high > low else 0.0 for v in values]


def standardize_moving(values):
    new = list(values)
    for i in range(len(new)):
        spread = _spread(new)
        new[i] = (new[i] - sum(new) / len(new)) / spread if spread else 0.0
    return new


def standardize_hypot(values):
    mean = math.fsum(values) / len(values)
    distances = [v - mean for v in values]
    length = math.hypot(*distances)
    return [d * math.sqrt(len(values)) / length if length else 0 for d in distances]


def standardize_numpy(values):
    x = np.array(values, dtype=float)
    return list((x - x.mean()) / x.std()) if len(set(values)) > 1 else [0] * len(values)


def lists_to_scale(rng):
    """What lesson 01 has, a very small spread, and a list that ends as it began."""
    yield from number_lists(rng)
    yield ([2e-5, 4e-5, 9e-5],)
    yield ([3.0, 8.0, 3.0],)


EXERCISE = Exercise(
    id="01.2",
    title="Put numbers on a common scale",
    name="standardize",
    points=3,
    minutes=30,
    difficulty=2,
    section="Functions",
    reference=standardize,
    cases=lists_to_scale,
    alternatives=[standardize_statistics, standardize_loop, standardize_hypot, standardize_numpy],
    misconceptions=[
        Misconception(
            "mean-only",
            lambda values: [v - sum(values) / len(values) for v in values],
            "The mean is taken off, but nothing is divided: a list of large numbers still has a large spread.",
        ),
        Misconception(
            "variance",
            standardize_variance,
            "You divided by the mean square itself. Which root turns square metres back into metres?",
        ),
        Misconception(
            "n-minus-one",
            standardize_sample,
            "The spread is a little too large: you divided the sum of squares by n - 1. Here it is the mean, so n.",
        ),
        Misconception(
            "not-centred",
            standardize_scale_only,
            "You divided by the spread, but the mean of the result is not 0. What has to be taken off first?",
        ),
        Misconception(
            "changed-the-list",
            standardize_in_place,
            "The result is right, but the list that you were given has changed. Build a new list.",
        ),
        Misconception(
            "division-by-zero",
            standardize_zero,
            "If all numbers are equal the spread is 0, and you divide by it. What should every number become then?",
        ),
        Misconception(
            "n-minus-one-is-nothing",
            standardize_one_less,
            "With one number alone you divide by 0: n - 1 is 0 then. The mean of the squares divides by n.",
        ),
        Misconception(
            "turned-round",
            standardize_by(lambda v, mean: mean - v, _spread),
            "The size is right, but what lies above the mean came out below 0. Which is taken from which?",
            family="wrong sign",
        ),
        Misconception(
            "turned-round-and-n-minus-one",
            lambda values: [-v for v in standardize_sample(values)],
            "Two things at once: the sign is turned round (the mean is taken from the number), and the sum of squares "
            "is divided by n - 1.",
        ),
        Misconception(
            "distance-without-sign",
            standardize_by(lambda v, mean: abs(v - mean), _spread),
            "Nothing is below 0 in your list, and numbers below the mean should be. Asked is the difference, value "
            "minus mean: `abs` takes its sign away.",
        ),
        Misconception(
            "mean-distance",
            standardize_by(_minus, _mean_distance),
            "Your spread is the mean of the distances without sign. Asked is: square them, take the mean, then *one* "
            "root.",
        ),
        Misconception(
            "sum-of-squares",
            standardize_by(_minus, _root_of_sum),
            "Your spread is the root of the *sum* of the squares. The mean is asked: by what is the sum divided?",
            family="mean and sum confused",
        ),
        Misconception(
            "root-of-the-count",
            standardize_by(_minus, _root_of_the_count),
            "The root was taken of the number of values alone: `**` comes before `/`. Put brackets around the whole "
            "division.",
        ),
        Misconception(
            "squares-of-the-numbers",
            standardize_by(_minus, _root_mean_square),
            "For the spread you squared the numbers themselves. Squared are their differences from the mean.",
        ),
        Misconception(
            "no-brackets",
            standardize_no_brackets,
            "Only the mean was divided: a division comes before a minus. What belongs into brackets?",
        ),
        Misconception(
            "whole-mean",
            standardize_whole_mean,
            "`//` cuts the mean down to a whole number. Which sign divides exactly?",
        ),
        Misconception(
            "from-0-to-1",
            standardize_range,
            "This goes from 0 for the smallest to 1 for the largest. Asked is another scale: mean 0 and spread 1.",
        ),
        Misconception(
            "one-zero",
            lambda values: standardize(values) if _spread(values) else [0.0],
            "Equal numbers give one zero. A list of zeros is asked for, as long as `values`.",
        ),
        Misconception(
            "given-back",
            lambda values: standardize(values) if _spread(values) else list(values),
            "Where all numbers are equal you give them back as they came. Their distance from the mean is 0, all of "
            "them.",
        ),
        Misconception(
            "small-is-nothing",
            lambda values: [0.0 if _spread(values) < 1e-3 else v for v in standardize(values)],
            "Numbers that lie close together are not equal: a small spread is still a spread. When exactly is it 0?",
        ),
        Misconception(
            "mean-on-the-way",
            standardize_moving,
            "Mean and spread change while you replace the numbers one by one. Which must be known before the first is "
            "replaced?",
        ),
    ],
    hints=[
        "Take [2, 4]. The mean is 3, the differences are -1 and 1. What should come out?",
        "The mean first. Then the mean of the squared differences, and its root. Then divide each difference by it.",
        "mean = …; spread = (sum(… for v in values) / …) ** 0.5; if spread == 0: return …; return [… for v in values]",
    ],
    forbidden=[],
    takeaway="Mean 0 and spread 1: lesson 04 shows why learning needs it.",
)
