"""Exercise 01.2: Put numbers on a common scale."""

import statistics

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


EXERCISE = Exercise(
    id="01.2",
    title="Put numbers on a common scale",
    name="standardize",
    points=3,
    minutes=30,
    difficulty=2,
    section="Functions",
    reference=standardize,
    cases=number_lists,
    alternatives=[standardize_statistics, standardize_loop],
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
    ],
    hints=[
        "Take [2, 4]. The mean is 3, the distances are -1 and 1. What should come out?",
        "The mean first. Then the mean of the squared distances, and its root. Then divide each distance by it.",
        "mean = …; spread = (sum(… for v in values) / …) ** 0.5; if spread == 0: return …; return [… for v in values]",
    ],
    forbidden=[],
    takeaway="Mean 0 and spread 1: lesson 04 shows why learning needs it.",
)
