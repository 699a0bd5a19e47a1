"""Layer and batch normalisation: moments, running statistics, extreme values, errors."""

import numpy as np
import pytest

from course_utils import norm

IMAGES = (2, 3, 4, 5)


def test_layer_norm_gives_each_example_mean_zero_and_variance_one(rng):
    out, _ = norm.layer_norm_forward(5 + 3 * rng.normal(size=(2, 3, 64)), np.ones(64), np.zeros(64), eps=1e-12)
    np.testing.assert_allclose(out.mean(-1), 0, atol=1e-12)
    np.testing.assert_allclose(out.var(-1), 1, rtol=1e-9)


@pytest.mark.parametrize("shape, axes", [((20, 3), 0), ((4, 3, 5, 2), (0, 2, 3))])
def test_batch_norm_gives_each_channel_mean_beta_and_deviation_gamma(shape, axes, rng):
    gamma, beta = np.array([1.0, 2.0, 3.0]), np.array([0.0, -1.0, 5.0])
    out, _ = norm.batch_norm_forward(5 + 3 * rng.normal(size=shape), gamma, beta, eps=1e-12)
    np.testing.assert_allclose(out.mean(axes), beta, atol=1e-12)
    np.testing.assert_allclose(out.std(axes), gamma, rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_inputs_give_beta_and_finite_gradients(dtype):
    x, gamma, beta = np.full((4, 3), 1e4, dtype), np.ones(3, dtype), np.full(3, 2, dtype)
    for name in ("layer_norm", "batch_norm"):
        out, cache = getattr(norm, f"{name}_forward")(x, gamma, beta)
        assert (out == 2).all()
        gradients = getattr(norm, f"{name}_backward")(np.ones_like(out), cache)
        assert all(np.isfinite(g).all() and g.dtype == dtype for g in gradients)


def test_running_statistics_step_by_step(rng):
    running = None
    mean, variance = np.zeros(3), np.ones(3)
    for _ in range(3):
        x = rng.normal(size=(6, 3))
        _, cache = norm.batch_norm_forward(x, np.ones(3), np.zeros(3), running=running, momentum=0.3)
        running = cache.running
        mean, variance = 0.7 * mean + 0.3 * x.mean(0), 0.7 * variance + 0.3 * x.var(0, ddof=1)
    np.testing.assert_allclose(running[0], mean)
    np.testing.assert_allclose(running[1], variance)


def test_outside_training_the_running_statistics_are_used_and_stay(rng):
    running = (np.array([1.0, 2.0]), np.array([4.0, 9.0]))
    kept = tuple(r.copy() for r in running)
    out, cache = norm.batch_norm_forward(
        np.array([[3.0, 5.0]]), np.ones(2), np.zeros(2), running=running, training=False, eps=1e-12
    )
    np.testing.assert_allclose(out, [[1, 1]])
    for now, then in zip(cache.running, kept, strict=True):
        np.testing.assert_array_equal(now, then)


def test_the_dtype_of_x_decides_for_the_running_statistics():
    _, cache = norm.batch_norm_forward(
        np.array([[1], [2]], np.float32), np.ones(1, np.float32), np.zeros(1, np.float32), running=([0.0], [1.0])
    )
    assert [r.dtype for r in cache.running] == [np.float32, np.float32]


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1)])
def test_a_batch_of_one_value_a_channel_cannot_be_trained_on(shape):
    with pytest.raises(ValueError, match=r"at least 2 values a channel.*batch of 1 has no variance"):
        norm.batch_norm_forward(np.ones(shape), np.ones(3), np.zeros(3))


def test_a_batch_of_one_image_can():
    assert norm.batch_norm_forward(np.ones((1, 3, 2, 2)), np.ones(3), np.zeros(3))[0].shape == (1, 3, 2, 2)


@pytest.mark.parametrize("name", ["layer_norm", "batch_norm"])
def test_errors_of_both(name):
    forward = getattr(norm, f"{name}_forward")
    x, one, zero = np.ones((4, 3)), np.ones(3), np.zeros(3)
    with pytest.raises(ValueError, match=r"gamma must have shape \(3,\)"):
        forward(x, np.ones(4), zero)
    with pytest.raises(ValueError, match=r"beta must have shape \(3,\)"):
        forward(x, one, np.zeros((1, 3)))
    with pytest.raises(ValueError, match="eps must be positive"):
        forward(x, one, zero, eps=0)
    with pytest.raises(ValueError, match="x holds 1 NaN"):
        forward(np.where(np.eye(4, 3) * np.arange(3) == 2, np.nan, x), one, zero)
    _, cache = forward(np.arange(12.0).reshape(4, 3), one, zero)
    with pytest.raises(ValueError, match="dout must have the shape"):
        getattr(norm, f"{name}_backward")(np.ones((3, 3)), cache)


