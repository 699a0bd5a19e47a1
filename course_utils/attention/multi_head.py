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
from course_utils.attention.rotary import RotaryCache, rotary_backward, rotary_forward
from course_utils.masks import fit_mask


class Rotary(NamedTuple):
    """Rotary positions of an attention: see `rotary_forward` for the two."""

    base: float = 10000.0
    pairs: str = "halves"


class KeyValues(NamedTuple):
    """Keys and values of positions that were seen, (N, kv_heads, t, d), turned already where positions are rotary."""

    keys: Array
    values: Array


class MultiHeadCache(NamedTuple):
    """The caches of the three projections, of the attention between them and of the output projection; those of the
    rotation of queries and keys, if there is one; the numbers of heads; how many positions came from `past`."""

    query: AffineCache
    key: AffineCache
    value: AffineCache
    attention: AttentionCache
    output: AffineCache
    rotations: tuple[RotaryCache, RotaryCache] | None
    heads: int
    kv_heads: int
    past: int
    biases: bool

    @property
    def weights(self) -> Array:
        """The attention weights, (N, h, Tq, Tk)."""
        w = self.attention.weights
        return w if w.ndim == 4 else w.reshape(w.shape[0], self.heads, *w.shape[3:])

    @property
    def key_values(self) -> KeyValues:
        """All keys and values of this pass, to be handed to the next one as `past`."""
        k, v = self.attention.k, self.attention.v
        return KeyValues(k, v) if k.ndim == 4 else KeyValues(k[:, :, 0], v[:, :, 0])


