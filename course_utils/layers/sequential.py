"""Layers one after the other, side by side, and around a connection that leaves them out."""

import numpy as np

from course_utils._nest import added, leaves, mapped
from course_utils._types import Array, Params
from course_utils.layers.base import Layer
from course_utils.layers.container import Caches, Container

SequentialCache = Caches


class Sequential(Container):
    """Layers one after the other, each fed with what the one before gives.

    Its `params` and `state` are those of all its layers under names such as "0.W": the number of the layer, from 0,
    a point, the name there. A Sequential is a layer itself and may stand in another ("1.0.W"). A layer that stands in
    it twice has the same parameters in both places.

    Parameters
    ----------
    layers : one or more, or a list of them.

    Raises
    ------
    TypeError : something that is not a layer, a class for instance.
    ValueError : no layer.

    >>> from course_utils.layers import Dense, ReLU
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential(Dense(2, 3, rng), ReLU(), Dense(3, 1, rng)); list(model.params)
    ['0.W', '0.b', '2.W', '2.b']
    """

    def __init__(self, *layers: Layer):
        self.layers = tuple(layers[0]) if len(layers) == 1 and isinstance(layers[0], list | tuple) else layers
        if not self.layers:
            raise ValueError("Sequential needs at least one layer.")
        super().__init__({str(i): layer for i, layer in enumerate(self.layers)})

    def forward(self, x: Array, training: bool = True, **options) -> tuple[Array, Caches]:
        """Output of the last layer. Options, a mask for instance, go to those layers that take them."""
        self._check_options(options)
        caches = {}
        for name in self.children:
            x, caches[name] = self._forward(name, x, training, options)
        return x, Caches(caches)

    def backward(self, dout: Array, cache: Caches) -> tuple[Array, Params]:
        """Gradient of the input, and gradients of the parameters under their flat names."""
        grads = {}
        for name, layer in reversed(self.children.items()):
            dout, grads[name] = layer.backward(dout, cache.caches[name])
        return dout, self._named(grads)

    def predict(self, x: Array, batch_size: int = 256) -> Array:
        """Output with training=False, in batches so that no cache grows large; x may be a tuple of arrays.

        >>> from course_utils.layers import ReLU
        >>> Sequential(ReLU()).predict(np.array([[-1.0], [2.0]]))
        array([[0.],
               [2.]])
        """
        starts = range(0, max(len(leaves(x)[0]), 1), batch_size)
        parts = [self.forward(mapped(lambda a: a[i : i + batch_size], x), training=False)[0] for i in starts]  # noqa: B023
        return mapped(lambda *outs: np.concatenate(outs), *parts)


class Residual(Container):
    """x + inner(x): what is inside learns a difference only (He et al., 2016, eq. (1)).

    Parameters
    ----------
    inner : a layer; usually a Sequential.
    shortcut : a layer on the other way, where inner changes the shape; None hands x on as it is (eq. (2)).

    Raises
    ------
    ValueError : at the first use, where the two ways do not give one shape.

    >>> from course_utils.layers import ReLU
    >>> Residual(ReLU()).forward(np.array([-1.0, 2.0]))[0]
    array([-1.,  4.])
    """

    def __init__(self, inner: Layer, shortcut: Layer | None = None):
        self.inner, self.shortcut = inner, shortcut
        super().__init__({"inner": inner} | ({} if shortcut is None else {"shortcut": shortcut}))

    def forward(self, x: Array, training: bool = True, **options) -> tuple[Array, Caches]:
        """The sum of both ways."""
        self._check_options(options)
        outs, caches = {"shortcut": np.asarray(x)}, {}
        for name in self.children:
            outs[name], caches[name] = self._forward(name, x, training, options)
        if outs["inner"].shape != outs["shortcut"].shape:
            raise ValueError(
                f"a residual connection adds two arrays of one shape, but inner gives {outs['inner'].shape} and the "
                f"other way {outs['shortcut'].shape}: shortcut= takes a layer that changes the shape likewise."
            )
        return outs["inner"] + outs["shortcut"], Caches(caches)

    def backward(self, dout: Array, cache: Caches) -> tuple[Array, Params]:
        """The gradient goes both ways and adds up where they parted."""
        dxs, grads = {"shortcut": dout}, {}
        for name, layer in self.children.items():
            dxs[name], grads[name] = layer.backward(dout, cache.caches[name])
        return added(dxs["inner"], dxs["shortcut"]), self._named(grads)


class Parallel(Container):
    """Layers side by side.

    Parameters
    ----------
    layers : two or more, or a list of them.
    merge : "sum" adds what they give, "concat" puts it side by side, None hands a tuple on: several outputs.
    axis : of "concat".
    split : each layer gets its own item of x, which is a tuple: several inputs. Otherwise all get the same x.

    Raises
    ------
    ValueError : an unknown merge; at the first use, another number of inputs than of layers, or shapes that do not fit.

    >>> from course_utils.layers import ReLU, Tanh
    >>> Parallel(ReLU(), Tanh(), merge="concat").forward(np.array([[0.0, 2.0]]))[0].round(2)
    array([[0.  , 2.  , 0.  , 0.96]])
    """

    def __init__(self, *layers: Layer, merge: str | None = "sum", axis: int = -1, split: bool = False):
        if merge not in ("sum", "concat", None):
            raise ValueError(f"merge must be 'sum', 'concat' or None, but {merge!r} came.")
        self.layers = tuple(layers[0]) if len(layers) == 1 and isinstance(layers[0], list | tuple) else layers
        self.merge, self.axis, self.split = merge, axis, split
        super().__init__({str(i): layer for i, layer in enumerate(self.layers)})

    def forward(self, x, training: bool = True, **options) -> tuple:
        """What the layers give, merged."""
        self._check_options(options)
        if self.split and (not isinstance(x, tuple) or len(x) != len(self.layers)):
            came = len(x) if isinstance(x, tuple) else type(x).__name__
            raise ValueError(f"x must be a tuple with an input for each of {len(self.layers)} layers, but {came} came.")
        outs, caches = [], {}
        for i, name in enumerate(self.children):
            out, caches[name] = self._forward(name, x[i] if self.split else x, training, options)
            outs.append(out)
        return self._merged(outs), Caches(caches | {"shapes": [np.shape(out) for out in outs]})

    def _merged(self, outs: list):
        if self.merge is None:
            return tuple(outs)
        shapes = [np.shape(out) for out in outs]
        try:
            if self.merge == "concat":
                return np.concatenate(outs, axis=self.axis)
            if len(set(shapes)) == 1:
                return added(*outs)
        except ValueError:
            pass
        raise ValueError(f"the layers give the shapes {shapes}, which merge={self.merge!r} cannot put together.")

    def backward(self, dout, cache: Caches) -> tuple:
        """Each layer gets its part of dout; the gradients of a common input add up."""
        dxs, grads = [], {}
        for (name, layer), part in zip(self.children.items(), self._parts(dout, cache.caches["shapes"]), strict=True):
            dx, grads[name] = layer.backward(part, cache.caches[name])
            dxs.append(dx)
        return tuple(dxs) if self.split else added(*dxs), self._named(grads)

    def _parts(self, dout, shapes: list) -> list:
        if self.merge is None:
            return list(dout)
        if self.merge == "sum":
            return [dout] * len(shapes)
        ends = np.cumsum([shape[self.axis] for shape in shapes])[:-1]
        return np.split(np.asarray(dout), ends, axis=self.axis)
