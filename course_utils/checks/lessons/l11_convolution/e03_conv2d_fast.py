"""Exercise 11.3: Convolution without the loops over places."""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Misconception, Speed
from course_utils.checks.lessons.l11_convolution.shared import (
    changed,
    conv2d,
    conv2d_loops,
    conv2d_matrix,
    conv2d_taps,
    conv_cases,
    frame,
    windows_of,
)


def conv2d_windows(x, K, b, stride=1, pad=0):
    y = np.tensordot(windows_of(x, K, stride, pad), K, axes=([1, 4, 5], [1, 2, 3]))  # (N, H_out, W_out, F)
    return y.transpose(0, 3, 1, 2) + b[:, None, None]


def conv2d_strides(x, K, b, stride=1, pad=0):
    """The windows by strides of memory."""
    x, (_, C, KH, KW) = frame(x, pad), K.shape
    H_out, W_out = (x.shape[2] - KH) // stride + 1, (x.shape[3] - KW) // stride + 1
    n, c, h, w = x.strides
    steps = (n, c, h * stride, w * stride, h, w)
    windows = np.lib.stride_tricks.as_strided(x, (len(x), C, H_out, W_out, KH, KW), steps)
    return np.tensordot(windows, K, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2) + b[:, None, None]


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
    """Many places and little else, so that a loop over places is as slow as all loops together."""
    side = rng.integers(100, 110)
    x, K = rng.normal(size=(1, 2, side, side)), rng.normal(size=(2, 2, 3, 3))
    return Case(x, K, rng.normal(size=2), stride=1, pad=0)


def channels_not_matched(x, K, b, stride=1, pad=0):
    """Two letters for one axis: each channel meets every slice."""
    return np.einsum("ncpqij,fdij->nfpq", windows_of(x, K, stride, pad), K) + b[:, None, None]


def scrambled_weights(x, K, b, stride=1, pad=0):
    """The kernels reshaped to columns where they should be transposed."""
    rows = windows_of(x, K, stride, pad).transpose(0, 2, 3, 1, 4, 5)
    y = rows.reshape(-1, K[0].size) @ K.reshape(-1, len(K)) + b
    return y.reshape(*rows.shape[:3], len(K)).transpose(0, 3, 1, 2)


def framed_result(x, K, b, stride=1, pad=0):
    return frame(conv2d(x, K, b, stride=stride), pad)


def all_padded(x, K, b, stride=1, pad=0):
    y = np.tensordot(windows_of(np.pad(x, pad), K, stride, 0), K, axes=([1, 4, 5], [1, 2, 3]))
    return y.transpose(0, 3, 1, 2) + b[:, None, None]


def all_padded_by_letters(x, K, b, stride=1, pad=0):
    return np.einsum("ncpqij,fcij->nfpq", windows_of(np.pad(x, pad), K, stride, 0), K) + b[:, None, None]


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="11.3", title="Convolution without the loops over places", name="conv2d_fast", points=4, minutes=35,
    difficulty=4, section="6. Loops, windows, matrices", reference=conv2d_windows, cases=conv_cases,
    forbidden=("family:convolution",),
    alternatives=[conv2d_taps, conv2d_matrix, conv2d_strides],
    speed=Speed(case=speed_case, slow=conv2d_loops, times=20,
        message="Right on every case, but too slow: a good answer needs about a hundredth of the loops' time, "
        "yours more than a twentieth. A loop over all places remains. Loop over the few places "
        "inside the window, or over none."),
    misconceptions=[
        Misconception("windows-scrambled", scrambled_windows,
            "Your windows were reshaped while the channel axis still stood before the places, so each row mixes "
            "numbers of several windows. Which axes must stand side by side before you reshape?",
            family="reshaped where axes are to be moved"),
        Misconception("output-scrambled", scrambled_output,
            "The right numbers at the wrong places: (N, H_out, W_out, F) was reshaped to (N, F, H_out, W_out). "
            "To move an axis, transpose.", family="reshaped where axes are to be moved"),
        Misconception("channels-last", changed(output=lambda y: y.transpose(0, 2, 3, 1)),
            "Right numbers, but the filter axis is the last one, as in Keras. Here it is axis 1: (N, F, H_out, "
            "W_out)."),
        Misconception("flipped", changed(lambda x, K, b: (x, K[:, :, ::-1, ::-1], b)),
            "Your kernel is turned by half a turn. Frameworks do not flip it.", family="kernel flipped"),
        Misconception("no-bias", changed(lambda x, K, b: (x, K, 0 * b)),
            "The bias is missing: one number for each filter, to be added to its whole map.", family="bias forgotten"),
        Misconception("stride-ignored", changed(moves=lambda stride, pad: (1, pad)),
            "stride changes nothing in your answer. From the windows of stride 1, which ones are kept?",
            family="stride ignored"),
        Misconception("pad-ignored", changed(moves=lambda stride, pad: (stride, 0)),
            "pad changes nothing in your answer.", family="padding ignored"),
        Misconception("pad-on-all-axes", all_padded,
            "You padded images and channels too: the windows have more channels than K has slices. np.pad takes a "
            "pair (before, after) for each axis of (N, C, H, W).", family="padding on all axes"),
        Misconception("pad-on-all-axes-by-letters", all_padded_by_letters,
            "You padded images and channels too, so the letter c stands for two lengths, and there are images of "
            "zeros. Give np.pad a pair (before, after) for each axis.", family="padding on all axes"),
        Misconception("channels-not-matched", channels_not_matched,
            "Each channel meets the slices of all channels: they were summed apart, under two letters. Channel c "
            "belongs to slice c."),
        Misconception("kernels-scrambled", scrambled_weights,
            "Your kernels were reshaped to (C·KH·KW, F), which mixes numbers of several filters. Give each filter a "
            "row first, then transpose.", family="reshaped where axes are to be moved"),
        Misconception("result-framed", framed_result,
            "The zeros were put round the result. They belong round the image, before the windows are cut.",
            family="padding ignored"),
    ],
    hints=[
        "Section 6 turned the windows of one grey image into the rows of a matrix. What is a row when the image has "
        "channels?",
        "Way 1: np.lib.stride_tricks.sliding_window_view(x, (KH, KW), axis=(2, 3)) has shape (N, C, places, "
        "places, KH, KW). A stride is then a slice.",
        "Way 2: loop over i and j only. All places that meet K[:, :, i, j] are one slice x[:, :, i : ... : stride, "
        "j : ... : stride].",
        "For way 1, np.tensordot sums over three pairs of axes at once (channel, i, j); the filter axis comes "
        "out last: move it to place 1.",
    ],
    takeaway="Lay the windows out, and a convolution is one matrix product.",
)
