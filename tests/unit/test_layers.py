"""Layers and models: what they hold, what they hand on, and what learners get wrong."""

import numpy as np
import pytest

from course_utils import layers
from course_utils.init import xavier_uniform
from course_utils.layers import (
    GRU,
    LSTM,
    RNN,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    LastStep,
    MaxPool2D,
    ReLU,
    Sequential,
)
from course_utils.recurrent import lstm_forward


@pytest.fixture
def cnn(rng):
    """Images (N, 1, 6, 8) to three scores."""
    return Sequential(
        Conv2D(1, 2, 3, rng, pad=1), BatchNorm(2), ReLU(), MaxPool2D(2), Flatten(), Dropout(0.5, rng), Dense(24, 3, rng)
    )


def test_flat_names_number_all_layers_from_zero(cnn):
    assert list(cnn.params) == ["0.K", "0.b", "1.gamma", "1.beta", "6.W", "6.b"]
    assert list(cnn.state) == ["1.mean", "1.variance"]
    assert cnn.generators == cnn.layers[5].generators
    outer = Sequential(cnn, ReLU())
    assert "0.6.W" in outer.params and "0.1.mean" in outer.state and outer.generators == cnn.generators


def test_a_step_takes_effect_by_assigning_params(rng, cnn):
    x = rng.normal(size=(4, 1, 6, 8))
    before, old = cnn.predict(x), cnn.params
    kept = {name: p.copy() for name, p in old.items()}
    cnn.params = {name: p + 0.1 for name, p in old.items()}
    assert not np.allclose(cnn.predict(x), before)
    assert all(np.array_equal(old[name], kept[name]) for name in kept)
    cnn.params = old
    np.testing.assert_array_equal(cnn.predict(x), before)


def test_backward_gives_every_parameter_its_gradient(rng, cnn):
    out, cache = cnn.forward(rng.normal(size=(4, 1, 6, 8)))
    dx, grads = cnn.backward(np.ones_like(out), cache)
    assert list(grads) == list(cnn.params)
    assert all(grads[name].shape == p.shape for name, p in cnn.params.items())
    assert dx.shape == (4, 1, 6, 8)


def test_a_list_of_layers_is_a_model_too(rng):
    dense = Dense(2, 1, rng)
    assert Sequential([dense, ReLU()]).params["0.W"] is dense.params["W"]


def test_predict_is_forward_without_training_in_batches_of_any_size(rng, cnn):
    x = rng.normal(size=(7, 1, 6, 8))
    expected, _ = cnn.forward(x, training=False)
    for size in (1, 3, 7, 100):
        np.testing.assert_allclose(cnn.predict(x, batch_size=size), expected, atol=1e-12)
    assert cnn.predict(x[:0]).shape == (0, 3)


def test_only_training_draws_and_counts(rng, cnn):
    x = rng.normal(5, 2, size=(40, 1, 6, 8))
    state, drawn = cnn.state, cnn.generators[0].bit_generator.state
    cnn.predict(x)
    assert cnn.state == state and cnn.generators[0].bit_generator.state == drawn
    cnn.forward(x)
    assert not np.array_equal(cnn.state["1.mean"], state["1.mean"])
    assert cnn.generators[0].bit_generator.state != drawn
    assert (state["1.mean"] == 0).all(), "the old statistics are replaced, not changed"


def test_batch_norm_comes_to_know_its_data(rng):
    layer = BatchNorm(2)
    for _ in range(100):
        layer.forward(rng.normal([3, -1], [2, 0.5], size=(64, 2)))
    np.testing.assert_allclose(layer.state["mean"], [3, -1], atol=0.2)
    np.testing.assert_allclose(layer.state["variance"], [4, 0.25], rtol=0.2)
    out, _ = layer.forward(np.array([[3.0, -1.0]]), training=False)
    np.testing.assert_allclose(out, 0, atol=0.2)


def test_state_can_be_put_back(rng, cnn):
    kept = cnn.state
    cnn.forward(rng.normal(5, 2, size=(4, 1, 6, 8)))
    cnn.state = kept
    assert all(cnn.state[name] is value for name, value in kept.items())


