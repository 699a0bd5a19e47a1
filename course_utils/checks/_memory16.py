"""Exercises 16.8 and 16.9: numbers about memory, and a memory that is set by hand."""

import numpy as np

from course_utils.checks import _answers16 as answers
from course_utils.checks import _cases16 as cases
from course_utils.checks.exercise import Exercise, Metric, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off

sigmoid = answers.sigmoid

NUMBERS = Exercise(
    id="16.8", kind="value", title="Six numbers about memory", name="memory", points=3, minutes=12, difficulty=2,
    section="2. A memory that is added to", rtol=1.2e-2,
    reference={
        "c after very many steps": 2.0, "h after very many steps": float(np.tanh(2.0)),
        "share of c_0 after 100 steps": 0.99**100, "bias for f = 0.99": float(np.log(99)),
        "parameters of the LSTM": 2560, "parameters of the GRU": 1920,
    },
    misconceptions=[
        Misconception("one-candidate", {"c after very many steps": 1.0},
            "The candidate is 1, but from c = 1 the next step makes 0.5 times 1, plus 1. Which c does not change?"),
        Misconception("grows", {"c after very many steps": float("inf")},
            "Without forgetting it would grow for ever. Here half is lost each time: when are loss and gain equal?"),
        Misconception("half", {"c after very many steps": 0.5},
            "Make the first three steps on paper, from c = 0. Is the third one still at 0.5?"),
        Misconception("shown-as-it-is", {"h after very many steps": 2.0},
            "No hidden state of an LSTM is above 1. What does (16.4) do with c before it is shown?"),
        Misconception("tanh-of-one", {"h after very many steps": float(np.tanh(1.0))},
            "You took the tanh of the candidate. It is the cell state that is shown."),
        Misconception("one-step", {"share of c_0 after 100 steps": 0.99},
            "That is what is left after one step. The next step keeps 99 % of that, and so on."),
        Misconception("all-gone", {"share of c_0 after 100 steps": 0.0},
            "1 % lost each time is not 100 % after 100 times: each loss is 1 % of what is left. See (16.11)."),
        Misconception("gate-itself", {"bias for f = 0.99": 0.99},
            "That is the gate. The bias goes into a sigmoid, and this must come out."),
        Misconception("sigmoid-of-the-gate", {"bias for f = 0.99": float(sigmoid(np.float64(0.99)))},
            "You went through the sigmoid forwards. From 0.99 back to the logit: lesson 06, logarithm of the odds."),
        Misconception("odds-upside-down", {"bias for f = 0.99": float(-np.log(99))},
            "The size is right. But a negative bias makes a gate below one half."),
        Misconception("one-bias", {"parameters of the LSTM": 2480},
            "This is (16.6), with one bias vector. PyTorch keeps two."),
        Misconception("one-of-four", {"parameters of the LSTM": 640},
            "You counted one gate. How many layers are there in the cell?"),
        Misconception("three-gates", {"parameters of the LSTM": 1920},
            "Three gates, yes; but the candidate has weights of its own too."),
        Misconception("as-many-as-lstm", {"parameters of the GRU": 2560},
            "You gave the GRU four blocks of weights. How many are there in (16.12) and (16.13)?"),
        Misconception("two-gates", {"parameters of the GRU": 1280},
            "Two gates, yes; what else of the GRU has weights?"),
        Misconception("gru-one-bias", {"parameters of the GRU": 1860},
            "Three blocks, but with one bias each. PyTorch's GRU has two, and here they even differ in what they do."),
    ],
    alternatives=[
        {"c after very many steps": 2, "h after very many steps": 0.96, "share of c_0 after 100 steps": 0.37,
         "bias for f = 0.99": 4.6, "parameters of the LSTM": 2560, "parameters of the GRU": 1920},
        {"parameters of the GRU": 3 * (10 + 20 + 2) * 20, "parameters of the LSTM": 4 * 20 * (10 + 20 + 2),
         "bias for f = 0.99": 4.595, "share of c_0 after 100 steps": 0.366, "h after very many steps": 0.964,
         "c after very many steps": 1 / (1 - 0.5)},
    ],
    hints=[
        "At rest the next cell state equals this one: write that down as an equation with f = 0.5. What is shown is a "
        "tanh.",
        "100 factors of 0.99. For the bias: the logit of 0.99 is the logarithm of 0.99 to 0.01.",
        "One block has a number for each pair of an input and a unit, one for each pair of two units, and its biases: "
        "two a unit in PyTorch. How many blocks has each cell?",
    ],
    takeaway="Small leaks decide: 0.99 a step leaves about a third after a hundred.",
)

