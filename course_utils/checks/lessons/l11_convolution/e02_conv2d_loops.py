"""Exercise 11.2: Convolution with loops."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l11_convolution.shared import (
    changed,
    conv2d,
    conv2d_loops,
    conv2d_matrix,
    conv2d_taps,
    conv_cases,
)


def conv2d_number_by_number(x, K, b, stride=1, pad=0):
    (N, C, H, W), (F, _, KH, KW) = x.shape, K.shape
    y = np.zeros((N, F, (H + 2 * pad - KH) // stride + 1, (W + 2 * pad - KW) // stride + 1)) + b[:, None, None]
    for n, f, p, q in np.ndindex(y.shape):
        for c, i, j in np.ndindex(C, KH, KW):
            row, column = p * stride + i - pad, q * stride + j - pad
            if 0 <= row < H and 0 <= column < W:
                y[n, f, p, q] += K[f, c, i, j] * x[n, c, row, column]
    return y


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


def pad_at_the_start_only(x, K, b, stride=1, pad=0):
    return conv2d(np.pad(x, ((0, 0), (0, 0), (pad, 0), (pad, 0))), K, b, stride=stride)


def all_padded(images=True, channels=True):
    """`np.pad(x, pad)` on every axis, then all or only as many images and channels as there were."""

    def answer(x, K, b, stride=1, pad=0):
        framed = np.pad(x, pad)[: None if images else len(x), : None if channels else x.shape[1]]
        return conv2d_loops(framed, K, b, stride=stride)

    return answer


def more_channels_than_slices(x, K, b, stride=1, pad=0):
    """As all_padded, with a loop over the channels of the padded array."""
    return conv2d_loops(x, K, b, stride=stride) if pad == 0 else K[0, K.shape[1]]


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="11.2", title="Convolution with loops", name="conv2d_loops", points=4, minutes=30, difficulty=3,
    section="5. Channels", reference=conv2d_loops, cases=conv_cases, forbidden=("family:convolution",),
    alternatives=[conv2d_number_by_number, conv2d_taps, conv2d_matrix],
    misconceptions=[
        Misconception("flipped", changed(lambda x, K, b: (x, K[:, :, ::-1, ::-1], b)),
            "Your kernel is turned by half a turn: that is convolution as mathematicians write it. In (11.6) "
            "window and kernel have the same indices i and j.", family="kernel flipped"),
        Misconception("no-bias", changed(lambda x, K, b: (x, K, 0 * b)),
            "Each map is off by one number, its bias b[f]. Where does (11.6) begin?", family="bias forgotten"),
        Misconception("bias-for-each-channel", changed(lambda x, K, b: (x, K, x.shape[1] * b)),
            "The bias came in once for each channel. In (11.6) it stands before the sum over c."),
        Misconception("first-channel-only", changed(lambda x, K, b: (x[:, :1], K[:, :1], b)),
            "Only channel 0 of the image counts in your answer. Over which index does the first sum of (11.6) run?"),
        Misconception("one-kernel-for-all-channels",
            changed(lambda x, K, b: (x, np.repeat(K[:, :1], K.shape[1], axis=1), b)),
            "All channels meet the same slice of the kernel. K[f] has a slice of its own for each channel."),
        Misconception("sum-of-filters", changed(output=lambda y: 0 * y + y.sum(1, keepdims=True)),
            "All your maps are the same: the filters were added up, as in the first article's formula. Each filter f "
            "makes its own map."),
        Misconception("mean", mean_of_window,
            "You averaged over the window (and the channels) where (11.6) has a sum.", family="mean and sum confused"),
        Misconception("window-does-not-jump", stride_forgotten_in_window,
            "Sizes are right, but for stride 2 your windows still move by one pixel. Which row of the image does "
            "output row p look at?", family="stride ignored"),
        Misconception("stride-ignored", changed(moves=lambda stride, pad: (1, pad)),
            "stride changes nothing in your answer: you have an output for each pixel the window can stand on.",
            family="stride ignored"),
        Misconception("pad-ignored", changed(moves=lambda stride, pad: (stride, 0)),
            "pad changes nothing in your answer. Put a frame of zeros round the image first.",
            family="padding ignored"),
        Misconception("pad-at-the-end-only", pad_at_the_end_only,
            "All your zeros are below and to the right of the image. A frame has four sides."),
        Misconception("pad-on-all-axes", all_padded(),
            "Zeros were put on all four axes: there are images and channels of nothing but zeros now. np.pad takes a "
            "pair (before, after) for each axis; which axes of (N, C, H, W) get a frame?",
            family="padding on all axes"),
        Misconception("pad-on-all-axes-some-images", all_padded(images=False),
            "You padded images and channels too: np.pad(x, pad) puts zeros at both ends of every axis, so image 0 is "
            "nothing but zeros now. Give np.pad a pair for each axis.", family="padding on all axes"),
        Misconception("pad-on-all-axes-some-channels", all_padded(channels=False),
            "You padded images and channels too: there are more images than before, and channel 0 holds zeros alone. "
            "Which pair does np.pad need for the axes that stay as they are?", family="padding on all axes"),
        Misconception("pad-on-all-axes-as-many", all_padded(images=False, channels=False),
            "You padded images and channels too, so the first ones hold zeros alone and the last ones are never met. "
            "np.pad takes a pair (before, after) for each axis.", family="padding on all axes"),
        Misconception("pad-on-all-axes-no-slice", more_channels_than_slices,
            "You padded images and channels too: there are channels of zeros now for which K has no slice. Print the "
            "shape after np.pad; which two axes should have grown?", family="padding on all axes"),
        Misconception("pad-with-the-edge", pad_with_edge,
            "Your frame repeats the outer pixels. Here the frame is of zeros."),
        Misconception("one-row-short", one_row_short,
            "The last row and the last column of places are missing. Check the size with (11.3): is the + 1 there?",
            family="off by one"),
        Misconception("bias-taken-off", changed(lambda x, K, b: (x, K, -b)),
            "The bias comes in with a minus. What is its sign in (11.6)?", family="wrong sign"),
        Misconception("one-bias", changed(lambda x, K, b: (x, K, np.full_like(b, b[0]))),
            "All maps get the bias of filter 0. Filter f has b[f]."),
        Misconception("one-filter", changed(lambda x, K, b: (x, np.repeat(K[:1], len(K), axis=0), b)),
            "All your maps are made with filter 0. Which index chooses the filter of map f?"),
        Misconception("last-channel-only", changed(lambda x, K, b: (x[:, -1:], K[:, -1:], b)),
            "Only the last channel of the image is left: each channel overwrites the one before. Shares add up: +=.",
            family="overwritten instead of added"),
        Misconception("mean-of-channels", changed(lambda x, K, b: (x, K / K.shape[1], b)),
            "You averaged over the channels where (11.6) has a sum.", family="mean and sum confused"),
        Misconception("pad-at-the-start-only", pad_at_the_start_only,
            "All your zeros are above and to the left of the image. A frame has four sides: np.pad takes (before, "
            "after) for each axis.", family="padding ignored"),
        Misconception("channels-last", changed(output=lambda y: y.transpose(0, 2, 3, 1)),
            "Right numbers, but the filter axis is the last one. Here it is axis 1: (N, F, H_out, W_out)."),
        Misconception("flipped-without-bias", changed(lambda x, K, b: (x, K[:, :, ::-1, ::-1], 0 * b)),
            "Two things: your kernel is turned by half a turn, and the bias is missing. Compare with (11.6)."),
        Misconception("stride-and-pad-ignored", changed(moves=lambda stride, pad: (1, 0)),
            "Neither stride nor pad changes anything in your answer. A frame of zeros first; then, where does the "
            "window of place (p, q) begin?"),
    ],
    hints=[
        "Which four indices does one number of the output have? That gives the outer loops.",
        "Put the zeros round the image first: only the last two axes of (N, C, H, W) grow. Then the window of place "
        "(p, q) begins at row p·stride and column q·stride of the framed image, and covers all channels.",
        "A window has shape (C, KH, KW), just like K[f]. Multiply, add up, add b[f].",
        "x = framed image; y = empty (N, F, H_out, W_out); for each place of y: window = x[n, "
        ":, ... : ..., ... : ...]; y[n, f, p, q] = ...",
    ],
    takeaway="Four loops over places, one sum over the window.",
)
