"""The tasks of lesson 11."""

import numpy as np

from course_utils.checks.lessons.l11_convolution import e03_conv2d_fast as fast
from course_utils.checks.lessons.l11_convolution.e09_find_kernel import find_kernel
from course_utils.checks.lessons.l11_convolution.shared import conv2d, conv2d_loops, frame
from tests.checks.promises import Given, Passes


def loop_over_places(x, K, b, stride=1, pad=0):
    """One product a place, for all images and filters together."""
    x, (F, _, KH, KW) = frame(x, pad), K.shape
    H_out, W_out = (x.shape[2] - KH) // stride + 1, (x.shape[3] - KW) // stride + 1
    y, rows = np.empty((len(x), F, H_out, W_out)), K.reshape(F, -1).T
    for p, q in np.ndindex(H_out, W_out):
        window = x[:, :, p * stride : p * stride + KH, q * stride : q * stride + KW]
        y[:, :, p, q] = window.reshape(len(x), -1) @ rows + b
    return y


def loop_over_images(x, K, b, stride=1, pad=0):
    return np.concatenate([fast.conv2d_windows(image[None], K, b, stride, pad) for image in x])


PREDICTED = {"`conv1`": "pad-ignored", "`pool1`": "pool-halves-channels", "`conv2`": "conv2-pad-ignored"}
LAYERS = {'("conv", C, F, KH, KW)': "no-kernel-bias", '("pool", size)': "pooling-counts", '("dense"': "no-dense-bias"}

PROMISES = {
    "11.1": [
        ("at how many places", "no-plus-one"),
        ("`pad` zeros at each end", "pad-once"),
        ("moving by `stride`", "no-stride"),
        ("A whole number (`int`)", "float"),
        ("The window always fits", Given(lambda n, k, stride, pad: k <= n + 2 * pad)),
    ],
    "11.2": [
        ("formula (11.6)", "flipped"),
        ("for a whole batch", lambda x, K, b, stride=1, pad=0: conv2d(x[:1], K, b, stride, pad)),
        ("of shape `(N, F, H_out, W_out)`", lambda *a, **k: conv2d(*a, **k).transpose(0, 2, 3, 1)),
        ("stride=1, pad=0", lambda x, K, b, stride=2, pad=0: conv2d(x, K, b, stride, pad)),
        ("stride=1, pad=0", "pad-on-all-axes-as-many"),
        ("Loops are welcome", Passes(conv2d_loops)),
    ],
    "11.3": [
        ("the same as 11.2", "flipped"),
        ("without a loop over places", loop_over_places),
        ("without a loop over places", Passes(loop_over_images)),
        ("without a loop over places", Passes(fast.conv2d_taps)),
        ("at most a twentieth of the CPU time", "too-slow"),
        ("A good answer needs about a hundredth", None),
        ("No library's convolution", None),  # the card's rule; tests/checks/test_families.py
    ],
    "11.4": [
        ("the largest value", "mean"),
        ("`size` by `size` window", "max-over-places"),
        ("Windows lie side by side", "stride-one"),
        ("what does not fill a window", "rest-kept"),
    ],
    "11.5": [
        ("Write `conv2d_kernel_gradient", None),
        ("`dy` has the shape of the output", Given(lambda x, K, dy, stride=1, pad=0: dy.shape[:2] == (len(x), len(K)))),
        ("with respect to each weight", "filters-added"),
        ("in the shape of `K`", "one-channel"),
        ("stride=1, pad=0", "windows-too-few"),
        ("The lesson did one row", None),
    ],
    "11.6": [
        ("how many numbers a network learns", "one-channel"),
        ("`layers` is a list of tuples", Given(lambda layers: all(isinstance(layer, tuple) for layer in layers))),
        ("`layers` is a list of tuples", "each-kind-once"),
        *LAYERS.items(),
    ],
    "11.7": [
        ("A colleague sends you", None),
        ("*right neighbour minus left neighbour*", "left-minus-right"),
        ("as float64", lambda image: image[:, 2:].astype(int) - image[:, :-2]),
        ("in the pixels' own unit", "scaled"),
        ("of dtype `uint8`", Given(lambda image: image.dtype == np.uint8)),
        ("The result should be `(H, W - 2)`", "rows"),
        ("*right neighbour minus left neighbour*", "left-minus-right-not-repaired"),
        ("from bright to dark comes out as a positive number", "not-repaired"),
        ("Repair it", None),
    ],
    "11.8": [
        ("No code: think", None),
        ("A batch of 8 colour pictures", None),
        *PREDICTED.items(),
        ("the shape after each layer", "channels-kept"),
        ("of one unit after `conv1`", "own-stride-counted"),
        ("of one after `conv2`", "jumps-ignored"),
    ],
    "11.9": [
        ("Write `find_kernel(x, y)`", None),
        ("`y` `(H - 2, W - 2)`", Given(lambda x, y: y.shape == (x.shape[1] - 2, x.shape[2] - 2))),
        ("with an unknown bias", "no-bias"),
        ("with an unknown bias", lambda x, y: (find_kernel(x, y, bias=False)[0], float(y.mean()))),
        ("with an unknown bias", "average-as-bias"),
        ("of shape `(C, 3, 3)`", lambda x, y: (find_kernel(x, y)[0][0], find_kernel(x, y)[1])),
        ("of shape `(C, 3, 3)`", "one-slice"),
        ("on a picture you do not see, a darker one", "bias-of-the-centred"),
        ("at most 0.03 of its variance", "says-the-average"),
        ("Walk or solve", Passes(lambda x, y: find_kernel(x, y))),
    ],
}
