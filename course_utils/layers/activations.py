"""Functions of each number, as layers."""

from collections.abc import Callable

from course_utils.activations import (
    gelu_backward,
    gelu_exact_backward,
    gelu_exact_forward,
    gelu_forward,
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)
from course_utils.layers.base import Layer


class _Activation(Layer):
    """A function of each number, given as its forward and backward."""

    pair: tuple[Callable, Callable]

    def forward(self, x, training=True):
        return self.pair[0](x)

    def backward(self, dout, cache):
        return self.pair[1](dout, cache), {}


class ReLU(_Activation):
    """max(x, 0); see `relu_forward`.

    >>> ReLU().forward([-1.0, 2.0])[0]
    array([0., 2.])
    """

    pair = (relu_forward, relu_backward)


class Tanh(_Activation):
    """Hyperbolic tangent; see `tanh_forward`.

    >>> Tanh().forward([0.0])[0]
    array([0.])
    """

    pair = (tanh_forward, tanh_backward)


class Sigmoid(_Activation):
    """1 / (1 + e⁻ˣ); see `sigmoid_forward`. Not before a loss that takes logits, as those of this package do.

    >>> Sigmoid().forward([0.0])[0]
    array([0.5])
    """

    pair = (sigmoid_forward, sigmoid_backward)


class LeakyReLU(_Activation):
    """x right of zero, 0.01 x left of it; see `leaky_relu_forward`.

    >>> LeakyReLU().forward([-1.0, 2.0])[0]
    array([-0.01,  2.  ])
    """

    pair = (leaky_relu_forward, leaky_relu_backward)


class GELU(_Activation):
    """Gaussian error linear unit; see `gelu_forward`, and `gelu_exact_forward` for `exact`.

    >>> GELU().forward([1.0])[0].round(4)
    array([0.8412])
    """

    def __init__(self, exact: bool = False):
        super().__init__()
        self.pair = (gelu_exact_forward, gelu_exact_backward) if exact else (gelu_forward, gelu_backward)
