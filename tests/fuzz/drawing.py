"""What a round of the fuzz draws at random: sizes, numbers, how they lie in memory."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tests.laws import LAYOUTS

HALF, SINGLE, DOUBLE = np.float16, np.float32, np.float64


class Case(NamedTuple):
    """One call of one operation, and how PyTorch says the same.

    `arrays` is a nest (tuples, dicts) of what is differentiated; `peer` takes tensors in the same nest and gives the
    output; `options` are our keywords; `dtypes` are those that the operation says something about.
    """

    forward: Callable
    backward: Callable
    arrays: tuple
    options: dict
    peer: Callable
    dtypes: tuple = (SINGLE, DOUBLE)
    empty: bool = True  # where False we may refuse empty arrays: there is no mean of nothing
    slack: float = 1.0  # a factor of the tolerance, where differences of nearly equal numbers lose digits
    backward_needs: Callable = lambda cache: {}  # what the peer must be told of what was drawn in the forward pass


class Draw:
    """A generator with the words that the operations below need."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)

    def one_of(self, *choices) -> Any:
        """Any of these, equally often."""
        return choices[self.rng.integers(len(choices))]

    def size(self, most: int = 5, least: int = 0) -> int:
        """A number of things: often none or one, so that edges are met."""
        return max(least, self.one_of(0, 1, 1, *range(2, most + 1), *range(2, most + 1)))

    def shape(self, axes: int | None = None, most: int = 5) -> tuple[int, ...]:
        """A shape with this many axes; without a number, with none to four."""
        axes = self.rng.integers(5) if axes is None else axes
        return tuple(self.size(most) for _ in range(axes))

    def chance(self, share: float = 0.5) -> bool:
        """True that often."""
        return bool(self.rng.random() < share)

    def values(self, *shape: int, wild: bool = False):
        """Numbers of ordinary size; with `wild` also huge, tiny, equal and zero ones."""
        kind = self.one_of("normal", "normal", "ties", "zero", "huge", "tiny") if wild else "normal"
        x = self.rng.normal(size=shape)
        if kind == "ties":
            return np.round(x)
        return x * {"normal": 1.0, "zero": 0.0, "huge": 1e3, "tiny": 1e-6}[kind]

    def mask(self, *shape: int, empty_rows: bool = True):
        """True and False at random; some rows of False alone."""
        mask = self.rng.random(shape) < self.one_of(0.3, 0.7, 1.0)
        if empty_rows and mask.ndim > 1 and self.chance(0.3):
            mask[self.rng.random(shape[:-1]) < 0.5] = False
        return mask

    def laid_out(self, x):
        """The same numbers, lying in memory in one of the ways that arrays do."""
        x = np.array(x)
        if x.ndim == 0:
            return x
        if len(x) > 1 and self.chance(0.1):
            return np.broadcast_to(x[:1], x.shape)  # the only way that changes numbers: before anybody sees them
        return self.one_of(np.ascontiguousarray, *LAYOUTS.values())(x)
