"""What the exercises of lesson 16 are tried on, and how the last one is measured."""

import numpy as np

from course_utils.checks._answers16 import lstm_gates
from course_utils.checks.exercise import Case
from course_utils.recurrent import lstm_forward


# 16.1, 16.2, 16.4 ---------------------------------------------------------------------------------------------------
def state_cases(rng, states):
    """x, then so many states, then W, U, b; sizes that differ, D = H, one of each, N = H, and very large sums."""
    sizes = [(2, 3, 4, 1.0), (3, 2, 2, 1.0), (1, 1, 1, 1.0), (4, 3, 2, 1.0), (2, 4, 2, 1.0), (3, 1, 4, 400.0)]
    for N, D, H, scale in sizes:
        x, W, U = rng.normal(size=(N, D)), scale * rng.normal(size=(D, 4 * H)), rng.normal(size=(H, 4 * H))
        b = away_from_zero(rng, 4 * H)
        if scale > 1:
            b[::H] = 3000.0  # one column in each block
            b[1::H] = -3000.0
        yield x, *(rng.normal(size=(N, H)) + 0.3 for _ in range(states)), W, U, b


def away_from_zero(rng, n):
    return rng.uniform(0.3, 1.2, n) * rng.choice([-1.0, 1.0], n)


def gate_cases(rng):
    yield from state_cases(rng, states=1)


def cell_cases(rng):
    yield from state_cases(rng, states=2)


def backward_cases(rng):
    for x, h, c, W, U, b in state_cases(rng, states=2):
        yield *(rng.normal(size=(2, *h.shape)) + 0.3), x, h, c, W, U, b


# 16.3 ---------------------------------------------------------------------------------------------------------------
def sequence_cases(rng):
    sizes = [(2, 3, 4, 2, 1.0), (1, 4, 2, 3, 1.0), (3, 3, 2, 2, 1.0), (2, 1, 3, 4, 1.0), (4, 6, 1, 1, 1.0)]
    for N, T, D, H, scale in [*sizes, (3, 5, 2, 4, 1.0), (2, 4, 3, 2, 1000.0)]:
        W, U, b = rng.normal(size=(D, 4 * H)), rng.normal(size=(H, 4 * H)), rng.uniform(0.2, 1, 4 * H)
        h0, c0 = rng.normal(size=(2, N, H)) + 0.4
        yield scale * rng.normal(size=(N, T, D)), h0, c0, W, U, b


# 16.5 ---------------------------------------------------------------------------------------------------------------
def gru_cases(rng):
    for N, D, H, scale in [(2, 3, 4, 1.0), (3, 2, 2, 1.0), (1, 1, 1, 1.0), (4, 3, 2, 1.0), (2, 2, 3, 400.0)]:
        W, U = scale * rng.normal(size=(D, 3 * H)), rng.normal(size=(H, 3 * H))
        b_W, b_U = away_from_zero(rng, 3 * H), away_from_zero(rng, 3 * H)
        yield rng.normal(size=(N, D)), rng.normal(size=(N, H)) + 0.3, W, U, b_W, b_U
    x, h, W, U = np.ones((1, 2)), np.array([[3.0]]), np.zeros((2, 3)), np.zeros((1, 3))
    yield x, h, W, U, np.array([0.0, 1000.0, 0.5]), np.zeros(3)  # all is kept
    yield x, h, W, U, np.array([-1000.0, -1000.0, 0.5]), np.array([0.0, 0.0, 7.0])  # nothing is kept or recalled


# 16.6 ---------------------------------------------------------------------------------------------------------------
def bias_cases(rng):
    yield 1
    yield 3
    yield from [(2, 2.5), (4, 0.0), (3, -1.5)]
    yield Case(5, forget=float(rng.uniform(1.5, 6)))
    yield Case(hidden=2, forget=1.0)


# 16.7 ---------------------------------------------------------------------------------------------------------------
def sentence_cases(rng):
    for T, D, H, lengths in [(5, 2, 4, [3, 2, 4]), (4, 3, 2, [2, 3]), (4, 2, 3, [2, 1, 3, 3]), (3, 1, 2, [2])]:
        yield sentences(rng, np.array(lengths), T, D, H)
    x, *others = sentences(rng, np.array([3, 2, 4]), 5, 2, 3)
    x[:, 1] = 0.0  # a real step that is 0
    yield x, *others
    yield sentences(rng, rng.integers(1, 6, 4), 6, 2, 1)
    yield sentences(rng, np.array([2, 3, 1]), 3, 2, 2)
    yield sentences(rng, np.array([1, 1]), 1, 2, 3)


def sentences(rng, lengths, T, D, H):
    x = rng.normal(size=(len(lengths), T, D))
    x[np.arange(T) >= lengths[:, None]] = 0.0
    W, U, b = rng.normal(size=(D, 4 * H)), rng.normal(size=(H, 4 * H)), rng.uniform(0.5, 1.5, 4 * H)
    return x, lengths, W, U, b


# 16.9 ---------------------------------------------------------------------------------------------------------------
CLOSE = 0.05


def stream_cases(rng):
    """Values ±1 at each of 90 steps; one flag early, perhaps a second one later, and then at least 50 steps without."""
    N, T = 60, 90
    for second in (False, True):
        values, flags = rng.choice([-1.0, 1.0], (N, T)), np.zeros((N, T))
        last = rng.integers(0, 10, N)
        flags[np.arange(N), last] = 1.0
        if second:
            last = rng.integers(15, 40, N)
            flags[np.arange(N), last] = 1.0
        target = np.tanh(1.0) * values[np.arange(N), last]
        yield Case(held=(np.stack([values, flags], axis=2), target))


def distance(received, case, change=lambda W, U, b: (W, U, b)):
    """Mean distance of the last hidden state from what should be remembered."""
    W, U, b = change(*(np.asarray(part, dtype=float) for part in received))
    if (W.shape, U.shape, b.shape) != ((2, 4), (1, 4), (4,)):
        raise ValueError(f"shapes {W.shape}, {U.shape}, {b.shape}; (2, 4), (1, 4), (4,) were expected")
    x, target = case.held
    zero = np.zeros((len(x), 1))
    (states, _), _ = lstm_forward(x, zero, zero, W, U, b)
    return float(np.abs(states[:, -1, 0] - target).mean())


def good_if(change):
    """The weights would do with this change."""
    return lambda received, expected, case: distance(received, case, change) <= CLOSE


def dial(name, flag, bad):
    """One gate, looked at for both values with this flag, from state 0: `bad(gate)` for at least one of them."""

    def seen(received, expected, case):
        W, U, b = (np.asarray(part, dtype=float) for part in received)
        x = np.array([[-1.0, flag], [1.0, flag]])
        gates = dict(zip("ifgo", lstm_gates(x, np.zeros((2, 1)), W, U, b), strict=True))
        return bool(np.any(bad(gates[name])))

    return seen
