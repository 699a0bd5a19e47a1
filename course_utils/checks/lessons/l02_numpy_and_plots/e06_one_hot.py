"""Exercise 02.6: Class numbers as rows of zeros and a one."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def one_hot_zeros(labels, classes):
    table = np.zeros((len(labels), classes))
    table[np.arange(len(labels)), labels] = 1
    return table


def one_hot_compare(labels, classes):
    return (labels[:, None] == np.arange(classes)).astype(float)


def one_hot_all_columns(labels, classes):
    table = np.zeros((len(labels), classes))
    table[:, labels] = 1
    return table


def one_hot_transposed(labels, classes):
    return np.eye(classes)[labels].T


def one_hot_own_count(labels, classes):
    return np.eye(labels.max() + 1)[labels]


def one_hot_from_one(labels, classes):
    return np.eye(classes)[labels - 1]


def one_hot_mask(labels, classes):
    return labels[:, None] == np.arange(classes)


def label_lists(rng):
    """A missing last class, one label, all the same, random."""
    yield np.array([0, 2, 1]), 4
    yield np.array([1]), 2
    yield np.array([2, 2]), 3
    yield rng.integers(0, 4, size=6), 5


EXERCISE = Exercise(
    id="02.6",
    title="Class numbers as rows of zeros and a one",
    name="one_hot",
    points=2,
    minutes=18,
    difficulty=2,
    section="5. Masks",
    reference=one_hot,
    cases=label_lists,
    alternatives=[one_hot_zeros, one_hot_compare],
    misconceptions=[
        Misconception(
            "all-columns",
            one_hot_all_columns,
            "Each row has ones in the columns of *all* labels. `table[:, labels]` means all rows; row i needs its own.",
        ),
        Misconception(
            "transposed",
            one_hot_transposed,
            "Rows and columns have changed places: a row for each label, please.",
            family="transposed",
        ),
        Misconception(
            "own-count",
            one_hot_own_count,
            "You took the number of classes from the largest label. A class may be missing here: use `classes`.",
        ),
        Misconception("from-one", one_hot_from_one, "Off by one: labels begin at 0, so label 0 is the first column."),
        Misconception(
            "truth-values", one_hot_mask, "The places are right. Asked are the numbers 0.0 and 1.0, as float64."
        ),
    ],
    hints=[
        "For labels [0, 2] and 3 classes: [[1, 0, 0], [0, 0, 1]].",
        "Compare a column of labels, shape (n, 1), with np.arange(classes), shape (classes,). What comes out?",
        "(labels[:, None] == …).astype(…)",
    ],
    forbidden=["family:one-hot"],
    takeaway="A comparison with broadcasting builds the table that lesson 06 needs.",
)
