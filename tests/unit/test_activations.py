"""Activations and the softmax family: values, extreme values, errors."""

import numpy as np
import pytest
from scipy import special

from course_utils import activations as act

PLAIN = ["sigmoid", "tanh", "relu", "leaky_relu", "gelu", "gelu_exact", "silu", "softmax", "log_softmax"]


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("shape", [(), (5,), (3, 1), (0, 4), (2, 3, 4)])
def test_plain_function_and_forward_agree_on_every_shape(name, shape, rng):
    x = rng.normal(size=shape)
    y, _ = getattr(act, f"{name}_forward")(x)
    np.testing.assert_array_equal(getattr(act, name)(x), y)
    assert y.shape == shape


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", PLAIN)
def test_logits_of_ten_thousand_are_safe(name, dtype):
    x = np.array([[-1e4, 0, 1e4], [1e4, 1e4, 1e4], [-1e4, -1e4, -1e4]], dtype)
    y, cache = getattr(act, f"{name}_forward")(x)
    dx = getattr(act, f"{name}_backward")(np.ones_like(y), cache)
    assert np.isfinite(y).all() and np.isfinite(dx).all()
    assert y.dtype == dx.dtype == dtype


def test_sigmoid_keeps_the_digits_of_small_probabilities():
    x = np.array([-700.0, -40.0, -5.0, 0.0, 5.0, 40.0])
    np.testing.assert_allclose(act.sigmoid(x), special.expit(x), rtol=1e-15)
    assert act.sigmoid(np.array([-np.inf, np.inf])).tolist() == [0, 1]


def test_values_of_the_rest():
    x = np.array([-2.0, 0.0, 2.0])
    np.testing.assert_allclose(act.leaky_relu(x, slope=0.5), [-1, 0, 2])
    np.testing.assert_allclose(act.gelu(x), special.ndtr(x) * x, atol=5e-4)  # the tanh form is near the exact one
    np.testing.assert_allclose(act.softmax(x), special.softmax(x), rtol=1e-14)
    np.testing.assert_allclose(act.log_softmax(x), special.log_softmax(x), rtol=1e-14)


@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 2e-7), (np.float64, 1e-15)])
def test_exact_gelu_is_the_normal_distributions(dtype, tolerance):
    x = np.linspace(-38, 38, 40_001).astype(dtype)  # more than one block
    np.testing.assert_allclose(act.gelu_exact(x), x * special.ndtr(x.astype(float)), rtol=tolerance, atol=tolerance)
    far = np.array([-1e300, -40, 40, 1e300])
    y, cache = act.gelu_exact_forward(far)
    np.testing.assert_array_equal(y, [0, 0, 40, 1e300])
    np.testing.assert_array_equal(act.gelu_exact_backward(np.ones(4), cache), [0, 0, 1, 1])


def test_swiglu_opens_by_its_gate():
    gate, up = np.array([-1e4, 0.0, 2.0, 1e4]), np.array([5.0, 5.0, 3.0, 5.0])
    np.testing.assert_allclose(act.swiglu(gate, up), [0, 0, 6 * special.expit(2.0), 5e4])
    assert act.swiglu(gate.astype(np.float32), up).dtype == np.float64
    with pytest.raises(ValueError, match="gate and up have one shape"):
        act.swiglu(gate, up[:2])


@pytest.mark.parametrize("axis", [0, 1, -1, None])
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_is_scipys(axis, keepdims, rng):
    x = 100 * rng.normal(size=(3, 4))
    ours, theirs = (f(x, axis=axis, keepdims=keepdims) for f in (act.logsumexp, special.logsumexp))
    np.testing.assert_allclose(ours, theirs, rtol=1e-14)
    assert np.shape(ours) == np.shape(theirs)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_of_minus_infinity(dtype):
    x = np.array([[-np.inf, -np.inf], [0, -np.inf]], dtype)
    assert act.logsumexp(x).tolist() == [-np.inf, 0]
    assert act.logsumexp(x).dtype == dtype
    assert act.softmax(x).tolist() == [[0, 0], [1, 0]]
    assert act.log_softmax(x).tolist() == [[-np.inf, -np.inf], [0, -np.inf]]
    _, cache = act.softmax_forward(x)
    assert act.softmax_backward(np.ones((2, 2)), cache).tolist() == [[0, 0], [0, 0]]


