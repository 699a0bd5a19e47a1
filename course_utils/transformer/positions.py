"""Codes of positions that are added to embeddings; those that turn queries and keys are `attention.rotary`."""

import numpy as np

from course_utils._types import Array


def sinusoidal_positions(T: int, D: int) -> Array:
    """Position codes: P[t, 2i] = sin(t / 10000^(2i/D)), P[t, 2i+1] = cos of the same angle.

    Each pair of columns is a hand of a clock, from one that turns by 1 radian a position to one that hardly
    moves; the code of t + s is that of t turned by fixed angles. With odd D the last sine has no cosine.

    Parameters
    ----------
    T : number of positions. D : number of features.

    Returns
    -------
    P : (T, D) float64, to be added to the embeddings: ``x + P.astype(x.dtype)``.

    Raises
    ------
    ValueError : T or D less than 1.

    References
    ----------
    Vaswani et al. (2017), section 3.5.

    >>> sinusoidal_positions(2, 4).round(2)
    array([[0.  , 1.  , 0.  , 1.  ],
           [0.84, 0.54, 0.01, 1.  ]])
    """
    if T < 1 or D < 1:
        raise ValueError(f"T positions of D features need both to be at least 1, but T = {T} and D = {D} came.")
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)  # (T, ⌈D/2⌉)
    P = np.empty((T, D))
    P[:, 0::2] = np.sin(angles)
    P[:, 1::2] = np.cos(angles[:, : D // 2])
    return P
