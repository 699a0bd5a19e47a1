"""What a step of training makes smaller: losses of outputs and targets, in all the forms that `fit` takes."""

import functools
import inspect
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course_utils import losses
from course_utils._nest import Nest
from course_utils._types import Array, Params
from course_utils.train._batches import examples, supervised

_LOSSES = ("mse", "mae", "huber", "binary_cross_entropy", "cross_entropy")


class Value(NamedTuple):
    """Losses of a batch, (K,), how much counted in each, (K,), and the gradient of their sum for the outputs."""

    values: Array
    counts: Array
    gradient: Nest


class Slope(NamedTuple):
    """Losses of a batch, (K,), how much counted in each, (K,), and the gradients of the parameters."""

    values: Array
    counts: Array
    grads: Params


def loss_function(loss) -> Callable[[Nest, Nest, Nest], Value]:
    """(output, y, weights) -> Value, from any of the forms that `fit` takes.

    >>> loss_function("mse")(np.array([2.0]), np.array([0.0]), None).values
    array([4.])
    """
    if isinstance(loss, list):
        return _several([loss_function(one) for one in loss])
    forward, options = (loss.func, loss.keywords) if isinstance(loss, functools.partial) else (loss, {})
    if isinstance(forward, str) and forward in _LOSSES:
        forward = getattr(losses, f"{forward}_forward")
    name = getattr(forward, "__name__", "")
    if name.removesuffix("_forward") in _LOSSES and forward is getattr(losses, name):
        return _pair(forward, getattr(losses, name.replace("_forward", "_backward")), options)
    if callable(loss):
        return functools.partial(_own, loss)
    if not isinstance(loss, tuple) or len(loss) != 2:
        raise ValueError(f"loss must be one of {', '.join(_LOSSES)}, or a function, but {loss!r} came.")
    return _pair(*loss, {})


def _pair(forward: Callable, backward: Callable, options: dict) -> Callable[[Nest, Nest, Nest], Value]:
    """A forward and a backward function whose first keyword is the target."""
    target = [*inspect.signature(forward).parameters][1]  # "target" or "labels"

    def value_and_gradient(out, y, weights):
        weighted = {} if weights is None else {"weights": weights}
        value, cache = forward(out, **{target: y}, **options, **weighted)
        count = getattr(cache, "count", examples(y))
        return Value(np.array([float(value)]), np.array([float(count)]), backward(1.0, cache))

    return value_and_gradient


def _own(function: Callable, out, y, weights) -> Value:
    """A learner's own function: (output, y) or (output, y, weights) -> (loss, gradient) or (loss, gradient, count)."""
    value, gradient, *count = function(out, y) if weights is None else function(out, y, weights)
    return Value(np.array([float(value)]), np.array([float(count[0] if count else examples(y))]), gradient)


def _several(functions: list[Callable]) -> Callable[[Nest, Nest, Nest], Value]:
    """One loss for each output; their sum is what is made smaller."""

    def value_and_gradient(outs, ys, weights):
        if not len(outs) == len(ys) == len(functions):
            raise ValueError(f"{len(functions)} losses came for {len(outs)} outputs and {len(ys)} targets: one each.")
        weights = weights if isinstance(weights, tuple) else (weights,) * len(functions)
        found = [f(*given) for f, *given in zip(functions, outs, ys, weights, strict=True)]
        values, counts = (np.concatenate([getattr(one, name) for one in found]) for name in ("values", "counts"))
        return Value(values, counts, tuple(one.gradient for one in found))

    return value_and_gradient


def forward(model, x: Nest, training: bool):
    """(output, cache) of a model; a dict of inputs is handed over by name."""
    return model.forward(**x, training=training) if isinstance(x, dict) else model.forward(x, training=training)


def supervised_slope(loss: Callable, model, batch) -> Slope:
    """Losses and gradients of a model on a batch (x, y) or (x, y, weights)."""
    x, y, weights = supervised(batch)
    out, cache = forward(model, x, training=True)
    found = loss(out, y, weights)
    if not np.isfinite(found.values).all():
        return Slope(found.values, found.counts, {})  # the run has diverged: nothing to go back through
    return Slope(found.values, found.counts, model.backward(found.gradient, cache)[1])


def part_slope(objective: Callable, model, batch) -> Slope:
    """Loss and gradients of one part of a model, by a function (model, batch) -> (loss, grads) or (loss, grads, count).

    Raises
    ------
    TypeError : the function gives something else.
    """
    found = objective(model, batch)
    if not isinstance(found, tuple) or len(found) not in (2, 3) or not isinstance(found[1], dict):
        name = getattr(objective, "__name__", repr(objective))
        raise TypeError(f"{name}(model, batch) must return (loss, grads) or (loss, grads, count), but {found!r} came.")
    value, grads, *count = found
    return Slope(np.array([float(value)]), np.array([float(count[0] if count else examples(batch))]), grads)


def mean_loss(parts) -> float:
    """Σ over the losses of their means over all batches, each batch by what counted in it.

    >>> mean_loss([Value(np.array([2.0]), np.array([3.0]), None), Value(np.array([6.0]), np.array([1.0]), None)])
    3.0
    """
    totals = counts = 0.0
    for part in parts:
        totals, counts = totals + part.values * part.counts, counts + part.counts
    if np.ndim(counts) == 0:
        raise ValueError("data must give at least one batch an epoch, but none came: an iterator used up?")
    return float(np.sum(totals / np.where(counts > 0, counts, 1)))
