"""Exercise 11.8: Predict shapes and what a unit sees."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="11.8", kind="value", title="Predict shapes and what a unit sees", name="predicted", points=5, minutes=12,
    difficulty=3, section="4. Stride, padding and size",
    reference={"conv1": (8, 16, 32, 32), "pool1": (8, 16, 16, 16), "conv2": (8, 32, 8, 8),
               "receptive field of conv1": 5, "receptive field of conv2": 10},
    misconceptions=[
        Misconception("pad-ignored", {"conv1": (8, 16, 28, 28)},
            "conv1 has padding 2: the image is 36 wide when the window begins to move.", family="padding ignored"),
        Misconception("channels-kept", {"conv1": (8, 3, 32, 32)},
            "The channels of the output are not those of the input: each kernel makes one map."),
        Misconception("pool-halves-channels", {"pool1": (8, 8, 16, 16)},
            "Pooling works in each channel for itself. How many channels come out?"),
        Misconception("pool-stride-one", {"pool1": (8, 16, 31, 31)},
            "Windows of a pooling layer lie side by side unless a stride is given.", family="stride ignored"),
        Misconception("stride-ignored", {"conv2": (8, 32, 16, 16)},
            "conv2 moves by 2 pixels. Put its numbers into (11.3).", family="stride ignored"),
        Misconception("conv2-pad-ignored", {"conv2": (8, 32, 7, 7)},
            "conv2 has padding 1, at both ends: how wide is its input when the window begins to move?",
            family="padding ignored"),
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
        Misconception("channels-last", {"conv1": (8, 32, 32, 16)},
            "Right numbers in another order: the channels come second here, (N, C, H, W)."),
        Misconception("kernels-times-channels", {"conv1": (8, 48, 32, 32)},
            "The channels of the input are added up in each kernel: 16 kernels make 16 maps, whatever C is."),
        Misconception("maps-multiplied", {"conv2": (8, 512, 8, 8)},
            "A kernel of conv2 looks at all 16 maps at once and makes one. How many kernels are there?"),
        Misconception("area", {"receptive field of conv1": 25},
            "That is how many pixels are seen. Asked is the side of the square."),
        Misconception("area-of-conv2", {"receptive field of conv2": 100},
            "That is how many pixels one unit of conv2 sees. Asked is the side of the square."),
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
