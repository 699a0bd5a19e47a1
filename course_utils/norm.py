"""Normalisation: subtract a mean, divide by a standard deviation, let γ and β undo it where that is better.

Layer norm takes both over the features of one example, batch norm over the examples of one feature.
Both use the variance with 1/n for this; ε keeps a constant input from a division by zero.
"""

import math
from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_no_nan, check_shape, common_dtype


class LayerNormCache(NamedTuple):
    """What layer_norm_backward needs: x̂ = (x - μ)/σ, 1/σ (kept axis), γ."""

    x_hat: Array
    inv_std: Array
    gamma: Array


class BatchNormCache(NamedTuple):
    """What batch_norm_backward needs: x̂, 1/σ and γ shaped to broadcast, the mode; and `running`, the updated
    (mean, variance), each (C,), to hand to the next call."""

    x_hat: Array
    inv_std: Array
    gamma: Array
    training: bool
    running: tuple[Array, Array]


def _checked(x, gamma, beta, features: int, eps: float) -> tuple[Array, Array, Array]:
    """The three arrays in one dtype, γ and β of shape (features,)."""
    check_shape("gamma", gamma, (features,), "One scale a feature.")
    check_shape("beta", beta, (features,), "One shift a feature.")
    if not eps > 0:
        raise ValueError(f"eps must be positive, but {eps} came: it keeps a constant input from a division by zero.")
    check_no_nan("x", x)
    dtype = common_dtype(x, gamma, beta)
    return tuple(a.astype(dtype, copy=False) for a in (x, gamma, beta))


def _normalise_backward(dx_hat: Array, x_hat: Array, inv_std: Array, axes: int | tuple[int, ...]) -> Array:
    """Gradient through x̂ = (x - μ)/σ where μ and σ depend on x along `axes`.

    dx = (dx̂ - mean(dx̂) - x̂ · mean(dx̂ · x̂)) / σ: the parts that would move the mean or the
    variance are taken out, because the normalisation undoes them.
    """
    projection = (dx_hat * x_hat).mean(axis=axes, keepdims=True)
    dx = dx_hat - dx_hat.mean(axis=axes, keepdims=True)
    dx -= x_hat * projection
    dx *= inv_std
    return dx


def layer_norm_forward(x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5) -> tuple[Array, LayerNormCache]:
    """Layer normalisation over the last axis, γ (x - μ)/√(σ² + ε) + β (Ba, Kiros and Hinton, 2016, eqs. (3) and (4)).

    Parameters
    ----------
    x : (..., D) float.
    gamma, beta : (D,) float.
    eps : > 0. PyTorch's default; Keras takes 1e-3.

    Returns
    -------
    out : (..., D), cache

    Raises
    ------
    ValueError : shapes that do not fit, eps <= 0, NaN in x.

    >>> out, cache = layer_norm_forward(np.array([[1.0, 3.0]]), np.ones(2), np.zeros(2)); out.round(3)
    array([[-1.,  1.]])
    """
    x, gamma, beta = as_float("x", x), as_float("gamma", gamma), as_float("beta", beta)
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"x must have features on its last axis, but its shape is {x.shape}.")
    x, gamma, beta = _checked(x, gamma, beta, x.shape[-1], eps)
    x_hat = x - x.mean(axis=-1, keepdims=True)
    variance = (x_hat * x_hat).mean(axis=-1, keepdims=True)
    inv_std = 1 / np.sqrt(variance + float(eps))
    x_hat *= inv_std
    out = x_hat * gamma
    out += beta
    return out, LayerNormCache(x_hat, inv_std, gamma)


def layer_norm_backward(dout: Array, cache: LayerNormCache) -> tuple[Array, Array, Array]:
    """Gradients (dx, dgamma, dbeta): dγ = Σ dout · x̂ and dβ = Σ dout over all axes but the last.

    >>> _, cache = layer_norm_forward(np.array([[1.0, 3.0]]), np.ones(2), np.zeros(2))
    >>> dx, dgamma, dbeta = layer_norm_backward(np.array([[1.0, 1.0]]), cache); dgamma.round(3), dbeta
    (array([-1.,  1.]), array([1., 1.]))
    """
    x_hat, inv_std, gamma = cache
    dout = as_dout(dout, x_hat.shape, x_hat.dtype)
    rows = tuple(range(dout.ndim - 1))
    dx = _normalise_backward(dout * gamma, x_hat, inv_std, -1)
    return dx, (dout * x_hat).sum(axis=rows), dout.sum(axis=rows)


