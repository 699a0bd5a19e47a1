"""Data for training: nests of arrays, cut along their first axis."""

from collections.abc import Iterable, Iterator

import numpy as np

from course_utils._nest import Nest, leaves, mapped
from course_utils.data import batches


def examples(nest: Nest) -> int:
    """How many examples a batch has: the length of its first array.

    >>> examples((np.ones((4, 2)), np.ones(4)))
    4
    """
    first = leaves(nest)[0]
    return len(first) if first.ndim else 1


def cut(data: Nest, batch_size: int, rng=None, drop_last: bool = False) -> Iterator[Nest]:
    """Batches of the same nest: one pass over the data, shuffled if there is a generator.

    Raises
    ------
    ValueError : arrays of different lengths, no examples, batch_size < 1.

    >>> [x.tolist() for x, y in cut((np.arange(3), np.arange(3)), 2)]
    [[0, 1], [2]]
    """
    lengths = [len(a) if a.ndim else 0 for a in leaves(data)]
    if min(lengths) == 0 or len(set(lengths)) > 1:
        raise ValueError(f"data must hold arrays with the same number of examples, at least 1, but have {lengths}.")
    parts: Iterator[np.ndarray] = batches(lengths[0], batch_size, rng, drop_last=drop_last)
    return (mapped(lambda a: a[part], data) for part in parts)  # noqa: B023 - used at once


def one_epoch(data, batch_size: int, rng, drop_last: bool = False) -> Iterable:
    """The batches of one epoch, from arrays or from a function of the generator."""
    if callable(data):
        return data(rng)
    return cut(tuple(data) if isinstance(data, list) else data, batch_size, rng, drop_last)


def supervised(batch) -> tuple[Nest, Nest, Nest]:
    """(x, y, weights) of a batch, weights None where it has none.

    Raises
    ------
    ValueError : a batch that is not a pair (x, y) or a triple (x, y, weights).
    """
    if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
        came = f"{len(batch)} parts" if isinstance(batch, tuple | list) else type(batch).__name__
        raise ValueError(f"data must come as (x, y) or (x, y, weights), but {came} came.")
    return (*batch, None) if len(batch) == 2 else tuple(batch)
