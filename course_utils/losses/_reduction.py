"""From a table of losses to one number: weights, and what they are divided by."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_no_nan

REDUCTIONS = ("mean", "sum", "none")


class Reduction(NamedTuple):
    """How the losses of one call became its result: all that a backward pass needs of it.

    `weights` of the losses' shape, or None where all count once; `count`, the sum of the weights, by which a mean
    is divided; the losses' `shape`; and the `kind` of reduction.
    """

    weights: Array | None
    count: float
    shape: tuple[int, ...]
    kind: str


def reduction_of(shape: tuple[int, ...], weights, kind: str, dtype) -> Reduction:
    """Checked weights for losses of this shape, and their sum.

    Raises
    ------
    ValueError : an unknown reduction; weights that are negative, infinite or of a shape that does not fit.
    """
    if kind not in REDUCTIONS:
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', but {kind!r} came.")
    if weights is None:
        return Reduction(None, float(np.prod(shape, dtype=np.float64)), shape, kind)
    weights = as_float("weights", weights)
    check_no_nan("weights", weights)
    if weights.shape != shape[: weights.ndim]:
        raise ValueError(
            f"weights must hold one number for each loss {shape}, or for each along the first axes of it, but their "
            f"shape is {weights.shape}: one weight an example is (N,), one a token (N, T)."
        )
    if weights.size and not 0 <= weights.min() <= weights.max() < np.inf:
        raise ValueError(f"weights must be finite and not negative, but they run to {weights.min()}, {weights.max()}.")
    weights = weights.reshape(weights.shape + (1,) * (len(shape) - weights.ndim))
    weights = np.broadcast_to(weights.astype(dtype, copy=False), shape)
    return Reduction(weights, float(weights.sum(dtype=np.float64)), shape, kind)


def reduced(losses: Array, how: Reduction):
    """Σ w ℓ / Σ w, Σ w ℓ, or w ℓ itself; where nothing counts, the mean is 0. What does not count may be infinite."""
    if how.weights is not None:
        losses = np.multiply(losses, how.weights, out=np.zeros_like(losses), where=how.weights > 0)
    if how.kind == "none":
        return losses
    total = np.sum(losses)
    return total / total.dtype.type(how.count or 1) if how.kind == "mean" else total


def upstream(dout, how: Reduction, dtype) -> Array:
    """What arrives at each loss: a number, or an array of the losses' shape where weights or "none" make it one.

    Raises
    ------
    ValueError : dout is not of the shape of the forward pass's result.
    """
    dout = as_dout(dout, how.shape if how.kind == "none" else (), dtype)
    if how.kind == "mean":
        dout = dout / dout.dtype.type(how.count or 1)
    return dout if how.weights is None else dout * how.weights


def widened(dtype) -> np.dtype:
    """The dtype that losses are computed in: float16 has too few digits and too small a range for sums."""
    return np.result_type(dtype, np.float32)


def checked_pair(name: str, pred, target) -> tuple[Array, Array, np.dtype]:
    """Predictions and targets of one shape in the dtype of the computation, and the predictions' own dtype."""
    pred, target = as_float(name, pred), as_float("target", target)
    if pred.shape != target.shape:
        raise ValueError(
            f"{name} and target must have one shape, but they have {pred.shape} and {target.shape}: (N, 1) against "
            "(N,) would be broadcast to an (N, N) table of differences. Use target[:, None] or pred[:, 0]."
        )
    if pred.size == 0:
        raise ValueError(f"{name} must hold at least one element, but its shape is {pred.shape}: an empty batch?")
    check_no_nan(name, pred)
    check_no_nan("target", target)
    dtype = widened(pred.dtype)
    return pred.astype(dtype, copy=False), target.astype(dtype, copy=False), pred.dtype
