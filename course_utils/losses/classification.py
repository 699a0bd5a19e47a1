"""Losses of logits, the scores before a sigmoid or a softmax, against classes; in nats."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_float, check_labels, check_no_nan, check_shape
from course_utils.activations import sigmoid
from course_utils.losses._reduction import Reduction, checked_pair, reduced, reduction_of, upstream, widened


class BinaryCrossEntropyCache(NamedTuple):
    """What binary_cross_entropy_backward needs: logits and targets, how they were reduced, the logits' dtype."""

    logits: Array
    target: Array
    reduction: Reduction
    dtype: np.dtype

    @property
    def count(self) -> float:
        """What the mean is divided by: the sum of the weights."""
        return self.reduction.count


class CrossEntropyCache(NamedTuple):
    """What cross_entropy_backward needs: softmax(logits), labels (0 where ignored), how the losses were reduced.

    Where the targets are not plain labels, `shares` (..., K) holds what each class adds to the loss, Σ_k share_k ·
    -log p_k, and `labels` is None.
    """

    probabilities: Array
    labels: Array | None
    shares: Array | None
    reduction: Reduction
    dtype: np.dtype

    @property
    def count(self) -> float:
        """What the mean is divided by: the sum of the weights of the examples that count."""
        return self.reduction.count


def binary_cross_entropy_forward(
    logits: Array, *, target: Array, weights: Array | None = None, reduction: str = "mean"
) -> tuple[np.floating | Array, BinaryCrossEntropyCache]:
    """Binary cross-entropy of σ(logits), mean over all elements, in nats.

    -t log σ(z) - (1-t) log(1-σ(z)) is computed as max(z, 0) - z t + log(1 + e^-|z|), which is the same and
    exact at any z. PyTorch: `BCEWithLogitsLoss`; Keras: `BinaryCrossentropy(from_logits=True)`.

    Parameters
    ----------
    logits : float, any shape: scores before the sigmoid.
    target : the same shape, each in [0, 1] (integers and booleans too); cast to the logits' dtype.
    weights, reduction : as `mse_forward`.

    Returns
    -------
    loss : scalar (or array) of the logits' dtype, float32 for float16; cache

    Raises
    ------
    ValueError : different shapes, targets outside [0, 1], infinite logits, NaN, an empty batch, weights.

    >>> loss, cache = binary_cross_entropy_forward(np.array([0.0, 1e4]), target=np.array([1, 1])); float(loss.round(4))
    0.3466
    """
    z, t, dtype = checked_pair("logits", logits, target)
    if t.min() < 0 or t.max() > 1:
        wrong = t[(t < 0) | (t > 1)][0]
        raise ValueError(f"target must lie in [0, 1], but {wrong} came: classes coded as -1 and 1, or as 1 and 2?")
    if np.isinf(z).any():
        raise ValueError("logits must be finite, but an infinity came: an overflow before this step?")
    losses = np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))
    how = reduction_of(z.shape, weights, reduction, z.dtype)
    return reduced(losses, how), BinaryCrossEntropyCache(z, t, how, dtype)


def binary_cross_entropy_backward(dout: float, cache: BinaryCrossEntropyCache) -> Array:
    """Gradient dlogits = dout · (σ(z) - t) / n: the error in probability.

    >>> _, cache = binary_cross_entropy_forward(np.array([0.0, 0.0]), target=np.array([1, 0]))
    >>> binary_cross_entropy_backward(1.0, cache)
    array([-0.25,  0.25])
    """
    z, t, how, dtype = cache
    return (upstream(dout, how, z.dtype) * (sigmoid(z) - t)).astype(dtype, copy=False)