def batch_norm_forward(
    x: Array,
    gamma: Array,
    beta: Array,
    *,
    running: tuple[Array, Array] | None = None,
    momentum: float = 0.1,
    eps: float = 1e-5,
    training: bool = True,
) -> tuple[Array, BatchNormCache]:
    """Batch normalisation of each feature or channel (Ioffe and Szegedy, 2015, algorithm 1).

    Parameters
    ----------
    x : (N, C), or images (N, C, H, W), normalised over all axes but C.
    gamma, beta : (C,) float.
    running : (mean, variance), each (C,); None starts from (0, 1). Never changed: `cache.running` is the update.
    momentum : share of the new batch, running = (1 - momentum) · running + momentum · batch. PyTorch's
        convention; Keras means the share of the old by this word.
    eps : > 0.
    training : True normalises with the batch's own statistics, False with `running`.

    Returns
    -------
    out : the shape of x, cache

    Raises
    ------
    ValueError : shapes that do not fit; one value a channel in training; no `running` outside it; NaN in x.

    Notes
    -----
    The batch is normalised with the variance by 1/n; the running variance collects the one by 1/(n-1),
    as in PyTorch (Keras collects 1/n).

    >>> out, cache = batch_norm_forward(np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1)); out.round(3).ravel()
    array([-1.,  1.])
    >>> cache.running
    (array([0.2]), array([1.1]))
    """
    x, gamma, beta = as_float("x", x, ndim=(2, 4)), as_float("gamma", gamma), as_float("beta", beta)
    x, gamma, beta = _checked(x, gamma, beta, x.shape[1], eps)
    if not 0 <= momentum <= 1:
        raise ValueError(f"momentum must lie in [0, 1], the share of the new batch, but {momentum} came.")
    if running is None and not training:
        raise ValueError("training=False needs running=(mean, variance): pass cache.running of the last training step.")
    running = _running(running, x.shape[1], x.dtype)
    column = (-1,) + (1,) * (x.ndim - 2)  # (C,) to (C, 1, 1) for images
    if training:
        mean, variance, running = _batch_statistics(x, running, float(momentum))
    else:
        mean, variance = running
    inv_std = (1 / np.sqrt(variance + float(eps))).reshape(column)
    x_hat = (x - mean.reshape(column)) * inv_std
    out = x_hat * gamma.reshape(column)
    out += beta.reshape(column)
    return out, BatchNormCache(x_hat, inv_std, gamma.reshape(column), training, running)


def _running(running, channels: int, dtype) -> tuple[Array, Array]:
    """Checked running statistics in the dtype of x; (0, 1) at the start."""
    if running is None:
        return np.zeros(channels, dtype), np.ones(channels, dtype)
    if len(running) != 2:
        raise ValueError(f"running must be the pair (mean, variance), but {len(running)} items came.")
    mean, variance = (as_float(f"running[{i}]", r).astype(dtype) for i, r in enumerate(running))
    check_shape("running[0]", mean, (channels,), "One mean a channel.")
    check_shape("running[1]", variance, (channels,), "One variance a channel.")
    if (variance < 0).any():
        raise ValueError("running[1] must not be negative: are mean and variance swapped?")
    return mean, variance


def _batch_statistics(x: Array, running: tuple[Array, Array], momentum: float):
    """Mean and 1/n variance of each channel, and the running statistics after this batch."""
    axes = (0, *range(2, x.ndim))
    n = math.prod(x.shape[axis] for axis in axes)
    if n < 2:
        raise ValueError(
            f"training needs at least 2 values a channel, but x has shape {x.shape}: "
            "a batch of 1 has no variance. Use a larger batch, drop_last=True for a last one of 1, or training=False."
        )
    mean, variance = x.mean(axis=axes), x.var(axis=axes)
    unbiased = variance * (n / (n - 1))
    updated = ((1 - momentum) * old + momentum * new for old, new in zip(running, (mean, unbiased), strict=True))
    return mean, variance, tuple(updated)


def batch_norm_backward(dout: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """Gradients (dx, dgamma, dbeta); outside training the statistics are constants and dx = dout · γ/σ.

    >>> _, cache = batch_norm_forward(np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1))
    >>> dx, dgamma, dbeta = batch_norm_backward(np.array([[1.0], [0.0]]), cache); dgamma.round(3), dbeta
    (array([-1.]), array([1.]))
    """
    x_hat, inv_std, gamma, training, _ = cache
    dout = as_dout(dout, x_hat.shape, x_hat.dtype)
    axes = (0, *range(2, dout.ndim))
    dx_hat = dout * gamma
    dx = _normalise_backward(dx_hat, x_hat, inv_std, axes) if training else dx_hat * inv_std
    return dx, (dout * x_hat).sum(axis=axes), dout.sum(axis=axes)
