"""Exercise 11.5: The gradient of the kernels."""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Misconception
from course_utils.checks.lessons.l11_convolution.shared import conv2d, conv_cases, frame, windows_of
from course_utils.conv import conv2d_forward


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


def kernel_gradient_by_correlation(x, K, dy, stride=1, pad=0):
    """The correlation of x with dy, channels in place of images, dy spread out by the stride."""
    (N, F, H_out, W_out), (KH, KW) = dy.shape, K.shape[2:]
    spread = np.zeros((F, N, (H_out - 1) * stride + 1, (W_out - 1) * stride + 1))
    spread[:, :, ::stride, ::stride] = dy.swapaxes(0, 1)
    dK, _ = conv2d_forward(x.swapaxes(0, 1), spread, np.zeros(F), pad=pad)
    return dK[:, :, :KH, :KW].swapaxes(0, 1)


def kernel_gradient_by_ones(x, K, dy, stride=1, pad=0):
    """One kernel entry at a time: what it alone would give, times dy."""
    dK = np.zeros(K.shape)
    for place in np.ndindex(K.shape):
        alone = np.zeros(K.shape)
        alone[place] = 1.0
        dK[place] = np.sum(dy * conv2d(x, alone, np.zeros(len(K)), stride=stride, pad=pad))
    return dK


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


def windows_too_few(x, K, dy, stride=1, pad=0):
    return np.einsum("ncpqij,nfpq->fcij", windows_of(x, K, stride, 0), dy)


def pixels_not_there(x, K, dy, stride=1, pad=0):
    """Pixel by pixel, without the frame."""
    dK = np.zeros(K.shape)
    for f, c, i, j in np.ndindex(K.shape):
        for n, p, q in np.ndindex(len(x), *dy.shape[2:]):
            dK[f, c, i, j] += dy[n, f, p, q] * x[n, c, p * stride + i, q * stride + j]
    return dK


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="11.5", title="The gradient of the kernels", name="conv2d_kernel_gradient", points=4, minutes=25, difficulty=4,
    section="8. The way back", reference=kernel_gradient_loops, cases=gradient_cases,
    forbidden=("course_utils.conv.conv2d_backward", "torch.nn.grad.conv2d_weight",
               "tensorflow.raw_ops.Conv2DBackpropFilter", "family:automatic gradient", "family:numerical gradient"),
    alternatives=[kernel_gradient_windows, kernel_gradient, kernel_gradient_by_correlation, kernel_gradient_by_ones],
    misconceptions=[
        Misconception("flipped", gradient_changed(output=lambda dK, dy: dK[:, :, ::-1, ::-1]),
            "Your gradient is turned by half a turn. Only dx meets a turned kernel; in dK each entry (i, j) meets the "
            "pixels that it met on the way forward.", family="kernel flipped"),
        Misconception("mean-over-images", gradient_changed(output=lambda dK, dy: dK / len(dy)),
            "You divided by the number of images. If the loss is a mean, that 1/N is in dy already; here all images "
            "add up.", family="mean and sum confused"),
        Misconception("mean-over-places", gradient_changed(output=lambda dK, dy: dK / (dy[0, 0].size)),
            "You averaged over the places. The same kernel is used at all of them, so their shares add up.",
            family="mean and sum confused"),
        Misconception("mean-over-everything", gradient_changed(output=lambda dK, dy: dK / (dy[:, 0].size)),
            "You averaged over images and places. Both add up.", family="mean and sum confused"),
        Misconception("first-image-only", gradient_changed(lambda x, dy: (x[:1], dy[:1])),
            "Only the first image counts in your answer. All images of the batch use this kernel."),
        Misconception("one-channel", gradient_changed(lambda x, dy: (np.repeat(x[:, :1], x.shape[1], 1), dy)),
            "All slices of your dK[f] are the same: they saw channel 0 only. Slice c meets channel c."),
        Misconception("filters-added",
            gradient_changed(lambda x, dy: (x, np.repeat(dy.sum(1, keepdims=True), dy.shape[1], 1))),
            "All filters get the same gradient: dy was summed over f. Filter f hears only from its own map dy[:, f]."),
        Misconception("stride-ignored", stride_ignored_gradient,
            "For stride 1 you are right. With a larger stride, dy[n, f, p, q] belongs to the window that begins at "
            "p·stride, q·stride.", family="stride ignored"),
        Misconception("pad-ignored", pad_forgotten_gradient,
            "Without padding you are right. With padding, on the way forward the windows were cut from the "
            "framed image; cut them from it now too.", family="padding ignored"),
        Misconception("windows-cut-short",
            lambda x, K, dy, stride=1, pad=0: kernel_gradient_loops(x, K, dy, stride=stride),
            "With padding, your windows at the edge are cut short and no longer fit dK[f]. What did the way forward do "
            "with the image before it cut its windows?"),
        Misconception("windows-too-few", windows_too_few,
            "Padding is forgotten: the image without its frame has fewer windows than dy has places. Put the zeros "
            "round it before you cut the windows.", family="padding ignored"),
        Misconception("pixels-not-there", pixels_not_there,
            "Padding is forgotten: with it, row p·stride + i is a row of the framed image, and the image itself "
            "has no such row.", family="padding ignored"),
        Misconception("overwritten", lambda x, K, dy, stride=1, pad=0: kernel_gradient(
            x[-1:], K, np.where(np.arange(dy[0, 0].size).reshape(dy[:1, :1].shape) == dy[0, 0].size - 1, dy[-1:], 0.0),
            stride=stride, pad=pad),
            "Only the last place of the last image is left: each step overwrites the one before. Shares add up: +=."),
        Misconception("sign", gradient_changed(output=lambda dK, dy: -dK),
            "Right size, wrong sign. Asked is the slope itself; the minus belongs to the step downhill.",
            family="wrong sign"),
        Misconception("last-image-only", gradient_changed(lambda x, dy: (x[-1:], dy[-1:])),
            "Only the last image is left: each image overwrites the one before. Shares add up: +=.",
            family="overwritten instead of added"),
        Misconception("times-kernel", lambda x, K, dy, stride=1, pad=0: K * kernel_gradient(x, K, dy, stride, pad),
            "A factor K too many. In a product the slope for one factor is the other one: here the pixel."),
        Misconception("begins-at-K", lambda x, K, dy, stride=1, pad=0: K + kernel_gradient(x, K, dy, stride, pad),
            "The gradient was added to K itself. Begin with zeros in the shape of K."),
        Misconception("channels-added", gradient_changed(output=lambda dK, dy: 0 * dK + dK.sum(1, keepdims=True)),
            "All slices of your dK[f] are the same: the channels were added up. Slice c meets channel c alone."),
    ],
    hints=[
        "One kernel entry K[f, c, i, j] is used at every place of every image. What does the chain rule do with "
        "a number that is used many times?",
        "At place (p, q) of image n it is multiplied by one pixel: which one? Its share of the gradient is that pixel "
        "times dy[n, f, p, q].",
        "All entries of K[f] at once: at each place, dK[f] grows by dy[n, f, p, q] times the window of that place.",
        "x = framed image; dK = zeros like K; for each image, filter and place: dK[f] += ... * x[n, :, ... "
        ": ..., ... : ...]",
    ],
    takeaway="What is shared on the way forward adds up on the way back.",
)
