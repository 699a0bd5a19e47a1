"""The exercises of lesson 02: axes, broadcasting, shapes, windows, views and masks."""

import numpy as np

from course_utils.checks import _answers02 as a
from course_utils.checks.exercise import Exercise, Misconception


def tables(rng):
    """One row, one column, wide, tall, and far from zero."""
    for shape in [(2, 3), (1, 4), (5, 1), (6, 2)]:
        yield (rng.normal(size=shape),)
    yield (1e6 + rng.normal(size=(3, 4)),)


COLUMN_MEANS = Exercise(
    id="02.1",
    title="The mean of every column",
    name="column_means",
    points=1,
    minutes=5,
    difficulty=1,
    section="2. Shape and axis",
    reference=a.column_means,
    cases=tables,
    alternatives=[lambda X: X.sum(axis=0) / X.shape[0], a.column_means_loop, lambda X: np.einsum("ij->j", X) / len(X)],
    misconceptions=[
        Misconception(
            "row-means",
            lambda X: X.mean(axis=1),
            "These are the means of the rows. The axis that you name is the one that disappears: which should go?",
        ),
        Misconception(
            "one-mean",
            lambda X: X.mean(),
            "This is one mean of all entries. Without an axis everything is summed away.",
        ),
        Misconception(
            "axis-kept",
            lambda X: X.mean(axis=0, keepdims=True),
            "Right numbers, but with shape (1, d): keepdims left an axis of size 1. Asked is shape (d,).",
        ),
        Misconception("sums", lambda X: X.sum(axis=0), "These are sums. By how many must they be divided?"),
        Misconception(
            "divided-by-columns",
            lambda X: X.sum(axis=0) / X.shape[1],
            "You divided by the number of columns. How many numbers stand in one column?",
        ),
    ],
    hints=[
        "X has shape (n, d). Which of the two has to disappear, so that (d,) is left?",
        "Rows are axis 0. The axis that you name in `mean` is summed away.",
        "return X.mean(axis=…)",
    ],
    takeaway="The axis you name is the axis that goes.",
)


def point_sets(rng):
    """Unequal numbers of points, one point, one dimension, and a point met by itself."""
    yield np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 0.0]])
    yield rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    yield rng.normal(size=(2, 1)), rng.normal(size=(3, 1))
    yield rng.normal(size=(4, 5)), rng.normal(size=(1, 5))
    points = rng.normal(size=(3, 3))
    yield points, points.copy()


PAIRWISE = Exercise(
    id="02.2",
    title="All distances, no loop",
    name="pairwise_distances",
    points=3,
    minutes=20,
    difficulty=3,
    section="4. Broadcasting",
    reference=a.pairwise_distances,
    cases=point_sets,
    atol=1e-7,
    alternatives=[a.pairwise_by_norm, lambda A, B: np.sqrt(np.einsum("ijk->ij", (A[:, None] - B) ** 2))],
    misconceptions=[
        Misconception(
            "no-root",
            a.pairwise_squared,
            "These are the *squared* distances: (3, 4) is at distance 5 from the origin, not 25.",
        ),
        Misconception(
            "absolute",
            a.pairwise_manhattan,
            "You added up the absolute differences: 3 + 4 = 7. The straight way is shorter (Pythagoras).",
        ),
        Misconception(
            "not-summed",
            a.pairwise_no_sum,
            "The coordinates are still apart: one axis too many. Over which one is to be summed before the root?",
        ),
        Misconception(
            "summed-too-early",
            a.pairwise_root_inside,
            "The differences were summed before they were squared, so they cancel each other.",
        ),
        Misconception(
            "transposed",
            a.pairwise_transposed,
            "Rows and columns have changed places: entry (i, j) should be the distance from A[i] to B[j].",
        ),
    ],
    hints=[
        "The result has shape (n, m). Which shapes, made from (n, d) and (m, d), are repeated to (n, m, d)?",
        "`A[:, None, :]` has shape (n, 1, d). What does minus B, of shape (m, d), give?",
        "np.sqrt(((A[…] - B[…]) ** 2).sum(axis=…))",
    ],
    forbidden=["scipy.spatial.distance.cdist", "sklearn.metrics.pairwise.euclidean_distances"],
    takeaway="Two axes of size 1 in the right places replace two loops.",
)

PREDICT_SHAPES = Exercise(
    id="02.3",
    title="Predict shapes and values",
    name="answers",
    kind="value",
    points=6,
    minutes=10,
    difficulty=2,
    section="4. Broadcasting",
    reference=a.SHAPES,
    alternatives=[
        dict(reversed(a.SHAPES.items())),
        {**a.SHAPES, "X.sum(axis=1)": [2], "values of v[v > 4]": np.array([6])},
    ],
    misconceptions=[
        Misconception(
            "axis-that-stays", {"X.sum(axis=1)": (3,)}, "axis=1 is the axis that goes: 3 columns are summed."
        ),
        Misconception("none-in-front", {"X[:, None, :]": (1, 2, 3)}, "None puts the new axis where it stands: second."),
        Misconception(
            "one-row-only", {"X + X[0]": (3,)}, "X[0] has shape (3,), and is added to each of the two rows of X."
        ),
        Misconception("inner-sizes", {"X.T @ X": (2, 2)}, "(3, 2) @ (2, 3): the inner sizes meet and vanish."),
        Misconception(
            "other-sign",
            {"values of v - v[:, None]": [[0, -2], [2, 0]]},
            "Entry (i, j) is v[j] - v[i]: v itself runs along the columns. You have it the other way round.",
        ),
        Misconception(
            "mask-itself",
            {"values of v[v > 4]": [False, True]},
            "v > 4 is the mask. As an index it picks the values where it is True.",
        ),
    ],
    hints=[
        "Write each shape on paper, aligned at the right; the new axis None has size 1.",
        "v has shape (2,), v[:, None] has shape (2, 1): 4 and 6 along the columns, minus 4 and 6 along the rows.",
        "For `@`: (a, b) @ (b, c) gives (a, c). For a mask: how many entries are larger than 4?",
    ],
    takeaway="Shapes are predicted before they are printed. It is the quickest test there is.",
)


