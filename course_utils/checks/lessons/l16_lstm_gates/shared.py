"""What several exercises of lesson 16 use: answers that others build on, and their cases."""

import numpy as np

from course_utils.activations import sigmoid


def lstm_gates(x, h, W, U, b):
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


def gates_by_columns(x, h, W, U, b):
    H = len(U)
    gates = []
    for k, act in enumerate((sigmoid, sigmoid, np.tanh, sigmoid)):
        columns = slice(k * H, (k + 1) * H)
        gates.append(act(x @ W[:, columns] + h @ U[:, columns] + b[columns]))
    return tuple(gates)


def same(a):
    return a


def lstm_cell(x, h, c, W, U, b):
    i, f, g, o = lstm_gates(x, h, W, U, b)
    c = f * c + i * g
    return o * np.tanh(c), c


def cell_by_columns(x, h, c, W, U, b):
    i, f, g, o = gates_by_columns(x, h, W, U, b)
    memory = np.multiply(i, g) + np.multiply(f, c)
    return np.multiply(np.tanh(memory), o), memory


def lstm_sequence(x, h0, c0, W, U, b):
    h, c, states = h0, c0, []
    for t in range(x.shape[1]):
        h, c = lstm_cell(x[:, t], h, c, W, U, b)
        states.append(h)
    return np.stack(states, axis=1)


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
