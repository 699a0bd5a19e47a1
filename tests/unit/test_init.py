"""Starting weights: their spread, and signals that neither fade nor explode."""

import numpy as np
import pytest

from course_utils import init

INITIALISERS = [init.xavier_uniform, init.he_normal, init.orthogonal]


def test_xavier_fills_its_interval_evenly(rng):
    W = init.xavier_uniform((200, 400), rng)
    limit = np.sqrt(6 / 600)
    assert np.abs(W).max() <= limit
    assert W.std() == pytest.approx(limit / np.sqrt(3), rel=0.01)
    assert abs(W.mean()) < 0.001


def test_he_has_the_variance_two_over_fan_in(rng):
    assert init.he_normal((200, 400), rng).std() == pytest.approx(np.sqrt(2 / 200), rel=0.01)


def test_kernels_count_their_window(rng):
    assert init.he_normal((64, 32, 3, 3), rng).std() == pytest.approx(np.sqrt(2 / (32 * 9)), rel=0.02)
    assert np.abs(init.xavier_uniform((64, 32, 5), rng)).max() <= np.sqrt(6 / (96 * 5))


def test_a_signal_keeps_its_size_through_ten_relu_layers(rng):
    x = rng.normal(size=(100, 300))
    before = np.mean(x**2)
    for _ in range(10):
        x = np.maximum(x @ init.he_normal((300, 300), rng), 0)
    assert 0.5 < np.mean(x**2) / before < 2


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6), (1, 1)])
def test_orthogonal_has_orthonormal_rows_or_columns(shape, rng):
    Q = init.orthogonal(shape, rng, gain=2.0) / 2
    product = Q @ Q.T if shape[0] <= shape[1] else Q.T @ Q
    np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-12)
    assert Q.shape == shape


def test_orthogonal_has_no_favourite_sign(rng):
    determinants = [np.linalg.det(init.orthogonal((3, 3), rng)) for _ in range(200)]
    assert 0.35 < np.mean(np.array(determinants) > 0) < 0.65


@pytest.mark.parametrize("initialise", INITIALISERS)
def test_dtype_seed_and_errors(initialise):
    W = initialise((3, 5), np.random.default_rng(1), dtype=np.float32)
    assert W.dtype == np.float32
    np.testing.assert_array_equal(W, initialise((3, 5), np.random.default_rng(1)).astype(np.float32))
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        initialise((3, 5), 0)
    for shape in ((3,), (3, 0)):
        with pytest.raises(ValueError, match="shape must be"):
            initialise(shape, np.random.default_rng(1))


def test_forget_bias():
    b = init.lstm_forget_bias(3, value=2.0, dtype=np.float32)
    assert b.dtype == np.float32
    assert b.reshape(4, 3).tolist() == [[0] * 3, [2] * 3, [0] * 3, [0] * 3]
    with pytest.raises(ValueError, match="H must be at least 1"):
        init.lstm_forget_bias(0)
