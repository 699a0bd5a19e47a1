"""One small network, trained for some steps here, in PyTorch and in Keras: the same numbers come out."""

import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils.layers import LSTM, BatchNorm, Bidirectional, Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sequential
from course_utils.losses import cross_entropy_backward, cross_entropy_forward
from course_utils.optim import SGD

keras = tf.keras
pytestmark = pytest.mark.usefixtures("threads")
STEPS = 4


@pytest.fixture
def digits_like(rng):
    """Images (6, 2, 7, 6) and labels."""
    return rng.normal(size=(6, 2, 7, 6)), np.array([0, 2, 1, 1, 0, 2])


@pytest.fixture
def model(rng):
    return Sequential(
        Conv2D(2, 4, 3, rng, pad=1), BatchNorm(4), ReLU(), MaxPool2D(2), Flatten(), Dense(4 * 3 * 3, 3, rng)
    )


def ours(model, x, labels):
    """Loss of every step."""
    seen, optimizer = [], SGD(lr=0.1, momentum=0.9)
    state = optimizer.init(model.params)
    for _ in range(STEPS):
        out, cache = model.forward(x)
        loss, loss_cache = cross_entropy_forward(out, labels=labels)
        _, grads = model.backward(cross_entropy_backward(1.0, loss_cache), cache)
        model.params, state = optimizer.step(model.params, grads, state)
        seen.append(float(loss))
    return seen


def test_pytorch_learns_the_same(model, digits_like):
    x, labels = digits_like
    peer = torch.nn.Sequential(
        torch.nn.Conv2d(2, 4, 3, padding=1), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Flatten(), torch.nn.Linear(36, 3),
    ).double()  # fmt: skip
    start = [model.params["0.K"], model.params["0.b"], np.ones(4), np.zeros(4), model.params["5.W"].T, np.zeros(3)]
    with torch.no_grad():
        for parameter, value in zip(peer.parameters(), start, strict=True):
            parameter.copy_(torch.tensor(value))
    optimizer = torch.optim.SGD(peer.parameters(), lr=0.1, momentum=0.9)
    theirs = []
    for _ in range(STEPS):
        loss = torch.nn.functional.cross_entropy(peer(torch.tensor(x)), torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        theirs.append(loss.item())
    np.testing.assert_allclose(ours(model, x, labels), theirs, rtol=1e-9)
    np.testing.assert_allclose(model.state["1.variance"], peer[1].running_var.numpy(), rtol=1e-9)
    peer.eval()
    np.testing.assert_allclose(model.predict(x), peer(torch.tensor(x)).detach().numpy(), rtol=1e-8, atol=1e-10)


def test_keras_learns_the_same(model, digits_like):
    x, labels = digits_like
    peer = keras.Sequential([
        keras.layers.Conv2D(4, 3, padding="same", dtype="float64"),
        keras.layers.BatchNormalization(epsilon=1e-5, momentum=0.9, dtype="float64"),
        keras.layers.ReLU(dtype="float64"),
        keras.layers.MaxPooling2D(2, dtype="float64"),
        keras.layers.Permute((3, 1, 2), dtype="float64"),  # channels before places, as we flatten them
        keras.layers.Flatten(dtype="float64"),
        keras.layers.Dense(3, dtype="float64"),
    ])  # fmt: skip
    images = tf.constant(x.transpose(0, 2, 3, 1))
    peer.build(images.shape)
    kernel = model.params["0.K"].transpose(2, 3, 1, 0)
    start = [kernel, np.zeros(4), np.ones(4), np.zeros(4), np.zeros(4), np.ones(4), model.params["5.W"], np.zeros(3)]
    peer.set_weights(start)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    theirs = []
    for _ in range(STEPS):
        with tf.GradientTape() as tape:
            loss = loss_function(labels, peer(images, training=True))
        optimizer.apply(tape.gradient(loss, peer.trainable_variables), peer.trainable_variables)
        theirs.append(float(loss))
    np.testing.assert_allclose(ours(model, x, labels), theirs, rtol=1e-6)


def test_a_bidirectional_lstm_over_padded_sequences_is_pytorchs_over_packed_ones(rng):
    lengths = np.array([5, 2, 3])
    x, mask = rng.normal(size=(3, 5, 4)), np.arange(5) < lengths[:, None]
    model = Bidirectional(LSTM(4, 3, rng, state=True), LSTM(4, 3, rng, state=True))
    peer = torch.nn.LSTM(4, 3, batch_first=True, bidirectional=True).double()
    with torch.no_grad():
        for side, end in (("forwards", ""), ("backwards", "_reverse")):
            for name, value in (("ih", "W"), ("hh", "U")):
                getattr(peer, f"weight_{name}_l0{end}").copy_(torch.tensor(model.params[f"{side}.{value}"].T))
            getattr(peer, f"bias_ih_l0{end}").copy_(torch.tensor(model.params[f"{side}.b"]))
            getattr(peer, f"bias_hh_l0{end}").zero_()
    zeros = np.zeros((3, 3))
    (h, lasts), cache = model.forward((x, ((zeros, zeros), (zeros, zeros))), mask=mask)
    given = torch.tensor(x, requires_grad=True)
    packed = torch.nn.utils.rnn.pack_padded_sequence(given, lengths, batch_first=True, enforce_sorted=False)
    out, (h_n, c_n) = peer(packed)
    out, _ = torch.nn.utils.rnn.pad_packed_sequence(out, batch_first=True)
    np.testing.assert_allclose(h * mask[..., None], out.detach(), rtol=1e-12, atol=1e-14)
    for side in (0, 1):
        for ours, theirs in zip(lasts[side], (h_n[side], c_n[side]), strict=True):
            np.testing.assert_allclose(ours, theirs.detach(), rtol=1e-12)
    dout = rng.normal(size=h.shape) * mask[..., None]
    out.backward(torch.tensor(dout))
    (dx, _), grads = model.backward((dout, ((zeros, zeros), (zeros, zeros))), cache)
    np.testing.assert_allclose(dx, given.grad, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(grads["backwards.U"], peer.weight_hh_l0_reverse.grad.T, rtol=1e-10, atol=1e-13)
