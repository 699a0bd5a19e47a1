"""Exercise 11.1: How many places are there?"""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def output_size(n, k, stride, pad):
    return (n + 2 * pad - k) // stride + 1


def size_cases(rng):
    yield from [(28, 5, 1, 0), (28, 3, 2, 1), (7, 3, 3, 0), (5, 5, 4, 0), (9, 2, 3, 2), (1, 1, 1, 0)]
    yield from [(1000, 11, 4, 2), (6, 3, 5, 1), (4, 6, 1, 1)]
    for _ in range(6):
        k = int(rng.integers(1, 8))
        yield k + int(rng.integers(0, 30)), k, int(rng.integers(1, 5)), int(rng.integers(0, 4))


def size_by_walking(n, k, stride, pad):
    start, count = -pad, 0
    while start + k <= n + pad:
        count, start = count + 1, start + stride
    return count


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="11.1", title="How many places are there?", name="output_size", points=2, minutes=8, difficulty=1,
    section="4. Stride, padding and size", reference=output_size, cases=size_cases,
    forbidden=("course_utils.conv.conv_output_size", "family:convolution"),
    alternatives=[
        size_by_walking,
        lambda n, k, stride, pad: len(range(0, n + 2 * pad - k + 1, stride)),
        lambda n, k, stride, pad: int(np.floor((n + 2 * pad - k) / stride)) + 1,
    ],
    misconceptions=[
        Misconception("no-plus-one", lambda n, k, stride, pad: (n + 2 * pad - k) // stride,
            "One too few. You counted the steps between the places; how many places are there when the window makes "
            "no step at all?", family="off by one"),
        Misconception("pad-once", lambda n, k, stride, pad: (n + pad - k) // stride + 1,
            "Your row grows by pad, but zeros are added at both ends.", family="padding ignored"),
        Misconception("no-pad", lambda n, k, stride, pad: (n - k) // stride + 1,
            "pad changes nothing in your answer. How long is the row once it has its frame of zeros?",
            family="padding ignored"),
        Misconception("no-stride", lambda n, k, stride, pad: n + 2 * pad - k + 1,
            "This is the number of places for stride 1. With a larger step the window skips some of them.",
            family="stride ignored"),
        Misconception("ceil", lambda n, k, stride, pad: -(-(n + 2 * pad - k) // stride) + 1,
            "Sometimes one too many: a last step that does not fit is dropped, not made shorter. Round down."),
        Misconception("one-inside", lambda n, k, stride, pad: (n + 2 * pad - k + 1) // stride,
            "You divide the places for stride 1 by the stride. The first place always counts, whatever the stride: "
            "where does + 1 stand in (11.3)?", family="off by one"),
        Misconception("float", lambda n, k, stride, pad: (n + 2 * pad - k) / stride + 1,
            "A number of places is a whole number, an int, and this is a float. What happens to a last step that does "
            "not fit, and which division drops it and gives an int?",
            seen=lambda received, expected, case: isinstance(received, float | np.floating)),
        Misconception("range-end", lambda n, k, stride, pad: -(-(n + 2 * pad - k) // stride),
            "Where the last step ends exactly at the edge, its place is lost. A `range` leaves its end out: what is "
            "the first start at which the window no longer fits?", family="off by one"),
        Misconception("precedence", lambda n, k, stride, pad: n + 2 * pad - k // stride + 1,
            "Only k is divided by the stride: `//` comes before `-`. Which part of (11.3) stands over the fraction "
            "line?"),
        Misconception("pad-taken-off", lambda n, k, stride, pad: (n - 2 * pad - k) // stride + 1,
            "Your row becomes shorter by the padding. Zeros are put on: is it longer or shorter then?",
            family="wrong sign"),
        Misconception("no-pad-no-plus-one", lambda n, k, stride, pad: (n - k) // stride,
            "Two things: pad changes nothing in your answer, and the first place is not counted."),
    ],
    hints=[
        "Draw 7 squares and a window of 3. Where can the left edge of the window stand for stride 2?",
        "The room to move is (length with zeros) - k. How many steps of length stride fit into it?",
        "steps = room // stride; and the places are the steps and one more.",
    ],
    takeaway="Room to move, divided by the step, rounded down, and the first place.",
)
