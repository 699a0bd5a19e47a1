"""Exercise 01.6: Find the fault."""

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l01_python_basics.shared import number_lists


def running_mean(values):
    means, total = [], 0
    for i in range(len(values)):
        total = total + values[i]
        means.append(total / (i + 1))
    return means


def running_mean_broken(values):
    means = []
    for i in range(len(values)):
        total = 0
        total = total + values[i]
        means.append(total / (i + 1))
    return means


def running_mean_slices(values):
    return [sum(values[: i + 1]) / (i + 1) for i in range(len(values))]


def running_mean_while(values):
    means, total, count = [], 0, 0
    while count < len(values):
        total += values[count]
        count += 1
        means.append(total / count)
    return means


def running_mean_all(values):
    return [sum(values[: i + 1]) / len(values) for i in range(len(values))]


def running_mean_late(values):
    means, total = [], 0
    for i in range(1, len(values)):
        total = total + values[i]
        means.append(total / (i + 1))
    return means


def running_mean_position(values):
    return [sum(values[: i + 1]) / i for i in range(len(values))]


EXERCISE = Exercise(
    id="01.6",
    title="Find the fault",
    name="running_mean",
    kind="repair",
    points=2,
    minutes=20,
    difficulty=2,
    section="Sitting 2: decide, repeat, name your own orders",
    reference=running_mean,
    broken=running_mean_broken,
    cases=number_lists,
    alternatives=[running_mean_slices, running_mean_while],
    misconceptions=[
        Misconception(
            "unrepaired",
            running_mean_broken,
            "Still the old fault. Take [2, 4] and write down `total` after each round, with pencil and paper.",
        ),
        Misconception(
            "divided-by-all",
            running_mean_all,
            "The sums are right now. But after two of six numbers you must divide by 2, not by 6.",
        ),
        Misconception(
            "starts-late",
            running_mean_late,
            "The first mean is missing: `range(1, …)` begins with the second number.",
            family="off by one",
        ),
        Misconception(
            "position",
            running_mean_position,
            "`i` counts from 0: for the first number it is 0, for the second 1. How many numbers have come by then?",
        ),
    ],
    hints=[
        "What should come out for [2, 4]? First the mean of 2, then the mean of 2 and 4.",
        "Print `total` in each round. It should grow; does it?",
        "Which lines of the loop should be carried out only once, before it?",
    ],
    takeaway="What is to survive a round of a loop begins before the loop.",
)