@pytest.mark.parametrize(
    "layer, shape",
    [
        (lambda rng: Dense(4, 2, rng, dtype=np.float32), (3, 4)),
        (lambda rng: Dense(4, 2, rng, init=xavier_uniform, dtype=np.float32), (3, 5, 4)),
        (lambda rng: Conv2D(2, 3, (1, 2), rng, stride=2, dtype=np.float32), (2, 2, 4, 4)),
        (lambda rng: BatchNorm(3, dtype=np.float32), (4, 3)),
        (lambda rng: layers.LayerNorm(3, dtype=np.float32), (4, 3)),
        (lambda rng: RNN(3, 2, rng, dtype=np.float32), (2, 4, 3)),
        (lambda rng: LSTM(3, 2, rng, dtype=np.float32), (2, 4, 3)),
        (lambda rng: GRU(3, 2, rng, dtype=np.float32), (2, 4, 3)),
        (lambda rng: Sequential(Dropout(0.5, rng), Flatten(), layers.GELU(), layers.Tanh()), (2, 3)),
        (lambda rng: Sequential(layers.Sigmoid(), layers.LeakyReLU(), MaxPool2D()), (1, 1, 2, 2)),
        (lambda rng: Sequential(LastStep(), layers.Layer()), (2, 4, 3)),
    ],
)
def test_single_precision_stays_single(rng, layer, shape):
    layer = layer(rng)
    out, cache = layer.forward(rng.normal(size=shape).astype(np.float32))
    dx, grads = layer.backward(out, cache)
    assert {a.dtype for a in (out, dx, *grads.values(), *layer.state.values())} == {np.dtype(np.float32)}
    assert dx.shape == shape and hasattr(cache, "_fields")


def test_an_embedding_has_a_gradient_for_its_table_alone(rng):
    layer = Embedding(5, 3, rng, dtype=np.float32)
    out, cache = layer.forward(np.array([[1, 1, 4]]))
    dx, grads = layer.backward(np.ones_like(out), cache)
    assert dx is None and out.dtype == grads["table"].dtype == np.float32
    np.testing.assert_array_equal(grads["table"].sum(axis=1), [0, 6, 0, 0, 3])


def test_recurrent_layers_begin_at_zero_and_the_lstm_with_an_open_forget_gate(rng):
    layer = LSTM(3, 2, rng, forget_bias=2.0)
    np.testing.assert_array_equal(layer.params["b"], [0, 0, 2, 2, 0, 0, 0, 0])
    x, zeros = rng.normal(size=(2, 4, 3)), np.zeros((2, 2))
    (h, _), _ = lstm_forward(x, zeros, zeros, *layer.params.values())
    np.testing.assert_array_equal(layer.forward(x)[0], h)
    for block in np.split(layer.params["U"], 4, axis=1):
        np.testing.assert_allclose(block.T @ block, np.eye(2), atol=1e-12)


def test_the_last_step_gets_all_of_the_gradient(rng):
    layer = LastStep()
    out, cache = layer.forward(rng.normal(size=(2, 4, 3)))
    dx, _ = layer.backward(out, cache)
    assert not dx[:, :-1].any()
    np.testing.assert_array_equal(dx[:, -1], out)


class TestErrors:
    def test_a_model_of_nothing_or_of_things_that_are_no_layers(self, rng):
        with pytest.raises(ValueError, match="at least one layer"):
            Sequential()
        with pytest.raises(TypeError, match=r"layer 1 must be a layer.*brackets forgotten"):
            Sequential(Dense(2, 1, rng), ReLU)
        with pytest.raises(TypeError, match="layer 0 must be a layer"):
            Sequential(np.tanh, ReLU())

    def test_the_same_layer_twice(self, rng):
        dense = Dense(2, 2, rng)
        with pytest.raises(ValueError, match=r"layer 2 \(Dense\) stands in the model twice"):
            Sequential(dense, ReLU(), dense)

    def test_the_layer_that_complains_is_named(self, rng):
        model = Sequential(Dense(2, 3, rng), ReLU(), Dense(4, 1, rng))
        with pytest.raises(ValueError, match=r"as many columns in x as W has rows") as caught:
            model.forward(np.ones((1, 2)))
        assert caught.value.__notes__ == ["in layer 2 of the model, Dense"]

    def test_parameters_of_another_model(self, rng, cnn):
        with pytest.raises(ValueError, match=r"params must have the names .*\['6\.b'\] are in one only: another model"):
            cnn.params = {name: p for name, p in cnn.params.items() if name != "6.b"}
        with pytest.raises(ValueError, match=r"params\['6\.W'\] must have shape \(24, 3\).*other sizes"):
            cnn.params = cnn.params | {"6.W": np.zeros((3, 24))}
        with pytest.raises(ValueError, match="state must have the names"):
            cnn.state = {}

    def test_a_rate_that_is_none_is_told_when_the_layer_is_made(self, rng):
        with pytest.raises(ValueError, match="rate must be in"):
            Dropout(1.0, rng)
        with pytest.raises(TypeError, match="rng must be a numpy Generator"):
            Dropout(0.5, 0)
        with pytest.raises(TypeError, match="rng must be a numpy Generator"):
            Dense(2, 2, 0)
