"""Exercise 18.2: Scaled dot-product attention."""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Misconception
from course_utils.checks.lessons.l18_attention.shared import (
    attention,
    attention_scores,
    changed,
    hidden,
    qkv,
    scores_times,
    softmax,
    steep,
    steps,
)


def attention_by_rows(q, k, v, mask=None):
    """Query by query: those keys only that may be seen."""
    lead = np.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    q, k, v = (np.broadcast_to(a, (*lead, *a.shape[-2:])) for a in (q, k, v))
    may = np.broadcast_to(True if mask is None else mask, (*lead, q.shape[-2], k.shape[-2]))
    out = np.zeros((*lead, q.shape[-2], v.shape[-1]))
    for place in np.ndindex(q.shape[:-1]):
        seen, at = may[place], place[:-1]
        if seen.any():
            scores = k[at][seen] @ q[place] / q.shape[-1] ** 0.5
            powers = np.exp(scores - scores.max())
            out[place] = powers @ v[at][seen] / powers.sum()
    return out


def attention_by_zeros(q, k, v, mask=None):
    """The mask as a factor of the powers; the largest visible score is taken off first."""
    scores = np.einsum("...id,...jd->...ij", q / q.shape[-1] ** 0.5, k)
    mask = np.broadcast_to(True if mask is None else mask, scores.shape)
    top = scores.max(axis=-1, keepdims=True, where=mask, initial=-1e300)
    powers = np.where(mask, np.exp(np.minimum(scores - top, 0)), 0)
    return np.einsum("...ij,...jd->...id", powers, v) / np.maximum(powers.sum(axis=-1, keepdims=True), 1e-300)


def attention_by_nan(q, k, v, mask=None):
    """A plain softmax, whose NaN rows are then made zero."""
    scores = hidden(attention_scores(q, k), mask)
    with np.errstate(invalid="ignore"):
        weights = softmax_no_guard(scores)
    return np.nan_to_num(weights, nan=0.0) @ v


def hide_by(change):
    return lambda scores, mask: scores if mask is None else change(scores, mask)


def softmax_no_guard(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_no_shift(scores):
    powers = np.exp(scores)
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_no_shift_guarded(scores):
    """(18.5) as it stands: 0 where the sum is 0."""
    powers = np.exp(scores)
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total > 0, total, 1)


def softmax_one_shift(scores):
    """The largest score of the whole array taken off: a row far below it becomes 0/0."""
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_one_shift_guarded(scores):
    powers = np.exp(scores - max(scores.max(), -1e300))
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total > 0, total, 1)


def softmax_axis_lost(scores):
    powers = np.exp(scores - scores.max(axis=-1))
    return powers / powers.sum(axis=-1)


def values_inside(q, k, v, mask=None):
    return softmax(hidden(attention_scores(q, k), mask) @ v)


def largest_of_all_keys(q, k, v, mask=None):
    """(18.5) with the row's largest score taken off, but the hidden ones count in it."""
    scores = attention_scores(q, k)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True)) * (1.0 if mask is None else mask)
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total > 0, total, 1) @ v


