"""Attention: each query takes a mean of the values, weighted by how well its key matches.

Letters: N batch, T time, D features of the input, E features of all heads together, h heads, d = E / h.
A mask is boolean, True = may attend, and broadcasts to the scores (..., Tq, Tk); one of three axes
(N, Tq, Tk) counts for every head. A query that may attend nowhere gets zeros, and so do its gradients.
"""

import math
from typing import NamedTuple

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_dout, as_float, check_no_nan, check_params, check_shape, common_dtype
from course_utils.affine import AffineCache, affine_backward, affine_forward
from course_utils.masks import causal_mask, finite_maximum, fit_mask, masked_softmax_, padding_mask

__all__ = [
    "additive_attention_backward", "additive_attention_forward", "causal_mask", "chunked_attention",
    "multi_head_attention_backward", "multi_head_attention_forward", "padding_mask",
    "scaled_dot_product_attention_backward", "scaled_dot_product_attention_forward",
]  # fmt: skip

GROUP = 1 << 17
"""Scores that are held at a time while they are worked on."""


class AttentionCache(NamedTuple):
    """What the backward pass needs: the inputs, the weights (..., Tq, Tk), the output and the scale."""

    q: Array
    k: Array
    v: Array
    weights: Array
    out: Array
    scale: float


class MultiHeadCache(NamedTuple):
    """The caches of the three projections, of the attention between them and of the output projection."""

    query: AffineCache
    key: AffineCache
    value: AffineCache
    attention: AttentionCache
    output: AffineCache

    @property
    def weights(self) -> Array:
        """The attention weights, (N, h, Tq, Tk)."""
        return self.attention.weights


class AdditiveCache(NamedTuple):
    """Inputs, parameters, tanh features (N, Tq, T, A) and weights, (N, T) or (N, Tq, T) as the query has it."""

    query: Array
    keys: Array
    params: Params
    features: Array
    weights: Array


