"""Numbers that optimisers and schedules are made with, checked where they enter."""

import math
from collections.abc import Callable

import numpy as np

from course_utils._types import Array
from course_utils._validate import check_no_nan

Schedule = Callable[[int], float]


def positive(name: str, value: float) -> float:
    """A number > 0, whole ones as they are.

    >>> positive("eps", 1)
    1
    """
    if not value > 0:
        raise ValueError(f"{name} must be positive, but {value!r} came.")
    return value if isinstance(value, int) else float(value)


def not_negative(name: str, value: float) -> float:
    """A number >= 0.

    >>> not_negative("lr", 0)
    0.0
    """
    if not value >= 0:
        raise ValueError(f"{name} must not be negative, but {value!r} came.")
    return float(value)


def share(name: str, value: float) -> float:
    """A number in [0, 1).

    >>> share("momentum", 0.9)
    0.9
    """
    if not 0 <= value < 1:
        raise ValueError(f"{name} must lie in [0, 1), but {value!r} came.")
    return float(value)


def rate(lr: float | Schedule, step: int) -> float:
    """The learning rate of a step, from a number or a schedule.

    Raises
    ------
    ValueError : a rate that is negative, infinite or not a number.
    """
    value = float(lr(step) if callable(lr) else lr)
    if not 0 <= value < math.inf:
        raise ValueError(f"the learning rate of step {step} must be a number >= 0, but the schedule gives {value}.")
    return value


def check_finite(name: str, g: Array, squared: bool = False) -> None:
    """Raise ValueError if a gradient holds NaN or an infinity, or, where it will be squared, if that overflows.

    One finite sum of squares excludes all three, and costs one quick product.
    """
    with np.errstate(all="ignore"):
        if np.isfinite(np.vdot(g, g)):
            return
        check_no_nan(name, g)
        infinite, overflow = np.isinf(g), np.isinf(g * g)
    if infinite.any():
        first = tuple(int(i) for i in np.argwhere(infinite)[0])
        raise ValueError(
            f"{name} is infinite at index {first} (in {int(infinite.sum())} of {g.size} places): "
            "the run has diverged; clip earlier, or lower the learning rate."
        )
    if squared and overflow.any():
        raise ValueError(
            f"{name} holds values up to {np.abs(g).max():.3g}, whose squares {g.dtype} cannot hold: clip the gradients "
            "(clip_by_global_norm), or lower the learning rate."
        )
