"""Layers with a memory, how they are stacked and read from both ends, and what takes one answer from a sequence."""

from typing import NamedTuple

import numpy as np

from course_utils._nest import Nest
from course_utils._types import Array, Params
from course_utils._validate import as_dout
from course_utils.init import lstm_forget_bias, orthogonal, xavier_uniform
from course_utils.layers.base import Layer, ShapeCache
from course_utils.layers.container import Caches, Container
from course_utils.recurrent import gru_backward, gru_forward, lstm_backward, lstm_forward, rnn_backward, rnn_forward
from course_utils.recurrent._steps import time_mask


def _weights(D: int, H: int, gates: int, rng: "np.random.Generator", dtype) -> tuple[Array, Array]:
    """W (D, gates·H) and U (H, gates·H), drawn block by block: each gate is a layer of its own."""
    W = [xavier_uniform((D, H), rng, dtype=dtype) for _ in range(gates)]
    U = [orthogonal((H, H), rng, dtype=dtype) for _ in range(gates)]
    return np.concatenate(W, axis=1), np.concatenate(U, axis=1)


class Recurrent(Layer):
    """What RNN, LSTM and GRU share: where the first state comes from and where the last one goes.

    Usually x (N, T, D) -> h (N, T, H), from a state of zeros. With `state=True` the input is (x, state) and the output
    (h, state after the last step): a decoder that begins where an encoder ended, or a long text read in pieces. The
    state is h (N, H), an LSTM's (h, c). `forward` takes mask (N, T), True where a step counts; elsewhere state and
    output stay as they were, so that the last step holds the last state that counts.

    >>> layer, x = GRU(3, 4, np.random.default_rng(0), state=True), np.ones((2, 5, 3))
    >>> (h, last), _ = layer.forward((x, np.zeros((2, 4)))); h.shape, last.shape
    ((2, 5, 4), (2, 4))
    """

    def __init__(self, params: Params, state: bool):
        super().__init__()
        self.params, self.with_state = params, state

    def forward(self, x: Nest, training: bool = True, *, mask: Array | None = None) -> tuple:
        """All hidden states, and the last state if wanted."""
        if not self.with_state:
            return self._run(x, None, mask)[:2]
        if not isinstance(x, tuple) or len(x) != 2:
            raise ValueError(f"a layer with state=True takes the pair (x, state), but {type(x).__name__} came.")
        out, cache, last = self._run(*x, mask)
        return (out, last), cache

    def backward(self, dout: Nest, cache) -> tuple:
        """Gradient of x, or of (x, state), and of the parameters."""
        if not self.with_state:
            dx, _, grads = self._back(dout, None, cache)
            return dx, grads
        dx, dstate, grads = self._back(*dout, cache)
        return (dx, dstate), grads

    def _zeros(self, x: Array) -> Array:
        return np.zeros((len(x), len(self.params["U"])), self.params["U"].dtype)

    def _run(self, x: Array, state: Nest, mask) -> tuple:
        """(h, cache, last state)."""
        raise NotImplementedError

    def _back(self, dh: Array, dlast: Nest, cache) -> tuple:
        """(dx, gradient of the first state, grads)."""
        raise NotImplementedError


def _with_last(dh, dlast, cache) -> Array:
    """The gradient of all states with that of the last one added where it stands."""
    T, N, H = cache.h.shape[0] - 1, *cache.h.shape[1:]
    dh = as_dout(dh, (N, T, H), cache.h.dtype)
    if dlast is None or T == 0:
        return dh
    dh = dh.copy()
    dh[:, -1] += dlast
    return dh


def _first(dh0: Array, dlast, cache) -> Array:
    """The first state's gradient; of no steps, the last state is the first one."""
    return dh0 if dlast is None or len(cache.h) > 1 else dh0 + dlast


class RNN(Recurrent):
    """Plain recurrent layer: (N, T, D) -> (N, T, H); see `Recurrent` and `rnn_forward`.

    Parameters
    ----------
    D, H : features that come, numbers in the state. rng : draws W (`xavier_uniform`) and U (`orthogonal`).
    dtype : of the parameters W (D, H), U (H, H) and b (H,). state : take and give a state.

    >>> RNN(3, 4, np.random.default_rng(0)).forward(np.ones((2, 5, 3)))[0].shape
    (2, 5, 4)
    """

    def __init__(self, D: int, H: int, rng: "np.random.Generator", dtype=np.float64, *, state: bool = False):
        W, U = _weights(D, H, 1, rng, dtype)
        super().__init__({"W": W, "U": U, "b": np.zeros(H, dtype)}, state)

    def _run(self, x, state, mask):
        W, U, b = (self.params[name] for name in ("W", "U", "b"))
        h, cache = rnn_forward(x, self._zeros(x) if state is None else state, W, U, b, mask=mask)
        return h, cache, cache.h[-1].copy()

    def _back(self, dh, dlast, cache):
        dx, dh0, dW, dU, db = rnn_backward(_with_last(dh, dlast, cache), cache)
        return dx, _first(dh0, dlast, cache), {"W": dW, "U": dU, "b": db}