def scaled_dot_product_attention_forward(
    q: Array, k: Array, v: Array, *, mask: Array | None = None, scale: float | None = None
) -> tuple[Array, AttentionCache]:
    """Attention(Q, K, V) = softmax(QKᵀ / √d) V, the softmax over the keys.

    Parameters
    ----------
    q : (..., Tq, d) float, what each position looks for.
    k : (..., Tk, d) float, what each position offers to be found by.
    v : (..., Tk, d_v) float, what is handed over. Leading axes broadcast.
    mask : boolean, True = may attend; see the module's first lines. None: all may.
    scale : the factor before the softmax; None is 1/√d.

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
    q, k, v = _checked(q, k, v)
    scale = q.shape[-1] ** -0.5 if scale is None else float(scale)
    Q, K, V = _spread(q, k, v)
    weights = np.empty((*Q.shape[:-1], K.shape[-2]), q.dtype)  # (..., Tq, Tk)
    out = np.empty((*Q.shape[:-1], V.shape[-1]), q.dtype)  # (..., Tq, d_v)
    mask = None if mask is None else np.broadcast_to(fit_mask(mask, weights.shape), weights.shape)
    for some in _groups(weights.shape):
        scores = np.matmul(Q[some] * scale, K[some].swapaxes(-1, -2), out=weights[some])
        masked_softmax_(scores, None if mask is None else mask[some])
        np.matmul(scores, V[some], out=out[some])
    return out.copy(), AttentionCache(q, k, v, weights, out, scale)


def scaled_dot_product_attention_backward(dout: Array, cache: AttentionCache) -> tuple[Array, Array, Array]:
    """Gradients (dq, dk, dv). With P the weights and S the scaled scores, dV = Pᵀ dO and dP = dO Vᵀ;
    softmax gives dS = P ∘ (dP - Σ dP ∘ P), where the sum over keys is dO · O, on the smaller array.

    >>> q, k, v = np.zeros((1, 4)), np.zeros((2, 4)), np.array([[1.0], [3.0]])
    >>> _, cache = scaled_dot_product_attention_forward(q, k, v)
    >>> scaled_dot_product_attention_backward(np.array([[1.0]]), cache)[2].ravel()
    array([0.5, 0.5])
    """
    weights, out, scale = cache.weights, cache.out, cache.scale
    dout = as_dout(dout, out.shape, out.dtype)
    Q, K, V = _spread(cache.q, cache.k, cache.v)
    dQ, dK, dV = np.empty(Q.shape, Q.dtype), np.empty(K.shape, Q.dtype), np.empty(V.shape, Q.dtype)
    for some in _groups(weights.shape):
        P, dO = weights[some], dout[some]
        np.matmul(P.swapaxes(-1, -2), dO, out=dV[some])  # (..., Tk, d_v)
        dS = dO @ V[some].swapaxes(-1, -2)  # (..., Tq, Tk), so far dP
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


def _checked(q, k, v) -> list[Array]:
    """The three arrays in one dtype, after all that can be said about their shapes."""
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
    stretched = tuple(i for i, size in enumerate(shape) if size == 1 and gradient.shape[i] > 1)
    return gradient.sum(axis=stretched, keepdims=True)


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
    q, k, v = _checked(q, k, v)
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


def multi_head_attention_forward(
    x_q: Array, x_kv: Array, params: Params, *, heads: int, mask: Array | None = None
) -> tuple[Array, MultiHeadCache]:
    """Several attentions side by side, each on its own d = E/h features of the projected inputs.

    Q = x_q W_q + b_q, K = x_kv W_k + b_k, V = x_kv W_v + b_v, each cut into h heads;
    out = concat(head_1 … head_h) W_o + b_o. Self-attention: give the same array twice, and add dx_q and dx_kv.

    Parameters
    ----------
    x_q : (N, Tq, D_q) float, where the queries come from.
    x_kv : (N, Tk, D_kv) float, where keys and values come from.
    params : W_q (D_q, E), W_k and W_v (D_kv, E), W_o (E, D_out), and b_q, b_k, b_v (E,), b_o (D_out,).
    heads : h, which must divide E.
    mask : boolean, broadcasts to (N, h, Tq, Tk); (N, Tq, Tk) counts for every head.

    Returns
    -------
    out : (N, Tq, D_out), cache with `cache.weights` (N, h, Tq, Tk)

    Raises
    ------
    TypeError, ValueError : a parameter missing, shapes that do not fit, heads that do not divide E, a mask
        that is not boolean, NaN.

    References
    ----------
    Vaswani et al. (2017), section 3.2.2. PyTorch keeps the three projections in one transposed matrix,
    Keras each as (D, h, d).

    >>> params = {f"W_{p}": np.eye(2) for p in "qkvo"} | {f"b_{p}": np.zeros(2) for p in "qkvo"}
    >>> multi_head_attention_forward(np.ones((1, 3, 2)), np.ones((1, 3, 2)), params, heads=2)[0].shape
    (1, 3, 2)
    """
    x_q, x_kv = as_float("x_q", x_q, ndim=3), as_float("x_kv", x_kv, ndim=3)
    params = _check_heads(x_q, x_kv, params, heads)
    q, query = affine_forward(x_q, params["W_q"], params["b_q"])  # (N, Tq, E)
    k, key = affine_forward(x_kv, params["W_k"], params["b_k"])  # (N, Tk, E)
    v, value = affine_forward(x_kv, params["W_v"], params["b_v"])  # (N, Tk, E)
    split = [_split_heads(a, heads) for a in (q, k, v)]  # 3 x (N, h, T, d)
    mixed, attention = scaled_dot_product_attention_forward(*split, mask=mask)
    out, output = affine_forward(_merge_heads(mixed), params["W_o"], params["b_o"])
    return out, MultiHeadCache(query, key, value, attention, output)


def multi_head_attention_backward(dout: Array, cache: MultiHeadCache) -> tuple[Array, Array, Params]:
    """Gradients (dx_q, dx_kv, grads); keys and values both come from x_kv, so its gradient is a sum of two.

    >>> params = {f"W_{p}": np.eye(2) for p in "qkvo"} | {f"b_{p}": np.zeros(2) for p in "qkvo"}
    >>> out, cache = multi_head_attention_forward(np.ones((1, 3, 2)), np.ones((1, 3, 2)), params, heads=2)
    >>> multi_head_attention_backward(out, cache)[2]["b_o"]
    array([3., 3.])
    """
    heads = cache.weights.shape[1]
    dmixed, dW_o, db_o = affine_backward(dout, cache.output)
    split = scaled_dot_product_attention_backward(_split_heads(dmixed, heads), cache.attention)
    dq, dk, dv = (_merge_heads(a) for a in split)
    dx_q, dW_q, db_q = affine_backward(dq, cache.query)
    dx_k, dW_k, db_k = affine_backward(dk, cache.key)
    dx_v, dW_v, db_v = affine_backward(dv, cache.value)
    grads = {"W_q": dW_q, "b_q": db_q, "W_k": dW_k, "b_k": db_k, "W_v": dW_v, "b_v": db_v, "W_o": dW_o, "b_o": db_o}
    dx_k += dx_v
    return dx_q, dx_k, grads


def _check_heads(x_q: Array, x_kv: Array, params: Params, heads: int) -> Params:
    """The eight parameters, after all that can be said about them and the inputs' shapes."""
    D_q, D_kv = x_q.shape[-1], x_kv.shape[-1]
    E, D_out = np.shape(params.get("b_q", ()))[-1:], np.shape(params.get("b_o", ()))[-1:]  # widths that may be chosen
    shapes = {"W_q": (D_q, *E), "W_k": (D_kv, *E), "W_v": (D_kv, *E), "W_o": (*E, *D_out)}
    params = check_params(params, shapes | {"b_q": E, "b_k": E, "b_v": E, "b_o": D_out})
    width = params["W_q"].shape[-1]
    if heads < 1 or width % heads:
        raise ValueError(f"heads must divide the projections' width, but {width} does not make {heads} equal heads.")
    check_shape("x_kv", x_kv, (len(x_q), None, D_kv), "Queries and keys belong to the same batch.")
    return params


