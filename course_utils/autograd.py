"""A tape that remembers: reverse-mode differentiation of NumPy programs, small enough to read in one sitting.

Every operation makes a new Tensor that knows its parents and one function that turns the gradient of the result
into the gradients of the parents. `backward` walks from the result to the inputs in reverse order of creation,
so that a gradient is complete before it is passed on (Linnainmaa, 1970; Rumelhart, Hinton and Williams, 1986).
Nothing else of the package uses this module: it is here to be read, changed and compared with PyTorch.

>>> x = Tensor([1.0, 2.0, 3.0])
>>> loss = (x * x).sum()
>>> loss.backward()
>>> x.grad
array([2., 4., 6.])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

Array = np.ndarray


class Tensor:
    """An array that remembers how it was computed.

    Parameters
    ----------
    data : numbers, any shape; integers become float64, float32 stays.

    Attributes
    ----------
    data : the values.
    grad : after `backward`, the gradient of the result with respect to this tensor, of data's shape and dtype;
        None before. Gradients of several calls add up, as in PyTorch; `zero_grad` clears one.

    >>> (Tensor([1.0, 2.0]) @ Tensor([3.0, 4.0])).data
    array(11.)
    """

    __array_ufunc__ = None  # array + tensor asks the tensor, rather than making an array of tensors

    def __init__(self, data, *, parents: tuple[Tensor, ...] = (), pull: Callable | None = None):
        data = np.asarray(data)
        if data.dtype.kind not in "fiub":
            raise TypeError(f"data must hold real numbers, but its dtype is {data.dtype}.")
        self.data = data if data.dtype.kind == "f" else data.astype(np.float64)
        self.grad: Array | None = None
        self._parents, self._pull = parents, pull  # pull: gradient of the result -> gradients of the parents

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the values."""
        return self.data.shape

    def __repr__(self) -> str:
        return f"Tensor({np.array2string(self.data, precision=4, separator=', ', prefix='Tensor(')})"

    def __len__(self) -> int:
        return len(self.data)

    # --- the tape ---------------------------------------------------------------------------------------------

    def backward(self, grad: Array | None = None) -> None:
        """Add to `.grad` of everything this tensor was computed from; `grad` is the upstream gradient.

        Raises
        ------
        ValueError : no upstream gradient for a result of more than one number, or one of another shape.

        >>> x = Tensor(2.0); y = x ** 3; y.backward(); float(x.grad)
        12.0
        """
        if grad is None and self.data.size != 1:
            raise ValueError(
                f"backward needs one number to differentiate, but the result has shape {self.shape}: "
                "take its sum or mean, or pass the upstream gradient."
            )
        grad = np.ones_like(self.data) if grad is None else np.asarray(grad, self.data.dtype)
        if grad.shape != self.shape:
            raise ValueError(f"grad must have the shape of the result, {self.shape}, but its shape is {grad.shape}.")
        flowing = {id(self): grad}  # what has arrived so far at each tensor, in this call
        for node in reversed(self._in_order()):
            arrived = flowing.pop(id(node))
            node.grad = arrived.copy() if node.grad is None else node.grad + arrived
            if node._pull is not None:
                for parent, part in zip(node._parents, node._pull(arrived), strict=True):
                    part = _unbroadcast(part, parent.shape).astype(parent.data.dtype, copy=False)
                    flowing[id(parent)] = flowing[id(parent)] + part if id(parent) in flowing else part

    def _in_order(self) -> list[Tensor]:
        """Every tensor that this one was computed from, parents before children.

        Depth first, with a list for a stack: a chain of ten thousand operations would be too deep for recursion.
        """
        order, seen, stack = [], {id(self)}, [(self, iter(self._parents))]
        while stack:
            node, parents = stack[-1]
            parent = next((p for p in parents if id(p) not in seen), None)
            if parent is None:  # all parents are in: so can this one be
                order.append(node)
                stack.pop()
            else:
                seen.add(id(parent))
                stack.append((parent, iter(parent._parents)))
        return order

    def zero_grad(self) -> None:
        """Forget the gradient of earlier calls."""
        self.grad = None

    def detach(self) -> Tensor:
        """The same values without their history: no gradient flows through."""
        return Tensor(self.data)

    # --- arithmetic, with broadcasting --------------------------------------------------------------------------

    def __add__(self, other) -> Tensor:
        a, b = self, _tensor(other, self)
        return Tensor(a.data + b.data, parents=(a, b), pull=lambda g: (g, g))

    def __mul__(self, other) -> Tensor:
        a, b = self, _tensor(other, self)
        return Tensor(a.data * b.data, parents=(a, b), pull=lambda g: (g * b.data, g * a.data))

    def __truediv__(self, other) -> Tensor:
        a, b = self, _tensor(other, self)
        out = a.data / b.data
        return Tensor(out, parents=(a, b), pull=lambda g: (g / b.data, -g * out / b.data))

    def __pow__(self, n: float) -> Tensor:
        if not np.isscalar(n):
            raise TypeError(f"the exponent must be a plain number, but {type(n).__name__} came: (x.log() * n).exp()?")
        n = float(n)
        return Tensor(self.data**n, parents=(self,), pull=lambda g: (g * n * self.data ** (n - 1),))

    def __matmul__(self, other) -> Tensor:
        a, b = self, _tensor(other, self)
        A = a.data[None, :] if a.data.ndim == 1 else a.data  # a vector on the left is a row,
        B = b.data[:, None] if b.data.ndim == 1 else b.data  # on the right a column

        def pull(g):
            G = g.reshape(*np.broadcast_shapes(A.shape[:-2], B.shape[:-2]), A.shape[-2], B.shape[-1])
            dA, dB = G @ B.swapaxes(-1, -2), A.swapaxes(-1, -2) @ G
            return _unbroadcast(dA, A.shape).reshape(a.shape), _unbroadcast(dB, B.shape).reshape(b.shape)

        return Tensor(a.data @ b.data, parents=(a, b), pull=pull)

    def __neg__(self) -> Tensor:
        return self * -1

    def __sub__(self, other) -> Tensor:
        return self + -_tensor(other, self)

    def __radd__(self, other) -> Tensor:
        return self + other

    def __rmul__(self, other) -> Tensor:
        return self * other

    def __rsub__(self, other) -> Tensor:
        return -self + other

    def __rtruediv__(self, other) -> Tensor:
        return _tensor(other, self) / self

    def __rmatmul__(self, other) -> Tensor:
        return _tensor(other, self) @ self

    # --- functions of each element ------------------------------------------------------------------------------

    def exp(self) -> Tensor:
        """eˣ; its derivative is itself."""
        out = np.exp(self.data)
        return Tensor(out, parents=(self,), pull=lambda g: (g * out,))

    def log(self) -> Tensor:
        """Natural logarithm; derivative 1/x."""
        return Tensor(np.log(self.data), parents=(self,), pull=lambda g: (g / self.data,))

    def tanh(self) -> Tensor:
        """Hyperbolic tangent; derivative 1 - tanh²."""
        out = np.tanh(self.data)
        return Tensor(out, parents=(self,), pull=lambda g: (g * (1 - out**2),))

    def sigmoid(self) -> Tensor:
        """σ(x) = (1 + tanh(x/2)) / 2, which never overflows; derivative σ(1 - σ)."""
        out = 0.5 * (1 + np.tanh(0.5 * self.data))
        return Tensor(out, parents=(self,), pull=lambda g: (g * out * (1 - out),))

    def relu(self) -> Tensor:
        """max(x, 0); derivative 1 right of zero, 0 elsewhere."""
        return Tensor(np.maximum(self.data, 0), parents=(self,), pull=lambda g: (g * (self.data > 0),))

    # --- sums and shapes ----------------------------------------------------------------------------------------

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """Sum along `axis`; every element that was summed gets the gradient of its sum."""

        def pull(g):
            g = g if keepdims or axis is None else np.expand_dims(g, axis)
            return (np.broadcast_to(g, self.shape),)

        return Tensor(self.data.sum(axis=axis, keepdims=keepdims), parents=(self,), pull=pull)

    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """Mean along `axis`."""
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def logsumexp(self, axis: int = -1, keepdims: bool = False) -> Tensor:
        """log Σ exp(x) along `axis`, safe for large x; its gradient is the softmax."""
        top = self.data.max(axis=axis, keepdims=True)
        e = np.exp(self.data - top)
        total = e.sum(axis=axis, keepdims=True)
        out = top + np.log(total)

        def pull(g):
            return ((g if keepdims else np.expand_dims(g, axis)) * e / total,)

        return Tensor(out if keepdims else out.squeeze(axis), parents=(self,), pull=pull)

    def reshape(self, *shape: int) -> Tensor:
        """The same elements in another shape."""
        return Tensor(self.data.reshape(*shape), parents=(self,), pull=lambda g: (g.reshape(self.shape),))

    def transpose(self, *axes: int) -> Tensor:
        """Axes in another order; reversed without arguments."""
        back = np.argsort(axes) if axes else None
        return Tensor(self.data.transpose(*axes), parents=(self,), pull=lambda g: (g.transpose(back),))

    @property
    def T(self) -> Tensor:
        """All axes reversed."""
        return self.transpose()

    def __getitem__(self, index) -> Tensor:
        def pull(g):
            full = np.zeros_like(self.data)
            np.add.at(full, index, g)  # adds, where an index comes twice
            return (full,)

        return Tensor(self.data[index], parents=(self,), pull=pull)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))


def _tensor(x, like: Tensor) -> Tensor:
    """A Tensor as it is; an array as a constant; a plain number in the other operand's dtype."""
    if isinstance(x, Tensor):
        return x
    return Tensor(np.asarray(x, like.data.dtype) if isinstance(x, (int, float)) else x)


def _unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes that broadcasting has added or stretched: an element used often gets the sum."""
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    stretched = tuple(i for i, size in enumerate(shape) if size == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=stretched, keepdims=True)
