"""What several exercises of lesson 11 use: answers that others build on, and their cases."""

import numpy as np

from course_utils.checks.exercise import Case


def frame(x, pad):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def conv2d(x, K, b, stride=1, pad=0):
    return np.einsum("ncpqij,fcij->nfpq", windows_of(x, K, stride, pad), K, optimize=True) + b[:, None, None]


def conv2d_loops(x, K, b, stride=1, pad=0):
    x = frame(x, pad)
    N, (F, _, KH, KW) = len(x), K.shape
    H_out, W_out = (x.shape[2] - KH) // stride + 1, (x.shape[3] - KW) // stride + 1
    y = np.empty((N, F, H_out, W_out))
    for n, f, p, q in np.ndindex(y.shape):
        window = x[n, :, p * stride : p * stride + KH, q * stride : q * stride + KW]
        y[n, f, p, q] = b[f] + np.sum(K[f] * window)
    return y


def windows_of(x, K, stride, pad):
    """(N, C, H_out, W_out, KH, KW)."""
    views = np.lib.stride_tricks.sliding_window_view(frame(x, pad), K.shape[2:], axis=(2, 3))
    return views[:, :, ::stride, ::stride]


def conv2d_taps(x, K, b, stride=1, pad=0):
    x, (F, C, KH, KW) = frame(x, pad), K.shape
    H_out, W_out = (x.shape[2] - KH) // stride + 1, (x.shape[3] - KW) // stride + 1
    y = np.zeros((len(x), F, H_out * W_out))
    for i, j in np.ndindex(KH, KW):
        part = x[:, :, i : i + stride * (H_out - 1) + 1 : stride, j : j + stride * (W_out - 1) + 1 : stride]
        y += K[:, :, i, j] @ part.reshape(len(x), C, -1)
    return y.reshape(len(x), F, H_out, W_out) + b[:, None, None]


def conv2d_matrix(x, K, b, stride=1, pad=0):
    """One matrix product for the whole batch."""
    rows = windows_of(x, K, stride, pad).transpose(0, 2, 3, 1, 4, 5)
    y = rows.reshape(-1, K[0].size) @ K.reshape(len(K), -1).T + b
    return y.reshape(*rows.shape[:3], len(K)).transpose(0, 3, 1, 2)


def conv_cases(rng):
    shapes = [(2, 3, 5, 6, 4, 3, 2, 1, 0), (1, 1, 4, 4, 1, 2, 2, 1, 0), (2, 2, 7, 6, 3, 3, 3, 2, 1)]
    shapes += [(1, 2, 3, 3, 2, 3, 3, 1, 2), (3, 2, 6, 8, 2, 2, 3, 3, 0), (2, 1, 4, 3, 2, 2, 2, 1, 1)]
    for N, C, H, W, F, KH, KW, stride, pad in shapes:
        x, K, b = rng.normal(size=(N, C, H, W)) + 0.5, rng.normal(size=(F, C, KH, KW)), rng.uniform(1, 2, F)
        yield Case(x, K, b, stride=stride, pad=pad)
    yield rng.normal(size=(1, 2, 4, 5)), rng.normal(size=(3, 2, 2, 2)), rng.uniform(1, 2, 3)
    yield Case(1e4 * rng.normal(size=(1, 1, 3, 5)), rng.normal(size=(2, 1, 1, 3)), np.zeros(2), stride=1, pad=1)


def changed(inputs=lambda x, K, b: (x, K, b), moves=lambda stride, pad: (stride, pad), output=lambda y: y):
    """A right convolution of wrong inputs, with a wrong window, or whose output is spoilt."""

    def answer(x, K, b, stride=1, pad=0):
        (x, K, b), (stride, pad) = inputs(x, K, b), moves(stride, pad)
        return output(conv2d(x, K, b, stride=stride, pad=pad))

    return answer
