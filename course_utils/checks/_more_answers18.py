"""More answers to the exercises of lesson 18: the online softmax, padding, and a head made by hand."""

import numpy as np

from course_utils.checks._answers18 import attention, attention_scores, softmax


# 18.6 ---------------------------------------------------------------------------------------------------------------
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


def attention_in_rows(q, k, v, chunk):
    """A chunk of queries at a time, and all keys: never more than chunk · T scores."""
    out = np.empty((len(q), v.shape[1]))
    for i in range(0, len(q), chunk):
        out[i : i + chunk] = attention(q[i : i + chunk], k, v)
    return out


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


# 18.7 ---------------------------------------------------------------------------------------------------------------
def real_positions(x, lengths):
    return np.arange(x.shape[1]) < lengths[:, None]  # (N, T)


def keys(real):
    return real[:, None, :]


def queries(real):
    return real[:, :, None]


def one_too_many(x, lengths):
    return np.arange(x.shape[1]) <= lengths[:, None]


def sentence_vectors(x, lengths):
    real = real_positions(x, lengths)
    mixed = attention(x, x, x, mask=real[:, None, :] & real[:, :, None])
    return mixed.sum(axis=1) / lengths[:, None]


def broken_vectors(x, lengths):
    real = real_positions(x, lengths)
    mixed = attention(x, x, x, mask=real[:, :, None])
    return mixed.sum(axis=1) / lengths[:, None]


def vectors_with(mask=lambda real: real[:, None, :] & real[:, :, None], real=real_positions, mean=None):
    def answer(x, lengths):
        mixed = attention(x, x, x, mask=mask(real(x, lengths)))
        return mixed.sum(axis=1) / lengths[:, None] if mean is None else mean(mixed, real(x, lengths))

    return answer


def vectors_cut(x, lengths):
    """Sentence by sentence, its padding cut off."""
    return np.array([attention(s[:n], s[:n], s[:n]).mean(axis=0) for s, n in zip(x, lengths, strict=True)])


def padding_zeroed(x, lengths):
    real = real_positions(x, lengths)
    x = x * real[:, :, None]
    return attention(x, x, x, mask=real[:, :, None]).sum(axis=1) / lengths[:, None]


# 18.9 ---------------------------------------------------------------------------------------------------------------
STRONG = 30.0


def previous_token_head(C, T, shift=-1, strength=STRONG, content=0.0):
    """The query asks for the position before, the key says its own: both read the position features only."""
    W_q, W_k = np.full((C + T, T), content), np.full((C + T, T), content)
    W_q[C:], W_k[C:] = strength * np.eye(T, k=shift), np.eye(T)
    return W_q, W_k


def previous_with_rows_exchanged(C, T):
    return tuple(np.roll(W, -C, axis=0) for W in previous_token_head(C, T))


def previous_by_keys(C, T):
    W_q, W_k = np.zeros((C + T, T)), np.zeros((C + T, T))
    for t in range(T):
        W_q[C + t, t] = 1.0
        if t + 1 < T:
            W_k[C + t, t + 1] = 10.0 * T
    return W_q, W_k


def previous_by_circle(C, T):
    """Positions as angles on a circle; the query is turned back by one step."""
    angles = 2 * np.pi * np.arange(T) / T
    spots = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    W_q, W_k = np.zeros((C + T, 2)), np.zeros((C + T, 2))
    W_q[C:], W_k[C:] = 40.0 * T**2 * np.roll(spots, 1, axis=0), spots
    return W_q, W_k


def head_weights(received, case):
    """The attention weights (N, T, T) of such a head on sentences not seen."""
    W_q, W_k = (np.asarray(W, dtype=float) for W in received)
    x = case.held
    return softmax(attention_scores(x @ W_q, x @ W_k))


def weight_at(offset):
    """The mean weight on the position `offset` places away, where there is one."""

    def measure(received, case):
        return float(np.diagonal(head_weights(received, case), offset, axis1=1, axis2=2).mean())

    return measure


ENOUGH = 0.9


def looks_at(offset):
    return lambda received, expected, case: weight_at(offset)(received, case) >= ENOUGH


def looks_there_but_softly(received, expected, case):
    """The largest weight of every row is the right one, and it is too small."""
    weights = head_weights(received, case)[:, 1:]
    return bool((weights.argmax(axis=-1) == np.arange(weights.shape[1])).all()) and np.ptp(weights) > 1e-6


def would_look_back_without_content(received, expected, case):
    C = case.args[0]
    blind = [np.concatenate([0 * np.asarray(W)[:C], np.asarray(W)[C:]]) for W in received]
    return weight_at(-1)(blind, case) >= ENOUGH


def would_look_back_in_another_order(received, expected, case):
    C = case.args[0]
    return weight_at(-1)([np.roll(W, C, axis=0) for W in received], case) >= ENOUGH


def has_no_content_rows(received, expected, case):
    return all(len(W) == case.args[1] for W in received)


def looks_evenly(received, expected, case):
    return float(np.ptp(head_weights(received, case))) < 1e-6
