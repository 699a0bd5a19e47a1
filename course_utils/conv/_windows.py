"""What convolution and pooling share: sliding windows as views, and images in groups that stay in the cache."""

import numpy as np

from course_utils._types import Array

_GROUP_BYTES = 1 << 19  # images go through in groups of about this size: what stays in the processor's cache is fast


def conv_output_size(n: int, k: int, stride: int = 1, pad: int = 0) -> int:
    """Number of places where a window of `k` fits on `n` values: ⌊(n + 2·pad - k) / stride⌋ + 1.

    Parameters
    ----------
    n, k : length of the input and of the window, at least 1.
    stride : the step from one place to the next, at least 1.
    pad : zeros added at each end.

    Raises
    ------
    TypeError : a size that is not a whole number.
    ValueError : a size that is too small, or a window longer than the padded input.

    >>> conv_output_size(28, 5), conv_output_size(28, 3, stride=2, pad=1)
    (24, 14)
    """
    n, k, stride, pad = (whole(*a) for a in (("n", n, 1), ("k", k, 1), ("stride", stride, 1), ("pad", pad, 0)))
    if k > n + 2 * pad:
        raise ValueError(
            f"a window of {k} does not fit on {n} values with {pad} zeros at each end ({n + 2 * pad} in all): "
            "a smaller kernel, more padding, or too many pooling layers before this one?"
        )
    return (n + 2 * pad - k) // stride + 1


def output_size(shape, size, stride, pad) -> tuple[int, int]:
    """(H_out, W_out) of a window on images (N, C, H, W)."""
    H_out, W_out = map(conv_output_size, shape[2:], size, stride, pad)
    return H_out, W_out


def window(x: Array, i: int, j: int, out_size, stride) -> Array:
    """View (…, H_out, W_out) of the value in row i, column j of every window."""
    (H_out, W_out), (sh, sw) = out_size, stride
    return x[..., i : i + sh * (H_out - 1) + 1 : sh, j : j + sw * (W_out - 1) + 1 : sw]


def window_views(x: Array, size, out_size, stride) -> list[Array]:
    """The views of all KH·KW places inside the window."""
    return [window(x, i, j, out_size, stride) for i, j in np.ndindex(*size)]


def as_row_sets(padded: Array, sh: int) -> Array:
    """View (n, C, sh, H/sh, W) of images whose H is a multiple of sh: rows r, r + sh, r + 2·sh, … side by side."""
    n, C, H, W = padded.shape
    return padded.reshape(n, C, H // sh, sh, W).swapaxes(2, 3)


def padded_shape(shape, stride, pad) -> tuple[int, int, int, int]:
    """(n, C, H, W) with the frame of zeros, and zeros below until H is a multiple of the stride."""
    (n, C, H, W), (ph, pw) = shape, pad
    H_padded = H + 2 * ph
    return n, C, H_padded + -H_padded % stride[0], W + 2 * pw


def unfold_columns(x: Array, KW: int, W_out: int, stride, pad) -> Array:
    """The KW columns of every window as channels: (n, C, H, W) -> (n, C·KW, sh, H/sh, W_out), padded, in row sets."""
    (ph, pw), (n, C, H, W) = pad, x.shape
    padded = np.zeros(padded_shape(x.shape, stride, pad), x.dtype)
    padded[:, :, ph : ph + H, pw : pw + W] = x
    row_sets = as_row_sets(padded, stride[0])
    columns = np.empty((n, C, KW, *row_sets.shape[2:4], W_out), x.dtype)
    for j in range(KW):
        columns[:, :, j] = row_sets[..., j : j + stride[1] * (W_out - 1) + 1 : stride[1]]
    return columns.reshape(n, C * KW, *columns.shape[3:])


def fold_columns(dcolumns: Array, shape, KW: int, stride, pad) -> Array:
    """Gradient of `unfold_columns`: what was copied to several places adds up; the frame of zeros is cut off."""
    (ph, pw), (n, C, H, W) = pad, shape
    dpadded = np.zeros(padded_shape(shape, stride, pad), dcolumns.dtype)
    row_sets, W_out = as_row_sets(dpadded, stride[0]), dcolumns.shape[-1]
    dcolumns = dcolumns.reshape(n, C, KW, *dcolumns.shape[2:])
    for j in range(KW):
        row_sets[..., j : j + stride[1] * (W_out - 1) + 1 : stride[1]] += dcolumns[:, :, j]
    return dpadded[:, :, ph : ph + H, pw : pw + W]


def window_row(columns: Array, i: int, H_out: int) -> Array:
    """View of row i of every window as one matrix an image, (n, C·KW, H_out·W_out)."""
    n, channels, sh, _, W_out = columns.shape
    return columns[:, :, i % sh, i // sh : i // sh + H_out].reshape(n, channels, H_out * W_out, copy=False)


def groups(x: Array, copies: float = 1) -> list[slice]:
    """Slices of the batch, each of about `_GROUP_BYTES` when every value of an image is laid out `copies` times."""
    n = max(1, int(_GROUP_BYTES / max(1, copies * x[:1].nbytes)))
    return [slice(start, start + n) for start in range(0, len(x), n)]


# ---- what a learner gets wrong ---------------------------------------------------------------------------------------


def whole(name: str, value, least: int) -> int:
    """A whole number of at least `least`, or an error that says what came."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, but {value!r} came.")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, but {value} came.")
    return int(value)


def pair(name: str, value, least: int) -> tuple[int, int]:
    """An int for both directions, or a pair (rows, columns)."""
    if not isinstance(value, (tuple, list)):
        value = (value, value)
    if len(value) != 2:
        raise ValueError(f"{name} must be a number or a pair (rows, columns), but {value!r} came.")
    return whole(name, value[0], least), whole(name, value[1], least)
