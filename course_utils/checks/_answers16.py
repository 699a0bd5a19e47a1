"""Answers to the exercises of lesson 16, right and wrong, and the cases they are tried on."""

from types import SimpleNamespace

import numpy as np

from course_utils.activations import sigmoid


# 16.1 ---------------------------------------------------------------------------------------------------------------
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


def gates_by_joining(x, h, W, U, b):
    """One matrix for [x, h, 1], and the sigmoid written with tanh."""
    a = np.hstack([x, h, np.ones((len(x), 1))]) @ np.vstack([W, U, b[None]])
    a = a.reshape(len(x), 4, len(U))
    squashed = np.tanh(a / np.array([2.0, 2.0, 1.0, 2.0])[None, :, None])
    i, f, g, o = squashed.swapaxes(0, 1)
    return (1 + i) / 2, (1 + f) / 2, g, (1 + o) / 2


def both(x, h, W, U, b):
    return x @ W + h @ U + b


def gates_with(acts=(sigmoid, sigmoid, np.tanh, sigmoid), order=(0, 1, 2, 3), sums=both,
               cut=lambda a: np.split(a, 4, axis=1)):  # fmt: skip
    """Right but for one thing: the functions, which block is which, the sum, or the cut."""

    def answer(x, h, W, U, b):
        blocks = cut(sums(x, h, W, U, b))
        return tuple(act(blocks[k]) for act, k in zip(acts, order, strict=True))

    return answer


def overflowing(a):
    with np.errstate(all="ignore"):
        return np.exp(a) / (1 + np.exp(a))


def step_function(a):
    return (a > 0).astype(float)


def same(a):
    return a


# 16.2 ---------------------------------------------------------------------------------------------------------------
def lstm_cell(x, h, c, W, U, b):
    i, f, g, o = lstm_gates(x, h, W, U, b)
    c = f * c + i * g
    return o * np.tanh(c), c


def cell_by_units(x, h, c, W, U, b):
    a, H = x @ W + h @ U + b, len(U)
    new_h, new_c = np.empty_like(h), np.empty_like(c)
    for n, k in np.ndindex(h.shape):
        i, f, o = (float(sigmoid(a[n, block * H + k])) for block in (0, 1, 3))
        new_c[n, k] = c[n, k] * f + i * np.tanh(a[n, 2 * H + k])
        new_h[n, k] = np.tanh(new_c[n, k]) * o
    return new_h, new_c


def cell_by_columns(x, h, c, W, U, b):
    i, f, g, o = gates_by_columns(x, h, W, U, b)
    memory = np.multiply(i, g) + np.multiply(f, c)
    return np.multiply(np.tanh(memory), o), memory


def cell_with(memory=lambda i, f, g, c, h: f * c + i * g, shown=lambda o, c, old: o * np.tanh(c), order=same):
    """Right but for one thing: the new cell state, what is shown of it, or the order of the two."""

    def answer(x, h, c, W, U, b):
        i, f, g, o = lstm_gates(x, h, W, U, b)
        new = memory(i, f, g, c, h)
        return order((shown(o, new, c), new))

    return answer


# 16.3 ---------------------------------------------------------------------------------------------------------------
def lstm_sequence(x, h0, c0, W, U, b):
    h, c, states = h0, c0, []
    for t in range(x.shape[1]):
        h, c = lstm_cell(x[:, t], h, c, W, U, b)
        states.append(h)
    return np.stack(states, axis=1)


def sequence_filled(x, h0, c0, W, U, b):
    states, h, c = np.empty((*x.shape[:2], len(U))), h0, c0
    for t, step in enumerate(x.transpose(1, 0, 2)):
        states[:, t], c = lstm_cell(step, h, c, W, U, b)
        h = states[:, t]
    return states


def sequence_by_example(x, h0, c0, W, U, b):
    states = np.empty((*x.shape[:2], len(U)))
    for n in range(len(x)):
        h, c = h0[n : n + 1], c0[n : n + 1]
        for t in range(x.shape[1]):
            h, c = cell_by_columns(x[n : n + 1, t], h, c, W, U, b)
            states[n, t] = h[0]
    return states


