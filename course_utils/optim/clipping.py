"""Gradients that are not allowed to grow."""

import math

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_float
from course_utils.optim._checks import check_finite, positive


def clip_by_global_norm(grads: Params, max_norm: float) -> tuple[Params, float]:
    """Scale all gradients by one factor so that their common length is at most `max_norm`.

    ‖g‖ = √Σ g² over all arrays; the factor is max_norm / max(‖g‖, max_norm) (Pascanu, Mikolov and
    Bengio, 2013, algorithm 1). The direction stays the same.

    Returns
    -------
    grads : new arrays of the same dtypes. norm : ‖g‖ before clipping.

    Raises
    ------
    ValueError : max_norm <= 0; a gradient that is NaN or infinite.

    >>> clipped, norm = clip_by_global_norm({"w": np.array([3.0, 4.0])}, max_norm=1.0); clipped["w"], norm
    (array([0.6, 0.8]), 5.0)
    """
    max_norm = positive("max_norm", max_norm)
    arrays = {name: as_float(f"grads[{name!r}]", g) for name, g in grads.items()}
    for name, g in arrays.items():
        check_finite(f"grads[{name!r}]", g)
    norm = _length([g.astype(np.float64, copy=False) for g in arrays.values()])
    factor = max_norm / max(norm, max_norm)
    return {name: (factor * g).astype(g.dtype, copy=False) for name, g in arrays.items()}, norm


def _length(arrays: list[Array]) -> float:
    """√Σ g²; where the squares overflow or vanish, taken of g divided by the largest |g|."""
    with np.errstate(over="ignore"):
        norm = math.hypot(*(float(np.linalg.norm(g)) for g in arrays))
    largest = max((float(np.abs(g).max(initial=0)) for g in arrays), default=0.0)
    if largest == 0 or (math.isfinite(norm) and norm > 1e-150):
        return norm
    return largest * math.hypot(*(float(np.linalg.norm(g / largest)) for g in arrays))
