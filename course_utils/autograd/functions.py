"""Step 3, functions of each element: exp, log, tanh and their kind, and the choice between two.

Where a function has no derivative the convention is stated; it is PyTorch's.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from course_utils._types import Array
from course_utils.autograd.arithmetic import Arithmetic
from course_utils.autograd.tape import Node, as_node


class Elementwise(Arithmetic):
    """A node with functions that treat each element by itself.

    >>> x = Elementwise([0.0, 1.0]); y = x.tanh(); y.backward([1.0, 1.0]); x.grad.round(2)
    array([1.  , 0.42])
    """

    def exp(self) -> Self:
        """eˣ; its derivative is itself."""
        out = np.exp(self.data)
        return self._record(out, "exp", (self,), lambda g: (g * out,))

    def log(self) -> Self:
        """Natural logarithm; derivative 1/x."""
        return self._record(np.log(self.data), "log", (self,), lambda g: (g / self.data,))

    def sqrt(self) -> Self:
        """√x; derivative 1/(2√x), infinite at 0."""
        out = np.sqrt(self.data)
        return self._record(out, "sqrt", (self,), lambda g: (g / (2 * out),))

    def abs(self) -> Self:
        """|x|; derivative the sign, 0 at 0."""
        return self._record(np.abs(self.data), "abs", (self,), lambda g: (g * np.sign(self.data),))

    __abs__ = abs

    def tanh(self) -> Self:
        """Hyperbolic tangent; derivative 1 - tanh²."""
        out = np.tanh(self.data)
        return self._record(out, "tanh", (self,), lambda g: (g * (1 - out**2),))

    def sigmoid(self) -> Self:
        """σ(x) = (1 + tanh(x/2)) / 2, which never overflows; derivative σ(1 - σ)."""
        out = 0.5 * (1 + np.tanh(0.5 * self.data))
        return self._record(out, "sigmoid", (self,), lambda g: (g * out * (1 - out),))

    def relu(self) -> Self:
        """max(x, 0); derivative 1 right of zero, 0 elsewhere."""
        return self._record(np.maximum(self.data, 0), "relu", (self,), lambda g: (g * (self.data > 0),))


def where(condition: Array, a, b) -> Node:
    """Elements of `a` where the condition holds, of `b` elsewhere; each gradient goes to the one that was chosen.

    >>> x = Elementwise([-1.0, 2.0]); y = where(x > 0, x, 0.1 * x); y.backward([1.0, 1.0]); y.data, x.grad
    (array([-0.1,  2. ]), array([0.1, 1. ]))
    """
    a, b = _two("where", a, b)
    chosen = np.array(condition, bool)  # one's own: the caller may change theirs
    out = np.where(chosen, a.data, b.data)
    return a._record(out, "where", (a, b), lambda g: (np.where(chosen, g, 0), np.where(chosen, 0, g)))


def maximum(a, b) -> Node:
    """The larger of two, element by element; where they are equal each gets half of the gradient.

    >>> x = Elementwise([1.0, 2.0, 3.0]); maximum(x, 2.0).backward([1.0, 1.0, 1.0]); x.grad
    array([0. , 0.5, 1. ])
    """
    a, b = _two("maximum", a, b)
    share = (0.5 * ((a > b) + (a >= b).astype(float))).astype(a.data.dtype)  # 1, ½ or 0
    return a._record(np.maximum(a.data, b.data), "maximum", (a, b), lambda g: (g * share, g * (1 - share)))


def minimum(a, b) -> Node:
    """The smaller of two, element by element; ties as in `maximum`.

    >>> minimum(Elementwise([1.0, 3.0]), 2.0).data
    array([1., 2.])
    """
    a, b = _two("minimum", a, b)
    return -maximum(-a, -b)


def _two(name: str, a, b) -> tuple[Node, Node]:
    """Both as nodes, one of which must be one already: it tells the dtype of numbers."""
    like = next((x for x in (a, b) if isinstance(x, Node)), None)
    if like is None:
        raise TypeError(f"{name} needs a Tensor among its two operands: for arrays alone there is np.{name}.")
    return as_node(a, like), as_node(b, like)
