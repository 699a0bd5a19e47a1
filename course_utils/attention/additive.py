"""Additive attention: the score is a small network of query and key."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_dout, as_float, check_no_nan, check_params, check_shape, common_dtype
from course_utils.masks import masked_softmax_


class AdditiveCache(NamedTuple):
    """Inputs, parameters, tanh features (N, Tq, T, A) and weights, (N, T) or (N, Tq, T) as the query has it."""

    query: Array
    keys: Array
    params: Params
    features: Array
    weights: Array


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