class LSTM(Recurrent):
    """LSTM layer: (N, T, D) -> (N, T, H), the hidden states; see `Recurrent` and `lstm_forward`.

    Parameters
    ----------
    D, H : features that come, numbers in the state.
    rng : draws each block of W (`xavier_uniform`) and of U (`orthogonal`).
    forget_bias : where the forget gate's bias begins, so that the cell remembers before it has learned to.
    dtype : of the parameters W (D, 4H), U (H, 4H) and b (4H,), in blocks i | f | g | o.
    state : take and give the state (h, c).

    >>> LSTM(3, 4, np.random.default_rng(0)).forward(np.ones((2, 5, 3)))[0].shape
    (2, 5, 4)
    """

    def __init__(
        self, D: int, H: int, rng: "np.random.Generator", forget_bias: float = 1.0, dtype=np.float64, *, state=False
    ):
        W, U = _weights(D, H, 4, rng, dtype)
        super().__init__({"W": W, "U": U, "b": lstm_forget_bias(H, forget_bias, dtype=dtype)}, state)

    def _run(self, x, state, mask):
        W, U, b = (self.params[name] for name in ("W", "U", "b"))
        if state is not None and (not isinstance(state, tuple) or len(state) != 2):
            raise ValueError(f"the state of an LSTM is the pair (h, c), but {type(state).__name__} came.")
        h0, c0 = (self._zeros(x),) * 2 if state is None else state
        (h, c_T), cache = lstm_forward(x, h0, c0, W, U, b, mask=mask)
        return h, cache, (cache.h[-1].copy(), c_T)

    def _back(self, dh, dlast, cache):
        dh_T, dc_T = (None, np.zeros_like(cache.c[0])) if dlast is None else dlast
        dx, dh0, dc0, dW, dU, db = lstm_backward((_with_last(dh, dh_T, cache), dc_T), cache)
        return dx, (_first(dh0, dh_T, cache), dc0), {"W": dW, "U": dU, "b": db}


class GRU(Recurrent):
    """GRU layer: (N, T, D) -> (N, T, H); see `Recurrent` and `gru_forward`.

    Parameters
    ----------
    D, H, rng, state : as `RNN`. dtype : of W (D, 3H), U (H, 3H), b_W and b_U (3H,), in blocks r | z | n.

    >>> GRU(3, 4, np.random.default_rng(0)).forward(np.ones((2, 5, 3)))[0].shape
    (2, 5, 4)
    """

    def __init__(self, D: int, H: int, rng: "np.random.Generator", dtype=np.float64, *, state: bool = False):
        W, U = _weights(D, H, 3, rng, dtype)
        super().__init__({"W": W, "U": U, "b_W": np.zeros(3 * H, dtype), "b_U": np.zeros(3 * H, dtype)}, state)

    def _run(self, x, state, mask):
        W, U, b_W, b_U = (self.params[name] for name in ("W", "U", "b_W", "b_U"))
        h, cache = gru_forward(x, self._zeros(x) if state is None else state, W, U, b_W, b_U, mask=mask)
        return h, cache, cache.h[-1].copy()

    def _back(self, dh, dlast, cache):
        dx, dh0, dW, dU, db_W, db_U = gru_backward(_with_last(dh, dlast, cache), cache)
        return dx, _first(dh0, dlast, cache), {"W": dW, "U": dU, "b_W": db_W, "b_U": db_U}


class Bidirectional(Container):
    """Two recurrent layers side by side, one that reads backwards: (N, T, D) -> (N, T, 2H).

    At each step the output knows what comes before and what comes after (Schuster and Paliwal, 1997, section III).
    With layers that have `state=True` the state is the pair of theirs. Padding may stand at the end: by a mask the
    backward layer passes it by.

    Parameters
    ----------
    forwards, backwards : two different recurrent layers.

    Raises
    ------
    ValueError : the same layer twice, or one with and one without a state.

    >>> rng = np.random.default_rng(0)
    >>> Bidirectional(GRU(3, 4, rng), GRU(3, 4, rng)).forward(np.ones((2, 5, 3)))[0].shape
    (2, 5, 8)
    """

    def __init__(self, forwards: Recurrent, backwards: Recurrent):
        if forwards is backwards or forwards.with_state != backwards.with_state:
            raise ValueError("a bidirectional layer needs two layers, both with a state or both without.")
        self.with_state = forwards.with_state
        super().__init__({"forwards": forwards, "backwards": backwards})

    def forward(self, x: Nest, training: bool = True, *, mask: Array | None = None) -> tuple:
        """The outputs of both, and the pair of their last states if wanted."""
        x, states = x if self.with_state else (x, (None, None))
        x = np.asarray(x)
        given = {"forwards": (x, states[0], mask), "backwards": (x[:, ::-1], states[1], _reversed(mask))}
        outs, lasts, caches = {}, [], {}
        for name, (inputs, state, keep) in given.items():
            inputs = (inputs, state) if self.with_state else inputs
            out, caches[name] = self._forward(name, inputs, training, {"mask": keep})
            outs[name], last = out if self.with_state else (out, None)
            lasts.append(last)
        h = np.concatenate([outs["forwards"], outs["backwards"][:, ::-1]], axis=2)
        return (h, tuple(lasts)) if self.with_state else h, Caches(caches)

    def backward(self, dout: Nest, cache: Caches) -> tuple:
        """Gradient of x (or of x and the states), and of the parameters of both."""
        dh, dlasts = dout if self.with_state else (dout, (None, None))
        dh = np.asarray(dh)
        H = len(self.children["forwards"].params["U"])
        parts = {"forwards": (dh[:, :, :H], dlasts[0]), "backwards": (dh[:, ::-1, H:], dlasts[1])}
        dxs, dstates, grads = [], [], {}
        for name, part in parts.items():
            found, grads[name] = self.children[name].backward(part if self.with_state else part[0], cache.caches[name])
            dx, dstate = found if self.with_state else (found, None)
            dxs.append(dx)
            dstates.append(dstate)
        dx = dxs[0] + dxs[1][:, ::-1]
        return (dx, tuple(dstates)) if self.with_state else dx, self._named(grads)


