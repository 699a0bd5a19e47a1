"""Normalisation: subtract a mean, divide by a standard deviation, let γ and β undo it where that is better.

Layer norm takes both over the features of one example, batch norm over the examples of one feature; RMS norm leaves
the mean where it is. The variance has 1/n; ε keeps a constant input from a division by zero. Half precision is
widened meanwhile: a sum of squares does not fit into float16.
"""

import math
from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_no_nan, check_shape, common_dtype


class LayerNormCache(NamedTuple):
    """What layer_norm_backward needs: x̂ = (x - μ)/σ, 1/σ (kept axis), γ, the dtype of the output."""

    x_hat: Array
    inv_std: Array
    gamma: Array
    dtype: np.dtype


class RMSNormCache(NamedTuple):
    """What rms_norm_backward needs: x̂ = x/r, 1/r (kept axis), γ, the dtype of the output."""

    x_hat: Array
    inv_rms: Array
    gamma: Array
    dtype: np.dtype


class BatchNormCache(NamedTuple):
    """What batch_norm_backward needs: x̂ (N, C, L), 1/σ and γ (C, 1), the mode, the output's shape and dtype; and
    `running`, the updated (mean, variance), each (C,), to hand to the next call."""

    x_hat: Array
    inv_std: Array
    gamma: Array
    training: bool
    shape: tuple[int, ...]
    dtype: np.dtype
    running: tuple[Array, Array]


def _features(x: Array) -> int:
    """The length of the last axis, of which there must be something."""
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"x must have features on its last axis, but its shape is {x.shape}.")
    return x.shape[-1]


def _checked(x, features: int, eps: float, **scales) -> tuple[np.dtype, list[Array]]:
    """The dtype of the output, and the arrays in that of the computation; γ and β have shape (features,)."""
    for name, scale in scales.items():
        check_shape(name, scale, (features,), "One number a feature.")
    if not eps > 0:
        raise ValueError(f"eps must be positive, but {eps} came: it keeps a constant input from a division by zero.")
    check_no_nan("x", x)
    dtype = common_dtype(x, *scales.values())
    working = np.result_type(dtype, np.float32)
    return dtype, [a.astype(working, copy=False) for a in (x, *scales.values())]


def _row_sums(a: Array, b: Array | None = None) -> Array:
    """Σ a · b (or Σ a) along the last axis, which stays: a dot product, faster than a sum of products."""
    return np.vecdot(a, np.ones(a.shape[-1], a.dtype) if b is None else b)[..., None]


def _column_sums(a: Array) -> Array:
    """Σ a over all axes but the last, as one product with a row of ones."""
    rows = a.reshape(math.prod(a.shape[:-1]), a.shape[-1])
    return np.ones(len(rows), a.dtype) @ rows


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
    dtype, (x, gamma, beta) = _checked(x, _features(x), eps, gamma=gamma, beta=beta)
    D = x.shape[-1]
    x_hat = x - _row_sums(x) / D
    inv_std = 1 / np.sqrt(_row_sums(x_hat, x_hat) / D + float(eps))
    x_hat *= inv_std
    out = x_hat * gamma
    out += beta
    return out.astype(dtype, copy=False), LayerNormCache(x_hat, inv_std, gamma, dtype)


def layer_norm_backward(dout: Array, cache: LayerNormCache) -> tuple[Array, Array, Array]:
    """Gradients (dx, dgamma, dbeta): dγ = Σ dout · x̂ and dβ = Σ dout over all axes but the last.

    dx = (dx̂ - mean(dx̂) - x̂ · mean(dx̂ · x̂)) / σ with dx̂ = dout · γ: the parts that would move the mean or the
    variance are taken out, because the normalisation undoes them.

    >>> _, cache = layer_norm_forward(np.array([[1.0, 3.0]]), np.ones(2), np.zeros(2))
    >>> dx, dgamma, dbeta = layer_norm_backward(np.array([[1.0, 1.0]]), cache); dgamma.round(3), dbeta
    (array([-1.,  1.]), array([1., 1.]))
    """
    x_hat, inv_std, gamma, dtype = cache
    dout, D = as_dout(dout, x_hat.shape, x_hat.dtype), x_hat.shape[-1]
    dx = dout * gamma  # so far dx̂
    mean, projection = _row_sums(dout, gamma) / D, _row_sums(dx, x_hat) / D
    work = x_hat * projection
    dx -= work
    dx -= mean
    dx *= inv_std
    np.multiply(dout, x_hat, out=work)
    return tuple(g.astype(dtype, copy=False) for g in (dx, _column_sums(work), _column_sums(dout)))


def rms_norm_forward(x: Array, gamma: Array, *, eps: float = 1e-6) -> tuple[Array, RMSNormCache]:
    """Root mean square normalisation over the last axis, γ x/√(mean(x²) + ε) (Zhang and Sennrich, 2019, eq. (4)).

    Layer norm without the mean and without β: the choice of Llama.

    Parameters
    ----------
    x : (..., D) float. gamma : (D,) float. eps : > 0, under the root.

    Returns
    -------
    out : (..., D), cache

    Raises
    ------
    ValueError : shapes that do not fit, eps <= 0, NaN in x.

    >>> out, cache = rms_norm_forward(np.array([[3.0, 4.0]]), np.ones(2)); out.round(3)
    array([[0.849, 1.131]])
    """
    x, gamma = as_float("x", x), as_float("gamma", gamma)
    dtype, (x, gamma) = _checked(x, _features(x), eps, gamma=gamma)
    inv_rms = 1 / np.sqrt(_row_sums(x, x) / x.shape[-1] + float(eps))
    x_hat = x * inv_rms
    return (x_hat * gamma).astype(dtype, copy=False), RMSNormCache(x_hat, inv_rms, gamma, dtype)


