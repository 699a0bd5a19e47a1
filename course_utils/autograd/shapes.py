"""Step 4, shapes: sums along axes, axes in another order, pieces by index, and several joined to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np

from course_utils._types import Array
from course_utils.autograd.functions import Elementwise
from course_utils.autograd.tape import Node

Axis = int | tuple[int, ...] | None
"""One axis, several, or None for all; negative ones count from the end."""


class Tensor(Elementwise):
    """An array that remembers how it was computed, complete: see `Node` for its arguments and attributes.

    >>> W = Tensor([[1.0, 2.0], [3.0, 4.0]], name="W")
    >>> loss = (W @ [1.0, 1.0]).max(); loss.backward(); W.grad
    array([[0., 0.],
           [1., 1.]])
    """

    # --- along axes ---------------------------------------------------------------------------------------------

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Sum along `axis`; every element that was summed gets the gradient of its sum."""

        def pull(g):
            return (np.broadcast_to(_reopened(g, axis, keepdims), self.shape),)

        return self._record(self.data.sum(axis=axis, keepdims=keepdims), "sum", (self,), pull)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Mean along `axis`."""
        count = self._count(axis)

        def pull(g):
            return (np.broadcast_to(_reopened(g, axis, keepdims) / count, self.shape),)

        return self._record(self.data.mean(axis=axis, keepdims=keepdims), "mean", (self,), pull)

    def var(self, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Self:
        """Variance along `axis`: squared distances from the mean, summed, over n - ddof (NumPy's default 0;
        PyTorch's is 1)."""
        distance = self - self.mean(axis, keepdims=True)
        return (distance * distance).sum(axis, keepdims) / (self._count(axis) - ddof)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Largest along `axis`. Ties share the gradient equally, as PyTorch's `amax` and TensorFlow have it
        (PyTorch's `max(dim)` gives all of it to one)."""
        top = self.data.max(axis=axis, keepdims=True)
        ties = self.data == top
        share = (ties / ties.sum(axis=axis, keepdims=True)).astype(self.data.dtype)
        out = top if keepdims else top.squeeze(axis)
        return self._record(out, "max", (self,), lambda g: (_reopened(g, axis, keepdims) * share,))

    def min(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Smallest along `axis`; ties as in `max`."""
        return -(-self).max(axis, keepdims)

    def logsumexp(self, axis: Axis = -1, keepdims: bool = False) -> Self:
        """log Σ exp(x) along `axis`, safe for large x; its gradient is the softmax."""
        top = self.data.max(axis=axis, keepdims=True)
        top = np.where(np.isfinite(top), top, 0)  # a row of -inf: log 0, not ∞ - ∞
        e = np.exp(self.data - top)
        total = e.sum(axis=axis, keepdims=True)
        with np.errstate(divide="ignore"):
            out = top + np.log(total)
        share = e / np.where(total > 0, total, 1)
        out = out if keepdims else out.squeeze(axis)
        return self._record(out, "logsumexp", (self,), lambda g: (_reopened(g, axis, keepdims) * share,))

    def _count(self, axis: Axis) -> int:
        """How many elements are taken together."""
        axes = range(self.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        count = int(np.prod([self.shape[i] for i in axes], dtype=int))
        if count == 0:
            raise ValueError(f"axis {axis} of a Tensor of shape {self.shape} holds no element: it has no mean.")
        return count

    # --- other shapes -------------------------------------------------------------------------------------------

    def reshape(self, *shape: int | tuple[int, ...]) -> Self:
        """The same elements in another shape: x.reshape(2, -1) or x.reshape((2, -1))."""
        return self._record(self.data.reshape(*shape), "reshape", (self,), lambda g: (g.reshape(self.shape),))

    def transpose(self, *axes: int | Sequence[int] | None) -> Self:
        """Axes in another order, x.transpose(0, 2, 1) or x.transpose((0, -1, 1)); reversed without arguments."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None
        out = self.data.transpose(order)
        back = None if order is None else np.argsort([i % self.ndim for i in order])
        return self._record(out, "transpose", (self,), lambda g: (g.transpose(back),))

    def swapaxes(self, i: int, j: int) -> Self:
        """Two axes exchanged: x.swapaxes(-1, -2) transposes the matrices of a batch."""
        return self._record(self.data.swapaxes(i, j), "swapaxes", (self,), lambda g: (g.swapaxes(i, j),))

    @property
    def T(self) -> Self:
        """All axes reversed."""
        return self.transpose()

    def __getitem__(self, index) -> Self:
        """Whatever NumPy takes: numbers, slices, None, ..., boolean masks, integers in arrays, lists or Tensors."""
        index = tuple(map(_own_index, index)) if isinstance(index, tuple) else _own_index(index)

        def pull(g):
            full = np.zeros_like(self.data)
            np.add.at(full, index, g)  # adds, where an index comes twice
            return (full,)

        return self._record(self.data[index], "[...]", (self,), pull)

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))


def concatenate(tensors: Sequence, axis: int = 0) -> Tensor:
    """Join along an axis that is there; each gets back its piece of the gradient.

    >>> a, b = Tensor([1.0, 2.0]), Tensor([3.0])
    >>> (concatenate((a, b)) * [1.0, 10.0, 100.0]).sum().backward(); a.grad, b.grad
    (array([ 1., 10.]), array([100.]))
    """
    tensors = _all(tensors)
    out = np.concatenate([t.data for t in tensors], axis=axis)
    ends = np.cumsum([t.shape[axis] for t in tensors])[:-1]
    return Tensor(out, op="concatenate", parents=tensors, pull=lambda g: np.split(g, ends, axis=axis))


def stack(tensors: Sequence, axis: int = 0) -> Tensor:
    """Join along a new axis: T states of shape (N, H) become (N, T, H) by axis=1.

    >>> stack((Tensor([1.0, 2.0]), Tensor([3.0, 4.0])), axis=1).data
    array([[1., 3.],
           [2., 4.]])
    """
    tensors = _all(tensors)
    out = np.stack([t.data for t in tensors], axis=axis)
    return Tensor(out, op="stack", parents=tensors, pull=lambda g: tuple(np.moveaxis(g, axis, 0)))


def _all(tensors: Sequence) -> tuple[Tensor, ...]:
    if not isinstance(tensors, list | tuple):
        raise TypeError(f"give the Tensors in a tuple or a list: ((a, b)), but {type(tensors).__name__} came.")
    return tuple(t if isinstance(t, Node) else Tensor(t) for t in tensors)


def _reopened(g: Array, axis: Axis, keepdims: bool) -> Array:
    """The gradient of a sum with the summed axes as axes of size 1."""
    return g if keepdims or axis is None else np.expand_dims(g, axis)


def _own_index(i):
    """A part of an index that nobody else can change; whole numbers in a Tensor become integers."""
    if isinstance(i, Node):
        if not np.array_equal(i.data, np.round(i.data)):
            raise TypeError("a Tensor used as an index must hold whole numbers.")
        return i.data.astype(np.intp)
    if isinstance(i, list):
        return np.array(i, dtype=None if i else np.intp)
    return i.copy() if isinstance(i, np.ndarray) else i
