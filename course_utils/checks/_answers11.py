"""Answers to the exercises of lesson 11, right and wrong, and the cases they are tried on."""

import numpy as np

from course_utils.checks.exercise import Case


# 11.1 ---------------------------------------------------------------------------------------------------------------
def output_size(n, k, stride, pad):
    return (n + 2 * pad - k) // stride + 1


def size_cases(rng):
    yield from [(28, 5, 1, 0), (28, 3, 2, 1), (7, 3, 3, 0), (5, 5, 4, 0), (9, 2, 3, 2), (1, 1, 1, 0)]
    yield from [(1000, 11, 4, 2), (6, 3, 5, 1), (4, 6, 1, 1)]
    for _ in range(6):
        k = int(rng.integers(1, 8))
        yield k + int(rng.integers(0, 30)), k, int(rng.integers(1, 5)), int(rng.integers(0, 4))


def size_by_walking(n, k, stride, pad):
    start, count = -pad, 0
    while start + k <= n + pad:
        count, start = count + 1, start + stride
    return count


# 11.2, 11.3 ---------------------------------------------------------------------------------------------------------
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


def conv2d_number_by_number(x, K, b, stride=1, pad=0):
    (N, C, H, W), (F, _, KH, KW) = x.shape, K.shape
    y = np.zeros((N, F, (H + 2 * pad - KH) // stride + 1, (W + 2 * pad - KW) // stride + 1)) + b[:, None, None]
    for n, f, p, q in np.ndindex(y.shape):
        for c, i, j in np.ndindex(C, KH, KW):
            row, column = p * stride + i - pad, q * stride + j - pad
            if 0 <= row < H and 0 <= column < W:
                y[n, f, p, q] += K[f, c, i, j] * x[n, c, row, column]
    return y


def windows_of(x, K, stride, pad):
    """(N, C, H_out, W_out, KH, KW)."""
    views = np.lib.stride_tricks.sliding_window_view(frame(x, pad), K.shape[2:], axis=(2, 3))
    return views[:, :, ::stride, ::stride]


def conv2d_windows(x, K, b, stride=1, pad=0):
    y = np.tensordot(windows_of(x, K, stride, pad), K, axes=([1, 4, 5], [1, 2, 3]))  # (N, H_out, W_out, F)
    return y.transpose(0, 3, 1, 2) + b[:, None, None]


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


def pad_at_the_end_only(x, K, b, stride=1, pad=0):
    return conv2d(np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad))), K, b, stride=stride)


