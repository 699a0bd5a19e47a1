"""What must be true of every convolution and every pooling, tried on shapes and settings that nobody chose."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.conv import avg_pool2d_forward, conv1d_forward, conv2d_backward, conv2d_forward, max_pool2d_forward


@st.composite
def convolutions(draw):
    """(x, K, b, stride, pad) of sizes that fit."""
    N, C, F, KH, KW = (draw(st.integers(1, 3)) for _ in range(5))
    pad = draw(st.integers(0, 2))
    H, W = (draw(st.integers(max(1, k - 2 * pad), 7)) for k in (KH, KW))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x, K, b = (rng.normal(size=s) for s in ((N, C, H, W), (F, C, KH, KW), (F,)))
    return x, K, b, draw(st.integers(1, 3)), pad


few = settings(max_examples=60, deadline=None, derandomize=True)


@few
@given(convolutions(), st.floats(-3, 3), st.floats(-3, 3))
def test_convolution_is_linear_in_the_image_and_in_the_kernel(case, s, t):
    x, K, b, stride, pad = case
    rng = np.random.default_rng(0)
    y, L, none = rng.normal(size=x.shape), rng.normal(size=K.shape), np.zeros_like(b)

    def convolve(x, K):
        return conv2d_forward(x, K, none, stride=stride, pad=pad)[0]

    np.testing.assert_allclose(convolve(s * x + t * y, K), s * convolve(x, K) + t * convolve(y, K), atol=1e-10)
    np.testing.assert_allclose(convolve(x, s * K + t * L), s * convolve(x, K) + t * convolve(x, L), atol=1e-10)


@few
@given(convolutions())
def test_backward_is_the_transpose_of_forward(case):
    """⟨conv(x), d⟩ = ⟨x, dx⟩ = ⟨K, dK⟩ without bias: what makes backpropagation of a linear map exact."""
    x, K, b, stride, pad = case
    out, cache = conv2d_forward(x, K, np.zeros_like(b), stride=stride, pad=pad)
    dout = np.random.default_rng(1).normal(size=out.shape)
    dx, dK, db = conv2d_backward(dout, cache)
    inner = (out * dout).sum()
    np.testing.assert_allclose([(x * dx).sum(), (K * dK).sum()], inner, atol=1e-9)
    np.testing.assert_allclose(db, dout.sum(axis=(0, 2, 3)), atol=1e-12)


@few
@given(convolutions(), st.integers(0, 3), st.integers(0, 3))
def test_a_shifted_image_gives_a_shifted_result(case, down, right):
    x, K, b, _, pad = case
    out, _ = conv2d_forward(x, K, b, pad=pad)
    moved = np.pad(x, ((0, 0), (0, 0), (down, 0), (right, 0)))
    shifted, _ = conv2d_forward(moved, K, b, pad=pad)
    inside = out[..., pad:, pad:]  # further out, the frame of zeros is not where it was
    np.testing.assert_allclose(shifted[..., down + pad :, right + pad :], inside, atol=1e-12)


@few
@given(convolutions())
def test_one_example_does_not_see_the_others(case):
    x, K, b, stride, pad = case
    out, _ = conv2d_forward(x, K, b, stride=stride, pad=pad)
    alone = [conv2d_forward(x[n : n + 1], K, b, stride=stride, pad=pad)[0] for n in range(len(x))]
    np.testing.assert_allclose(out, np.concatenate(alone), atol=1e-12)


@few
@given(convolutions())
def test_a_kernel_of_one_row_is_a_convolution_of_each_row(case):
    x, K, b, stride, pad = case
    rows = x.transpose(0, 2, 1, 3).reshape(-1, x.shape[1], x.shape[3])
    out, _ = conv1d_forward(rows, K[:, :, 0], b, stride=stride, pad=pad)
    image, _ = conv2d_forward(x, K[:, :, :1], b, stride=(1, stride), pad=(0, pad))
    np.testing.assert_allclose(out.reshape(len(x), -1, *out.shape[1:]).swapaxes(1, 2), image, atol=1e-12)


@few
@given(convolutions(), st.integers(1, 3), st.integers(1, 3))
def test_pooling_lies_between_smallest_and_largest_and_keeps_order(case, size, stride):
    x = np.pad(case[0], ((0, 0), (0, 0), (0, 2), (0, 2)), mode="edge")
    largest, _ = max_pool2d_forward(x, size=size, stride=stride)
    smallest = -max_pool2d_forward(-x, size=size, stride=stride)[0]
    mean, _ = avg_pool2d_forward(x, size=size, stride=stride)
    assert (smallest <= mean + 1e-12).all() and (mean <= largest + 1e-12).all()
    np.testing.assert_allclose(max_pool2d_forward(2 * x + 1, size=size, stride=stride)[0], 2 * largest + 1)
