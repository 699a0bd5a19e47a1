"""Layers for images and sequences of channels: convolution, its way back, pooling."""

import math

import numpy as np

from course_utils._validate import as_float
from course_utils.conv import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    conv1d_backward,
    conv1d_forward,
    conv2d_backward,
    conv2d_forward,
    conv_transpose2d_backward,
    conv_transpose2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
)
from course_utils.init import he_normal
from course_utils.layers.base import Layer, ShapeCache


class Conv2D(Layer):
    """Convolution of images with `filters` kernels: (N, channels, H, W) -> (N, filters, H_out, W_out).

    Parameters
    ----------
    channels, filters : that come and go. size : of the kernel, int or (rows, columns).
    rng : draws K by `he_normal`; b begins at 0. stride, pad : see `conv2d_forward`. dtype : of K and b.

    >>> layer = Conv2D(1, 8, 3, np.random.default_rng(0), pad=1); layer.forward(np.ones((2, 1, 5, 6)))[0].shape
    (2, 8, 5, 6)
    """

    def __init__(
        self, channels: int, filters: int, size, rng: "np.random.Generator", stride=1, pad=0, dtype=np.float64
    ):
        super().__init__()
        window = tuple(size) if isinstance(size, tuple | list) else (size, size)
        self.params = {"K": he_normal((filters, channels, *window), rng, dtype=dtype), "b": np.zeros(filters, dtype)}
        self.stride, self.pad = stride, pad

    def forward(self, x, training=True):
        return conv2d_forward(x, self.params["K"], self.params["b"], stride=self.stride, pad=self.pad)

    def backward(self, dout, cache):
        dx, dK, db = conv2d_backward(dout, cache)
        return dx, {"K": dK, "b": db}


class Conv1D(Layer):
    """Convolution along sequences: (N, channels, L) -> (N, filters, L_out).

    Parameters
    ----------
    channels, filters : that come and go. size : of the kernel. rng : draws K by `he_normal`; b begins at 0.
    stride, pad : see `conv1d_forward`. dtype : of K and b.

    >>> layer = Conv1D(2, 8, 3, np.random.default_rng(0), pad=1); layer.forward(np.ones((4, 2, 9)))[0].shape
    (4, 8, 9)
    """

    def __init__(
        self, channels: int, filters: int, size: int, rng: "np.random.Generator", stride=1, pad=0, dtype=np.float64
    ):
        super().__init__()
        self.params = {"K": he_normal((filters, channels, size), rng, dtype=dtype), "b": np.zeros(filters, dtype)}
        self.stride, self.pad = stride, pad

    def forward(self, x, training=True):
        return conv1d_forward(x, self.params["K"], self.params["b"], stride=self.stride, pad=self.pad)

    def backward(self, dout, cache):
        dx, dK, db = conv1d_backward(dout, cache)
        return dx, {"K": dK, "b": db}


class ConvTranspose2D(Layer):
    """The way back of a convolution: (N, channels, H, W) -> (N, filters, larger H, larger W).

    Parameters
    ----------
    channels, filters : that come and go. size : of the kernel, int or (rows, columns).
    rng : draws K (channels, filters, rows, columns) with the variance 2 / (channels · rows · columns) · stride²,
        since of the kernel's places only one in stride² meets each pixel; b begins at 0.
    stride, pad, output_pad : see `conv_transpose2d_forward`. dtype : of K and b.

    >>> layer = ConvTranspose2D(8, 1, 4, np.random.default_rng(0), stride=2, pad=1)
    >>> layer.forward(np.ones((2, 8, 7, 7)))[0].shape
    (2, 1, 14, 14)
    """

    def __init__(
        self, channels, filters, size, rng: "np.random.Generator", stride=1, pad=0, output_pad=0, dtype=np.float64
    ):
        super().__init__()
        window = tuple(size) if isinstance(size, tuple | list) else (size, size)
        steps = math.prod(stride) if isinstance(stride, tuple | list) else stride**2
        deviation = math.sqrt(2 * steps / (channels * math.prod(window)))
        K = (deviation * rng.normal(size=(channels, filters, *window))).astype(dtype)
        self.params = {"K": K, "b": np.zeros(filters, dtype)}
        self.options_of_window = {"stride": stride, "pad": pad, "output_pad": output_pad}

    def forward(self, x, training=True):
        return conv_transpose2d_forward(x, self.params["K"], self.params["b"], **self.options_of_window)

    def backward(self, dout, cache):
        dx, dK, db = conv_transpose2d_backward(dout, cache)
        return dx, {"K": dK, "b": db}


class AvgPool2D(Layer):
    """Mean of each window: (N, C, H, W) -> (N, C, H_out, W_out); see `avg_pool2d_forward`.

    >>> AvgPool2D(2).forward(np.ones((1, 1, 4, 5)))[0].shape
    (1, 1, 2, 2)
    """

    def __init__(self, size=2, stride=None):
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, x, training=True):
        return avg_pool2d_forward(x, size=self.size, stride=self.stride)

    def backward(self, dout, cache):
        return avg_pool2d_backward(dout, cache), {}


class GlobalAveragePool(Layer):
    """The mean of each channel over the whole image: (N, C, H, W) -> (N, C) (Lin, Chen and Yan, 2014, section 3.2).

    >>> GlobalAveragePool().forward(np.arange(8.0).reshape(1, 2, 2, 2))[0]
    array([[1.5, 5.5]])
    """

    def forward(self, x, training=True):
        x = as_float("x", x, ndim=4)
        out, cache = avg_pool2d_forward(x, size=x.shape[2:])
        return out[:, :, 0, 0], cache

    def backward(self, dout, cache):
        return avg_pool2d_backward(np.asarray(dout)[:, :, None, None], cache), {}


class MaxPool2D(Layer):
    """Largest value of each window: (N, C, H, W) -> (N, C, H_out, W_out); see `max_pool2d_forward`.

    >>> MaxPool2D(2).forward(np.ones((1, 1, 4, 5)))[0].shape
    (1, 1, 2, 2)
    """

    def __init__(self, size=2, stride=None):
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, x, training=True):
        return max_pool2d_forward(x, size=self.size, stride=self.stride)

    def backward(self, dout, cache):
        return max_pool2d_backward(dout, cache), {}


class Flatten(Layer):
    """All axes but the first in one: (N, ...) -> (N, D), between images and dense layers.

    >>> Flatten().forward(np.ones((2, 3, 4)))[0].shape
    (2, 12)
    """

    def forward(self, x, training=True):
        x = np.asarray(x)
        return x.reshape(len(x), math.prod(x.shape[1:])), ShapeCache(x.shape)

    def backward(self, dout, cache):
        return np.asarray(dout).reshape(cache.shape), {}