def pad_with_edge(x, K, b, stride=1, pad=0):
    return conv2d(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge"), K, b, stride=stride)


def one_row_short(x, K, b, stride=1, pad=0):
    y = conv2d(x, K, b, stride=stride, pad=pad)
    return y[:, :, : max(y.shape[2] - 1, 0), : max(y.shape[3] - 1, 0)]


def stride_forgotten_in_window(x, K, b, stride=1, pad=0):
    y = conv2d(x, K, b, stride=stride, pad=pad)
    return conv2d(x, K, b, pad=pad)[:, :, : y.shape[2], : y.shape[3]]


def mean_of_window(x, K, b, stride=1, pad=0):
    return conv2d(x, K / K[0].size, b, stride=stride, pad=pad)


def scrambled_windows(x, K, b, stride=1, pad=0):
    """The windows reshaped before the axes are in order: channels and places are mixed up."""
    w = windows_of(x, K, stride, pad)
    N, C, H_out, W_out, KH, KW = w.shape
    y = w.reshape(N, H_out * W_out, C * KH * KW) @ K.reshape(len(K), -1).T
    return y.swapaxes(1, 2).reshape(N, len(K), H_out, W_out) + b[:, None, None]


def scrambled_output(x, K, b, stride=1, pad=0):
    """Right numbers, (N, H_out, W_out, F), reshaped to (N, F, H_out, W_out) where they should be transposed."""
    y = conv2d(x, K, b, stride=stride, pad=pad)
    return y.transpose(0, 2, 3, 1).reshape(y.shape)


def speed_case(rng):
    return Case(rng.normal(size=(6, 8, 18, 18)), rng.normal(size=(12, 8, 3, 3)), rng.normal(size=12), stride=1, pad=0)


# 11.4 ---------------------------------------------------------------------------------------------------------------
def max_pool2d(x, size=2):
    x, H_out, W_out = cropped(x, size)
    return x.reshape(*x.shape[:2], H_out, size, W_out, size).max(axis=(3, 5))


def pool_cases(rng):
    yield rng.normal(size=(2, 3, 4, 6))
    yield Case(rng.normal(size=(1, 2, 7, 5)), size=2)
    yield Case(rng.normal(size=(2, 1, 8, 7)), size=3)
    yield -1.0 - rng.uniform(size=(1, 1, 4, 4))
    yield Case(rng.normal(size=(1, 2, 3, 4)), size=1)
    yield Case(1e3 * rng.normal(size=(3, 2, 3, 3)), size=3)


def cropped(x, size):
    H_out, W_out = x.shape[2] // size, x.shape[3] // size
    return x[:, :, : H_out * size, : W_out * size], H_out, W_out


def pool_by_views(x, size=2):
    x, _, _ = cropped(x, size)
    return np.max([x[:, :, i::size, j::size] for i, j in np.ndindex(size, size)], axis=0)


def pool_by_loops(x, size=2):
    _, H_out, W_out = cropped(x, size)
    out = np.empty((*x.shape[:2], H_out, W_out))
    for p, q in np.ndindex(H_out, W_out):
        out[:, :, p, q] = x[:, :, p * size : (p + 1) * size, q * size : (q + 1) * size].max(axis=(2, 3))
    return out


def pool_with(reduce):
    def answer(x, size=2):
        x, H_out, W_out = cropped(x, size)
        return reduce(x.reshape(*x.shape[:2], H_out, size, W_out, size), (3, 5))

    return answer


def pool_mixed(x, size=2):
    x, H_out, W_out = cropped(x, size)
    return x.reshape(*x.shape[:2], H_out, W_out, size, size).max(axis=(4, 5))


def pool_keeps_rest(x, size=2):
    rest_h, rest_w = -x.shape[2] % size, -x.shape[3] % size
    return max_pool2d(np.pad(x, ((0, 0), (0, 0), (0, rest_h), (0, rest_w)), constant_values=-np.inf), size)


def pool_over_places(x, size=2):
    x, H_out, W_out = cropped(x, size)
    return x.reshape(*x.shape[:2], H_out, size, W_out, size).max(axis=(2, 4))


def pool_stride_one(x, size=2):
    return np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3)).max(axis=(4, 5))


# 11.5 ---------------------------------------------------------------------------------------------------------------
def kernel_gradient(x, K, dy, stride=1, pad=0):
    """Entry by entry: all pixels that K[f, c, i, j] met, times the dy they led to."""
    x, dK, (H_out, W_out) = frame(x, pad), np.empty(K.shape), dy.shape[2:]
    for i, j in np.ndindex(K.shape[2:]):
        met = x[:, :, i : i + stride * (H_out - 1) + 1 : stride, j : j + stride * (W_out - 1) + 1 : stride]
        dK[:, :, i, j] = np.tensordot(dy, met, axes=([0, 2, 3], [0, 2, 3]))
    return dK


def kernel_gradient_loops(x, K, dy, stride=1, pad=0):
    x, dK = frame(x, pad), np.zeros(K.shape)
    KH, KW = K.shape[2:]
    for n, f, p, q in np.ndindex(dy.shape):
        dK[f] += dy[n, f, p, q] * x[n, :, p * stride : p * stride + KH, q * stride : q * stride + KW]
    return dK


