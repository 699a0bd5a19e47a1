"""The same forward passes as a beginner would write them: loops over single numbers, or one small step at a time."""

import numpy as np


def dense(x, W, b):
    """x @ W + b with a loop for each of its three sizes."""
    out = np.empty((x.shape[0], W.shape[1]), x.dtype)
    for n in range(x.shape[0]):
        for j in range(W.shape[1]):
            total = b[j]
            for i in range(x.shape[1]):
                total = total + x[n, i] * W[i, j]
            out[n, j] = total
    return out


def conv2d(x, K, b, stride, pad):
    """The window's product for each example, filter and place."""
    (N, C, H, W), (F, _, KH, KW) = x.shape, K.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.empty((N, F, (H + 2 * pad - KH) // stride + 1, (W + 2 * pad - KW) // stride + 1), x.dtype)
    for n, f, p, q in np.ndindex(*out.shape):
        total = b[f]
        for c, i, j in np.ndindex(C, KH, KW):
            total = total + K[f, c, i, j] * padded[n, c, p * stride + i, q * stride + j]
        out[n, f, p, q] = total
    return out


def max_pool2d(x, size):
    """The largest number of each window, one window at a time."""
    N, C, H, W = x.shape
    out = np.empty((N, C, H // size, W // size), x.dtype)
    for n, c, p, q in np.ndindex(*out.shape):
        out[n, c, p, q] = x[n, c, p * size : (p + 1) * size, q * size : (q + 1) * size].max()
    return out


def rnn(x, h, W, U, b):
    """One example and one step at a time."""
    out = np.empty((*x.shape[:2], len(U)), x.dtype)
    for n in range(len(x)):
        state = h[n]
        for t in range(x.shape[1]):
            state = np.tanh(x[n, t] @ W + state @ U + b)
            out[n, t] = state
    return out


def lstm(x, h, c, W, U, b):
    """One example and one step at a time, each gate by itself."""
    H = len(U)
    out = np.empty((*x.shape[:2], H), x.dtype)
    for n in range(len(x)):
        state, cell = h[n], c[n]
        for t in range(x.shape[1]):
            gate = [x[n, t] @ W[:, k * H : (k + 1) * H] + state @ U[:, k * H : (k + 1) * H] for k in range(4)]
            i, f, g, o = (a + b[k * H : (k + 1) * H] for k, a in enumerate(gate))
            cell = cell / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
            state = np.tanh(cell) / (1 + np.exp(-o))
            out[n, t] = state
    return out


def attention(q, k, v):
    """One query and one key at a time; q, k, v (T, d)."""
    out = np.zeros_like(v)
    for i in range(len(q)):
        scores = [float(q[i] @ k[j]) / q.shape[1] ** 0.5 for j in range(len(k))]
        largest = max(scores)
        exponentials = [np.exp(s - largest) for s in scores]
        for j in range(len(k)):
            out[i] += exponentials[j] / sum(exponentials) * v[j]
    return out


def multi_head(x, params, heads):
    """One example and one head at a time."""
    out = np.empty_like(x)
    d = x.shape[-1] // heads
    for n in range(len(x)):
        q, k, v = (x[n] @ params[f"W_{name}"] + params[f"b_{name}"] for name in "qkv")
        parts = [attention(*(a[:, h * d : (h + 1) * d] for a in (q, k, v))) for h in range(heads)]
        out[n] = np.concatenate(parts, axis=1) @ params["W_o"] + params["b_o"]
    return out


def encoder_block(x, params, heads):
    """Norm, attention, norm, feed-forward network, one position at a time where they allow it."""

    def norm(z, n):
        rows = [(row - row.mean()) / np.sqrt(row.var() + 1e-5) for row in z.reshape(-1, z.shape[-1])]
        return (np.array(rows) * params[f"gamma_{n}"] + params[f"beta_{n}"]).reshape(z.shape).astype(z.dtype)

    a = x + multi_head(norm(x, 1), params, heads)
    rows = norm(a, 2).reshape(-1, x.shape[-1])
    feed = [np.maximum(row @ params["W_1"] + params["b_1"], 0) @ params["W_2"] + params["b_2"] for row in rows]
    return a + np.array(feed).reshape(x.shape)


def adam(p, g, m, v, t, lr=1e-3):
    """The formulas with a loop over single numbers."""
    out = np.empty_like(p)
    for i in range(len(p)):
        m_i = 0.9 * m[i] + 0.1 * g[i]
        v_i = 0.999 * v[i] + 0.001 * g[i] ** 2
        out[i] = p[i] - lr * (m_i / (1 - 0.9**t)) / (np.sqrt(v_i / (1 - 0.999**t)) + 1e-8)
    return out