STORE = Exercise(
    id="16.9", kind="experiment", title="Set a memory by hand", name="store_weights", points=4, minutes=25,
    difficulty=4, section="3. Four small layers in one cell", reference=answers.store_weights,
    cases=cases.stream_cases, metric=Metric(cases.distance, "mean distance of the last h from what was flagged",
                                            at_most=cases.CLOSE),
    alternatives=[lambda: answers.store_weights(30.0, 20.0), lambda: answers.store_weights(15.0, 4.0),
                  answers.store_uneven],
    misconceptions=[
        Misconception("blocks-exchanged", answers.store_with(order=(0, 1, 3, 2)),
            "With its last two blocks exchanged, your memory would work. In which order do they stand?",
            seen=cases.good_if(lambda W, U, b: (W[:, [0, 1, 3, 2]], U[:, [0, 1, 3, 2]], b[[0, 1, 3, 2]]))),
        Misconception("rows-exchanged", lambda: (answers.store_weights()[0][::-1], *answers.store_weights()[1:]),
            "With the two rows of W exchanged, your memory would work. Which number of x comes first?",
            seen=cases.good_if(lambda W, U, b: (W[::-1], U, b))),
        Misconception("sign", lambda: answers.store_weights(value=-5.0),
            "Your memory keeps the opposite of what was flagged. Which weight gives the candidate its sign?",
            seen=cases.good_if(lambda W, U, b: (W * [1, 1, -1, 1], U, b * [1, 1, -1, 1]))),
        Misconception("forget-turned", answers.store_with(answers.turn_forget),
            "With f and 1 - f exchanged your memory would work: at 1 this gate keeps, whatever its name says.",
            seen=cases.good_if(lambda W, U, b: (W * [1, -1, 1, 1], U * [1, -1, 1, 1], b * [1, -1, 1, 1]))),
        Misconception("leaks", lambda: answers.store_weights(strength=8.0),
            "Your memory leaks: without a flag the forget gate is not near enough to 1. What is left of 1 after 60 "
            "steps with your f?", seen=cases.dial("f", 0.0, lambda f: f < 0.999)),
        Misconception("always-writes", answers.store_with(lambda W, b: np.copyto(b, [10.0, 10.0, 0.0, 10.0])),
            "Your input gate is open without a flag, so every value gets in. What must close it, and what open it?",
            seen=cases.dial("i", 0.0, lambda i: i > 0.001)),
        Misconception("never-writes", answers.store_with(lambda W, b: np.copyto(b, [-40.0, 10.0, 0.0, 10.0])),
            "Your input gate stays shut at the flag too, so nothing ever gets in. Add up its sum for flag = 1.",
            seen=cases.dial("i", 1.0, lambda i: i < 0.95)),
        Misconception("not-emptied", answers.store_with(lambda W, b: np.copyto(W[1], [20.0, 0.0, 0.0, 0.0])),
            "It keeps the first flagged value for ever, and a second one is added to it. What should the forget "
            "gate do at a flag?", seen=cases.dial("f", 1.0, lambda f: f > 0.05)),
        Misconception("output-shut", answers.store_with(lambda W, b: np.copyto(b, [-10.0, 10.0, 0.0, 0.0])),
            "The cell holds the value, but without a flag your output gate is not fully open, so h shows only a part "
            "of it.",
            seen=cases.dial("o", 0.0, lambda o: o < 0.95)),
        Misconception("weak-candidate", lambda: answers.store_weights(value=1.0),
            "What you store is too small: for a value of 1 the candidate should be nearly 1. How large must its weight "
            "be?", seen=cases.dial("g", 1.0, lambda g: np.abs(g) < 0.95)),
    ],
    hints=[
        "Fill a table first: at flag 1 and at flag 0, should i be near 0 or near 1? And f? And o?",
        "A gate near 1 needs a sum of 8 or more, a gate near 0 one of -8 or less. For the sum there are a weight for "
        "the flag and a bias: two equations for each gate.",
        "The candidate looks at the value only. For which weight is the tanh of it nearly 1? U may stay 0.",
        "The input gate: bias -10, and a weight for the flag that lifts it to +10. The forget gate is its opposite.",
    ],
    takeaway="Write at the flag, keep without it, wipe before writing: gates are the wires of a memory.",
)
