"""Whole models against finite differences: that layers hand on what backpropagation needs."""

import numpy as np
import pytest

from course_utils import layers
from course_utils.gradcheck import GradientMismatch, check_gradients
from course_utils.layers import (
    GELU,
    GRU,
    LSTM,
    RNN,
    AvgPool2D,
    BatchNorm,
    Bidirectional,
    Conv1D,
    Conv2D,
    ConvTranspose2D,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePool,
    LastStep,
    LayerNorm,
    LeakyReLU,
    MaxPool2D,
    MeanOverTime,
    Parallel,
    Residual,
    RMSNorm,
    Sequential,
    Sigmoid,
    Stacked,
    Tanh,
    Unembedding,
)

rng = np.random.default_rng(17)


def as_operation(model):
    """(x, params) -> out, and its backward: a model in the form that the check takes."""

    def forward(x, params):
        model.params = params
        return model.forward(x)

    return forward, model.backward


MODELS = {
    "dense": (Sequential(Dense(3, 4, rng), Tanh(), LayerNorm(4), Dense(4, 2, rng), Sigmoid()), (2, 3)),
    "dense, batch norm": (Sequential(Dense(3, 2, rng), BatchNorm(2), GELU()), (5, 3)),
    "images": (
        Sequential(Conv2D(2, 2, 2, rng, stride=2, pad=1), LeakyReLU(), MaxPool2D(2), Flatten(), Dense(4, 2, rng)),
        (2, 2, 5, 6),
    ),
    "sequence to label": (Sequential(LSTM(2, 3, rng), LastStep(), Dense(3, 2, rng)), (2, 3, 2)),
    "sequence to sequence": (Sequential(RNN(2, 3, rng), GRU(3, 2, rng), Dense(2, 2, rng)), (1, 3, 2)),
    "nested": (Sequential(Sequential(Dense(2, 3, rng), Tanh()), Sequential(Dense(3, 1, rng))), (2, 2)),
}

SQUARE, SQUARE2 = Dense(3, 3, rng), Dense(2, 2, rng)
MODELS |= {
    "residual": (Sequential(Residual(Sequential(Dense(3, 3, rng), Tanh())), Dense(3, 2, rng)), (2, 3)),
    "residual, another way": (Residual(Sequential(Dense(3, 2, rng), Tanh()), shortcut=Dense(3, 2, rng)), (2, 3)),
    "side by side": (Parallel(Sequential(Dense(3, 2, rng), Tanh()), GELU(), merge="concat"), (2, 3)),
    "side by side, rows": (Parallel(Dense(3, 2, rng), Dense(3, 2, rng), merge="concat", axis=0), (2, 3)),
    "up again": (
        Sequential(Conv2D(1, 2, 3, rng, pad=1), AvgPool2D(2), ConvTranspose2D(2, 1, 4, rng, stride=2, pad=1)),
        (2, 1, 4, 6),
    ),
    "channels to labels": (Sequential(Conv2D(1, 2, 3, rng), GlobalAveragePool(), RMSNorm(2)), (2, 1, 5, 4)),
    "sequence of channels": (Sequential(Conv1D(2, 3, 3, rng, pad=1), BatchNorm(3), Tanh(), Flatten()), (2, 2, 4)),
    "a sum": (Parallel(SQUARE, Tanh(), merge="sum"), (2, 3)),
    "one layer twice": (Sequential(SQUARE, Tanh(), Sequential(SQUARE)), (2, 3)),
}  # fmt: skip


def test_several_inputs_and_outputs():
    model = Sequential(
        Parallel(Dense(3, 2, rng), Dense(2, 2, rng), split=True),
        Tanh(),
        Parallel(SQUARE2, Dense(2, 1, rng), merge=None),
    )
    assert check_gradients(as_operation(model), (rng.normal(size=(2, 3)), rng.normal(size=(2, 2))), model.params) < 1e-6


