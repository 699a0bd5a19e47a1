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


def running_mean_sums(values):
    return [sum(values[: i + 1]) for i in range(len(values))]


def running_mean_halves(values):
    means, mean = [], 0
    for value in values:
        mean = (mean + value) / 2
        means.append(mean)
    return means


def running_mean_whole(values):
    return [sum(values[: i + 1]) // (i + 1) for i in range(len(values))]


def running_mean_first_twice(values):
    return [(values[0] + sum(values[: i + 1])) / (i + 1) for i in range(len(values))]


def running_mean_short_slice(values):
    return [sum(values[:i]) / (i + 1) for i in range(len(values))]


def running_mean_steps(values):
    means, mean = [], 0.0
    for i, value in enumerate(values):
        mean += (value - mean) / (i + 1)
        means.append(mean)
    return means


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
    alternatives=[running_mean_slices, running_mean_while, running_mean_steps],
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
            "divided-by-all-and-unrepaired",
            lambda values: [value / len(values) for value in values],
            "`total / len(values)` divides by how many there are in all; `i + 1`, how many have come so far, was right."
            " And `total` still begins again in each round.",
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
            "The division is by `i` alone (in `total / i + 1` too: brackets are missing), and `i` counts from 0: for "
            "the first number it is 0, for the second 1. How many numbers have come by then?",
        ),
        Misconception(
            "not-divided",
            running_mean_sums,
            "These are the sums so far. A mean is a sum divided: by how many?",
            family="mean and sum confused",
        ),
        Misconception(
            "only-the-last",
            lambda values: [sum(values) / len(values)],
            "Only the last mean is there: `append` stands behind the loop now. Which lines belong to each round?",
        ),
        Misconception(
            "mean-of-means",
            running_mean_halves,
            "You take the mean of the last mean and the new number. After three numbers the first ones count too "
            "little.",
        ),
        Misconception(
            "whole-division",
            running_mean_whole,
            "`//` cuts off what comes after the point. Which sign keeps it?",
        ),
        Misconception(
            "first-counted-twice",
            running_mean_first_twice,
            "The first number is counted twice: `total` begins with it, and the first round adds it again.",
        ),
        Misconception(
            "slice-one-short",
            running_mean_short_slice,
            "Each sum lacks the newest number: a slice leaves its end out.",
            family="off by one",
        ),
    ],
    hints=[
        "What should come out for [2, 4]? First the mean of 2, then the mean of 2 and 4.",
        "Print `total` in each round. It should grow; does it?",
        "Which lines of the loop should be carried out only once, before it?",
    ],
    takeaway="What is to survive a round of a loop begins before the loop.",
)
