"""Pooling: one number for each window of a channel, its largest or its mean."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_no_nan
from course_utils.conv._windows import groups, output_size, pair, window_views


class MaxPool2dCache(NamedTuple):
    """What max_pool2d_backward needs: the input, its maxima, and the window (rows, columns)."""

    x: Array
    out: Array
    size: tuple[int, int]
    stride: tuple[int, int]


class AvgPool2dCache(NamedTuple):
    """What avg_pool2d_backward needs: the input's shape and dtype, and the window (rows, columns)."""

    shape: tuple[int, int, int, int]
    dtype: np.dtype
    size: tuple[int, int]
    stride: tuple[int, int]


def max_pool2d_forward(x: Array, *, size=2, stride=None) -> tuple[Array, MaxPool2dCache]:
    """Largest value of each window, channel by channel; windows that do not fit are dropped.

    Parameters
    ----------
    x : (N, C, H, W) float.
    size : int or (rows, columns) of the window.
    stride : int or pair; None means `size`, so that windows lie side by side.

    Returns
    -------
    out : (N, C, H_out, W_out), cache

    Raises
    ------
    TypeError, ValueError : not numbers; not four axes; a window larger than the image; NaN in x.

    >>> out, cache = max_pool2d_forward(np.arange(16.0).reshape(1, 1, 4, 4)); out[0, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    x, size, stride, out_size = _checked_pool(x, size, stride)
    if size == x.shape[2:]:  # one window, the whole image
        out = _one_row(x).max(axis=2)[..., None, None]
        return out, MaxPool2dCache(x, out.copy(), size, stride)
    out = np.empty((*x.shape[:2], *out_size), x.dtype)
    for group in groups(x):
        views = window_views(x[group], size, out_size, stride)
        y = out[group]
        y[...] = views[0]
        for view in views[1:]:
            np.maximum(y, view, out=y)
    return out, MaxPool2dCache(x, out.copy(), size, stride)


def max_pool2d_backward(dout: Array, cache: MaxPool2dCache) -> Array:
    """Gradient dx: each dout goes to the place its maximum came from, the first one where several are equal.

    >>> _, cache = max_pool2d_forward(np.arange(16.0).reshape(1, 1, 4, 4))
    >>> max_pool2d_backward(np.ones((1, 1, 2, 2)), cache)[0, 0].sum(axis=0)
    array([0., 2., 0., 2.])
    """
    x, out, size, stride = cache
    dout = as_dout(dout, out.shape, x.dtype)
    dx = np.zeros(x.shape, x.dtype)
    if size == x.shape[2:]:
        first = _one_row(x).argmax(axis=2)[..., None]
        np.put_along_axis(_one_row(dx), first, dout[..., 0], axis=2)
        return dx
    for group in groups(x):
        waiting = np.ones(out[group].shape, bool)  # windows whose maximum has not been met yet
        views = window_views(x[group], size, out.shape[2:], stride)
        for view, dview in zip(views, window_views(dx[group], size, out.shape[2:], stride), strict=True):
            hit = (view == out[group]) & waiting
            waiting ^= hit
            dview += dout[group] * hit
    return dx


def avg_pool2d_forward(x: Array, *, size=2, stride=None) -> tuple[Array, AvgPool2dCache]:
    """Mean of each window, channel by channel; parameters, results and errors as `max_pool2d_forward`.

    >>> out, cache = avg_pool2d_forward(np.arange(16.0).reshape(1, 1, 4, 4)); out[0, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    x, size, stride, out_size = _checked_pool(x, size, stride)
    cache = AvgPool2dCache(x.shape, x.dtype, size, stride)
    if size == x.shape[2:]:  # a dot product with equal shares is faster than a sum
        rows = _one_row(x)
        return np.vecdot(rows, np.full(rows.shape[2], 1 / rows.shape[2], x.dtype))[..., None, None], cache
    out = np.zeros((*x.shape[:2], *out_size), x.dtype)
    for view in window_views(x, size, out_size, stride):
        out += view
    out /= size[0] * size[1]
    return out, cache


def avg_pool2d_backward(dout: Array, cache: AvgPool2dCache) -> Array:
    """Gradient dx: each dout in equal shares to all places of its window.

    >>> _, cache = avg_pool2d_forward(np.arange(16.0).reshape(1, 1, 4, 4))
    >>> avg_pool2d_backward(np.ones((1, 1, 2, 2)), cache)[0, 0, 0]
    array([0.25, 0.25, 0.25, 0.25])
    """
    shape, dtype, size, stride = cache
    out_size = output_size(shape, size, stride, (0, 0))
    share = as_dout(dout, (*shape[:2], *out_size), dtype) / (size[0] * size[1])
    if size == shape[2:]:
        return np.broadcast_to(share, shape).copy()
    dx = np.zeros(shape, dtype)
    for view in window_views(dx, size, out_size, stride):
        view += share
    return dx


def _checked_pool(x, size, stride):
    x = as_float("x", x, ndim=4)
    check_no_nan("x", x)
    size = pair("size", size, 1)
    stride = size if stride is None else pair("stride", stride, 1)
    return x, size, stride, output_size(x.shape, size, stride, (0, 0))


def _one_row(x: Array) -> Array:
    """(N, C, H, W) as (N, C, H·W), a view where the images lie in one piece."""
    return x.reshape(*x.shape[:2], x.shape[2] * x.shape[3])
