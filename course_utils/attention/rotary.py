"""Rotary positions: queries and keys are turned by angles that grow with their place, before they meet."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_no_nan


class RotaryCache(NamedTuple):
    """What rotary_backward needs: cosine and sine of each angle, the pairing, the output's shape."""

    cos: Array
    sin: Array
    pairs: str
    shape: tuple[int, ...]


def rotary_forward(
    x: Array, *, positions, base: float = 10000.0, pairs: str = "neighbours"
) -> tuple[Array, RotaryCache]:
    """Each pair of features (a, b) of position t is turned by the angle t / base^(2i/d), i the number of the pair.

    (a cos - b sin, b cos + a sin). The dot product of a turned query and a turned key hangs on the difference of their
    positions only.

    Parameters
    ----------
    x : (..., T, d) float, d even: queries or keys of one head.
    positions : (T,) numbers, or what broadcasts to (..., T).
    base : > 1, of the angles; larger for longer texts.
    pairs : "neighbours" pairs features 2i and 2i + 1 (the paper's, GPT-J, Llama as first published); "halves" pairs i
        and i + d/2 (GPT-NeoX, and Llama's weights in Hugging Face's form, whose rows were moved for it).

    Returns
    -------
    out : (..., T, d), cache

    Raises
    ------
    ValueError : an odd d, positions that do not fit, another pairing, or NaN.

    References
    ----------
    Su et al. (2021), RoFormer: Enhanced Transformer with Rotary Position Embedding, eqs. (15) and (34).

    >>> rotary_forward(np.array([[1.0, 0.0], [1.0, 0.0]]), positions=[0, 1])[0].round(2)
    array([[1.  , 0.  ],
           [0.54, 0.84]])
    """
    x = as_float("x", x)
    if x.ndim < 2 or x.shape[-1] % 2 or pairs not in ("neighbours", "halves") or not base > 1:
        raise ValueError(
            f"x must be (..., T, d) with an even d, pairs 'neighbours' or 'halves' and base above 1, but the shape is "
            f"{x.shape}, pairs = {pairs!r}, base = {base}."
        )
    check_no_nan("x", x)
    positions, d = as_float("positions", positions), x.shape[-1]
    try:
        np.broadcast_to(positions, x.shape[:-1])
    except ValueError:
        raise ValueError(f"positions {positions.shape} must be one number for each of x {x.shape[:-1]}.") from None
    angles = positions[..., None] / base ** (np.arange(0, d, 2) / d)  # (..., T, d/2), in float64
    cache = RotaryCache(np.cos(angles).astype(x.dtype), np.sin(angles).astype(x.dtype), pairs, x.shape)
    return _turned(x, cache.cos, cache.sin, pairs), cache


def rotary_backward(dout: Array, cache: RotaryCache) -> Array:
    """Gradient dx: dout turned back by the same angles.

    >>> _, cache = rotary_forward(np.array([[1.0, 0.0]]), positions=[1])
    >>> rotary_backward(np.array([[0.5403, 0.8415]]), cache).round(2)
    array([[1., 0.]])
    """
    return _turned(as_dout(dout, cache.shape, cache.cos.dtype), cache.cos, -cache.sin, cache.pairs)


def _turned(x: Array, cos: Array, sin: Array, pairs: str) -> Array:
    half = x.shape[-1] // 2
    first, second = (
        (np.s_[..., 0::2], np.s_[..., 1::2]) if pairs == "neighbours" else (np.s_[..., :half], np.s_[..., half:])
    )
    out = np.empty(x.shape, x.dtype)
    out[first] = x[first] * cos - x[second] * sin
    out[second] = x[second] * cos + x[first] * sin
    return out
