"""The tasks of lesson 18."""

import numpy as np

from course_utils.checks import registry
from course_utils.checks.lessons.l18_attention.e06_online_attention import online_attention
from course_utils.checks.lessons.l18_attention.shared import attention
from tests.checks.promises import Given, Passes

RIGHT = {number: exercise.reference for number, exercise in registry.lesson("18").items()}


def query_by_query(q, k, v, chunk):
    return np.concatenate([attention(row[None], k, v) for row in q])


def in_place(q, k, v, chunk):
    """Query by query, with nothing but one row of scores."""
    out = np.empty((len(q), v.shape[1]))
    for n, row in enumerate(q / np.sqrt(q.shape[1])):
        scores = k @ row
        scores -= scores.max()
        np.exp(scores, out=scores)
        out[n] = scores @ v / scores.sum()
    return out


def rows_of_queries(q, k, v, chunk):
    """A chunk of queries at a time, and all keys."""
    return np.concatenate([attention(q[i : i + chunk], k, v) for i in range(0, len(q), chunk)])


def key_by_key(q, k, v, chunk):
    return online_attention(q, k, v, 1)


def by_a_size_of_its_own(q, k, v, chunk):
    return RIGHT["18.6"](q, k, v, 64)


def in_views(q, k, v, chunk):
    """The same walk, with the chunks cut beforehand."""
    cuts, top, total, mixed = range(chunk, len(k), chunk), -np.inf, 0.0, 0.0
    for keys, values in zip(np.split(k, cuts), np.split(v, cuts), strict=True):
        scores = q @ keys.T / np.sqrt(q.shape[1])
        new = np.maximum(top, scores.max(axis=1, keepdims=True))
        powers, shrink = np.exp(scores - new), np.exp(top - new)
        top, total, mixed = new, shrink * total + powers.sum(axis=1, keepdims=True), shrink * mixed + powers @ values
    return mixed / total


NUMBERS = {
    "of the queries after they were split": "heads-not-cut",
    "of all attention weights": "one-table",
    "of the output": "not-merged",
    "the shapes": "heads-after-time",
    "how many parameters the layer has": "three-projections",
    "weights and biases": "no-biases",
    "how many with 6 heads": "more-heads-more-parameters",
    "when all three keys are equal": "largest-wins",
    "the standard deviation of q·k": "variance",
    "(no scale)": "already-scaled",
    "those of q with standard deviation 2": "spread-ignored",
    "when T doubles": "twice",
}
PROMISES = {
    "18.1": [
        ("the scores (18.3)", "no-scale"),
        ("any number of leading axes", Given(lambda q, k: q.ndim == 4, some=True)),
        ("the same for both", Given(lambda q, k: q.shape[:-2] == k.shape[:-2])),
        ("The result is `(..., Tq, Tk)`", "keys-by-queries"),
        ("No softmax yet", "weights"),
    ],
    "18.2": [
        ("Write `scaled_dot_product_attention", None),
        ("return the output only", "weights-returned"),
        ("Shapes are those of 18.1", "axis-lost"),
        ("broadcasts to the scores", "mask-inverted"),
        (
            "Without one, everything may be seen",
            lambda q, k, v, mask=None: RIGHT["18.2"](q, k, v, mask=mask is not None),
        ),
        ("gets zeros, never NaN", "nan-row"),
        ("gets zeros, never NaN", "mean-row"),
        ("Scores of ±1000 do no harm", "overflow"),
        ("even if only one row has them", "one-shift-for-all"),
    ],
    "18.3": [
        ("a boolean array", "integers"),
        ("`(T, T)`", "axis-in-front"),
        ("position t itself", "not-itself"),
        ("all positions before it", "upper"),
    ],
    "18.4": [
        ("to `(N, heads, T, D / heads)`", "not-moved"),
        ("Head 0 gets the first", "interleaved"),
        ("`heads` divides D", Given(lambda x, heads: x.shape[-1] % heads == 0)),
    ],
    "18.5": [
        ("with several heads", "one-head"),
        ("and so is the result", "merged-by-reshape"),
        ("`params` is a dict", "no-output-projection"),
        ("A projection is `x @ W + b`", "no-biases"),
        ("the h-th group", "interleaved"),
        ("`mask` is `None` or `(T, T)`", "mask-ignored"),
        ("Use your earlier answers", Passes(RIGHT["18.5"])),
    ],
    "18.6": [
        ("the output `(Tq, d_v)` of 18.2", "no-scale"),
        ("for `q` of shape `(Tq, d)`", Given(lambda q, k, v, chunk: len(q) != len(k), some=True)),
        ("Walk over the keys", rows_of_queries),
        ("Walk over the keys", query_by_query),
        ("Walk over the keys", Passes(in_views)),
        ("with (18.11)", "chunks-alone"),
        ("the size that your caller wishes", Passes(by_a_size_of_its_own)),
        ("`chunk` need not divide Tk", "last-chunk-dropped"),
        ("This function stands alone", "too-much-memory"),
        ("Scores of ±1000 must do no harm", "no-maximum"),
        ("Memory is measured", "too-much-memory"),
        ("no query may meet all keys at once", in_place),
        ("a walk over single keys is too slow", key_by_key),
    ],
    "18.7": [
        ("A colleague sends you", None),
        ("sentence n has `lengths[n]` words", "one-too-many"),
        ("padding (any numbers)", "zeros-for-padding"),
        ("the mean over its words", "divided-by-T"),
        ("The words of a sentence attend to each other", "no-mask"),
        ("changes with the padding", "not-repaired"),
        ("Repair it", None),
        ("More than one thing", "keys-only"),
    ],
    "18.8": [
        ("No code: think", None),
        ("A batch of 2 sentences", None),
        ("Write down", None),
        ("and, apart from this layer", None),
        *NUMBERS.items(),
    ],
    "18.9": [
        ("Write `previous_token_head(C, T)`", None),
        ("first C numbers of content", "position-rows-first"),
        ("both `(C + T, d_k)`", "no-rows-for-content"),
        ("the position *before* it", "looks-at-itself"),
        ("whatever the content", "content-counts"),
        ("No training, no mask", None),
        ("at least 0.9", "too-soft"),
        ("with scores as in 18.1", "too-soft"),
        ("does not count", Passes(RIGHT["18.9"])),
    ],
}
