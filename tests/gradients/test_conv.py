"""Convolution and pooling against finite differences, with the mistakes that are really made planted and caught."""

import numpy as np
import pytest

from course_utils import conv
from course_utils.gradcheck import GradientMismatch, check_gradients
from tests.laws import assert_checked, assert_laws

rng = np.random.default_rng(11)


def distinct(*shape):
    """Values at least 0.1 apart, so that no window has two maxima and no small step changes the winner."""
    return 0.1 * rng.permutation(np.prod(shape)).reshape(shape).astype(float)


def arrays(channels, filters, size, kernel, batch=2):
    """x, K and b of these sizes."""
    shapes = (batch, channels, *size), (filters, channels, *kernel), (filters,)
    return tuple(rng.normal(size=shape) for shape in shapes)


CASES = {
    "conv1d": (arrays(2, 3, (7,), (3,)), {}),
    "conv1d, stride and pad": (arrays(3, 2, (8,), (3,)), {"stride": 3, "pad": 2}),
    "conv1d, one step": (arrays(2, 3, (1,), (1,)), {}),
    "conv2d": (arrays(2, 3, (5, 4), (3, 2)), {}),
    "conv2d, pad": (arrays(3, 2, (2, 3), (2, 4), batch=1), {"pad": 2}),
    "conv2d, stride that leaves a rest": (arrays(2, 3, (4, 6), (3, 2), batch=1), {"stride": 2, "pad": 1}),
    "conv2d, stride over unread rows": (arrays(2, 3, (4, 5), (1, 2), batch=1), {"stride": 3}),
    "conv2d, pairs": (arrays(1, 2, (5, 6), (2, 3)), {"stride": (2, 1), "pad": (0, 1)}),
    "conv2d, one place": (arrays(2, 3, (3, 2), (3, 2), batch=1), {}),
    "conv2d, 1x1 kernel": (arrays(3, 4, (2, 3), (1, 1)), {}),
    "conv_transpose2d": ((rng.normal(size=(2, 3, 3, 2)), rng.normal(size=(3, 2, 2, 3)), rng.normal(size=2)), {}),
    "conv_transpose2d, all options": (
        (rng.normal(size=(1, 2, 3, 2)), rng.normal(size=(2, 2, 3, 3)), rng.normal(size=2)),
        {"stride": (2, 3), "pad": (1, 0), "output_pad": (1, 2)},
    ),
    "max_pool2d, the whole image": ((distinct(2, 3, 3, 4),), {"size": (3, 4)}),
    "max_pool2d": ((distinct(2, 3, 4, 6),), {}),
    "max_pool2d, windows that overlap": ((distinct(2, 2, 5, 6),), {"size": 3, "stride": 1}),
    "max_pool2d, rest dropped": ((distinct(1, 2, 5, 7),), {"size": (2, 3), "stride": 3}),
    "avg_pool2d": ((distinct(2, 3, 4, 6),), {}),
    "avg_pool2d, windows that overlap": ((distinct(2, 2, 5, 6),), {"size": 3, "stride": (1, 2)}),
    "avg_pool2d, rest dropped": ((distinct(1, 2, 5, 7),), {"size": 2, "stride": 3}),
}  # fmt: skip


def pair(case):
    name = case.split(",")[0]
    return getattr(conv, f"{name}_forward"), getattr(conv, f"{name}_backward")


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_right_and_planted_faults_are_caught(case):
    given, static = CASES[case]
    assert_checked(*pair(case), *given, **static)


@pytest.mark.parametrize("case", CASES)
def test_the_laws_hold(case):
    given, static = CASES[case]
    assert_laws(*pair(case), *given, **static)


def kernel_flipped(dout, cache):
    """dx of a true convolution: the kernel turned round once too often."""
    flipped = cache._replace(K=cache.K[:, :, ::-1, ::-1])
    return conv.conv2d_backward(dout, flipped)[0], *conv.conv2d_backward(dout, cache)[1:]


def bias_averaged(dout, cache):
    dx, dK, db = conv.conv2d_backward(dout, cache)
    return dx, dK, db / len(dout)


def overwritten(dout, cache):
    """dx with `=` where windows overlap and `+=` is needed."""
    (H, W), (KH, KW) = cache.x.shape[2:], cache.K.shape[2:]
    dx = np.zeros_like(cache.x)
    for p, q in np.ndindex(H - KH + 1, W - KW + 1):
        dx[:, :, p : p + KH, q : q + KW] = np.einsum("nf,fcij->ncij", dout[:, :, p, q], cache.K)
    return dx, *conv.conv2d_backward(dout, cache)[1:]


@pytest.mark.parametrize("wrong", [kernel_flipped, bias_averaged, overwritten])
def test_a_mistake_of_the_trade_is_caught_in_convolution(wrong):
    with pytest.raises(GradientMismatch):
        check_gradients((conv.conv2d_forward, wrong), *CASES["conv2d"][0])


def test_a_mistake_of_the_trade_is_caught_in_pooling():
    def to_all_places(dout, cache):
        return np.repeat(np.repeat(dout, 2, axis=2), 2, axis=3)

    def average_unshared(dout, cache):
        return to_all_places(dout, cache)

    x = CASES["max_pool2d"][0]
    with pytest.raises(GradientMismatch):
        check_gradients((conv.max_pool2d_forward, to_all_places), *x)
    with pytest.raises(GradientMismatch):
        check_gradients((conv.avg_pool2d_forward, average_unshared), *x)
