"""Exercise 11.7: Edges that are not there."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l11_convolution.shared import conv2d


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


def edges_255(image):
    steps = broken_edges(image)
    return np.where(image[:, 2:] < image[:, :-2], steps - 255, steps)


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="11.7", kind="repair", title="Edges that are not there", name="vertical_edges", points=3, minutes=10,
    difficulty=2, section="2. One small window", reference=vertical_edges, broken=broken_edges,
    cases=edge_cases,
    alternatives=[
        edges_by_kernel,
        lambda image: np.subtract(image[:, 2:], image[:, :-2], dtype=np.float64),
        lambda image: broken_edges(image) - 256.0 * (image[:, 2:] < image[:, :-2]),
        lambda image: (image[:, 2:].astype(int) - image[:, :-2].astype(int)).astype(float),
    ],
    misconceptions=[
        Misconception("not-repaired", broken_edges,
            "Steps from bright to dark still come out as positive numbers. Print one pair of neighbours, their "
            "dtype, and their difference."),
        Misconception("int8", edges_int8,
            "Steps of more than 127 are wrong by 256. Eight bits, read with a sign, hold -128 to 127; a difference of "
            "pixels lies between -255 and 255. Which type holds every one?"),
        Misconception("absolute", lambda image: np.abs(vertical_edges(image)),
            "The sign is lost. Bright to dark should be negative, dark to bright positive."),
        Misconception("clipped", lambda image: np.maximum(vertical_edges(image), 0),
            "Steps down became 0. They are edges too, with a negative sign."),
        Misconception("left-minus-right", lambda image: -vertical_edges(image),
            "Right sizes, wrong sign: it is the right neighbour minus the left one."),
        Misconception("left-minus-right-not-repaired", lambda image: broken_edges(image[:, ::-1])[:, ::-1],
            "Two things: left and right are exchanged, and the subtraction is still one of uint8, which has no "
            "negative numbers. Exchanging the sides repairs nothing.", family="wrong sign"),
        Misconception("scaled", lambda image: vertical_edges(image) / 255,
            "Your picture was divided by 255. That is a good habit, but the task keeps the unit of the pixels."),
        Misconception("rows", edges_of_rows,
            "You subtract neighbours above and below. Left and right neighbours differ in the second index.",
            family="wrong axis"),
        Misconception("still-unsigned", lambda image: broken_edges(image.astype(np.uint16)),
            "A step down is huge now: a larger type, but still one without negative numbers. What does the u in its "
            "name stand for?"),
        Misconception("half", lambda image: vertical_edges(image) / 2,
            "Half of it: that is the slope per pixel, as `np.gradient` has it. Asked is right minus left, as it is.",
            family="a factor forgotten or doubled"),
        Misconception("curvature", lambda image: np.diff(image.astype(float), n=2, axis=1),
            "This is right minus middle, minus (middle minus left): the difference of the differences. Asked is right "
            "minus left."),
        Misconception("off-by-one-turn", edges_255,
            "Every step down is off by 1. How many values has a uint8, from 0 to 255?", family="off by one"),
        Misconception("neighbours", lambda image: np.diff(image.astype(float), axis=1),
            "You subtract each pixel from the next one. Asked are the two neighbours of a pixel, left and right of "
            "it."),
    ],
    hints=[
        "What is 0 - 200, for you? Ask NumPy: np.uint8(0) - np.uint8(200).",
        "uint8 holds 0 to 255 and nothing else: below 0 it goes on at 255. NumPy warns for two numbers; for arrays it "
        "does not say a word.",
        "The conversion at the end comes too late. Convert before you subtract.",
    ],
    takeaway="Pixels to float first, arithmetic afterwards.",
)