def rms_norm_backward(dout: Array, cache: RMSNormCache) -> tuple[Array, Array]:
    """Gradients (dx, dgamma): dx = (dx̂ - x̂ · mean(dx̂ · x̂)) / r with dx̂ = dout · γ.

    >>> _, cache = rms_norm_forward(np.array([[3.0, 4.0]]), np.ones(2))
    >>> rms_norm_backward(np.array([[3.0, 4.0]]), cache)[0].round(6) + 0
    array([[0., 0.]])
    """
    x_hat, inv_rms, gamma, dtype = cache
    dout = as_dout(dout, x_hat.shape, x_hat.dtype)
    dx = dout * gamma
    work = x_hat * (_row_sums(dx, x_hat) / x_hat.shape[-1])
    dx -= work
    dx *= inv_rms
    np.multiply(dout, x_hat, out=work)
    return dx.astype(dtype, copy=False), _column_sums(work).astype(dtype, copy=False)


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
    x : (N, C), sequences (N, C, L) or images (N, C, H, W), normalised over all axes but C.
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
    x, gamma, beta = as_float("x", x, ndim=(2, 3, 4)), as_float("gamma", gamma), as_float("beta", beta)
    shape, C = x.shape, x.shape[1]
    dtype, (x, gamma, beta) = _checked(x, C, eps, gamma=gamma, beta=beta)
    if not 0 <= momentum <= 1:
        raise ValueError(f"momentum must lie in [0, 1], the share of the new batch, but {momentum} came.")
    if running is None and not training:
        raise ValueError("training=False needs running=(mean, variance): pass cache.running of the last training step.")
    running = _running(running, C, x.dtype)
    x = x.reshape(len(x), C, math.prod(shape[2:]))
    gamma, beta = gamma[:, None], beta[:, None]
    if training:
        x_hat, variance, running = _centred(x, shape, running, float(momentum))
    else:
        x_hat, variance = x - running[0][:, None], running[1]
    inv_std = (1 / np.sqrt(variance + float(eps)))[:, None]
    x_hat *= inv_std
    out = x_hat * gamma
    out += beta
    running = tuple(statistic.astype(dtype, copy=False) for statistic in running)
    return out.reshape(shape).astype(dtype, copy=False), BatchNormCache(
        x_hat, inv_std, gamma, training, shape, dtype, running
    )


def _channel_sums(a: Array, b: Array | None = None) -> Array:
    """Σ a · b (or Σ a) over examples and places of (N, C, L) arrays, (C,)."""
    if a.shape[2] == 1:
        return _column_sums(a[..., 0] if b is None else a[..., 0] * b[..., 0])
    return _row_sums(a, b)[..., 0].sum(axis=0)


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


def _centred(x: Array, shape: tuple[int, ...], running: tuple[Array, Array], momentum: float):
    """x (N, C, L) less the mean of each channel, its 1/n variance, and the running statistics after this batch."""
    n = x.shape[0] * x.shape[2]
    if n < 2:
        raise ValueError(
            f"training needs at least 2 values a channel, but x has shape {shape}: "
            "a batch of 1 has no variance. Use a larger batch, drop_last=True for a last one of 1, or training=False."
        )
    mean = _channel_sums(x) / n
    x_hat = x - mean[:, None]
    variance = _channel_sums(x_hat, x_hat) / n
    unbiased = variance * (n / (n - 1))
    updated = ((1 - momentum) * old + momentum * new for old, new in zip(running, (mean, unbiased), strict=True))
    return x_hat, variance, tuple(updated)


def batch_norm_backward(dout: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """Gradients (dx, dgamma, dbeta); dx = (dout - dβ/n - x̂ · dγ/n) γ/σ, where μ and σ depend on x.

    Outside training the statistics are constants and dx = dout · γ/σ.

    >>> _, cache = batch_norm_forward(np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1))
    >>> dx, dgamma, dbeta = batch_norm_backward(np.array([[1.0], [0.0]]), cache); dgamma.round(3), dbeta
    (array([-1.]), array([1.]))
    """
    x_hat, inv_std, gamma, training, shape, dtype, _ = cache
    dout = as_dout(dout, shape, x_hat.dtype).reshape(x_hat.shape)
    dgamma, dbeta = _channel_sums(dout, x_hat), _channel_sums(dout)
    if training:
        n = x_hat.shape[0] * x_hat.shape[2]
        dx = x_hat * (-dgamma / n)[:, None]
        dx += dout
        dx -= (dbeta / n)[:, None]
        dx *= gamma * inv_std
    else:
        dx = dout * (gamma * inv_std)
    return (
        dx.reshape(shape).astype(dtype, copy=False),
        dgamma.astype(dtype, copy=False),
        dbeta.astype(dtype, copy=False),
    )
