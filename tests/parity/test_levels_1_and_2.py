"""Activations, affine layers, losses and normalisation agree with PyTorch and TensorFlow, forward and backward."""

import numpy as np
import pytest
import tensorflow as tf
import torch
import torch.nn.functional as F

from course_utils import activations, affine, losses, norm
from tests.parity.frameworks import DTYPES, TOLERANCE, assert_parity

pytestmark = pytest.mark.usefixtures("threads")
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


def pair(module, name):
    return getattr(module, f"{name}_forward"), getattr(module, f"{name}_backward")


ACTIVATIONS = {
    "sigmoid": (torch.sigmoid, tf.sigmoid),
    "tanh": (torch.tanh, tf.tanh),
    "relu": (F.relu, tf.nn.relu),
    "leaky_relu": (F.leaky_relu, lambda x: tf.nn.leaky_relu(x, alpha=0.01)),
    "gelu": (lambda x: F.gelu(x, approximate="tanh"), lambda x: tf.nn.gelu(x, approximate=True)),
    "gelu_exact": (F.gelu, lambda x: tf.nn.gelu(x, approximate=False)),
    "silu": (F.silu, tf.nn.silu),
    "softmax": (lambda x: F.softmax(x, -1), tf.nn.softmax),
    "log_softmax": (lambda x: F.log_softmax(x, -1), tf.nn.log_softmax),
}
SINGLE = {"leaky_relu", "gelu", "gelu_exact"}  # TensorFlow keeps slope, cubic factor and root of two in float32


def assert_activation(name, x, dtype):
    torch_op, tf_op = ACTIVATIONS[name]
    forward, backward = pair(activations, name)
    assert_parity(forward, backward, [x], dtype, torch_op=torch_op, tf_op=tf_op, tf_single=name in SINGLE)


@every_dtype
@pytest.mark.parametrize("shape", [(7,), (1, 5), (3, 1), (2, 3, 5)])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name, shape, dtype, rng):
    assert_activation(name, 3 * rng.normal(size=shape), dtype)


@every_dtype
def test_swiglu_is_a_product_of_two(dtype, rng):
    arrays = [3 * rng.normal(size=(2, 5)) for _ in range(2)]
    assert_parity(
        *pair(activations, "swiglu"), arrays, dtype, torch_op=lambda g, u: F.silu(g) * u,
        tf_op=lambda g, u: tf.nn.silu(g) * u,
    )  # fmt: skip


@every_dtype
@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_both_frameworks_take_the_same_slope_at_the_kink(name, dtype):
    assert_activation(name, [0.0, -1.0, 1.0], dtype)


@every_dtype
@pytest.mark.parametrize("name", ["sigmoid", "softmax", "log_softmax", "gelu", "gelu_exact", "silu"])
def test_large_logits(name, dtype):
    assert_activation(name, [[-1e4, 0.0, 1e4], [90.0, -90.0, 1.0]], dtype)


@every_dtype
def test_softmax_along_another_axis(dtype, rng):
    assert_parity(
        *pair(activations, "softmax"), [rng.normal(size=(3, 4, 5))], dtype, axis=1,
        torch_op=lambda x: F.softmax(x, 1), tf_op=lambda x: tf.nn.softmax(x, axis=1),
    )  # fmt: skip


@every_dtype
@pytest.mark.parametrize("shape", [(1, 3), (5, 3), (2, 7, 3)])
def test_affine(shape, dtype, rng):
    arrays = [rng.normal(size=shape), rng.normal(size=(3, 4)), rng.normal(size=4)]
    assert_parity(
        *pair(affine, "affine"), arrays, dtype,
        torch_op=lambda x, W, b: F.linear(x, W.T, b), tf_op=lambda x, W, b: tf.tensordot(x, W, 1) + b,
    )  # fmt: skip


@every_dtype
def test_embedding(dtype, rng):
    ids = rng.integers(0, 6, size=(3, 5))
    assert_parity(
        *pair(affine, "embedding"), [rng.normal(size=(6, 4))], dtype, ids=ids,
        torch_op=lambda table: F.embedding(torch.tensor(ids), table), tf_op=lambda table: tf.gather(table, ids),
    )  # fmt: skip


@every_dtype
@pytest.mark.parametrize("shape", [(1, 1), (7,), (3, 5)])
def test_regression_losses(shape, dtype, rng):
    pred, target = rng.normal(size=shape), np.asarray(2 * rng.normal(size=shape), dtype)
    t, k = torch.tensor(target), tf.constant(target)
    assert_parity(
        *pair(losses, "mse"), [pred], dtype, target=target,
        torch_op=lambda p: F.mse_loss(p, t), tf_op=lambda p: tf.reduce_mean(tf.math.squared_difference(p, k)),
    )  # fmt: skip
    assert_parity(
        *pair(losses, "mae"), [pred], dtype, target=target,
        torch_op=lambda p: F.l1_loss(p, t), tf_op=lambda p: tf.reduce_mean(tf.abs(p - k)),
    )  # fmt: skip
    assert_parity(
        *pair(losses, "huber"), [pred], dtype, target=target, delta=0.7,
        torch_op=lambda p: F.huber_loss(p, t, delta=0.7),
        tf_op=lambda p: tf.reduce_mean(tf.keras.losses.huber(k[..., None], p[..., None], delta=0.7)),
    )  # fmt: skip


@every_dtype
def test_binary_cross_entropy(dtype, rng):
    logits, target = 5 * rng.normal(size=(4, 3)), np.asarray(rng.uniform(size=(4, 3)), dtype)
    logits[0] = [1e4, -1e4, 0]
    t, k = torch.tensor(target), tf.constant(target)
    assert_parity(
        *pair(losses, "binary_cross_entropy"), [logits], dtype, target=target,
        torch_op=lambda z: F.binary_cross_entropy_with_logits(z, t),
        tf_op=lambda z: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(k, z)),
    )  # fmt: skip


