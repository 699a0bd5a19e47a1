"""The tape gives PyTorch's and TensorFlow's gradients."""

import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils.autograd import Tensor, concatenate, maximum, minimum, stack, where
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


# Random programs: the same operations, drawn one after the other, in both libraries. Each takes (rng, tensor, another
# tensor) of ours and of PyTorch's, and returns a pair, or None where it does not fit the shapes.


def _pair(ours, theirs=None):
    theirs = theirs or ours
    return lambda rng, a, b, ta, tb: (ours(a, b), theirs(ta, tb))


def _axis(rng, a, b, ta, tb):
    """A reduction along one axis or several, kept or not."""
    axes = tuple(int(i) - a.ndim * int(rng.integers(2)) for i in rng.permutation(a.ndim)[: rng.integers(1, a.ndim + 1)])
    keep = bool(rng.integers(2))
    name, theirs = [
        ("sum", torch.sum), ("mean", torch.mean), ("max", torch.amax), ("min", torch.amin),
        ("logsumexp", torch.logsumexp), ("var", lambda t, d, k: torch.var(t, d, keepdim=k, correction=0)),
    ][rng.integers(6)]  # fmt: skip
    out = getattr(a, name)(axes[0] if len(axes) == 1 else axes, keepdims=keep)
    return out, theirs(ta, axes, keep)


def _transpose(rng, a, b, ta, tb):
    order = [int(i) - a.ndim * int(rng.integers(2)) for i in rng.permutation(a.ndim)]
    return (a.transpose(order) if rng.integers(2) else a.transpose(*order)), ta.permute(*order)


def _index(rng, a, b, ta, tb):
    """A piece: slices, steps, integers in arrays, a mask, a new axis, dots."""
    n = a.shape[0]
    ids, mask = rng.integers(-n, n, size=(2, 3)), rng.random(n) < 0.7
    index = [slice(0, None, 2), -1, ids, mask, None, (..., None), (Ellipsis, 0), (None, ids[0])][rng.integers(8)]
    return a[index], ta[index]


def _matmul(rng, a, b, ta, tb):
    if a.ndim and b.ndim and a.shape[-1] == b.shape[-2 if b.ndim > 1 else -1]:
        return (a @ b) * 0.3, (ta @ tb) * 0.3
    return (a @ a.swapaxes(-1, -2)) * 0.3, (ta @ ta.swapaxes(-1, -2)) * 0.3


OPERATIONS = [
    _pair(lambda a, b: a + b), _pair(lambda a, b: a - b), _pair(lambda a, b: a * b),
    _pair(lambda a, b: a / (abs(b) + 0.5)), _pair(lambda a, b: 2 - a), _pair(lambda a, b: 1 / (a * a + 1)),
    _pair(lambda a, b: (abs(a) + 0.5) ** 0.5), _pair(lambda a, b: a**2), _pair(lambda a, b: a**0 + a),
    _pair(lambda a, b: a.tanh()), _pair(lambda a, b: a.sigmoid()), _pair(lambda a, b: a.relu()),
    _pair(lambda a, b: (a * 0.3).exp()), _pair(lambda a, b: (a * a + 0.5).log()),
    _pair(lambda a, b: (a * a + 0.5).sqrt()), _pair(lambda a, b: -a),
    _pair(maximum, torch.maximum), _pair(minimum, torch.minimum),
    _pair(lambda a, b: where(a > b, a, b * 2), lambda a, b: torch.where(a > b, a, b * 2)),
    _pair(lambda a, b: concatenate((a, a * 2), axis=-1), lambda a, b: torch.cat((a, a * 2), dim=-1)),
    _pair(lambda a, b: stack((a, b + a), axis=-1), lambda a, b: torch.stack((a, b + a), dim=-1)),
    _pair(lambda a, b: a.reshape(-1, a.shape[0])), _axis, _axis, _transpose, _index, _index, _matmul, _matmul,
]  # fmt: skip


def random_program(seed: int, dtype, steps: int = 12) -> int:
    """Draw a program, run it in both, compare its value and all gradients; the number of operations that it has."""
    rng = np.random.default_rng(seed)
    shapes = [[(3, 4), (4, 3), (3, 1), (4,)], [(2, 3, 4), (4, 2), (1, 1, 4), (2, 3, 1)], [(4, 4), (4,), (4, 4), (1,)]]
    data = [rng.uniform(-1.5, 1.5, size=shape).astype(dtype) for shape in shapes[rng.integers(3)]]
    leaves = [(Tensor(a), torch.tensor(a, requires_grad=True)) for a in data]
    pool, done = list(leaves), 0
    for _ in range(steps):
        (a, ta), (b, tb) = (pool[i] for i in rng.integers(len(pool), size=2))
        try:
            np.broadcast_shapes(a.shape, b.shape)
        except ValueError:
            b, tb = a * 0.5, ta * 0.5
        if a.ndim < 1 or np.broadcast_shapes(a.shape, b.shape) != a.shape:
            continue
        mine, torchs = OPERATIONS[rng.integers(len(OPERATIONS))](rng, a, b, ta, tb) if a.ndim > 1 else (a * b, ta * tb)
        if mine.data.size and np.abs(mine.data).max() < 50 and mine.data.size < 500:
            pool.append((mine, torchs))
            done += 1
    out, t_out = pool[-1]
    dout = np.asarray(rng.normal(size=out.shape), dtype)
    out.backward(dout)
    t_out.backward(torch.tensor(dout))
    tolerance = {"rtol": 1e-9, "atol": 1e-9} if dtype == np.float64 else {"rtol": 2e-3, "atol": 2e-3}
    assert out.data.dtype == dtype
    np.testing.assert_allclose(out.data, t_out.detach().numpy(), **tolerance)
    for mine, theirs in leaves:
        if theirs.grad is not None:
            assert mine.grad.dtype == dtype and mine.grad.shape == mine.shape
            np.testing.assert_allclose(mine.grad, theirs.grad.numpy(), **tolerance)
        else:
            assert mine.grad is None or not mine.grad.any()
    return done


@pytest.mark.parametrize("dtype", DTYPES)
def test_random_programs_have_pytorchs_gradients(dtype):
    assert sum(random_program(seed, dtype) for seed in range(100)) > 500


@pytest.mark.parametrize("dtype", DTYPES)
def test_ties_are_shared_as_in_pytorch(dtype, rng):
    """By themselves: inside a longer program rounding may break a tie in one library and not in the other."""
    a, b = rng.integers(-1, 2, size=(2, 5, 4)).astype(dtype)
    for f, theirs in (
        (maximum, torch.maximum), (minimum, torch.minimum),
        (lambda a, b: a.max(axis=0) * b, lambda a, b: torch.amax(a, 0) * b),
        (lambda a, b: a.min(axis=(0, 1)) + b.max(), lambda a, b: torch.amin(a, (0, 1)) + torch.amax(b)),
        (lambda a, b: where(a >= b, a, b), lambda a, b: torch.where(a >= b, a, b)),
        (lambda a, b: abs(a) + b.relu(), lambda a, b: abs(a) + torch.relu(b)),
    ):  # fmt: skip
        dout = np.asarray(rng.normal(size=f(Tensor(a), Tensor(b)).shape), dtype)
        out, gradients = ours(f, (a, b), dout)
        t_out, t_gradients = torch_run(theirs, (a, b), dout)
        np.testing.assert_allclose(out, t_out)
        for g, t_g in zip(gradients, t_gradients, strict=True):
            np.testing.assert_allclose(g, t_g, rtol=1e-6, atol=1e-6)
