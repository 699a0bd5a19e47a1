"""Step 1, the tape: a value that knows where it came from, and the walk back from a result to its inputs."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Self

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_float


class Node:
    """An array that remembers how it was computed.

    Parameters
    ----------
    data : numbers, any shape; integers become float64, float32 stays. An array is not copied.
    name : what messages and drawings call it.
    op, parents, pull : how it was computed, for those who write operations: the operation's name, the nodes it was
        applied to, and the function from the gradient of the result to the gradients of the parents.

    Attributes
    ----------
    data : the values.
    grad : after `backward`, the gradient of the result with respect to this node, of data's shape and dtype;
        None before. Gradients of several calls add up, as in PyTorch; `zero_grad` clears one.
    name, op, parents : as above.

    >>> a = Node(3.0)
    >>> square = Node(a.data**2, op="square", parents=(a,), pull=lambda g: (g * 2 * a.data,))
    >>> square.backward(); a.grad
    array(6.)
    """

    __array_ufunc__ = None  # array + node asks the node, rather than making an array of nodes

    def __init__(
        self, data, *, name: str = "", op: str = "", parents: tuple[Node, ...] = (), pull: Callable | None = None
    ):
        if isinstance(data, list | tuple) and any(isinstance(entry, Node) for entry in data):
            raise TypeError(
                "data must hold numbers, but it holds Tensors: stack((a, b)) joins them with their history."
            )
        self.data = as_float("data", data)
        self.grad: Array | None = None
        self.name, self.op, self.parents, self._pull = name, op, parents, pull
        # Inputs may change between two forward passes, so what they held is noted when they are used.
        self._seen = [(parent, fingerprint(parent.data)) for parent in parents if not parent.parents]
        self._made = fingerprint(self.data) if parents else None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the values."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim

    def item(self) -> float:
        """The value of a node that holds one number, as a plain number without history."""
        return self.data.item()

    def __repr__(self) -> str:
        label = type(self).__name__
        return f"{label}({np.array2string(self.data, precision=4, separator=', ', prefix=f'{label}(')})"

    def __array__(self, dtype=None, copy=None):
        raise TypeError("NumPy would forget how a Tensor was computed: x.data is its array, x.sum() and so on keep it.")

    # --- the walk back ------------------------------------------------------------------------------------------

    def backward(self, grad: Array | None = None) -> None:
        """Add to `.grad` of everything this node was computed from; `grad` is the upstream gradient.

        Raises
        ------
        ValueError : no upstream gradient for a result of more than one number, or one of another shape.
        RuntimeError : data changed since the forward pass used them (no gradient is touched then).
        """
        if grad is None and self.data.size != 1:
            raise ValueError(
                f"backward needs one number to differentiate, but the result has shape {self.shape}: "
                "take its sum or mean, or pass the upstream gradient."
            )
        grad = np.ones_like(self.data) if grad is None else np.asarray(grad, self.data.dtype)
        if grad.shape != self.shape:
            raise ValueError(f"grad must have the shape of the result, {self.shape}, but its shape is {grad.shape}.")
        tape = self.tape()
        for node in tape:
            node._check_unchanged()
        flowing = {id(self): grad}  # what has arrived so far at each node, in this call
        for node in reversed(tape):
            arrived = flowing.pop(id(node))
            node.grad = np.array(arrived if node.grad is None else node.grad + arrived)
            if node._pull is not None:
                for parent, part in zip(node.parents, node._pull(arrived), strict=True):
                    part = unbroadcast(part, parent.shape).astype(parent.data.dtype, copy=False)
                    flowing[id(parent)] = flowing[id(parent)] + part if id(parent) in flowing else part

    def tape(self) -> list[Self]:
        """Everything this node was computed from, parents before children, itself last.

        Depth first, with a list for a stack: a chain of ten thousand operations would be too deep for recursion.
        """
        order, seen, stack = [], {id(self)}, [(self, iter(self.parents))]
        while stack:
            node, parents = stack[-1]
            parent = next((p for p in parents if id(p) not in seen), None)
            if parent is None:  # all parents are in: so can this one be
                order.append(node)
                stack.pop()
            else:
                seen.add(id(parent))
                stack.append((parent, iter(parent.parents)))
        return order

    def zero_grad(self) -> None:
        """Forget the gradient of earlier calls."""
        self.grad = None

    def detach(self) -> Self:
        """The same values without their history: no gradient flows through, as under PyTorch's no_grad."""
        return type(self)(self.data)

    def _check_unchanged(self) -> None:
        """Derivatives are computed from data that the forward pass saw: other data would give a wrong gradient."""
        for node, then in self._seen + [(self, self._made)] * bool(self.parents):
            if fingerprint(node.data) != then:
                what = node.name or (f"the result of {node.op}" if node.op else "an input")
                used = f" (used by {self.op})" if node is not self else ""
                raise RuntimeError(
                    f"the data of {what}, shape {node.shape}{used}, changed between forward and backward: "
                    "its gradient would be wrong. Run the forward pass again, or change a copy."
                )

    def _record(self, data, op: str, parents: tuple, pull: Callable) -> Self:
        """The result of an operation; of the class that this node has by now, whichever step the reader is at."""
        return type(self)(data, op=op, parents=parents, pull=pull)


def as_node(x, like: Node) -> Node:
    """A node as it is; an array as a constant; a number, or integers, in the other operand's dtype.

    >>> as_node(2, like=Node(np.ones(3, np.float32))).data
    array(2., dtype=float32)
    """
    if isinstance(x, Node):
        return x
    x = x if isinstance(x, np.ndarray) else np.asarray(x)
    if x.dtype.kind in "iub" or (x.dtype.kind == "f" and x.ndim == 0):
        x = np.array(x, like.data.dtype)
    return type(like)(x)


def fingerprint(data: Array) -> tuple:
    """A few bytes that differ, but for one chance in four thousand million, where two arrays differ.

    >>> fingerprint(np.array([1.0, 2.0])) == fingerprint(np.array([2.0, 1.0]))
    False
    """
    return data.shape, zlib.crc32(np.ascontiguousarray(data))


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes that broadcasting has added or stretched: an element used often gets the sum.

    >>> unbroadcast(np.ones((2, 3)), (3,)), unbroadcast(np.ones((2, 3)), (2, 1)).tolist()
    (array([2., 2., 2.]), [[3.0], [3.0]])
    """
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    stretched = tuple(i for i, size in enumerate(shape) if size == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=stretched, keepdims=True)
