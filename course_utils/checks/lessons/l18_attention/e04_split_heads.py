"""Exercise 18.4: Cut the features into heads."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l18_attention.shared import split_by_reshape, split_heads, split_interleaved


def split_by_slices(x, heads):
    d = x.shape[-1] // heads
    return np.stack([x[:, :, h * d : (h + 1) * d] for h in range(heads)], axis=1)


def split_time(x, heads):
    """The positions dealt out to the heads, not the features."""
    return x.reshape(len(x), heads, x.shape[1] // heads, x.shape[2])


def head_cases(rng):
    for N, T, heads, d in [(2, 3, 2, 4), (1, 4, 3, 2), (3, 2, 1, 5), (2, 6, 3, 1), (2, 4, 4, 3)]:
        yield rng.normal(size=(N, T, heads * d)), heads


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="18.4", title="Cut the features into heads", name="split_heads", points=2, minutes=7, difficulty=2,
    section="7. Several heads", reference=split_heads, cases=head_cases,
    forbidden=("course_utils.attention._split_heads",),
    alternatives=[
        split_by_slices,
        lambda x, heads: np.stack(np.split(x, heads, axis=-1), axis=1),
        lambda x, heads: np.moveaxis(x.reshape(*x.shape[:2], heads, -1), 2, 1),
    ],
    misconceptions=[
        Misconception("reshape-only", split_by_reshape,
            "The shape is right and the contents are mixed up: reshape moves no number, so your head 0 holds all "
            "features of the first positions. Cut the features first, then exchange two axes.",
            family="reshaped where axes are to be moved"),
        Misconception("interleaved", split_interleaved,
            "Your head h has every heads-th feature. It should have features that stand side by side.",
            family="reshaped where axes are to be moved"),
        Misconception("not-moved", lambda x, heads: x.reshape(*x.shape[:2], heads, -1),
            "The features are cut rightly, but heads stands after T. Attention works on the last two axes: they should "
            "be T and d."),
        Misconception("heads-in-front", lambda x, heads: split_heads(x, heads).swapaxes(0, 1),
            "The heads stand before the batch. Asked is (N, heads, T, D / heads).", family="wrong axis"),
        Misconception("features-before-time", lambda x, heads: split_heads(x, heads).swapaxes(2, 3),
            "Inside a head your features come before the positions. That is how keys stand in q kᵀ; here T comes "
            "first.", family="wrong axis"),
        Misconception("size-for-number", lambda x, heads: split_heads(x, x.shape[-1] // heads),
            "You made D / heads heads of `heads` features each. It is the other way round."),
        Misconception("every-head-gets-all", lambda x, heads: np.repeat(x[:, None], heads, axis=1),
            "Every head got all D features. They should share them."),
        Misconception("time-cut", split_time,
            "The positions were dealt out to the heads. Every head sees all positions, and a part of the features."),
    ],
    hints=[
        "D numbers become heads groups of D / heads. How can one axis become two?",
        "reshape may cut the last axis into (heads, D / heads): that keeps the order of the numbers.",
        "Then the axes are (N, T, heads, d), and two of them must change places: transpose or swapaxes.",
    ],
    takeaway="reshape cuts an axis, transpose moves it; each does what the other cannot.",
)
