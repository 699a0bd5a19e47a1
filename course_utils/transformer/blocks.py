"""Encoder and decoder blocks: attention and the feed-forward network, each in a residual connection."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_float, check_params
from course_utils.attention import (
    KeyValues,
    MultiHeadCache,
    Rotary,
    multi_head_attention_backward,
    multi_head_attention_forward,
)
from course_utils.transformer._residual import ResidualCache, Style, back_through_residual, with_residual
from course_utils.transformer.feed_forward import feed_forward_backward, feed_forward_forward


class EncoderBlockCache(NamedTuple):
    """The caches of the two sublayers; `attention.inner` is that of multi-head attention."""

    attention: ResidualCache
    feed_forward: ResidualCache

    @property
    def weights(self) -> Array:
        """The attention weights, (N, h, T, T)."""
        return self.attention.inner.weights

    @property
    def key_values(self) -> KeyValues:
        """What the next pass takes as `past`."""
        return self.attention.inner.key_values


class DecoderBlockCache(NamedTuple):
    """The caches of the three sublayers."""

    attention: ResidualCache
    cross: ResidualCache
    feed_forward: ResidualCache

    @property
    def key_values(self) -> tuple[KeyValues, KeyValues]:
        """What the next pass takes as `past`: of the target, and of the memory."""
        return self.attention.inner.key_values, self.cross.inner.key_values


def encoder_block_forward(
    x: Array,
    params: Params,
    *,
    heads: int,
    mask: Array | None = None,
    norm_first: bool = True,
    norm: str = "layer",
    eps: float = 1e-5,
    activation: str = "relu",
    biases: bool = True,
    kv_heads: int | None = None,
    rotary: Rotary | None = None,
    past: KeyValues | None = None,
    dropout: float = 0.0,
    attention_dropout: float = 0.0,
    rng: "np.random.Generator | None" = None,
    training: bool = True,
) -> tuple[Array, EncoderBlockCache]:
    """One block of an encoder: self-attention, then the feed-forward network, each in a residual connection.

    With `causal_mask` as the mask it is the block of a GPT. GPT-2 takes activation="gelu"; BERT norm_first=False,
    activation="gelu_exact", eps=1e-12; Llama norm="rms", eps=1e-6, activation="swiglu", biases=False, rotary=Rotary()
    and often fewer kv_heads.

    Parameters
    ----------
    x : (N, T, D) float.
    params : as in the package's first lines; `init_encoder_block` makes them.
    heads : h, which must divide the width of W_q.
    mask : boolean, True = may attend, broadcasts to (N, h, T, T); (N, T, T) counts for every head.
    norm_first : the norm before each sublayer (True), or after each sum.
    norm : "layer" or "rms" (without beta). eps : of both norms.
    activation : of the feed-forward network, see `feed_forward_forward`.
    biases : False where there are none in attention and feed-forward network.
    kv_heads, rotary, past : see `multi_head_attention_forward`.
    dropout : share of each sublayer's output set to 0 in training. attention_dropout : share of attention weights.
    rng : decides which. training : False drops nothing.

    Returns
    -------
    out : (N, T, D), cache with `cache.weights` (N, h, T, T) and `cache.key_values`

    Raises
    ------
    TypeError, ValueError : a parameter missing, shapes that do not fit, heads that do not divide, NaN.

    References
    ----------
    Vaswani et al. (2017), section 3.1; Xiong et al. (2020), On Layer Normalization in the Transformer
    Architecture, table 1. PyTorch's TransformerEncoderLayer has norm_first=False as its default.

    >>> from course_utils.transformer import init_encoder_block
    >>> params = init_encoder_block(4, 8, np.random.default_rng(0))
    >>> encoder_block_forward(np.ones((1, 3, 4)), params, heads=2)[0].shape
    (1, 3, 4)
    """
    x = as_float("x", x, ndim=3)
    style = Style(norm_first, norm, eps, dropout if training else 0.0, rng)
    shares = {"dropout": attention_dropout if training else 0.0, "rng": rng}
    options = {"heads": heads, "kv_heads": kv_heads, "biases": biases, "rotary": rotary, **shares}

    def attend(z):
        return multi_head_attention_forward(z, z, params, mask=mask, past=past, **options)

    def feed(z):
        return feed_forward_forward(z, params, activation=activation, biases=biases)

    a, attention = with_residual(x, attend, params, 1, style)
    out, feed_forward = with_residual(a, feed, params, 2, style)
    return out, EncoderBlockCache(attention, feed_forward)


def encoder_block_backward(dout: Array, cache: EncoderBlockCache) -> tuple[Array, Params]:
    """Gradients (dx, grads) of `encoder_block_forward`, the sublayers in reverse order.

    >>> from course_utils.transformer import init_encoder_block
    >>> params = init_encoder_block(4, 8, np.random.default_rng(0))
    >>> out, cache = encoder_block_forward(np.ones((1, 3, 4)), params, heads=2)
    >>> dx, grads = encoder_block_backward(out, cache); set(grads) == set(params)
    True
    """
    da, grads_feed = back_through_residual(dout, feed_forward_backward, cache.feed_forward)
    dx, grads_attention = back_through_residual(da, _self_attention_backward, cache.attention)
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
    norm: str = "layer",
    eps: float = 1e-5,
    activation: str = "relu",
    biases: bool = True,
    kv_heads: int | None = None,
    rotary: Rotary | None = None,
    past: tuple[KeyValues, KeyValues] | None = None,
    dropout: float = 0.0,
    attention_dropout: float = 0.0,
    rng: "np.random.Generator | None" = None,
    training: bool = True,
) -> tuple[Array, DecoderBlockCache]:
    """One block of a decoder: self-attention, attention to the encoder's output, feed-forward network.

    Parameters
    ----------
    x : (N, T, D) float, the target side.
    memory : (N, S, D_m) float, the encoder's output.
    params : as in the package's first lines; `init_decoder_block` makes them.
    heads : h, of both attentions.
    self_mask : boolean, broadcasts to (N, h, T, T); `causal_mask(T)` in training.
    cross_mask : boolean, broadcasts to (N, h, T, S); the source's padding mask.
    norm_first : the norm before each sublayer (True), or after each sum. The memory is taken as it is.
    rotary : of the self-attention only.
    past : (of the target, of the memory): `cache.key_values` of the pass before. What the memory had to give is in
        there already: the memory of the next pass is then empty, memory[:, :0].
    norm, eps, activation, biases, kv_heads, dropout, attention_dropout, rng, training : as in `encoder_block_forward`.

    Returns
    -------
    out : (N, T, D), cache

    Raises
    ------
    TypeError, ValueError : as `encoder_block_forward`.

    References
    ----------
    Vaswani et al. (2017), section 3.1.

    >>> from course_utils.transformer import init_decoder_block
    >>> params = init_decoder_block(4, 8, np.random.default_rng(0))
    >>> decoder_block_forward(np.ones((1, 3, 4)), np.ones((1, 5, 4)), params, heads=2)[0].shape
    (1, 3, 4)
    """
    x, memory = as_float("x", x, ndim=3), as_float("memory", memory, ndim=3)
    style = Style(norm_first, norm, eps, dropout if training else 0.0, rng)
    shares = {"dropout": attention_dropout if training else 0.0, "rng": rng}
    options = {"heads": heads, "kv_heads": kv_heads, "biases": biases, **shares}
    cross_params, (seen, known) = _cross(params, biases), past or (None, None)

    def attend(z):
        return multi_head_attention_forward(z, z, params, mask=self_mask, rotary=rotary, past=seen, **options)

    def look_up(z):
        return multi_head_attention_forward(z, memory, cross_params, mask=cross_mask, past=known, **options)

    def feed(z):
        return feed_forward_forward(z, params, activation=activation, biases=biases)

    a, attention = with_residual(x, attend, params, 1, style)
    c, cross = with_residual(a, look_up, params, 2, style)
    out, feed_forward = with_residual(c, feed, params, 3, style)
    return out, DecoderBlockCache(attention, cross, feed_forward)


def decoder_block_backward(dout: Array, cache: DecoderBlockCache) -> tuple[Array, Array, Params]:
    """Gradients (dx, dmemory, grads) of `decoder_block_forward`.

    >>> from course_utils.transformer import init_decoder_block
    >>> params = init_decoder_block(4, 8, np.random.default_rng(0))
    >>> out, cache = decoder_block_forward(np.ones((1, 3, 4)), np.ones((1, 5, 4)), params, heads=2)
    >>> dx, dmemory, grads = decoder_block_backward(out, cache); dmemory.shape, set(grads) == set(params)
    ((1, 5, 4), True)
    """
    dc, grads_feed = back_through_residual(dout, feed_forward_backward, cache.feed_forward)
    da, grads_cross = back_through_residual(dc, _cross_attention_backward, cache.cross)
    dmemory = grads_cross.pop("memory")
    dx, grads_attention = back_through_residual(da, _self_attention_backward, cache.attention)
    return dx, dmemory, grads_attention | grads_cross | grads_feed


def _cross(params: Params, biases: bool) -> Params:
    """The parameters of the second attention under the names of the first."""
    axes = {f"cross_{kind}_{h}": (None,) * n for h in "qkvo" for kind, n in (("W", 2), ("b", 1)) if biases or n == 2}
    return {name.removeprefix("cross_"): p for name, p in check_params(params, axes).items()}


def _self_attention_backward(dout: Array, cache: MultiHeadCache) -> tuple[Array, Params]:
    dx_q, dx_kv, grads = multi_head_attention_backward(dout, cache)
    dx_q += dx_kv
    return dx_q, grads


def _cross_attention_backward(dout: Array, cache: MultiHeadCache) -> tuple[Array, Params]:
    """The memory's gradient travels among those of the parameters, under its own name."""
    dx, dmemory, grads = multi_head_attention_backward(dout, cache)
    return dx, {f"cross_{name}": g for name, g in grads.items()} | {"memory": dmemory}
