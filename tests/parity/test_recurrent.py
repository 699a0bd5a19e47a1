"""Recurrent networks against PyTorch and Keras: forward and backward, both precisions, odd shapes."""

import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils import recurrent

keras = tf.keras
pytestmark = pytest.mark.usefixtures("threads")
TOLERANCE = {"float32": {"rtol": 1e-4, "atol": 2e-5}, "float64": {"rtol": 1e-9, "atol": 1e-11}}
SIZES = [(3, 5, 4, 2), (1, 1, 1, 3), (2, 9, 3, 5)]  # N, T, D, H

each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])
each_size = pytest.mark.parametrize("sizes", SIZES, ids=str)


def normal(dtype, *shapes):
    rng = np.random.default_rng(5)
    return [rng.normal(size=s).astype(dtype) for s in shapes]


def shapes(sizes, gates, states, biases):
    N, T, D, H = sizes
    return (N, T, D), *[(N, H)] * states, (D, gates * H), (H, gates * H), *[(gates * H,)] * biases


def by_torch(f, arrays, douts):
    """Outputs, and gradients of Σ dout · output, of a function of tensors that returns a list of outputs."""
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    outs = f(*tensors)
    gradients = torch.autograd.grad(outs, tensors, [torch.tensor(d) for d in douts])
    return [a.detach().numpy() for a in (*outs, *gradients)]


def by_keras(f, arrays, douts):
    """The same for a function of TensorFlow tensors."""
    tensors = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        outs = f(*tensors)
    gradients = tape.gradient(outs, tensors, output_gradients=[tf.constant(d) for d in douts])
    return [a.numpy() for a in (*outs, *gradients)]


def agree(ours, theirs, dtype):
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == b.dtype == dtype
        np.testing.assert_allclose(a, b, **TOLERANCE[dtype])


def torch_layer(kind, sizes, dtype):
    """The layer as a function: weights and biases are arguments, so that gradients reach them."""
    _, _, D, H = sizes
    layer = getattr(torch.nn, kind)(D, H, batch_first=True, dtype=getattr(torch, dtype))

    def run(x, state, W, U, b_W, b_U=None):
        b_U = torch.zeros_like(b_W) if b_U is None else b_U
        weights = {"weight_ih_l0": W.T, "weight_hh_l0": U.T, "bias_ih_l0": b_W, "bias_hh_l0": b_U}
        return torch.func.functional_call(layer, weights, (x, state))

    return run


def keras_layer(kind, sizes, dtype, **options):
    N, T, D, H = sizes
    layer = getattr(keras.layers, kind)(H, return_sequences=True, return_state=True, dtype=dtype, **options)
    layer.build((N, T, D))

    def run(x, states, *weights):
        outs, _ = layer.stateless_call(list(weights), layer.non_trainable_variables, x, initial_state=states)
        return outs

    return run


@each_dtype
@each_size
def test_rnn(dtype, sizes):
    arrays = normal(dtype, *shapes(sizes, gates=1, states=1, biases=1))
    h, cache = recurrent.rnn_forward(*arrays)
    (dout,) = normal(dtype, h.shape)
    ours = [h, *recurrent.rnn_backward(dout, cache)]
    layer = torch_layer("RNN", sizes, dtype)
    agree(ours, by_torch(lambda x, h0, *w: [layer(x, h0[None], *w)[0]], arrays, [dout]), dtype)
    simple = keras_layer("SimpleRNN", sizes, dtype)
    agree(ours, by_keras(lambda x, h0, *w: [simple(x, [h0], *w)[0]], arrays, [dout]), dtype)


@each_dtype
@each_size
def test_lstm_has_the_block_order_of_both(dtype, sizes):
    arrays = normal(dtype, *shapes(sizes, gates=4, states=2, biases=1))
    (h, c), cache = recurrent.lstm_forward(*arrays)
    douts = normal(dtype, h.shape, c.shape)
    ours = [h, c, *recurrent.lstm_backward(tuple(douts), cache)]
    layer = torch_layer("LSTM", sizes, dtype)

    def torch_outputs(x, h0, c0, W, U, b):
        h, (_, c_T) = layer(x, (h0[None], c0[None]), W, U, b)
        return [h, c_T[0]]

    agree(ours, by_torch(torch_outputs, arrays, douts), dtype)
    lstm = keras_layer("LSTM", sizes, dtype)

    def keras_outputs(x, h0, c0, W, U, b):
        h, _, c_T = lstm(x, [h0, c0], W, U, b)
        return [h, c_T]

    agree(ours, by_keras(keras_outputs, arrays, douts), dtype)


@each_dtype
def test_lstm_cell(dtype):
    N, D, H = 3, 4, 2
    arrays = normal(dtype, (N, D), (N, H), (N, H), (D, 4 * H), (H, 4 * H), (4 * H,))
    (h, c), cache = recurrent.lstm_cell_forward(*arrays)
    douts = normal(dtype, h.shape, c.shape)
    ours = [h, c, *recurrent.lstm_cell_backward(tuple(douts), cache)]
    cell = torch.nn.LSTMCell(D, H, dtype=getattr(torch, dtype))

    def torch_outputs(x, h, c, W, U, b):
        weights = {"weight_ih": W.T, "weight_hh": U.T, "bias_ih": b, "bias_hh": torch.zeros_like(b)}
        return list(torch.func.functional_call(cell, weights, (x, (h, c))))

    agree(ours, by_torch(torch_outputs, arrays, douts), dtype)


@each_dtype
@each_size
def test_gru_has_pytorchs_block_order_and_keras_has_z_before_r(dtype, sizes):
    H = sizes[3]
    arrays = normal(dtype, *shapes(sizes, gates=3, states=1, biases=2))
    h, cache = recurrent.gru_forward(*arrays)
    (dout,) = normal(dtype, h.shape)
    ours = [h, *recurrent.gru_backward(dout, cache)]
    layer = torch_layer("GRU", sizes, dtype)
    agree(ours, by_torch(lambda x, h0, *w: [layer(x, h0[None], *w)[0]], arrays, [dout]), dtype)
    gru = keras_layer("GRU", sizes, dtype, reset_after=True)

    def z_first(w):
        return tf.concat([w[..., H : 2 * H], w[..., :H], w[..., 2 * H :]], axis=-1)

    def keras_outputs(x, h0, W, U, b_W, b_U):
        return [gru(x, [h0], z_first(W), z_first(U), tf.stack([z_first(b_W), z_first(b_U)]))[0]]

    agree(ours, by_keras(keras_outputs, arrays, [dout]), dtype)


@each_dtype
def test_gru_cell(dtype):
    N, D, H = 2, 3, 4
    arrays = normal(dtype, (N, D), (N, H), (D, 3 * H), (H, 3 * H), (3 * H,), (3 * H,))
    h, cache = recurrent.gru_cell_forward(*arrays)
    (dout,) = normal(dtype, h.shape)
    cell = torch.nn.GRUCell(D, H, dtype=getattr(torch, dtype))

    def torch_outputs(x, h, W, U, b_W, b_U):
        weights = {"weight_ih": W.T, "weight_hh": U.T, "bias_ih": b_W, "bias_hh": b_U}
        return [torch.func.functional_call(cell, weights, (x, h))]

    agree([h, *recurrent.gru_cell_backward(dout, cache)], by_torch(torch_outputs, arrays, [dout]), dtype)