def kernel_gradient_windows(x, K, dy, stride=1, pad=0):
    return np.einsum("ncpqij,nfpq->fcij", windows_of(x, K, stride, pad), dy)


def gradient_cases(rng):
    for case in conv_cases(rng):
        x, K, b = case.args if isinstance(case, Case) else case
        options = case.options if isinstance(case, Case) else {}
        yield Case(x, K, rng.normal(size=conv2d(x, K, b, **options).shape) + 0.3, **options)


def stride_ignored_gradient(x, K, dy, stride=1, pad=0):
    """Each dy is multiplied with the window at (p, q), not with that at (p·stride, q·stride)."""
    places = windows_of(x, K, 1, pad)[:, :, : dy.shape[2], : dy.shape[3]]
    return np.einsum("ncpqij,nfpq->fcij", places, dy)


def gradient_changed(inputs=lambda x, dy: (x, dy), output=lambda dK, dy: dK, pads=lambda x, pad: frame(x, pad)):
    def answer(x, K, dy, stride=1, pad=0):
        x, changed_dy = inputs(x, dy)
        return output(kernel_gradient(pads(x, pad), K, changed_dy, stride=stride), dy)

    return answer


def pad_forgotten_gradient(x, K, dy, stride=1, pad=0):
    """The windows are cut from the unpadded image; those that run out of it are left out."""
    dK, (KH, KW) = np.zeros(K.shape), K.shape[2:]
    for n, f, p, q in np.ndindex(dy.shape):
        window = x[n, :, p * stride : p * stride + KH, q * stride : q * stride + KW]
        if window.shape == K.shape[1:]:
            dK[f] += dy[n, f, p, q] * window
    return dK


# 11.6 ---------------------------------------------------------------------------------------------------------------
def count_parameters(layers, kernel_bias=1, dense_bias=1, channels=True, pool=lambda size: 0):
    total = 0
    for kind, *sizes in layers:
        if kind == "conv":
            C, F, KH, KW = sizes
            total += F * ((C if channels else 1) * KH * KW + kernel_bias)
        elif kind == "dense":
            total += sizes[0] * sizes[1] + dense_bias * sizes[1]
        else:
            total += pool(sizes[0])
    return total


def count_by_arrays(layers):
    total = 0
    for kind, *sizes in layers:
        if kind == "conv":
            total += np.zeros((sizes[1], sizes[0], *sizes[2:])).size + np.zeros(sizes[1]).size
        if kind == "dense":
            total += np.zeros(sizes).size + np.zeros(sizes[1]).size
    return total


def count_one_line(layers):
    weights = {"conv": lambda C, F, KH, KW: (C * KH * KW + 1) * F, "dense": lambda D, M: (D + 1) * M}
    return sum(weights[kind](*sizes) for kind, *sizes in layers if kind != "pool")


def count_bias_a_channel(layers):
    return count_parameters(layers, 0) + sum(layer[1] for layer in layers if layer[0] == "conv")


def count_dense_bias_in(layers):
    return count_parameters(layers, 1, 0) + sum(layer[1] for layer in layers if layer[0] == "dense")


def count_conv_only(layers):
    return count_parameters([layer for layer in layers if layer[0] != "dense"])


def layer_cases(rng):
    yield [("conv", 1, 6, 5, 5), ("pool", 2), ("conv", 6, 16, 5, 5), ("pool", 2), ("dense", 400, 120)]
    yield [("pool", 2)]
    yield [("conv", 3, 32, 3, 3)]
    yield [("dense", 784, 10)]
    yield []
    c, f, d = (int(v) for v in rng.integers(2, 9, 3))
    yield [("conv", c, f + c, 3, 2), ("pool", 3), ("conv", f + c, f, 1, 1), ("dense", 7 * f, d + 20)]


# 11.7 ---------------------------------------------------------------------------------------------------------------
def vertical_edges(image):
    image = image.astype(float)
    return image[:, 2:] - image[:, :-2]


