"""The tape: what it computes, what it remembers, and how it fails."""

import numpy as np
import pytest

from course_utils.autograd import Tensor, concatenate, draw_graph, maximum, minimum, stack, where
from course_utils.autograd.arithmetic import Arithmetic
from course_utils.autograd.functions import Elementwise
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
    "to the power of 0": lambda x: x**0,
    "square root": Tensor.sqrt,
    "absolute value": lambda x: abs(x - 1.1),
    "max": lambda x: x.max(),
    "max of rows, kept": lambda x: x.max(axis=(0, -1), keepdims=True),
    "min of columns": lambda x: x.min(axis=-2),
    "variance": lambda x: x.var(),
    "variance of columns, unbiased": lambda x: x.var(axis=0, ddof=1),
    "mean over two axes": lambda x: x.mean(axis=(-1, 0), keepdims=True),
    "logsumexp of all": lambda x: x.logsumexp(axis=None),
    "transpose by negative axes": lambda x: x.transpose(-1, 0, -2),
    "transpose by a tuple": lambda x: x.transpose((1, 2, 0)),
    "transpose by a list": lambda x: x.transpose([2, 1, 0]),
    "transpose by None": lambda x: x.transpose(None),
    "swapaxes": lambda x: x.swapaxes(-1, 0),
    "reshape by a tuple": lambda x: x.reshape((6, 4)),
    "a number as index": lambda x: x[-1],
    "new axis and dots": lambda x: x[None, ..., 1, None],
    "a step back": lambda x: x[::-1, 1:2],
    "integers in two arrays": lambda x: x[np.array([0, 3, 3]), np.array([[1], [2]])],
    "integers in Tensors": lambda x: x[Tensor([0, 3, 3]), :, Tensor([1, 1, 0])],
    "a boolean mask": lambda x: x[x.data > 1],
    "a boolean row": lambda x: x[[True, False, True, False]],
    "no index": lambda x: x[()],
    "nothing chosen": lambda x: x[[]],
    "joined with itself": lambda x: concatenate((x, x[:, :1], 2 * x), axis=-2),
    "stacked": lambda x: stack([x, x * x, np.ones((4, 3, 2))], axis=-1),
    "where": lambda x: where(x > 1, x * x, -x),
    "where of numbers": lambda x: where(x.data > 1, x, 0),
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
    "vector @ batch": (lambda a, b: a @ b, (4,), (3, 1, 4, 2)),
    "batch @ vector": (lambda a, b: a @ b, (3, 1, 2, 4), (4,)),
    "maximum": (maximum, (3, 4), (4,)),
    "minimum": (minimum, (3, 1), (2, 1, 4)),
    "where, with broadcasting": (lambda a, b: where(np.arange(4) > 1, a, b), (3, 1), ()),
    "joined": (lambda a, b: concatenate((a, b), axis=1), (3, 4), (3, 2)),
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
    with pytest.raises(TypeError, match="data must hold numbers"):
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


def test_a_power_of_zero_has_no_slope_anywhere_and_whole_powers_take_negative_bases():
    for n, slope in ((0, [0, 0, 0]), (1, [1, 1, 1]), (2, [-4, 0, 6]), (3, [12, 0, 27])):
        x = Tensor([-2.0, 0.0, 3.0])
        y = x**n
        y.backward(np.ones(3))
        assert y.data.tolist() == [(-2.0) ** n, 0.0**n, 3.0**n]
        assert x.grad.tolist() == slope


def test_where_there_is_no_derivative_the_convention_holds():
    x = Tensor([0.0, 0.0])
    (x.relu() + abs(x)).sum().backward()
    assert x.grad.tolist() == [0, 0]
    tie = Tensor([[2.0, 2.0, 1.0]])
    tie.max(axis=1).sum().backward()
    assert tie.grad.tolist() == [[0.5, 0.5, 0]]
    a, b = Tensor([1.0, 5.0]), Tensor([1.0, 2.0])
    (maximum(a, b) + 10 * minimum(a, b)).sum().backward()
    assert a.grad.tolist() == [5.5, 1] and b.grad.tolist() == [5.5, 10]


