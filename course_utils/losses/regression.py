"""Losses of numbers against numbers: squared, absolute, and Huber's between the two."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils.losses._reduction import Reduction, checked_pair, reduced, reduction_of, upstream


class MseCache(NamedTuple):
    """What mse_backward needs: pred - target, how it was reduced, pred's dtype."""

    difference: Array
    reduction: Reduction
    dtype: np.dtype

    @property
    def count(self) -> float:
        """What the mean is divided by: the sum of the weights."""
        return self.reduction.count


class MaeCache(MseCache):
    """What mae_backward needs: pred - target, how it was reduced, pred's dtype."""


class HuberCache(NamedTuple):
    """What huber_backward needs: pred - target, where the parabola turns into a line, the reduction, pred's dtype."""

    difference: Array
    delta: float
    reduction: Reduction
    dtype: np.dtype

    @property
    def count(self) -> float:
        """What the mean is divided by: the sum of the weights."""
        return self.reduction.count


def mse_forward(
    pred: Array, *, target: Array, weights: Array | None = None, reduction: str = "mean"
) -> tuple[np.floating | Array, MseCache]:
    """Mean squared error, mean((pred - target)²) over all elements; no half, as in PyTorch and Keras.

    Parameters
    ----------
    pred : float, any shape.
    target : numbers of the same shape; cast to pred's dtype.
    weights : not negative, of pred's shape or of its first axes: (N,) is one weight an example. None: all count once.
    reduction : "mean", Σ w ℓ / Σ w; "sum", Σ w ℓ; or "none", w ℓ of pred's shape.

    Returns
    -------
    loss : scalar (or array) of pred's dtype, float32 for float16
    cache : with `cache.count`, Σ w, by which the mean is divided

    Raises
    ------
    ValueError : different shapes (nothing is broadcast), an empty batch, NaN, weights that do not fit.

    Notes
    -----
    PyTorch and Keras divide weighted losses by the number of elements and not by the sum of the weights.

    >>> loss, cache = mse_forward(np.array([1.0, 3.0]), target=np.array([0.0, 0.0])); float(loss)
    5.0
    >>> float(mse_forward(np.array([1.0, 3.0]), target=np.zeros(2), weights=np.array([1.0, 0.0]))[0])
    1.0
    """
    pred, target, dtype = checked_pair("pred", pred, target)
    difference = pred - target
    how = reduction_of(difference.shape, weights, reduction, difference.dtype)
    return reduced(difference * difference, how), MseCache(difference, how, dtype)


def mse_backward(dout: float, cache: MseCache) -> Array:
    """Gradient dpred = dout · 2 (pred - target) / n, with n the number of elements (w / Σ w in place of 1 / n).

    >>> _, cache = mse_forward(np.array([1.0, 3.0]), target=np.array([0.0, 0.0])); mse_backward(1.0, cache)
    array([1., 3.])
    """
    d, how, dtype = cache
    return (2 * upstream(dout, how, d.dtype) * d).astype(dtype, copy=False)


def mae_forward(
    pred: Array, *, target: Array, weights: Array | None = None, reduction: str = "mean"
) -> tuple[np.floating | Array, MaeCache]:
    """Mean absolute error, mean(|pred - target|) over all elements.

    Parameters, Returns and Raises as `mse_forward`.

    >>> loss, cache = mae_forward(np.array([1.0, 3.0]), target=np.array([0.0, 0.0])); float(loss)
    2.0
    """
    pred, target, dtype = checked_pair("pred", pred, target)
    difference = pred - target
    how = reduction_of(difference.shape, weights, reduction, difference.dtype)
    return reduced(np.abs(difference), how), MaeCache(difference, how, dtype)


def mae_backward(dout: float, cache: MaeCache) -> Array:
    """Gradient dpred = dout · sign(pred - target) / n; at the kink it is 0, as in PyTorch.

    >>> _, cache = mae_forward(np.array([1.0, -3.0]), target=np.array([0.0, 0.0])); mae_backward(1.0, cache)
    array([ 0.5, -0.5])
    """
    d, how, dtype = cache
    return (upstream(dout, how, d.dtype) * np.sign(d)).astype(dtype, copy=False)


def huber_forward(
    pred: Array, *, target: Array, delta: float = 1.0, weights: Array | None = None, reduction: str = "mean"
) -> tuple[np.floating | Array, HuberCache]:
    """Huber loss: d²/2 where |d| = |pred - target| <= delta, else delta (|d| - delta/2); mean over all elements.

    A parabola near zero and a straight line far out, so that one outlier cannot own the fit
    (Huber, 1964, section 1). Parameters, Returns and Raises as `mse_forward`; delta > 0.

    >>> loss, cache = huber_forward(np.array([0.5, 3.0]), target=np.array([0.0, 0.0])); float(loss)
    1.3125
    """
    pred, target, dtype = checked_pair("pred", pred, target)
    if not delta > 0:
        raise ValueError(f"delta must be positive, where the parabola ends, but {delta} came.")
    delta = float(delta)
    difference = pred - target
    near = np.clip(difference, -delta, delta)  # inside ±delta the difference itself
    how = reduction_of(difference.shape, weights, reduction, difference.dtype)
    return reduced(near * (difference - 0.5 * near), how), HuberCache(difference, delta, how, dtype)


def huber_backward(dout: float, cache: HuberCache) -> Array:
    """Gradient dpred = dout · clip(pred - target, -delta, delta) / n.

    >>> _, cache = huber_forward(np.array([0.5, 3.0]), target=np.array([0.0, 0.0])); huber_backward(1.0, cache)
    array([0.25, 0.5 ])
    """
    d, delta, how, dtype = cache
    return (upstream(dout, how, d.dtype) * np.clip(d, -delta, delta)).astype(dtype, copy=False)
