"""Answers to the exercises of lesson 18, right and wrong: one attention, and several heads."""

import numpy as np


# 18.1 ---------------------------------------------------------------------------------------------------------------
def attention_scores(q, k):
    return q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])


def scores_by_loops(q, k):
    lead = np.broadcast_shapes(q.shape[:-2], k.shape[:-2])
    scores = np.empty((*lead, q.shape[-2], k.shape[-2]))
    for i, j in np.ndindex(q.shape[-2], k.shape[-2]):
        scores[..., i, j] = (q[..., i, :] * k[..., j, :]).sum(axis=-1) / q.shape[-1] ** 0.5
    return scores


def scores_times(factor):
    """q kᵀ with another factor than 1/√d."""
    return lambda q, k: q @ k.swapaxes(-1, -2) * factor(q, k)


def cosines(q, k):
    q, k = (a / np.linalg.norm(a, axis=-1, keepdims=True) for a in (q, k))
    return q @ k.swapaxes(-1, -2)


# 18.2 ---------------------------------------------------------------------------------------------------------------
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


def changed(scores=attention_scores, hide=hidden, weigh=softmax, after=lambda weights, mask: weights, mix=np.matmul):
    """A right attention with one step spoilt."""

    def answer(q, k, v, mask=None):
        weights = weigh(hide(scores(q, k), mask))
        return mix(weights if mask is None else after(weights, mask), v)

    return answer


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


# 18.3 ---------------------------------------------------------------------------------------------------------------
def causal_mask(T):
    return np.tri(T, dtype=bool)


def causal_by_loops(T):
    mask = np.zeros((T, T), dtype=bool)
    for t in range(T):
        mask[t, : t + 1] = True
    return mask


# 18.4 ---------------------------------------------------------------------------------------------------------------
def split_heads(x, heads):
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3).copy()  # no view of x to write into


def split_by_slices(x, heads):
    d = x.shape[-1] // heads
    return np.stack([x[:, :, h * d : (h + 1) * d] for h in range(heads)], axis=1)


def split_interleaved(x, heads):
    return x.reshape(*x.shape[:2], -1, heads).transpose(0, 3, 1, 2)


def split_time(x, heads):
    """The positions dealt out to the heads, not the features."""
    return x.reshape(len(x), heads, x.shape[1] // heads, x.shape[2])


# 18.5 ---------------------------------------------------------------------------------------------------------------
def merge_heads(x):
    N, heads, T, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(N, T, heads * d)


def project(x, params, name):
    return x @ params[f"W_{name}"] + params[f"b_{name}"]


def multi_head_attention(x, params, heads, mask=None):
    q, k, v = (split_heads(project(x, params, name), heads) for name in "qkv")
    return project(merge_heads(attention(q, k, v, mask)), params, "o")


def heads_one_by_one(x, params, heads, mask=None):
    """A loop over the heads; each adds its own rows of W_o."""
    d = x.shape[-1] // heads
    out = np.zeros(x.shape) + params["b_o"]
    for h in range(heads):
        own = slice(h * d, (h + 1) * d)
        q, k, v = (x @ params[f"W_{name}"][:, own] + params[f"b_{name}"][own] for name in "qkv")
        out += attention(q, k, v, mask) @ params["W_o"][own]
    return out


def heads_by_einsum(x, params, heads, mask=None):
    D = x.shape[-1]
    cut = {name: params[f"W_{name}"].reshape(D, heads, -1) for name in "qkv"}
    q, k, v = (np.einsum("ntD,Dhd->nhtd", x, W) for W in cut.values())
    q, k, v = (a + params[f"b_{name}"].reshape(heads, 1, -1) for a, name in zip((q, k, v), "qkv", strict=True))
    mixed = np.einsum("nhij,nhjd->nihd", softmax(hidden(attention_scores(q, k), mask)), v)
    return np.einsum("nihd,hdD->niD", mixed, params["W_o"].reshape(heads, -1, D)) + params["b_o"]


def changed_heads(attend=attention, split=split_heads, merge=merge_heads, params=lambda p: p, last=project):
    """A right multi-head attention with one step spoilt."""

    def answer(x, given, heads, mask=None):
        p = params(given)
        q, k, v = (split(project(x, p, name), heads) for name in "qkv")
        return last(merge(attend(q, k, v, mask)), p, "o")

    return answer


def without_biases(names):
    return lambda params: {n: 0 * a if n in [f"b_{name}" for name in names] else a for n, a in params.items()}


def merge_by_reshape(x):
    return x.reshape(len(x), x.shape[2], -1)


def split_by_reshape(x, heads):
    return x.reshape(len(x), heads, x.shape[1], -1)


def merge_interleaved(x):
    return x.transpose(0, 2, 3, 1).reshape(len(x), x.shape[2], -1)


def without_projections(x, params, heads, mask=None):
    q = split_heads(x, heads)
    return project(merge_heads(attention(q, q, q, mask)), params, "o")


def transposed_weights(params):
    return {n: a.T for n, a in params.items()}


def scale_of_all_features(q, k, v, mask=None):
    return attention(q / np.sqrt(q.shape[1]), k, v, mask)


def softmax_over_heads_too(q, k, v, mask=None):
    """All keys of all heads compete for one weight of 1."""
    N, heads, T, _ = q.shape
    scores = np.broadcast_to(hidden(attention_scores(q, k), mask), (N, heads, T, T))
    row = scores.transpose(0, 2, 1, 3).reshape(N, T, heads * T)
    return softmax(row).reshape(N, T, heads, T).transpose(0, 2, 1, 3) @ v


def softmax_across_heads(q, k, v, mask=None):
    return changed(weigh=lambda scores: softmax(scores, axis=1))(q, k, v, mask)


def weights_of_the_mean_head(q, k, v, mask=None):
    """One table of weights for all heads, from the mean of their scores."""
    scores = attention_scores(q, k).mean(axis=1, keepdims=True)
    return softmax(hidden(scores, mask)) @ v
