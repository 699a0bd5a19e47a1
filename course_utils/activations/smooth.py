"""Smooth relatives of relu: gelu in two forms, silu, and SwiGLU, which is gated by it."""

import functools
import math
from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, check_shape, common_dtype
from course_utils.activations._checked import checked
from course_utils.activations.pointwise import sigmoid


class GeluCache(NamedTuple):
    """What gelu_backward needs: the input and t = tanh(√(2/π)(x + 0.044715x³))."""

    x: Array
    t: Array


class GeluExactCache(NamedTuple):
    """What gelu_exact_backward needs: the derivative Φ(x) + xφ(x)."""

    slope: Array


class SiluCache(NamedTuple):
    """What silu_backward needs: the derivative σ(x)(1 + x(1 - σ(x)))."""

    slope: Array


class SwigluCache(NamedTuple):
    """What swiglu_backward needs: `up`, silu(gate) and its derivative."""

    up: Array
    gate: Array
    slope: Array


_GELU_SCALE = float(np.sqrt(2 / np.pi))
_GELU_CUBIC = 0.044715


_GELU_FLAT = 20.0
"""Beyond this the tanh is ±1 to the last bit, and a cube might overflow."""


def _not_flat(x: Array) -> Array:
    """x, or where it leaves the part of the function that bends, the nearest number of that part."""
    inside = x.size == 0 or (x.min() >= -_GELU_FLAT and x.max() <= _GELU_FLAT)
    return x if inside else np.clip(x, -_GELU_FLAT, _GELU_FLAT)


def _gelu_tanh(x: Array) -> Array:
    x = _not_flat(x)
    return np.tanh(_GELU_SCALE * (x + _GELU_CUBIC * x * x * x))


def gelu(x: Array) -> Array:
    """Gaussian error linear unit in its tanh form (Hendrycks and Gimpel, 2016, section 2), GPT-2's choice.

    x/2 · (1 + tanh(√(2/π)(x + 0.044715x³))). PyTorch's default is the exact form with the normal
    distribution; this one is its ``approximate="tanh"``.

    >>> gelu(np.array([-1e4, 0.0, 1.0])).round(4)
    array([-0.    ,  0.    ,  0.8412])
    """
    return gelu_forward(x)[0]


def gelu_forward(x: Array) -> tuple[Array, GeluCache]:
    """Gaussian error linear unit (tanh form) with the cache for its derivative; see `gelu`.

    >>> y, cache = gelu_forward(np.array([1.0])); y.round(4)
    array([0.8412])
    """
    x = checked(x)
    t = _gelu_tanh(x)
    return 0.5 * x * (1 + t), GeluCache(x, t)


def gelu_backward(dout: Array, cache: GeluCache) -> Array:
    """Gradient dx = dout · [(1 + t)/2 + x/2 · (1 - t²) · √(2/π)(1 + 3 · 0.044715x²)].

    >>> _, cache = gelu_forward(np.array([0.0])); gelu_backward(np.array([1.0]), cache)
    array([0.5])
    """
    x, t = cache
    c = _not_flat(x)
    inner = _GELU_SCALE * (1 + 3 * _GELU_CUBIC * c * c)
    return as_dout(dout, x.shape, x.dtype) * (0.5 * (1 + t) + 0.5 * c * (1 - t * t) * inner)


_BLOCK = 1 << 14
"""Numbers that are worked on at a time, so that intermediate results stay in the processor's cache."""


@functools.cache
def _tail_series(degree: int) -> tuple[float, ...]:
    """Coefficients, highest first, of erfc(z) exp(z²) as a polynomial in u = (28t - 15)/13, t = 1/(1 + z/2).

    The function is so smooth in t that interpolation at `degree` + 1 Chebyshev points, 0 <= z <= 26, is off by 6e-11 at
    degree 14 and 5e-15 at 20. The points' own values come from the standard library.
    """

    def scaled_tail(u):
        z = 2 * (28 / (13 * u + 15) - 1)
        return np.array([math.erfc(a) * math.exp(a * a) for a in z])

    series = np.polynomial.chebyshev.chebinterpolate(scaled_tail, degree)
    return tuple(float(c) for c in np.polynomial.chebyshev.cheb2poly(series)[::-1])


def _normal(x: Array) -> tuple[Array, Array]:
    """Φ(x) and φ(x) of the standard normal distribution."""
    z = np.minimum(np.abs(x), 40)  # both are flat beyond, and a square might overflow
    u = (28 / 13) / (1 + z / math.sqrt(8)) - 15 / 13
    first, second, *others = _tail_series(20 if x.dtype == np.float64 else 12)
    tail = first * u + second
    for c in others:
        tail *= u
        tail += c
    bell = np.exp(-0.5 * z * z)
    tail *= 0.5 * bell
    return 0.5 + np.copysign(0.5 - tail, x), bell * (1 / math.sqrt(2 * math.pi))


