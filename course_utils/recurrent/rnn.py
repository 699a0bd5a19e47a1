"""The plain recurrent network, whose memory is its last output."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout
from course_utils.recurrent._steps import (
    batch_first,
    checked,
    input_part,
    rows,
    tanh_into,
    time_first,
    time_mask,
    weight_gradient,
)


class RNNCache(NamedTuple):
    """What rnn_backward needs, time first: x (T, N, D), h (T+1, N, H) with h[0] the initial state, and the
    mask as (T, N, 1) or None."""

    x: Array
    h: Array
    W: Array
    U: Array
    keep: Array | None = None


def rnn_forward(
    x: Array, h0: Array, W: Array, U: Array, b: Array, *, mask: Array | None = None
) -> tuple[Array, RNNCache]:
    """Recurrent network h_t = tanh(x_t W + h_{t-1} U + b), t = 1 … T.

    Parameters
    ----------
    x : (N, T, D) float.
    h0 : (N, H) float, the state before the first step.
    W : (D, H) float, for the input.
    U : (H, H) float, for the state. The memory has weights of its own: its size differs from the input's.
    b : (H,) float.
    mask : (N, T) boolean, True where a step counts, or None. Where it does not, state and output stay as they were
        (as in Keras; PyTorch's packed sequences put 0 there), so that the last step holds the last state that counts.

    Returns
    -------
    h : (N, T, H), the state after every step, cache

    Raises
    ------
    TypeError, ValueError : not numbers; shapes that do not fit; NaN in x or h0; a mask that does not fit.

    References
    ----------
    Elman (1990), figure 2.

    >>> h, _ = rnn_forward(np.ones((1, 3, 1)), np.zeros((1, 1)), np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))
    >>> h.ravel().round(3)
    array([0.762, 0.943, 0.96 ])
    """
    x, h0, W, U, b = checked(1, x, {"h0": h0}, W, U, {"b": b}, sequence=True)
    (N, T, _), H = x.shape, len(U)
    keep = time_mask(mask, N, T)
    x = time_first(x)
    a = input_part(x, W, b)
    h = np.empty((T + 1, N, H), x.dtype)
    h[0] = h0
    with np.errstate(over="ignore"):
        for t in range(T):
            a[t] += h[t] @ U
            tanh_into(h[t + 1], a[t])
            if keep is not None:
                np.copyto(h[t + 1], h[t], where=~keep[t])
    return batch_first(h[1:]), RNNCache(x, h, W, U, keep)


def rnn_backward(dout: Array, cache: RNNCache) -> tuple[Array, Array, Array, Array, Array]:
    """Gradients (dx, dh0, dW, dU, db) by backpropagation through time (Werbos, 1990).

    With a_t the argument of tanh: da_t = (dout_t + da_{t+1} Uᵀ) · (1 - h_t²), dx_t = da_t Wᵀ, dW = Σ x_tᵀ da_t,
    dU = Σ h_{t-1}ᵀ da_t. What reaches h_0 went through Uᵀ T times: this is where gradients vanish or explode.

    >>> _, cache = rnn_forward(np.ones((1, 3, 1)), np.zeros((1, 1)), np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))
    >>> dx, dh0, dW, dU, db = rnn_backward(np.array([[[0.0], [0.0], [1.0]]]), cache)
    >>> dx.ravel().round(4)
    array([0.0037, 0.0088, 0.0789])
    """
    x, h, W, U, keep = cache
    T, N, D = x.shape
    dout = as_dout(dout, (N, T, len(U)), x.dtype)
    da, dh = np.empty_like(h[1:]), np.zeros_like(h[0])
    U_T = U.T.copy()  # laid out for the product that is made T times
    for t in reversed(range(T)):
        dh = dout[:, t] + dh
        da[t] = dh * (1 - h[t + 1] ** 2)
        if keep is not None:
            da[t] *= keep[t]
        dh = da[t] @ U_T if keep is None else da[t] @ U_T + dh * ~keep[t]
    dx = (rows(da) @ W.T).reshape(T, N, D)
    return batch_first(dx), dh, weight_gradient(x, da), weight_gradient(h[:-1], da), rows(da).sum(axis=0)
