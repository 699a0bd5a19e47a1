"""The tape gives PyTorch's and TensorFlow's gradients."""

import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils.autograd import Tensor
from tests.parity.frameworks import DTYPES, TOLERANCE, tf_run, torch_run

pytestmark = pytest.mark.usefixtures("threads")


def ours(f, arrays, dout):
    tensors = [Tensor(a) for a in arrays]
    out = f(*tensors)
    out.backward(dout)
    return out.data, [t.grad for t in tensors]


PROGRAMS = {  # ours, PyTorch's, TensorFlow's, shapes
    "broadcasting": (
        lambda a, b: (a * b - a / b) ** 2, lambda a, b: (a * b - a / b) ** 2, lambda a, b: (a * b - a / b) ** 2,
        ((3, 1, 5), (4, 1)),
    ),
    "network": (
        lambda x, W, b: (x @ W + b).relu().sigmoid().mean(axis=0),
        lambda x, W, b: torch.sigmoid(torch.relu(x @ W + b)).mean(0),
        lambda x, W, b: tf.reduce_mean(tf.sigmoid(tf.nn.relu(x @ W + b)), 0),
        ((7, 3), (3, 5), (5,)),
    ),
    "cross-entropy": (
        lambda z: (z.logsumexp() - z[[0, 1, 2], [1, 0, 3]]).sum(),
        lambda z: torch.nn.functional.cross_entropy(z, torch.tensor([1, 0, 3]), reduction="sum"),
        lambda z: tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits([1, 0, 3], z)),
        ((3, 4),),
    ),
    "recurrence": (
        lambda h, U: (((0.2 * h @ U).tanh() + h) @ U * 0.2).tanh().exp().T,
        lambda h, U: torch.exp(torch.tanh((torch.tanh(0.2 * h @ U) + h) @ U * 0.2)).T,
        lambda h, U: tf.transpose(tf.exp(tf.tanh((tf.tanh(0.2 * h @ U) + h) @ U * 0.2))),
        ((2, 3), (3, 3)),
    ),
    "attention": (
        lambda q, k, v: _softmax(q @ k.transpose(0, 2, 1) * 0.5) @ v,
        lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, scale=0.5),
        lambda q, k, v: tf.matmul(tf.nn.softmax(tf.matmul(q, k, transpose_b=True) * 0.5), v),
        ((2, 3, 4), (2, 5, 4), (2, 5, 2)),
    ),
    "shapes": (
        lambda x: x.reshape(6, 2).transpose(1, 0).sum(axis=1, keepdims=True).log(),
        lambda x: x.reshape(6, 2).permute(1, 0).sum(1, keepdim=True).log(),
        lambda x: tf.math.log(tf.reduce_sum(tf.transpose(tf.reshape(x, (6, 2))), 1, keepdims=True)),
        ((3, 4),),
    ),
}  # fmt: skip


def _softmax(z):
    return (z - z.logsumexp(keepdims=True)).exp()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_program_has_the_same_gradients(name, dtype, rng):
    mine, torchs, tfs, shapes = PROGRAMS[name]
    arrays = [rng.uniform(0.5, 1.5, size=shape).astype(dtype) for shape in shapes]
    shape = mine(*map(Tensor, arrays)).shape
    dout = np.asarray(rng.normal(size=shape), dtype)
    out, gradients = ours(mine, arrays, dout)
    assert out.dtype == dtype
    for run, f in ((torch_run, torchs), (tf_run, tfs)):
        theirs, their_gradients = run(f, arrays, dout)
        np.testing.assert_allclose(out, theirs, **TOLERANCE[dtype])
        for g, their_g in zip(gradients, their_gradients, strict=True):
            np.testing.assert_allclose(g, their_g, **TOLERANCE[dtype])


def test_gradients_of_leaves_add_up_as_in_pytorch(rng):
    data = rng.normal(size=3)
    x, t = Tensor(data), torch.tensor(data, requires_grad=True)
    for tensor in (x, t):
        for _ in range(2):
            (tensor * tensor).sum().backward()
    np.testing.assert_allclose(x.grad, t.grad.numpy())
