"""Exercise 02.3: Predict shapes and values."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception

SHAPES = {
    "X.sum(axis=1)": (2,),
    "X[:, None, :]": (2, 1, 3),
    "X + X[0]": (2, 3),
    "X.T @ X": (3, 3),
    "values of v - v[:, None]": [[0, 2], [-2, 0]],
    "values of v[v > 4]": [6],
}


EXERCISE = Exercise(
    id="02.3",
    title="Predict shapes and values",
    name="answers",
    kind="value",
    points=6,
    minutes=15,
    difficulty=2,
    section="4. Broadcasting",
    reference=SHAPES,
    alternatives=[
        dict(reversed(SHAPES.items())),
        {**SHAPES, "X.sum(axis=1)": [2], "values of v[v > 4]": np.array([6])},
    ],
    misconceptions=[
        Misconception(
            "axis-that-stays",
            {"X.sum(axis=1)": (3,)},
            "axis=1 is the axis that goes: 3 columns are summed.",
            family="wrong axis",
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
        Misconception(
            "values-for-a-shape",
            {"X.sum(axis=1)": [6, 15]},
            "These are the sums themselves. Asked is their *shape*: how many stand along each axis.",
        ),
        Misconception(
            "a-number-for-a-shape",
            {"X.sum(axis=1)": 2},
            "A shape is a tuple, with one axis too: Python writes a comma behind the only number.",
        ),
        Misconception(
            "axis-that-goes-kept",
            {"X.sum(axis=1)": (2, 1)},
            "The axis that is summed away is gone. It stays, with size 1, only with `keepdims=True`.",
        ),
        Misconception(
            "not-above",
            {"values of v[v > 4]": [4, 6]},
            "`>` asks for *larger* than 4. Is 4 larger than 4?",
        ),
        Misconception(
            "place-for-a-value",
            {"values of v[v > 4]": [1]},
            "This is the place where the mask is True. As an index, it picks what stands there.",
        ),
        Misconception(
            "each-with-itself",
            {"values of v - v[:, None]": [0, 0]},
            "Not each with itself: shapes (2,) and (2, 1) meet in (2, 2), each with each.",
        ),
    ],
    hints=[
        "Write each shape on paper, aligned at the right; the new axis None has size 1.",
        "v has shape (2,), v[:, None] has shape (2, 1): 4 and 6 along the columns, minus 4 and 6 along the rows.",
        "For `@`: (a, b) @ (b, c) gives (a, c). For a mask: how many entries are larger than 4?",
    ],
    takeaway="Shapes are predicted before they are printed. It is the quickest test there is.",
)
