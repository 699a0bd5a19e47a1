"""What must be true of every model, tried on models that nobody chose."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.layers import BatchNorm, Dense, LayerNorm, ReLU, Sequential, Tanh

few = settings(max_examples=40, deadline=None, derandomize=True)


@st.composite
def models(draw):
    """A stack of dense layers with whatever between them, and data for it."""
    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    stack = []
    for D_in, D_out in pairwise(widths):
        between = draw(st.sampled_from([ReLU, Tanh, lambda D=D_out: BatchNorm(D), lambda D=D_out: LayerNorm(D)]))
        stack += [Dense(D_in, D_out, rng), between()]
    return Sequential(*stack), rng.normal(size=(draw(st.integers(2, 5)), widths[0]))


@few
@given(models(), st.integers(1, 6))
def test_predictions_do_not_depend_on_who_comes_along(case, batch_size):
    model, x = case
    np.testing.assert_allclose(model.predict(x, batch_size), model.predict(x), atol=1e-12)


@few
@given(models())
def test_a_model_is_its_parameters_and_state(case):
    model, x = case
    model.forward(x)
    params, state = model.params, model.state
    expected = model.predict(x)
    model.params = {name: np.zeros_like(p) for name, p in params.items()}
    model.forward(x)
    model.params, model.state = params, state
    np.testing.assert_array_equal(model.predict(x), expected)


@few
@given(models(), st.data())
def test_a_model_cut_in_two_is_the_model(case, data):
    model, x = case
    cut = data.draw(st.integers(1, len(model.layers) - 1))
    nested = Sequential(Sequential(*model.layers[:cut]), Sequential(*model.layers[cut:]))
    np.testing.assert_array_equal(nested.predict(x), model.predict(x))
    out, cache = model.forward(x)
    nested_out, nested_cache = nested.forward(x)
    np.testing.assert_array_equal(nested_out, out)
    (dx, grads), (nested_dx, nested_grads) = model.backward(out, cache), nested.backward(out, nested_cache)
    np.testing.assert_array_equal(nested_dx, dx)
    for a, b in zip(nested_grads.values(), grads.values(), strict=True):
        np.testing.assert_array_equal(a, b)
