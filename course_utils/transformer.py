"""The Transformer's blocks: attention and a small network at each position, each inside a residual connection.

Letters: N batch, T time, D features, F features inside the feed-forward network, h heads.
Each sublayer f stands in x + f(norm(x)) where `norm_first` (Xiong et al., 2020; GPT-2), else in norm(x + f(x))
(Vaswani et al., 2017; BERT).

Parameters are flat dicts. An encoder block has those of multi-head attention (W_q b_q W_k b_k W_v b_v W_o b_o),
of the feed-forward network (W_1 b_1 W_2 b_2) and two norms (gamma_1 beta_1 gamma_2 beta_2); a decoder block
also those of its second attention (cross_W_q … cross_b_o) and of a third norm, in the order of its sublayers.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_float, check_params
from course_utils.affine import AffineCache, affine_backward, affine_forward
from course_utils.attention import MultiHeadCache, multi_head_attention_backward, multi_head_attention_forward
from course_utils.init import he_normal, xavier_uniform
from course_utils.norm import LayerNormCache, layer_norm_backward, layer_norm_forward

MULTI_HEAD_AXES = {f"{kind}_{h}": (None,) * axes for h in "qkvo" for kind, axes in (("W", 2), ("b", 1))}


class FeedForwardCache(NamedTuple):
    """The caches of the two affine maps; the second one's input is the relu's output."""

    first: AffineCache
    second: AffineCache


class ResidualCache(NamedTuple):
    """The caches of the norm and of what stands inside the residual connection, their number and order."""

    norm: LayerNormCache
    inner: Any
    number: int
    norm_first: bool


class EncoderBlockCache(NamedTuple):
    """The caches of the two sublayers; `attention.inner` is that of multi-head attention."""

    attention: ResidualCache
    feed_forward: ResidualCache

    @property
    def weights(self) -> Array:
        """The attention weights, (N, h, T, T)."""
        return self.attention.inner.weights


class DecoderBlockCache(NamedTuple):
    """The caches of the three sublayers."""

    attention: ResidualCache
    cross: ResidualCache
    feed_forward: ResidualCache


def sinusoidal_positions(T: int, D: int) -> Array:
    """Position codes: P[t, 2i] = sin(t / 10000^(2i/D)), P[t, 2i+1] = cos of the same angle.

    Each pair of columns is a hand of a clock, from one that turns by 1 radian a position to one that hardly
    moves; the code of t + s is that of t turned by fixed angles. With odd D the last sine has no cosine.

    Parameters
    ----------
    T : number of positions. D : number of features.

    Returns
    -------
    P : (T, D) float64, to be added to the embeddings: ``x + P.astype(x.dtype)``.

    Raises
    ------
    ValueError : T or D less than 1.

    References
    ----------
    Vaswani et al. (2017), section 3.5.

    >>> sinusoidal_positions(2, 4).round(2)
    array([[0.  , 1.  , 0.  , 1.  ],
           [0.84, 0.54, 0.01, 1.  ]])
    """
    if T < 1 or D < 1:
        raise ValueError(f"T positions of D features need both to be at least 1, but T = {T} and D = {D} came.")
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)  # (T, ⌈D/2⌉)
    P = np.empty((T, D))
    P[:, 0::2] = np.sin(angles)
    P[:, 1::2] = np.cos(angles[:, : D // 2])
    return P


def feed_forward_forward(x: Array, params: Params) -> tuple[Array, FeedForwardCache]:
    """The same small network at every position, max(0, x W_1 + b_1) W_2 + b_2 (Vaswani et al., 2017, eq. (2)).

    Parameters
    ----------
    x : (N, T, D) float.
    params : W_1 (D, F), b_1 (F,), W_2 (F, D), b_2 (D,).

    Returns
    -------
    out : (N, T, D), cache

    Raises
    ------
    ValueError : a parameter missing, shapes that do not fit, or NaN.

    >>> params = {"W_1": np.ones((2, 3)), "b_1": np.zeros(3), "W_2": np.ones((3, 2)), "b_2": np.zeros(2)}
    >>> feed_forward_forward(np.ones((1, 1, 2)), params)[0]
    array([[[6., 6.]]])
    """
    params = check_params(params, {"W_1": (None, None), "b_1": (None,), "W_2": (None, None), "b_2": (None,)})
    a, first = affine_forward(x, params["W_1"], params["b_1"])  # (N, T, F)
    np.maximum(a, 0, out=a)  # relu in place: nobody else holds this array, the largest of the block
    out, second = affine_forward(a, params["W_2"], params["b_2"])  # (N, T, D)
    return out, FeedForwardCache(first, second)


def feed_forward_backward(dout: Array, cache: FeedForwardCache) -> tuple[Array, Params]:
    """Gradients (dx, grads) of `feed_forward_forward`.

    >>> params = {"W_1": np.ones((2, 3)), "b_1": np.zeros(3), "W_2": np.ones((3, 2)), "b_2": np.zeros(2)}
    >>> out, cache = feed_forward_forward(np.ones((1, 1, 2)), params)
    >>> feed_forward_backward(np.ones_like(out), cache)[0]
    array([[[6., 6.]]])
    """
    da, dW_2, db_2 = affine_backward(dout, cache.second)
    da *= cache.second.x > 0
    dx, dW_1, db_1 = affine_backward(da, cache.first)
    return dx, {"W_1": dW_1, "b_1": db_1, "W_2": dW_2, "b_2": db_2}


def encoder_block_forward(
    x: Array, params: Params, *, heads: int, mask: Array | None = None, norm_first: bool = True
) -> tuple[Array, EncoderBlockCache]:
    """One block of an encoder: self-attention, then the feed-forward network, each in a residual connection.

    With `causal_mask` as the mask it is the block of a GPT.

    Parameters
    ----------
    x : (N, T, D) float.
    params : as in the module's first lines; `init_encoder_block` makes them.
    heads : h, which must divide the width of W_q.
    mask : boolean, True = may attend, broadcasts to (N, h, T, T); (N, T, T) counts for every head.
    norm_first : the norm before each sublayer (True), or after each sum.

    Returns
    -------
    out : (N, T, D), cache with `cache.weights` (N, h, T, T)

    Raises
    ------
    TypeError, ValueError : a parameter missing, shapes that do not fit, heads that do not divide, NaN.

    References
    ----------
    Vaswani et al. (2017), section 3.1; Xiong et al. (2020), On Layer Normalization in the Transformer
    Architecture, table 1. PyTorch's TransformerEncoderLayer has norm_first=False as its default.

    >>> params = init_encoder_block(4, 8, np.random.default_rng(0))
    >>> encoder_block_forward(np.ones((1, 3, 4)), params, heads=2)[0].shape
    (1, 3, 4)
    """
    x = as_float("x", x, ndim=3)

    def attend(z):
        return multi_head_attention_forward(z, z, params, heads=heads, mask=mask)

    a, attention = _residual_forward(x, attend, params, 1, norm_first)
    out, feed = _residual_forward(a, lambda z: feed_forward_forward(z, params), params, 2, norm_first)
    return out, EncoderBlockCache(attention, feed)


def encoder_block_backward(dout: Array, cache: EncoderBlockCache) -> tuple[Array, Params]:
    """Gradients (dx, grads) of `encoder_block_forward`, the sublayers in reverse order.

    >>> params = init_encoder_block(4, 8, np.random.default_rng(0))
    >>> out, cache = encoder_block_forward(np.ones((1, 3, 4)), params, heads=2)
    >>> dx, grads = encoder_block_backward(out, cache); set(grads) == set(params)
    True
    """
    da, grads_feed = _residual_backward(dout, feed_forward_backward, cache.feed_forward)
    dx, grads_attention = _residual_backward(da, _self_attention_backward, cache.attention)
    return dx, grads_attention | grads_feed


def decoder_block_forward(
    x: Array,
    memory: Array,
    params: Params,
    *,
    heads: int,
    self_mask: Array | None = None,
    cross_mask: Array | None = None,
    norm_first: bool = True,
) -> tuple[Array, DecoderBlockCache]:
    """One block of a decoder: self-attention, attention to the encoder's output, feed-forward network.

    Parameters
    ----------
    x : (N, T, D) float, the target side.
    memory : (N, S, D_m) float, the encoder's output.
    params : as in the module's first lines; `init_decoder_block` makes them.
    heads : h, of both attentions.
    self_mask : boolean, broadcasts to (N, h, T, T); `causal_mask(T)` in training.
    cross_mask : boolean, broadcasts to (N, h, T, S); the source's padding mask.
    norm_first : the norm before each sublayer (True), or after each sum. The memory is taken as it is.

    Returns
    -------
    out : (N, T, D), cache

    Raises
    ------
    TypeError, ValueError : as `encoder_block_forward`.

    References
    ----------
    Vaswani et al. (2017), section 3.1.

    >>> params = init_decoder_block(4, 8, np.random.default_rng(0))
    >>> decoder_block_forward(np.ones((1, 3, 4)), np.ones((1, 5, 4)), params, heads=2)[0].shape
    (1, 3, 4)
    """
    x, memory = as_float("x", x, ndim=3), as_float("memory", memory, ndim=3)
    cross_params = check_params(params, {f"cross_{h}": axes for h, axes in MULTI_HEAD_AXES.items()})
    cross_params = {name.removeprefix("cross_"): p for name, p in cross_params.items()}

    def attend(z):
        return multi_head_attention_forward(z, z, params, heads=heads, mask=self_mask)

    def look_up(z):
        return multi_head_attention_forward(z, memory, cross_params, heads=heads, mask=cross_mask)

    a, attention = _residual_forward(x, attend, params, 1, norm_first)
    c, cross = _residual_forward(a, look_up, params, 2, norm_first)
    out, feed = _residual_forward(c, lambda z: feed_forward_forward(z, params), params, 3, norm_first)
    return out, DecoderBlockCache(attention, cross, feed)


def decoder_block_backward(dout: Array, cache: DecoderBlockCache) -> tuple[Array, Array, Params]:
    """Gradients (dx, dmemory, grads) of `decoder_block_forward`.

    >>> params = init_decoder_block(4, 8, np.random.default_rng(0))
    >>> out, cache = decoder_block_forward(np.ones((1, 3, 4)), np.ones((1, 5, 4)), params, heads=2)
    >>> dx, dmemory, grads = decoder_block_backward(out, cache); dmemory.shape, set(grads) == set(params)
    ((1, 5, 4), True)
    """
    dc, grads_feed = _residual_backward(dout, feed_forward_backward, cache.feed_forward)
    da, grads_cross = _residual_backward(dc, _cross_attention_backward, cache.cross)
    dmemory = grads_cross.pop("memory")
    dx, grads_attention = _residual_backward(da, _self_attention_backward, cache.attention)
    return dx, dmemory, grads_attention | grads_cross | grads_feed


def _residual_forward(
    x: Array, sublayer: Callable, params: Params, number: int, norm_first: bool
) -> tuple[Array, ResidualCache]:
    """x + sublayer(norm(x)), or norm(x + sublayer(x)); `number` is the norm's."""
    names = f"gamma_{number}", f"beta_{number}"
    gamma, beta = check_params(params, dict.fromkeys(names, (None,))).values()
    if norm_first:
        normed, norm = layer_norm_forward(x, gamma, beta)
        out, inner = sublayer(normed)
        _add_input(out, x)
        return out, ResidualCache(norm, inner, number, norm_first)
    out, inner = sublayer(x)
    _add_input(out, x)
    normed, norm = layer_norm_forward(out, gamma, beta)
    return normed, ResidualCache(norm, inner, number, norm_first)


