"""Exercise 18.1: Every query meets every key."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l18_attention.shared import attention_scores, qkv, scores_times, softmax


def scores_by_loops(q, k):
    lead = np.broadcast_shapes(q.shape[:-2], k.shape[:-2])
    scores = np.empty((*lead, q.shape[-2], k.shape[-2]))
    for i, j in np.ndindex(q.shape[-2], k.shape[-2]):
        scores[..., i, j] = (q[..., i, :] * k[..., j, :]).sum(axis=-1) / q.shape[-1] ** 0.5
    return scores


def cosines(q, k):
    q, k = (a / np.linalg.norm(a, axis=-1, keepdims=True) for a in (q, k))
    return q @ k.swapaxes(-1, -2)


def score_cases(rng):
    """Unequal sizes, one that is square, one of a single number, and many leading axes."""
    for lead, Tq, Tk, d in [((), 3, 5, 4), ((), 1, 1, 1), ((2,), 4, 3, 2), ((), 3, 3, 3), ((2, 3), 2, 4, 9)]:
        yield qkv(rng, lead, Tq, Tk, d, 1)[:2]
    yield np.array([[1000.0, 0.0, 0.0, 0.0]]), np.array([[2.0, 1.0, -1.0, 0.5], [-2.0, 0.0, 1.0, 0.0]])


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="18.1", title="Every query meets every key", name="attention_scores", points=2, minutes=8, difficulty=2,
    section="4. All queries at once", reference=attention_scores, cases=score_cases,
    alternatives=[
        scores_by_loops,
        lambda q, k: np.einsum("...id,...jd->...ij", q, k) * q.shape[-1] ** -0.5,
        lambda q, k: (q / np.sqrt(k.shape[-1])) @ np.moveaxis(k, -1, -2),
    ],
    misconceptions=[
        Misconception("no-scale", scores_times(lambda q, k: 1.0),
            "These are the plain dot products. They grow with the number of features; what does (18.3) do about it?",
            family="wrong scale of attention scores"),
        Misconception("divided-by-d", scores_times(lambda q, k: 1 / q.shape[-1]),
            "You divide by d itself (or twice by its root). By (18.3) it is the variance that grows like d; and the "
            "spread?", family="wrong scale of attention scores"),
        Misconception("times-root", scores_times(lambda q, k: q.shape[-1] ** 0.5),
            "You multiply by the root, which makes large scores larger still.",
            family="wrong scale of attention scores"),
        Misconception("root-of-T", scores_times(lambda q, k: k.shape[-2] ** -0.5),
            "You divide by the root of the number of keys. How many products does one score add up?",
            family="wrong scale of attention scores"),
        Misconception("root-of-len-q", scores_times(lambda q, k: len(q) ** -0.5),
            "You divide by the root of len(q). In the lesson q was one query, and its length was d. Here q holds many "
            "queries: which axis has length d?", family="wrong scale of attention scores"),
        Misconception("root-of-axis-1", scores_times(lambda q, k: q.shape[1] ** -0.5),
            "You take d from axis 1. Without a batch that is right; with one, axis 1 has the queries. Counted from the "
            "end, which axis has the features?", family="wrong axis"),
        Misconception("not-turned", lambda q, k: q @ k / q.shape[-1] ** 0.5,
            "q @ k multiplies rows of q with *columns* of k, and only fits where k is square. A key is a row of k."),
        Misconception("reshaped", lambda q, k: q @ k.reshape(*k.shape[:-2], *k.shape[:-3:-1]) / q.shape[-1] ** 0.5,
            "The shape of the table is right and its numbers are not: reshape moves none of k's numbers, so its rows "
            "do not become columns. Which function exchanges two axes?", family="reshaped where axes are to be moved"),
        Misconception("T-turns-everything", lambda q, k: q @ k.T / q.shape[-1] ** 0.5,
            "Right for two axes. With a batch, .T turns the batch axis too; only the last two axes should change "
            "places."),
        Misconception("keys-by-queries", lambda q, k: attention_scores(k, q),
            "Your table lies on its side: a row for each key. Asked is a row for each query.", family="transposed"),
        Misconception("no-sum", lambda q, k: q * k / q.shape[-1] ** 0.5,
            "q * k multiplies query i with key i, entry by entry. A score is a sum over the features, and every query "
            "meets every key."),
        Misconception("weights", lambda q, k: softmax(attention_scores(q, k)),
            "Your rows sum to 1, so these are weights already. Scores come before the softmax."),
        Misconception("cosine", cosines,
            "You divide by the lengths of the vectors: cosines. Here a long key may win by its length; only d counts."),
    ],
    hints=[
        "For one query and one key it is a dot product. How many of them are there, and where does each one stand?",
        "A matrix product takes rows of the left and columns of the right. Keys are rows of k: exchange its last two "
        "axes, and no others.",
        "product of q and k with its last axes exchanged, divided by the root of q.shape[-1].",
    ],
    takeaway="A row for each query, a column for each key.",
)
