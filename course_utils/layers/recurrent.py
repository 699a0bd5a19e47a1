"""Layers with a memory, and what takes one answer from a sequence."""

import numpy as np

from course_utils._types import Array
from course_utils.init import lstm_forget_bias, orthogonal, xavier_uniform
from course_utils.layers.base import Layer, ShapeCache
from course_utils.recurrent import gru_backward, gru_forward, lstm_backward, lstm_forward, rnn_backward, rnn_forward


def _weights(D: int, H: int, gates: int, rng: "np.random.Generator", dtype) -> tuple[Array, Array]:
    """W (D, gates·H) and U (H, gates·H), drawn block by block: each gate is a layer of its own."""
    W = [xavier_uniform((D, H), rng, dtype=dtype) for _ in range(gates)]
    U = [orthogonal((H, H), rng, dtype=dtype) for _ in range(gates)]
    return np.concatenate(W, axis=1), np.concatenate(U, axis=1)


class RNN(Layer):
    """Plain recurrent layer from a state of zeros: (N, T, D) -> (N, T, H); see `rnn_forward`.

    Parameters
    ----------
    D, H : features that come, numbers in the state. rng : draws W (`xavier_uniform`) and U (`orthogonal`).
    dtype : of the parameters W (D, H), U (H, H) and b (H,).

    >>> RNN(3, 4, np.random.default_rng(0)).forward(np.ones((2, 5, 3)))[0].shape
    (2, 5, 4)
    """

    def __init__(self, D: int, H: int, rng: "np.random.Generator", dtype=np.float64):
        super().__init__()
        W, U = _weights(D, H, 1, rng, dtype)
        self.params = {"W": W, "U": U, "b": np.zeros(H, dtype)}

    def forward(self, x, training=True):
        W, U, b = (self.params[name] for name in ("W", "U", "b"))
        return rnn_forward(x, np.zeros((len(x), len(U)), U.dtype), W, U, b)

    def backward(self, dout, cache):
        dx, _, dW, dU, db = rnn_backward(dout, cache)
        return dx, {"W": dW, "U": dU, "b": db}


class LSTM(Layer):
    """LSTM layer from states of zeros: (N, T, D) -> (N, T, H), the hidden states; see `lstm_forward`.

    Parameters
    ----------
    D, H : features that come, numbers in the state.
    rng : draws each block of W (`xavier_uniform`) and of U (`orthogonal`).
    forget_bias : where the forget gate's bias begins, so that the cell remembers before it has learned to.
    dtype : of the parameters W (D, 4H), U (H, 4H) and b (4H,), in blocks i | f | g | o.

    >>> LSTM(3, 4, np.random.default_rng(0)).forward(np.ones((2, 5, 3)))[0].shape
    (2, 5, 4)
    """

    def __init__(self, D: int, H: int, rng: "np.random.Generator", forget_bias: float = 1.0, dtype=np.float64):
        super().__init__()
        W, U = _weights(D, H, 4, rng, dtype)
        self.params = {"W": W, "U": U, "b": lstm_forget_bias(H, forget_bias, dtype=dtype)}

    def forward(self, x, training=True):
        W, U, b = (self.params[name] for name in ("W", "U", "b"))
        zeros = np.zeros((len(x), len(U)), U.dtype)
        (h, _), cache = lstm_forward(x, zeros, zeros, W, U, b)
        return h, cache

    def backward(self, dout, cache):
        no_dc = np.zeros_like(cache.c[0])  # the last cell state is not handed on, so no gradient comes back
        dx, _, _, dW, dU, db = lstm_backward((dout, no_dc), cache)
        return dx, {"W": dW, "U": dU, "b": db}


class GRU(Layer):
    """GRU layer from a state of zeros: (N, T, D) -> (N, T, H); see `gru_forward`.

    Parameters
    ----------
    D, H, rng : as `LSTM`. dtype : of the parameters W (D, 3H), U (H, 3H), b_W and b_U (3H,), in blocks r | z | n.

    >>> GRU(3, 4, np.random.default_rng(0)).forward(np.ones((2, 5, 3)))[0].shape
    (2, 5, 4)
    """

    def __init__(self, D: int, H: int, rng: "np.random.Generator", dtype=np.float64):
        super().__init__()
        W, U = _weights(D, H, 3, rng, dtype)
        self.params = {"W": W, "U": U, "b_W": np.zeros(3 * H, dtype), "b_U": np.zeros(3 * H, dtype)}

    def forward(self, x, training=True):
        W, U, b_W, b_U = (self.params[name] for name in ("W", "U", "b_W", "b_U"))
        return gru_forward(x, np.zeros((len(x), len(U)), U.dtype), W, U, b_W, b_U)

    def backward(self, dout, cache):
        dx, _, dW, dU, db_W, db_U = gru_backward(dout, cache)
        return dx, {"W": dW, "U": dU, "b_W": db_W, "b_U": db_U}


class LastStep(Layer):
    """The last step of a sequence: (N, T, H) -> (N, H), between a recurrent layer and one answer a sequence.

    >>> LastStep().forward(np.arange(6.0).reshape(1, 3, 2))[0]
    array([[4., 5.]])
    """

    def forward(self, x, training=True):
        x = np.asarray(x)
        return x[:, -1].copy(), ShapeCache(x.shape)

    def backward(self, dout, cache):
        dout = np.asarray(dout)
        dx = np.zeros(cache.shape, dout.dtype)
        dx[:, -1] = dout
        return dx, {}
