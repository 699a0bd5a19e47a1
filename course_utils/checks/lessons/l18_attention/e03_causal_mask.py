"""Exercise 18.3: No look ahead."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def causal_mask(T):
    return np.tri(T, dtype=bool)


def causal_by_loops(T):
    mask = np.zeros((T, T), dtype=bool)
    for t in range(T):
        mask[t, : t + 1] = True
    return mask


def length_cases(rng):
    return [1, 2, 3, 5, int(rng.integers(6, 12))]


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="18.3", title="No look ahead", name="causal_mask", points=1, minutes=5, difficulty=1, section="5. Masks",
    reference=causal_mask, cases=length_cases,
    forbidden=("course_utils.masks.causal_mask", "course_utils.attention.causal_mask"),
    alternatives=[
        causal_by_loops,
        lambda T: np.arange(T)[:, None] >= np.arange(T),
        lambda T: np.tril(np.ones((T, T), dtype=bool)),
    ],
    misconceptions=[
        Misconception("not-itself", lambda T: np.tri(T, k=-1, dtype=bool),
            "The diagonal is False: no position sees itself, and the first sees nothing at all.", family="off by one"),
        Misconception("upper", lambda T: np.tri(T, dtype=bool).T,
            "Your mask lies on its side: the first position sees all of the future. Rows are queries, columns keys."),
        Misconception("inverted", lambda T: ~np.tri(T, dtype=bool),
            "True stands where the future is. Many libraries mark what is forbidden; here True means may attend.",
            family="mask ignored or turned round"),
        Misconception("one-ahead", lambda T: np.tri(T, k=1, dtype=bool),
            "Each position sees one place into the future: the very word it is to predict.", family="off by one"),
        Misconception("two-at-most", lambda T: np.tri(T, dtype=bool) & ~np.tri(T, k=-2, dtype=bool),
            "Each position sees itself and the one before. *All* positions before it may be seen."),
        Misconception("last-row-empty", lambda T: np.tri(T, dtype=bool) & (np.arange(T) < T - 1)[:, None],
            "Your last row is empty: the loop ends one row too early.", family="off by one"),
        Misconception("other-diagonal", lambda T: np.tri(T, dtype=bool)[:, ::-1],
            "Your triangle leans on the other diagonal: position 0 sees the last key. Which columns may row 0 have?"),
        Misconception("floats", lambda T: np.tri(T),
            "The right triangle, as numbers 1.0 and 0.0. A mask answers yes or no: which dtype is that?"),
        Misconception("integers", lambda T: np.tri(T, dtype=int),
            "The right triangle, as whole numbers 1 and 0. ~ of them is -2 and -1: which dtype answers yes or no?"),
        Misconception("additive", lambda T: np.where(np.tri(T, dtype=bool), 0.0, -np.inf),
            "This is a mask to be added to scores, 0 and -∞. Here a mask is boolean."),
        Misconception("everything", lambda T: np.ones((T, T), dtype=bool),
            "Everybody sees everything."),
        Misconception("axis-in-front", lambda T: np.tri(T, dtype=bool)[None],
            "There is one axis too many in front. Broadcasting will add what a batch needs."),
    ],
    hints=[
        "Write it down for T = 3: which keys may query 0 see? And query 2?",
        "Entry (t, s) is True when s is not later than t.",
        "Compare np.arange(T) as a column with np.arange(T) as a row; or look up np.tril.",
    ],
    takeaway="Row t is True up to and with column t.",
)
