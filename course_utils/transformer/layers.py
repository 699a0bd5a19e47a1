"""Attention, blocks and positions as layers.

Their `mask` (N, T) says which positions are real, True, and which are padding, as that of recurrent layers does;
(N, Tq, Tk) or (N, h, Tq, Tk) says who may attend to whom. `past` is what `cache.key_values` of the pass before held.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float
from course_utils.attention import (
    KeyValues,
    Rotary,
    causal_mask,
    multi_head_attention_backward,
    multi_head_attention_forward,
)
from course_utils.layers import Layer
from course_utils.transformer.blocks import (
    decoder_block_backward,
    decoder_block_forward,
    encoder_block_backward,
    encoder_block_forward,
)
from course_utils.transformer.positions import sinusoidal_positions
from course_utils.transformer.starting import init_decoder_block, init_encoder_block, init_multi_head


class AttentionLayerCache(NamedTuple):
    """The operation's cache, and whether queries and keys came as two inputs."""

    inner: Any
    two: bool

    @property
    def weights(self) -> Array:
        """The attention weights, (N, h, Tq, Tk)."""
        return self.inner.weights

    @property
    def key_values(self) -> KeyValues:
        """What the next pass takes as `past`."""
        return self.inner.key_values


class PositionsCache(NamedTuple):
    """What PositionalEmbedding.backward needs: the output's shape and dtype, and the number of the first position."""

    shape: tuple[int, ...]
    dtype: np.dtype
    start: int


def attention_mask(mask, Tq: int, seen: int, causal: bool) -> Array | None:
    """The mask of the operations from that of the layers; `seen` positions stand before these Tq.

    >>> attention_mask(np.array([[True, True, False]]), 3, 0, causal=True)[0].astype(int)
    array([[1, 0, 0],
           [1, 1, 0],
           [1, 1, 0]])
    """
    if mask is not None:
        mask = np.asarray(mask)
        mask = mask[:, None] if mask.ndim == 2 else mask  # (N, T) -> (N, 1, T)
    if not causal:
        return mask
    rows = causal_mask(seen + Tq)[seen:]
    return rows if mask is None else mask & rows


def _seen(past: KeyValues | None) -> int:
    return 0 if past is None else past.keys.shape[2]


class MultiHeadAttention(Layer):
    """Multi-head attention; see `multi_head_attention_forward`.

    The input is x (N, T, D), self-attention, or the pair (x_q, x_kv); the gradient has its form.

    Parameters
    ----------
    D, heads : width, number of heads. rng : draws the weights, and in training what is dropped.
    causal : no position sees a later one. D_kv : features of x_kv where they are not D.
    kv_heads, biases, rotary, dropout : as in the operation. dtype : of the parameters.

    >>> layer = MultiHeadAttention(4, 2, np.random.default_rng(0), causal=True)
    >>> layer.forward(np.ones((1, 3, 4)), mask=np.array([[True, True, False]]))[1].weights[0, 0].round(2)
    array([[1. , 0. , 0. ],
           [0.5, 0.5, 0. ],
           [0.5, 0.5, 0. ]])
    """

    def __init__(
        self, D: int, heads: int, rng: "np.random.Generator", *, causal: bool = False, D_kv: int | None = None,
        kv_heads: int | None = None, biases: bool = True, rotary: Rotary | None = None, dropout: float = 0.0,
        dtype=np.float64,
    ):  # fmt: skip
        super().__init__()
        shared = {"heads": heads, "kv_heads": kv_heads, "biases": biases}
        self.params = init_multi_head(D, rng, D_kv=D_kv, dtype=dtype, **shared)
        self.style, self.causal, self.dropout = shared | {"rotary": rotary}, causal, dropout
        self.generators = [rng] if dropout else []

    def forward(self, x, training=True, *, mask=None, past=None):
        """What each query finds."""
        two = isinstance(x, tuple)
        x_q, x_kv = x if two else (x, x)
        mask = attention_mask(mask, np.shape(x_q)[1], _seen(past), self.causal)
        drop = {"dropout": self.dropout, "rng": self.generators[0]} if training and self.dropout else {}
        out, cache = multi_head_attention_forward(
            x_q, x_kv, self.params, mask=mask, past=past, **self.style, **drop
        )  # fmt: skip
        return out, AttentionLayerCache(cache, two)

    def backward(self, dout, cache):
        """Gradient of x, or of the pair, and of the parameters."""
        dx_q, dx_kv, grads = multi_head_attention_backward(dout, cache.inner)
        return ((dx_q, dx_kv) if cache.two else dx_q + dx_kv), grads


