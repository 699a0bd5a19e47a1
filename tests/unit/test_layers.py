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
    Bidirectional,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    LastStep,
    Layer,
    MaxPool2D,
    Parallel,
    ReLU,
    Residual,
    Sequential,
    Stacked,
    Tanh,
    Unembedding,
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


class TestSharing:
    def test_a_layer_in_two_places_has_one_name_and_the_sum_of_both_gradients(self, rng):
        dense = Dense(2, 2, rng)
        model = Sequential(dense, Tanh(), Sequential(Tanh(), dense), dense)
        assert list(model.params) == ["0.W", "0.b"]
        apart = Sequential(Dense(2, 2, rng), Tanh(), Tanh(), Dense(2, 2, rng), Dense(2, 2, rng))
        apart.params = {f"{i}.{name}": p for i in (0, 3, 4) for name, p in dense.params.items()}
        x = rng.normal(size=(3, 2))
        (out, cache), (other, other_cache) = model.forward(x), apart.forward(x)
        np.testing.assert_array_equal(out, other)
        (_, grads), (_, each) = model.backward(out, cache), apart.backward(out, other_cache)
        for name in ("W", "b"):
            np.testing.assert_allclose(grads[f"0.{name}"], sum(each[f"{i}.{name}"] for i in (0, 3, 4)), rtol=1e-12)

    def test_new_parameters_reach_every_place(self, rng):
        dense = Dense(2, 2, rng)
        model = Sequential(dense, dense)
        model.params = {"0.W": 2 * np.eye(2), "0.b": np.zeros(2)}
        np.testing.assert_array_equal(model.forward(np.ones((1, 2)))[0], [[4.0, 4.0]])

    def test_a_tied_embedding_is_one_parameter(self, rng):
        embedding = Embedding(5, 3, rng)
        model = Sequential(embedding, Dense(3, 3, rng), Unembedding(embedding))
        assert list(model.params) == ["0.table", "1.W", "1.b"]
        model.params = {name: p + 1 for name, p in model.params.items()}
        assert model.layers[2].params["table"] is embedding.params["table"]
        ids = np.array([0, 4])
        out, cache = model.forward(ids)
        table = embedding.params["table"]
        np.testing.assert_allclose(out, model.layers[1].forward(table[ids])[0] @ table.T)
        assert list(model.backward(out, cache)[1]) == ["0.table", "1.W", "1.b"]

    def test_running_statistics_and_generators_of_a_shared_layer_are_kept_once(self, rng):
        norm, drop = BatchNorm(2), Dropout(0.5, rng)
        model = Sequential(norm, drop, norm, drop)
        assert list(model.state) == ["0.mean", "0.variance"] and model.generators == [rng]


class TestBranches:
    def test_a_residual_adds_what_it_leaves_out(self, rng):
        x = rng.normal(size=(2, 3))
        inner, way = Dense(3, 4, rng), Dense(3, 4, rng)
        np.testing.assert_allclose(Residual(Tanh()).forward(x)[0], x + np.tanh(x))
        model = Residual(inner, shortcut=way)
        assert list(model.params) == ["inner.W", "inner.b", "shortcut.W", "shortcut.b"]
        np.testing.assert_allclose(model.forward(x)[0], inner.forward(x)[0] + way.forward(x)[0])
        with pytest.raises(ValueError, match=r"inner gives \(2, 4\) and the other way \(2, 3\): shortcut= takes"):
            Residual(inner).forward(x)

    def test_a_residual_changes_nothing_that_it_was_given(self, rng):
        x = rng.normal(size=(2, 3))
        kept = x.copy()
        out, _ = Residual(Flatten()).forward(x)
        out += 1
        np.testing.assert_array_equal(x, kept)

    def test_several_outputs_and_several_inputs(self, rng):
        x, z = rng.normal(size=(2, 3)), rng.normal(size=(2, 4))
        heads = Parallel(Dense(3, 1, rng), Dense(3, 5, rng), merge=None)
        a, b = heads.forward(x)[0]
        assert a.shape == (2, 1) and b.shape == (2, 5)
        both = Parallel(Dense(3, 2, rng), Dense(4, 2, rng), merge="concat", split=True)
        out, cache = both.forward((x, z))
        assert out.shape == (2, 4)
        (dx, dz), grads = both.backward(out, cache)
        assert dx.shape == x.shape and dz.shape == z.shape and list(grads) == ["0.W", "0.b", "1.W", "1.b"]

    @pytest.mark.parametrize(
        "model, x, message",
        [
            (lambda rng: Parallel(ReLU(), ReLU(), split=True), np.ones((2, 3)), "for each of 2 layers, but ndarray"),
            (lambda rng: Parallel(ReLU(), ReLU(), split=True), (np.ones(2),), "each of 2 layers, but 1 came"),
            (lambda rng: Parallel(Dense(2, 3, rng), ReLU()), np.ones((1, 2)), r"\(1, 2\)\], which merge='sum' cannot"),
            (lambda rng: Parallel(Flatten(), ReLU(), merge="concat"), np.ones((2, 3, 2)), "merge=.concat. cannot"),
        ],
    )  # fmt: skip
    def test_what_does_not_fit(self, rng, model, x, message):
        with pytest.raises(ValueError, match=message):
            model(rng).forward(x)
        with pytest.raises(ValueError, match="merge must be 'sum', 'concat' or None, but 'add' came"):
            Parallel(ReLU(), merge="add")


