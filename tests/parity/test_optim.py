"""Optimisers go step by step where PyTorch's and Keras's go."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils import optim
from tests.parity.frameworks import DTYPES

pytestmark = pytest.mark.usefixtures("threads")
every_dtype = pytest.mark.parametrize("dtype", DTYPES)
STEPS = 12

PAIRS = {
    "SGD": (lambda lr: optim.SGD(lr), torch.optim.SGD, {}),
    "momentum": (lambda lr: optim.SGD(lr, momentum=0.8), torch.optim.SGD, {"momentum": 0.8}),
    "Nesterov and decay": (
        lambda lr: optim.SGD(lr, momentum=0.8, nesterov=True, weight_decay=0.1),
        torch.optim.SGD, {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1},
    ),
    "RMSprop": (lambda lr: optim.RMSprop(lr, rho=0.9), torch.optim.RMSprop, {"alpha": 0.9}),
    "Adam": (lambda lr: optim.Adam(lr, betas=(0.8, 0.95)), torch.optim.Adam, {"betas": (0.8, 0.95)}),
    "Adam, large eps": (lambda lr: optim.Adam(lr, eps=0.1), torch.optim.Adam, {"eps": 0.1}),
    "AdamW": (lambda lr: optim.AdamW(lr, weight_decay=0.2), torch.optim.AdamW, {"weight_decay": 0.2}),
}  # fmt: skip


def gradient(params, step):
    """A gradient that depends on the parameters and changes with the step, tiny entries among it."""
    return {name: (p * (1 + step % 3) + 0.1 * np.cos(step)).astype(p.dtype) for name, p in params.items()}


def start(dtype):
    rng = np.random.default_rng(4)
    return {"W": rng.normal(size=(3, 5)).astype(dtype), "b": np.array([1e-6, -1.0, 2.0], dtype)}


def our_run(opt, dtype):
    params = start(dtype)
    state, path = opt.init(params), []
    for step in range(STEPS):
        params, state = opt.step(params, gradient(params, step), state)
        path.append(params)
    return path


@every_dtype
@pytest.mark.parametrize("name", PAIRS)
def test_every_step_is_pytorchs(name, dtype):
    make, theirs, options = PAIRS[name]
    tensors = {k: torch.nn.Parameter(torch.tensor(p)) for k, p in start(dtype).items()}
    opt = theirs(tensors.values(), lr=0.05, **options)
    for step, ours in enumerate(our_run(make(0.05), dtype)):
        now = {k: p.detach().numpy().copy() for k, p in tensors.items()}
        for k, g in gradient(now, step).items():
            tensors[k].grad = torch.tensor(g)
        opt.step()
        for k, p in tensors.items():
            tolerance = {"rtol": 1e-5, "atol": 1e-6} if dtype == np.float32 else {"rtol": 1e-11, "atol": 1e-13}
            np.testing.assert_allclose(ours[k], p.detach().numpy(), **tolerance)


KERAS = {  # where the formulas agree; a small eps makes its place irrelevant
    "SGD": (lambda lr: optim.SGD(lr), lambda lr: keras.optimizers.SGD(lr)),
    "momentum": (lambda lr: optim.SGD(lr, momentum=0.8), lambda lr: keras.optimizers.SGD(lr, momentum=0.8)),
    "Nesterov": (
        lambda lr: optim.SGD(lr, momentum=0.8, nesterov=True),
        lambda lr: keras.optimizers.SGD(lr, momentum=0.8, nesterov=True),
    ),
    "RMSprop": (lambda lr: optim.RMSprop(lr, eps=1e-12), lambda lr: keras.optimizers.RMSprop(lr, 0.99, epsilon=1e-24)),
    "Adam": (lambda lr: optim.Adam(lr, eps=1e-12), lambda lr: keras.optimizers.Adam(lr, epsilon=1e-12)),
    "AdamW": (
        lambda lr: optim.AdamW(lr, eps=1e-12, weight_decay=0.1),
        lambda lr: keras.optimizers.AdamW(lr, epsilon=1e-12, weight_decay=0.1),
    ),
}


@pytest.mark.parametrize("name", KERAS)
def test_every_step_is_keras(name):
    make, theirs = KERAS[name]
    variables = {k: tf.Variable(p) for k, p in start(np.float32).items()}
    opt = theirs(0.05)
    opt.build(list(variables.values()))
    for step, ours in enumerate(our_run(make(0.05), np.float32)):
        grads = gradient({k: v.numpy() for k, v in variables.items()}, step)
        opt.apply_gradients([(tf.constant(grads[k]), v) for k, v in variables.items()])
        for k, v in variables.items():
            np.testing.assert_allclose(ours[k], v.numpy(), rtol=2e-5, atol=5e-6)


@every_dtype
@pytest.mark.parametrize("max_norm", [0.5, 100.0])
def test_clipping_is_tensorflows_and_pytorchs(max_norm, dtype, rng):
    grads = {"a": rng.normal(size=(3, 2)).astype(dtype), "b": rng.normal(size=4).astype(dtype)}
    clipped, norm = optim.clip_by_global_norm(grads, max_norm)
    theirs, their_norm = tf.clip_by_global_norm([tf.constant(g) for g in grads.values()], max_norm)
    assert norm == pytest.approx(float(their_norm), rel=1e-6)
    tensors = [torch.nn.Parameter(torch.tensor(g)) for g in grads.values()]
    for p, g in zip(tensors, grads.values(), strict=True):
        p.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_(tensors, max_norm)
    for ours, t, p in zip(clipped.values(), theirs, tensors, strict=True):
        np.testing.assert_allclose(ours, t.numpy(), rtol=1e-6)
        np.testing.assert_allclose(ours, p.grad.numpy(), rtol=1e-5)  # PyTorch adds 1e-6 to the norm


def test_schedules_are_pytorchs_and_keras():
    parameter = [torch.nn.Parameter(torch.zeros(1))]
    theirs = torch.optim.SGD(parameter, lr=0.3)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(theirs, T_max=20, eta_min=0.01)
    for step in range(20):
        assert optim.cosine_decay(0.3, steps=20, final=0.01)(step) == pytest.approx(theirs.param_groups[0]["lr"])
        theirs.step()
        cosine.step()
    steps = torch.optim.lr_scheduler.StepLR(torch.optim.SGD(parameter, lr=0.3), step_size=4, gamma=0.5)
    ours = optim.step_decay(0.3, every=4, factor=0.5)
    assert ours(9) == pytest.approx(0.3 * steps.gamma ** (9 // steps.step_size))
    decay = keras.optimizers.schedules.ExponentialDecay(0.3, decay_steps=1, decay_rate=0.9)
    assert optim.exponential_decay(0.3, rate=0.9)(7) == pytest.approx(float(decay(7)))
