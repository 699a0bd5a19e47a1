"""Exercise 00.1: Your first checked answer."""

from course_utils.checks.exercise import Exercise, Misconception


def error_percent(right, total):
    return 100 * (total - right) / total


def reader_cases(rng):
    """How many of how many pictures were read right: few, most, all, none, and one picture only."""
    for right, total in [(3, 8), (5, 8), (0, 5), (4, 4), (1, 1)]:
        yield right, total
    total = int(rng.integers(200, 1000))
    yield int(rng.integers(1, total // 3)), total
    yield total - int(rng.integers(1, total // 3)), total


EXERCISE = Exercise(
    id="00.1",
    title="Your first checked answer",
    name="error_percent",
    points=1,
    minutes=8,
    difficulty=1,
    section="2. A computer that reads",
    reference=error_percent,
    cases=reader_cases,
    alternatives=[
        lambda right, total: 100 - 100 * right / total,
        lambda right, total: (1 - right / total) * 100,
    ],
    misconceptions=[
        Misconception(
            "the-numbers-of-the-lesson",
            lambda right, total: 100 * (797 - 767) / 797,
            "You typed the numbers of the lesson's own reader. A function is called with others too: write the names "
            "`right` and `total` in their place.",
        ),
        Misconception(
            "percent-right",
            lambda right, total: 100 * right / total,
            "You computed the percentage that was read right. Asked is the percentage that was read wrong: how many "
            "pictures are left when the right ones are taken away?",
        ),
        Misconception(
            "a-share",
            lambda right, total: (total - right) / total,
            "Your number is a share between 0 and 1. Percent means 'of a hundred': what turns 0.25 into 25?",
        ),
        Misconception(
            "a-count",
            lambda right, total: total - right,
            "This is how many pictures were read wrong. Divide by how many there were, then make it percent.",
        ),
        Misconception(
            "compared-with-the-right-ones",
            lambda right, total: 100 * (total - right) / right,
            "You divided by the pictures that were read right. A percentage of all pictures is divided by all "
            "pictures, `total`.",
        ),
        Misconception(
            "rounded",
            lambda right, total: round(100 * (total - right) / total),
            "Nearly: the number was rounded to a whole one. Give it as it is; rounding is for printing.",
        ),
        Misconception(
            "whole-division",
            lambda right, total: 100 * (total - right) // total,
            "Nearly: `//` divides and drops what comes after the point. The sign for ordinary division is `/`.",
        ),
        Misconception(
            "missing-brackets",
            lambda right, total: 100 * total - right / total,
            "Python multiplies and divides before it subtracts, as in school. Put brackets around the subtraction "
            "that should come first.",
        ),
        Misconception(
            "a-percentage-off-a-count",
            lambda right, total: total - right / total * 100,
            "You took a percentage away from a number of pictures: Python works out `right / total * 100` first. What "
            "has to stand in brackets?",
        ),
        Misconception(
            "one-is-not-hundred",
            lambda right, total: 1 - right / total * 100,
            "You took a percentage away from 1. All pictures together are 1 as a share, and 100 as a percentage: do "
            "not mix the two.",
        ),
        Misconception(
            "turned-round",
            lambda right, total: 100 * (right - total) / total,
            "The size is right, but it is below 0. How many are left: which of the two numbers is taken from which?",
            family="wrong sign",
        ),
        Misconception(
            "division-turned-round",
            lambda right, total: 100 - 100 * total / right,
            "Your division is the other way round: the part stands above, and what it is a part of, below.",
        ),
        Misconception(
            "whole-share",
            lambda right, total: (total - right) // total * 100,
            "`//` makes the share a whole number, 0 or 1, before it can become a percentage. Ordinary division is `/`.",
        ),
        Misconception(
            "share-of-the-right",
            lambda right, total: right / total,
            "Two things at once: this is the share that was read *right*, and it is a share, not a percentage.",
        ),
    ],
    hints=[
        "Take small numbers that you can do in your head: 8 pictures, 6 read right. How many percent were read wrong?",
        "Three steps: how many were read wrong; what share of `total` is that; what is this share in percent?",
        "return 100 * (... - ...) / ...",
    ],
    takeaway="You ran a cell, wrote code, and had it checked. All exercises of the course work like this one.",
)
