"""Layers one after the other: a model."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import check_shape
from course_utils.layers.base import Layer


class SequentialCache(NamedTuple):
    """What Sequential.backward needs: the cache of every layer."""

    caches: tuple


class Sequential(Layer):
    """Layers one after the other, each fed with what the one before gives.

    Its `params` and `state` are those of all its layers under names such as "0.W": the number of the layer, from 0,
    a point, the name there. They are looked up and handed on at every use; nothing is kept twice. A Sequential is a
    layer itself and may stand in another ("1.0.W").

    Parameters
    ----------
    layers : one or more, or a list of them.

    Raises
    ------
    TypeError : something that is not a layer, a class for instance.
    ValueError : no layer, or the same one twice: its parameters would be updated as if they were two.

    >>> from course_utils.layers import Dense, ReLU
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential(Dense(2, 3, rng), ReLU(), Dense(3, 1, rng)); list(model.params)
    ['0.W', '0.b', '2.W', '2.b']
    """

    def __init__(self, *layers: Layer):
        self.layers = tuple(layers[0]) if len(layers) == 1 and isinstance(layers[0], list | tuple) else layers
        if not self.layers:
            raise ValueError("Sequential needs at least one layer.")
        for i, layer in enumerate(self.layers):
            if isinstance(layer, type) or not (hasattr(layer, "forward") and hasattr(layer, "backward")):
                raise TypeError(f"layer {i} must be a layer, but {layer!r} came: brackets forgotten, ReLU for ReLU()?")
            if any(layer is other for other in self.layers[:i]):
                raise ValueError(f"layer {i} ({_name(layer)}) stands in the model twice: make a second one.")

    @property
    def params(self) -> Params:
        """All parameters by flat names; assign a dict with the same names and shapes to replace them."""
        return self._gathered("params")

    @params.setter
    def params(self, values: Params) -> None:
        self._distribute("params", values)

    @property
    def state(self) -> Params:
        """All running statistics by flat names; assigned like `params`."""
        return self._gathered("state")

    @state.setter
    def state(self, values: Params) -> None:
        self._distribute("state", values)

    @property
    def generators(self) -> "list[np.random.Generator]":
        """The random generators of all layers, in order."""
        return [rng for layer in self.layers for rng in layer.generators]

    def forward(self, x: Array, training: bool = True) -> tuple[Array, SequentialCache]:
        """Output of the last layer. An error says in a note which layer it comes from."""
        caches = []
        for i, layer in enumerate(self.layers):
            try:
                x, cache = layer.forward(x, training=training)
            except (TypeError, ValueError) as error:
                error.add_note(f"in layer {i} of the model, {_name(layer)}")
                raise
            caches.append(cache)
        return x, SequentialCache(tuple(caches))

    def backward(self, dout: Array, cache: SequentialCache) -> tuple[Array, Params]:
        """Gradient of the input, and gradients of the parameters under their flat names."""
        grads = {}
        for i, layer in reversed(list(enumerate(self.layers))):
            dout, layer_grads = layer.backward(dout, cache.caches[i])
            grads = {f"{i}.{name}": g for name, g in layer_grads.items()} | grads
        return dout, grads

    def predict(self, x: Array, batch_size: int = 256) -> Array:
        """Output with training=False, in batches so that no cache grows large.

        >>> from course_utils.layers import ReLU
        >>> Sequential(ReLU()).predict(np.array([[-1.0], [2.0]]))
        array([[0.],
               [2.]])
        """
        parts = [self.forward(x[i : i + batch_size], training=False)[0] for i in range(0, len(x), batch_size)]
        return np.concatenate(parts) if parts else self.forward(x, training=False)[0]

    def _gathered(self, kind: str) -> Params:
        return {
            f"{i}.{name}": value for i, layer in enumerate(self.layers) for name, value in getattr(layer, kind).items()
        }

    def _distribute(self, kind: str, values: Params) -> None:
        present = self._gathered(kind)
        if set(values) != set(present):
            differ = sorted(set(values) ^ set(present))
            raise ValueError(
                f"{kind} must have the names {list(present)}, but {differ} are in one only: another model?"
            )
        for name, value in values.items():
            check_shape(f"{kind}[{name!r}]", value, present[name].shape, "Does it belong to a model of other sizes?")
        for i, layer in enumerate(self.layers):
            own = getattr(layer, kind)
            setattr(layer, kind, {name: values[f"{i}.{name}"] for name in own})


def _name(layer: Layer) -> str:
    return type(layer).__name__
