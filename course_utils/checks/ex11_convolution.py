"""Exercises of lesson 11: sizes, convolution twice, pooling, gradient, counting, repair, prediction, search."""

import numpy as np

from course_utils.checks import _answers11 as answers
from course_utils.checks.exercise import Exercise, Metric, Misconception, Speed

# Data for people to read: a paragraph for each misconception.
# fmt: off

CONV_ROUTES = (
    "course_utils.conv.conv2d_forward", "course_utils.conv.conv1d_forward", "torch.nn.functional.conv2d",
    "torch.conv2d", "scipy.signal.correlate2d", "scipy.signal.convolve2d", "scipy.signal.correlate",
    "scipy.signal.convolve", "scipy.ndimage.correlate", "scipy.ndimage.convolve",
)

OUTPUT_SIZE = Exercise(
    id="11.1", title="How many places are there?", name="output_size", points=2, minutes=8, difficulty=1,
    section="4. Stride, padding and size", reference=answers.output_size, cases=answers.size_cases,
    forbidden=("course_utils.conv.conv_output_size",),
    alternatives=[
        answers.size_by_walking,
        lambda n, k, stride, pad: len(range(0, n + 2 * pad - k + 1, stride)),
        lambda n, k, stride, pad: int(np.floor((n + 2 * pad - k) / stride)) + 1,
    ],
    misconceptions=[
        Misconception("no-plus-one", lambda n, k, stride, pad: (n + 2 * pad - k) // stride,
            "One too few. You counted the steps between the places; how many places are there when the window makes "
            "no step at all?"),
        Misconception("pad-once", lambda n, k, stride, pad: (n + pad - k) // stride + 1,
            "Your row grows by pad, but zeros are added at both ends."),
        Misconception("no-pad", lambda n, k, stride, pad: (n - k) // stride + 1,
            "pad changes nothing in your answer. How long is the row once it has its frame of zeros?"),
        Misconception("no-stride", lambda n, k, stride, pad: n + 2 * pad - k + 1,
            "This is the number of places for stride 1. With a larger step the window skips some of them."),
        Misconception("ceil", lambda n, k, stride, pad: -(-(n + 2 * pad - k) // stride) + 1,
            "Sometimes one too many: a last step that does not fit is dropped, not made shorter. Round down."),
        Misconception("one-inside", lambda n, k, stride, pad: (n + 2 * pad - k + 1) // stride,
            "You divide the places for stride 1 by the stride. The first place always counts, whatever the stride: "
            "where does + 1 stand in (11.3)?"),
        Misconception("float", lambda n, k, stride, pad: (n + 2 * pad - k) / stride + 1,
            "A number of places is a whole number, an int, and this is a float. What happens to a last step that does "
            "not fit, and which division drops it and gives an int?"),
    ],
    hints=[
        "Draw 7 squares and a window of 3. Where can the left edge of the window stand for stride 2?",
        "The room to move is (length with zeros) - k. How many steps of length stride fit into it?",
        "steps = room // stride; and the places are the steps and one more.",
    ],
    takeaway="Room to move, divided by the step, rounded down, and the first place.",
)

LOOPS = Exercise(
    id="11.2", title="Convolution with loops", name="conv2d_loops", points=4, minutes=25, difficulty=3,
    section="5. Channels", reference=answers.conv2d_loops, cases=answers.conv_cases, forbidden=CONV_ROUTES,
    alternatives=[answers.conv2d_number_by_number, answers.conv2d_taps, answers.conv2d_matrix],
    misconceptions=[
        Misconception("flipped", answers.changed(lambda x, K, b: (x, K[:, :, ::-1, ::-1], b)),
            "Your kernel is turned by half a turn: that is convolution as mathematicians write it. In (11.6) "
            "window and kernel have the same indices i and j."),
        Misconception("no-bias", answers.changed(lambda x, K, b: (x, K, 0 * b)),
            "Each map is off by one number, its bias b[f]. Where does (11.6) begin?"),
        Misconception("bias-for-each-channel", answers.changed(lambda x, K, b: (x, K, x.shape[1] * b)),
            "The bias came in once for each channel. In (11.6) it stands before the sum over c."),
        Misconception("first-channel-only", answers.changed(lambda x, K, b: (x[:, :1], K[:, :1], b)),
            "Only channel 0 of the image counts in your answer. Over which index does the first sum of (11.6) run?"),
        Misconception("one-kernel-for-all-channels",
            answers.changed(lambda x, K, b: (x, np.repeat(K[:, :1], K.shape[1], axis=1), b)),
            "All channels meet the same slice of the kernel. K[f] has a slice of its own for each channel."),
        Misconception("sum-of-filters", answers.changed(output=lambda y: 0 * y + y.sum(1, keepdims=True)),
            "All your maps are the same: the filters were added up, as in the first article's formula. Each filter f "
            "makes its own map."),
        Misconception("mean", answers.mean_of_window,
            "You averaged over the window (and the channels) where (11.6) has a sum."),
        Misconception("window-does-not-jump", answers.stride_forgotten_in_window,
            "Sizes are right, but for stride 2 your windows still move by one pixel. Which row of the image does "
            "output row p look at?"),
        Misconception("stride-ignored", answers.changed(moves=lambda stride, pad: (1, pad)),
            "stride changes nothing in your answer: you have an output for each pixel the window can stand on."),
        Misconception("pad-ignored", answers.changed(moves=lambda stride, pad: (stride, 0)),
            "pad changes nothing in your answer. Put a frame of zeros round the image first."),
        Misconception("pad-at-the-end-only", answers.pad_at_the_end_only,
            "All your zeros are below and to the right of the image. A frame has four sides."),
        Misconception("pad-on-all-axes", lambda x, K, b, stride=1, pad=0: answers.conv2d_loops(
            np.pad(x, pad), K, b, stride=stride),
            "Zeros were put on all four axes: there are images and channels of nothing but zeros now. np.pad takes a "
            "pair (before, after) for each axis; which axes of (N, C, H, W) get a frame?"),
        Misconception("pad-with-the-edge", answers.pad_with_edge,
            "Your frame repeats the outer pixels. Here the frame is of zeros."),
        Misconception("one-row-short", answers.one_row_short,
            "The last row and the last column of places are missing. Check the size with (11.3): is the + 1 there?"),
    ],
    hints=[
        "Which four indices does one number of the output have? That gives the outer loops.",
        "Put the zeros round the image first. Then the window of place (p, q) begins at row p·stride and column "
        "q·stride of the framed image, and covers all channels.",
        "A window has shape (C, KH, KW), just like K[f]. Multiply, add up, add b[f].",
        "x = framed image; y = empty (N, F, H_out, W_out); for each place of y: window = x[n, "
        ":, ... : ..., ... : ...]; y[n, f, p, q] = ...",
    ],
    takeaway="Four loops over places, one sum over the window.",
)

FAST = Exercise(
    id="11.3", title="Convolution without the loops over places", name="conv2d_fast", points=4, minutes=25,
    difficulty=4, section="6. Loops, windows, matrices", reference=answers.conv2d_windows, cases=answers.conv_cases,
    forbidden=CONV_ROUTES,
    alternatives=[answers.conv2d_taps, answers.conv2d_matrix],
    speed=Speed(case=answers.speed_case, slow=answers.conv2d_loops, times=20,
        message="Right on every case, but too slow: a good answer needs about a hundredth of the loops' time, "
        "yours more than a twentieth. A loop over places, images or filters remains. Loop over the few places "
        "inside the window, or over none."),
    misconceptions=[
        Misconception("windows-scrambled", answers.scrambled_windows,
            "Your windows were reshaped while the channel axis still stood before the places, so each row mixes "
            "numbers of several windows. Which axes must stand side by side before you reshape?"),
        Misconception("output-scrambled", answers.scrambled_output,
            "The right numbers at the wrong places: (N, H_out, W_out, F) was reshaped to (N, F, H_out, W_out). "
            "To move an axis, transpose."),
        Misconception("channels-last", answers.changed(output=lambda y: y.transpose(0, 2, 3, 1)),
            "Right numbers, but the filter axis is the last one, as in Keras. Here it is axis 1: (N, F, H_out, "
            "W_out)."),
        Misconception("flipped", answers.changed(lambda x, K, b: (x, K[:, :, ::-1, ::-1], b)),
            "Your kernel is turned by half a turn. Frameworks do not flip it."),
        Misconception("no-bias", answers.changed(lambda x, K, b: (x, K, 0 * b)),
            "The bias is missing: one number for each filter, to be added to its whole map."),
        Misconception("stride-ignored", answers.changed(moves=lambda stride, pad: (1, pad)),
            "stride changes nothing in your answer. From the windows of stride 1, which ones are kept?"),
        Misconception("pad-ignored", answers.changed(moves=lambda stride, pad: (stride, 0)),
            "pad changes nothing in your answer."),
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

MAX_POOL = Exercise(
    id="11.4", title="Max pooling", name="max_pool2d", points=3, minutes=12, difficulty=2,
    section="7. Pooling", reference=answers.max_pool2d, cases=answers.pool_cases,
    forbidden=("course_utils.conv.max_pool2d_forward", "torch.nn.functional.max_pool2d", "torch.max_pool2d",
               "scipy.ndimage.maximum_filter"),
    alternatives=[answers.pool_by_views, answers.pool_by_loops],
    misconceptions=[
        Misconception("mean", answers.pool_with(np.mean),
            "This is average pooling: the mean of each window. Asked is the largest value."),
        Misconception("sum", answers.pool_with(np.sum),
            "You added up each window. Asked is its largest value."),
        Misconception("never-below-zero", lambda x, size=2: np.maximum(answers.max_pool2d(x, size), 0),
            "Where all values of a window are negative you say 0. Did the maximum start from an array of zeros?"),
        Misconception("largest-size", answers.pool_with(lambda w, axis: np.abs(w).max(axis=axis)),
            "You took the largest size |x|; -9 is not larger than 2 here."),
        Misconception("mixed-up", answers.pool_mixed,
            "Your windows are runs of neighbours in memory, not squares in the picture. reshape never moves a number: "
            "split H into (places, size) and W into (places, size), in this order."),
        Misconception("rest-kept", answers.pool_keeps_rest,
            "The rows or columns left over at the edge made windows of their own. Windows that do not fit are "
            "dropped."),
        Misconception("stride-one", answers.pool_stride_one,
            "Your windows overlap: they move by one pixel. Here they lie side by side, so they move by size."),
        Misconception("window-does-not-jump", lambda x, size=2: answers.pool_stride_one(x, size)[
            :, :, : x.shape[2] // size, : x.shape[3] // size],
            "Sizes are right, but your windows move by one pixel. In which row of the image does the window of output "
            "row p begin?"),
        Misconception("max-over-places", answers.pool_over_places,
            "You took the maximum over the places and kept what is inside the windows. After the reshape, which two "
            "of the six axes count the places?"),
        Misconception("whole-map", lambda x, size=2: x.max(axis=(2, 3)),
            "One number for each channel: your window is the whole map. It should be size by size."),
        Misconception("over-channels", lambda x, size=2: answers.max_pool2d(x, size).max(axis=1, keepdims=True),
            "The channels are gone. Pooling treats each channel for itself."),
    ],
    hints=[
        "How many windows fit side by side in a row of 7 pixels, for size 2? What happens to the last pixel?",
        "Cut off what does not fit. Then each side of the image is a whole number of windows.",
        "Loops over the places (p, q) will do. Or reshape to (N, C, H_out, size, W_out, size): which two axes "
        "are inside a window?",
    ],
    takeaway="Two axes become four, and two of them disappear.",
)

KERNEL_GRADIENT = Exercise(
    id="11.5", title="The gradient of the kernels", name="conv2d_kernel_gradient", points=4, minutes=25, difficulty=4,
    section="8. The way back", reference=answers.kernel_gradient_loops, cases=answers.gradient_cases,
    forbidden=(*CONV_ROUTES, "course_utils.conv.conv2d_backward", "torch.nn.grad.conv2d_weight",
               "course_utils.gradcheck.numerical_gradient"),
    alternatives=[answers.kernel_gradient_windows, answers.kernel_gradient],
    misconceptions=[
        Misconception("flipped", answers.gradient_changed(output=lambda dK, dy: dK[:, :, ::-1, ::-1]),
            "Your gradient is turned by half a turn. Only dx meets a turned kernel; in dK each entry (i, j) meets the "
            "pixels that it met on the way forward."),
        Misconception("mean-over-images", answers.gradient_changed(output=lambda dK, dy: dK / len(dy)),
            "You divided by the number of images. If the loss is a mean, that 1/N is in dy already; here all images "
            "add up."),
        Misconception("mean-over-places", answers.gradient_changed(output=lambda dK, dy: dK / (dy[0, 0].size)),
            "You averaged over the places. The same kernel is used at all of them, so their shares add up."),
        Misconception("mean-over-everything", answers.gradient_changed(output=lambda dK, dy: dK / (dy[:, 0].size)),
            "You averaged over images and places. Both add up."),
        Misconception("first-image-only", answers.gradient_changed(lambda x, dy: (x[:1], dy[:1])),
            "Only the first image counts in your answer. All images of the batch use this kernel."),
        Misconception("one-channel", answers.gradient_changed(lambda x, dy: (np.repeat(x[:, :1], x.shape[1], 1), dy)),
            "All slices of your dK[f] are the same: they saw channel 0 only. Slice c meets channel c."),
        Misconception("filters-added",
            answers.gradient_changed(lambda x, dy: (x, np.repeat(dy.sum(1, keepdims=True), dy.shape[1], 1))),
            "All filters get the same gradient: dy was summed over f. Filter f hears only from its own map dy[:, f]."),
        Misconception("stride-ignored", answers.stride_ignored_gradient,
            "For stride 1 you are right. With a larger stride, dy[n, f, p, q] belongs to the window that begins at "
            "p·stride, q·stride."),
        Misconception("pad-ignored", answers.pad_forgotten_gradient,
            "Without padding you are right. With padding, on the way forward the windows were cut from the "
            "framed image; cut them from it now too."),
        Misconception("windows-cut-short",
            lambda x, K, dy, stride=1, pad=0: answers.kernel_gradient_loops(x, K, dy, stride=stride),
            "With padding, your windows at the edge are cut short and no longer fit dK[f]. What did the way forward do "
            "with the image before it cut its windows?"),
        Misconception("overwritten", lambda x, K, dy, stride=1, pad=0: answers.kernel_gradient(
            x[-1:], K, np.where(np.arange(dy[0, 0].size).reshape(dy[:1, :1].shape) == dy[0, 0].size - 1, dy[-1:], 0.0),
            stride=stride, pad=pad),
            "Only the last place of the last image is left: each step overwrites the one before. Shares add up: +=."),
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

COUNT = Exercise(
    id="11.6", title="Count the parameters", name="count_parameters", points=2, minutes=10, difficulty=2,
    section="5. Channels", reference=answers.count_parameters, cases=answers.layer_cases,
    alternatives=[answers.count_by_arrays, answers.count_one_line],
    misconceptions=[
        Misconception("no-biases", lambda layers: answers.count_parameters(layers, 0, 0),
            "All biases are missing: one for each kernel, and one for each output of a dense layer."),
        Misconception("no-kernel-bias", lambda layers: answers.count_parameters(layers, 0, 1),
            "The kernels have no bias in your count: one number for each of the F kernels."),
        Misconception("no-dense-bias", lambda layers: answers.count_parameters(layers, 1, 0),
            "The dense layers have no bias in your count: one number for each output."),
        Misconception("one-channel", lambda layers: answers.count_parameters(layers, channels=False),
            "Your kernels are flat. A kernel has a slice of KH by KW for each channel it looks at."),
        Misconception("bias-a-channel", answers.count_bias_a_channel,
            "You count a bias for each input channel. A bias belongs to a kernel, that is, to an output channel."),
        Misconception("dense-bias-a-input", answers.count_dense_bias_in,
            "You count a bias for each input of the dense layer. It is added to each output."),
        Misconception("pooling-counts", lambda layers: answers.count_parameters(layers, pool=lambda size: size * size),
            "Your pooling layers have size·size weights, as in the fourth article. What could they learn?"),
        Misconception("dense-left-out", answers.count_conv_only,
            "The dense layers are missing. Most parameters are there."),
    ],
    hints=[
        "Which arrays does each kind of layer hold? Write down their shapes before you multiply.",
        "conv: K of shape (F, C, KH, KW) and b of shape (F,). dense: W of shape (inputs, outputs) and one bias for "
        "each output. pool: what could it learn?",
        "total = 0; for each layer: look at layer[0], take the sizes out of the rest, add weights + biases.",
    ],
    takeaway="The size of the image does not occur in a convolution's count.",
)

REPAIR = Exercise(
    id="11.7", kind="repair", title="Edges that are not there", name="vertical_edges", points=3, minutes=10,
    difficulty=2, section="2. One small window", reference=answers.vertical_edges, broken=answers.broken_edges,
    cases=answers.edge_cases,
    alternatives=[
        answers.edges_by_kernel,
        lambda image: np.subtract(image[:, 2:], image[:, :-2], dtype=np.float64),
        lambda image: (image[:, 2:].astype(int) - image[:, :-2].astype(int)).astype(float),
    ],
    misconceptions=[
        Misconception("not-repaired", answers.broken_edges,
            "Steps from bright to dark still come out as positive numbers. Print one pair of neighbours, their "
            "dtype, and their difference."),
        Misconception("int8", answers.edges_int8,
            "int8 holds -128 to 127, but a pixel goes up to 255: now the bright pixels are wrong. Which type holds "
            "every difference?"),
        Misconception("absolute", lambda image: np.abs(answers.vertical_edges(image)),
            "The sign is lost. Bright to dark should be negative, dark to bright positive."),
        Misconception("clipped", lambda image: np.maximum(answers.vertical_edges(image), 0),
            "Steps down became 0. They are edges too, with a negative sign."),
        Misconception("left-minus-right", lambda image: -answers.vertical_edges(image),
            "Right sizes, wrong sign: it is the right neighbour minus the left one."),
        Misconception("scaled", lambda image: answers.vertical_edges(image) / 255,
            "Your picture was divided by 255. That is a good habit, but the task keeps the unit of the pixels."),
        Misconception("rows", answers.edges_of_rows,
            "You subtract neighbours above and below. Left and right neighbours differ in the second index."),
    ],
    hints=[
        "What is 0 - 200, for you? Ask NumPy: np.uint8(0) - np.uint8(200).",
        "uint8 holds 0 to 255 and nothing else: below 0 it goes on at 255. NumPy warns for two numbers; for arrays it "
        "does not say a word.",
        "The conversion at the end comes too late. Convert before you subtract.",
    ],
    takeaway="Pixels to float first, arithmetic afterwards.",
)

PREDICTION = Exercise(
    id="11.8", kind="value", title="Predict shapes and what a unit sees", name="predicted", points=5, minutes=12,
    difficulty=3, section="4. Stride, padding and size",
    reference={"conv1": (8, 16, 32, 32), "pool1": (8, 16, 16, 16), "conv2": (8, 32, 8, 8),
               "receptive field of conv1": 5, "receptive field of conv2": 10},
    misconceptions=[
        Misconception("pad-ignored", {"conv1": (8, 16, 28, 28)},
            "conv1 has padding 2: the image is 36 wide when the window begins to move."),
        Misconception("channels-kept", {"conv1": (8, 3, 32, 32)},
            "The channels of the output are not those of the input: each kernel makes one map."),
        Misconception("pool-halves-channels", {"pool1": (8, 8, 16, 16)},
            "Pooling works in each channel for itself. How many channels come out?"),
        Misconception("pool-stride-one", {"pool1": (8, 16, 31, 31)},
            "Windows of a pooling layer lie side by side unless a stride is given."),
        Misconception("stride-ignored", {"conv2": (8, 32, 16, 16)},
            "conv2 moves by 2 pixels. Put its numbers into (11.3)."),
        Misconception("conv2-pad-ignored", {"conv2": (8, 32, 7, 7)},
            "conv2 has padding 1, at both ends: how wide is its input when the window begins to move?"),
        Misconception("rounded-up", {"conv2": (8, 32, 9, 9)},
            "For conv2 the room is no whole number of steps. The brackets of (11.3) drop the step that does not fit."),
        Misconception("conv2-channels-kept", {"conv2": (8, 16, 8, 8)},
            "conv2 has 32 kernels. How many maps do they make?"),
        Misconception("jumps-ignored", {"receptive field of conv2": 8},
            "You added k - 1 for each layer: 1 + 4 + 1 + 2. But after the pooling, neighbours stand 2 pixels "
            "apart in the image, so the window of conv2 spans more. See (11.5)."),
        Misconception("own-stride-counted", {"receptive field of conv2": 14},
            "You let conv2's own stride count in its own window. The stride of a layer spreads the windows of the "
            "layers after it."),
        Misconception("own-strides-counted", {"receptive field of conv2": 15},
            "You let each layer's own stride count in its own window, for the pooling too. Where does the product in "
            "(11.5) end?"),
        Misconception("pool-left-out", {"receptive field of conv2": 7},
            "You left the pooling out. It has a window, which widens the view, and a stride, which spreads the window "
            "of conv2."),
        Misconception("pool-forgotten", {"receptive field of conv2": 9},
            "The pooling window widens the view too: its k is 2."),
    ],
    alternatives=[
        {"conv1": [8, 16, 32, 32], "pool1": [8, 16, 16, 16], "conv2": [8, 32, 8, 8],
         "receptive field of conv1": 5, "receptive field of conv2": 10},
        {"receptive field of conv2": 10, "receptive field of conv1": 5, "conv2": np.array([8, 32, 8, 8]),
         "pool1": np.array([8, 16, 16, 16]), "conv1": np.array([8, 16, 32, 32])},
    ],
    hints=[
        "Four numbers for each shape: images, channels, rows, columns. Which of them does each layer change?",
        "Rows and columns: (11.3), with the layer's own k, stride and pad.",
        "Receptive field: begin with 1 and go through the layers with (11.5). The product holds the strides of the "
        "layers before.",
    ],
    takeaway="Kernels decide the channels, strides the size, and earlier strides what a unit sees.",
)

SEARCH = Exercise(
    id="11.9", kind="experiment", title="Which kernel made this picture?", name="find_kernel", points=4, minutes=20,
    difficulty=4, section="8. The way back", reference=answers.find_kernel, cases=answers.filter_cases,
    metric=Metric(answers.share_of_variance, "error on a picture not seen, as a share of its variance", at_most=0.03),
    alternatives=[answers.find_by_descent, answers.find_by_gradient_equations],
    misconceptions=[
        Misconception("flipped", lambda x, y: answers.find_kernel(x, y, lambda K: K[:, ::-1, ::-1]),
            "Your kernel would be right if it were turned by half a turn. The picture was made by (11.6), unturned.",
            seen=answers.is_turned(lambda K: K[:, ::-1, ::-1])),
        Misconception("transposed", lambda x, y: answers.find_kernel(x, y, lambda K: K.swapaxes(1, 2)),
            "Rows and columns of your kernel have changed places.",
            seen=answers.is_turned(lambda K: K.swapaxes(1, 2))),
        Misconception("no-bias", lambda x, y: answers.find_kernel(x, y, bias=False),
            "Your b is 0, but this picture was lifted by a bias. It is one more unknown number.",
            seen=answers.bias_is_missing),
        Misconception("says-the-average", lambda x, y: (np.zeros((len(x), 3, 3)), float(y.mean())),
            "All entries of K are 0: you say the average of y everywhere. That is the baseline, a share of about 1."),
    ],
    hints=[
        "Two ways. Walk: start with K = 0 and follow the gradients of section 8. Solve: each window of x and its y is "
        "one example of a linear regression (lesson 04). How many weights has it?",
        "To solve: the rows of A are the windows of x, C·3·3 numbers each, and a last 1 for the bias; the targets are "
        "y.ravel().",
        "Mind the order of the axes before you reshape the windows: places first, then channel, row, column.",
        "A = [windows, ones]; theta = least squares of A and y.ravel(); K = theta[:-1] in the shape "
        "(C, 3, 3), b = theta[-1].",
    ],
    takeaway="A convolution is a linear regression whose examples are the windows.",
)

EXERCISES = [OUTPUT_SIZE, LOOPS, FAST, MAX_POOL, KERNEL_GRADIENT, COUNT, REPAIR, PREDICTION, SEARCH]