def cross_entropy_forward(
    logits: Array,
    *,
    labels: Array,
    ignore_index: int | None = None,
    weights: Array | None = None,
    class_weights: Array | None = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> tuple[np.floating | Array, CrossEntropyCache]:
    """Cross-entropy of softmax(logits) against class numbers, -log p[label], mean over the examples, in nats.

    Parameters
    ----------
    logits : (..., K) float, scores before the softmax; the classes stand on the last axis
        (PyTorch's `cross_entropy` wants them on axis 1).
    labels : (...) integers in 0 … K-1; or (..., K) floats, the probability of each class ("soft" targets).
    ignore_index : the label of examples that do not count, padding for example. If none counts, the loss is 0.
    weights : (...) or its first axes, one weight for each example; a boolean mask too.
    class_weights : (K,), how much the examples of each class count.
    label_smoothing : ε in [0, 1]: targets are (1 - ε) · target + ε / K (Szegedy et al., 2016, section 7).
    reduction : "mean", "sum", or "none" (one loss an example).

    Returns
    -------
    loss : scalar (or array) of the logits' dtype, float32 for float16
    cache : with `cache.count`, what the mean is divided by: Σ weights · class_weights[label] (for soft targets
        Σ weights), as in PyTorch

    Raises
    ------
    TypeError : labels of the shape (...) that are not integers.
    ValueError : shapes that do not fit, labels out of range, soft targets that do not sum to 1, +inf or NaN in the
        logits, an empty batch, weights that do not fit.

    >>> loss, cache = cross_entropy_forward(np.array([[1e4, 0.0], [0.0, 0.0]]), labels=[0, 1]); float(loss.round(4))
    0.3466
    """
    z, dtype = _logits(logits)
    shifted, p, log_total = _softmax(z)
    soft = np.ndim(labels) == z.ndim and np.asarray(labels).dtype.kind == "f"
    classes = _class_weights(class_weights, z)
    if soft:
        labels, counted = _soft_targets(labels, z), None
    else:
        labels, counted = _labels(labels, z, ignore_index)
    by_label = None if soft or classes is None else classes[labels]
    how = reduction_of(z.shape[:-1], _product(weights, counted, by_label, z), reduction, z.dtype)
    if not soft and not label_smoothing:
        return reduced(log_total - _at_labels(shifted, labels), how), CrossEntropyCache(p, labels, None, how, dtype)
    how = reduction_of(z.shape[:-1], _product(weights, counted, None, z), reduction, z.dtype)._replace(count=how.count)
    shares = _shares(labels if soft else np.eye(z.shape[-1])[labels], z, _smoothing(label_smoothing), classes)
    log_p = shifted - log_total[..., None]
    losses = -np.multiply(shares, log_p, out=np.zeros_like(z), where=shares > 0).sum(axis=-1)
    return reduced(losses, how), CrossEntropyCache(p, None, shares, how, dtype)


def cross_entropy_backward(dout: float, cache: CrossEntropyCache) -> Array:
    """Gradient dlogits = dout · (softmax(z) - onehot(label)) / n, zero for ignored examples.

    With targets q in place of labels it is dout · (softmax(z) · Σ q - q) / n.

    >>> _, cache = cross_entropy_forward(np.zeros((1, 2)), labels=[1]); cross_entropy_backward(1.0, cache)
    array([[ 0.5, -0.5]])
    """
    p, labels, shares, how, dtype = cache
    weight = np.broadcast_to(upstream(dout, how, p.dtype), p.shape[:-1])
    if labels is None:
        return ((p * shares.sum(axis=-1, keepdims=True) - shares) * weight[..., None]).astype(dtype, copy=False)
    dlogits = np.multiply(p, weight[..., None], order="C")  # so that the rows below are views of it
    rows = dlogits.reshape(-1, p.shape[-1])
    rows[np.arange(len(rows)), labels.reshape(-1)] -= weight.reshape(-1)
    return dlogits.astype(dtype, copy=False)


def _logits(logits) -> tuple[Array, np.dtype]:
    """Checked logits in the dtype of the computation, and their own."""
    z = as_float("logits", logits)
    if z.ndim == 0 or z.size == 0:
        raise ValueError(f"logits must have shape (..., classes) and hold an example, but their shape is {z.shape}.")
    check_no_nan("logits", z)
    return z.astype(widened(z.dtype), copy=False), z.dtype


def _softmax(z: Array) -> tuple[Array, Array, Array]:
    """z - max z, softmax(z), and log Σ exp(z - max z) without the last axis."""
    m = z.max(axis=-1, keepdims=True)
    if np.isposinf(m).any():
        raise ValueError("logits hold +inf, whose softmax is not defined: an overflow before this step?")
    shifted = z - np.where(np.isneginf(m), 0, m)
    p = np.exp(shifted)
    total = p.sum(axis=-1, keepdims=True)
    total[total == 0] = 1  # a row of -inf alone
    p /= total
    return shifted, p, np.log(total)[..., 0]


def _labels(labels, z: Array, ignore_index: int | None) -> tuple[Array, Array | None]:
    """Labels with 0 in place of `ignore_index`, and which count (None: all)."""
    labels = check_labels("labels", labels, z.shape[-1], ignore_index)
    if labels.shape != z.shape[:-1]:
        raise ValueError(
            f"labels must have the logits' shape without the classes, {z.shape[:-1]}, but their shape is "
            f"{labels.shape}: one class number an example (from (N, 1): labels[:, 0]; from one-hot: argmax(-1))."
        )
    if ignore_index is None:
        return labels, None
    counted = labels != ignore_index
    return np.where(counted, labels, 0), counted


def _soft_targets(targets, z: Array) -> Array:
    targets = as_float("labels", targets)
    check_shape("labels", targets, z.shape, "Soft targets hold a probability for each class.")
    check_no_nan("labels", targets)
    total = targets.sum(axis=-1)
    if targets.min() < 0 or not np.allclose(total, 1, rtol=0, atol=1e-4):
        raise ValueError(
            "labels as floats are the probabilities of the classes, not negative, each row with the sum 1, but the "
            f"sums run from {total.min():.4g} to {total.max():.4g}: class numbers must be integers (astype(int))."
        )
    return targets.astype(z.dtype, copy=False)


def _class_weights(class_weights, z: Array) -> Array | None:
    if class_weights is None:
        return None
    classes = as_float("class_weights", class_weights)
    check_shape("class_weights", classes, (z.shape[-1],), "One weight a class.")
    if not (classes >= 0).all():
        raise ValueError(f"class_weights must not be negative, but {classes.min()} came.")
    return classes.astype(z.dtype, copy=False)


def _product(weights, counted: Array | None, by_label: Array | None, z: Array) -> Array | None:
    """The product of the things that say how much an example counts, or None where all count once."""
    if weights is not None:
        weights = reduction_of(z.shape[:-1], weights, "none", z.dtype).weights
    for factor in (counted, by_label):
        if factor is not None:
            weights = factor if weights is None else weights * factor
    return weights


def _smoothing(epsilon: float) -> float:
    if not 0 <= epsilon <= 1:
        raise ValueError(f"label_smoothing must lie in [0, 1], the share given to all classes, but {epsilon} came.")
    return float(epsilon)


def _shares(targets: Array, z: Array, epsilon: float, classes: Array | None) -> Array:
    """(..., K): what each class's -log p adds to the loss of an example."""
    shares = ((1 - epsilon) * targets + epsilon / z.shape[-1]).astype(z.dtype, copy=False)
    return shares if classes is None else shares * classes


def _at_labels(table: Array, labels: Array) -> Array:
    """table[..., labels[...]]: of each example (on the last axis) the entry of its label."""
    rows = table.reshape(-1, table.shape[-1])
    return rows[np.arange(len(rows)), labels.reshape(-1)].reshape(labels.shape)