def sequence_with(start=lambda h0, c0: (h0, c0), carry=lambda h, c, h0, c0: (h, c), shown=lambda h, c, before: h,
                  output=lambda states, h0: np.stack(states, axis=1), steps=range):  # fmt: skip
    """Right but for one thing: the first states, what the next step gets, what is kept, or how it is put together."""

    def answer(x, h0, c0, W, U, b):
        (h, c), states = start(h0, c0), []
        for t in steps(x.shape[1]):
            before = h
            h, c = lstm_cell(x[:, t], h, c, W, U, b)
            states.append(shown(h, c, before))
            h, c = carry(h, c, h0, c0)
        return output(states, h0)

    return answer


def sequence_over_examples(x, h0, c0, W, U, b):
    """Time and batch taken for each other."""
    h, c, states = h0, c0, []
    for step in x:
        h, c = lstm_cell(step, h, c, W, U, b)
        states.append(h)
    return np.array(states)


def sequence_unpacked_wrong(x, h0, c0, W, U, b):
    h, c, states = h0, c0, []
    for t in range(x.shape[1]):
        c, h = lstm_cell(x[:, t], h, c, W, U, b)
        states.append(h)
    return np.stack(states, axis=1)


def backwards(T):
    return reversed(range(T))


def in_rows(states, h0):
    return np.array(states).reshape(len(h0), len(states), -1)


# 16.4 ---------------------------------------------------------------------------------------------------------------
def lstm_cell_backward(dh, dc, x, h, c, W, U, b):
    i, f, g, o = lstm_gates(x, h, W, U, b)
    t = np.tanh(f * c + i * g)
    total = dc + dh * o * (1 - t**2)
    da_i, da_f = total * g * i * (1 - i), total * c * f * (1 - f)
    da_g, da_o = total * i * (1 - g**2), dh * t * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
    return da @ W.T, da @ U.T, total * f, x.T @ da, h.T @ da, da.sum(axis=0)


def backward_joined(dh, dc, x, h, c, W, U, b):
    """[x, h] as one input of one matrix; slopes of all gates at once, in an array (4, N, H)."""
    gates = np.array(lstm_gates(x, h, W, U, b))
    i, f, g, o = gates
    t, slopes = np.tanh(f * c + i * g), gates * (1 - gates)
    slopes[2] = 1 - g * g
    total = dh * o / np.cosh(f * c + i * g) ** 2 + dc
    da = np.hstack(slopes * np.array([total * g, total * c, total * i, dh * t]))
    D = x.shape[1]
    d_xh, d_V = da @ np.vstack([W, U]).T, np.hstack([x, h]).T @ da
    return d_xh[:, :D], d_xh[:, D:], f * total, d_V[:D], d_V[D:], np.ones(len(x)) @ da


def backward_by_example(dh, dc, x, h, c, W, U, b):
    grads = [np.zeros_like(a) for a in (x, h, c, W, U, b)]
    for n in range(len(x)):
        i, f, g, o = (gate[0] for gate in gates_by_columns(x[n : n + 1], h[n : n + 1], W, U, b))
        t = np.tanh(i * g + f * c[n])
        total = dc[n] + (1 - t) * (1 + t) * o * dh[n]
        da = np.r_[
            total * g * i * (1 - i), total * c[n] * f * (1 - f), total * i * (1 - g) * (1 + g), dh[n] * t * o * (1 - o)
        ]
        grads[0][n], grads[1][n], grads[2][n] = W @ da, U @ da, total * f
        grads[3] += np.outer(x[n], da)
        grads[4] += np.outer(h[n], da)
        grads[5] += da
    return tuple(grads)


