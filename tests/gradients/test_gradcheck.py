"""The checker is checked: right gradients pass, each kind of wrong one is caught and named."""

from typing import NamedTuple

import numpy as np
import pytest

from course_utils import affine, losses
from course_utils.activations import relu_backward, relu_forward, softmax, softmax_backward, softmax_forward
from course_utils.conv import max_pool2d_forward
from course_utils.gradcheck import GradientMismatch, check_gradients, numerical_gradient


class Cache(NamedTuple):
    x: np.ndarray
    W: np.ndarray


def product_forward(x, W):
    return x @ W, Cache(x, W)


def product_backward(dout, cache):
    return dout @ cache.W.T, cache.x.T @ dout


@pytest.fixture
def square(rng):
    """Square matrices, so that a forgotten transpose does not show in the shapes."""
    return rng.normal(size=(3, 3)), rng.normal(size=(3, 3))


FAULTS = {
    "sign": ("W", lambda d, c: (d @ c.W.T, -c.x.T @ d)),
    "factor": ("W", lambda d, c: (d @ c.W.T, 2 * c.x.T @ d)),
    "small factor": ("x", lambda d, c: (1.001 * d @ c.W.T, c.x.T @ d)),
    "transpose": ("x", lambda d, c: (d @ c.W, c.x.T @ d)),
    "transposed result": ("W", lambda d, c: (d @ c.W.T, (c.x.T @ d).T)),
    "missing term": ("W", lambda d, c: (d @ c.W.T, c.x[1:].T @ d[1:])),
    "mean for sum": ("W", lambda d, c: (d @ c.W.T, c.x.T @ d / len(d))),
    "NaN": ("x", lambda d, c: (d @ c.W.T * np.nan, c.x.T @ d)),
    "upstream ignored": ("x", lambda d, c: (np.ones_like(d) @ c.W.T, c.x.T @ d)),
}


def test_a_right_gradient_passes_and_the_largest_difference_comes_back(square):
    assert 0 <= check_gradients(product_forward, *square) < 1e-8


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught_and_its_argument_named(square, fault):
    argument, backward = FAULTS[fault]
    with pytest.raises(GradientMismatch, match=f"gradient of {argument} is wrong, worst at index") as caught:
        check_gradients((product_forward, backward), *square)
    assert caught.value.argument == argument


def test_the_worst_element_is_named_with_both_values():
    def off_in_one(dout, cache):
        dx = relu_backward(dout, cache)
        dx[1, 2] += 3.0
        dx[0, 0] += 0.5
        return dx

    x = np.arange(1.0, 7.0).reshape(2, 3)
    with pytest.raises(
        GradientMismatch, match=r"index \(1, 2\): backward says .* \(2 of 6 elements differ\)"
    ) as caught:
        check_gradients((relu_forward, off_in_one), x)
    assert caught.value.index == (1, 2)
    assert caught.value.analytic - caught.value.numerical == pytest.approx(3.0, abs=1e-6)


def test_a_softmax_gradient_of_zero_is_caught_though_ones_upstream_would_pass_it(rng):
    x = rng.normal(size=(2, 4))
    wrong = lambda dout, cache: np.zeros_like(cache.y)  # noqa: E731
    assert np.allclose(numerical_gradient(lambda z: softmax(z).sum(), x), 0)
    with pytest.raises(GradientMismatch):
        check_gradients((softmax_forward, wrong), x)
    assert check_gradients((softmax_forward, softmax_backward), x) < 1e-8


def test_wrong_number_and_wrong_shape_of_gradients_are_named(square):
    with pytest.raises(GradientMismatch, match="gradients of x, W, but 1 came"):
        check_gradients((product_forward, lambda d, c: (d @ c.W.T,)), *square)
    with pytest.raises(GradientMismatch, match="gradients of x, W, but one array came"):
        check_gradients((product_forward, lambda d, c: d @ c.W.T), *square)
    with pytest.raises(GradientMismatch, match=r"gradient of W must have shape \(3, 3\), but shape \(9,\) came"):
        check_gradients((product_forward, lambda d, c: (d @ c.W.T, (c.x.T @ d).ravel())), *square)


class DictCache(NamedTuple):
    x: np.ndarray
    params: dict


