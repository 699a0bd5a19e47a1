"""Attention in chunks: the same result in memory that grows with T and not with its square."""

import numpy as np

from course_utils._types import Array
from course_utils.attention.dot_product import checked_attention
from course_utils.masks import finite_maximum, fit_mask


def chunked_attention(q: Array, k: Array, v: Array, *, mask: Array | None = None, chunk: int = 128) -> Array:
    """Scaled dot-product attention that never holds a Tq by Tk array: the same result, memory linear in T.

    Queries and keys are taken in chunks. A softmax needs its row's maximum and sum, which are not known before
    the last key; so both are kept running, and what was summed under an older maximum is rescaled.

    Parameters
    ----------
    q, k, v, mask : as in `scaled_dot_product_attention_forward`.
    chunk : how many queries and keys are held at a time; any number from 1 gives the same result.

    Returns
    -------
    out : (..., Tq, d_v). Forward only.

    References
    ----------
    Milakov and Gimelshein (2018), Online normalizer calculation for softmax, algorithm 3;
    Rabe and Staats (2021), Self-attention Does Not Need O(n²) Memory, section 2.

    >>> q, k, v = np.zeros((1, 4)), np.zeros((2, 4)), np.array([[1.0], [3.0]])
    >>> chunked_attention(q, k, v, chunk=1)
    array([[2.]])
    """
    q, k, v = checked_attention(q, k, v)
    if chunk < 1 or chunk != int(chunk):
        raise ValueError(f"chunk must be a whole number of positions, at least 1, but {chunk} came.")
    lead = np.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    if mask is not None:
        shape = (*lead, q.shape[-2], k.shape[-2])
        mask = np.broadcast_to(fit_mask(mask, shape), shape)  # a view: slices of it cost nothing
        q = np.broadcast_to(q, (*lead, *q.shape[-2:]))  # the mask may differ where q and k do not: a row of scores each
    out = np.empty((*lead, q.shape[-2], v.shape[-1]), q.dtype)
    for start in range(0, q.shape[-2], chunk):
        rows = slice(start, start + chunk)
        some = q[..., rows, :] * q.shape[-1] ** -0.5
        out[..., rows, :] = _online_attention(some, k, v, None if mask is None else mask[..., rows, :], chunk)
    return out


def _online_attention(q: Array, k: Array, v: Array, mask: Array | None, chunk: int) -> Array:
    """Attention of a few (scaled) queries to all keys, one chunk of keys after the other."""
    top = np.full((*q.shape[:-1], 1), -np.inf, q.dtype)  # running maximum of each row
    total = np.zeros_like(top)  # running Σ exp(score - top)
    mean = np.zeros((*q.shape[:-1], v.shape[-1]), q.dtype)  # running Σ exp(score - top) v
    for start in range(0, k.shape[-2], chunk):
        keys = slice(start, start + chunk)
        scores = q @ k[..., keys, :].swapaxes(-1, -2)
        if mask is not None:
            np.copyto(scores, -np.inf, where=~mask[..., keys])
        new = np.maximum(top, scores.max(axis=-1, keepdims=True))
        scores -= finite_maximum(new)
        np.exp(scores, out=scores)
        shrink = np.exp(top - finite_maximum(new))  # what the old sums are worth under the new maximum
        total = total * shrink + scores.sum(axis=-1, keepdims=True)
        mean = mean * shrink + scores @ v[..., keys, :]
        top = new
    return mean / np.where(total > 0, total, 1)
