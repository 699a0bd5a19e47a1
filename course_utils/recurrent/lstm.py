"""Long short-term memory: a cell state that is added to, and three gates that say when."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout
from course_utils.activations import sigmoid, sigmoid_into
from course_utils.recurrent._steps import (
    batch_first,
    blocks,
    checked,
    input_part,
    parted,
    rows,
    tanh_into,
    time_first,
    time_mask,
    weight_gradient,
)


class LSTMCellCache(NamedTuple):
    """What lstm_cell_backward needs: the inputs, the gates i, f, o, the candidate g and tanh(c), each (N, H)."""

    x: Array
    h_prev: Array
    c_prev: Array
    W: Array
    U: Array
    i: Array
    f: Array
    g: Array
    o: Array
    tanh_c: Array


class LSTMCache(NamedTuple):
    """What lstm_backward needs, time first: x (T, N, D), gates (T, 4, N, H) with blocks i, f, g, o,
    h and c (T+1, N, H) with the initial states at 0, tanh_c (T, N, H), and the mask as (T, N, 1) or None."""

    x: Array
    W: Array
    U: Array
    gates: Array
    h: Array
    c: Array
    tanh_c: Array
    keep: Array | None = None


def lstm_cell_forward(
    x: Array, h_prev: Array, c_prev: Array, W: Array, U: Array, b: Array
) -> tuple[tuple[Array, Array], LSTMCellCache]:
    """One LSTM step, (x, h_prev, c_prev) -> (h, c).

    Gates i, f, o = σ(x W + h_prev U + b), each with its own columns; candidate g = tanh(x W_g + h_prev U_g + b_g);
    c = f · c_prev + i · g; h = o · tanh(c), all products element by element.

    Parameters
    ----------
    x : (N, D) float.
    h_prev, c_prev : (N, H) float, hidden and cell state before this step.
    W : (D, 4H) float, U : (H, 4H) float, b : (4H,) float, in blocks i | f | g | o.

    Returns
    -------
    (h, c) : both (N, H), cache

    Raises
    ------
    TypeError, ValueError : not numbers; shapes that do not fit; NaN in x or a state.

    Notes
    -----
    Block order as in PyTorch and Keras. PyTorch has two bias vectors, of which only the sum matters; Keras one.

    References
    ----------
    Hochreiter and Schmidhuber (1997), section 4; the forget gate is from Gers, Schmidhuber and Cummins (2000),
    section 3.

    >>> zero = np.zeros((1, 1)); open_all = np.full(4, 100.0)
    >>> (h, c), _ = lstm_cell_forward(zero, zero, zero + 2, np.zeros((1, 4)), np.zeros((1, 4)), open_all); c
    array([[3.]])
    """
    x, h_prev, c_prev, W, U, b = checked(4, x, {"h_prev": h_prev, "c_prev": c_prev}, W, U, {"b": b}, sequence=False)
    a = x @ W + h_prev @ U + b  # (N, 4H)
    a_i, a_f, a_g, a_o = np.split(a, 4, axis=1)
    i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)
    g = np.tanh(a_g)
    c = f * c_prev + i * g
    tanh_c = np.tanh(c)
    h = o * tanh_c
    return (h, c), LSTMCellCache(x, h_prev, c_prev, W, U, i, f, g, o, tanh_c)


def lstm_cell_backward(dout: tuple[Array, Array], cache: LSTMCellCache) -> tuple[Array, ...]:
    """Gradients (dx, dh_prev, dc_prev, dW, dU, db) from dout = (dh, dc).

    The cell state is reached on two ways, dc_total = dc + dh · o · (1 - tanh²c), and passes on to c_prev multiplied
    by f alone: where f stays near 1 the gradient neither vanishes nor explodes.

    >>> zero = np.zeros((1, 1)); open_all = np.full(4, 100.0)
    >>> _, cache = lstm_cell_forward(zero, zero, zero + 2, np.zeros((1, 4)), np.zeros((1, 4)), open_all)
    >>> lstm_cell_backward((zero, zero + 1), cache)[2]
    array([[1.]])
    """
    x, h_prev, c_prev, W, U, i, f, g, o, tanh_c = cache
    dh, dc = _checked_dout(dout, i.shape, i.shape, i.dtype)
    dc = dc + dh * o * (1 - tanh_c**2)
    da_i = dc * g * i * (1 - i)
    da_f = dc * c_prev * f * (1 - f)
    da_g = dc * i * (1 - g**2)
    da_o = dh * tanh_c * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)  # (N, 4H)
    return da @ W.T, da @ U.T, dc * f, x.T @ da, h_prev.T @ da, da.sum(axis=0)


def lstm_forward(
    x: Array, h0: Array, c0: Array, W: Array, U: Array, b: Array, *, mask: Array | None = None
) -> tuple[tuple[Array, Array], LSTMCache]:
    """LSTM over a sequence: `lstm_cell_forward` at t = 1 … T, from the states h0 and c0.

    Parameters
    ----------
    x : (N, T, D) float.
    h0, c0 : (N, H) float.
    W : (D, 4H) float, U : (H, 4H) float, b : (4H,) float, in blocks i | f | g | o.
    mask : (N, T) boolean, True where a step counts, or None. Where it does not, state and output stay as they were
        (as in Keras; PyTorch's packed sequences put 0 there), so that the last step holds the last state that counts.

    Returns
    -------
    (h, c_T) : h (N, T, H), the hidden state after every step, and c_T (N, H), the last cell state, cache

    Raises
    ------
    TypeError, ValueError : as `lstm_cell_forward`.

    >>> zeros = np.zeros((1, 1)); W = np.array([[0.0, 0.0, 1.0, 0.0]]); open_all = np.array([100.0, 100.0, 0.0, 100.0])
    >>> (h, c_T), _ = lstm_forward(np.full((1, 3, 1), 100.0), zeros, zeros, W, 0 * W, open_all); c_T
    array([[3.]])
    """
    x, h0, c0, W, U, b = checked(4, x, {"h0": h0, "c0": c0}, W, U, {"b": b}, sequence=True)
    (N, T, _), H = x.shape, len(U)
    keep = time_mask(mask, N, T)
    x = time_first(x)
    a = input_part(x, W, b)  # (T, N, 4H)
    gates = np.empty((T, 4, N, H), x.dtype)
    h, c = np.empty((T + 1, N, H), x.dtype), np.empty((T + 1, N, H), x.dtype)
    tanh_c = np.empty((T, N, H), x.dtype)
    h[0], c[0] = h0, c0
    with np.errstate(over="ignore"):
        for t in range(T):
            gates[t] = blocks(a[t] + h[t] @ U, 4)  # one product for all four gates
            i, f, g, o = gates[t]
            sigmoid_into(gates[t, :2], gates[t, :2])  # i and f
            tanh_into(g, g)
            sigmoid_into(o, o)
            c[t + 1] = f * c[t] + i * g
            tanh_into(tanh_c[t], c[t + 1])
            h[t + 1] = o * tanh_c[t]
            if keep is not None:
                for state in (h, c):
                    np.copyto(state[t + 1], state[t], where=~keep[t])
    return (batch_first(h[1:]), c[T].copy()), LSTMCache(x, W, U, gates, h, c, tanh_c, keep)


def lstm_backward(dout: tuple[Array, Array], cache: LSTMCache) -> tuple[Array, ...]:
    """Gradients (dx, dh0, dc0, dW, dU, db) from dout = (dh, dc_T): `lstm_cell_backward` at t = T … 1.

    >>> zeros = np.zeros((1, 1)); W = np.array([[0.0, 0.0, 1.0, 0.0]]); open_all = np.array([100.0, 100.0, 0.0, 100.0])
    >>> _, cache = lstm_forward(np.zeros((1, 3, 1)), zeros, zeros, W, 0 * W, open_all)
    >>> lstm_backward((np.zeros((1, 3, 1)), zeros + 1), cache)[0].ravel()
    array([1., 1., 1.])
    """
    x, W, U, gates, h, c, tanh_c, keep = cache
    (T, N, D), H = x.shape, len(U)
    dh_out, dc = _checked_dout(dout, (N, T, H), (N, H), x.dtype)
    dc, dh = dc.copy(), np.zeros((N, H), x.dtype)
    U_T = U.T.copy()  # laid out for the product that is made T times
    da = np.empty((T, N, 4 * H), x.dtype)
    for t in reversed(range(T)):
        i, f, g, o = gates[t]
        da_i, da_f, da_g, da_o = blocks(da[t], 4)  # views: what is put in them stands in da
        dh += dh_out[:, t]
        if keep is not None:
            (dh, dh_kept), (dc, dc_kept) = parted(dh, keep[t]), parted(dc, keep[t])
        dc += dh * o * (1 - tanh_c[t] ** 2)
        da_i[...] = dc * g * i * (1 - i)
        da_f[...] = dc * c[t] * f * (1 - f)
        da_g[...] = dc * i * (1 - g**2)
        da_o[...] = dh * tanh_c[t] * o * (1 - o)
        dh = da[t] @ U_T
        dc *= f
        if keep is not None:
            dh += dh_kept
            dc += dc_kept
    dx = (rows(da) @ W.T).reshape(T, N, D)
    return batch_first(dx), dh, dc, weight_gradient(x, da), weight_gradient(h[:-1], da), rows(da).sum(axis=0)


def _checked_dout(dout, h_shape, c_shape, dtype) -> tuple[Array, Array]:
    """The two upstream gradients; one array alone is what is usually forgotten."""
    if not isinstance(dout, tuple | list) or len(dout) != 2:
        raise ValueError(
            "dout must be a pair (dh, dc), because the forward pass has two outputs: "
            "where the loss does not look at the cell state, give zeros for dc."
        )
    return as_dout(dout[0], h_shape, dtype, "dh"), as_dout(dout[1], c_shape, dtype, "dc")
