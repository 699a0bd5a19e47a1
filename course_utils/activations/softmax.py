"""The softmax family: probabilities and their logarithms."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout
from course_utils.activations._checked import checked


class SoftmaxCache(NamedTuple):
    """What softmax_backward needs: the probabilities and the axis they sum to 1 along."""

    y: Array
    axis: int


class LogSoftmaxCache(NamedTuple):
    """What log_softmax_backward needs: the probabilities and the axis they sum to 1 along."""

    probabilities: Array
    axis: int


def logsumexp(x: Array, axis: int | None = -1, keepdims: bool = False) -> Array:
    """log Σ exp(x) along `axis`, computed as m + log Σ exp(x - m) with m = max x.

    A row of -inf alone gives -inf (the logarithm of an empty sum), without a warning.
    SciPy's function of the same name sums over the whole array by default, this one along the last axis.

    >>> logsumexp(np.array([1e4, 1e4])).round(4)
    np.float64(10000.6931)
    """
    x = checked(x)
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
    x = checked(x)
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
