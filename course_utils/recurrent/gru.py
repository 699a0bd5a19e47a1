"""Gated recurrent unit: one state, and two gates that blend the old one with the new."""

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


class GRUCellCache(NamedTuple):
    """What gru_cell_backward needs: the inputs, gates r and z, candidate n, and q = h_prev U_n + b_Un, each (N, H)."""

    x: Array
    h_prev: Array
    W: Array
    U: Array
    r: Array
    z: Array
    n: Array
    q: Array


class GRUCache(NamedTuple):
    """What gru_backward needs, time first: x (T, N, D), h (T+1, N, H) with h[0] the initial state, gates (T, 3, N, H)
    with blocks r, z, n, q (T, N, H), the state's part of the candidate, and the mask as (T, N, 1) or None."""

    x: Array
    h: Array
    W: Array
    U: Array
    gates: Array
    q: Array
    keep: Array | None = None


def gru_cell_forward(x: Array, h_prev: Array, W: Array, U: Array, b_W: Array, b_U: Array) -> tuple[Array, GRUCellCache]:
    """One GRU step, (x, h_prev) -> h.

    r = σ(x W_r + b_Wr + h_prev U_r + b_Ur), z likewise; n = tanh(x W_n + b_Wn + r · (h_prev U_n + b_Un));
    h = (1 - z) · n + z · h_prev.

    Parameters
    ----------
    x : (N, D) float.
    h_prev : (N, H) float.
    W : (D, 3H) float, U : (H, 3H) float, b_W and b_U : (3H,) float, in blocks r | z | n.

    Returns
    -------
    h : (N, H), cache

    Raises
    ------
    TypeError, ValueError : not numbers; shapes that do not fit; NaN in x or h_prev.

    Notes
    -----
    PyTorch's form and block order. Keras has the blocks z | r | h, and this form with `reset_after=True`. The paper
    multiplies h_prev by r *before* the product with U. The candidate's two biases do not add up to one, since r
    stands before the second.

    References
    ----------
    Cho et al. (2014), equations 5 to 8.

    >>> zero = np.zeros((1, 1)); keep = np.array([0.0, 100.0, 0.0])
    >>> gru_cell_forward(zero, zero + 2, np.zeros((1, 3)), np.zeros((1, 3)), keep, 0 * keep)[0]
    array([[2.]])
    """
    x, h_prev, W, U, b_W, b_U = checked(3, x, {"h_prev": h_prev}, W, U, {"b_W": b_W, "b_U": b_U}, sequence=False)
    w_r, w_z, w_n = np.split(x @ W + b_W, 3, axis=1)
    u_r, u_z, q = np.split(h_prev @ U + b_U, 3, axis=1)
    r, z = sigmoid(w_r + u_r), sigmoid(w_z + u_z)
    n = np.tanh(w_n + r * q)
    return (1 - z) * n + z * h_prev, GRUCellCache(x, h_prev, W, U, r, z, n, q)


def gru_cell_backward(dout: Array, cache: GRUCellCache) -> tuple[Array, ...]:
    """Gradients (dx, dh_prev, dW, dU, db_W, db_U).

    With da the gradients of the arguments of σ and tanh, in blocks, those of the state's part differ in the last
    one: da_n · r, because the reset gate stands between.

    >>> zero = np.zeros((1, 1)); keep = np.array([0.0, 100.0, 0.0])
    >>> _, cache = gru_cell_forward(zero, zero + 2, np.zeros((1, 3)), np.zeros((1, 3)), keep, 0 * keep)
    >>> gru_cell_backward(zero + 5, cache)[1]
    array([[5.]])
    """
    x, h_prev, W, U, r, z, n, q = cache
    dh = as_dout(dout, z.shape, z.dtype)
    da_n = dh * (1 - z) * (1 - n**2)
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_r = da_n * q * r * (1 - r)
    da_W = np.concatenate([da_r, da_z, da_n], axis=1)  # (N, 3H)
    da_U = np.concatenate([da_r, da_z, da_n * r], axis=1)
    dh_prev = dh * z + da_U @ U.T
    return da_W @ W.T, dh_prev, x.T @ da_W, h_prev.T @ da_U, da_W.sum(axis=0), da_U.sum(axis=0)


