"""The residual connection around each sublayer, with its norm and its dropout."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import check_params
from course_utils.affine import DropoutCache, dropout_backward, dropout_forward
from course_utils.norm import (
    LayerNormCache,
    RMSNormCache,
    layer_norm_backward,
    layer_norm_forward,
    rms_norm_backward,
    rms_norm_forward,
)


class Style(NamedTuple):
    """What all residual connections of a block have in common; `dropout` is 0 outside training."""

    norm_first: bool
    norm: str
    eps: float
    dropout: float
    rng: "np.random.Generator | None"


class ResidualCache(NamedTuple):
    """The caches of the norm and of what stands inside the residual connection, the norm's number, the order, and the
    cache of dropout or None."""

    norm: LayerNormCache | RMSNormCache
    inner: Any
    number: int
    norm_first: bool
    dropped: DropoutCache | None


def with_residual(
    x: Array, sublayer: Callable, params: Params, number: int, style: Style
) -> tuple[Array, ResidualCache]:
    """x + sublayer(norm(x)), or norm(x + sublayer(x)); `number` is the norm's.

    >>> style = Style(True, "rms", 1e-6, 0.0, None)
    >>> with_residual(np.ones((1, 1, 2)), lambda z: (2 * z, None), {"gamma_1": np.ones(2)}, 1, style)[0].round(3)
    array([[[3., 3.]]])
    """
    if style.norm_first:
        inside, norm = _norm(x, params, number, style)
        out, inner = sublayer(inside)
    else:
        out, inner = sublayer(x)
    dropped = None
    if style.dropout:
        out, dropped = dropout_forward(out, rate=style.dropout, rng=style.rng)
    _add_input(out, x)
    if not style.norm_first:
        out, norm = _norm(out, params, number, style)
    return out, ResidualCache(norm, inner, number, style.norm_first, dropped)


def back_through_residual(dout: Array, sublayer_backward: Callable, cache: ResidualCache) -> tuple[Array, Params]:
    """The gradient goes both ways at a sum: straight on, and through the sublayer.

    >>> style = Style(True, "rms", 1e-6, 0.0, None)
    >>> _, cache = with_residual(np.ones((1, 1, 2)), lambda z: (2 * z, None), {"gamma_1": np.ones(2)}, 1, style)
    >>> back_through_residual(np.ones((1, 1, 2)), lambda d, inner: (2 * d, {}), cache)[1]["gamma_1"].round(3)
    array([2., 2.])
    """
    if not cache.norm_first:
        dout, scales = _norm_backward(dout, cache)
    dinside = dout if cache.dropped is None else dropout_backward(dout, cache.dropped)
    dx, grads = sublayer_backward(dinside, cache.inner)
    if cache.norm_first:
        dx, scales = _norm_backward(dx, cache)
    dx += dout
    return dx, grads | scales


def _norm(x: Array, params: Params, number: int, style: Style) -> tuple[Array, LayerNormCache | RMSNormCache]:
    if style.norm == "rms":
        (gamma,) = check_params(params, {f"gamma_{number}": (None,)}).values()
        return rms_norm_forward(x, gamma, eps=style.eps)
    if style.norm != "layer":
        raise ValueError(f"norm must be 'layer' or 'rms', but {style.norm!r} came.")
    gamma, beta = check_params(params, {f"gamma_{number}": (None,), f"beta_{number}": (None,)}).values()
    return layer_norm_forward(x, gamma, beta, eps=style.eps)


def _norm_backward(dout: Array, cache: ResidualCache) -> tuple[Array, Params]:
    backward = rms_norm_backward if isinstance(cache.norm, RMSNormCache) else layer_norm_backward
    dx, *scales = backward(dout, cache.norm)
    return dx, {f"{name}_{cache.number}": g for name, g in zip(("gamma", "beta"), scales, strict=False)}


def _add_input(out: Array, x: Array) -> None:
    """out += x, the residual connection, into the array that the sublayer has just made."""
    if x.shape != out.shape:
        raise ValueError(
            f"a residual connection adds x {x.shape} to its sublayer's output {out.shape}, so both need one shape: "
            "W_o and W_2 must lead back to the width of x."
        )
    out += x