def test_errors_of_layer_norm():
    for wrong in (np.float64(1), np.ones((2, 0))):
        with pytest.raises(ValueError, match="x must have features on its last axis"):
            norm.layer_norm_forward(wrong, np.ones(0), np.ones(0))


def test_errors_of_batch_norm():
    x, one, zero = np.ones((4, 3)), np.ones(3), np.zeros(3)
    with pytest.raises(ValueError, match="x must have 2 or 3 or 4 axes"):
        norm.batch_norm_forward(np.ones((2, 3, 4, 5, 6)), one, zero)
    with pytest.raises(ValueError, match="training=False needs running"):
        norm.batch_norm_forward(x, one, zero, training=False)
    for momentum in (-0.1, 1.1):
        with pytest.raises(ValueError, match=r"momentum must lie in \[0, 1\]"):
            norm.batch_norm_forward(x, one, zero, momentum=momentum)
    with pytest.raises(ValueError, match=r"pair \(mean, variance\), but 1 items came"):
        norm.batch_norm_forward(x, one, zero, running=(zero,))
    with pytest.raises(ValueError, match=r"running\[1\] must have shape \(3,\)"):
        norm.batch_norm_forward(x, one, zero, running=(zero, np.ones(2)))
    with pytest.raises(ValueError, match=r"running\[1\] must not be negative"):
        norm.batch_norm_forward(x, one, zero, running=(zero, -one))


class TestRMSNorm:
    def test_rows_get_a_mean_square_of_one_and_keep_their_mean_s_sign(self, rng):
        x = rng.normal(3, 2, size=(2, 5, 8))
        out, _ = norm.rms_norm_forward(x, np.ones(8))
        np.testing.assert_allclose((out**2).mean(axis=-1), 1, rtol=1e-6)
        np.testing.assert_allclose(out, x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-6), rtol=1e-12)

    def test_errors(self):
        with pytest.raises(ValueError, match=r"gamma must have shape \(3,\)"):
            norm.rms_norm_forward(np.ones((2, 3)), np.ones(2))
        with pytest.raises(ValueError, match="eps must be positive, but 0 came"):
            norm.rms_norm_forward(np.ones((2, 3)), np.ones(3), eps=0)
        with pytest.raises(ValueError, match="x must have features on its last axis"):
            norm.rms_norm_forward(np.float64(1), np.ones(1))
        with pytest.raises(ValueError, match="x holds 1 NaN"):
            norm.rms_norm_forward(np.array([[np.nan, 1.0]]), np.ones(2))


def test_half_precision_is_computed_in_single(rng):
    """Squares of 400 do not fit into float16: layer norm gave zeros."""
    x = np.array([[400, -400, 400, -400]], np.float16)
    one, zero = np.ones(4, np.float16), np.zeros(4, np.float16)
    for out, cache, backward in (
        (*norm.layer_norm_forward(x, one, zero), norm.layer_norm_backward),
        (*norm.rms_norm_forward(x, one), norm.rms_norm_backward),
    ):
        assert out.dtype == np.float16 and out.tolist() == [[1, -1, 1, -1]]
        assert all(g.dtype == np.float16 and np.isfinite(g).all() for g in backward(out, cache))
    out, cache = norm.batch_norm_forward(x.T, one[:1], zero[:1])
    assert out.dtype == np.float16 and out.ravel().tolist() == [1, -1, 1, -1]
    assert cache.running[1].dtype == np.float16


def test_batch_norm_of_sequences_is_that_of_images_of_one_row(rng):
    x, gamma, beta = rng.normal(size=(3, 2, 5)), rng.normal(size=2), rng.normal(size=2)
    out, cache = norm.batch_norm_forward(x, gamma, beta)
    image, image_cache = norm.batch_norm_forward(x[:, :, None], gamma, beta)
    np.testing.assert_array_equal(out, image[:, :, 0])
    for ours, theirs in zip(
        norm.batch_norm_backward(out, cache), norm.batch_norm_backward(image, image_cache), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))
