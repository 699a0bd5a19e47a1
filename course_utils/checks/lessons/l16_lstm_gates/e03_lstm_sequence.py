"""Exercise 16.3: From step to sequence."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l16_lstm_gates.shared import cell_by_columns, lstm_cell, lstm_sequence


def sequence_filled(x, h0, c0, W, U, b):
    states, h, c = np.empty((*x.shape[:2], len(U))), h0, c0
    for t, step in enumerate(x.transpose(1, 0, 2)):
        states[:, t], c = lstm_cell(step, h, c, W, U, b)
        h = states[:, t]
    return states


def sequence_by_example(x, h0, c0, W, U, b):
    states = np.empty((*x.shape[:2], len(U)))
    for n in range(len(x)):
        h, c = h0[n : n + 1], c0[n : n + 1]
        for t in range(x.shape[1]):
            h, c = cell_by_columns(x[n : n + 1, t], h, c, W, U, b)
            states[n, t] = h[0]
    return states


def sequence_with(start=lambda h0, c0: (h0, c0), carry=lambda h, c, h0, c0: (h, c), shown=lambda h, c, before: h,
                  output=lambda states, h0: np.stack(states, axis=1), steps=range):  # fmt: skip
    """Right but for one thing: the first states, what the next step gets, what is kept, or how it is put together."""

    def answer(x, h0, c0, W, U, b):
        (h, c), states = start(h0, c0), []
        for t in steps(x.shape[1]):
            before = h
            h, c = lstm_cell(x[:, t], h, c, W, U, b)
            states.append(shown(h, c, before))
            h, c = carry(h, c, h0, c0)
        return output(states, h0)

    return answer


def sequence_over_examples(x, h0, c0, W, U, b):
    """Time and batch taken for each other."""
    h, c, states = h0, c0, []
    for step in x:
        h, c = lstm_cell(step, h, c, W, U, b)
        states.append(h)
    return np.array(states)


def sequence_unpacked_wrong(x, h0, c0, W, U, b):
    h, c, states = h0, c0, []
    for t in range(x.shape[1]):
        c, h = lstm_cell(x[:, t], h, c, W, U, b)
        states.append(h)
    return np.stack(states, axis=1)


def backwards(T):
    return reversed(range(T))


def sequence_from_step_one(x, h0, c0, W, U, b):
    """A loop that begins at 1; the place of the first state stays 0."""
    states, h, c = np.zeros((*x.shape[:2], len(U))), h0, c0
    for t in range(1, x.shape[1]):
        h, c = lstm_cell(x[:, t], h, c, W, U, b)
        states[:, t] = h
    return states


def in_rows(states, h0):
    return np.array(states).reshape(len(h0), len(states), -1)


def sequence_cases(rng):
    sizes = [(2, 3, 4, 2, 1.0), (1, 4, 2, 3, 1.0), (3, 3, 2, 2, 1.0), (2, 1, 3, 4, 1.0), (4, 6, 1, 1, 1.0)]
    for N, T, D, H, scale in [*sizes, (3, 5, 2, 4, 1.0), (2, 4, 3, 2, 1000.0)]:
        W, U, b = rng.normal(size=(D, 4 * H)), rng.normal(size=(H, 4 * H)), rng.uniform(0.2, 1, 4 * H)
        h0, c0 = rng.normal(size=(2, N, H)) + 0.4
        yield scale * rng.normal(size=(N, T, D)), h0, c0, W, U, b


# Data for people to read: a paragraph for each misconception.
# fmt: off
SEQUENCE = sequence_with

EXERCISE = Exercise(
    id="16.3", title="From step to sequence", name="lstm_sequence", points=3, minutes=12, difficulty=2,
    section="3. Four small layers in one cell", reference=lstm_sequence, cases=sequence_cases,
    needs=("16.1", "16.2"), forbidden=("family:recurrent network",),
    alternatives=[sequence_filled, sequence_by_example],
    misconceptions=[
        Misconception("cell-not-carried", SEQUENCE(carry=lambda h, c, h0, c0: (h, c0)),
            "The hidden state goes on, but each step begins with c0 again: the long memory is lost. Which two things "
            "does the next step need?"),
        Misconception("hidden-not-carried", SEQUENCE(carry=lambda h, c, h0, c0: (h0, c)),
            "The cell state goes on, but each step gets h0 again. Which h should the gates of step 2 see?"),
        Misconception("nothing-carried", SEQUENCE(carry=lambda h, c, h0, c0: (h0, c0)),
            "Each step starts from h0 and c0, as if it were the first. What is a recurrent network without its past?"),
        Misconception("zeros", SEQUENCE(start=lambda h0, c0: (0 * h0, 0 * c0)),
            "Your states start at zero. They are given: what are h0 and c0 for?"),
        Misconception("both-from-h0", SEQUENCE(start=lambda h0, c0: (h0, h0)),
            "Your cell state starts as h0. There is a c0."),
        Misconception("unpacked-exchanged", sequence_unpacked_wrong,
            "h and c change places at each step. In which order does lstm_cell return them?"),
        Misconception("time-first", SEQUENCE(output=lambda states, h0: np.array(states)),
            "Your first axis is time. Asked is (N, T, H): the examples first.", family="wrong axis"),
        Misconception("reshaped", SEQUENCE(output=in_rows),
            "The shape is right and the numbers stand at wrong places: reshape moves none of them. How did lesson 02 "
            "exchange two axes, or along which axis can you stack?", family="reshaped where axes are to be moved"),
        Misconception("examples-as-steps", sequence_over_examples,
            "Your loop walks over the examples: x has shape (N, T, D). Which axis is time?"),
        Misconception("last-only", SEQUENCE(output=lambda states, h0: states[-1]),
            "This is the last state only, as Keras gives it unless asked. Here the state after each step is wanted."),
        Misconception("cells-collected", SEQUENCE(shown=lambda h, c, before: c),
            "You collected the cell states. What the layer shows to others are its hidden states."),
        Misconception("one-step-late", SEQUENCE(shown=lambda h, c, before: before),
            "Your list begins with h0 and ends one step too early: you keep the state *before* each step.",
            family="off by one"),
        Misconception("same-array", SEQUENCE(output=lambda states, h0: np.stack([states[-1]] * len(states), axis=1)),
            "All your states are the last one. Did you keep the same array T times, and write into it at each step?"),
        Misconception("start-included", SEQUENCE(
            output=lambda states, h0: np.stack([h0, *states], axis=1)),
            "One state too many: h0 is not the result of a step."),
        Misconception("backwards", SEQUENCE(steps=backwards),
            "You read the sequence from its end. The first step to be made is t = 0."),
        Misconception("backwards-and-turned", SEQUENCE(
            steps=backwards, output=lambda states, h0: np.stack(states[::-1], axis=1)),
            "Each state stands at its place, but you walked from the end of the sequence to its beginning: your first "
            "state has seen all of the future. Which step comes first?"),
        Misconception("first-step-left-out", sequence_from_step_one,
            "Your first state is 0: the loop begins with the second step. Which number has the first one?",
            family="off by one"),
    ],
    hints=[
        "Which shape has the input of one step, for the whole batch? How do you cut it out of x?",
        "A loop over t. Two things change from turn to turn, and both start outside the loop.",
        "Keep the hidden state of each turn in a list. In the end the list has T arrays (N, H): np.stack can put "
        "them side by side along a new axis.",
    ],
    takeaway="Two states walk along; one of them is shown.",
)
