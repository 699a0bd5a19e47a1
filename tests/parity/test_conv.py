"""Convolution and pooling against PyTorch, TensorFlow and SciPy: forward and backward, both precisions, odd shapes."""

import numpy as np
import pytest
import tensorflow as tf
import torch.nn.functional as F
from scipy import signal

from course_utils import conv
from tests.parity.frameworks import DTYPES, TOLERANCE, assert_parity

pytestmark = pytest.mark.usefixtures("threads")

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


def normal(*shapes):
    rng = np.random.default_rng(3)
    return [rng.normal(size=s) for s in shapes]


def channels_last(x):
    return tf.transpose(x, (0, 2, 3, 1))


def channels_first(x):
    return tf.transpose(x, (0, 3, 1, 2))


@each_dtype
@pytest.mark.parametrize("shape, kernel, stride, pad", CONVOLUTIONS)
def test_conv2d(dtype, shape, kernel, stride, pad):
    def keras(x, K, b):
        frame = [[0, 0], [pad, pad], [pad, pad], [0, 0]]
        y = tf.nn.conv2d(tf.pad(channels_last(x), frame), tf.transpose(K, (2, 3, 1, 0)), stride, "VALID")
        return channels_first(y + b)

    assert_parity(
        conv.conv2d_forward, conv.conv2d_backward, normal(shape, kernel, kernel[:1]), dtype,
        torch_op=lambda x, K, b: F.conv2d(x, K, b, stride=stride, padding=pad), tf_op=keras, stride=stride, pad=pad,
    )  # fmt: skip


@each_dtype
@pytest.mark.parametrize("stride, pad", [(1, 0), (2, 3)])
def test_conv1d(dtype, stride, pad):
    def keras(x, K, b):
        padded = tf.pad(tf.transpose(x, (0, 2, 1)), [[0, 0], [pad, pad], [0, 0]])
        return tf.transpose(tf.nn.conv1d(padded, tf.transpose(K, (2, 1, 0)), stride, "VALID") + b, (0, 2, 1))

    assert_parity(
        conv.conv1d_forward, conv.conv1d_backward, normal((2, 3, 11), (5, 3, 4), (5,)), dtype,
        torch_op=lambda x, K, b: F.conv1d(x, K, b, stride=stride, padding=pad), tf_op=keras, stride=stride, pad=pad,
    )  # fmt: skip


@each_dtype
@pytest.mark.parametrize("shape, size, stride", POOLS)
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_pooling(dtype, shape, size, stride, kind):
    name = f"{kind}_pool2d"
    assert_parity(
        getattr(conv, f"{name}_forward"), getattr(conv, f"{name}_backward"), normal(shape), dtype,
        torch_op=lambda x: getattr(F, name)(x, size, stride),
        tf_op=lambda x: channels_first(getattr(tf.nn, name)(channels_last(x), size, stride, "VALID")),
        size=size, stride=stride,
    )  # fmt: skip


@pytest.mark.parametrize("size, stride", [(2, 2), (3, 1)])
def test_ties_go_where_pytorch_sends_them(size, stride):
    x = np.random.default_rng(0).integers(0, 2, size=(2, 3, 6, 7))
    assert_parity(
        conv.max_pool2d_forward, conv.max_pool2d_backward, [x], np.float64,
        torch_op=lambda x: F.max_pool2d(x, size, stride), size=size, stride=stride,
    )  # fmt: skip


@each_dtype
def test_scipy_calls_it_correlation(dtype):
    image, kernel, line, short = (a.astype(dtype) for a in normal((8, 9), (3, 4), (13,), (4,)))
    none = np.zeros(1, dtype)
    out, _ = conv.conv2d_forward(image[None, None], kernel[None, None], none)
    np.testing.assert_allclose(out[0, 0], signal.correlate2d(image, kernel, mode="valid"), **TOLERANCE[dtype])
    flipped = signal.convolve2d(image, kernel[::-1, ::-1], mode="valid")
    np.testing.assert_allclose(out[0, 0], flipped, **TOLERANCE[dtype])
    full, _ = conv.conv1d_forward(line[None, None], short[None, None], none, pad=3)
    np.testing.assert_allclose(full[0, 0], signal.correlate(line, short, mode="full"), **TOLERANCE[dtype])


@each_dtype
@pytest.mark.parametrize("stride, pad, more", [(1, 0, 0), (2, 1, 1), (3, 2, 0)])
def test_conv_transpose2d(dtype, stride, pad, more):
    assert_parity(
        conv.conv_transpose2d_forward, conv.conv_transpose2d_backward, normal((2, 3, 5, 4), (3, 2, 4, 3), (2,)), dtype,
        torch_op=lambda x, K, b: F.conv_transpose2d(x, K, b, stride=stride, padding=pad, output_padding=more),
        stride=stride, pad=pad, output_pad=more,
    )  # fmt: skip