@every_dtype
@pytest.mark.parametrize("shape", [(1, 2), (5, 3), (2, 3, 7)])
def test_cross_entropy(shape, dtype, rng):
    labels = rng.integers(0, shape[-1], size=shape[:-1])
    flat = torch.tensor(labels).reshape(-1)
    assert_parity(
        *pair(losses, "cross_entropy"), [4 * rng.normal(size=shape)], dtype, labels=labels,
        torch_op=lambda z: F.cross_entropy(z.reshape(-1, shape[-1]), flat),
        tf_op=lambda z: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z)),
    )  # fmt: skip


@every_dtype
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("soft", [False, True])
def test_cross_entropy_with_class_weights_and_smoothing(reduction, soft, dtype, rng):
    labels, weights = rng.integers(4, size=6), np.asarray(rng.uniform(size=4), dtype)
    labels = np.asarray(rng.dirichlet(np.ones(4), 6), dtype) if soft else labels
    options = {"reduction": reduction, "label_smoothing": 0.1}
    assert_parity(
        *pair(losses, "cross_entropy"), [rng.normal(size=(6, 4))], dtype, labels=labels, class_weights=weights,
        torch_op=lambda z: F.cross_entropy(z, torch.tensor(labels), weight=torch.tensor(weights), **options),
        **options,
    )  # fmt: skip


@every_dtype
def test_cross_entropy_with_examples_that_do_not_count(dtype, rng):
    labels = np.array([0, -100, 2, 1, -100])
    kept = np.flatnonzero(labels != -100)
    assert_parity(
        *pair(losses, "cross_entropy"), [rng.normal(size=(5, 3))], dtype, labels=labels, ignore_index=-100,
        torch_op=lambda z: F.cross_entropy(z, torch.tensor(labels), ignore_index=-100),
        tf_op=lambda z: tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels[kept], tf.gather(z, kept))
        ),
    )  # fmt: skip


@every_dtype
@pytest.mark.parametrize("shape", [(1, 3), (2, 5, 7)])
def test_layer_norm(shape, dtype, rng):
    D = shape[-1]

    def keras(x, gamma, beta):
        mean, variance = tf.nn.moments(x, -1, keepdims=True)
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-5)

    assert_parity(
        *pair(norm, "layer_norm"), [rng.normal(size=shape), rng.normal(size=D), rng.normal(size=D)], dtype,
        torch_op=lambda x, g, b: F.layer_norm(x, (D,), g, b), tf_op=keras,
    )  # fmt: skip


@every_dtype
@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4, 5), (1, 3, 2, 1)])
def test_batch_norm_in_training(shape, dtype, rng):
    def tensorflow(x, gamma, beta):
        axes = [0, *range(2, len(shape))]
        mean, variance = tf.nn.moments(x, axes, keepdims=True)
        column = [1, 3] + [1] * (len(shape) - 2)
        gamma, beta = tf.reshape(gamma, column), tf.reshape(beta, column)
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-5)

    assert_parity(
        *pair(norm, "batch_norm"), [2 + 3 * rng.normal(size=shape), rng.normal(size=3), rng.normal(size=3)], dtype,
        torch_op=lambda x, g, b: F.batch_norm(x, None, None, g, b, training=True), tf_op=tensorflow,
    )  # fmt: skip


@every_dtype
@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4, 5)])
def test_batch_norm_outside_training(shape, dtype, rng):
    mean, variance = np.asarray(rng.normal(size=3), dtype), np.asarray(rng.uniform(1, 2, size=3), dtype)
    column = (3,) + (1,) * (len(shape) - 2)
    assert_parity(
        *pair(norm, "batch_norm"), [rng.normal(size=shape), rng.normal(size=3), rng.normal(size=3)], dtype,
        running=(mean, variance), training=False,
        torch_op=lambda x, g, b: F.batch_norm(x, torch.tensor(mean), torch.tensor(variance), g, b),
        tf_op=lambda x, g, b: tf.nn.batch_normalization(
            x, mean.reshape(column), variance.reshape(column), tf.reshape(b, column), tf.reshape(g, column), 1e-5
        ),
    )  # fmt: skip


@every_dtype
def test_running_statistics_are_pytorchs(dtype, rng):
    layer = torch.nn.BatchNorm2d(3, dtype=torch.float32 if dtype == np.float32 else torch.float64)
    running, one, zero = None, np.ones(3, dtype), np.zeros(3, dtype)
    for _ in range(4):
        x = (2 + 3 * rng.normal(size=(4, 3, 2, 5))).astype(dtype)
        layer(torch.tensor(x))
        running = norm.batch_norm_forward(x, one, zero, running=running)[1].running
    np.testing.assert_allclose(running[0], layer.running_mean.numpy(), **TOLERANCE[dtype])
    np.testing.assert_allclose(running[1], layer.running_var.numpy(), **TOLERANCE[dtype])


@every_dtype
@pytest.mark.parametrize("shape", [(5, 4), (2, 3, 4)])
def test_rms_norm(shape, dtype, rng):
    assert_parity(
        *pair(norm, "rms_norm"), [rng.normal(size=shape), rng.normal(size=4)], dtype,
        torch_op=lambda x, gamma: F.rms_norm(x, (4,), gamma, 1e-6),
    )  # fmt: skip


@every_dtype
def test_batch_norm_of_sequences(dtype, rng):
    assert_parity(
        *pair(norm, "batch_norm"), [rng.normal(size=(4, 3, 5)), rng.normal(size=3), rng.normal(size=3)], dtype,
        torch_op=lambda x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True),
    )  # fmt: skip
