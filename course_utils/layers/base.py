"""What every layer has in common."""

import functools
import inspect
from typing import NamedTuple

import numpy as np

from course_utils._types import Array, Params


class ShapeCache(NamedTuple):
    """What the backward of a layer that only moves numbers needs: the shape of its input."""

    shape: tuple[int, ...]


class Layer:
    """What every layer has; by itself it passes its input on.

    Attributes
    ----------
    params : dict of arrays that learn.
    state : dict of arrays that change in training without a gradient: running statistics.
    generators : list of the random generators it draws from in training.
    shared : {name: (layer, name there)} of those of its `params` that belong to another layer.
    options : names of what `forward` takes beside x and training: a mask, for instance.

    >>> layer = Layer(); out, cache = layer.forward(np.ones(2)); layer.backward(out, cache)
    (array([1., 1.]), {})
    """

    def __init__(self):
        self.params: Params = {}
        self.state: Params = {}
        self.generators: list[np.random.Generator] = []

    @property
    def shared(self) -> dict:
        """Nothing, unless a layer says otherwise."""
        return {}

    @property
    def options(self) -> set[str]:
        """Names of the keywords of `forward` beside x and training."""
        return options_of(self)

    def forward(self, x: Array, training: bool = True) -> tuple[Array, NamedTuple]:
        """Output, and what backward needs. With training=False nothing is drawn and no statistics change."""
        x = np.asarray(x)
        return x, ShapeCache(x.shape)

    def backward(self, dout: Array, cache) -> tuple[Array, Params]:
        """Gradient of the input, and gradients of the parameters under their names."""
        return dout, {}


def options_of(layer) -> set[str]:
    """The keywords that a layer's forward takes beside x and training; any object with a forward will do.

    >>> options_of(Layer())
    set()
    """
    method = layer.forward
    if inspect.ismethod(method):
        return set(_parameters(method.__func__)[2:]) - {"training"}
    return set(_parameters(method)[1:]) - {"training"}


@functools.cache
def _parameters(function) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)
