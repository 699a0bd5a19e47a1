"""Exercise 18.6: Attention without the big table."""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Memory, Misconception
from course_utils.checks.lessons.l18_attention.shared import (
    attention,
    attention_scores,
    qkv,
    steep,
)


def online_cases(rng):
    """Chunks that fit, that do not, of one key, of all keys, and longer than all; fewer and more queries than keys."""
    for T, d, d_v, chunk in [(6, 4, 3, 2), (7, 3, 2, 3), (5, 2, 4, 1), (4, 3, 2, 4), (3, 2, 1, 8), (1, 2, 2, 1)]:
        yield *qkv(rng, (), T, T, d, d_v), chunk
    yield *qkv(rng, (), 2, 7, 3, 2), 3
    yield *qkv(rng, (), 6, 3, 2, 3), 2
    for rows in ([1000.0, 1.0, 0.5, 2.0], [-1000.0, 1.0, 0.0, -1.0]):
        yield *steep(rng, rows, 4), 2
    q, k, v = steep(rng, [1000.0, -1000.0, 0.0, 1.0, -1.0], 5)
    yield q, k * np.array([[1.0], [1.0], [0.5], [-1.0], [-1.0]]), v, 2  # the largest score comes first, or last


def long_case(rng):
    """Few queries and very many keys: whoever lets one query meet all keys holds a number for each."""
    return Case(*qkv(rng, (), 8, int(rng.integers(250_000, 280_000)), 4, 3), 64)


def a_number_a_key(case):
    """Bytes of one float64 for each key."""
    return 8 * len(case.args[1])


def online_attention(q, k, v, chunk):
    top = np.full((*q.shape[:-1], 1), -np.inf)  # largest score so far, a number for each query
    total, mixed = np.zeros(top.shape), np.zeros((*q.shape[:-1], v.shape[-1]))
    for start in range(0, k.shape[-2], chunk):
        keys = slice(start, start + chunk)
        scores = attention_scores(q, k[..., keys, :])
        new = np.maximum(top, scores.max(axis=-1, keepdims=True))
        powers, shrink = np.exp(scores - new), np.exp(top - new)
        total = shrink * total + powers.sum(axis=-1, keepdims=True)
        mixed = shrink * mixed + powers @ v[..., keys, :]
        top = new
    return mixed / total


def online_by_merging(q, k, v, chunk):
    """Each chunk's own attention, joined to the result so far by the logarithms of their sums."""
    log_total, out = -np.inf, 0.0
    for start in range(0, len(k), chunk):
        scores = attention_scores(q, k[start : start + chunk])
        top = scores.max(axis=1, keepdims=True)
        here = top + np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
        joined = np.logaddexp(log_total, here)
        out = np.exp(log_total - joined) * out + np.exp(scores - joined) @ v[start : start + chunk]
        log_total = joined
    return out


def online_in_tiles(q, k, v, chunk):
    """A chunk of queries at a time, and for each a walk over chunks of keys."""
    parts = [online_attention(q[i : i + chunk], k, v, chunk) for i in range(0, len(q), chunk)]
    return np.concatenate(parts)


def rising(top, scores):
    return np.maximum(top, scores.max(axis=-1, keepdims=True))


def shared_maximum(top, scores):
    return np.maximum(top, scores.max())


def inverse_factor(old, new):
    return np.where(np.isneginf(old), 0, np.exp(new - old))


def plain_products(q, k):
    return q @ k.T


def products_over_root_of_T(q, k):
    return q @ k.T / np.sqrt(len(q))


def all_at_once(q, k, v, chunk):
    return attention(q, k, v)


def changed_online(first=-np.inf, largest=rising, factor=lambda old, new: np.exp(old - new), total=True, mixed=True,
                   scores=attention_scores, end=lambda mixed, total: mixed / total):  # fmt: skip
    """The online walk with one step spoilt; `total` and `mixed`: is this sum rescaled?"""

    def answer(q, k, v, chunk):
        top, weight, mean = np.full((len(q), 1), first), np.zeros((len(q), 1)), np.zeros((len(q), v.shape[1]))
        for start in range(0, len(k), chunk):
            s = scores(q, k[start : start + chunk])
            new = largest(top, s)
            shrink, powers = factor(top, new), np.exp(s - new)
            weight = (shrink if total else 1) * weight + powers.sum(axis=1, keepdims=True)
            mean = (shrink if mixed else 1) * mean + powers @ v[start : start + chunk]
            top = new
        return end(mean, weight)

    return answer


def last_chunk_dropped(q, k, v, chunk):
    whole = len(k) // chunk * chunk
    return online_attention(q, k[:whole], v[:whole], chunk)


def divided_each_time(q, k, v, chunk):
    """The output is divided by the sum so far in each chunk, and taken on as if it were not."""
    top, total, out = np.full((len(q), 1), -np.inf), 0.0, 0.0
    for start in range(0, len(k), chunk):
        scores = attention_scores(q, k[start : start + chunk])
        new = rising(top, scores)
        powers, shrink = np.exp(scores - new), np.exp(top - new)
        total = shrink * total + powers.sum(axis=1, keepdims=True)
        out, top = (shrink * out + powers @ v[start : start + chunk]) / total, new
    return out


