"""Finite differences: the slow truth that every backward pass is checked against."""

import copy
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course_utils._nest import leaves, mapped
from course_utils._types import Array


class GradientMismatch(AssertionError):
    """A backward pass disagrees with finite differences; the attributes name the worst element.

    `slopes` holds the two one-sided slopes where the function has a kink there, else None.

    >>> GradientMismatch("dx is wrong", "x", (0, 1), analytic=2.0, numerical=1.0).index
    (0, 1)
    """

    def __init__(self, message: str, argument: str, index=None, analytic=None, numerical=None, slopes=None):
        super().__init__(message)
        self.argument, self.index, self.analytic, self.numerical = argument, index, analytic, numerical
        self.slopes = slopes


def numerical_gradient(f: Callable[[Array], float], x: Array, eps: float = 1e-5) -> Array:
    """Gradient of a scalar function by central differences, (f(x + ε) - f(x - ε)) / 2ε for each element.

    Parameters
    ----------
    f : takes an array of x's shape (float64) and returns one number.
    x : any shape and real dtype; computed in float64, never changed.
    eps : the step ε. The error falls with ε² until rounding, which grows with 1/ε, takes over.

    Returns
    -------
    gradient : float64, the shape of x.

    Raises
    ------
    ValueError : f returns more than one number, or eps is not positive.

    >>> numerical_gradient(lambda x: (x ** 2).sum(), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    if not eps > 0:
        raise ValueError(f"eps must be positive, but {eps} came.")
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        plus, minus = x.copy(), x.copy()
        plus[index] += eps
        minus[index] -= eps
        gradient[index] = (_one_number(f(plus)) - _one_number(f(minus))) / (2 * eps)
    return gradient[()]


def _one_number(value) -> float:
    if np.size(value) != 1:
        raise ValueError(f"f must return one number, but it returned shape {np.shape(value)}: sum or average it.")
    return float(np.reshape(value, ()))


def check_gradients(
    op: Callable | tuple[Callable, Callable],
    *arrays: Array | dict,
    seed: int = 0,
    step: float = 1e-5,
    rtol: float = 1e-5,
    atol: float = 1e-7,
    **static: Any,
) -> float:
    """Compare a backward pass with finite differences, every element, under a random upstream gradient.

    Parameters
    ----------
    op : a forward function whose backward stands beside it under the matching name
        (`relu_forward`, `relu_backward`), or the pair (forward, backward), or the two as first arguments.
    arrays : the positional arguments: arrays, or dicts of arrays; computed in float64. Keep them small.
    seed : of the upstream gradient. A gradient of ones would miss faults, in softmax above all.
    step, rtol, atol : |analytic - numerical| <= atol + rtol · |numerical| must hold with this step, or, among
        numbers larger than 10, whose rounding it would drown in, with a wider one.
    static : the forward's keyword arguments. A random generator among them starts afresh for each call.

    Returns
    -------
    error : the largest difference found.

    Raises
    ------
    GradientMismatch (an AssertionError) : names the argument, the index and both values of the worst element; or a
        kink there, as of ReLU at 0 and of equal values in max pooling: no difference can judge, so choose other
        values.
    ValueError : no backward function is found.

    >>> from course_utils.activations import tanh_forward
    >>> check_gradients(tanh_forward, np.array([[0.5, -1.0]])) < 1e-9
    True
    """
    if arrays and callable(arrays[0]):
        op, arrays = (op, arrays[0]), arrays[1:]
    forward, backward = _pair(op)
    arrays = mapped(lambda a: np.array(a, dtype=np.float64), arrays)

    def run(arguments):
        return forward(*mapped(np.copy, arguments), **copy.deepcopy(static))

    out, cache = run(arrays)
    rng = np.random.default_rng([seed, 20260])  # no user's own stream: dout equal to x would hide a transpose
    dout = mapped(lambda y: rng.normal(size=np.shape(y)), out)
    analytic = _by_name(forward, arrays, backward(mapped(np.copy, dout), cache))
    given = leaves(arrays)
    worst = 0.0
    for k, (name, gradient) in enumerate(analytic):

        def scalar(z, k=k):
            return _inner(dout, run(_with_leaf(arrays, k, z))[0])

        numerical = _finite_differences(scalar, given[k], gradient, step * _widths(given), rtol, atol)
        try:
            worst = max(worst, _compare(name, gradient, numerical, rtol, atol))
        except GradientMismatch as mismatch:
            raise _kink(scalar, given[k], mismatch, step, rtol, atol) or mismatch from None
    return worst


def _pair(op) -> tuple[Callable, Callable]:
    """The forward and the backward function that `op` stands for."""
    if isinstance(op, tuple):
        return op
    name = getattr(op, "__name__", "")
    module = sys.modules.get(getattr(op, "__module__", ""))
    backward = getattr(module, f"{name.removesuffix('_forward')}_backward", None)
    if not name.endswith("_forward") or backward is None:
        raise ValueError(
            f"op must be a function NAME_forward with NAME_backward beside it, or the pair of both, but {op!r} came."
        )
    return op, backward


def _paths(tree, name: str) -> Iterator[tuple[str, Array]]:
    """Every array of a nest of tuples and dicts, with its path written as Python would."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _paths(value, f"{name}[{key!r}]")
    elif isinstance(tree, tuple):
        for i, value in enumerate(tree):
            yield from _paths(value, f"{name}[{i}]")
    else:
        yield name, tree