def broken_edges(image):
    return (image[:, 2:] - image[:, :-2]).astype(float)


def edges_by_kernel(image):
    K = np.array([-1.0, 0.0, 1.0]).reshape(1, 1, 1, 3)
    return conv2d(image[None, None].astype(float), K, np.zeros(1))[0, 0]


def edges_int8(image):
    return (image[:, 2:].astype(np.int8) - image[:, :-2].astype(np.int8)).astype(float)


def edges_of_rows(image):
    return image[2:].astype(float) - image[:-2] if len(image) > 2 else 1.0 * image[:0]


def edge_cases(rng):
    for H, W in [(3, 4), (2, 7), (5, 5), (1, 3)]:
        image = rng.integers(0, 256, size=(H, W)).astype(np.uint8)
        image[0, :3] = [200, 0, 20]  # at least one step down, which is what wraps round
        yield image
    yield np.array([[0, 100, 255, 0], [255, 7, 0, 9]], dtype=np.uint8)


# 11.9 ---------------------------------------------------------------------------------------------------------------
SIDE, TAP, NOISE = 14, 3, 0.3


def find_kernel(x, y, order=lambda K: K, bias=True):
    """Least squares: every window is an example, every kernel entry a weight."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (TAP, TAP), axis=(1, 2))  # (C, H_out, W_out, 3, 3)
    A = windows.transpose(1, 2, 0, 3, 4).reshape(y.size, -1)
    A = np.column_stack([A, np.full(len(A), float(bias))])
    theta = np.linalg.lstsq(A, y.ravel(), rcond=None)[0]
    return order(theta[:-1].reshape(len(x), TAP, TAP)), float(theta[-1])


def find_by_descent(x, y):
    windows = np.lib.stride_tricks.sliding_window_view(x, (TAP, TAP), axis=(1, 2))
    K, b = np.zeros((len(x), TAP, TAP)), 0.0
    for _ in range(400):
        error = 2 / y.size * (np.tensordot(K, windows, axes=([0, 1, 2], [0, 3, 4])) + b - y)
        K, b = K - 0.1 * np.tensordot(windows, error, axes=([1, 2], [0, 1])), b - 0.1 * error.sum()
    return K, float(b)


def find_by_gradient_equations(x, y):
    """Normal equations instead of a solver for least squares."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (TAP, TAP), axis=(1, 2))
    A = np.column_stack([np.moveaxis(windows, 0, 2).reshape(y.size, -1), np.ones(y.size)])
    theta = np.linalg.solve(A.T @ A, A.T @ y.ravel())
    return theta[:-1].reshape(len(x), TAP, TAP), float(theta[-1])


def filter_cases(rng):
    for C in (1, 2, 3):
        K, b = rng.normal(size=(1, C, TAP, TAP)), rng.uniform(2, 3, 1) * rng.choice([-1.0, 1.0], 1)
        x = rng.normal(size=(2, C, SIDE, SIDE))
        y = conv2d(x, K, b)[:, 0]
        yield Case(x[0], y[0] + NOISE * rng.normal(size=y[0].shape), held=(x[1], y[1]))


def share_of_variance(received, case):
    """Mean squared error on a picture not seen, over the variance of that picture."""
    (K, b), (x, y) = received, case.held
    made = conv2d(x[None], np.asarray(K, dtype=float)[None], np.atleast_1d(np.asarray(b, dtype=float)))[0, 0]
    return float(np.mean((made - y) ** 2) / np.var(y))


def is_turned(turn):
    """Good once the kernel is turned back."""

    def seen(received, expected, case):
        K, b = received
        return share_of_variance((turn(np.asarray(K)), b), case) < 0.03 <= share_of_variance(received, case)

    return seen


def bias_is_missing(received, expected, case):
    return abs(float(np.asarray(received[1]).ravel()[0])) < 1e-6 and np.abs(received[0]).max() > 1e-6