def test_a_row_of_minus_infinity_has_a_logsumexp():
    rows = Tensor([[-np.inf, -np.inf], [0.0, 0.0]])
    out = rows.logsumexp()
    out.backward(np.ones(2))
    assert out.data.tolist() == [-np.inf, np.log(2)] and rows.grad.tolist() == [[0, 0], [0.5, 0.5]]


CHANGES = {
    "+=": lambda t: t.data.__iadd__(1),
    "one element": lambda t: t.data.__setitem__((0,), 5),
    "other data": lambda t: setattr(t, "data", t.data + 1),
    "elements exchanged": lambda t: t.data.__setitem__(slice(None), t.data[::-1].copy()),
    "another shape": lambda t: setattr(t, "data", t.data[:, None]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_data_that_changed_since_the_forward_pass_are_named(change):
    W = Tensor([1.0, 2.0, 3.0], name="W")
    loss = (W * W).sum()
    CHANGES[change](W)
    with pytest.raises(RuntimeError, match=r"the data of W, shape .*changed between forward and backward"):
        loss.backward()
    assert W.grad is None and loss.grad is None
    inner = Tensor([1.0, 2.0, 3.0])
    y = inner.exp()
    loss = y.sum()
    CHANGES[change](y)
    with pytest.raises(RuntimeError, match="the data of the result of exp, "):
        loss.backward()
    assert inner.grad is None


def test_the_callers_array_counts_too_and_a_last_result():
    data = np.ones((2, 3)).T
    loss = (Tensor(data) ** 2).sum()
    data[1] = 7
    with pytest.raises(RuntimeError, match=r"the data of an input, shape \(3, 2\) \(used by \*\* 2\)"):
        loss.backward()
    y = Tensor(2.0).exp()
    y.data += 1
    with pytest.raises(RuntimeError, match="the result of exp"):
        y.backward()


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "strided": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "reversed": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "broadcast": lambda a: np.broadcast_to(a[:1], a.shape),
    "read-only": lambda a: np.frombuffer(a.tobytes()).reshape(a.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_of_data_changes_nothing(layout, rng):
    laid = LAYOUTS[layout](rng.normal(size=(4, 6)))

    def gradients(a):
        x, y = Tensor(a), Tensor(a.T)
        z = concatenate(((x @ y).tanh(), stack((x.max(axis=1), y[0, :4]), axis=1)), axis=1)
        (z.reshape(-1)[::3].sum() + x.swapaxes(0, 1).reshape(3, 8).logsumexp().mean()).backward(np.float64(2))
        return x.grad, y.grad

    for a, b in zip(gradients(laid), gradients(np.array(laid, order="C")), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)
        assert a.flags.writeable and not np.shares_memory(a, laid)


def test_between_two_forward_passes_data_may_change(rng):
    W, x = Tensor(rng.normal(size=(3, 1)), name="W"), rng.normal(size=(20, 3))
    target = x @ [[1.0], [2.0], [3.0]]
    for _ in range(200):
        loss = ((x @ W - target) ** 2).mean()
        W.zero_grad()
        loss.backward()
        W.data -= 0.2 * W.grad
    assert loss.item() < 1e-6
    y = W * 2
    y.backward(np.ones((3, 1)))
    W.zero_grad()
    y.backward(np.ones((3, 1)))  # nothing changed: a second time is fine
    assert (W.grad == 2).all()


def test_an_index_that_its_owner_changes_later_does_no_harm():
    x, ids, chosen = Tensor([1.0, 2.0, 3.0]), np.array([0, 1]), np.array([True, False, False])
    y, z = x[ids], where(chosen, x, 0.0)
    ids[:], chosen[:] = 2, True
    (y.sum() + z.sum()).backward()
    assert x.grad.tolist() == [2, 1, 0]


def test_numbers_and_arrays_of_integers_leave_float32_alone():
    x = Tensor(np.ones(3, np.float32))
    for other in (2, 0.5, np.float64(2), np.int64(2), np.arange(3), np.array(2.0), True):
        assert (x * other).data.dtype == (other - x).data.dtype == maximum(x, other).data.dtype == np.float32
    assert (x * [1, 2, 3]).data.dtype == np.float32
    assert (x * np.ones(3)).data.dtype == np.float64
    y = concatenate((x.max() * x, x.var(keepdims=True), x.logsumexp(keepdims=True), x.sqrt(), abs(x), x**0))
    where(y > 0, y, 0).mean().backward()
    assert y.data.dtype == x.grad.dtype == np.float32


def test_comparisons_are_plain_arrays_and_tensors_can_be_keys():
    x = Tensor([1.0, 2.0, 3.0])
    for answer in (x > 2, x > np.float64(2), x > np.full(3, 2.0), np.full(3, 2.0) < x, x > Tensor(2.0), ~(x <= 2)):
        assert isinstance(answer, np.ndarray) and answer.tolist() == [False, False, True]
    assert (x >= 2).tolist() == (~(x < 2)).tolist() == [False, True, True]
    assert (x == 2).tolist() == (~(x != 2)).tolist() == [False, True, False]
    assert {x: "x"}[x] == "x" and x != None  # noqa: E711


def test_empty_and_single_sizes():
    for shape in ((0,), (2, 0), (1, 1)):
        x = Tensor(np.zeros(shape))
        y = (x.exp() * 2 + x.T.T).sum(axis=-1, keepdims=True).reshape(-1)
        y.backward(np.ones(y.shape))
        assert x.grad.shape == shape
    nothing = Tensor(np.zeros((0, 3))) @ Tensor(np.zeros((3, 2)))
    nothing.sum().backward()
    assert nothing.shape == (0, 2) and nothing.parents[1].grad.tolist() == np.zeros((3, 2)).tolist()
    with pytest.raises(ValueError, match="holds no element"):
        Tensor(np.zeros((0, 3))).mean(axis=0)
    assert Tensor(2.0)[...].item() == 2 and Tensor([[2.0]]).item() == 2 and Tensor([[2.0]]).ndim == 2


def test_each_step_works_without_the_next():
    for step in (Arithmetic, Elementwise, Tensor):
        a = step(3.0)
        y = 2 * a * a - a / 2
        y.backward()
        assert type(y) is step and a.grad == 11.5


def test_the_graph_as_text_and_for_graphviz():
    x, w = Tensor(3.0, name="x"), Tensor([1.0, 2.0], name='a "w"')
    y = ((x * w) ** 2).sum()
    assert "grad" not in draw_graph(y)
    y.backward()
    assert draw_graph(y).splitlines() == [
        "x                3         grad 30",
        'a "w"            [1, 2]    grad [18, 36]',
        '#2 = x * a "w"   [3, 6]    grad [6, 12]',
        "#3 = #2 ** 2     [9, 36]   grad [1, 1]",
        "#4 = sum(#3)     45        grad 1",
    ]
    dot = draw_graph(y, form="dot")
    assert dot.startswith("digraph {") and dot.endswith("}") and dot.count("->") == 4
    assert r'n1 [label="a \"w\"\n[1, 2]\ngrad [18, 36]"]' in dot
    assert "#1 = x[...]" in draw_graph(Tensor([1.0], name="x")[0])
    with pytest.raises(ValueError, match="'text' or 'dot'"):
        draw_graph(y, form="svg")


def test_history_is_never_lost_in_silence():
    x = Tensor([1.0, 2.0])
    for forgetful in (lambda: Tensor([x, x]), lambda: Tensor(x), lambda: np.asarray(x), lambda: np.array([x, x])):
        with pytest.raises(TypeError, match=r"history|forget"):
            forgetful()
    with pytest.raises(TypeError):
        np.exp(x)
    with pytest.raises(TypeError, match="whole numbers"):
        x[Tensor([0.5])]
    for name, function in (("maximum", maximum), ("minimum", minimum)):
        with pytest.raises(TypeError, match=f"np.{name}"):
            function([1.0], 2.0)
    for joined in (concatenate, stack):
        with pytest.raises(TypeError, match="in a tuple or a list"):
            joined(x)
    with pytest.raises(TypeError, match="exponent"):
        x ** "2"
    with pytest.raises(TypeError, match="must hold numbers"):
        x + "2"
