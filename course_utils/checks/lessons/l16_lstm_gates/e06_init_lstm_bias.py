"""Exercise 16.6: Begin by remembering."""

import numpy as np

from course_utils.activations import sigmoid
from course_utils.checks.exercise import Case, Exercise, Misconception


def init_lstm_bias(hidden, forget=1.0):
    b = np.zeros(4 * hidden)
    b[hidden : 2 * hidden] = forget
    return b


def bias_at(*blocks):
    """The number in other blocks than the second."""

    def answer(hidden, forget=1.0):
        b = np.zeros((4, hidden))
        b[list(blocks)] = forget
        return b.ravel()

    return answer


def bias_interleaved(hidden, forget=1.0):
    b = np.zeros(4 * hidden)
    b[1::4] = forget
    return b


def bias_one_entry(hidden, forget=1.0):
    b = np.zeros(4 * hidden)
    b[hidden] = forget
    return b


def bias_one_too_many(hidden, forget=1.0):
    b = np.zeros(4 * hidden)
    b[hidden : 2 * hidden + 1] = forget
    return b


def bias_cases(rng):
    yield 1
    yield 3
    yield Case(3, forget=2)  # a whole number, and of the size that came before
    yield from [(2, 2.5), (4, 0.0), (3, -1.5)]
    yield Case(5, forget=float(rng.uniform(1.5, 6)))
    yield Case(hidden=2, forget=1.0)


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="16.6", title="Begin by remembering", name="init_lstm_bias", points=2, minutes=6, difficulty=1,
    section="5. The forget bias", reference=init_lstm_bias, cases=bias_cases,
    alternatives=[
        bias_at(1),
        lambda hidden, forget=1.0: np.repeat([0.0, float(forget), 0.0, 0.0], hidden),
        lambda hidden, forget=1.0: np.kron(np.array([0.0, 1.0, 0.0, 0.0]), np.full(hidden, float(forget))),
    ],
    misconceptions=[
        Misconception("input-block", bias_at(0),
            "You set the first block: that opens the *input* gate. Which block belongs to f?",
            family="gates in another order"),
        Misconception("candidate-block", bias_at(2),
            "You set the third block: that pushes every candidate to one side. Count the blocks of (16.5) again.",
            family="gates in another order"),
        Misconception("output-block", bias_at(3),
            "You set the last block: that shows more of the cell state, but keeps no more of it.",
            family="gates in another order"),
        Misconception("every-block", lambda hidden, forget=1.0: np.full(4 * hidden, forget),
            "All four blocks got the number. Only one of them says how much is kept."),
        Misconception("all-gates", bias_at(0, 1, 3),
            "All three gates got the number. What has the input gate to do with keeping?"),
        Misconception("always-one", lambda hidden, forget=1.0: init_lstm_bias(hidden),
            "`forget` changes nothing in your answer: it is 1 only if nobody says otherwise."),
        Misconception("every-fourth", bias_interleaved,
            "You set every fourth number. The H numbers of a gate stand side by side."),
        Misconception("one-number", bias_one_entry,
            "Only one unit remembers. Each of the `hidden` units has a forget gate."),
        Misconception("one-place-a-block", lambda hidden, forget=1.0: np.array([0.0, forget, 0.0, 0.0]),
            "You have one number for each block. A block has `hidden` places, one for each unit."),
        Misconception("kept-share", lambda hidden, forget=1.0: sigmoid(init_lstm_bias(hidden, forget)),
            "These are the gates that come out, not the biases that go in: the cell takes the sigmoid itself."),
        Misconception("sigmoid-of-forget", lambda hidden, forget=1.0: init_lstm_bias(hidden, float(sigmoid(forget))),
            "`forget` is the bias itself. You took its sigmoid, and the cell will take it again.",
            family="logits and probabilities confused"),
        Misconception("one-too-many", bias_one_too_many,
            "One entry of the block behind f got the number too. A slice ends *before* its second number.",
            family="off by one"),
        Misconception("table", lambda hidden, forget=1.0: init_lstm_bias(hidden, forget).reshape(4, hidden),
            "The right numbers in a table. The cell adds b to rows of 4H numbers: which shape must it have?"),
        Misconception("whole-numbers", lambda hidden, forget=1.0: init_lstm_bias(hidden, int(forget)),
            "Your bias lost what stands after the decimal point. Which dtype has your array?"),
    ],
    hints=[
        "How many blocks are there, how long is each, and in which order do they come?",
        "Start with zeros, as many as W has columns. Where does the block of f begin, and where does it end?",
        "One slice gets the number: from hidden up to twice hidden.",
    ],
    takeaway="A new LSTM should begin by keeping; what to forget it can learn.",
)