def multi_head_attention_forward(
    x_q: Array,
    x_kv: Array,
    params: Params,
    *,
    heads: int,
    mask: Array | None = None,
    kv_heads: int | None = None,
    biases: bool = True,
    rotary: Rotary | None = None,
    past: KeyValues | None = None,
    dropout: float = 0.0,
    rng: "np.random.Generator | None" = None,
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
    kv_heads : g, a divisor of h: h/g queries share a key and a value, and W_k, W_v are (D_kv, g d) with biases (g d,).
        None is h; 1 is multi-query attention.
    biases : False where there are none among the parameters.
    rotary : turns queries and keys by their positions, those of `past` counted: self-attention only.
    past : keys and values of t positions before these (`cache.key_values` of the pass before); Tk is then t more. It is
        no argument with a gradient.
    dropout, rng : share of weights dropped, as in `scaled_dot_product_attention_forward`.

    Returns
    -------
    out : (N, Tq, D_out), cache with `cache.weights` (N, h, Tq, Tk) and `cache.key_values`

    Raises
    ------
    TypeError, ValueError : a parameter missing, shapes that do not fit, heads that do not divide E, a mask
        that is not boolean, NaN.

    References
    ----------
    Vaswani et al. (2017), section 3.2.2. PyTorch keeps the three projections in one transposed matrix,
    Keras each as (D, h, d). Shared keys: Ainslie et al. (2023), GQA, section 2.2.

    >>> params = {f"W_{p}": np.eye(2) for p in "qkvo"} | {f"b_{p}": np.zeros(2) for p in "qkvo"}
    >>> multi_head_attention_forward(np.ones((1, 3, 2)), np.ones((1, 3, 2)), params, heads=2)[0].shape
    (1, 3, 2)
    """
    x_q, x_kv = as_float("x_q", x_q, ndim=3), as_float("x_kv", x_kv, ndim=3)
    kv_heads = heads if kv_heads is None else kv_heads
    params = _check_heads(x_q, x_kv, params, heads, kv_heads, biases)
    q, query = affine_forward(x_q, params["W_q"], params["b_q"])  # (N, Tq, E)
    k, key = affine_forward(x_kv, params["W_k"], params["b_k"])  # (N, Tk, g d)
    v, value = affine_forward(x_kv, params["W_v"], params["b_v"])  # (N, Tk, g d)
    q, k, v = (_split_heads(a, n) for a, n in ((q, heads), (k, kv_heads), (v, kv_heads)))  # (N, h or g, T, d)
    seen, rotations = 0 if past is None else past.keys.shape[2], None
    if rotary is not None:
        q, k, rotations = _rotated(q, k, seen, rotary)
    if past is not None:
        k, v = (np.concatenate((old.astype(new.dtype), new), axis=2) for old, new in zip(past, (k, v), strict=True))
    q, k, v, mask = _grouped(q, k, v, mask)
    mixed, attention = attend(*checked_attention(q, k, v), mask=mask, dropout=dropout, rng=rng)
    out, output = affine_forward(_merge_heads(mixed, heads), params["W_o"], params["b_o"])
    parts = (query, key, value, attention, output, rotations)
    return out, MultiHeadCache(*parts, heads, kv_heads, seen, biases)


def multi_head_attention_backward(dout: Array, cache: MultiHeadCache) -> tuple[Array, Array, Params]:
    """Gradients (dx_q, dx_kv, grads); keys and values both come from x_kv, so its gradient is a sum of two.

    >>> params = {f"W_{p}": np.eye(2) for p in "qkvo"} | {f"b_{p}": np.zeros(2) for p in "qkvo"}
    >>> out, cache = multi_head_attention_forward(np.ones((1, 3, 2)), np.ones((1, 3, 2)), params, heads=2)
    >>> multi_head_attention_backward(out, cache)[2]["b_o"]
    array([3., 3.])
    """
    dmixed, dW_o, db_o = affine_backward(dout, cache.output)
    dmixed = _split_heads(dmixed, cache.heads).reshape(cache.attention.out.shape)
    dq, dk, dv = scaled_dot_product_attention_backward(dmixed, cache.attention)
    dq = dq.reshape(len(dq), cache.heads, *dq.shape[-2:])
    dk, dv = (a.reshape(len(a), cache.kv_heads, *a.shape[-2:])[:, :, cache.past :] for a in (dk, dv))
    if cache.rotations is not None:
        dq, dk = (rotary_backward(a, turn) for a, turn in zip((dq, dk), cache.rotations, strict=True))
    dx_q, dW_q, db_q = affine_backward(_merge_heads(dq, cache.heads), cache.query)
    dx_k, dW_k, db_k = affine_backward(_merge_heads(dk, cache.kv_heads), cache.key)
    dx_v, dW_v, db_v = affine_backward(_merge_heads(dv, cache.kv_heads), cache.value)
    grads = {"W_q": dW_q, "b_q": db_q, "W_k": dW_k, "b_k": db_k, "W_v": dW_v, "b_v": db_v, "W_o": dW_o, "b_o": db_o}
    dx_k += dx_v
    return dx_q, dx_k, {name: g for name, g in grads.items() if cache.biases or name[0] == "W"}


def _rotated(q: Array, k: Array, seen: int, rotary: Rotary) -> tuple:
    """Queries and keys turned by their positions, which begin where the past ends, and the caches of both."""
    options = {"positions": np.arange(seen, seen + q.shape[2]), **Rotary(*rotary)._asdict()}
    (q, first), (k, second) = rotary_forward(q, **options), rotary_forward(k, **options)
    return q, k, (first, second)


def _grouped(q: Array, k: Array, v: Array, mask) -> tuple:
    """Queries (N, g, h/g, Tq, d) beside keys and values (N, g, 1, Tk, d), where several queries share a key."""
    (N, heads, Tq, d), groups = q.shape, k.shape[1]
    if mask is not None:
        mask = fit_mask(mask, (N, heads, Tq, k.shape[2]))
    if heads == groups:
        return q, k, v, mask
    if mask is not None and mask.ndim == 4:
        rows = mask.shape[2:]
        mask = mask[:, :, None] if mask.shape[1] == 1 else mask.reshape(len(mask), groups, heads // groups, *rows)
    return q.reshape(N, groups, heads // groups, Tq, d), k[:, :, None], v[:, :, None], mask


def _check_heads(x_q: Array, x_kv: Array, params: Params, heads: int, kv_heads: int, biases: bool) -> Params:
    """The eight parameters, after all that can be said about them and the inputs' shapes; biases of 0 for none."""
    if heads < 1 or kv_heads < 1 or heads % kv_heads:
        raise ValueError(f"kv_heads must divide heads, both at least 1, but {kv_heads} and {heads} came.")
    D_q, D_kv = x_q.shape[-1], x_kv.shape[-1]
    width, D_out = (np.shape(params.get(name, ()))[-1:] for name in ("W_q", "W_o"))  # widths that may be chosen
    if width and width[0] % heads:
        raise ValueError(f"heads must divide the projections' width, but {width[0]} does not make {heads} equal heads.")
    narrow = tuple(n // heads * kv_heads for n in width)
    shapes = {"W_q": (D_q, *width), "W_k": (D_kv, *narrow), "W_v": (D_kv, *narrow), "W_o": (*width, *D_out)}
    if biases:
        shapes |= {"b_q": width, "b_k": narrow, "b_v": narrow, "b_o": D_out}
    found = check_params(params, shapes)
    check_shape("x_kv", x_kv, (len(x_q), None, D_kv), "Queries and keys belong to the same batch.")
    return found if biases else found | {f"b_{n}": np.zeros(found[f"W_{n}"].shape[1], x_q.dtype) for n in "qkvo"}


def _split_heads(x: Array, heads: int) -> Array:
    """(N, T, h·d) -> (N, h, T, d), a view."""
    N, T, E = x.shape
    return x.reshape(N, T, heads, E // heads).swapaxes(1, 2)


def _merge_heads(x: Array, heads: int) -> Array:
    """(N, h, T, d), or (N, g, h/g, T, d), -> (N, T, h·d)."""
    N, (T, d) = len(x), x.shape[-2:]
    return x.reshape(N, heads, T, d).swapaxes(1, 2).reshape(N, T, heads * d)