class Masked(Layer):
    """x where the mask says so."""

    def forward(self, x, training=True, *, mask=None):
        return x * mask, mask

    def backward(self, dout, cache):
        return dout * cache, {}


class TestOptions:
    def test_a_mask_goes_to_those_layers_that_take_one(self, rng):
        model = Sequential(Dense(2, 2, rng), Residual(Sequential(Tanh(), Masked())))
        assert model.options == {"mask"} and Sequential(ReLU()).options == set()
        x, mask = rng.normal(size=(3, 2)), np.array([[1.0, 0.0]])
        hidden = model.layers[0].forward(x)[0]
        np.testing.assert_allclose(model.forward(x, mask=mask)[0], hidden + mask * np.tanh(hidden))

    def test_an_option_that_nobody_takes(self, rng):
        with pytest.raises(TypeError, match="forward got lengths, which none of its layers takes; they take mask"):
            Sequential(ReLU(), Masked()).forward(np.ones(2), mask=1, lengths=3)
        with pytest.raises(TypeError, match="they take no options"):
            Sequential(ReLU()).forward(np.ones(2), mask=1)


def test_predict_takes_several_inputs(rng):
    model = Sequential(Parallel(Dense(3, 2, rng), Dense(4, 2, rng), split=True), ReLU())
    x = rng.normal(size=(7, 3)), rng.normal(size=(7, 4))
    np.testing.assert_allclose(model.predict(x, batch_size=3), model.forward(x, training=False)[0])


class TestRecurrentLayers:
    def test_a_sequence_read_in_two_pieces(self, rng):
        x, zeros = rng.normal(size=(2, 5, 3)), (np.zeros((2, 4)), np.zeros((2, 4)))
        layer = LSTM(3, 4, rng, state=True)
        (whole, last), _ = layer.forward((x, zeros))
        (first, between), _ = layer.forward((x[:, :2], zeros))
        (second, end), _ = layer.forward((x[:, 2:], between))
        np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, rtol=1e-12)
        np.testing.assert_allclose(end, last, rtol=1e-12)

    def test_stacked_layers_are_those_one_after_the_other(self, rng):
        layers_ = GRU(3, 4, rng, state=True), GRU(4, 2, rng, state=True)
        x, states = rng.normal(size=(2, 5, 3)), (rng.normal(size=(2, 4)), rng.normal(size=(2, 2)))
        (h, lasts), _ = Stacked(*layers_).forward((x, states))
        (between, first), _ = layers_[0].forward((x, states[0]))
        (want, second), _ = layers_[1].forward((between, states[1]))
        np.testing.assert_array_equal(h, want)
        for ours, theirs in zip(lasts, (first, second), strict=True):
            np.testing.assert_array_equal(ours, theirs)

    def test_backwards_a_sequence_is_read_from_its_own_end(self, rng):
        """Padding at the end must not be what the backward layer begins with."""
        x, mask = rng.normal(size=(2, 4, 3)), np.array([[True, True, False, False], [True] * 4])
        model = Bidirectional(GRU(3, 2, rng), GRU(3, 2, rng))
        out, _ = model.forward(x, mask=mask)
        np.testing.assert_allclose(out[0, :2], model.forward(x[:1, :2])[0][0], rtol=1e-12)

    def test_errors(self, rng):
        with pytest.raises(ValueError, match=r"takes the pair \(x, state\), but ndarray came"):
            GRU(3, 2, rng, state=True).forward(np.ones((2, 4, 3)))
        with pytest.raises(ValueError, match=r"the state of an LSTM is the pair \(h, c\), but ndarray came"):
            LSTM(3, 2, rng, state=True).forward((np.ones((2, 4, 3)), np.zeros((2, 2))))
        layer = GRU(3, 2, rng)
        with pytest.raises(ValueError, match="needs two layers, both with a state or both without"):
            Bidirectional(layer, layer)
        with pytest.raises(ValueError, match="needs two layers"):
            Bidirectional(layer, GRU(3, 2, rng, state=True))
        with pytest.raises(ValueError, match="others are stacked by Sequential"):
            Stacked(layer)
        with pytest.raises(ValueError, match="one for each of 1 layers, but 2 came"):
            Stacked(GRU(3, 2, rng, state=True)).forward((np.ones((2, 4, 3)), (np.zeros((2, 2)),) * 2))
