"""Exercise 16.2: One step of an LSTM."""

import numpy as np

from course_utils.activations import sigmoid
from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l16_lstm_gates.shared import (
    cell_by_columns,
    lstm_cell,
    lstm_gates,
    same,
    state_cases,
)


def cell_by_units(x, h, c, W, U, b):
    a, H = x @ W + h @ U + b, len(U)
    new_h, new_c = np.empty_like(h), np.empty_like(c)
    for n, k in np.ndindex(h.shape):
        i, f, o = (float(sigmoid(a[n, block * H + k])) for block in (0, 1, 3))
        new_c[n, k] = c[n, k] * f + i * np.tanh(a[n, 2 * H + k])
        new_h[n, k] = np.tanh(new_c[n, k]) * o
    return new_h, new_c


def cell_with(memory=lambda i, f, g, c, h: f * c + i * g, shown=lambda o, c, old: o * np.tanh(c), order=same):
    """Right but for one thing: the new cell state, what is shown of it, or the order of the two."""

    def answer(x, h, c, W, U, b):
        i, f, g, o = lstm_gates(x, h, W, U, b)
        new = memory(i, f, g, c, h)
        return order((shown(o, new, c), new))

    return answer


def cell_unpacked_wrong(x, h, c, W, U, b):
    """The candidate taken for the output gate, as if it were returned last."""
    i, f, o, g = lstm_gates(x, h, W, U, b)
    new = f * c + i * g
    return o * np.tanh(new), new


def cell_cases(rng):
    yield from state_cases(rng, states=2)


# Data for people to read: a paragraph for each misconception.
# fmt: off
CELL = cell_with

EXERCISE = Exercise(
    id="16.2", title="One step of an LSTM", name="lstm_cell", points=3, minutes=10, difficulty=2,
    section="2. A memory that is added to", reference=lstm_cell, cases=cell_cases, needs=("16.1",),
    forbidden=("family:recurrent network",), alternatives=[cell_by_units, cell_by_columns],
    parts=("h", "c"),
    misconceptions=[
        Misconception("pair-exchanged", CELL(order=lambda pair: pair[::-1]),
            "The right two arrays, but the cell state comes first. What does the task name first?"),
        Misconception("output-gate-missing", CELL(shown=lambda o, c, old: np.tanh(c)),
            "c is right. But all of it is shown: which gate of (16.4) decides how much?"),
        Misconception("tanh-missing", CELL(shown=lambda o, c, old: o * c),
            "c is right. Your h can be larger than 1: what does (16.4) do with c before the gate?"),
        Misconception("sigmoid-shown", CELL(shown=lambda o, c, old: o * sigmoid(c)),
            "c is right. Your h is never negative: the memory went through a sigmoid before it was shown."),
        Misconception("old-memory-shown", CELL(shown=lambda o, c, old: o * np.tanh(old)),
            "c is right, but your h shows the cell state before this step. Which of the two has the time t in (16.4)?"),
        Misconception("cell-squashed", CELL(memory=lambda i, f, g, c, h: np.tanh(f * c + i * g),
            shown=lambda o, c, old: o * c),
            "Your cell state itself went through tanh, so it shrinks at each step. In (16.3) it stays as it is; tanh "
            "is for what is shown."),
        Misconception("gates-exchanged", CELL(memory=lambda i, f, g, c, h: i * c + f * g),
            "The forget gate took the candidate and the input gate the old memory. What goes with which in (16.3)?"),
        Misconception("coupled", CELL(memory=lambda i, f, g, c, h: f * c + (1 - f) * g),
            "You let in as much as you forget, 1 - f. A GRU does so; the LSTM has an input gate of its own."),
        Misconception("never-forgets", CELL(memory=lambda i, f, g, c, h: c + i * g),
            "The forget gate changes nothing in your answer. This is the LSTM of 1997; what was added in 2000?"),
        Misconception("lets-all-in", CELL(memory=lambda i, f, g, c, h: f * c + g),
            "The candidate enters whole. Which gate says how much of it is wanted?"),
        Misconception("forget-means-forget", CELL(memory=lambda i, f, g, c, h: (1 - f) * c + i * g),
            "In your cell f = 1 wipes the memory. The name misleads: which share of c does f let through in (16.3)?"),
        Misconception("hidden-for-cell", CELL(memory=lambda i, f, g, c, h: f * h + i * g),
            "Your memory starts from the hidden state h. What is kept from step to step is the other array."),
        Misconception("unpacked-in-another-order", cell_unpacked_wrong,
            "g and o have changed places when you took the four arrays: lstm_gates returns i, f, g, o. In which order "
            "stand your four names?", family="gates in another order"),
        Misconception("taken-off", CELL(memory=lambda i, f, g, c, h: f * c - i * g),
            "What enters is taken off your memory. Which sign stands between the two products of (16.3)?",
            family="wrong sign"),
        Misconception("tanh-of-the-product", CELL(shown=lambda o, c, old: np.tanh(o * c)),
            "c is right. Your h is the tanh of gate times memory. In (16.4), does the gate stand inside the tanh?"),
        Misconception("matrix-product", CELL(memory=lambda i, f, g, c, h: f @ c + i @ g),
            "@ is a matrix product: it mixes units and examples, where it runs at all. The products of (16.3) go "
            "element by element."),
    ],
    hints=[
        "Call lstm_gates once. What are the four arrays for?",
        "First the new cell state, (16.3): the share of the old one that is kept, plus the share of the candidate that "
        "enters.",
        "Then the hidden state, (16.4), from the *new* cell state: squash it, and let the output gate choose.",
    ],
    takeaway="Keep a part, add a part, show a part.",
)
