"""Convolution and pooling over images (N, C, H, W) and sequences (N, C, L), forward and backward.

What deep learning calls a convolution is a cross-correlation: the kernel is not flipped. All four operations
slide a window, and all are written the same way: not a loop over the places where the window can stand, but a
loop over the few places inside the window, with all its positions taken at once.
"""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_no_nan, check_shape, common_dtype

_GROUP_BYTES = 1 << 19  # images go through in groups of about this size: what stays in the processor's cache is fast


class Conv2dCache(NamedTuple):
    """What conv2d_backward needs: the input, the kernels, and how the window moved (rows, columns)."""

    x: Array
    K: Array
    stride: tuple[int, int]
    pad: tuple[int, int]


class Conv1dCache(NamedTuple):
    """What conv1d_backward needs: the cache of the same convolution on images of one row."""

    image: Conv2dCache


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


def conv_output_size(n: int, k: int, stride: int = 1, pad: int = 0) -> int:
    """Number of places where a window of `k` fits on `n` values: ⌊(n + 2·pad - k) / stride⌋ + 1.

    Parameters
    ----------
    n, k : length of the input and of the window, at least 1.
    stride : the step from one place to the next, at least 1.
    pad : zeros added at each end.

    Raises
    ------
    TypeError : a size that is not a whole number.
    ValueError : a size that is too small, or a window longer than the padded input.

    >>> conv_output_size(28, 5), conv_output_size(28, 3, stride=2, pad=1)
    (24, 14)
    """
    n, k, stride, pad = (_whole(*a) for a in (("n", n, 1), ("k", k, 1), ("stride", stride, 1), ("pad", pad, 0)))
    if k > n + 2 * pad:
        raise ValueError(
            f"a window of {k} does not fit on {n} values with {pad} zeros at each end ({n + 2 * pad} in all): "
            "a smaller kernel, more padding, or too many pooling layers before this one?"
        )
    return (n + 2 * pad - k) // stride + 1


def conv2d_forward(x: Array, K: Array, b: Array, *, stride=1, pad=0) -> tuple[Array, Conv2dCache]:
    """Convolution of images with F kernels, each of which looks at all channels.

    out[n,f,p,q] = b[f] + Σ_{c,i,j} K[f,c,i,j] · x̃[n,c,p·stride+i,q·stride+j], with x̃ the image in a frame of zeros.

    Parameters
    ----------
    x : (N, C, H, W) float.
    K : (F, C, KH, KW) float. Keras stores (KH, KW, C, F).
    b : (F,) float.
    stride, pad : int, or a pair (rows, columns).

    Returns
    -------
    out : (N, F, H_out, W_out) with the sizes of `conv_output_size`, cache

    Raises
    ------
    TypeError, ValueError : not numbers; shapes that do not fit; a kernel larger than the image; NaN in x.

    Notes
    -----
    Each place (i, j) inside the window adds one matrix product, K[:, :, i, j] @ (the images seen from there). The KW
    places of a row are stacked first (`_columns`), so that KH products of larger matrices remain. The usual im2col
    stacks all KH·KW places, which takes that many times the memory of the images.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), section II.A; Dumoulin and Visin (2016), relationship 6, for the sizes.

    >>> out, cache = conv2d_forward(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.zeros(1)); out[0, 0]
    array([[4., 4.],
           [4., 4.]])
    """
    x, K, b = _checked(x, K, b, ndim=4)
    stride, pad = _pair("stride", stride, 1), _pair("pad", pad, 0)
    N, (F, C, KH, KW) = len(x), K.shape
    H_out, W_out = _output_size(x.shape, (KH, KW), stride, pad)
    K_rows = K.transpose(2, 0, 1, 3).reshape(KH, F, C * KW)
    out = np.empty((N, F, H_out * W_out), x.dtype)
    for group in _groups(x, copies=KW / stride[1]):
        y = out[group]
        y[...] = b[:, None]
        columns = _columns(x[group], KW, W_out, stride, pad)
        for i in range(KH):
            y += K_rows[i] @ _row(columns, i, H_out)  # (F, C·KW) @ (n, C·KW, H_out·W_out)
    return out.reshape(N, F, H_out, W_out), Conv2dCache(x, K, stride, pad)