def backward_with(total=None, output=None, **blocks):
    """Right but for one thing: dc_total, one or more blocks of da (by name), or the six results.

    Each is a function of a namespace `s` with everything that is known so far.
    """

    def answer(dh, dc, x, h, c, W, U, b):
        i, f, g, o = lstm_gates(x, h, W, U, b)
        new = f * c + i * g
        s = SimpleNamespace(dh=dh, dc=dc, x=x, h=h, c=c, W=W, U=U, i=i, f=f, g=g, o=o, new=new, t=np.tanh(new))
        s.a = np.split(x @ W + h @ U + b, 4, axis=1)
        s.total = total(s) if total else dc + dh * o * (1 - s.t**2)
        right = {"i": s.total * g * i * (1 - i), "f": s.total * c * f * (1 - f)}
        right |= {"g": s.total * i * (1 - g**2), "o": dh * s.t * o * (1 - o)}
        s.da = np.hstack([blocks[k](s) if k in blocks else right[k] for k in "ifgo"])
        s.right = (s.da @ W.T, s.da @ U.T, s.total * f, x.T @ s.da, h.T @ s.da, s.da.sum(axis=0))
        return output(s) if output else s.right

    return answer


def put(k, value):
    """The six results with number k exchanged."""
    return lambda s: (*s.right[:k], value(s), *s.right[k + 1 :])


def blocks_exchanged(s):
    da = np.hstack([np.split(s.da, 4, axis=1)[k] for k in (0, 1, 3, 2)])
    return da @ s.W.T, da @ s.U.T, s.total * s.f, s.x.T @ da, s.h.T @ da, da.sum(axis=0)


def mean_over_batch(s):
    return (*s.right[:3], *(gradient / len(s.x) for gradient in s.right[3:]))


def weights_transposed(s):
    return (*s.right[:3], s.right[3].T, s.right[4].T, s.right[5])


# 16.5 ---------------------------------------------------------------------------------------------------------------
def gru_cell(x, h, W, U, b_W, b_U):
    w_r, w_z, w_n = np.split(x @ W + b_W, 3, axis=1)
    u_r, u_z, u_n = np.split(h @ U + b_U, 3, axis=1)
    r, z = sigmoid(w_r + u_r), sigmoid(w_z + u_z)
    n = np.tanh(w_n + r * u_n)
    return (1 - z) * n + z * h


def gru_by_columns(x, h, W, U, b_W, b_U):
    H = len(U)
    r = sigmoid(x @ W[:, :H] + h @ U[:, :H] + b_W[:H] + b_U[:H])
    z = sigmoid(x @ W[:, H:-H] + h @ U[:, H:-H] + (b_W + b_U)[H:-H])
    n = np.tanh(x @ W[:, -H:] + b_W[-H:] + r * (h @ U[:, -H:] + b_U[-H:]))
    return n + z * (h - n)


def gru_by_blocks(x, h, W, U, b_W, b_U):
    """The sigmoid as tanh of the half, the candidate's two parts kept in arrays (N, 3, H)."""
    from_x = (x @ W + b_W).reshape(len(x), 3, -1)
    from_h = (h @ U + b_U).reshape(len(x), 3, -1)
    gates = 0.5 + 0.5 * np.tanh((from_x[:, :2] + from_h[:, :2]) / 2)
    n = np.tanh(from_x[:, 2] + gates[:, 0] * from_h[:, 2])
    return h - (1 - gates[:, 1]) * (h - n)


def gru_with(blend=lambda z, n, h, r: (1 - z) * n + z * h, order=(0, 1, 2), biases=lambda b_W, b_U: (b_W, b_U),
             candidate=lambda w, u, r, h, U, b: np.tanh(w + r * (u + b))):  # fmt: skip
    """Right but for one thing: the blend, which block is which, the biases, or the candidate.

    The candidate's parts: w = x W_n + b_Wn, u = h U_n, b = b_Un.
    """

    def answer(x, h, W, U, b_W, b_U):
        b_W, b_U = biases(b_W, b_U)
        w, u, b = np.split(x @ W + b_W, 3, axis=1), np.split(h @ U, 3, axis=1), np.split(b_U, 3)
        k_r, k_z, k_n = order
        r, z = (sigmoid(w[k] + u[k] + b[k]) for k in (k_r, k_z))
        n = candidate(w[k_n], u[k_n], r, h, np.split(U, 3, axis=1)[k_n], b[k_n])
        return blend(z, n, h, r)

    return answer


