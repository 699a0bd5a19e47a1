"""What several exercises of lesson 18 use: answers that others build on, and their cases."""

import numpy as np


def attention_scores(q, k):
    return q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])


def scores_times(factor):
    """q kᵀ with another factor than 1/√d."""
    return lambda q, k: q @ k.swapaxes(-1, -2) * factor(q, k)


def softmax(scores, axis=-1):
    """Where a row holds nothing but -inf: zeros."""
    top = scores.max(axis=axis, keepdims=True)
    powers = np.exp(scores - np.where(np.isneginf(top), 0, top))
    total = powers.sum(axis=axis, keepdims=True)
    return powers / np.where(total > 0, total, 1)


def hidden(scores, mask):
    return scores if mask is None else np.where(mask, scores, -np.inf)


def attention(q, k, v, mask=None):
    return softmax(hidden(attention_scores(q, k), mask)) @ v


def changed(scores=attention_scores, hide=hidden, weigh=softmax, after=lambda weights, mask: weights, mix=np.matmul):
    """A right attention with one step spoilt."""

    def answer(q, k, v, mask=None):
        weights = weigh(hide(scores(q, k), mask))
        return mix(weights if mask is None else after(weights, mask), v)

    return answer


def split_heads(x, heads):
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3).copy()  # no view of x to write into


def split_interleaved(x, heads):
    return x.reshape(*x.shape[:2], -1, heads).transpose(0, 3, 1, 2)


def split_by_reshape(x, heads):
    return x.reshape(len(x), heads, x.shape[1], -1)


def qkv(rng, lead, Tq, Tk, d, d_v):
    return rng.normal(size=(*lead, Tq, d)), rng.normal(size=(*lead, Tk, d)), rng.normal(size=(*lead, Tk, d_v))


def steep(rng, rows, Tk):
    """q, k, v whose scores are about `rows` in the rows of q: ±1000, but not quite the same for each key."""
    near = 1 + 0.001 * rng.permutation(Tk)
    q, k = np.outer(rows, [0.5, 0.5, 0.5, 0.5]), np.outer(near, [1.0, 1.0, 1.0, 1.0])
    return q, k, rng.normal(size=(Tk, 2))


def steps(rng, Tq, Tk):
    """A mask whose row t sees t keys: the first sees none."""
    return rng.permutation(np.tri(Tq, Tk, k=-1, dtype=bool), axis=1)


def keys(real):
    return real[:, None, :]
