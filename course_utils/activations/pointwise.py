"""The classic functions of each number: sigmoid, tanh, and the rectifiers."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float
from course_utils.activations._checked import checked


class SigmoidCache(NamedTuple):
    """What sigmoid_backward needs: the derivative y(1 - y), with y = σ(x)."""

    slope: Array


class TanhCache(NamedTuple):
    """What tanh_backward needs: the derivative 1 - y², with y = tanh(x)."""

    slope: Array


class ReluCache(NamedTuple):
    """What relu_backward needs: where x > 0, and the dtype of x."""

    positive: Array
    dtype: np.dtype


class LeakyReluCache(NamedTuple):
    """What leaky_relu_backward needs: where x > 0, the slope left of zero, and the dtype of x."""

    positive: Array
    slope: float
    dtype: np.dtype


def sigmoid(x: Array) -> Array:
    """Logistic function σ(x) = 1 / (1 + e⁻ˣ), any shape; the same dtype and shape come back.

    Where e⁻ˣ overflows the result is 0, as it should be; small probabilities keep all their digits, which
    (1 + tanh(x/2))/2 would lose.

    Raises
    ------
    TypeError, ValueError : not numbers; NaN.

    >>> sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    x = checked(x)
    y = np.empty_like(x)
    with np.errstate(over="ignore"):
        sigmoid_into(y, x)
    return y[()]


def sigmoid_into(out: Array, x: Array) -> None:
    """out <- 1 / (1 + e⁻ˣ) without a temporary array and without a check; out may be x.

    e⁻ˣ may be inf, and 1 / (1 + inf) = 0 is the right answer: callers set np.errstate(over="ignore") around it.

    >>> a = np.zeros(1); sigmoid_into(a, a); a
    array([0.5])
    """
    np.negative(x, out=out)
    np.exp(out, out=out)
    out += 1
    np.divide(1, out, out=out)


def sigmoid_forward(x: Array) -> tuple[Array, SigmoidCache]:
    """Logistic function with the cache for its derivative; see `sigmoid`.

    >>> y, cache = sigmoid_forward(np.array([0.0])); float(y[0])
    0.5
    """
    y = sigmoid(x)
    return y, SigmoidCache((1 - y) * y)


def sigmoid_backward(dout: Array, cache: SigmoidCache) -> Array:
    """Gradient dx = dout · y(1 - y), with y = σ(x).

    >>> _, cache = sigmoid_forward(np.array([0.0])); sigmoid_backward(np.array([1.0]), cache)
    array([0.25])
    """
    return as_dout(dout, cache.slope.shape, cache.slope.dtype) * cache.slope


def tanh(x: Array) -> Array:
    """Hyperbolic tangent, any shape; the same dtype and shape come back.

    >>> tanh(np.array([-1e4, 0.0, 1e4]))
    array([-1.,  0.,  1.])
    """
    return np.tanh(checked(x))


def tanh_forward(x: Array) -> tuple[Array, TanhCache]:
    """Hyperbolic tangent with the cache for its derivative.

    >>> y, cache = tanh_forward(np.array([0.0])); float(y[0])
    0.0
    """
    y = tanh(x)
    return y, TanhCache(1 - y * y)


def tanh_backward(dout: Array, cache: TanhCache) -> Array:
    """Gradient dx = dout · (1 - y²), with y = tanh(x).

    >>> _, cache = tanh_forward(np.array([0.0])); tanh_backward(np.array([2.0]), cache)
    array([2.])
    """
    return as_dout(dout, cache.slope.shape, cache.slope.dtype) * cache.slope


def relu(x: Array) -> Array:
    """Rectifier max(x, 0), any shape; the same dtype and shape come back.

    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    return np.maximum(checked(x), 0)


def relu_forward(x: Array) -> tuple[Array, ReluCache]:
    """Rectifier with the cache for its derivative.

    >>> y, cache = relu_forward(np.array([-2.0, 3.0])); y
    array([0., 3.])
    """
    x = checked(x)
    return np.maximum(x, 0), ReluCache(x > 0, x.dtype)


def relu_backward(dout: Array, cache: ReluCache) -> Array:
    """Gradient dx = dout where x > 0, else 0; at the kink x = 0 it is 0, as in PyTorch and TensorFlow.

    >>> _, cache = relu_forward(np.array([-2.0, 3.0])); relu_backward(np.array([5.0, 5.0]), cache)
    array([0., 5.])
    """
    return as_dout(dout, cache.positive.shape, cache.dtype) * cache.positive


def leaky_relu(x: Array, *, slope: float = 0.01) -> Array:
    """Leaky rectifier: x right of zero, slope · x left of it (Maas, Hannun and Ng, 2013, section 2).

    >>> leaky_relu(np.array([-2.0, 3.0]))
    array([-0.02,  3.  ])
    """
    x, slope = checked(x), _finite_slope(slope)
    if slope == 0:  # 0 · inf is no number
        return np.maximum(x, 0)
    return (np.maximum if slope <= 1 else np.minimum)(x, slope * x)  # of the two lines the one that is right


def _finite_slope(slope) -> float:
    if not np.isfinite(slope):
        raise ValueError(f"slope must be a finite number, but {slope} came.")
    return float(slope)


def leaky_relu_forward(x: Array, *, slope: float = 0.01) -> tuple[Array, LeakyReluCache]:
    """Leaky rectifier with the cache for its derivative.

    >>> y, cache = leaky_relu_forward(np.array([-2.0, 3.0])); y
    array([-0.02,  3.  ])
    """
    x = as_float("x", x)
    return leaky_relu(x, slope=slope), LeakyReluCache(x > 0, float(slope), x.dtype)


def leaky_relu_backward(dout: Array, cache: LeakyReluCache) -> Array:
    """Gradient dx = dout where x > 0, else slope · dout.

    >>> _, cache = leaky_relu_forward(np.array([-2.0, 3.0])); leaky_relu_backward(np.array([1.0, 1.0]), cache)
    array([0.01, 1.  ])
    """
    positive, slope, dtype = cache
    dout = as_dout(dout, positive.shape, dtype)
    factor = positive * dtype.type(1 - slope)
    factor += dtype.type(slope)
    return dout * factor