class Stacked(Container):
    """Recurrent layers with states on top of each other: (x, (state of each)) -> (h of the last, (state of each)).

    Layers without a state are stacked by `Sequential`.

    Parameters
    ----------
    layers : recurrent layers with state=True, from the input up.

    >>> rng = np.random.default_rng(0); model = Stacked(GRU(3, 4, rng, state=True), GRU(4, 4, rng, state=True))
    >>> zeros = np.zeros((2, 4)); (h, states), _ = model.forward((np.ones((2, 5, 3)), (zeros, zeros)))
    >>> h.shape, len(states)
    ((2, 5, 4), 2)
    """

    def __init__(self, *layers: Recurrent):
        if not layers or not all(getattr(layer, "with_state", False) for layer in layers):
            raise ValueError("Stacked takes recurrent layers with state=True; others are stacked by Sequential.")
        super().__init__({str(i): layer for i, layer in enumerate(layers)})

    def forward(self, x: tuple, training: bool = True, *, mask: Array | None = None) -> tuple:
        """The last layer's outputs, and every layer's last state."""
        x, states = x
        if len(states) != len(self.children):
            raise ValueError(f"states must be one for each of {len(self.children)} layers, but {len(states)} came.")
        lasts, caches = [], {}
        for name, state in zip(self.children, states, strict=True):
            (x, last), caches[name] = self._forward(name, (x, state), training, {"mask": mask})
            lasts.append(last)
        return (x, tuple(lasts)), Caches(caches)

    def backward(self, dout: tuple, cache: Caches) -> tuple:
        """Gradients of (x, states), and of the parameters."""
        dx, dlasts = dout
        dstates, grads = [], {}
        for (name, layer), dlast in reversed(list(zip(self.children.items(), dlasts, strict=True))):
            (dx, dstate), grads[name] = layer.backward((dx, dlast), cache.caches[name])
            dstates.insert(0, dstate)
        return (dx, tuple(dstates)), self._named(grads)


def _reversed(mask):
    return None if mask is None else np.asarray(mask)[:, ::-1]


class LastStep(Layer):
    """The last step of a sequence: (N, T, H) -> (N, H), between a recurrent layer and one answer a sequence.

    After a recurrent layer that had a mask this is the last step that counts.

    >>> LastStep().forward(np.arange(6.0).reshape(1, 3, 2))[0]
    array([[4., 5.]])
    """

    def forward(self, x, training=True):
        """The last of the T rows."""
        x = np.asarray(x)
        return x[:, -1].copy(), ShapeCache(x.shape)

    def backward(self, dout, cache):
        """All of the gradient goes to the last step."""
        dout = np.asarray(dout)
        dx = np.zeros(cache.shape, dout.dtype)
        dx[:, -1] = dout
        return dx, {}


class MeanCache(NamedTuple):
    """What MeanOverTime.backward needs: the share of each step, (N, T, 1)."""

    shares: Array


class MeanOverTime(Layer):
    """The mean over the steps that count: (N, T, D) -> (N, D); zeros where none does.

    >>> MeanOverTime().forward(np.arange(6.0).reshape(1, 3, 2), mask=np.array([[True, True, False]]))[0]
    array([[1., 2.]])
    """

    def forward(self, x, training=True, *, mask=None):
        """Each step weighs 1/n, with n the number that counts in its example."""
        x = np.asarray(x)
        keep = time_mask(np.ones(x.shape[:2], bool) if mask is None else mask, *x.shape[:2]).swapaxes(0, 1)
        shares = keep / np.maximum(keep.sum(axis=1, keepdims=True), 1).astype(x.dtype)
        return (x * shares).sum(axis=1), MeanCache(shares)

    def backward(self, dout, cache):
        """Each step gets its share."""
        return np.asarray(dout)[:, None] * cache.shares, {}
