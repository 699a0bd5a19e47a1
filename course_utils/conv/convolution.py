"""Convolution of images and sequences, forward and backward."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_no_nan, check_shape, common_dtype
from course_utils.conv._windows import (
    conv_output_size,
    fold_columns,
    groups,
    output_size,
    pair,
    unfold_columns,
    whole,
    window_row,
)


class Conv2dCache(NamedTuple):
    """What conv2d_backward needs: the input, the kernels, and how the window moved (rows, columns)."""

    x: Array
    K: Array
    stride: tuple[int, int]
    pad: tuple[int, int]


class Conv1dCache(NamedTuple):
    """What conv1d_backward needs: the cache of the same convolution on images of one row."""

    image: Conv2dCache


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
    places of a row are stacked first (`unfold_columns`), so that KH products of larger matrices remain. The usual
    im2col stacks all KH·KW places, which takes that many times the memory of the images.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), section II.A; Dumoulin and Visin (2016), relationship 6, for the sizes.

    >>> out, cache = conv2d_forward(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.zeros(1)); out[0, 0]
    array([[4., 4.],
           [4., 4.]])
    """
    x, K, b = _checked(x, K, b, ndim=4)
    stride, pad = pair("stride", stride, 1), pair("pad", pad, 0)
    N, (F, C, KH, KW) = len(x), K.shape
    H_out, W_out = output_size(x.shape, (KH, KW), stride, pad)
    K_rows = K.transpose(2, 0, 1, 3).reshape(KH, F, C * KW)
    out = np.empty((N, F, H_out * W_out), x.dtype)
    for group in groups(x, copies=KW / stride[1]):
        y = out[group]
        y[...] = b[:, None]
        columns = unfold_columns(x[group], KW, W_out, stride, pad)
        for i in range(KH):
            y += K_rows[i] @ window_row(columns, i, H_out)  # (F, C·KW) @ (n, C·KW, H_out·W_out)
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
    H_out, W_out = output_size(x.shape, (KH, KW), stride, pad)
    dout = as_dout(dout, (N, F, H_out, W_out), x.dtype).reshape(N, F, H_out * W_out)
    K_rows_T = K.transpose(2, 1, 3, 0).reshape(KH, C * KW, F)
    dx, dK_rows = np.empty_like(x), np.zeros((KH, F, C * KW), x.dtype)
    for group in groups(x, copies=KW / stride[1]):
        d = dout[group]
        columns = unfold_columns(x[group], KW, W_out, stride, pad)
        dcolumns = np.zeros_like(columns)
        for i in range(KH):
            dK_rows[i] += (d @ window_row(columns, i, H_out).swapaxes(1, 2)).sum(axis=0)
            drow = window_row(dcolumns, i, H_out)
            drow += K_rows_T[i] @ d
        dx[group] = fold_columns(dcolumns, x[group].shape, KW, stride, pad)
    return dx, dK_rows.reshape(KH, F, C, KW).transpose(1, 2, 0, 3).copy(), dout.sum(axis=(0, 2))


def conv2d_example_gradients(dout: Array, cache: Conv2dCache) -> tuple[Array, Array]:
    """Gradients (dK, db) of each image by itself, (N, F, C, KH, KW) and (N, F): their sums are those of all.

    Needed where the examples' gradients are clipped one by one (Abadi et al., 2016, algorithm 1).

    >>> _, cache = conv2d_forward(np.ones((2, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.zeros(1))
    >>> conv2d_example_gradients(np.array([1.0, 2.0]).reshape(2, 1, 1, 1) * np.ones((1, 1, 2, 2)), cache)[1]
    array([[4.],
           [8.]])
    """
    x, K, stride, pad = cache
    N, (F, C, KH, KW) = len(x), K.shape
    H_out, W_out = output_size(x.shape, (KH, KW), stride, pad)
    dout = as_dout(dout, (N, F, H_out, W_out), x.dtype).reshape(N, F, H_out * W_out)
    dK_rows = np.empty((N, KH, F, C * KW), x.dtype)
    for group in groups(x, copies=KW / stride[1]):
        columns = unfold_columns(x[group], KW, W_out, stride, pad)
        for i in range(KH):
            dK_rows[group, i] = dout[group] @ window_row(columns, i, H_out).swapaxes(1, 2)
    return dK_rows.reshape(N, KH, F, C, KW).transpose(0, 2, 3, 1, 4).copy(), dout.sum(axis=2)


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
    stride, pad = (1, whole("stride", stride, 1)), (0, whole("pad", pad, 0))
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