def gelu_exact(x: Array) -> Array:
    """Gaussian error linear unit x Φ(x), with Φ of the normal distribution (Hendrycks and Gimpel, 2016), BERT's choice.

    PyTorch's default. In float64 it is good to 1e-14, in float32 to the last digits.

    >>> gelu_exact(np.array([-1e4, 0.0, 1.0])).round(4)
    array([-0.    ,  0.    ,  0.8413])
    """
    return gelu_exact_forward(x)[0]


def gelu_exact_forward(x: Array) -> tuple[Array, GeluExactCache]:
    """Gaussian error linear unit (exact form) with the cache for its derivative; see `gelu_exact`.

    >>> y, cache = gelu_exact_forward(np.array([1.0])); y.round(4)
    array([0.8413])
    """
    x = checked(x)
    flat = np.ravel(x)
    out, slope = np.empty_like(flat), np.empty_like(flat)
    for start in range(0, flat.size, _BLOCK):
        some = slice(start, start + _BLOCK)
        below, density = _normal(flat[some].astype(np.result_type(x, np.float32), copy=False))
        out[some] = flat[some] * below
        slope[some] = below + np.clip(flat[some], -40, 40) * density
    return out.reshape(x.shape), GeluExactCache(slope.reshape(x.shape))


def gelu_exact_backward(dout: Array, cache: GeluExactCache) -> Array:
    """Gradient dx = dout · (Φ(x) + xφ(x)).

    >>> _, cache = gelu_exact_forward(np.array([0.0])); gelu_exact_backward(np.array([1.0]), cache)
    array([0.5])
    """
    return as_dout(dout, cache.slope.shape, cache.slope.dtype) * cache.slope


def silu(x: Array) -> Array:
    """x σ(x), the sigmoid linear unit (Elfwing, Uchibe and Doya, 2018, eq. (5)), also called swish.

    >>> silu(np.array([-1e4, 0.0, 1.0])).round(4)
    array([-0.    ,  0.    ,  0.7311])
    """
    x = checked(x)
    return x * sigmoid(x)


def silu_forward(x: Array) -> tuple[Array, SiluCache]:
    """Sigmoid linear unit with the cache for its derivative; see `silu`.

    >>> y, cache = silu_forward(np.array([1.0])); y.round(4)
    array([0.7311])
    """
    x = checked(x)
    s = sigmoid(x)
    out = x * s
    return out, SiluCache(s + out * (1 - s))


def silu_backward(dout: Array, cache: SiluCache) -> Array:
    """Gradient dx = dout · σ(x)(1 + x(1 - σ(x))).

    >>> _, cache = silu_forward(np.array([0.0])); silu_backward(np.array([1.0]), cache)
    array([0.5])
    """
    return as_dout(dout, cache.slope.shape, cache.slope.dtype) * cache.slope


def swiglu(gate: Array, up: Array) -> Array:
    """silu(gate) · up: one half of the features decides how much of the other half passes. See `swiglu_forward`.

    >>> swiglu(np.array([0.0, 1e4]), np.array([3.0, 3.0]))
    array([    0., 30000.])
    """
    return swiglu_forward(gate, up)[0]


def swiglu_forward(gate: Array, up: Array) -> tuple[Array, SwigluCache]:
    """SwiGLU (Shazeer, 2020, eq. (5)): silu(gate) · up, element by element. Llama's choice.

    Parameters
    ----------
    gate, up : float, of one shape: two affine maps of the same input.

    Returns
    -------
    out : the same shape, cache

    Raises
    ------
    ValueError : different shapes, or NaN.

    >>> swiglu_forward(np.array([1.0]), np.array([2.0]))[0].round(4)
    array([1.4621])
    """
    gate, up = checked(gate), checked(up)
    check_shape("up", up, gate.shape, "gate and up have one shape.")
    dtype = common_dtype(gate, up)
    gate, up = gate.astype(dtype, copy=False), up.astype(dtype, copy=False)
    opened, cache = silu_forward(gate)
    return opened * up, SwigluCache(up, opened, cache.slope)


def swiglu_backward(dout: Array, cache: SwigluCache) -> tuple[Array, Array]:
    """Gradients (dgate, dup) = (dout · up · silu'(gate), dout · silu(gate)).

    >>> _, cache = swiglu_forward(np.array([0.0]), np.array([2.0])); swiglu_backward(np.array([1.0]), cache)
    (array([1.]), array([0.]))
    """
    dout = as_dout(dout, cache.up.shape, cache.up.dtype)
    dgate = dout * cache.up
    dgate *= cache.slope
    return dgate, dout * cache.gate