class EncoderBlock(Layer):
    """Self-attention and feed-forward network; see `encoder_block_forward`.

    Parameters
    ----------
    D, F, heads : width, features inside the feed-forward network, heads.
    rng : draws the weights, and in training what is dropped.
    causal : no position sees a later one: the block of a GPT.
    style : options of `encoder_block_forward`: norm_first, norm, eps, activation, biases, kv_heads, rotary, dropout,
        attention_dropout; and dtype, of the parameters.

    >>> EncoderBlock(4, 8, 2, np.random.default_rng(0), norm="rms").forward(np.ones((1, 3, 4)))[0].shape
    (1, 3, 4)
    """

    initial = staticmethod(init_encoder_block)

    def __init__(
        self, D: int, F: int, heads: int, rng: "np.random.Generator", *, causal: bool = False, dtype=np.float64, **style
    ):
        super().__init__()
        kinds = {name: style[name] for name in ("kv_heads", "biases", "norm", "activation") if name in style}
        widths = {"D_memory": style.pop("D_memory")} if "D_memory" in style else {}
        self.params = self.initial(D, F, rng, heads=heads, dtype=dtype, **kinds, **widths)
        self.style, self.causal = style | {"heads": heads}, causal
        self.generators = [rng] if style.get("dropout") or style.get("attention_dropout") else []

    def _options(self, training: bool) -> dict:
        return self.style | {"training": training, "rng": self.generators[0] if self.generators else None}

    def forward(self, x, training=True, *, mask=None, past=None):
        """The block's output."""
        mask = attention_mask(mask, np.shape(x)[1], _seen(past), self.causal)
        return encoder_block_forward(x, self.params, mask=mask, past=past, **self._options(training))

    def backward(self, dout, cache):
        """Gradient of x and of the parameters."""
        return encoder_block_backward(dout, cache)


class DecoderBlock(EncoderBlock):
    """Causal self-attention, attention to a memory, feed-forward network; see `decoder_block_forward`.

    The input is the pair (x, memory); `mask` is the target's, `memory_mask` (N, S) the source's.

    Parameters
    ----------
    D, F, heads, rng, style, dtype : as `EncoderBlock`; D_memory: the memory's width where it is not D.

    >>> layer = DecoderBlock(4, 8, 2, np.random.default_rng(0))
    >>> layer.forward((np.ones((1, 3, 4)), np.ones((1, 5, 4))))[0].shape
    (1, 3, 4)
    """

    initial = staticmethod(init_decoder_block)

    def forward(self, x, training=True, *, mask=None, memory_mask=None, past=None):
        """The block's output."""
        x, memory = x
        mask = attention_mask(mask, np.shape(x)[1], _seen(past and past[0]), causal=True)
        masks = {"self_mask": mask, "cross_mask": attention_mask(memory_mask, 0, 0, causal=False)}
        return decoder_block_forward(x, memory, self.params, past=past, **masks, **self._options(training))

    def backward(self, dout, cache):
        """Gradients of (x, memory) and of the parameters."""
        dx, dmemory, grads = decoder_block_backward(dout, cache)
        return (dx, dmemory), grads


class PositionalEmbedding(Layer):
    """x + a code for each position, (N, T, D) -> (N, T, D).

    Parameters
    ----------
    T : the most positions. D : features. rng : draws a learned table, standard normal / √D.
    kind : "learned", a table that is a parameter (Gehring et al., 2017; GPT-2, BERT); or "sinusoidal".
    dtype : of the table.

    Raises
    ------
    ValueError : another kind; at the use, more positions than T.

    >>> PositionalEmbedding(5, 2, kind="sinusoidal").forward(np.zeros((1, 2, 2)))[0].round(2)
    array([[[0.  , 1.  ],
            [0.84, 0.54]]])
    """

    def __init__(self, T: int, D: int, rng: "np.random.Generator | None" = None, *, kind="learned", dtype=np.float64):
        super().__init__()
        if kind not in ("learned", "sinusoidal"):
            raise ValueError(f"kind must be 'learned' or 'sinusoidal', but {kind!r} came.")
        self.codes = None
        if kind == "learned":
            self.params = {"table": (rng.normal(size=(T, D)) / math.sqrt(D)).astype(dtype)}
        else:
            self.codes = sinusoidal_positions(T, D).astype(dtype)

    def forward(self, x, training=True, *, start: int = 0):
        """The codes of positions start, start + 1, … are added."""
        x = as_float("x", x, ndim=3)
        codes = self.params["table"] if self.codes is None else self.codes
        if start + x.shape[1] > len(codes):
            raise ValueError(
                f"{start + x.shape[1]} positions came, but the model has codes for {len(codes)}: shorter sequences, "
                "or a larger context."
            )
        out = x + codes[start : start + x.shape[1]].astype(x.dtype, copy=False)
        return out, PositionsCache(out.shape, out.dtype, start)

    def backward(self, dout, cache):
        """The gradient passes; a learned code's is the sum over the examples."""
        dout = as_dout(dout, cache.shape, cache.dtype).copy()
        if self.codes is not None:
            return dout, {}
        dtable = np.zeros_like(self.params["table"])
        dtable[cache.start : cache.start + cache.shape[1]] = dout.sum(axis=0)
        return dout, {"table": dtable}