def conv2d_backward(dout: Array, cache: Conv2dCache) -> tuple[Array, Array, Array]:
    """Gradients (dx, dK, db).

    db sums dout; dK[f,c,i,j] = Σ_{n,p,q} dout[n,f,p,q] · x̃[n,c,p·stride+i,q·stride+j]; dx sends each dout[n,f,p,q] back
    through K[f] to the window it came from, and adds up where windows overlap.

    >>> _, cache = conv2d_forward(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.zeros(1))
    >>> dx, dK, db = conv2d_backward(np.ones((1, 1, 2, 2)), cache); dx[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    x, K, stride, pad = cache
    N, (F, C, KH, KW) = len(x), K.shape
    H_out, W_out = _output_size(x.shape, (KH, KW), stride, pad)
    dout = as_dout(dout, (N, F, H_out, W_out), x.dtype).reshape(N, F, H_out * W_out)
    K_rows_T = K.transpose(2, 1, 3, 0).reshape(KH, C * KW, F)
    dx, dK_rows = np.empty_like(x), np.zeros((KH, F, C * KW), x.dtype)
    for group in _groups(x, copies=KW / stride[1]):
        d = dout[group]
        columns = _columns(x[group], KW, W_out, stride, pad)
        dcolumns = np.zeros_like(columns)
        for i in range(KH):
            dK_rows[i] += (d @ _row(columns, i, H_out).swapaxes(1, 2)).sum(axis=0)
            drow = _row(dcolumns, i, H_out)
            drow += K_rows_T[i] @ d
        dx[group] = _columns_backward(dcolumns, x[group].shape, KW, stride, pad)
    return dx, dK_rows.reshape(KH, F, C, KW).transpose(1, 2, 0, 3).copy(), dout.sum(axis=(0, 2))


def conv1d_forward(x: Array, K: Array, b: Array, *, stride: int = 1, pad: int = 0) -> tuple[Array, Conv1dCache]:
    """Convolution along a sequence: out[n,f,p] = b[f] + Σ_{c,i} K[f,c,i] · x̃[n,c,p·stride+i].

    Parameters
    ----------
    x : (N, C, L) float: channels before places, as in PyTorch; Keras has (N, L, C).
    K : (F, C, k) float.
    b : (F,) float.
    stride, pad : int.

    Returns
    -------
    out : (N, F, L_out) with the size of `conv_output_size`, cache

    Raises
    ------
    TypeError, ValueError : as `conv2d_forward`.

    >>> out, cache = conv1d_forward(np.array([[[1.0, 2.0, 4.0]]]), np.array([[[-1.0, 1.0]]]), np.zeros(1)); out
    array([[[1., 2.]]])
    """
    x, K, b = _checked(x, K, b, ndim=3)
    stride, pad = (1, _whole("stride", stride, 1)), (0, _whole("pad", pad, 0))
    out, cache = conv2d_forward(x[:, :, None], K[:, :, None], b, stride=stride, pad=pad)  # images of one row
    return out[:, :, 0], Conv1dCache(cache)


def conv1d_backward(dout: Array, cache: Conv1dCache) -> tuple[Array, Array, Array]:
    """Gradients (dx, dK, db) of `conv1d_forward`.

    >>> _, cache = conv1d_forward(np.array([[[1.0, 2.0, 4.0]]]), np.array([[[-1.0, 1.0]]]), np.zeros(1))
    >>> conv1d_backward(np.ones((1, 1, 2)), cache)[1]
    array([[[3., 6.]]])
    """
    x, K, stride, pad = cache.image
    L_out = conv_output_size(x.shape[3], K.shape[3], stride[1], pad[1])
    dout = as_dout(dout, (len(x), len(K), L_out), x.dtype)
    dx, dK, db = conv2d_backward(dout[:, :, None], cache.image)
    return dx[:, :, 0], dK[:, :, 0], db


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
    out = np.empty((*x.shape[:2], *out_size), x.dtype)
    for group in _groups(x):
        views = _views(x[group], size, out_size, stride)
        y = out[group]
        y[...] = views[0]
        for view in views[1:]:
            np.maximum(y, view, out=y)
    return out, MaxPool2dCache(x, out, size, stride)


def max_pool2d_backward(dout: Array, cache: MaxPool2dCache) -> Array:
    """Gradient dx: each dout goes to the place its maximum came from, the first one where several are equal.

    >>> _, cache = max_pool2d_forward(np.arange(16.0).reshape(1, 1, 4, 4))
    >>> max_pool2d_backward(np.ones((1, 1, 2, 2)), cache)[0, 0].sum(axis=0)
    array([0., 2., 0., 2.])
    """
    x, out, size, stride = cache
    dout = as_dout(dout, out.shape, x.dtype)
    dx = np.zeros_like(x)
    for group in _groups(x):
        waiting = np.ones(out[group].shape, bool)  # windows whose maximum has not been met yet
        views = _views(x[group], size, out.shape[2:], stride)
        for view, dview in zip(views, _views(dx[group], size, out.shape[2:], stride), strict=True):
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
    out = np.zeros((*x.shape[:2], *out_size), x.dtype)
    for view in _views(x, size, out_size, stride):
        out += view
    out /= size[0] * size[1]
    return out, AvgPool2dCache(x.shape, x.dtype, size, stride)


def avg_pool2d_backward(dout: Array, cache: AvgPool2dCache) -> Array:
    """Gradient dx: each dout in equal shares to all places of its window.

    >>> _, cache = avg_pool2d_forward(np.arange(16.0).reshape(1, 1, 4, 4))
    >>> avg_pool2d_backward(np.ones((1, 1, 2, 2)), cache)[0, 0, 0]
    array([0.25, 0.25, 0.25, 0.25])
    """
    shape, dtype, size, stride = cache
    out_size = _output_size(shape, size, stride, (0, 0))
    share = as_dout(dout, (*shape[:2], *out_size), dtype) / (size[0] * size[1])
    dx = np.zeros(shape, dtype)
    for view in _views(dx, size, out_size, stride):
        view += share
    return dx


# ---- windows ---------------------------------------------------------------------------------------------------------


def _window(x: Array, i: int, j: int, out_size, stride) -> Array:
    """View (…, H_out, W_out) of the value in row i, column j of every window."""
    (H_out, W_out), (sh, sw) = out_size, stride
    return x[..., i : i + sh * (H_out - 1) + 1 : sh, j : j + sw * (W_out - 1) + 1 : sw]


def _views(x: Array, size, out_size, stride) -> list[Array]:
    """The views of all KH·KW places inside the window."""
    return [_window(x, i, j, out_size, stride) for i, j in np.ndindex(*size)]


def _row_sets(padded: Array, sh: int) -> Array:
    """View (n, C, sh, H/sh, W) of images whose H is a multiple of sh: rows r, r + sh, r + 2·sh, … side by side."""
    n, C, H, W = padded.shape
    return padded.reshape(n, C, H // sh, sh, W).swapaxes(2, 3)


def _padded_shape(shape, stride, pad) -> tuple[int, int, int, int]:
    """(n, C, H, W) with the frame of zeros, and zeros below until H is a multiple of the stride."""
    (n, C, H, W), (ph, pw) = shape, pad
    H_padded = H + 2 * ph
    return n, C, H_padded + -H_padded % stride[0], W + 2 * pw


def _columns(x: Array, KW: int, W_out: int, stride, pad) -> Array:
    """The KW columns of every window as channels: (n, C, H, W) -> (n, C·KW, sh, H/sh, W_out), padded, in row sets."""
    (ph, pw), (n, C, H, W) = pad, x.shape
    padded = np.zeros(_padded_shape(x.shape, stride, pad), x.dtype)
    padded[:, :, ph : ph + H, pw : pw + W] = x
    row_sets = _row_sets(padded, stride[0])
    columns = np.empty((n, C, KW, *row_sets.shape[2:4], W_out), x.dtype)
    for j in range(KW):
        columns[:, :, j] = row_sets[..., j : j + stride[1] * (W_out - 1) + 1 : stride[1]]
    return columns.reshape(n, C * KW, *columns.shape[3:])


def _columns_backward(dcolumns: Array, shape, KW: int, stride, pad) -> Array:
    """Gradient of `_columns`: what was copied to several places adds up; the frame of zeros is cut off."""
    (ph, pw), (n, C, H, W) = pad, shape
    dpadded = np.zeros(_padded_shape(shape, stride, pad), dcolumns.dtype)
    row_sets, W_out = _row_sets(dpadded, stride[0]), dcolumns.shape[-1]
    dcolumns = dcolumns.reshape(n, C, KW, *dcolumns.shape[2:])
    for j in range(KW):
        row_sets[..., j : j + stride[1] * (W_out - 1) + 1 : stride[1]] += dcolumns[:, :, j]
    return dpadded[:, :, ph : ph + H, pw : pw + W]


def _row(columns: Array, i: int, H_out: int) -> Array:
    """View of row i of every window as one matrix an image, (n, C·KW, H_out·W_out)."""
    n, channels, sh, _, W_out = columns.shape
    return columns[:, :, i % sh, i // sh : i // sh + H_out].reshape(n, channels, H_out * W_out, copy=False)


def _groups(x: Array, copies: float = 1) -> list[slice]:
    """Slices of the batch, each of about `_GROUP_BYTES` when every value of an image is laid out `copies` times."""
    n = max(1, int(_GROUP_BYTES / max(1, copies * x[:1].nbytes)))
    return [slice(start, start + n) for start in range(0, len(x), n)]


# ---- what a learner gets wrong ---------------------------------------------------------------------------------------


def _whole(name: str, value, least: int) -> int:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, but {value!r} came.")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, but {value} came.")
    return int(value)


def _pair(name: str, value, least: int) -> tuple[int, int]:
    """An int for both directions, or a pair (rows, columns)."""
    if not isinstance(value, (tuple, list)):
        value = (value, value)
    if len(value) != 2:
        raise ValueError(f"{name} must be a number or a pair (rows, columns), but {value!r} came.")
    return _whole(name, value[0], least), _whole(name, value[1], least)


def _checked(x, K, b, ndim: int) -> tuple[Array, Array, Array]:
    x, K, b = as_float("x", x, ndim=ndim), as_float("K", K, ndim=ndim), as_float("b", b, ndim=1)
    if x.shape[1] != K.shape[1]:
        raise ValueError(
            f"x has {x.shape[1]} channels (axis 1 of {x.shape}), but each kernel looks at {K.shape[1]} "
            f"(axis 1 of {K.shape}): channels last, as Keras has them? Move that axis to place 1."
        )
    check_shape("b", b, (len(K),), "One bias for each kernel.")
    check_no_nan("x", x)
    dtype = common_dtype(x, K, b)
    return x.astype(dtype, copy=False), K.astype(dtype, copy=False), b.astype(dtype, copy=False)


def _checked_pool(x, size, stride):
    x = as_float("x", x, ndim=4)
    check_no_nan("x", x)
    size = _pair("size", size, 1)
    stride = size if stride is None else _pair("stride", stride, 1)
    return x, size, stride, _output_size(x.shape, size, stride, (0, 0))


def _output_size(shape, size, stride, pad) -> tuple[int, int]:
    H_out, W_out = map(conv_output_size, shape[2:], size, stride, pad)
    return H_out, W_out
