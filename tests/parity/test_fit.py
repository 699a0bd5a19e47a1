"""Whole models, their gradients checked, trained by `fit` for three steps: PyTorch's losses and parameters."""

import numpy as np
import pytest
import torch

from course_utils.generative import (
    discriminator_loss_backward,
    discriminator_loss_forward,
    generator_loss_backward,
    generator_loss_forward,
)
from course_utils.gradcheck import numerical_gradient
from course_utils.layers import (
    LSTM,
    BatchNorm,
    Bidirectional,
    Conv2D,
    Dense,
    GlobalAveragePool,
    LeakyReLU,
    MeanOverTime,
    ReLU,
    Residual,
    Sequential,
)
from course_utils.losses import cross_entropy_backward, cross_entropy_forward
from course_utils.optim import SGD, Adam
from course_utils.train import fit

pytestmark = pytest.mark.usefixtures("threads")
STEPS = 3
F = torch.nn.functional


def tensors(params):
    """Our parameters as PyTorch's leaves, under our names."""
    return {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}


def trained_by_torch(weights, losses, optimizers):
    """The losses of three steps; `losses` name -> function of nothing, taken in turns, each with its optimiser."""
    seen = []
    for _ in range(STEPS):
        for name, loss in losses.items():
            value = loss()
            for tensor in weights:
                tensor.grad = None
            value.backward()
            optimizers[name].step()
            seen.append(value.item())
    return seen


def assert_equal(params, peer):
    for name, value in params.items():
        np.testing.assert_allclose(value, peer[name].detach().numpy(), rtol=1e-7, atol=1e-9, err_msg=name)


def assert_checked(model, grads, value, rng, per_array=4):
    """Of every parameter some elements: their gradients are the slopes of `value()`."""
    params = model.params
    assert set(grads) == set(params)
    for name, array in params.items():
        places = rng.choice(array.size, size=min(per_array, array.size), replace=False)

        def along(delta, name=name, array=array, places=places):
            moved = array.copy()
            moved.flat[places] += delta
            model.params = params | {name: moved}
            return value()

        slopes = numerical_gradient(along, np.zeros(len(places)))
        np.testing.assert_allclose(grads[name].flat[places], slopes, rtol=1e-5, atol=1e-7, err_msg=name)
    model.params = params


def supervised(model, x, labels, rng):
    """Check the gradients at the start, then train: the losses of three steps."""

    def value():
        return float(cross_entropy_forward(model.forward(**x)[0], labels=labels)[0])

    before = model.state
    out, cache = model.forward(**x)
    _, loss_cache = cross_entropy_forward(out, labels=labels)
    assert_checked(model, model.backward(cross_entropy_backward(1.0, loss_cache), cache)[1], value, rng)
    model.state = before  # forward passes move running statistics
    seen = []
    options = {"batch_size": len(labels), "on_step": lambda step: seen.append(step.loss), "progress": False}
    unmoved = iter([(x, labels)] * STEPS)
    fit(model, lambda rng: unmoved, "cross_entropy", SGD(0.1, momentum=0.9), 1, rng, **options)
    return seen


def test_a_residual_network(rng):
    inner = Sequential(Conv2D(3, 4, 3, rng, stride=2, pad=1), BatchNorm(4), ReLU(), Conv2D(4, 4, 3, rng, pad=1))
    blocks = [Residual(inner, shortcut=Conv2D(3, 4, 1, rng, stride=2)), BatchNorm(4), ReLU()]
    model = Sequential(
        Conv2D(2, 3, 3, rng, pad=1), BatchNorm(3), ReLU(), *blocks, GlobalAveragePool(), Dense(4, 3, rng)
    )
    x, labels = rng.normal(size=(6, 2, 7, 6)), rng.integers(3, size=6)
    p = tensors(model.params)
    statistics = {name: torch.tensor(value.copy()) for name, value in model.state.items()}

    def conv(h, at, **options):
        return F.conv2d(h, p[f"{at}.K"], p[f"{at}.b"], **options)

    def norm(h, at):
        running = (statistics[f"{at}.mean"], statistics[f"{at}.variance"])
        return F.relu(F.batch_norm(h, *running, p[f"{at}.gamma"], p[f"{at}.beta"], training=True))

    def loss():
        h = norm(conv(torch.tensor(x), "0", padding=1), "1")
        inner = conv(norm(conv(h, "3.inner.0", stride=2, padding=1), "3.inner.1"), "3.inner.3", padding=1)
        h = norm(inner + conv(h, "3.shortcut", stride=2), "4").mean(dim=(2, 3))
        return F.cross_entropy(h @ p["7.W"] + p["7.b"], torch.tensor(labels))

    ours = supervised(model, {"x": x}, labels, rng)
    optimizer = torch.optim.SGD(p.values(), lr=0.1, momentum=0.9)
    np.testing.assert_allclose(ours, trained_by_torch(p.values(), {"": loss}, {"": optimizer}), rtol=1e-9)
    assert_equal(model.params, p)
    for name, value in model.state.items():
        np.testing.assert_allclose(value, statistics[name].numpy(), rtol=1e-9, err_msg=name)


