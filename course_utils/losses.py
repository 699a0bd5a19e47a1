"""One number for how wrong a batch is, and its gradient with respect to the predictions.

Every loss is a mean: over all elements (cross-entropy: over the examples). The two classification losses
take logits, the numbers before sigmoid or softmax, and are measured in nats: from logits nothing
overflows and no probability is rounded to 0 before its logarithm is taken.
"""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_labels, check_no_nan
from course_utils.activations import sigmoid


class MseCache(NamedTuple):
    """What mse_backward needs: pred - target."""

    difference: Array


class MaeCache(NamedTuple):
    """What mae_backward needs: pred - target."""

    difference: Array


class HuberCache(NamedTuple):
    """What huber_backward needs: pred - target, and where the parabola turns into a line."""

    difference: Array
    delta: float


class BinaryCrossEntropyCache(NamedTuple):
    """What binary_cross_entropy_backward needs: logits and targets."""

    logits: Array
    target: Array


class CrossEntropyCache(NamedTuple):
    """What cross_entropy_backward needs: softmax(logits), labels (0 where ignored), which examples count."""

    probabilities: Array
    labels: Array
    counted: Array


def _pair(name: str, pred, target) -> tuple[Array, Array]:
    """Predictions and targets of one shape; the predictions' dtype decides."""
    pred, target = as_float(name, pred), as_float("target", target)
    if pred.shape != target.shape:
        raise ValueError(
            f"{name} and target must have one shape, but they have {pred.shape} and {target.shape}: (N, 1) against "
            "(N,) would be broadcast to an (N, N) table of differences. Use target[:, None] or pred[:, 0]."
        )
    if pred.size == 0:
        raise ValueError(f"{name} must hold at least one element, but its shape is {pred.shape}: an empty batch?")
    check_no_nan(name, pred)
    check_no_nan("target", target)
    return pred, target.astype(pred.dtype, copy=False)


def mse_forward(pred: Array, *, target: Array) -> tuple[np.floating, MseCache]:
    """Mean squared error, mean((pred - target)²) over all elements; no half, as in PyTorch and Keras.

    Parameters
    ----------
    pred : float, any shape.
    target : numbers of the same shape; cast to pred's dtype.

    Returns
    -------
    loss : scalar of pred's dtype, cache

    Raises
    ------
    ValueError : different shapes (nothing is broadcast), an empty batch, NaN.

    >>> loss, cache = mse_forward(np.array([1.0, 3.0]), target=np.array([0.0, 0.0])); float(loss)
    5.0
    """
    pred, target = _pair("pred", pred, target)
    difference = pred - target
    return np.mean(difference * difference), MseCache(difference)


def mse_backward(dout: float, cache: MseCache) -> Array:
    """Gradient dpred = dout · 2 (pred - target) / n, with n the number of elements.

    >>> _, cache = mse_forward(np.array([1.0, 3.0]), target=np.array([0.0, 0.0])); mse_backward(1.0, cache)
    array([1., 3.])
    """
    d = cache.difference
    return as_dout(dout, (), d.dtype) * (2 / d.size) * d


def mae_forward(pred: Array, *, target: Array) -> tuple[np.floating, MaeCache]:
    """Mean absolute error, mean(|pred - target|) over all elements.

    Parameters, Returns and Raises as `mse_forward`.

    >>> loss, cache = mae_forward(np.array([1.0, 3.0]), target=np.array([0.0, 0.0])); float(loss)
    2.0
    """
    pred, target = _pair("pred", pred, target)
    difference = pred - target
    return np.mean(np.abs(difference)), MaeCache(difference)


def mae_backward(dout: float, cache: MaeCache) -> Array:
    """Gradient dpred = dout · sign(pred - target) / n; at the kink it is 0, as in PyTorch.

    >>> _, cache = mae_forward(np.array([1.0, -3.0]), target=np.array([0.0, 0.0])); mae_backward(1.0, cache)
    array([ 0.5, -0.5])
    """
    d = cache.difference
    return as_dout(dout, (), d.dtype) * np.sign(d) / d.size


def huber_forward(pred: Array, *, target: Array, delta: float = 1.0) -> tuple[np.floating, HuberCache]:
    """Huber loss: d²/2 where |d| = |pred - target| <= delta, else delta (|d| - delta/2); mean over all elements.

    A parabola near zero and a straight line far out, so that one outlier cannot own the fit
    (Huber, 1964, section 1). Parameters, Returns and Raises as `mse_forward`; delta > 0.

    >>> loss, cache = huber_forward(np.array([0.5, 3.0]), target=np.array([0.0, 0.0])); float(loss)
    1.3125
    """
    pred, target = _pair("pred", pred, target)
    if not delta > 0:
        raise ValueError(f"delta must be positive, where the parabola ends, but {delta} came.")
    delta = float(delta)
    difference = pred - target
    near = np.clip(difference, -delta, delta)  # inside ±delta the difference itself
    return np.mean(near * (difference - 0.5 * near)), HuberCache(difference, delta)


def huber_backward(dout: float, cache: HuberCache) -> Array:
    """Gradient dpred = dout · clip(pred - target, -delta, delta) / n.

    >>> _, cache = huber_forward(np.array([0.5, 3.0]), target=np.array([0.0, 0.0])); huber_backward(1.0, cache)
    array([0.25, 0.5 ])
    """
    d, delta = cache
    return as_dout(dout, (), d.dtype) * np.clip(d, -delta, delta) / d.size