def _residual_backward(dout: Array, sublayer_backward: Callable, cache: ResidualCache) -> tuple[Array, Params]:
    """The gradient goes both ways at a sum: straight on, and through the sublayer."""
    norm, inner, number, norm_first = cache
    if norm_first:
        dnormed, grads = sublayer_backward(dout, inner)
        dx, dgamma, dbeta = layer_norm_backward(dnormed, norm)
        dx += dout
    else:
        dsum, dgamma, dbeta = layer_norm_backward(dout, norm)
        dx, grads = sublayer_backward(dsum, inner)
        dx += dsum
    return dx, grads | {f"gamma_{number}": dgamma, f"beta_{number}": dbeta}


def _self_attention_backward(dout: Array, cache: MultiHeadCache) -> tuple[Array, Params]:
    dx_q, dx_kv, grads = multi_head_attention_backward(dout, cache)
    dx_q += dx_kv
    return dx_q, grads


def _cross_attention_backward(dout: Array, cache: MultiHeadCache) -> tuple[Array, Params]:
    """The memory's gradient travels among those of the parameters, under its own name."""
    dx, dmemory, grads = multi_head_attention_backward(dout, cache)
    return dx, {f"cross_{name}": g for name, g in grads.items()} | {"memory": dmemory}


def _add_input(out: Array, x: Array) -> None:
    """out += x, the residual connection, into the array that the sublayer has just made."""
    if x.shape != out.shape:
        raise ValueError(
            f"a residual connection adds x {x.shape} to its sublayer's output {out.shape}, so both need one shape: "
            "W_o and W_2 must lead back to the width of x."
        )
    out += x


