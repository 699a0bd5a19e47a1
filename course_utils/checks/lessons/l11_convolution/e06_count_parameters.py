"""Exercise 11.6: Count the parameters."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


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
    yield [
        ("conv", 3, 8, 2, 5),
        ("conv", 8, 8, 3, 3),
        ("conv", 8, 8, 3, 3),
        ("pool", 2),
        ("dense", 72, 9),
        ("dense", 72, 9),
    ]
    c, f, d = (int(v) for v in rng.integers(2, 9, 3))
    yield [("conv", c, f + c, 3, 2), ("pool", 3), ("conv", f + c, f, 1, 1), ("dense", 7 * f, d + 20)]


def weights_only(layers):
    return count_parameters(layers, 0, 0)


def count_to_the_pool(layers):
    places = [place for place, layer in enumerate(layers) if layer[0] == "pool"]
    return count_parameters(layers[: places[0]] if places else layers)


def count_square(layers):
    return count_parameters([(*layer[:4], layer[3]) if layer[0] == "conv" else layer for layer in layers])


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="11.6", title="Count the parameters", name="count_parameters", points=2, minutes=10, difficulty=2,
    section="5. Channels", reference=count_parameters, cases=layer_cases,
    alternatives=[count_by_arrays, count_one_line],
    misconceptions=[
        Misconception("no-biases", lambda layers: count_parameters(layers, 0, 0),
            "All biases are missing: one for each kernel, and one for each output of a dense layer.",
            family="bias forgotten"),
        Misconception("no-kernel-bias", lambda layers: count_parameters(layers, 0, 1),
            "The kernels have no bias in your count: one number for each of the F kernels.", family="bias forgotten"),
        Misconception("no-dense-bias", lambda layers: count_parameters(layers, 1, 0),
            "The dense layers have no bias in your count: one number for each output.", family="bias forgotten"),
        Misconception("one-channel", lambda layers: count_parameters(layers, channels=False),
            "Your kernels are flat. A kernel has a slice of KH by KW for each channel it looks at."),
        Misconception("bias-a-channel", count_bias_a_channel,
            "You count a bias for each input channel. A bias belongs to a kernel, that is, to an output channel."),
        Misconception("dense-bias-a-input", count_dense_bias_in,
            "You count a bias for each input of the dense layer. It is added to each output."),
        Misconception("pooling-counts", lambda layers: count_parameters(layers, pool=lambda size: size * size),
            "Your pooling layers have size·size weights, as in the fourth article. What could they learn?"),
        Misconception("dense-left-out", count_conv_only,
            "The dense layers are missing. Most parameters are there."),
        Misconception("each-kind-once", lambda layers: count_parameters(list(dict.fromkeys(layers))),
            "Two layers of the same sizes are counted once. Each has weights of its own: a set or a dict forgets "
            "that."),
        Misconception("one-bias-a-layer", lambda layers: weights_only(layers) + sum(x[0] != "pool" for x in layers),
            "You count one bias for a whole layer. Each kernel, and each output of a dense layer, has its own."),
        Misconception("bias-for-each-slice",
            lambda layers: weights_only(layers) + sum(
                x[1] * x[2] if x[0] == "conv" else x[2] for x in layers if x[0] != "pool"),
            "You count a bias for each slice of a kernel. The slices are added up, and the bias comes in once."),
        Misconception("square-kernels", count_square,
            "Your kernels are all square: KH stands where KW should."),
        Misconception("last-layer-only", lambda layers: count_parameters(layers[-1:]),
            "Only the last layer is left: each one overwrites the total of those before. Where does it begin at 0?",
            family="overwritten instead of added"),
        Misconception("first-layer-only", lambda layers: count_parameters(layers[:1]),
            "Only the first layer is counted. Does the `return` stand inside of the loop?"),
        Misconception("stops-at-pooling", count_to_the_pool,
            "Whatever comes after the first pooling layer is not counted. `break` leaves the loop; what goes on with "
            "the next layer?"),
    ],
    hints=[
        "Which arrays does each kind of layer hold? Write down their shapes before you multiply.",
        "conv: K of shape (F, C, KH, KW) and b of shape (F,). dense: W of shape (inputs, outputs) and one bias for "
        "each output. pool: what could it learn?",
        "total = 0; for each layer: look at layer[0], take the sizes out of the rest, add weights + biases.",
    ],
    takeaway="The size of the image does not occur in a convolution's count.",
)