def binary_cross_entropy_forward(logits: Array, *, target: Array) -> tuple[np.floating, BinaryCrossEntropyCache]:
    """Binary cross-entropy of σ(logits), mean over all elements, in nats.

    -t log σ(z) - (1-t) log(1-σ(z)) is computed as max(z, 0) - z t + log(1 + e^-|z|), which is the same and
    exact at any z. PyTorch: `BCEWithLogitsLoss`; Keras: `BinaryCrossentropy(from_logits=True)`.

    Parameters
    ----------
    logits : float, any shape: scores before the sigmoid.
    target : the same shape, each in [0, 1] (integers and booleans too); cast to the logits' dtype.

    Returns
    -------
    loss : scalar of the logits' dtype, cache

    Raises
    ------
    ValueError : different shapes, targets outside [0, 1], infinite logits, NaN, an empty batch.

    >>> loss, cache = binary_cross_entropy_forward(np.array([0.0, 1e4]), target=np.array([1, 1])); float(loss.round(4))
    0.3466
    """
    z, t = _pair("logits", logits, target)
    if t.min() < 0 or t.max() > 1:
        wrong = t[(t < 0) | (t > 1)][0]
        raise ValueError(f"target must lie in [0, 1], but {wrong} came: classes coded as -1 and 1, or as 1 and 2?")
    if np.isinf(z).any():
        raise ValueError("logits must be finite, but an infinity came: an overflow before this step?")
    loss = np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))
    return np.mean(loss), BinaryCrossEntropyCache(z, t)


def binary_cross_entropy_backward(dout: float, cache: BinaryCrossEntropyCache) -> Array:
    """Gradient dlogits = dout · (σ(z) - t) / n: the error in probability.

    >>> _, cache = binary_cross_entropy_forward(np.array([0.0, 0.0]), target=np.array([1, 0]))
    >>> binary_cross_entropy_backward(1.0, cache)
    array([-0.25,  0.25])
    """
    z, t = cache
    return as_dout(dout, (), z.dtype) * (sigmoid(z) - t) / z.size


def cross_entropy_forward(
    logits: Array, *, labels: Array, ignore_index: int | None = None
) -> tuple[np.floating, CrossEntropyCache]:
    """Cross-entropy of softmax(logits) against class numbers, -log p[label], mean over the examples, in nats.

    Parameters
    ----------
    logits : (..., K) float, scores before the softmax; the classes stand on the last axis
        (PyTorch's `cross_entropy` wants them on axis 1).
    labels : (...) integers in 0 … K-1.
    ignore_index : the label of examples that do not count, padding for example. If none counts, the loss is 0.

    Returns
    -------
    loss : scalar of the logits' dtype, cache

    Raises
    ------
    TypeError : labels that are not integers.
    ValueError : shapes that do not fit, labels out of range, +inf or NaN in the logits, an empty batch.

    >>> loss, cache = cross_entropy_forward(np.array([[1e4, 0.0], [0.0, 0.0]]), labels=[0, 1]); float(loss.round(4))
    0.3466
    """
    z, labels, counted = _logits_and_labels(logits, labels, ignore_index)
    m = z.max(axis=-1, keepdims=True)
    if np.isposinf(m).any():
        raise ValueError("logits hold +inf, whose softmax is not defined: an overflow before this step?")
    shifted = z - np.where(np.isneginf(m), 0, m)
    p = np.exp(shifted)
    total = p.sum(axis=-1, keepdims=True)
    total[total == 0] = 1  # a row of -inf alone
    p /= total
    nll = np.log(total)[..., 0] - _at_labels(shifted, labels)  # (...), -log p[label]
    loss = np.sum(nll, where=counted) / z.dtype.type(max(counted.sum(), 1))
    return loss, CrossEntropyCache(p, labels, counted)


def _at_labels(table: Array, labels: Array) -> Array:
    """table[..., labels[...]]: of each example (on the last axis) the entry of its label."""
    rows = table.reshape(-1, table.shape[-1])
    return rows[np.arange(len(rows)), labels.reshape(-1)].reshape(labels.shape)


def _logits_and_labels(logits, labels, ignore_index) -> tuple[Array, Array, Array]:
    """Checked logits, labels with 0 in place of `ignore_index`, and the mask of the examples that count."""
    z = as_float("logits", logits)
    if z.ndim == 0 or z.size == 0:
        raise ValueError(f"logits must have shape (..., classes) and hold an example, but their shape is {z.shape}.")
    labels = check_labels("labels", labels, z.shape[-1], ignore_index)
    if labels.shape != z.shape[:-1]:
        raise ValueError(
            f"labels must have the logits' shape without the classes, {z.shape[:-1]}, but their shape is "
            f"{labels.shape}: one class number an example (from (N, 1): labels[:, 0]; from one-hot: argmax(-1))."
        )
    check_no_nan("logits", z)
    counted = np.ones(labels.shape, bool) if ignore_index is None else labels != ignore_index
    return z, np.where(counted, labels, 0), counted


def cross_entropy_backward(dout: float, cache: CrossEntropyCache) -> Array:
    """Gradient dlogits = dout · (softmax(z) - onehot(label)) / n, zero for ignored examples.

    >>> _, cache = cross_entropy_forward(np.zeros((1, 2)), labels=[1]); cross_entropy_backward(1.0, cache)
    array([[ 0.5, -0.5]])
    """
    p, labels, counted = cache
    weight = counted * (as_dout(dout, (), p.dtype) / p.dtype.type(max(counted.sum(), 1)))  # (...)
    dlogits = p * weight[..., None]
    rows = dlogits.reshape(-1, p.shape[-1])
    rows[np.arange(len(rows)), labels.reshape(-1)] -= weight.reshape(-1)
    return dlogits