def init_multi_head(D: int, rng: "np.random.Generator", *, D_kv: int | None = None, dtype=np.float64) -> Params:
    """Starting parameters of multi-head attention of width D: Xavier weights, zero biases.

    Parameters
    ----------
    D : features of the queries' input, of the projections and of the output.
    rng : the source of randomness.
    D_kv : features of the keys' and values' input; None is D.
    dtype : of all parameters.

    >>> {name: p.shape for name, p in init_multi_head(4, np.random.default_rng(0)).items() if name[0] == "W"}
    {'W_q': (4, 4), 'W_k': (4, 4), 'W_v': (4, 4), 'W_o': (4, 4)}
    """
    params = {}
    for name, width in {"q": D, "k": D_kv or D, "v": D_kv or D, "o": D}.items():
        params |= {f"W_{name}": xavier_uniform((width, D), rng, dtype), f"b_{name}": np.zeros(D, dtype)}
    return params


def init_encoder_block(D: int, F: int, rng: "np.random.Generator", *, dtype=np.float64) -> Params:
    """Starting parameters of an encoder block of width D with F features inside its feed-forward network.

    >>> init_encoder_block(4, 8, np.random.default_rng(0))["W_1"].shape
    (4, 8)
    """
    attention = init_multi_head(D, rng, dtype=dtype)
    return attention | _init_norm(1, D, dtype) | _init_feed_forward(D, F, rng, dtype) | _init_norm(2, D, dtype)


