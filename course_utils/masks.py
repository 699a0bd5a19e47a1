"""Who may attend to whom, and the softmax that keeps to it.

A mask is boolean, True = may attend, and broadcasts to the scores (..., Tq, Tk): queries are rows, keys columns.
"""

import numpy as np

from course_utils._types import Array


def causal_mask(T: int) -> Array:
    """Mask (T, T) by which position t sees the positions 0 … t and none that comes later.

    >>> causal_mask(2)
    array([[ True, False],
           [ True,  True]])
    """
    return np.tri(T, dtype=bool)


def padding_mask(lengths, T: int) -> Array:
    """Mask (N, 1, T) that hides what stands behind the end of each sequence of a padded batch.

    It combines with `causal_mask` by ``&``.

    Parameters
    ----------
    lengths : (N,) integers in 0 … T, the true lengths.
    T : the length that all were padded to.

    Raises
    ------
    TypeError, ValueError : lengths that are not integers, or outside 0 … T.

    >>> padding_mask([1, 2], 3)[:, 0]
    array([[ True, False, False],
           [ True,  True, False]])
    """
    lengths = np.asarray(lengths)
    if lengths.dtype.kind not in "iu":
        raise TypeError(f"lengths must be integers, one a sequence, but the dtype is {lengths.dtype}.")
    if lengths.ndim != 1 or (lengths < 0).any() or (lengths > T).any():
        raise ValueError(
            f"lengths must be one number in 0 … {T} for each sequence, but {lengths.tolist()} came: "
            "is T the length of the padded batch?"
        )
    return np.arange(T) < lengths[:, None, None]


def fit_mask(mask, shape: tuple[int, ...]) -> Array:
    """The mask as an array, after a check that it broadcasts to the scores' shape (..., Tq, Tk).

    With scores of more axes, a mask of three, (N, Tq, Tk), gets axes of size 1 for the heads. A mask of two is
    (Tq, Tk); where it could as well be (N, Tk) and looks like padding, it is refused rather than misread.

    Raises
    ------
    TypeError : a mask that is not boolean. ValueError : a shape that does not fit, or fits in two ways.

    >>> fit_mask(np.ones((5, 1, 3), bool), (5, 2, 4, 3)).shape
    (5, 1, 1, 3)
    """
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise TypeError(
            f"mask must be boolean, True = may attend, but its dtype is {mask.dtype}: "
            "zeros and ones become one by mask == 1, an additive mask of 0 and -inf by mask == 0."
        )
    if mask.ndim == 2 and len(shape) > 2 and len(mask) == shape[0] and mask.shape == shape[-2:] and _is_padding(mask):
        raise ValueError(
            f"mask {mask.shape} fits in two ways, because the batch is as large as the number of queries: "
            "mask[:, None] says that its rows are examples, as padding is; mask[None] that they are queries."
        )
    if mask.ndim == 3 and len(shape) > 3:
        mask = np.expand_dims(mask, tuple(range(1, len(shape) - 2)))
    try:
        np.broadcast_to(mask, shape)
    except ValueError:
        raise ValueError(
            f"mask must broadcast to the scores' shape (..., Tq, Tk) = {shape}, but its shape is {mask.shape}: "
            "queries are rows and keys columns; a mask for a batch has the shape (N, Tq, Tk) or (N, 1, Tk)."
        ) from None
    return mask


def _is_padding(mask: Array) -> bool:
    """Each row is a run of True at its start, or at its end, as of padded sequences.

    Not where all rows are equal, which means the same both ways, and not the causal mask, with or without itself.
    """
    T, S = mask.shape
    differ = mask[:, 1:] != mask[:, :-1]
    starts_or_ends = not (differ & mask[:, 1:]).any() or not (differ & mask[:, :-1]).any()
    causal = any(np.array_equal(mask, np.tri(T, S, S - T - k, bool)) for k in (0, 1))
    return starts_or_ends and not causal and bool((mask != mask[:1]).any())


def masked_softmax_(scores: Array, mask: Array | None) -> Array:
    """Softmax over the last axis, written into `scores`: the one function here that changes what it is given.

    Masked places get weight 0, and so does a whole row that may attend nowhere.

    >>> masked_softmax_(np.zeros((2, 2)), np.array([[True, True], [False, False]]))
    array([[0.5, 0.5],
           [0. , 0. ]])
    """
    if mask is not None:
        np.copyto(scores, -np.inf, where=~fit_mask(mask, scores.shape))
    scores -= finite_maximum(scores.max(axis=-1, keepdims=True, initial=-np.inf))
    np.exp(scores, out=scores)
    total = scores.sum(axis=-1, keepdims=True)
    scores /= np.where(total > 0, total, 1)
    return scores


def finite_maximum(maximum: Array) -> Array:
    """Row maxima with 0 for a row that holds nothing, so that -inf - (-inf) never happens.

    >>> finite_maximum(np.array([2.0, -np.inf]))
    array([2., 0.])
    """
    return np.where(np.isneginf(maximum), 0, maximum)