def test_a_bidirectional_lstm_with_masks(rng):
    both = Bidirectional(LSTM(3, 4, rng), LSTM(3, 4, rng))
    model = Sequential(both, MeanOverTime(), Dense(8, 2, rng))
    x, labels, lengths = rng.normal(size=(5, 6, 3)), rng.integers(2, size=5), np.array([6, 1, 3, 2, 5])
    mask = np.arange(6) < lengths[:, None]
    p = tensors(model.params)

    def read(side, t, order):
        """Hidden states of one direction, of one example without its padding."""
        W, U, b = (p[f"0.{side}.{name}"] for name in "WUb")
        h, c, found = torch.zeros(4).double(), torch.zeros(4).double(), {}
        for place in order:
            i, f, g, o = (t[place] @ W + h @ U + b).chunk(4)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = found[place] = torch.sigmoid(o) * torch.tanh(c)
        return torch.stack([found[place] for place in range(len(order))])

    def loss():
        means = []
        for example, length in zip(torch.tensor(x), lengths, strict=True):
            order = range(length)
            sides = [read("forwards", example, order), read("backwards", example, order[::-1])]
            means.append(torch.cat(sides, dim=1).mean(dim=0))
        return F.cross_entropy(torch.stack(means) @ p["2.W"] + p["2.b"], torch.tensor(labels))

    ours = supervised(model, {"x": x, "mask": mask}, labels, rng)
    optimizer = torch.optim.SGD(p.values(), lr=0.1, momentum=0.9)
    np.testing.assert_allclose(ours, trained_by_torch(p.values(), {"": loss}, {"": optimizer}), rtol=1e-9)
    assert_equal(model.params, p)


class Game:
    """Two networks and the noise that both losses of a step see."""

    def __init__(self, rng):
        self.d = Sequential(Dense(2, 5, rng), LeakyReLU(), Dense(5, 1, rng))
        self.g = Sequential(Dense(3, 5, rng), LeakyReLU(), Dense(5, 2, rng))
        self.parts = {"d": self.d, "g": self.g}

    def d_loss(self, batch):
        real, z = batch
        logits, cache = self.d.forward(np.concatenate([real, self.g.forward(z)[0]]))
        loss, loss_cache = discriminator_loss_forward(*np.split(logits, [len(real)]))
        return float(loss), self.d.backward(np.concatenate(discriminator_loss_backward(1.0, loss_cache)), cache)[1]

    def g_loss(self, batch):
        fake, cache = self.g.forward(batch[1])
        logits, d_cache = self.d.forward(fake)
        loss, loss_cache = generator_loss_forward(logits)
        dfake, _ = self.d.backward(generator_loss_backward(1.0, loss_cache), d_cache)
        return float(loss), self.g.backward(dfake, cache)[1]


def test_two_networks_with_two_optimisers(rng):
    game, real, z = Game(rng), rng.normal(size=(6, 2)), rng.normal(size=(6, 3))
    losses = {"d": Game.d_loss, "g": Game.g_loss}
    for name, loss in losses.items():
        assert_checked(game.parts[name], loss(game, (real, z))[1], lambda: loss(game, (real, z))[0], rng)  # noqa: B023
    p = {name: tensors(part.params) for name, part in game.parts.items()}

    def network(name, h):
        h = F.leaky_relu(h @ p[name]["0.W"] + p[name]["0.b"])
        return h @ p[name]["2.W"] + p[name]["2.b"]

    def bce(logits, target):
        return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))

    def fake():
        return network("g", torch.tensor(z))

    theirs = {
        "d": lambda: bce(network("d", torch.tensor(real)), 1.0) + bce(network("d", fake().detach()), 0.0),
        "g": lambda: bce(network("d", fake()), 1.0),
    }
    peers = {"d": torch.optim.Adam(p["d"].values(), lr=0.01, betas=(0.5, 0.999)),
             "g": torch.optim.SGD(p["g"].values(), lr=0.1)}  # fmt: skip
    everything = [*p["d"].values(), *p["g"].values()]
    seen = []
    optimizers = {"d": Adam(0.01, betas=(0.5, 0.999)), "g": SGD(0.1)}
    shown = {"on_step": lambda step: seen.append(step.loss), "progress": False}
    fit(game, lambda rng: iter([(real, z)] * STEPS), losses, optimizers, 1, rng, **shown)
    np.testing.assert_allclose(seen, trained_by_torch(everything, theirs, peers), rtol=1e-9)
    for name, part in game.parts.items():
        assert_equal(part.params, p[name])
