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


def one_hot_whole_rows(labels, classes):
    table = np.zeros((len(labels), classes))
    table[labels] = 1
    return table


def one_hot_turned_index(labels, classes):
    table = np.zeros((len(labels), classes))
    table[labels, np.arange(len(labels))] = 1
    return table


def one_hot_eye_of_n(labels, classes):
    return np.eye(len(labels))[labels]


def one_hot_label_in_place(labels, classes):
    table = np.zeros((len(labels), classes))
    table[np.arange(len(labels)), labels] = labels
    return table


def one_hot_row_kept(labels, classes):
    row, rows = np.zeros(classes), []
    for label in labels:
        row[label] = 1
        rows.append(row.copy())
    return np.array(rows)


def one_hot_turned_round(labels, classes):
    return 1 - one_hot(labels, classes)


def one_hot_up_to(labels, classes):
    return (labels[:, None] >= np.arange(classes)).astype(float)


def one_hot_flat(labels, classes):
    table = np.zeros(len(labels) * classes)
    table[np.arange(len(labels)) * classes + labels] = 1
    return table.reshape(-1, classes)


def one_hot_lists(labels, classes):
    return np.array([[float(column == label) for column in range(classes)] for label in labels])


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
    alternatives=[one_hot_zeros, one_hot_compare, one_hot_flat, one_hot_lists],
    misconceptions=[
        Misconception(
            "all-columns",
            one_hot_all_columns,
            "Each row has ones in the columns of *all* labels. Either all rows are meant (`table[:, labels]`), or all "
            "are one and the same row, made only once. Row i needs its own.",
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
        Misconception(
            "whole-rows",
            one_hot_whole_rows,
            "`table[labels]` picks whole *rows*. A label says the column: which row does the first label belong to?",
            family="wrong axis",
        ),
        Misconception(
            "index-turned-round",
            one_hot_turned_index,
            "In `table[row, column]` the row comes first. Which of the two counts the labels, and which is the label?",
            family="transposed",
        ),
        Misconception(
            "eye-of-labels",
            one_hot_eye_of_n,
            "Your unit rows are as long as there are labels. How many columns should there be?",
        ),
        Misconception(
            "label-itself",
            one_hot_label_in_place,
            "The right places, but the label itself stands there. Asked is a 1.",
        ),
        Misconception(
            "earlier-ones-stay",
            one_hot_row_kept,
            "A row still has the ones of the labels before it. Begin each with a new row of zeros, inside the loop.",
        ),
        Misconception(
            "turned-round",
            one_hot_turned_round,
            "Zeros and ones have changed places: the 1 belongs where the label *is* the column.",
        ),
        Misconception(
            "up-to-the-label",
            one_hot_up_to,
            "There are ones in all columns up to the label. Which comparison is true in one column only?",
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
