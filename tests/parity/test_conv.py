"""Convolution and pooling against PyTorch, TensorFlow and SciPy: forward and backward, both precisions, odd shapes."""

import numpy as np
import pytest
import tensorflow as tf
import torch
import torch.nn.functional as F
from scipy import signal

from course_utils import conv

pytestmark = pytest.mark.usefixtures("threads")
DTYPES = [np.float32, np.float64]
TOLERANCE = {np.float32: {"rtol": 1e-4, "atol": 1e-4}, np.float64: {"rtol": 1e-10, "atol": 1e-10}}

CONVOLUTIONS = [
    # x shape, K shape, stride, pad
    ((2, 3, 7, 5), (4, 3, 3, 3), 1, 1),
    ((1, 1, 9, 6), (2, 1, 5, 2), 1, 0),
    ((3, 2, 8, 7), (3, 2, 3, 2), 2, 1),
    ((2, 5, 4, 4), (1, 5, 1, 1), 3, 0),
    ((2, 2, 1, 6), (3, 2, 1, 4), 1, 3),
]
POOLS = [((2, 3, 7, 5), 2, 2), ((1, 2, 6, 9), 3, 2), ((2, 1, 5, 5), 3, 1), ((1, 1, 7, 7), 2, 3)]

each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=["float32", "float64"])


def agree(ours, theirs, dtype):
    for a, b in zip(ours, theirs, strict=True):
        b = np.asarray(b)
        assert a.dtype == b.dtype == dtype
        np.testing.assert_allclose(a, b, **TOLERANCE[dtype])


def normal(dtype, *shapes):
    rng = np.random.default_rng(3)
    return [rng.normal(size=s).astype(dtype) for s in shapes]


def by_torch(f, arrays, dout):
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    out = f(*tensors)
    return [out.detach().numpy(), *(g.numpy() for g in torch.autograd.grad(out, tensors, torch.tensor(dout)))]


def by_tensorflow(f, arrays, dout):
    tensors = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        out = f(*tensors)
    return [out.numpy(), *(g.numpy() for g in tape.gradient(out, tensors, output_gradients=tf.constant(dout)))]


def channels_last(x):
    return tf.transpose(x, (0, 2, 3, 1))


def channels_first(x):
    return tf.transpose(x, (0, 3, 1, 2))


@each_dtype
@pytest.mark.parametrize("shape, kernel, stride, pad", CONVOLUTIONS)
def test_conv2d(dtype, shape, kernel, stride, pad):
    arrays = normal(dtype, shape, kernel, kernel[:1])
    out, cache = conv.conv2d_forward(*arrays, stride=stride, pad=pad)
    (dout,) = normal(dtype, out.shape)
    ours = [out, *conv.conv2d_backward(dout, cache)]
    agree(ours, by_torch(lambda x, K, b: F.conv2d(x, K, b, stride=stride, padding=pad), arrays, dout), dtype)

    def keras(x, K, b):
        frame = [[0, 0], [pad, pad], [pad, pad], [0, 0]]
        y = tf.nn.conv2d(tf.pad(channels_last(x), frame), tf.transpose(K, (2, 3, 1, 0)), stride, "VALID")
        return channels_first(y + b)

    agree(ours, by_tensorflow(keras, arrays, dout), dtype)


@each_dtype
@pytest.mark.parametrize("stride, pad", [(1, 0), (2, 3)])
def test_conv1d(dtype, stride, pad):
    arrays = normal(dtype, (2, 3, 11), (5, 3, 4), (5,))
    out, cache = conv.conv1d_forward(*arrays, stride=stride, pad=pad)
    (dout,) = normal(dtype, out.shape)
    ours = [out, *conv.conv1d_backward(dout, cache)]
    agree(ours, by_torch(lambda x, K, b: F.conv1d(x, K, b, stride=stride, padding=pad), arrays, dout), dtype)

    def keras(x, K, b):
        padded = tf.pad(tf.transpose(x, (0, 2, 1)), [[0, 0], [pad, pad], [0, 0]])
        return tf.transpose(tf.nn.conv1d(padded, tf.transpose(K, (2, 1, 0)), stride, "VALID") + b, (0, 2, 1))

    agree(ours, by_tensorflow(keras, arrays, dout), dtype)


@each_dtype
@pytest.mark.parametrize("shape, size, stride", POOLS)
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_pooling(dtype, shape, size, stride, kind):
    (x,) = normal(dtype, shape)
    out, cache = getattr(conv, f"{kind}_pool2d_forward")(x, size=size, stride=stride)
    (dout,) = normal(dtype, out.shape)
    ours = [out, getattr(conv, f"{kind}_pool2d_backward")(dout, cache)]
    agree(ours, by_torch(lambda x: getattr(F, f"{kind}_pool2d")(x, size, stride), [x], dout), dtype)
    pool = getattr(tf.nn, f"{kind}_pool2d")
    agree(
        ours, by_tensorflow(lambda x: channels_first(pool(channels_last(x), size, stride, "VALID")), [x], dout), dtype
    )


def test_ties_go_where_pytorch_sends_them():
    x = np.random.default_rng(0).integers(0, 2, size=(2, 3, 6, 7)).astype(float)
    for size, stride in ((2, 2), (3, 1)):
        out, cache = conv.max_pool2d_forward(x, size=size, stride=stride)
        (dout,) = normal(np.float64, out.shape)
        ours = [out, conv.max_pool2d_backward(dout, cache)]
        agree(ours, by_torch(lambda x, k=size, s=stride: F.max_pool2d(x, k, s), [x], dout), np.float64)


@each_dtype
def test_scipy_calls_it_correlation(dtype):
    image, kernel = normal(dtype, (8, 9), (3, 4))
    out, _ = conv.conv2d_forward(image[None, None], kernel[None, None], np.zeros(1, dtype))
    agree([out[0, 0]], [signal.correlate2d(image, kernel, mode="valid")], dtype)
    agree([out[0, 0]], [signal.convolve2d(image, kernel[::-1, ::-1], mode="valid")], dtype)
    signal_1d, kernel_1d = normal(dtype, (13,), (4,))
    full, _ = conv.conv1d_forward(signal_1d[None, None], kernel_1d[None, None], np.zeros(1, dtype), pad=3)
    agree([full[0, 0]], [np.correlate(signal_1d, kernel_1d, mode="full")], dtype)