def attention_cases(rng):
    yield qkv(rng, (), 3, 5, 4, 2)
    yield qkv(rng, (2,), 4, 3, 2, 3)
    yield Case(*qkv(rng, (), 3, 4, 2, 3), mask=steps(rng, 3, 4))
    yield Case(*qkv(rng, (), 2, 2, 3, 1), mask=np.array([[True, False], [True, True]]))
    yield Case(*qkv(rng, (2,), 2, 3, 4, 2), mask=np.array([[[True, True, False]], [[False, True, False]]]))
    hides_an_example = np.array([[True, False, True], [False, False, False]]).reshape(2, 1, 1, 3)
    yield Case(*qkv(rng, (2, 2), 4, 3, 2, 2), mask=hides_an_example)
    yield Case(*qkv(rng, (1, 3), 3, 3, 1, 2), mask=np.tri(3, dtype=bool))
    yield steep(rng, [1000.0, -1000.0, 1.0, 0.0], 4)
    yield steep(rng, [0.5, -1000.0, -0.5], 3)
    q, k, v = steep(rng, [1.0, 1000.0, 0.0], 4)
    both = np.array([1.0, -1.0, 1.0, -1.0])
    yield q, k * both[:, None], v  # both in one row
    yield Case(*steep(rng, [-1000.0, 1000.0, 2.0], 3), mask=steps(rng, 3, 3)[::-1])
    yield Case(q, k * both[:, None], v, mask=both[None] < 0)  # the large one is hidden


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="18.2", title="Scaled dot-product attention", name="scaled_dot_product_attention", points=5, minutes=20,
    difficulty=4, section="5. Masks", reference=attention, cases=attention_cases, needs=("18.1",),
    forbidden=("family:attention", "course_utils.masks.masked_softmax_"),
    alternatives=[attention_by_rows, attention_by_zeros, attention_by_nan],
    misconceptions=[
        Misconception("no-scale", changed(scores=scores_times(lambda q, k: 1.0)),
            "Your weights are too sharp: the scores are not divided by the root of d.",
            family="wrong scale of attention scores"),
        Misconception("divided-by-d", changed(scores=scores_times(lambda q, k: 1 / q.shape[-1])),
            "Your weights are too even: the scores are divided by d, or twice by its root. Once is enough.",
            family="wrong scale of attention scores"),
        Misconception("root-of-T", changed(scores=scores_times(lambda q, k: k.shape[-2] ** -0.5)),
            "The scores are divided by the root of the number of keys. With one more key, should all scores shrink?",
            family="wrong scale of attention scores"),
        Misconception("over-queries", changed(weigh=lambda s: softmax(s, -2)),
            "Your weights sum to 1 in each column: queries compete for a key. A query divides its attention among the "
            "keys: along which axis?", family="wrong axis"),
        Misconception("over-everything", changed(weigh=lambda s: softmax(s, (-2, -1))),
            "All weights of a table together sum to 1. Each query has a sum of its own.", family="wrong axis"),
        Misconception("softmax-twice", changed(weigh=lambda s: softmax(softmax(s))),
            "Two softmaxes, one after the other: their input lies between 0 and 1, so all weights come out nearly "
            "equal. The article check shows it."),
        Misconception("no-softmax", changed(weigh=lambda s: s, after=lambda w, m: np.where(m, w, 0)),
            "You mix the values with raw scores, which do not sum to 1. Which step of (18.2) is left out?"),
        Misconception("overflow", changed(weigh=softmax_no_shift),
            "Right for small scores; at ±1000, and where nothing may be seen, NaN comes out. Softmax does not change "
            "when every score of a row loses the same number (lesson 06).", family="numerical instability"),
        Misconception("overflow-hidden", changed(weigh=softmax_no_shift_guarded),
            "Right for small scores. At 1000 the exponential is infinite; at -1000 all of them are 0, and your row "
            "looks as if nothing might be seen. Take each row's largest score off first (lesson 06).",
            family="numerical instability"),
        Misconception("hidden-score-taken-off", largest_of_all_keys,
            "You take off the largest score of the row, hidden keys included. Where a hidden score is 1000 and the "
            "visible ones are -1000, every power becomes 0. The largest of which keys should it be?"),
        Misconception("one-shift-for-all", changed(weigh=softmax_one_shift),
            "You subtract one largest score from the whole array. A row that lies far below it becomes 0/0: every row "
            "needs its own.", family="numerical instability"),
        Misconception("far-row-is-zero", changed(weigh=softmax_one_shift_guarded),
            "A query whose scores are all near -1000 gets zeros, though it may attend everywhere: one largest score "
            "of the whole array was subtracted. Only a row without a visible key gives zeros."),
        Misconception("axis-lost", changed(weigh=softmax_axis_lost),
            "max and sum took an axis away, and the shapes no longer fit, or fit by chance. Which option leaves it, "
            "with length 1?"),
        Misconception("nan-row", changed(weigh=softmax_no_guard),
            "Right, but for a query that may attend nowhere: there -∞ minus -∞ gives NaN. Its output should be "
            "zeros, see (18.5)."),
        Misconception("mean-row", changed(hide=hide_by(lambda s, m: np.where(m, s, -1e9))),
            "A query that may attend nowhere gets the mean of all values: with the same large negative number "
            "everywhere, softmax finds all keys equal. (18.5) asks for zeros."),
        Misconception("row-as-if-unmasked",
            changed(hide=hide_by(lambda s, m: s + np.where(m, 0, -1e9))),
            "A query that may attend nowhere attends as if there were no mask: the same number came off all its "
            "scores, and softmax does not feel that."),
        Misconception("fill-not-low-enough", changed(hide=hide_by(lambda s, m: np.where(m, s, -100.0))),
            "You hide keys with -100. Where the visible scores are -1000, the hidden key wins. Which number is below "
            "every score?", family="numerical instability"),
        Misconception("mask-added", changed(hide=hide_by(lambda s, m: s + m)),
            "True and False were added to the scores as 1 and 0: a hidden key loses only a little. Its weight must "
            "be 0."),
        Misconception("mask-times-scores", changed(hide=hide_by(lambda s, m: s * m)),
            "Hidden keys get the score 0, and e to the 0 is 1: they are still seen, and may even win."),
        Misconception("mask-inverted", changed(hide=hide_by(lambda s, m: np.where(m, -np.inf, s))),
            "You hide what may be seen, and see what is hidden. True means: may attend.",
            family="mask ignored or turned round"),
        Misconception("mask-on-its-side", lambda q, k, v, mask=None:
            attention(q, k, v, None if mask is None else np.swapaxes(mask, -1, -2)),
            "Your mask lies on its side, where it fits at all. Its last two axes are those of the scores: rows are "
            "queries, columns are keys.", family="transposed"),
        Misconception("keys-and-values-exchanged", lambda q, k, v, mask=None: attention(q, v, k, mask),
            "Keys and values have changed places: you compare queries with values. With which of the two does a query "
            "share its d features?"),
        Misconception("hidden-by-1000", changed(hide=hide_by(lambda s, m: np.where(m, s, -1000.0)),
            after=lambda w, m: w * m.any(axis=-1, keepdims=True)),
            "You hide keys with -1000, and scores may be as low themselves: then a hidden key counts as much as a "
            "visible one. Which number is below every score?", family="numerical instability"),
        Misconception("lowered-by-1000", changed(hide=hide_by(lambda s, m: s - 1000.0 * ~m),
            after=lambda w, m: w * m.any(axis=-1, keepdims=True)),
            "You take 1000 off hidden scores. One of 1000 is then 0, and wins against visible ones of -1000. What is "
            "left of a hidden score should be below every score.", family="numerical instability"),
        Misconception("mask-after-softmax", changed(hide=lambda s, m: s, after=lambda w, m: w * m),
            "The mask came after the softmax: what the hidden keys had taken is lost, and the rest no longer sums to "
            "1."),
        Misconception("mask-ignored", changed(hide=lambda s, m: s),
            "The mask changes nothing in your answer.", family="mask ignored or turned round"),
        Misconception("values-inside", values_inside,
            "The values went into the softmax. Weights first, from scores alone; then the mean of the values."),
        Misconception("weights-returned", changed(mix=lambda w, v: w),
            "These are the weights. Asked is what they make of the values."),
    ],
    hints=[
        "Four steps: scores, mask, softmax, mean of the values. Which axis do scores and values share at the end?",
        "Hide a key before the softmax, with a score that is below every other: -np.inf. np.where takes a mask that "
        "broadcasts.",
        "Subtract each row's own largest score. In a row of nothing but -inf that is -inf itself: put a 0 in its "
        "place, and every exponential becomes 0.",
        "Then such a row sums to 0. Divide by 1 there, by the sum everywhere else.",
    ],
    takeaway="Scores, mask, softmax over the keys, mean of the values: in this order.",
)
