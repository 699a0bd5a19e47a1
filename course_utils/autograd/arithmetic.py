"""Step 2, arithmetic: + - * / ** @ with broadcasting, numbers and arrays on either side."""

from __future__ import annotations

from numbers import Real
from typing import Self

import numpy as np

from course_utils._types import Array
from course_utils.autograd.tape import Node, as_node, unbroadcast


class Arithmetic(Node):
    """A node that can be added, multiplied and compared. What broadcasting stretches, `backward` sums again.

    >>> a, b = Arithmetic(3.0), Arithmetic(2.0)
    >>> (a * b + a).backward(); a.grad, b.grad
    (array(3.), array(3.))
    """

    def __add__(self, other) -> Self:
        a, b = self, as_node(other, self)
        return self._record(a.data + b.data, "+", (a, b), lambda g: (g, g))

    def __sub__(self, other) -> Self:
        a, b = self, as_node(other, self)
        return self._record(a.data - b.data, "-", (a, b), lambda g: (g, -g))

    def __mul__(self, other) -> Self:
        a, b = self, as_node(other, self)
        return self._record(a.data * b.data, "*", (a, b), lambda g: (g * b.data, g * a.data))

    def __truediv__(self, other) -> Self:
        a, b = self, as_node(other, self)
        out = a.data / b.data
        return self._record(out, "/", (a, b), lambda g: (g / b.data, -g * out / b.data))

    def __pow__(self, n: float) -> Self:
        if not isinstance(n, Real):
            raise TypeError(f"the exponent must be a plain number, but {type(n).__name__} came: (x.log() * n).exp()?")
        n, x = float(n), self.data

        def pull(g):  # x⁰ is 1 everywhere, also at 0, where n xⁿ⁻¹ would be 0 · ∞
            return (g * n * x ** (n - 1) if n else np.zeros_like(g),)

        return self._record(x**n, f"** {n:g}", (self,), pull)

    def __matmul__(self, other) -> Self:
        a, b = self, as_node(other, self)
        A = a.data[None, :] if a.ndim == 1 else a.data  # a vector on the left is a row,
        B = b.data[:, None] if b.ndim == 1 else b.data  # on the right a column

        def pull(g):
            G = g.reshape(*np.broadcast_shapes(A.shape[:-2], B.shape[:-2]), A.shape[-2], B.shape[-1])
            dA, dB = G @ B.swapaxes(-1, -2), A.swapaxes(-1, -2) @ G
            return unbroadcast(dA, A.shape).reshape(a.shape), unbroadcast(dB, B.shape).reshape(b.shape)

        return self._record(a.data @ b.data, "@", (a, b), pull)

    def __neg__(self) -> Self:
        return self._record(-self.data, "neg", (self,), lambda g: (-g,))

    def __radd__(self, other) -> Self:
        return as_node(other, self) + self

    def __rsub__(self, other) -> Self:
        return as_node(other, self) - self

    def __rmul__(self, other) -> Self:
        return as_node(other, self) * self

    def __rtruediv__(self, other) -> Self:
        return as_node(other, self) / self

    def __rmatmul__(self, other) -> Self:
        return as_node(other, self) @ self

    # Comparisons are steps, with no slope anywhere: plain boolean arrays.

    def __lt__(self, other) -> Array:
        return self.data < as_node(other, self).data

    def __le__(self, other) -> Array:
        return self.data <= as_node(other, self).data

    def __gt__(self, other) -> Array:
        return self.data > as_node(other, self).data

    def __ge__(self, other) -> Array:
        return self.data >= as_node(other, self).data

    def __eq__(self, other) -> Array:
        return NotImplemented if other is None else self.data == as_node(other, self).data

    def __ne__(self, other) -> Array:
        return NotImplemented if other is None else self.data != as_node(other, self).data

    __hash__ = Node.__hash__  # of the object: a node can be a key though == looks at its values
