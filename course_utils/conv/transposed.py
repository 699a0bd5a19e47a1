"""Transposed convolution: the way back of a convolution as a layer of its own, from small images to large ones."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_no_nan, check_shape, common_dtype
from course_utils.conv._windows import conv_output_size, fold_columns, groups, padded_shape, pair, whole, window_row
from course_utils.conv.convolution import Conv2dCache, conv2d_backward, conv2d_forward


class ConvTranspose2dCache(NamedTuple):
    """What conv_transpose2d_backward needs: the input, the kernels, the output's shape, and how the window moved."""

    x: Array
    K: Array
    shape: tuple[int, int, int, int]
    stride: tuple[int, int]
    pad: tuple[int, int]


def conv_transpose2d_forward(
    x: Array, K: Array, b: Array, *, stride=1, pad=0, output_pad=0
) -> tuple[Array, ConvTranspose2dCache]:
    """Each value of x paints its kernel into a larger image; where kernels overlap they add up.

    out[n,f,p·stride+i-pad,q·stride+j-pad] += x[n,c,p,q] · K[c,f,i,j], and b[f] everywhere: what the gradient does on
    its way back through a convolution with the same kernels (Dumoulin and Visin, 2016, section 4).

    Parameters
    ----------
    x : (N, C, H, W) float.
    K : (C, F, KH, KW) float, input channels first, as in PyTorch; Keras stores (KH, KW, F, C).
    b : (F,) float.
    stride, pad : int, or a pair (rows, columns), of the convolution that it is the way back of.
    output_pad : rows and columns more at the end, below stride: sizes that a convolution maps to one and the same.

    Returns
    -------
    out : (N, F, (H - 1) · stride - 2 · pad + KH + output_pad, likewise for W), cache

    Raises
    ------
    TypeError, ValueError : not numbers; shapes that do not fit; padding that leaves nothing; NaN in x.

    >>> out, cache = conv_transpose2d_forward(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)), np.zeros(1)); out[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    x, K, b = _checked(x, K, b)
    stride, pad, more = pair("stride", stride, 1), pair("pad", pad, 0), pair("output_pad", output_pad, 0)
    size = tuple(_size(*a) for a in zip(x.shape[2:], K.shape[2:], stride, pad, more, strict=True))
    out = np.empty((len(x), K.shape[1], *size), x.dtype)
    N, (C, F, KH, KW), (H, W) = len(x), K.shape, x.shape[2:]
    rows = x.reshape(N, C, H * W)
    K_rows_T = K.transpose(2, 1, 3, 0).reshape(KH, F * KW, C)
    for group in groups(out, copies=KW / stride[1]):
        shape = out[group].shape
        n, _, height, _ = padded_shape(shape, stride, pad)
        columns = np.zeros((n, F * KW, stride[0], height // stride[0], W), x.dtype)
        for i in range(KH):
            part = window_row(columns, i, H)
            part += K_rows_T[i] @ rows[group]
        out[group] = fold_columns(columns, shape, KW, stride, pad)
    out += b[:, None, None]
    return out, ConvTranspose2dCache(x, K, out.shape, stride, pad)


def conv_transpose2d_backward(dout: Array, cache: ConvTranspose2dCache) -> tuple[Array, Array, Array]:
    """Gradients (dx, dK, db): dx is the convolution of dout with the same kernels, without a bias.

    >>> _, cache = conv_transpose2d_forward(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)), np.zeros(1))
    >>> conv_transpose2d_backward(np.ones((1, 1, 3, 3)), cache)[0][0, 0]
    array([[4., 4.],
           [4., 4.]])
    """
    x, K, shape, stride, pad = cache
    dout = as_dout(dout, shape, x.dtype)
    dx, forward = conv2d_forward(dout, K, np.zeros(len(K), x.dtype), stride=stride, pad=pad)
    _, dK, _ = conv2d_backward(x, Conv2dCache(*forward))
    return dx, dK, dout.sum(axis=(0, 2, 3))


def _size(n: int, k: int, stride: int, pad: int, more: int) -> int:
    """The length whose convolution has length n."""
    if more >= stride and more:
        raise ValueError(f"output_pad must be below stride, but {more} and {stride} came: a larger stride, or 0.")
    size = (n - 1) * stride - 2 * pad + k + more
    if size < 1 or conv_output_size(size, k, stride, pad) != n:
        raise ValueError(f"a window of {k} with stride {stride} and pad {pad} leads nowhere from {n} values.")
    return whole("the output's size", size, 1)


def _checked(x, K, b) -> tuple[Array, Array, Array]:
    x, K, b = as_float("x", x, ndim=4), as_float("K", K, ndim=4), as_float("b", b, ndim=1)
    if x.shape[1] != K.shape[0]:
        raise ValueError(
            f"x has {x.shape[1]} channels (axis 1 of {x.shape}), but K has kernels for {K.shape[0]} (axis 0 of "
            f"{K.shape}): in a transposed convolution the input channels stand first."
        )
    check_shape("b", b, (K.shape[1],), "One bias for each channel of the output.")
    check_no_nan("x", x)
    dtype = common_dtype(x, K, b)
    return x.astype(dtype, copy=False), K.astype(dtype, copy=False), b.astype(dtype, copy=False)
