"""Multi-head attention: several attentions side by side, each on features of its own."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_float, check_params, check_shape
from course_utils.affine import AffineCache, affine_backward, affine_forward
from course_utils.attention.dot_product import (
    AttentionCache,
    attend,
    checked_attention,
    scaled_dot_product_attention_backward,
)


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
    mixed, attention = attend(*checked_attention(*split), mask=mask)
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