def composite_forward(x, params):
    h = x @ params["W"] + params["b"]
    return (h, h.sum(axis=0)), DictCache(x, params)


def composite_backward(dout, cache):
    dh = dout[0] + dout[1]
    return dh @ cache.params["W"].T, {"W": cache.x.T @ dh, "b": dh.sum(axis=0)}


def test_dicts_of_parameters_and_several_outputs(rng):
    params = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
    x = rng.normal(size=(4, 3))
    assert check_gradients(composite_forward, x, params) < 1e-8

    def no_bias(dout, cache):
        dx, grads = composite_backward(dout, cache)
        return dx, {"W": grads["W"]}

    def wrong_bias(dout, cache):
        dx, grads = composite_backward(dout, cache)
        return dx, grads | {"b": -grads["b"]}

    with pytest.raises(GradientMismatch, match=r"gradient of params\['b'\] must have shape \(2,\), but nothing came"):
        check_gradients((composite_forward, no_bias), x, params)
    with pytest.raises(GradientMismatch, match=r"gradient of params\['b'\] is wrong"):
        check_gradients((composite_forward, wrong_bias), x, params)


def test_nests_of_tuples(rng):
    def forward(pair):
        return pair[0] * pair[1], Cache(*pair)

    def backward(dout, cache):
        return dout * cache.W, dout * cache.x

    def pair_backward(dout, cache):
        return (backward(dout, cache),)[0]

    x, y = rng.normal(size=3), rng.normal(size=3)
    assert check_gradients((forward, pair_backward), (x, y)) < 1e-8
    with pytest.raises(GradientMismatch, match=r"pair\[1\]"):
        check_gradients((forward, lambda d, c: (d * c.W, -d * c.x)), (x, y))


def test_the_backward_is_found_by_name_given_as_pair_or_as_second_argument(rng):
    x = rng.normal(size=(2, 3)) + 3
    errors = {check_gradients(relu_forward, x), check_gradients((relu_forward, relu_backward), x)}
    assert errors == {check_gradients(relu_forward, relu_backward, x)}
    with pytest.raises(ValueError, match="NAME_forward with NAME_backward beside it"):
        check_gradients(softmax, x)
    with pytest.raises(ValueError, match="NAME_forward"):
        check_gradients("relu", x)


def test_random_operations_start_afresh_at_each_call(rng):
    generator = np.random.default_rng(5)
    state = generator.bit_generator.state
    assert check_gradients(affine.dropout_forward, rng.normal(size=(4, 3)), rate=0.5, rng=generator) < 1e-8
    assert generator.bit_generator.state == state


def test_integers_lists_and_single_precision_are_checked_in_double():
    assert check_gradients(losses.mse_forward, [[1, 2], [3, 4]], target=np.zeros((2, 2))) < 1e-8
    x = np.array([0.5, 1.5], np.float32)
    assert check_gradients(relu_forward, x) < 1e-8
    assert x.dtype == np.float32


def test_arrays_drawn_with_the_checkers_own_seed_do_not_hide_a_transpose():
    x, W = np.random.default_rng(3).normal(size=(2, 3, 3))
    with pytest.raises(GradientMismatch):
        check_gradients((product_forward, FAULTS["transposed result"][1]), x, W, seed=3)


def test_other_seeds_ask_other_questions(rng):
    seen = []

    def spying_backward(dout, cache):
        seen.append(dout.copy())
        return relu_backward(dout, cache)

    for seed in (0, 1):
        check_gradients((relu_forward, spying_backward), rng.normal(size=3), seed=seed)
    assert not np.allclose(*seen)


def test_a_fault_in_one_direction_needs_its_tolerance(square):
    backward = FAULTS["small factor"][1]
    assert check_gradients((product_forward, backward), *square, rtol=0.01) > 0


def test_an_empty_array_has_an_empty_gradient():
    assert check_gradients(relu_forward, np.zeros((0, 3))) == 0


