"""Layers made of layers: one set of names for all their parameters, of which some may be shared."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from course_utils._types import Params
from course_utils._validate import check_shape
from course_utils.layers.base import Layer, options_of


class Caches(NamedTuple):
    """The caches of the layers inside, by their names."""

    caches: dict


class Container(Layer):
    """A layer made of others, its `children` by name.

    Its `params` and `state` are those of all its children under names such as "0.W" or "inner.0.W": the child's name,
    a point, the name there. They are looked up and handed on at every use; nothing is kept twice. Where a layer stands
    in several places, or uses the parameters of another one (`shared`), they have one name, that of the first place,
    and gradients add up.

    >>> from course_utils.layers import Dense, Sequential
    >>> square = Dense(2, 2, np.random.default_rng(0)); list(Sequential(square, square).params)
    ['0.W', '0.b']
    """

    def __init__(self, children: dict[str, Layer]):
        for name, layer in children.items():
            if isinstance(layer, type) or not (hasattr(layer, "forward") and hasattr(layer, "backward")):
                raise TypeError(
                    f"layer {name} must be a layer, but {layer!r} came: brackets forgotten, ReLU for ReLU()?"
                )
        self.children = children
        self._owners = dict(self._places())

    def _places(self) -> Iterator[tuple[str, str]]:
        """(name, the name of the first place of the same parameter) for all places of all parameters."""
        first: dict[tuple[int, str], str] = {}
        for path, layer in walk(self):
            shared = getattr(layer, "shared", {})
            for name in layer.params:
                owner, name_there = shared.get(name, (layer, name))
                full = f"{path}.{name}"
                yield full, first.setdefault((id(owner), name_there), full)

    @property
    def options(self) -> set[str]:
        """What any of the layers inside takes."""
        return {name for layer in self.children.values() for name in _options(layer)}

    @property
    def params(self) -> Params:
        """All parameters by flat names; assign a dict with the same names and shapes to replace them."""
        found = {f"{path}.{name}": value for path, layer in walk(self) for name, value in layer.params.items()}
        return {name: value for name, value in found.items() if self._owners[name] == name}

    @params.setter
    def params(self, values: Params) -> None:
        self._check("params", values)
        for path, layer in walk(self):
            if layer.params:
                layer.params = {name: values[self._owners[f"{path}.{name}"]] for name in layer.params}

    @property
    def state(self) -> Params:
        """All running statistics by flat names; assigned like `params`."""
        found = {}
        for path, layer in _once(walk(self)):
            found |= {f"{path}.{name}": value for name, value in getattr(layer, "state", {}).items()}
        return found

    @state.setter
    def state(self, values: Params) -> None:
        self._check("state", values)
        for path, layer in _once(walk(self)):
            own = getattr(layer, "state", {})
            if own:
                layer.state = {name: values[f"{path}.{name}"] for name in own}

    @property
    def generators(self) -> "list[np.random.Generator]":
        """The random generators of all layers, in order."""
        return [rng for _, layer in _once(walk(self)) for rng in getattr(layer, "generators", [])]

    def _check(self, kind: str, values: Params) -> None:
        present = getattr(self, kind)
        if set(values) != set(present):
            differ = sorted(set(values) ^ set(present))
            raise ValueError(
                f"{kind} must have the names {list(present)}, but {differ} are in one only: another model?"
            )
        for name, value in values.items():
            check_shape(f"{kind}[{name!r}]", value, present[name].shape, "Does it belong to a model of other sizes?")

    # --- what the containers below are made of -------------------------------------------------------------------

    def _forward(self, name: str, x, training: bool, options: dict):
        """One child's forward with those options it knows; an error says in a note which layer it comes from."""
        layer = self.children[name]
        known = _options(layer)
        try:
            return layer.forward(x, training=training, **{key: options[key] for key in options if key in known})
        except (TypeError, ValueError) as error:
            error.add_note(f"in layer {name} of the model, {type(layer).__name__}")
            raise

    def _check_options(self, options: dict) -> None:
        unknown = set(options) - self.options
        if unknown:
            raise TypeError(
                f"forward got {', '.join(sorted(unknown))}, which none of its layers takes; they take "
                f"{', '.join(sorted(self.options)) or 'no options'}."
            )

    def _named(self, grads: dict[str, Params]) -> Params:
        """The children's gradients under the flat names, in the order of `params`; shared ones added up."""
        found: Params = {}
        for child, inner in grads.items():
            for name, gradient in inner.items():
                owner = self._owners[f"{child}.{name}"]
                found[owner] = found[owner] + gradient if owner in found else gradient
        return {name: found[name] for name in self._owners.values() if name in found}


def walk(layer, path: str = "") -> Iterator[tuple[str, Layer]]:
    """(path, layer) of every layer that is not made of others, in order, at every place where it stands.

    >>> from course_utils.layers import ReLU, Sequential
    >>> [path for path, _ in walk(Sequential(ReLU(), Sequential(ReLU())))]
    ['0', '1.0']
    """
    children = getattr(layer, "children", None)
    if children is None:
        yield path, layer
        return
    for name, child in children.items():
        yield from walk(child, f"{path}.{name}" if path else name)


def _once(places: Iterator) -> Iterator:
    """Each layer at its first place only."""
    seen = set()
    for path, layer in places:
        if id(layer) not in seen:
            seen.add(id(layer))
            yield path, layer


def _options(layer) -> set[str]:
    found = getattr(layer, "options", None)
    return options_of(layer) if found is None else found
