"""The tape: what it computes, what it remembers, and how it fails."""

import numpy as np
import pytest

from course_utils.autograd import Tensor
from course_utils.gradcheck import numerical_gradient

UNARY = {
    "exp": Tensor.exp,
    "log": Tensor.log,
    "tanh": Tensor.tanh,
    "sigmoid": Tensor.sigmoid,
    "relu": Tensor.relu,
    "negative": lambda x: -x,
    "cube": lambda x: x**3,
    "root": lambda x: x**0.5,
    "inverse": lambda x: 1 / x,
    "sum": lambda x: x.sum(),
    "sum of rows, kept": lambda x: x.sum(axis=1, keepdims=True),
    "sum over two axes": lambda x: x.sum(axis=(0, -1)),
    "mean": lambda x: x.mean(),
    "mean of columns": lambda x: x.mean(axis=0),
    "logsumexp": lambda x: x.logsumexp(axis=1),
    "logsumexp, kept": lambda x: x.logsumexp(axis=0, keepdims=True),
    "reshape": lambda x: x.reshape(2, -1),
    "T": lambda x: x.T,
    "transpose": lambda x: x.transpose(2, 0, 1),
    "slice": lambda x: x[1:, ::2],
    "the same row twice": lambda x: x[[0, 1, 0]],
    "a product with itself": lambda x: x * x.sum(axis=0) + x,
    "minus from the left": lambda x: 2 - x,
    "minus an array": lambda x: x - np.ones((3, 1)),
    "an array on the left": lambda x: np.arange(3.0)[:, None] * x + np.ones(2),
    "rows, one by one": lambda x: sum(row * (k + 1) for k, row in enumerate(x)),
}
BINARY = {
    "+": (lambda a, b: a + b, (3, 4), (4,)),
    "-": (lambda a, b: a - b, (3, 1), (1, 4)),
    "*": (lambda a, b: a * b, (2, 3, 4), (3, 1)),
    "/": (lambda a, b: a / b, (3, 4), ()),
    "@": (lambda a, b: a @ b, (3, 4), (4, 2)),
    "@ in a batch": (lambda a, b: a @ b, (2, 3, 4), (4, 5)),
    "@ with two batches": (lambda a, b: a @ b, (2, 1, 3, 4), (5, 4, 2)),
    "matrix @ vector": (lambda a, b: a @ b, (3, 4), (4,)),
    "vector @ matrix": (lambda a, b: a @ b, (4,), (2, 4, 3)),
    "vector @ vector": (lambda a, b: a @ b, (4,), (4,)),
}


def check(f, *arrays):
    """Values of the tape against finite differences, under a random upstream gradient."""
    tensors = [Tensor(a) for a in arrays]
    out = f(*tensors)
    weights = np.random.default_rng(1).normal(size=out.shape)
    out.backward(weights)
    for i, tensor in enumerate(tensors):

        def scalar(a, i=i):
            return (f(*(Tensor(a if j == i else other) for j, other in enumerate(arrays))).data * weights).sum()

        np.testing.assert_allclose(tensor.grad, numerical_gradient(scalar, arrays[i]), rtol=1e-5, atol=1e-7)
        assert tensor.grad.shape == arrays[i].shape


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_tensor(name, rng):
    check(UNARY[name], rng.uniform(0.3, 2.0, size=(4, 3, 2)))


@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_tensors(name, rng):
    f, a, b = BINARY[name]
    check(f, rng.uniform(0.5, 2.0, size=a), rng.uniform(0.5, 2.0, size=b))


def test_a_small_network(rng):
    X, labels = rng.normal(size=(6, 3)), np.array([0, 2, 1, 1, 0, 2])

    def loss(W, b, V):
        logits = (X @ W + b).tanh() @ V
        return (logits.logsumexp() - logits[np.arange(6), labels]).mean()

    check(loss, rng.normal(size=(3, 5)), rng.normal(size=5), rng.normal(size=(5, 3)))


def test_a_tensor_used_on_two_ways_gets_both_gradients():
    x = Tensor(3.0)
    a, b = x * 2, x * x
    (a * b + a).backward()
    assert x.grad == 6 * 9 + 2 and a.grad == 10 and b.grad == 6


def test_gradients_of_several_calls_add_up_until_they_are_cleared():
    x = Tensor([1.0, 2.0])
    y = (x * x).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [4, 8]
    x.zero_grad()
    assert x.grad is None


def test_a_deep_graph_does_not_overflow_the_stack():
    x = Tensor(1.0)
    y = x
    for _ in range(5_000):
        y = y + x
    y.backward()
    assert x.grad == 5_001


def test_a_wide_and_deep_graph_takes_linear_time():
    x = Tensor(1.0)
    for _ in range(60):
        x_next = x + x  # 2^60 paths, 60 nodes
        x = x_next
    start = x
    start.backward()
    assert start.data == 2.0**60


def test_float32_stays_float32():
    x = Tensor(np.ones((2, 3), np.float32))
    y = ((x * 0.5 + 1) ** 2 / 3 - x.sigmoid() @ np.ones((3, 3), np.float32)).mean()
    y.backward()
    assert y.data.dtype == x.grad.dtype == np.float32
    mixed = (x * Tensor(np.ones(3))).sum()
    assert mixed.data.dtype == np.float64


def test_nothing_given_is_changed_and_gradients_are_ones_own(rng):
    data, upstream = rng.normal(size=(2, 3)), np.ones((2, 3))
    kept = data.copy()
    x = Tensor(data)
    y = x + 1
    y.backward(upstream)
    x.grad += 5
    assert np.array_equal(data, kept) and (upstream == 1).all() and (y.grad == 1).all()


def test_detached_values_pass_no_gradient_on():
    x = Tensor([2.0])
    (x * x.detach()).sum().backward()
    assert x.grad == [2.0]


def test_extreme_values():
    x = Tensor([-1e4, 1e4])
    (x.sigmoid() + x.tanh()).sum().backward()
    assert np.isfinite(x.grad).all()
    z = Tensor([1e4, -1e4, 0.0])
    z.logsumexp().backward()
    assert z.grad.tolist() == [1, 0, 0]


def test_what_it_looks_like():
    assert repr(Tensor([1, 2])) == "Tensor([1., 2.])" and len(Tensor([1, 2])) == 2


def test_mistakes_get_a_clear_message():
    with pytest.raises(ValueError, match="take its sum or mean"):
        Tensor([1.0, 2.0]).backward()
    with pytest.raises(ValueError, match="shape of the result"):
        Tensor([1.0, 2.0]).backward(np.ones(3))
    with pytest.raises(TypeError, match="real numbers"):
        Tensor(["a"])
    with pytest.raises(TypeError, match="exponent"):
        Tensor(2.0) ** Tensor(2.0)


def test_a_planted_fault_is_caught(rng):
    def forgets_one_way(x):
        return x * x.detach() * x

    x = rng.normal(size=4)
    with pytest.raises(AssertionError):
        tensor = Tensor(x)
        forgets_one_way(tensor).sum().backward()
        np.testing.assert_allclose(tensor.grad, numerical_gradient(lambda a: (a**3).sum(), x), rtol=1e-5)
