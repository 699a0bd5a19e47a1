"""Scaled dot-product attention: the weights are a softmax of dot products of queries and keys."""

import math
from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_no_nan, common_dtype
from course_utils.affine import dropout_forward
from course_utils.masks import fit_mask, masked_softmax_

GROUP = 1 << 17
"""Scores that are held at a time while they are worked on."""


class AttentionCache(NamedTuple):
    """What the backward pass needs: the inputs, the weights (..., Tq, Tk), the output, the scale, and `keep`: None, or
    what each weight was multiplied by, 0 or 1/(1 - rate), where weights were dropped."""

    q: Array
    k: Array
    v: Array
    weights: Array
    out: Array
    scale: float
    keep: Array | None = None


def scaled_dot_product_attention_forward(
    q: Array,
    k: Array,
    v: Array,
    *,
    mask: Array | None = None,
    scale: float | None = None,
    dropout: float = 0.0,
    rng: "np.random.Generator | None" = None,
) -> tuple[Array, AttentionCache]:
    """Attention(Q, K, V) = softmax(QKᵀ / √d) V, the softmax over the keys.

    Parameters
    ----------
    q : (..., Tq, d) float, what each position looks for.
    k : (..., Tk, d) float, what each position offers to be found by.
    v : (..., Tk, d_v) float, what is handed over. Leading axes broadcast.
    mask : boolean, True = may attend; see the module's first lines. None: all may.
    scale : the factor before the softmax; None is 1/√d.
    dropout : the share of weights set to 0 at random, the others divided by 1 - dropout; 0 outside training.
    rng : decides which.

    Returns
    -------
    out : (..., Tq, d_v), cache with `cache.weights` (..., Tq, Tk), whose rows sum to 1 (or to 0 where the
        mask leaves nothing; a plain softmax would give NaN there).

    Raises
    ------
    TypeError : a mask that is not boolean.
    ValueError : shapes that do not fit, or NaN.

    References
    ----------
    Vaswani et al. (2017), Attention Is All You Need, eq. (1).

    >>> q, k, v = np.zeros((1, 4)), np.zeros((2, 4)), np.array([[1.0], [3.0]])
    >>> scaled_dot_product_attention_forward(q, k, v)[0]
    array([[2.]])
    """
    out, cache = attend(*checked_attention(q, k, v), mask=mask, scale=scale, dropout=dropout, rng=rng)
    return out.copy(), cache


def attend(
    q: Array, k: Array, v: Array, *, mask=None, scale=None, dropout=0.0, rng=None
) -> tuple[Array, AttentionCache]:
    """Attention of arrays that were checked, and its cache, which holds the output that comes back: not to be changed.

    >>> out, cache = attend(np.ones((1, 2)), np.ones((3, 2)), np.ones((3, 2))); out is cache.out
    True
    """
    scale = q.shape[-1] ** -0.5 if scale is None else float(scale)
    Q, K, V = _spread(q, k, v)
    weights = np.empty((*Q.shape[:-1], K.shape[-2]), q.dtype)  # (..., Tq, Tk)
    out = np.empty((*Q.shape[:-1], V.shape[-1]), q.dtype)  # (..., Tq, d_v)
    mask = None if mask is None else np.broadcast_to(fit_mask(mask, weights.shape), weights.shape)
    keep = dropout_forward(np.ones(weights.shape, q.dtype), rate=dropout, rng=rng)[0] if dropout else None
    for some in _groups(weights.shape):
        scores = np.matmul(Q[some] * scale, K[some].swapaxes(-1, -2), out=weights[some])
        masked_softmax_(scores, None if mask is None else mask[some])
        np.matmul(scores if keep is None else scores * keep[some], V[some], out=out[some])
    return out, AttentionCache(q, k, v, weights, out, scale, keep)


def scaled_dot_product_attention_backward(dout: Array, cache: AttentionCache) -> tuple[Array, Array, Array]:
    """Gradients (dq, dk, dv). With P the weights and S the scaled scores, dV = Pᵀ dO and dP = dO Vᵀ;
    softmax gives dS = P ∘ (dP - Σ dP ∘ P), where the sum over keys is dO · O, on the smaller array.

    >>> q, k, v = np.zeros((1, 4)), np.zeros((2, 4)), np.array([[1.0], [3.0]])
    >>> _, cache = scaled_dot_product_attention_forward(q, k, v)
    >>> scaled_dot_product_attention_backward(np.array([[1.0]]), cache)[2].ravel()
    array([0.5, 0.5])
    """
    weights, out, scale, keep = cache.weights, cache.out, cache.scale, cache.keep
    dout = as_dout(dout, out.shape, out.dtype)
    Q, K, V = _spread(cache.q, cache.k, cache.v)
    dQ, dK, dV = np.empty(Q.shape, Q.dtype), np.empty(K.shape, Q.dtype), np.empty(V.shape, Q.dtype)
    for some in _groups(weights.shape):
        P, dO = weights[some], dout[some]
        used = P if keep is None else P * keep[some]
        np.matmul(used.swapaxes(-1, -2), dO, out=dV[some])  # (..., Tk, d_v)
        dS = dO @ V[some].swapaxes(-1, -2)  # (..., Tq, Tk), so far dP
        if keep is not None:
            dS *= keep[some]
        dS -= np.vecdot(dO, out[some])[..., None]
        dS *= P
        np.matmul(dS, K[some], out=dQ[some])  # (..., Tq, d)
        np.matmul(dS.swapaxes(-1, -2), Q[some], out=dK[some])  # (..., Tk, d)
        dQ[some] *= scale
        dK[some] *= scale
    return _sum_to(dQ, cache.q.shape), _sum_to(dK, cache.k.shape), _sum_to(dV, cache.v.shape)


def _spread(q: Array, k: Array, v: Array) -> list[Array]:
    """Views of the three arrays that have all leading axes in full."""
    lead = np.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    return [np.broadcast_to(a, (*lead, *a.shape[-2:])) for a in (q, k, v)]


def _groups(shape: tuple[int, ...]) -> list:
    """Indices that cut scores of this shape along their first axis into parts small enough to stay in the cache."""
    if len(shape) == 2:
        return [...]  # no leading axis: all at once
    step = max(1, GROUP // max(1, math.prod(shape[1:])))
    return [slice(i, i + step) for i in range(0, shape[0], step)]


def checked_attention(q, k, v) -> list[Array]:
    """The three arrays in one dtype, after all that can be said about their shapes.

    >>> [a.dtype.name for a in checked_attention(np.ones((2, 3)), [[1, 1, 1]], np.ones((1, 4)))]
    ['float64', 'float64', 'float64']
    """
    q, k, v = as_float("q", q), as_float("k", k), as_float("v", v)
    try:
        fit = q.shape[-1] == k.shape[-1] and k.shape[-2] == v.shape[-2]
        np.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    except (IndexError, ValueError):
        fit = False
    if not fit or q.ndim < 2:
        raise ValueError(
            "q (..., Tq, d), k (..., Tk, d) and v (..., Tk, d_v) must agree in d, in Tk and in the leading axes, but "
            f"their shapes are {q.shape}, {k.shape}, {v.shape}: is one transposed, or v from another sequence than k?"
        )
    for name, x in (("q", q), ("k", k), ("v", v)):
        check_no_nan(name, x)
    dtype = common_dtype(q, k, v)
    return [a.astype(dtype, copy=False) for a in (q, k, v)]


def _sum_to(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes that broadcasting has added or stretched."""
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    stretched = tuple(i for i, size in enumerate(shape) if size == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=stretched, keepdims=True)