def series(rng):
    """Short and long series, windows of one, of all, and in between."""
    yield np.array([1.0, 2.0, 6.0]), 2
    yield rng.normal(size=7), 3
    yield rng.normal(size=5), 1
    yield rng.normal(size=4), 4
    yield 1000 + rng.normal(size=9), 4


MOVING_AVERAGE = Exercise(
    id="02.4",
    title="A moving average",
    name="moving_average",
    points=3,
    minutes=15,
    difficulty=3,
    section="3. Views and copies",
    reference=a.moving_average,
    cases=series,
    alternatives=[a.moving_average_windows, a.moving_average_slices],
    misconceptions=[
        Misconception(
            "incomplete-windows",
            a.moving_average_same,
            "At the beginning you average fewer than k values. Only complete windows count: n - k + 1 of them.",
        ),
        Misconception(
            "zeros-in-front",
            a.moving_average_padded,
            "The first values are too small: zeros stand in for what came before. Only complete windows count.",
        ),
        Misconception(
            "last-window-missing",
            a.moving_average_short,
            "The last window is missing. How many windows of 2 fit into 3 values? n - k + 1, not n - k.",
        ),
        Misconception("sums", a.moving_average_sum, "These are sums of k values. What makes them averages?"),
        Misconception(
            "blocks",
            a.moving_average_blocks,
            "Your windows stand side by side. A moving window goes on by one value, and windows overlap.",
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


def pictures(rng):
    """Small pictures of decimal numbers with a box in them, at an edge, one point, everything."""
    yield np.zeros((2, 3)), (0, 1, 1, 3), 5.0
    yield rng.uniform(size=(4, 5)), (1, 3, 2, 4), 0.5
    yield rng.uniform(size=(3, 3)), (2, 3, 0, 1), -1.0
    yield rng.uniform(size=(2, 4)), (0, 2, 0, 4), 0.25


BRIGHTENED = Exercise(
    id="02.5",
    title="Who changed my picture?",
    name="brightened",
    kind="repair",
    points=2,
    minutes=10,
    difficulty=2,
    section="3. Views and copies",
    reference=a.brightened,
    broken=a.brightened_broken,
    cases=pictures,
    alternatives=[a.brightened_where, lambda image, box, amount: a.brightened_broken(np.array(image), box, amount)],
    misconceptions=[
        Misconception(
            "unrepaired",
            a.brightened_broken,
            "What comes back is right, but the picture that was handed in has changed too. Which line makes no copy?",
        ),
        Misconception(
            "copied-the-patch",
            a.brightened_lost,
            "The picture is safe now, but nothing is brightened: you changed a copy of the patch. What should be a "
            "copy, and what a view?",
        ),
        Misconception(
            "only-the-patch",
            a.brightened_patch,
            "This is the patch alone. Asked is the whole picture, with the patch brightened in it.",
        ),
        Misconception("everything", a.brightened_all, "The whole picture got brighter. Only the box should."),
    ],
    hints=[
        "Print `np.shares_memory(image, result)` inside the function.",
        "`result = image` gives the same array a second name. `patch` is a view: `patch += amount` writes through it.",
        "One word more in one line is enough.",
    ],
    takeaway="A function that changes what it was given surprises whoever called it.",
)


def label_lists(rng):
    """A missing last class, one label, all the same, random."""
    yield np.array([0, 2, 1]), 4
    yield np.array([1]), 2
    yield np.array([2, 2]), 3
    yield rng.integers(0, 4, size=6), 5


ONE_HOT = Exercise(
    id="02.6",
    title="Class numbers as rows of zeros and a one",
    name="one_hot",
    points=2,
    minutes=12,
    difficulty=2,
    section="5. Masks",
    reference=a.one_hot,
    cases=label_lists,
    alternatives=[a.one_hot_zeros, a.one_hot_compare],
    misconceptions=[
        Misconception(
            "all-columns",
            a.one_hot_all_columns,
            "Each row has ones in the columns of *all* labels. `table[:, labels]` means all rows; row i needs its own.",
        ),
        Misconception(
            "transposed", a.one_hot_transposed, "Rows and columns have changed places: a row for each label, please."
        ),
        Misconception(
            "own-count",
            a.one_hot_own_count,
            "You took the number of classes from the largest label. A class may be missing here: use `classes`.",
        ),
        Misconception("from-one", a.one_hot_from_one, "Off by one: labels begin at 0, so label 0 is the first column."),
        Misconception(
            "truth-values", a.one_hot_mask, "The places are right. Asked are the numbers 0.0 and 1.0, as float64."
        ),
    ],
    hints=[
        "For labels [0, 2] and 3 classes: [[1, 0, 0], [0, 0, 1]].",
        "Compare a column of labels, shape (n, 1), with np.arange(classes), shape (classes,). What comes out?",
        "(labels[:, None] == …).astype(…)",
    ],
    forbidden=["torch.nn.functional.one_hot", "sklearn.preprocessing.OneHotEncoder"],
    takeaway="A comparison with broadcasting builds the table that lesson 06 needs.",
)

EXERCISES = [COLUMN_MEANS, PAIRWISE, PREDICT_SHAPES, MOVING_AVERAGE, BRIGHTENED, ONE_HOT]