def chunks_alone(q, k, v, chunk):
    starts = range(0, len(k), chunk)
    return np.concatenate([attention(q[i : i + chunk], k[i : i + chunk], v[i : i + chunk]) for i in starts])


def chunks_joined(join):
    """Each chunk gets an attention of its own, and the results are only added or averaged."""

    def answer(q, k, v, chunk):
        starts = range(0, len(k), chunk)
        return join([attention(q, k[i : i + chunk], v[i : i + chunk]) for i in starts], axis=0)

    return answer


def last_chunk_only(q, k, v, chunk):
    start = (len(k) - 1) // chunk * chunk
    return attention(q, k[start:], v[start:])


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="18.6", title="Attention without the big table", name="online_attention", points=5, minutes=30, difficulty=5,
    section="12. Online softmax", reference=online_attention, cases=online_cases,
    forbidden=("family:attention",),  # no needs: memory is measured, and what is supplied may be held elsewhere
    alternatives=[online_by_merging, online_in_tiles],
    memory=Memory(case=long_case, greedy=all_at_once, limit=a_number_a_key,
        message="Right on every case, but for 250,000 keys in chunks of 64 you hold at one moment a number for each "
        "key or more, or need more than 5 seconds. Does some query meet all keys at once, or do you keep something "
        "that is as long as `k`? Or do you walk over single keys?"),
    misconceptions=[
        Misconception("no-scale", changed_online(scores=plain_products),
            "Your scores are plain dot products: the root of d is missing, in every chunk.",
            family="wrong scale of attention scores"),
        Misconception("root-of-len-q", changed_online(scores=products_over_root_of_T),
            "Your scores are divided by the root of the number of queries. In the lesson q was one query, of "
            "length d.", family="wrong scale of attention scores"),
        Misconception("no-maximum", changed_online(first=0.0, largest=lambda top, s: top),
            "Right for small scores; at ±1000 the exponentials leave the range of floats. (18.11) subtracts a running "
            "maximum.", family="numerical instability"),
        Misconception("maximum-may-fall", changed_online(largest=lambda top, s: s.max(axis=1, keepdims=True)),
            "Your maximum is that of the latest chunk and may fall again: then the factor for the old sums is e to "
            "something large. Which of two maxima is kept in (18.11)?"),
        Misconception("starts-at-zero", changed_online(first=0.0),
            "Your running maximum starts at 0. A row whose scores are all near -1000 never gets above it, and its sum "
            "is 0. What is below every number?"),
        Misconception("one-maximum-for-all", changed_online(largest=shared_maximum),
            "All queries share one maximum. A query whose scores lie far below it loses everything: keep a maximum "
            "for each."),
        Misconception("output-not-rescaled", changed_online(mixed=False),
            "The sum of the weights is brought to the new maximum, the sum of the values is not. Both were made under "
            "the old one."),
        Misconception("sum-not-rescaled", changed_online(total=False),
            "The sum of the values is brought to the new maximum, the sum of the weights is not: see (18.11)."),
        Misconception("nothing-rescaled", changed_online(total=False, mixed=False),
            "Each chunk's exponentials belong to another maximum, and you add them as if it were the same. What are "
            "the old sums worth under the new maximum?"),
        Misconception("factor-upside-down", changed_online(factor=inverse_factor),
            "Your old sums grow when a larger maximum comes. It should be the other way round: new minus old, or old "
            "minus new?"),
        Misconception("not-divided", changed_online(end=lambda mixed, total: mixed),
            "You return the sum of the values before it is divided by the sum of the weights."),
        Misconception("divided-in-each-chunk", divided_each_time,
            "You divide by the sum in every chunk and go on with the quotient. Divide once, after the last key."),
        Misconception("last-chunk-dropped", last_chunk_dropped,
            "Where the number of keys is no multiple of chunk, the last keys are not seen. How long may the last chunk "
            "be?"),
        Misconception("average-of-chunks", chunks_joined(np.mean),
            "Each chunk has a softmax of its own, and you average the results. A chunk with poor keys then counts as "
            "much as one with good keys."),
        Misconception("sum-of-chunks", chunks_joined(np.sum),
            "You add up an attention of each chunk. Weights of all keys together must sum to 1, not those of each "
            "chunk."),
        Misconception("last-chunk-only", last_chunk_only,
            "Only the last chunk of keys counts in your answer: each chunk overwrites the one before."),
        Misconception("chunks-alone", chunks_alone,
            "Queries of a chunk see the keys of that same chunk only. Every query meets every key, a chunk at a time."),
    ],
    hints=[
        "Section 12 does it for one query and one score at a time. Now each of its three numbers m, l, u has a row for "
        "each query, and the scores come in a block of (Tq, chunk).",
        "For a new block: the new maximum of each row; the factor e to (old minus new); the block's own exponentials.",
        "Both sums: old times factor, plus what the block brings. For l that is a sum along the block, for u a product "
        "with the block's values.",
        "Start with m = -∞ and zeros, and let range(0, len(k), chunk) give the starts: a slice may run over the end. "
        "Divide after the loop.",
    ],
    takeaway="A new maximum rescales what was summed before; then no table is needed.",
)
