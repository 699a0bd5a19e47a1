"""What all rules share: checks, blocks, counting steps."""

import math

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_float, check_shape
from course_utils.optim._checks import Schedule, check_finite, rate

BLOCK = 1 << 15
"""Elements updated at a time: few enough that a block's arrays and temporaries stay in the cache."""


class Optimizer:
    """The common part: checks, blocks, counting steps. A rule says what it remembers and how it updates."""

    slots: tuple[str, ...] = ()
    squares = False  # whether the rule squares gradients

    def __init__(self, lr: float | Schedule):
        if not callable(lr) and not 0 <= lr < math.inf:
            raise ValueError(f"lr must be a number >= 0 or a function step -> number, but {lr!r} came.")
        self.lr = lr

    def init(self, params: Params) -> dict:
        """Fresh state: {"step": 0, slot: {name: zeros of the parameter's shape}, ...}; float32 for float16."""
        arrays = {name: as_float(f"params[{name!r}]", p) for name, p in params.items()}
        zeros = {name: (p.shape, _working(p.dtype)) for name, p in arrays.items()}
        return {"step": 0, **{slot: {name: np.zeros(*z) for name, z in zeros.items()} for slot in self.slots}}

    def step(self, params: Params, grads: Params, state: dict) -> tuple[Params, dict]:
        """One update; new parameters of the old dtypes, and the state after it.

        Raises
        ------
        ValueError : keys or shapes of params, grads and state that differ; a gradient that is not finite, or whose
            square is not where the rule needs it; a rate from a schedule that is negative or not finite.
        """
        missing = set(params) ^ set(grads)
        if missing:
            raise ValueError(f"params and grads must have the same names, but {sorted(missing)} are in one only.")
        lr, t = rate(self.lr, state["step"]), state["step"] + 1
        new = {}
        for name in params:
            p, g = as_float(f"params[{name!r}]", params[name]), as_float(f"grads[{name!r}]", grads[name])
            check_shape(f"grads[{name!r}]", g, p.shape, "A gradient has the shape of its parameter.")
            dtype = _working(p.dtype)
            g = g.astype(dtype, copy=False)
            check_finite(f"grads[{name!r}]", g, squared=self.squares)
            updated = self._step_one(name, p.astype(dtype, copy=False), g, state, lr, t)
            new[name] = updated.astype(p.dtype, copy=False)
        state["step"] = t
        return new, state

    def _step_one(self, name: str, p: Array, g: Array, state: dict, lr: float, t: int) -> Array:
        """The rule on one parameter, a block at a time: large temporaries cost more than the arithmetic."""
        remembered = [self._slot(state, slot, name, p) for slot in self.slots]
        out = np.empty(p.shape, p.dtype)
        flat = [a.reshape(-1) for a in (out, p, g, *remembered)]
        for i in range(0, p.size, BLOCK):
            block, *rest = (a[i : i + BLOCK] for a in flat)
            self._rule(*rest, lr=lr, t=t, out=block)
        return out

    def _slot(self, state: dict, slot: str, name: str, p: Array) -> Array:
        """What is remembered of a parameter, as an array that can be changed in place, whatever was loaded or given."""
        kept = state[slot].get(name, np.empty(0))
        check_shape(f"state[{slot!r}][{name!r}]", kept, p.shape, "Is this the state of another model? opt.init(params)")
        if not (kept.flags.c_contiguous and kept.flags.writeable and kept.dtype == p.dtype):
            kept = state[slot][name] = np.array(kept, p.dtype, order="C")
        return kept

    def _rule(self, p: Array, g: Array, *remembered: Array, lr: float, t: int, out: Array) -> None:
        """Write a block's new values into `out`; what is remembered is updated in place."""
        raise NotImplementedError


def _working(dtype) -> np.dtype:
    """The dtype of the arithmetic and the state: in float16 an ε of 1e-8 is 0 and small steps are lost."""
    return np.result_type(dtype, np.float32)