def init_decoder_block(
    D: int, F: int, rng: "np.random.Generator", *, D_memory: int | None = None, dtype=np.float64
) -> Params:
    """Starting parameters of a decoder block; `D_memory` is the encoder's width where it is not D.

    >>> init_decoder_block(4, 8, np.random.default_rng(0), D_memory=6)["cross_W_k"].shape
    (6, 4)
    """
    attention = init_multi_head(D, rng, dtype=dtype)
    cross = {f"cross_{name}": p for name, p in init_multi_head(D, rng, D_kv=D_memory, dtype=dtype).items()}
    feed = _init_feed_forward(D, F, rng, dtype)
    return attention | _init_norm(1, D, dtype) | cross | _init_norm(2, D, dtype) | feed | _init_norm(3, D, dtype)


def _init_feed_forward(D: int, F: int, rng: "np.random.Generator", dtype) -> Params:
    return {
        "W_1": he_normal((D, F), rng, dtype),  # before a relu
        "b_1": np.zeros(F, dtype),
        "W_2": xavier_uniform((F, D), rng, dtype),
        "b_2": np.zeros(D, dtype),
    }


def _init_norm(number: int, D: int, dtype) -> Params:
    return {f"gamma_{number}": np.ones(D, dtype), f"beta_{number}": np.zeros(D, dtype)}
