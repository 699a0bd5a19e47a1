"""Convolution and pooling against loops that do what the formula says, at the edges, and with learners' mistakes."""

import numpy as np
import pytest

from course_utils import conv
from course_utils.conv import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    conv1d_backward,
    conv1d_forward,
    conv2d_backward,
    conv2d_forward,
    conv_output_size,
    max_pool2d_backward,
    max_pool2d_forward,
)


def conv2d_loops(x, K, b, stride=(1, 1), pad=(0, 0)):
    """The formula, one number at a time."""
    (N, _, H, W), (F, C, KH, KW), (sh, sw), (ph, pw) = x.shape, K.shape, stride, pad
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    out = np.zeros((N, F, (H + 2 * ph - KH) // sh + 1, (W + 2 * pw - KW) // sw + 1))
    for n, f, p, q in np.ndindex(*out.shape):
        for c, i, j in np.ndindex(C, KH, KW):
            out[n, f, p, q] += K[f, c, i, j] * padded[n, c, p * sh + i, q * sw + j]
        out[n, f, p, q] += b[f]
    return out


def pool_loops(x, size, stride, reduce):
    """The windows, one at a time."""
    (kh, kw), (sh, sw), (N, C, H, W) = size, stride, x.shape
    out = np.zeros((N, C, (H - kh) // sh + 1, (W - kw) // sw + 1))
    for n, c, p, q in np.ndindex(*out.shape):
        out[n, c, p, q] = reduce(x[n, c, p * sh : p * sh + kh, q * sw : q * sw + kw])
    return out


SETTINGS = [
    # x shape, K shape, stride, pad
    ((2, 3, 5, 6), (4, 3, 3, 2), (1, 1), (0, 0)),
    ((2, 1, 5, 5), (2, 1, 5, 5), (1, 1), (2, 2)),
    ((1, 2, 7, 6), (3, 2, 2, 3), (2, 2), (1, 1)),
    ((2, 2, 6, 7), (1, 2, 3, 3), (3, 1), (0, 2)),
    ((1, 1, 1, 1), (1, 1, 1, 1), (1, 1), (0, 0)),
    ((1, 1, 1, 1), (2, 1, 3, 3), (1, 1), (1, 1)),
    ((3, 2, 4, 4), (2, 2, 1, 1), (2, 2), (0, 0)),
]


@pytest.mark.parametrize("shape, kernel, stride, pad", SETTINGS)
def test_convolution_is_what_the_formula_says(rng, shape, kernel, stride, pad):
    x, K, b = rng.normal(size=shape), rng.normal(size=kernel), rng.normal(size=kernel[0])
    out, _ = conv2d_forward(x, K, b, stride=stride, pad=pad)
    np.testing.assert_allclose(out, conv2d_loops(x, K, b, stride, pad), atol=1e-12)


@pytest.mark.parametrize("stride, pad", [(1, 0), (2, 1), (5, 0)])
def test_a_sequence_is_an_image_of_one_row(rng, stride, pad):
    x, K, b = rng.normal(size=(2, 3, 9)), rng.normal(size=(4, 3, 4)), rng.normal(size=4)
    out, cache = conv1d_forward(x, K, b, stride=stride, pad=pad)
    np.testing.assert_allclose(out, conv2d_loops(x[:, :, None], K[:, :, None], b, (1, stride), (0, pad))[:, :, 0])
    dout = rng.normal(size=out.shape)
    _, image = conv2d_forward(x[:, :, None], K[:, :, None], b, stride=(1, stride), pad=(0, pad))
    for a, expected in zip(conv1d_backward(dout, cache), conv2d_backward(dout[:, :, None], image), strict=True):
        np.testing.assert_array_equal(a, expected.reshape(a.shape))


@pytest.mark.parametrize("bytes_a_group", [1, 700, 1500])
def test_groups_of_any_size_give_the_same(rng, monkeypatch, bytes_a_group):
    x, K, b = rng.normal(size=(5, 2, 4, 5)), rng.normal(size=(3, 2, 2, 3)), rng.normal(size=3)
    out, cache = conv2d_forward(x, K, b, pad=1)
    pooled, pool_cache = max_pool2d_forward(x)
    dout, dpooled = rng.normal(size=out.shape), rng.normal(size=pooled.shape)
    gradients, dx = conv2d_backward(dout, cache), max_pool2d_backward(dpooled, pool_cache)
    monkeypatch.setattr(conv._windows, "_GROUP_BYTES", bytes_a_group)
    assert len(conv._windows.groups(x)) > 1
    np.testing.assert_allclose(conv2d_forward(x, K, b, pad=1)[0], out)
    for a, expected in zip(conv2d_backward(dout, cache), gradients, strict=True):
        np.testing.assert_allclose(a, expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(max_pool2d_forward(x)[0], pooled)
    np.testing.assert_array_equal(max_pool2d_backward(dpooled, pool_cache), dx)


def test_an_empty_batch_passes(rng):
    out, cache = conv2d_forward(np.zeros((0, 2, 4, 4)), rng.normal(size=(3, 2, 2, 2)), np.zeros(3))
    dx, dK, _ = conv2d_backward(out, cache)
    assert out.shape == (0, 3, 3, 3) and dx.shape == (0, 2, 4, 4) and not dK.any()
    assert max_pool2d_forward(np.zeros((0, 2, 4, 4)))[0].shape == (0, 2, 2, 2)


@pytest.mark.parametrize("size, stride", [((2, 2), (2, 2)), ((3, 3), (2, 2)), ((2, 3), (1, 2)), ((1, 1), (3, 3))])
def test_pooling_is_what_the_windows_say(rng, size, stride):
    x = rng.normal(size=(2, 3, 7, 8))
    np.testing.assert_array_equal(
        max_pool2d_forward(x, size=size, stride=stride)[0], pool_loops(x, size, stride, np.max)
    )
    out, _ = avg_pool2d_forward(x, size=size, stride=stride)
    np.testing.assert_allclose(out, pool_loops(x, size, stride, np.mean), atol=1e-14)


def test_windows_that_do_not_fit_are_dropped(rng):
    x = rng.normal(size=(1, 1, 5, 7))
    for forward, backward in ((max_pool2d_forward, max_pool2d_backward), (avg_pool2d_forward, avg_pool2d_backward)):
        out, cache = forward(x)
        dx = backward(np.ones_like(out), cache)
        assert out.shape == (1, 1, 2, 3)
        assert not dx[0, 0, 4].any() and not dx[0, 0, :, 6].any()


def test_the_first_of_equal_maxima_gets_the_whole_gradient():
    x = np.ones((1, 1, 2, 4))
    _, cache = max_pool2d_forward(x)
    np.testing.assert_array_equal(max_pool2d_backward(np.full((1, 1, 1, 2), 5.0), cache)[0, 0], [[5, 0, 5, 0], [0] * 4])
    out, cache = max_pool2d_forward(np.full((1, 1, 2, 2), -np.inf))
    assert out[0, 0, 0, 0] == -np.inf
    assert max_pool2d_backward(np.ones((1, 1, 1, 1)), cache).sum() == 1


def test_extreme_values_pass_without_a_warning():
    x = np.array([[[[1e4, -1e4], [1e-4, 1e30]]]])
    out, cache = conv2d_forward(x, np.ones((1, 1, 2, 2)), np.zeros(1))
    assert out[0, 0, 0, 0] == x.sum()
    assert np.isfinite(conv2d_backward(np.full((1, 1, 1, 1), 1e4), cache)[1]).all()


def test_mixed_dtypes_meet_in_the_wider_one_and_integers_are_numbers():
    x, K = np.ones((1, 1, 2, 2), np.float32), np.ones((1, 1, 2, 2), np.float32)
    assert conv2d_forward(x, K, np.zeros(1, np.float32))[0].dtype == np.float32
    assert conv2d_forward(x, K, np.zeros(1))[0].dtype == np.float64
    assert conv2d_forward(x.astype(int), K, [1])[0].item() == 5
    assert avg_pool2d_forward(np.arange(4).reshape(1, 1, 2, 2))[0].item() == 1.5


def test_the_gradient_takes_the_dtype_of_the_output():
    x = np.ones((1, 1, 3, 3), np.float32)
    _, cache = conv2d_forward(x, np.ones((1, 1, 2, 2), np.float32), np.zeros(1, np.float32))
    assert {g.dtype for g in conv2d_backward(np.ones((1, 1, 2, 2)), cache)} == {np.dtype(np.float32)}
    _, cache = max_pool2d_forward(x)
    assert max_pool2d_backward(np.ones((1, 1, 1, 1)), cache).dtype == np.float32


@pytest.mark.parametrize(
    "n, k, stride, pad, expected",
    [(28, 5, 1, 0, 24), (28, 5, 1, 2, 28), (7, 3, 2, 0, 3), (1, 3, 1, 1, 1), (5, 5, 9, 0, 1)],
)
def test_output_size(n, k, stride, pad, expected):
    assert conv_output_size(n, k, stride, pad) == expected == len(range(0, n + 2 * pad - k + 1, stride))


class TestErrors:
    x, K, b = np.ones((2, 3, 5, 6)), np.ones((4, 3, 3, 3)), np.zeros(4)

    def test_kernel_larger_than_the_image(self):
        with pytest.raises(ValueError, match=r"window of 3 does not fit on 2 values with 0 zeros .*more padding"):
            conv2d_forward(self.x[:, :, :2], self.K, self.b)
        with pytest.raises(ValueError, match="window of 4 does not fit on 3 values"):
            conv1d_forward(np.ones((1, 1, 3)), np.ones((1, 1, 4)), [0.0])
        with pytest.raises(ValueError, match="too many pooling layers"):
            max_pool2d_forward(np.ones((1, 1, 1, 4)))

    def test_channels_that_differ(self):
        with pytest.raises(ValueError, match=r"x has 6 channels \(axis 1 of \(2, 6, 3, 5\)\).*channels last, as Keras"):
            conv2d_forward(self.x.transpose(0, 3, 1, 2), self.K, self.b)

    def test_axes_missing(self):
        with pytest.raises(ValueError, match=r"x must have 4 axes, but its shape is \(3, 5, 6\).*x\[None\]"):
            conv2d_forward(self.x[0], self.K, self.b)
        with pytest.raises(ValueError, match="x must have 3 axes"):
            conv1d_forward(self.x, self.K, self.b)
        with pytest.raises(ValueError, match="x must have 4 axes"):
            avg_pool2d_forward(self.x[0])

    def test_bias_of_the_wrong_length(self):
        with pytest.raises(ValueError, match=r"b must have shape \(4,\), but its shape is \(3,\).*each kernel"):
            conv2d_forward(self.x, self.K, self.b[:3])

    def test_nan_is_named_with_its_place(self):
        x = self.x.copy()
        x[1, 2, 3, 4] = np.nan
        for call in (lambda: conv2d_forward(x, self.K, self.b), lambda: max_pool2d_forward(x)):
            with pytest.raises(ValueError, match=r"x holds 1 NaN of 180 values, the first at index \(1, 2, 3, 4\)"):
                call()

    def test_text_is_refused(self):
        with pytest.raises(TypeError, match="x must hold numbers"):
            conv2d_forward(np.full((1, 1, 2, 2), "a"), self.K, self.b)

    @pytest.mark.parametrize(
        "setting, error, message",
        [
            ({"stride": 0}, ValueError, "stride must be at least 1, but 0 came"),
            ({"stride": 1.0}, TypeError, "stride must be a whole number, but 1.0 came"),
            ({"stride": True}, TypeError, "stride must be a whole number"),
            ({"pad": -1}, ValueError, "pad must be at least 0, but -1 came"),
            ({"pad": "same"}, TypeError, "pad must be a whole number, but 'same' came"),
            ({"stride": (1, 2, 3)}, ValueError, r"a pair \(rows, columns\)"),
        ],
    )
    def test_settings(self, setting, error, message):
        with pytest.raises(error, match=message):
            conv2d_forward(self.x, self.K, self.b, **setting)

    def test_sizes_that_are_no_sizes(self):
        with pytest.raises(ValueError, match="k must be at least 1"):
            conv_output_size(3, 0, 1, 0)
        with pytest.raises(TypeError, match=r"n must be a whole number, but 3\.5 came"):
            conv_output_size(3.5, 2, 1, 0)
        with pytest.raises(ValueError, match="size must be at least 1"):
            max_pool2d_forward(self.x, size=0)

    def test_an_upstream_gradient_of_another_shape(self):
        _, cache = conv2d_forward(self.x, self.K, self.b)
        with pytest.raises(
            ValueError, match=r"dout must have the shape .*\(2, 4, 3, 4\), but its shape is \(2, 4, 3, 3\)"
        ):
            conv2d_backward(np.ones((2, 4, 3, 3)), cache)
        _, cache = conv1d_forward(np.ones((1, 1, 3)), np.ones((1, 1, 2)), [0.0])
        with pytest.raises(ValueError, match=r"dout must have the shape .*\(1, 1, 2\)"):
            conv1d_backward(np.ones((1, 1, 3)), cache)
        for forward, backward in ((max_pool2d_forward, max_pool2d_backward), (avg_pool2d_forward, avg_pool2d_backward)):
            with pytest.raises(ValueError, match="dout must have the shape"):
                backward(np.ones((2, 3, 5, 6)), forward(self.x)[1])


class TestTransposed:
    @pytest.mark.parametrize("stride, pad, more", [(1, 0, 0), (2, 1, 1), ((2, 3), (0, 1), (1, 2)), (3, 0, 0)])
    def test_it_is_the_gradient_of_a_convolution(self, stride, pad, more, rng):
        x, K = rng.normal(size=(2, 3, 4, 3)), rng.normal(size=(3, 2, 3, 3))
        out, _ = conv.conv_transpose2d_forward(x, K, np.zeros(2), stride=stride, pad=pad, output_pad=more)
        small, cache = conv2d_forward(np.zeros_like(out), K, np.zeros(3), stride=stride, pad=pad)
        assert small.shape == x.shape
        np.testing.assert_allclose(out, conv2d_backward(x, cache)[0], rtol=1e-12)

    def test_the_bias_stands_everywhere_also_where_no_kernel_reaches(self):
        out, _ = conv.conv_transpose2d_forward(np.ones((1, 1, 2, 2)), np.ones((1, 1, 1, 1)), np.array([5.0]), stride=3)
        assert out[0, 0].tolist() == [[6, 5, 5, 6], [5] * 4, [5] * 4, [6, 5, 5, 6]]

    def test_an_empty_batch(self):
        out, cache = conv.conv_transpose2d_forward(np.ones((0, 2, 3, 3)), np.ones((2, 1, 2, 2)), np.zeros(1), stride=2)
        dx, dK, db = conv.conv_transpose2d_backward(out, cache)
        assert out.shape == (0, 1, 6, 6) and dx.shape == (0, 2, 3, 3) and not dK.any() and not db.any()

    def test_errors(self):
        x, K, b = np.ones((1, 2, 3, 3)), np.ones((2, 4, 3, 3)), np.zeros(4)
        with pytest.raises(ValueError, match=r"2 channels .* kernels for 4 .* the input channels stand first"):
            conv.conv_transpose2d_forward(x, K.swapaxes(0, 1), b)
        with pytest.raises(ValueError, match=r"b must have shape \(4,\).*channel of the output"):
            conv.conv_transpose2d_forward(x, K, np.zeros(2))
        with pytest.raises(ValueError, match="output_pad must be below stride, but 2 and 2 came"):
            conv.conv_transpose2d_forward(x, K, b, stride=2, output_pad=2)
        with pytest.raises(ValueError, match="a window of 3 with stride 1 and pad 3 leads nowhere from 3 values"):
            conv.conv_transpose2d_forward(x, K, b, pad=3)


@pytest.mark.parametrize("stride, pad", [(1, 0), (2, 1), ((1, 2), (1, 0))])
def test_gradients_of_each_image_are_what_it_gives_alone(stride, pad, rng):
    x, K, b = rng.normal(size=(4, 2, 5, 6)), rng.normal(size=(3, 2, 2, 3)), rng.normal(size=3)
    out, cache = conv2d_forward(x, K, b, stride=stride, pad=pad)
    dout = rng.normal(size=out.shape)
    dK, db = conv.conv2d_example_gradients(dout, cache)
    for n in range(4):
        alone = conv2d_backward(dout[n : n + 1], conv2d_forward(x[n : n + 1], K, b, stride=stride, pad=pad)[1])
        np.testing.assert_allclose(dK[n], alone[1], rtol=1e-12)
        np.testing.assert_allclose(db[n], alone[2], rtol=1e-12)


def test_pooling_the_whole_image_is_pooling_by_one_large_window(rng):
    x = rng.integers(9, size=(3, 2, 4, 5)).astype(float)  # with equal maxima
    framed = np.concatenate([x, np.full((3, 2, 4, 1), -1.0)], axis=3)  # the same window, but not the whole image
    for forward, backward in (
        (max_pool2d_forward, max_pool2d_backward), (conv.avg_pool2d_forward, conv.avg_pool2d_backward)
    ):  # fmt: skip
        (out, cache), (other, other_cache) = forward(x, size=(4, 5)), forward(framed, size=(4, 5))
        np.testing.assert_allclose(out, other, rtol=1e-12)
        dout = rng.normal(size=out.shape)
        np.testing.assert_allclose(backward(dout, cache), backward(dout, other_cache)[..., :5], rtol=1e-12)