def test_a_tied_embedding():
    embedding = Embedding(4, 3, rng)
    model, ids = Sequential(embedding, Tanh(), Unembedding(embedding)), np.array([[0, 3, 3], [1, 0, 2]])

    def forward(params):
        model.params = params
        return model.forward(ids)

    assert check_gradients((forward, lambda dout, cache: model.backward(dout, cache)[1]), model.params) < 1e-6


@pytest.mark.parametrize("name", MODELS)
def test_models(name):
    model, shape = MODELS[name]
    assert check_gradients(as_operation(model), rng.normal(size=shape), model.params) < 1e-6


def test_dropout_with_the_same_draw_at_each_call():
    model = Sequential(Dense(3, 4, rng), layers.Dropout(0.5, rng), Dense(4, 2, rng))

    def forward(x, params):
        model.params, model.layers[1].generators = params, [np.random.default_rng(3)]
        return model.forward(x)

    assert check_gradients((forward, model.backward), rng.normal(size=(4, 3)), model.params) < 1e-6


def test_an_embedding_at_the_bottom():
    model = Sequential(Embedding(4, 2, rng), LSTM(2, 2, rng), Dense(2, 3, rng))

    def forward(params, *, ids):
        model.params = params
        return model.forward(ids)

    def backward(dout, cache):
        return model.backward(dout, cache)[1]

    assert check_gradients((forward, backward), model.params, ids=np.array([[0, 2, 2], [3, 0, 1]])) < 1e-6


def test_a_layer_that_forgets_its_input_gradient_is_caught():
    class Careless(Tanh):
        def backward(self, dout, cache):
            return dout, {}

    model = Sequential(Dense(2, 3, rng), Careless(), Dense(3, 1, rng))
    with pytest.raises(GradientMismatch):
        check_gradients(as_operation(model), rng.normal(size=(2, 2)), model.params)


MASK = np.array([[True, True, False], [True, True, True]])


def with_options(model, **options):
    """The same form, with a mask."""

    def forward(x, params):
        model.params = params
        return model.forward(x, **options)

    return forward, model.backward


def sequence(*shape):
    return rng.normal(size=shape)


TWO = (sequence(2, 2), sequence(2, 2))
RECURRENT = {
    "rnn, state": (RNN(3, 2, rng, state=True), (sequence(2, 3, 3), sequence(2, 2))),
    "lstm, state": (LSTM(3, 2, rng, state=True), (sequence(2, 3, 3), TWO)),
    "gru, state": (GRU(3, 2, rng, state=True), (sequence(2, 3, 3), sequence(2, 2))),
    "gru, state, no steps": (GRU(3, 2, rng, state=True), (sequence(2, 0, 3), sequence(2, 2))),
    "bidirectional": (Sequential(Bidirectional(LSTM(3, 2, rng), GRU(3, 2, rng)), Dense(4, 2, rng)), sequence(2, 3, 3)),
    "bidirectional, states": (
        Bidirectional(GRU(3, 2, rng, state=True), LSTM(3, 2, rng, state=True)),
        (sequence(2, 3, 3), (sequence(2, 2), TWO)),
    ),
    "stacked": (
        Stacked(LSTM(3, 2, rng, state=True), GRU(2, 2, rng, state=True)), (sequence(2, 3, 3), (TWO, sequence(2, 2)))
    ),
    "mean over time": (Sequential(RNN(3, 2, rng), MeanOverTime()), sequence(2, 3, 3)),
    "last step": (Sequential(RNN(3, 2, rng), LastStep()), sequence(2, 3, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", RECURRENT)
@pytest.mark.parametrize("masked", [False, True])
def test_recurrent_models(name, masked):
    model, x = RECURRENT[name]
    if "no steps" in name and masked:
        mask = np.ones((2, 0), bool)
    else:
        mask = MASK if masked else None
    assert check_gradients(with_options(model, mask=mask), x, model.params) < 1e-6
