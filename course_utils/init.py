"""Starting weights: random enough to differ, scaled so that signals neither fade nor explode."""

import math

import numpy as np

from course_utils._types import Array


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(inputs, outputs) of one unit: W (D_in, D_out); kernels K (F, C, KH, KW) count their window too."""
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError(
            f"shape must be (D_in, D_out), or (F, C, ...) for kernels, all positive, but {shape} came: "
            "biases have no fan and start at zero."
        )
    if len(shape) == 2:
        return shape
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


def _checked(shape, rng) -> tuple[int, ...]:
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy Generator, got {rng!r}: pass np.random.default_rng(0).")
    return tuple(int(n) for n in shape)


def xavier_uniform(shape: tuple[int, ...], rng: "np.random.Generator", dtype=np.float64) -> Array:
    """Uniform in ±√(6/(fan_in + fan_out)), for tanh and sigmoid (Glorot and Bengio, 2010, eq. (16)).

    Parameters
    ----------
    shape : W (D_in, D_out), or kernels (F, C, K) and (F, C, KH, KW).
    rng : the source of randomness.
    dtype : of the result.

    Raises
    ------
    ValueError : a shape without fan-in and fan-out. TypeError : rng is not a generator.

    >>> W = xavier_uniform((300, 300), np.random.default_rng(0)); bool(abs(W).max() <= 0.1), W.shape
    (True, (300, 300))
    """
    shape = _checked(shape, rng)
    limit = math.sqrt(6 / sum(_fans(shape)))
    return rng.uniform(-limit, limit, shape).astype(dtype)


def he_normal(shape: tuple[int, ...], rng: "np.random.Generator", dtype=np.float64) -> Array:
    """Normal with standard deviation √(2/fan_in), for relu (He et al., 2015, eq. (10)).

    The 2 makes up for the half of the signal that relu cuts off. Arguments as `xavier_uniform`.
    Keras draws from a truncated normal of the same variance under this name, PyTorch as here.

    >>> W = he_normal((200, 300), np.random.default_rng(0)); float(W.std().round(2))
    0.1
    """
    shape = _checked(shape, rng)
    fan_in, _ = _fans(shape)
    return (rng.normal(size=shape) * math.sqrt(2 / fan_in)).astype(dtype)


def orthogonal(shape: tuple[int, int], rng: "np.random.Generator", gain: float = 1.0, dtype=np.float64) -> Array:
    """Orthonormal rows or columns, whichever are fewer, times `gain` (Saxe, McClelland and Ganguli, 2014, section 3).

    Repeated multiplication then keeps the length of a vector, which recurrent weights need. The signs of
    QR's diagonal are divided out, so that every orthogonal matrix is equally likely (Mezzadri, 2007, section 5).

    >>> Q = orthogonal((3, 3), np.random.default_rng(0)); bool(np.allclose(Q @ Q.T, np.eye(3)))
    True
    """
    shape = _checked(shape, rng)
    if len(shape) != 2 or min(shape) < 1:
        raise ValueError(f"shape must be (rows, columns), both positive, but {shape} came.")
    tall = (max(shape), min(shape))
    Q, R = np.linalg.qr(rng.normal(size=tall))
    Q *= np.sign(np.diag(R))
    return (float(gain) * (Q if shape == tall else Q.T)).astype(dtype)


def lstm_forget_bias(H: int, value: float = 1.0, dtype=np.float64) -> Array:
    """Bias (4H,) of an LSTM, gate blocks i | f | g | o: `value` for the forget gate, 0 elsewhere.

    An open forget gate lets the cell remember from the start (Gers, Schmidhuber and Cummins, 2000;
    Jozefowicz, Zaremba and Sutskever, 2015, section 2.2).

    >>> lstm_forget_bias(2)
    array([0., 0., 1., 1., 0., 0., 0., 0.])
    """
    if H < 1:
        raise ValueError(f"H must be at least 1, the width of the hidden state, but {H} came.")
    b = np.zeros(4 * H, dtype)
    b[H : 2 * H] = value
    return b