def _with_leaf(tree, k: int, leaf: Array):
    """The same nest with another array in place number k."""
    others = iter([*leaves(tree)[:k], leaf, *leaves(tree)[k + 1 :]])
    return mapped(lambda _: next(others), tree)


def _inner(a, b) -> float:
    """Σ a · b over all arrays of two nests: the scalar whose gradient the backward pass claims to be."""
    return sum(float(np.sum(x * y)) for x, y in zip(leaves(a), leaves(b), strict=True))


def _by_name(forward: Callable, arrays: tuple, gradients) -> list[tuple[str, Array]]:
    """(name, gradient) of each array; what is missing or has a wrong shape fails here."""
    import inspect

    names = [*inspect.signature(forward).parameters][: len(arrays)]
    gradients = (gradients,) if len(arrays) == 1 else gradients
    if not isinstance(gradients, tuple) or len(gradients) != len(arrays):
        came = len(gradients) if isinstance(gradients, tuple) else "one array"
        raise GradientMismatch(f"backward must return the gradients of {', '.join(names)}, but {came} came.", names[0])
    found = dict(path for name, gradient in zip(names, gradients, strict=True) for path in _paths(gradient, name))
    wanted = [path for name, array in zip(names, arrays, strict=True) for path in _paths(array, name)]
    for name, array in wanted:
        if np.shape(found.get(name)) != array.shape or found.get(name) is None:
            came = f"shape {np.shape(found[name])}" if found.get(name) is not None else "nothing"
            raise GradientMismatch(f"the gradient of {name} must have shape {array.shape}, but {came} came.", name)
    return [(name, found[name]) for name, _ in wanted]


def _compare(name: str, analytic: Array, numerical: Array, rtol: float, atol: float) -> float:
    """Largest difference, or GradientMismatch at the element that oversteps its tolerance most."""
    difference = np.abs(np.asarray(analytic) - numerical)
    excess = np.nan_to_num(difference / (atol + rtol * np.abs(numerical)), nan=np.inf)
    if excess.size and excess.max() > 1:
        index = tuple(int(i) for i in np.unravel_index(excess.argmax(), excess.shape))
        a, n = float(np.asarray(analytic)[index]), float(np.asarray(numerical)[index])
        raise GradientMismatch(
            f"the gradient of {name} is wrong, worst at index {index}: backward says {a:.8g}, "
            f"finite differences {n:.8g} ({int((excess > 1).sum())} of {excess.size} elements differ).",
            name, index, a, n,
        )  # fmt: skip
    return float(difference.max(initial=0.0))


def _widths(arrays: list[Array]) -> Array:
    """Factors of the step: 1, and more where numbers are large. Rounding of 1e6 drowns what a step of 1e-5 changes."""
    size = max((float(np.abs(leaf).max(initial=0)) for leaf in arrays), default=0.0)
    return np.array([1, size ** (1 / 3), size]) if 10 < size < np.inf else np.ones(1)


def _finite_differences(f: Callable, x: Array, analytic: Array, steps: Array, rtol: float, atol: float) -> Array:
    """Central differences; elements that differ are tried again with wider steps, and keep the nearest answer."""
    best = numerical_gradient(f, x, steps[0])
    for step in steps[1:]:
        distance = np.abs(analytic - best)
        if np.all(distance <= atol + rtol * np.abs(best)):
            break
        other = numerical_gradient(f, x, step)
        best = np.where(np.abs(analytic - other) < distance, other, best)
    return best


def _kink(
    f: Callable, x: Array, mismatch: GradientMismatch, step: float, rtol: float, atol: float
) -> GradientMismatch | None:
    """The mismatch as what it is, if the function bends there: two slopes, and backward's value is one or between."""
    index, claimed = mismatch.index, mismatch.analytic

    def slopes(h: float) -> Array:
        around = [x.copy() for _ in range(3)]
        around[0][index] -= h
        around[2][index] += h
        return np.diff([_one_number(f(a)) for a in around]) / h  # left and right

    sides, nearer = slopes(step), slopes(step / 8)
    tolerance = 100 * (atol + rtol * np.abs(sides).max())
    bends = np.ptp(sides) > tolerance and sides.min() - tolerance <= claimed <= sides.max() + tolerance
    stays = np.ptp(nearer) > np.ptp(sides) / 2  # of a smooth function only an eighth is left
    if not bends or not (stays or abs(nearer.mean() - claimed) <= tolerance):
        return None
    left, right = map(float, sides)
    return GradientMismatch(
        f"{mismatch.argument} has a kink at index {index}, value {float(x[index]):.8g}: its slope is {left:.8g} on the "
        f"left and {right:.8g} on the right, and backward says {claimed:.8g}. No difference can judge there: "
        "move the value away (from ReLU's 0, from equal values in max pooling) and check again.",
        mismatch.argument, index, claimed, mismatch.numerical, (left, right),
    )  # fmt: skip