def gru_forward(
    x: Array, h0: Array, W: Array, U: Array, b_W: Array, b_U: Array, *, mask: Array | None = None
) -> tuple[Array, GRUCache]:
    """GRU over a sequence: `gru_cell_forward` at t = 1 … T, from the state h0.

    Parameters
    ----------
    x : (N, T, D) float.
    h0 : (N, H) float.
    W : (D, 3H) float, U : (H, 3H) float, b_W and b_U : (3H,) float, in blocks r | z | n.
    mask : (N, T) boolean, True where a step counts, or None. Where it does not, state and output stay as they were
        (as in Keras; PyTorch's packed sequences put 0 there), so that the last step holds the last state that counts.

    Returns
    -------
    h : (N, T, H), the state after every step, cache

    Raises
    ------
    TypeError, ValueError : as `gru_cell_forward`.

    >>> W = np.zeros((1, 3)); keep = np.array([0.0, 100.0, 0.0])
    >>> gru_forward(np.ones((1, 3, 1)), np.array([[2.0]]), W, W, keep, 0 * keep)[0].ravel()
    array([2., 2., 2.])
    """
    x, h0, W, U, b_W, b_U = checked(3, x, {"h0": h0}, W, U, {"b_W": b_W, "b_U": b_U}, sequence=True)
    (N, T, _), H = x.shape, len(U)
    keep = time_mask(mask, N, T)
    x = time_first(x)
    a = input_part(x, W, b_W)  # (T, N, 3H)
    gates, q = np.empty((T, 3, N, H), x.dtype), np.empty((T, N, H), x.dtype)
    h = np.empty((T + 1, N, H), x.dtype)
    h[0] = h0
    with np.errstate(over="ignore"):
        for t in range(T):
            gates[t], u = blocks(a[t], 3), blocks(h[t] @ U + b_U, 3)  # one product for all three blocks
            gates[t, :2] += u[:2]
            sigmoid_into(gates[t, :2], gates[t, :2])  # r and z
            r, z, n = gates[t]
            q[t] = u[2]
            n += r * q[t]
            tanh_into(n, n)
            h[t + 1] = n + z * (h[t] - n)
            if keep is not None:
                np.copyto(h[t + 1], h[t], where=~keep[t])
    return batch_first(h[1:]), GRUCache(x, h, W, U, gates, q, keep)


def gru_backward(dout: Array, cache: GRUCache) -> tuple[Array, ...]:
    """Gradients (dx, dh0, dW, dU, db_W, db_U): `gru_cell_backward` at t = T … 1.

    >>> W = np.zeros((1, 3)); keep = np.array([0.0, 100.0, 0.0])
    >>> _, cache = gru_forward(np.ones((1, 3, 1)), np.array([[2.0]]), W, W, keep, 0 * keep)
    >>> gru_backward(np.ones((1, 3, 1)), cache)[1]
    array([[3.]])
    """
    x, h, W, U, gates, q, keep = cache
    (T, N, D), H = x.shape, len(U)
    dh_out = as_dout(dout, (N, T, H), x.dtype)
    dh, U_T = np.zeros((N, H), x.dtype), U.T.copy()
    da_W = np.empty((T, N, 3 * H), x.dtype)
    da_U = np.empty((T, N, 3 * H), x.dtype)
    for t in reversed(range(T)):
        r, z, n = gates[t]
        da_r, da_z, da_n = blocks(da_W[t], 3)  # views: what is put in them stands in da_W
        dh += dh_out[:, t]
        if keep is not None:
            dh, dh_kept = parted(dh, keep[t])
        da_n[...] = dh * (1 - z) * (1 - n**2)
        da_z[...] = dh * (h[t] - n) * z * (1 - z)
        da_r[...] = da_n * q[t] * r * (1 - r)
        da_U[t, :, : 2 * H] = da_W[t, :, : 2 * H]
        da_U[t, :, 2 * H :] = da_n * r
        dh = dh * z + da_U[t] @ U_T
        if keep is not None:
            dh += dh_kept
    dx = (rows(da_W) @ W.T).reshape(T, N, D)
    dW, dU = weight_gradient(x, da_W), weight_gradient(h[:-1], da_U)
    return batch_first(dx), dh, dW, dU, rows(da_W).sum(axis=0), rows(da_U).sum(axis=0)