def test_plus_infinity():
    x = np.array([0.0, np.inf])
    assert act.logsumexp(x) == np.inf
    for f in (act.softmax, act.log_softmax):
        with pytest.raises(ValueError, match=r"x holds \+inf"):
            f(x)


def test_at_the_kink_the_slope_is_the_left_one():
    zero = np.zeros(1)
    assert act.relu_backward(np.ones(1), act.relu_forward(zero)[1]) == 0
    assert act.leaky_relu_backward(np.ones(1), act.leaky_relu_forward(zero)[1]) == 0.01


@pytest.mark.parametrize("name", [*PLAIN, "logsumexp"])
def test_errors_at_the_boundary(name):
    f = getattr(act, name)
    with pytest.raises(ValueError, match="x holds 1 NaN of 2 values"):
        f([1.0, np.nan])
    with pytest.raises(TypeError, match="x must hold numbers"):
        f(["a", "b"])


@pytest.mark.parametrize("name", PLAIN)
def test_an_upstream_gradient_of_another_shape_is_refused(name):
    _, cache = getattr(act, f"{name}_forward")(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"output, \(2, 3\), but its shape is \(3,\)"):
        getattr(act, f"{name}_backward")(np.ones(3), cache)


def test_a_single_number_is_a_sum_of_one_term():
    assert act.softmax(3.0) == 1
    assert act.log_softmax(3.0) == 0
    assert act.logsumexp(3.0) == 3


def test_an_axis_that_is_not_there():
    with pytest.raises(ValueError, match="axis 2"):
        act.softmax(np.ones((2, 3)), axis=2)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_gelu_has_a_gradient_where_a_cube_would_overflow(dtype):
    x = np.array([-1000, -30, 0, 30, 1000, np.finfo(dtype).max / 4], dtype)
    out, cache = act.gelu_forward(x)
    np.testing.assert_allclose(out, [0, 0, 0, *x[3:]])
    np.testing.assert_allclose(act.gelu_backward(np.ones_like(x), cache), [0, 0, 0.5, 1, 1, 1], atol=1e-6)


@pytest.mark.parametrize("slope", [-0.5, 0.0, 0.2, 1.0, 3.0])
def test_leaky_relu_of_any_slope(slope):
    x = np.array([-2.0, 0.0, 5.0, np.inf])
    out, cache = act.leaky_relu_forward(x, slope=slope)
    np.testing.assert_array_equal(out, [-2 * slope, 0, 5, np.inf])
    np.testing.assert_allclose(act.leaky_relu_backward(np.ones(4), cache), [slope, slope, 1, 1], rtol=1e-15)
    with pytest.raises(ValueError, match="slope must be a finite number, but nan came"):
        act.leaky_relu(x, slope=np.nan)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_small_probabilities_keep_their_digits(dtype):
    x = np.array([-80.0, -40.0, -5.0], dtype)
    np.testing.assert_allclose(
        act.sigmoid(x), np.exp(x.astype(np.longdouble)) / (1 + np.exp(x.astype(np.longdouble))), rtol=1e-6
    )


@pytest.mark.parametrize("shape, axis", [((4, 0), -1), ((0, 1, 4), 0)])
def test_softmax_over_an_axis_of_nothing_is_nothing(shape, axis):
    x = np.zeros(shape)
    for name in ("softmax", "log_softmax"):
        out, cache = getattr(act, f"{name}_forward")(x, axis=axis)
        assert out.shape == getattr(act, f"{name}_backward")(x, cache).shape == shape
    assert (act.logsumexp(x, axis) == -np.inf).all()  # the logarithm of an empty sum
