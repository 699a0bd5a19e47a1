"""Exercise 16.1: Three gates and a candidate."""

import numpy as np

from course_utils.activations import sigmoid
from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l16_lstm_gates.shared import (
    gates_by_columns,
    lstm_gates,
    same,
    state_cases,
)


def gates_by_joining(x, h, W, U, b):
    """One matrix for [x, h, 1], and the sigmoid written with tanh."""
    a = np.hstack([x, h, np.ones((len(x), 1))]) @ np.vstack([W, U, b[None]])
    a = a.reshape(len(x), 4, len(U))
    squashed = np.tanh(a / np.array([2.0, 2.0, 1.0, 2.0])[None, :, None])
    i, f, g, o = squashed.swapaxes(0, 1)
    return (1 + i) / 2, (1 + f) / 2, g, (1 + o) / 2


def both(x, h, W, U, b):
    return x @ W + h @ U + b


def gates_with(acts=(sigmoid, sigmoid, np.tanh, sigmoid), order=(0, 1, 2, 3), sums=both,
               cut=lambda a: np.split(a, 4, axis=1)):  # fmt: skip
    """Right but for one thing: the functions, which block is which, the sum, or the cut."""

    def answer(x, h, W, U, b):
        blocks = cut(sums(x, h, W, U, b))
        return tuple(act(blocks[k]) for act, k in zip(acts, order, strict=True))

    return answer


def overflowing(a):
    with np.errstate(all="ignore"):
        return np.exp(a) / (1 + np.exp(a))


def step_function(a):
    return (a > 0).astype(float)


def blocks_by_reshape(a):
    """The right numbers of blocks, but of rows: reshape cuts through them."""
    return a.reshape(4, len(a), -1)


def gate_cases(rng):
    yield from state_cases(rng, states=1)


# Data for people to read: a paragraph for each misconception.
# fmt: off
GATES = gates_with

EXERCISE = Exercise(
    id="16.1", title="Three gates and a candidate", name="lstm_gates", points=3, minutes=12, difficulty=2,
    section="3. Four small layers in one cell", reference=lstm_gates, cases=gate_cases,
    forbidden=("family:recurrent network",), alternatives=[gates_by_columns, gates_by_joining],
    parts=("i", "f", "g", "o"),
    misconceptions=[
        Misconception("candidate-last", GATES(order=(0, 1, 3, 2)),
            "i and f are right, but g and o read each other's columns. Some papers put the candidate last; which "
            "block is the third here?", family="gates in another order"),
        Misconception("tanh-on-the-last-block", GATES(acts=(sigmoid, sigmoid, sigmoid, np.tanh)),
            "i and f are right. You took the third block for a gate and the last one for the candidate. The order of "
            "the blocks is i | f | g | o.", family="gates in another order"),
        Misconception("candidate-returned-last", GATES(acts=(sigmoid, sigmoid, sigmoid, np.tanh), order=(0, 1, 3, 2)),
            "You cut the blocks rightly, and gave them back as i, f, o, g. The task asks for the order i | f | g | o.",
            family="gates in another order"),
        Misconception("forget-first", GATES(order=(1, 0, 2, 3)),
            "i and f have changed places. Whose columns are the first H, by (16.5)?", family="gates in another order"),
        Misconception("sigmoid-everywhere", GATES(acts=(sigmoid,) * 4),
            "Your candidate never goes below 0, so a cell could only ever be raised. Which function of (16.5) gives "
            "both signs?"),
        Misconception("tanh-everywhere", GATES(acts=(np.tanh,) * 4),
            "Your gates go below 0. A gate says which share passes: between which two numbers must it lie?"),
        Misconception("tanh-on-output-gate", GATES(acts=(sigmoid, sigmoid, np.tanh, np.tanh)),
            "i, f and g are right. Your o goes below 0, as if it were a second candidate: which of the four functions "
            "of (16.5) is the odd one out?"),
        Misconception("functions-exchanged", GATES(acts=(np.tanh, np.tanh, sigmoid, np.tanh)),
            "The gates run from -1 to 1 and the candidate from 0 to 1: the two functions are exchanged."),
        Misconception("no-function", GATES(acts=(same,) * 4),
            "These are the sums before any function: they have no limits. What does (16.5) do with them?"),
        Misconception("open-or-shut", GATES(acts=(step_function,) * 2 + (np.tanh, step_function)),
            "Your gates are 0 or 1 and nothing between. Gates are soft; a step has no slope to learn from."),
        Misconception("no-bias", GATES(sums=lambda x, h, W, U, b: x @ W + h @ U),
            "The bias is missing in all four sums.", family="bias forgotten"),
        Misconception("bias-twice", GATES(sums=lambda x, h, W, U, b: x @ W + b + h @ U + b),
            "b came in twice, once with x and once with h. PyTorch has two bias vectors; here there is one."),
        Misconception("no-memory", GATES(sums=lambda x, h, W, U, b: x @ W + b),
            "h changes nothing in your answer. Gates look at the input and at the last hidden state."),
        Misconception("one-matrix", GATES(sums=lambda x, h, W, U, b: x @ W + h @ W + b),
            "x and h meet the same matrix, as in one article (E98). That stops where D and H differ, and where they "
            "agree, input and memory cannot be told apart."),
        Misconception("every-fourth-column", GATES(cut=lambda a: [a[:, k::4] for k in range(4)]),
            "You took every fourth column for a gate. Blocks lie side by side: H columns for i, then H for f, ..."),
        Misconception("rows-cut", GATES(cut=lambda a: np.split(a, 4)),
            "You cut the examples into four groups, not the columns. Along which axis do the blocks lie?"),
        Misconception("blocks-by-reshape", GATES(cut=blocks_by_reshape),
            "The shapes are right and the numbers stand at wrong places: reshape(4, N, H) cuts row after row, and "
            "moves no column. Which axis has the four blocks?", family="reshaped where axes are to be moved"),
        Misconception("tanh-of-half", GATES(acts=(sigmoid, sigmoid, lambda a: 2 * sigmoid(a) - 1, sigmoid)),
            "The gates are right. 2σ(a) - 1 runs from -1 to 1, but it is the tanh of *half* of a: how are the two "
            "related?"),
        Misconception("overflow",
            GATES(acts=(overflowing, overflowing, np.tanh, overflowing)),
            "Right for usual sums, nan at 1000: your sigmoid divides infinity by infinity. Lesson 06 had a safe form.",
            family="numerical instability"),
    ],
    hints=[
        "All four sums at once: which shape has x times W? And h times U? What do you add to them?",
        "The sums have shape (N, 4H). Cut them into four blocks of H columns: np.split with the right axis, or slices.",
        "Three of the blocks go through the sigmoid, one through tanh. Which one is the candidate, and where is it?",
    ],
    takeaway="Four layers, one product: only the last function tells a candidate from a gate.",
)