# 16.6 ---------------------------------------------------------------------------------------------------------------
def init_lstm_bias(hidden, forget=1.0):
    b = np.zeros(4 * hidden)
    b[hidden : 2 * hidden] = forget
    return b


def bias_at(*blocks):
    """The number in other blocks than the second."""

    def answer(hidden, forget=1.0):
        b = np.zeros((4, hidden))
        b[list(blocks)] = forget
        return b.ravel()

    return answer


def bias_interleaved(hidden, forget=1.0):
    b = np.zeros(4 * hidden)
    b[1::4] = forget
    return b


def bias_one_entry(hidden, forget=1.0):
    b = np.zeros(4 * hidden)
    b[hidden] = forget
    return b


# 16.7 ---------------------------------------------------------------------------------------------------------------
def final_state(x, lengths, W, U, b):
    zero = np.zeros((len(x), len(U)))
    states = lstm_sequence(x, zero, zero, W, U, b)
    return states[np.arange(len(x)), lengths - 1]


def final_state_of(pick):
    """pick(states (N, T, H), lengths) -> the answer."""

    def answer(x, lengths, W, U, b):
        zero = np.zeros((len(x), len(U)))
        return pick(lstm_sequence(x, zero, zero, W, U, b), lengths)

    return answer


broken_final_state = final_state_of(lambda states, lengths: states[:, -1])


def final_by_holding(x, lengths, W, U, b):
    h = c = np.zeros((len(x), len(U)))
    for t in range(x.shape[1]):
        new_h, new_c = lstm_cell(x[:, t], h, c, W, U, b)
        goes_on = (t < lengths)[:, None]
        h, c = np.where(goes_on, new_h, h), np.where(goes_on, new_c, c)
    return h


def final_by_cutting(x, lengths, W, U, b):
    zero = np.zeros((1, len(U)))
    return np.vstack(
        [lstm_sequence(x[n : n + 1, :length], zero, zero, W, U, b)[:, -1] for n, length in enumerate(lengths)]
    )


def final_by_counting(x, lengths, W, U, b):
    zero = np.zeros((len(x), len(U)))
    states = lstm_sequence(x, zero, zero, W, U, b)
    return states[np.arange(len(x)), np.any(x != 0, axis=2).sum(axis=1) - 1]


def real(states, lengths):
    """1.0 at the real steps, 0.0 at the padding, (N, T, 1)."""
    return (np.arange(states.shape[1]) < lengths[:, None])[:, :, None].astype(float)


# 16.9 ---------------------------------------------------------------------------------------------------------------
def store_weights(strength=20.0, value=5.0):
    """Rows of W: value, flag. Blocks: i f g o."""
    W = np.array([[0.0, 0.0, value, 0.0], [strength, -strength, 0.0, 0.0]])
    b = np.array([-strength / 2, strength / 2, 0.0, strength / 2])
    return W, np.zeros((1, 4)), b


def store_with(change=lambda W, b: None, order=(0, 1, 2, 3)):
    def answer():
        W, U, b = store_weights()
        change(W, b)
        return W[:, order], U[:, order], b[list(order)]

    return answer


def turn_forget(W, b):
    W[:, 1] *= -1
    b[1] *= -1


def store_uneven():
    """Each gate with a strength of its own, and an output gate that also listens to the state."""
    return (
        np.array([[0.0, 0.0, 3.0, 0.1], [30.0, -16.0, 0.2, 0.0]]),
        np.array([[0.5, -0.5, 0.0, 4.0]]),
        np.array([-12.0, 9.0, 0.0, 12.0]),
    )