def _split_heads(x: Array, heads: int) -> Array:
    """(N, T, h·d) -> (N, h, T, d), a view."""
    N, T, E = x.shape
    return x.reshape(N, T, heads, E // heads).swapaxes(1, 2)


def _merge_heads(x: Array) -> Array:
    """(N, h, T, d) -> (N, T, h·d)."""
    N, heads, T, d = x.shape
    return x.swapaxes(1, 2).reshape(N, T, heads * d)


def additive_attention_forward(
    query: Array, keys: Array, params: Params, *, mask: Array | None = None
) -> tuple[Array, AdditiveCache]:
    """Attention whose score is a small network: e_t = v · tanh(query W_q + keys_t W_k).

    The context is Σ softmax(e)_t keys_t: the keys are the values too. Query and keys may differ in width,
    for which a dot product has no answer.

    Parameters
    ----------
    query : (N, D_q) float, one query for each example, or (N, Tq, D_q).
    keys : (N, T, D_k) float, for example the states of an encoder.
    params : W_q (D_q, A), W_k (D_k, A), v (A,).
    mask : boolean, True = may attend, broadcasts to the weights; `padding_mask`'s (N, 1, T) fits both.

    Returns
    -------
    context : (N, D_k) or (N, Tq, D_k), cache with `cache.weights` (N, T) or (N, Tq, T)

    Raises
    ------
    TypeError, ValueError : a parameter missing, shapes that do not fit, a mask that is not boolean, NaN.

    References
    ----------
    Bahdanau, Cho and Bengio (2015), Neural Machine Translation by Jointly Learning to Align and Translate,
    section 3.1 and appendix A.1.2 (W_a, U_a and v_a there).

    >>> params = {"W_q": np.ones((1, 2)), "W_k": np.ones((3, 2)), "v": np.ones(2)}
    >>> additive_attention_forward(np.ones((1, 1)), np.ones((1, 4, 3)), params)[0]
    array([[1., 1., 1.]])
    """
    query, keys, params = _checked_additive(query, keys, params)
    many = query[:, None] if query.ndim == 2 else query  # (N, Tq, D_q), one query too
    features = np.tanh((many @ params["W_q"])[:, :, None] + (keys @ params["W_k"])[:, None])  # (N, Tq, T, A)
    if query.ndim == np.ndim(mask) == 2:
        mask = np.asarray(mask)[:, None]  # (N, T) -> (N, 1, T)
    weights = masked_softmax_(features @ params["v"], mask)  # (N, Tq, T)
    context = (weights @ keys).reshape(*query.shape[:-1], keys.shape[-1])
    return context, AdditiveCache(query, keys, params, features, weights.reshape(*query.shape[:-1], keys.shape[1]))


def additive_attention_backward(dout: Array, cache: AdditiveCache) -> tuple[Array, Array, Params]:
    """Gradients (dquery, dkeys, grads). The keys are used twice, as keys and as values: their gradient is a sum.

    >>> params = {"W_q": np.ones((1, 2)), "W_k": np.ones((3, 2)), "v": np.ones(2)}
    >>> _, cache = additive_attention_forward(np.ones((1, 1)), np.ones((1, 4, 3)), params)
    >>> additive_attention_backward(np.ones((1, 3)), cache)[1].sum().round(6)
    np.float64(3.0)
    """
    query, keys, params, features, weights = cache
    dout = as_dout(dout, (*query.shape[:-1], keys.shape[-1]), keys.dtype)
    many, dout, weights = (a[:, None] if a.ndim == 2 else a for a in (query, dout, weights))  # with the axis Tq
    dscores = dout @ keys.swapaxes(1, 2)  # (N, Tq, T), so far the gradient of the weights
    dscores = weights * (dscores - (dscores * weights).sum(axis=-1, keepdims=True))
    dfeatures = dscores[..., None] * params["v"] * (1 - features**2)  # (N, Tq, T, A), before the tanh
    dq, dk = dfeatures.sum(axis=2), dfeatures.sum(axis=1)  # (N, Tq, A), (N, T, A)
    grads = {"W_q": np.einsum("nqd,nqa->da", many, dq), "W_k": np.einsum("ntd,nta->da", keys, dk)}
    grads["v"] = np.einsum("nqt,nqta->a", dscores, features)
    dkeys = dk @ params["W_k"].T + weights.swapaxes(1, 2) @ dout
    return (dq @ params["W_q"].T).reshape(query.shape), dkeys, grads


def _checked_additive(query, keys, params: Params) -> tuple[Array, Array, Params]:
    """Query, keys and parameters in one dtype, after all that can be said about their shapes."""
    query, keys = as_float("query", query, ndim=(2, 3)), as_float("keys", keys, ndim=3)
    A = np.shape(params.get("v", ()))[-1:]
    params = check_params(params, {"W_q": (query.shape[-1], *A), "W_k": (keys.shape[-1], *A), "v": A})
    check_shape("keys", keys, (len(query), None, None), "Query and keys belong to the same batch.")
    check_no_nan("query", query)
    check_no_nan("keys", keys)
    dtype = common_dtype(query, keys, *params.values())
    params = {name: a.astype(dtype, copy=False) for name, a in params.items()}
    return query.astype(dtype, copy=False), keys.astype(dtype, copy=False), params
