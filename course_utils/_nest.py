"""Nests: an array, or a tuple or dict of nests. How several inputs, outputs and gradients travel together."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils._types import Array

Nest = Any


def leaves(nest: Nest) -> list[Array]:
    """The arrays of a nest, in order.

    >>> [len(a) for a in leaves((np.ones(2), {"x": np.ones(3)}))]
    [2, 3]
    """
    if isinstance(nest, dict):
        nest = tuple(nest.values())
    if isinstance(nest, tuple):
        return [leaf for part in nest for leaf in leaves(part)]
    return [np.asarray(nest)]


def mapped(function: Callable, *nests: Nest) -> Nest:
    """The nest of what a function gives for the arrays at each place of one or more nests of one form.

    >>> mapped(len, {"a": np.ones(2), "b": (np.ones(3),)})
    {'a': 2, 'b': (3,)}
    """
    first = nests[0]
    if isinstance(first, dict):
        return {name: mapped(function, *(nest[name] for nest in nests)) for name in first}
    if isinstance(first, tuple):
        return tuple(mapped(function, *parts) for parts in zip(*nests, strict=True))
    return function(*(np.asarray(nest) for nest in nests))


def added(*nests: Nest) -> Nest:
    """The sum of nests of one form, place by place; None, a gradient that nobody asks for, makes its place None.

    >>> added((1.0, 2.0), (3.0, 4.0)), added(None, 1.0)
    ((4.0, 6.0), None)
    """
    if any(nest is None for nest in nests):
        return None
    if isinstance(nests[0], tuple):
        return tuple(added(*parts) for parts in zip(*nests, strict=True))
    total = nests[0]
    for nest in nests[1:]:
        total = total + nest
    return total