def test_a_kink_is_named_as_what_it_is():
    with pytest.raises(
        GradientMismatch, match=r"x has a kink at index \(1,\), value 0: its slope is -?0 on the left"
    ) as at:
        check_gradients(relu_forward, np.array([1.0, 0.0, -2.0]))
    assert at.value.index == (1,) and at.value.analytic == 0
    left, right = at.value.slopes
    assert left == 0 and abs(right) > 0.01
    with pytest.raises(GradientMismatch, match="has a kink at index"):
        check_gradients(relu_forward, np.array([3e-6]))  # within the step
    with pytest.raises(GradientMismatch, match=r"has a kink .* equal values in max pooling"):
        check_gradients(max_pool2d_forward, np.ones((1, 1, 2, 2)), size=2)
    halfway = check_gradients(losses.mae_forward, np.array([1.0, 2.0]), target=np.array([1.0, 0.0]))
    assert halfway < 1e-9  # the middle of the two slopes, which is what a central difference sees


def test_a_wrong_slope_is_no_kink():
    def steep(dout, cache):
        return 3 * dout

    def other_side(dout, cache):
        return -dout

    for backward in (steep, other_side):
        with pytest.raises(GradientMismatch, match="is wrong, worst at index") as at:
            check_gradients((relu_forward, backward), np.array([0.0]))
        assert at.value.slopes is None
    curved = (lambda x: (x**2 * 1e4, x)), (lambda dout, x: 2.001e4 * dout * x)
    with pytest.raises(GradientMismatch, match="is wrong"):
        check_gradients(curved, np.array([1e-3, 1.0]))


@pytest.mark.parametrize("size", [1e3, 1e6, 1e8])
def test_large_numbers_are_checked_with_a_step_of_their_size(size, rng):
    x, W, b = size * rng.normal(size=(5, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
    for arrays in ((x, W, b), (x / size, size * W, b), (x / size, W, size * b)):
        assert check_gradients(affine.affine_forward, *arrays) < 1e-5 * size
    z = np.round(size) + rng.normal(size=(3, 4))
    if size < 1e8:  # there, what is left of a difference of 1 has seven digits
        assert check_gradients(softmax_forward, z) < 1e-5


def test_large_numbers_hide_no_fault(rng):
    x, W, b = 1e6 * rng.normal(size=(5, 4)), rng.normal(size=(4, 4)), rng.normal(size=4)

    def off(dout, cache):
        dx, dW, db = affine.affine_backward(dout, cache)
        return dx * 1.0001, dW, db

    def turned(dout, cache):
        dx, dW, db = affine.affine_backward(dout, cache)
        return dx, dW.T, db

    for backward, name in ((off, "x"), (turned, "W")):
        with pytest.raises(GradientMismatch, match=f"gradient of {name} is wrong"):
            check_gradients((affine.affine_forward, backward), x, W, b)


class TestNumericalGradient:
    def test_of_a_known_function(self, rng):
        x = rng.normal(size=(2, 3))
        np.testing.assert_allclose(numerical_gradient(lambda z: np.sin(z).sum(), x), np.cos(x), rtol=1e-8)

    def test_the_argument_stays_as_it_is_even_if_the_function_changes_its_own(self):
        x = np.array([1.0, 2.0], np.float32)

        def vandal(z):
            z *= 2
            return (z**2).sum()

        np.testing.assert_allclose(numerical_gradient(vandal, x), [8, 16], rtol=1e-6)
        np.testing.assert_array_equal(x, np.array([1, 2], np.float32))

    @pytest.mark.parametrize("x", [3.0, 3, np.float32(3)])
    def test_of_a_single_number(self, x):
        slope = numerical_gradient(lambda z: z**2, x)
        assert isinstance(slope, np.float64)
        assert slope == pytest.approx(6)

    def test_the_error_falls_with_the_square_of_the_step(self):
        errors = [abs(numerical_gradient(np.exp, 1.0, eps) - np.e) for eps in (1e-1, 1e-2, 1e-3)]
        assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)
        assert errors[1] / errors[2] == pytest.approx(100, rel=0.01)

    def test_what_it_refuses(self):
        with pytest.raises(ValueError, match=r"f must return one number, but it returned shape \(2,\)"):
            numerical_gradient(lambda z: z, np.ones(2))
        with pytest.raises(ValueError, match="eps must be positive"):
            numerical_gradient(np.sum, np.ones(2), eps=0)
