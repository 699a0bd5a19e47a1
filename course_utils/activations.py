"""Functions between the layers, each with its derivative, and the softmax family.

Every forward pass leaves in its cache what makes the derivative cheap, in arrays of its own: what it returns
belongs to the caller. All are safe at logits of ±1e4 and beyond, because no sum of exponentials can overflow.
"""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_no_nan


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


class GeluCache(NamedTuple):
    """What gelu_backward needs: the input and t = tanh(√(2/π)(x + 0.044715x³))."""

    x: Array
    t: Array


class SoftmaxCache(NamedTuple):
    """What softmax_backward needs: the probabilities and the axis they sum to 1 along."""

    y: Array
    axis: int


class LogSoftmaxCache(NamedTuple):
    """What log_softmax_backward needs: the probabilities and the axis they sum to 1 along."""

    probabilities: Array
    axis: int


def _checked(x) -> Array:
    x = as_float("x", x)
    check_no_nan("x", x)
    return x


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
    x = _checked(x)
    y = np.negative(x, out=np.empty_like(x))
    with np.errstate(over="ignore"):
        np.exp(y, out=y)
    y += 1
    return np.divide(1, y, out=y)[()]


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
    return np.tanh(_checked(x))


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
    return np.maximum(_checked(x), 0)


def relu_forward(x: Array) -> tuple[Array, ReluCache]:
    """Rectifier with the cache for its derivative.

    >>> y, cache = relu_forward(np.array([-2.0, 3.0])); y
    array([0., 3.])
    """
    x = _checked(x)
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
    x, slope = _checked(x), _finite_slope(slope)
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
    x = _checked(x)
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


def logsumexp(x: Array, axis: int | None = -1, keepdims: bool = False) -> Array:
    """log Σ exp(x) along `axis`, computed as m + log Σ exp(x - m) with m = max x.

    A row of -inf alone gives -inf (the logarithm of an empty sum), without a warning.
    SciPy's function of the same name sums over the whole array by default, this one along the last axis.

    >>> logsumexp(np.array([1e4, 1e4])).round(4)
    np.float64(10000.6931)
    """
    x = _checked(x)
    m = _finite_max(x, axis)
    with np.errstate(divide="ignore"):
        out = m + np.log(np.exp(x - m).sum(axis=axis, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=axis)[()]


def _finite_max(x: Array, axis) -> Array:
    """Maximum along `axis`, axis kept; 0 where it is infinite, so that x - m is never inf - inf."""
    m = x.max(axis=axis, keepdims=True, initial=-np.inf)
    return np.where(np.isfinite(m), m, 0)


def _shifted(x: Array, axis: int) -> tuple[Array, Array, Array]:
    """x - max, its exponential e, and Σe along `axis` with 1 in place of an empty sum."""
    x = _checked(x)
    m = x.max(axis=axis, keepdims=True, initial=-np.inf)
    if np.isposinf(m).any():
        raise ValueError("x holds +inf, whose softmax is not defined: an overflow before this step?")
    shifted = x - np.where(np.isneginf(m), 0, m)
    e = np.exp(shifted)
    total = e.sum(axis=axis, keepdims=True)
    return shifted, e, np.where(total == 0, 1, total)


def softmax(x: Array, axis: int = -1) -> Array:
    """Probabilities exp(x) / Σ exp(x) along `axis`; the same dtype and shape come back.

    A logit of -inf gets probability 0. A row of -inf alone, which may go nowhere, gives zeros.

    Raises
    ------
    TypeError, ValueError : not numbers; NaN; +inf; an axis that is not there.

    >>> softmax(np.array([1e4, 1e4, -np.inf]))
    array([0.5, 0.5, 0. ])
    """
    _, e, total = _shifted(x, axis)
    e /= total
    return e


def softmax_forward(x: Array, *, axis: int = -1) -> tuple[Array, SoftmaxCache]:
    """Softmax along `axis` with the cache for its derivative; see `softmax`.

    >>> y, cache = softmax_forward(np.zeros((1, 2))); y
    array([[0.5, 0.5]])
    """
    y = softmax(x, axis)
    return y, SoftmaxCache(y.copy(), axis)


def softmax_backward(dout: Array, cache: SoftmaxCache) -> Array:
    """Gradient dx = y · (dout - Σ dout · y), the Jacobian diag(y) - yyᵀ applied without forming it.

    >>> _, cache = softmax_forward(np.zeros((1, 2))); softmax_backward(np.array([[1.0, 0.0]]), cache)
    array([[ 0.25, -0.25]])
    """
    y, axis = cache
    dout = as_dout(dout, y.shape, y.dtype)
    dx = dout - np.expand_dims(np.vecdot(dout, y, axis=axis), axis)
    dx *= y
    return dx


def log_softmax(x: Array, axis: int = -1) -> Array:
    """Log-probabilities x - log Σ exp(x) along `axis`, exact where `log(softmax(x))` would be -inf.

    A row of -inf alone stays -inf.

    >>> log_softmax(np.array([0.0, -1e4]))
    array([     0., -10000.])
    """
    shifted, _, total = _shifted(x, axis)
    shifted -= np.log(total)
    return shifted


def log_softmax_forward(x: Array, *, axis: int = -1) -> tuple[Array, LogSoftmaxCache]:
    """Log-softmax along `axis` with the cache for its derivative; see `log_softmax`.

    >>> y, cache = log_softmax_forward(np.array([0.0, -1e4])); y
    array([     0., -10000.])
    """
    shifted, e, total = _shifted(x, axis)
    shifted -= np.log(total)
    e /= total
    return shifted, LogSoftmaxCache(e, axis)


def log_softmax_backward(dout: Array, cache: LogSoftmaxCache) -> Array:
    """Gradient dx = dout - softmax(x) · Σ dout.

    >>> _, cache = log_softmax_forward(np.zeros(2)); log_softmax_backward(np.array([1.0, 0.0]), cache)
    array([ 0.5, -0.5])
    """
    p, axis = cache
    dout = as_dout(dout, p.shape, p.dtype)
    return dout - p * dout.sum(axis=axis, keepdims=True)
