"""Exercise 06.1: A sigmoid that nothing can break."""

import math

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception, quietly
from course_utils.checks.lessons.l06_logistic_regression.shared import sigmoid


def sigmoid_cases(rng):
    for shape in [(6,), (2, 3), (1,)]:
        yield rng.uniform(0.5, 3.0, shape) * rng.choice([-1.0, 1.0], shape)
    yield np.array([-1000.0, -1.5, 0.0, 2.5, 1000.0])
    yield np.array([[0.5, -2.0], [1000.0, -1000.0]])
    yield np.array([-2, 0, 1, 3])


def sigmoid_by_parts(z):
    p = np.empty(z.shape)
    right = z >= 0
    p[right] = 1 / (1 + np.exp(-z[right]))
    p[~right] = np.exp(z[~right]) / (1 + np.exp(z[~right]))
    return p


def sigmoid_of_its_dtype(z):
    """Results written into an array like z: of whole numbers where z has them."""
    p = np.empty_like(z)
    p[...] = sigmoid(z)
    return p


@quietly
def naive(z):
    return np.exp(z) / (1 + np.exp(z))


def is_cut(received, expected, case):
    """Right for usual logits, a little off where the probability is nearly 0 or 1."""
    off, usual = np.abs(received - expected), np.abs(case.args[0]) < 5
    return received.dtype == float and bool(off[usual].max() < 1e-6 and 1e-9 < off.max() < 0.01)


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="06.1", title="A sigmoid that nothing can break", name="sigmoid", points=2, minutes=10, difficulty=2,
    section="2. Odds, logits, and the S", reference=sigmoid, cases=sigmoid_cases,
    forbidden=("family:sigmoid",),
    alternatives=[
        sigmoid_by_parts,
        lambda z: 0.5 * (1 + np.tanh(0.5 * z)),
        quietly(lambda z: 1 / (1 + np.exp(-z))),
        np.vectorize(lambda z: 1 / (1 + math.exp(-z)) if z > -700 else 0.0, otypes=[float]),
        lambda z: np.exp(-np.logaddexp(0, -z)),
    ],
    misconceptions=[
        Misconception("overflow", naive,
            "Right for usual logits, but at 1000 you divide infinity by infinity. Which exponential stays small when "
            "z is large, and which when z is very negative? See section 7.", family="numerical instability"),
        Misconception("sign", quietly(lambda z: 1 / (1 + np.exp(z))),
            "Your S falls instead of rising: a large logit gives a small probability. Look at the sign in (6.3).",
            family="wrong sign"),
        Misconception("no-one", quietly(lambda z: 1 / np.exp(-z)),
            "These are the odds, and they rise above 1. Which number is missing below the fraction line of (6.3)?"),
        Misconception("tanh", np.tanh,
            "This S runs from -1 to 1: at logit 0 it says 0. A probability there should be 1/2."),
        Misconception("double-speed", lambda z: (1 + np.tanh(z)) / 2,
            "Your S is twice as steep as (6.3). With tanh it is (1 + tanh(z / 2)) / 2: where is the half?",
            family="a factor forgotten or doubled"),
        Misconception("slope", lambda z: sigmoid(z) * (1 - sigmoid(z)),
            "This is the slope of the sigmoid, p(1 - p) of (6.7). Here the sigmoid itself is asked."),
        Misconception("decided", lambda z: (z >= 0).astype(float),
            "Only 0 and 1 come out: these are decisions. A probability says how sure, and may lie between."),
        Misconception("no-brackets", quietly(lambda z: 1 / 1 + np.exp(-z)),
            "Some of your probabilities are above 1: `1 / 1 + ...` divides first and adds afterwards. Which brackets "
            "does the fraction line of (6.3) stand for?"),
        Misconception("size-only", lambda z: 1 / (1 + np.exp(-np.abs(z))),
            "z and -z get the same probability, never below 1/2: with |z| the sign is lost. What is the sigmoid of -2, "
            "if that of 2 is 0.88?", family="wrong sign"),
        Misconception("zero-left-out", lambda z: np.where(z == 0, 0.0, sigmoid(z)),
            "For z = 0 you say 0: it belongs neither to z > 0 nor to z < 0. Which of the two should take it?"),
        Misconception("nan-made-zero", quietly(lambda z: np.nan_to_num(naive(z))),
            "For z = 1000 you say 0: there was a NaN, and it was made 0. Avoid the overflow, rather than hide it.",
            family="numerical instability"),
        Misconception("dtype-kept", sigmoid_of_its_dtype,
            "For whole numbers as z all your probabilities are whole: an array made like z (`zeros_like`, "
            "`empty_like`) takes over its dtype, and cuts them to 0. Which dtype should it have?",
            family="whole numbers cut"),
        Misconception("cut", lambda z: np.clip(sigmoid(z), 1e-7, 1 - 1e-7),
            "Right for usual logits; but at -1000 something above 0 comes out. The probabilities or the logits were "
            "cut, or a small number was added. With a safe formula nothing need be cut.", seen=is_cut,
            family="numerical instability"),
    ],
    hints=[
        "What should come out at z = 0, at z = 1000 and at z = -1000?",
        "For z >= 0, (6.3) as it stands is harmless: e to the minus z is at most 1. For z < 0 multiply numerator and "
        "denominator of (6.3) by e to the z.",
        "Both halves need only the exponential of minus |z|. `np.where(z >= 0, ..., ...)` chooses between them.",
    ],
    takeaway="Safest: never take the exponential of a positive number.",
)
