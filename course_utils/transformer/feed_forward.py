"""The small network that works at each position by itself, with the nonlinearities of today's models."""

from typing import Any, NamedTuple

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import check_params
from course_utils.activations import (
    gelu_backward,
    gelu_exact_backward,
    gelu_exact_forward,
    gelu_forward,
    swiglu_backward,
    swiglu_forward,
)
from course_utils.affine import AffineCache, affine_backward, affine_forward

ACTIVATIONS = ("relu", "gelu", "gelu_exact", "swiglu")
_PAIRS = {"gelu": (gelu_forward, gelu_backward), "gelu_exact": (gelu_exact_forward, gelu_exact_backward)}


class FeedForwardCache(NamedTuple):
    """The caches of the affine maps, the second one's input being the activation's output; of the activation (None for
    relu, whose output says it all) and its name; of SwiGLU's third map, else None; whether there are biases."""

    first: AffineCache
    second: AffineCache
    activation: str
    inner: Any
    third: AffineCache | None
    biases: bool


def feed_forward_forward(
    x: Array, params: Params, *, activation: str = "relu", biases: bool = True
) -> tuple[Array, FeedForwardCache]:
    """The same small network at every position, max(0, x W_1 + b_1) W_2 + b_2 (Vaswani et al., 2017, eq. (2)).

    Parameters
    ----------
    x : (N, T, D) float.
    params : W_1 (D, F), b_1 (F,), W_2 (F, D), b_2 (D,); for SwiGLU also W_3 (D, F), b_3 (F,).
    activation : "relu"; "gelu", its tanh form (GPT-2); "gelu_exact" (BERT); or "swiglu" (Llama), where
        (silu(x W_1 + b_1) · (x W_3 + b_3)) W_2 + b_2 (Shazeer, 2020, eq. (6)).
    biases : False where there are none among the parameters.

    Returns
    -------
    out : (N, T, D), cache

    Raises
    ------
    ValueError : a parameter missing, shapes that do not fit, another activation, or NaN.

    >>> params = {"W_1": np.ones((2, 3)), "b_1": np.zeros(3), "W_2": np.ones((3, 2)), "b_2": np.zeros(2)}
    >>> feed_forward_forward(np.ones((1, 1, 2)), params)[0]
    array([[[6., 6.]]])
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, but {activation!r} came.")
    numbers, third = (1, 3, 2) if activation == "swiglu" else (1, 2), None
    maps = _maps(params, numbers, biases)
    a, first = affine_forward(x, *maps[1])  # (N, T, F)
    if activation == "relu":
        np.maximum(a, 0, out=a)  # in place: nobody else holds this array, the largest of the block
        inner = None
    elif activation == "swiglu":
        up, third = affine_forward(x, *maps[3])  # (N, T, F)
        a, inner = swiglu_forward(a, up)
    else:
        a, inner = _PAIRS[activation][0](a)
    out, second = affine_forward(a, *maps[2])  # (N, T, D)
    return out, FeedForwardCache(first, second, activation, inner, third, biases)


def feed_forward_backward(dout: Array, cache: FeedForwardCache) -> tuple[Array, Params]:
    """Gradients (dx, grads) of `feed_forward_forward`.

    >>> params = {"W_1": np.ones((2, 3)), "b_1": np.zeros(3), "W_2": np.ones((3, 2)), "b_2": np.zeros(2)}
    >>> out, cache = feed_forward_forward(np.ones((1, 1, 2)), params)
    >>> feed_forward_backward(np.ones_like(out), cache)[0]
    array([[[6., 6.]]])
    """
    da, *second = affine_backward(dout, cache.second)
    third = []
    if cache.activation == "relu":
        da *= cache.second.x > 0
    elif cache.activation == "swiglu":
        da, dup = swiglu_backward(da, cache.inner)
        dx_up, *third = affine_backward(dup, cache.third)
    else:
        da = _PAIRS[cache.activation][1](da, cache.inner)
    dx, *first = affine_backward(da, cache.first)
    grads = {}
    for number, pair in ((1, first), (3, third), (2, second)):
        grads |= {f"{kind}_{number}": g for kind, g in zip("Wb", pair, strict=False) if cache.biases or kind == "W"}
    if third:
        dx += dx_up
    return dx, grads


def _maps(params: Params, numbers: tuple[int, ...], biases: bool) -> dict[int, tuple[Array, Array]]:
    """{number: (W, b)} of the affine maps, b zeros where there are no biases."""
    shapes = {}
    for i in numbers:
        shapes |= {f"W_{i}": (None, None)} | ({f"b_{i}": (None,)} if biases else {})
    found = check_params(params, shapes)
    W = {i: found[f"W_{i}"] for i in numbers}
    return {i: (W[i], found[f"b_{i}"] if biases else np.zeros(W[i].shape[1], W[i].dtype)) for i in numbers}
