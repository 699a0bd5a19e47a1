"""Exercise 11.4: Max pooling."""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Misconception


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


def pool_by_reduceat(x, size=2):
    """Along the rows, then along the columns."""
    x, H_out, W_out = cropped(x, size)
    rows = np.maximum.reduceat(x, size * np.arange(H_out), axis=2)
    return np.maximum.reduceat(rows, size * np.arange(W_out), axis=3)


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


def pool_rest_at_the_start(x, size=2):
    return max_pool2d(x[:, :, x.shape[2] % size :, x.shape[3] % size :], size)


def pool_split_the_other_way(x, size=2):
    x, H_out, W_out = cropped(x, size)
    return x.reshape(*x.shape[:2], size, H_out, size, W_out).max(axis=(2, 4))


def pool_first_image(x, size=2):
    out = np.zeros_like(max_pool2d(x, size))
    out[0] = max_pool2d(x, size)[0]
    return out


def pool_short_of_one(x, size=2):
    out = np.zeros_like(max_pool2d(x, size))
    out[:, :, :-1, :-1] = max_pool2d(x, size)[:, :, :-1, :-1]
    return out


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="11.4", title="Max pooling", name="max_pool2d", points=3, minutes=12, difficulty=2,
    section="7. Pooling", reference=max_pool2d, cases=pool_cases,
    forbidden=("family:max pooling",),
    alternatives=[pool_by_views, pool_by_loops, pool_by_reduceat],
    misconceptions=[
        Misconception("mean", pool_with(np.mean),
            "This is average pooling: the mean of each window. Asked is the largest value.",
            family="mean and sum confused"),
        Misconception("sum", pool_with(np.sum),
            "You added up each window. Asked is its largest value.", family="mean and sum confused"),
        Misconception("never-below-zero", lambda x, size=2: np.maximum(max_pool2d(x, size), 0),
            "Where all values of a window are negative you say 0. Did the maximum start from an array of zeros?"),
        Misconception("largest-size", pool_with(lambda w, axis: np.abs(w).max(axis=axis)),
            "You took the largest size |x|; -9 is not larger than 2 here."),
        Misconception("mixed-up", pool_mixed,
            "Your windows are runs of neighbours in memory, not squares in the picture. reshape never moves a number: "
            "split H into (places, size) and W into (places, size), in this order."),
        Misconception("rest-kept", pool_keeps_rest,
            "The rows or columns left over at the edge made windows of their own. Windows that do not fit are "
            "dropped."),
        Misconception("stride-one", pool_stride_one,
            "Your windows overlap: they move by one pixel. Here they lie side by side, so they move by size.",
            family="stride ignored"),
        Misconception("window-does-not-jump", lambda x, size=2: pool_stride_one(x, size)[
            :, :, : x.shape[2] // size, : x.shape[3] // size],
            "Sizes are right, but your windows move by one pixel. In which row of the image does the window of output "
            "row p begin?", family="stride ignored"),
        Misconception("max-over-places", pool_over_places,
            "You took the maximum over the places and kept what is inside the windows. After the reshape, which two "
            "of the six axes count the places?", family="wrong axis"),
        Misconception("whole-map", lambda x, size=2: x.max(axis=(2, 3)),
            "One number for each channel: your window is the whole map. It should be size by size."),
        Misconception("over-channels", lambda x, size=2: max_pool2d(x, size).max(axis=1, keepdims=True),
            "The channels are gone. Pooling treats each channel for itself.", family="wrong axis"),
        Misconception("smallest", pool_with(np.min),
            "These are the smallest values of the windows. Asked are the largest."),
        Misconception("corner", lambda x, size=2: cropped(x, size)[0][:, :, ::size, ::size],
            "You take the upper left pixel of each window, whatever its value. Asked is the largest of all."),
        Misconception("rest-at-the-start", pool_rest_at_the_start,
            "Your windows begin too far right or down: what does not fill a window is dropped at the right and lower "
            "edge, not at the left and upper one."),
        Misconception("split-the-other-way", pool_split_the_other_way,
            "Your windows hold pixels that lie far apart: H was split into (size, places), and that is another order "
            "in memory than (places, size)."),
        Misconception("size-ignored", lambda x, size=2: max_pool2d(x, 2),
            "size changes nothing in your answer: the windows are always 2 by 2."),
        Misconception("first-image-only", pool_first_image,
            "Only the first image is pooled, the others are left at 0. Which index goes over the images?"),
        Misconception("last-window-left-out", pool_short_of_one,
            "The last row and the last column of windows are left at 0. How far does `range` go?", family="off by one"),
    ],
    hints=[
        "How many windows fit side by side in a row of 7 pixels, for size 2? What happens to the last pixel?",
        "Cut off what does not fit. Then each side of the image is a whole number of windows.",
        "Loops over the places (p, q) will do. Or reshape to (N, C, H_out, size, W_out, size): which two axes "
        "are inside a window?",
    ],
    takeaway="Two axes become four, and two of them disappear.",
)
