"""Exercise 16.8: Six numbers about memory."""

import numpy as np

from course_utils.activations import sigmoid
from course_utils.checks.exercise import Exercise, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="16.8", kind="value", title="Six numbers about memory", name="memory", points=3, minutes=12, difficulty=2,
    section="2. A memory that is added to", rtol=1.5e-3,
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
        Misconception("sigmoid-shown", {"h after very many steps": float(sigmoid(np.float64(2.0)))},
            "You took the sigmoid of c. Which function squashes the memory in (16.4)?"),
        Misconception("half-of-it", {"h after very many steps": 1.0},
            "1 is the limit for a very large c. Here c is not so large: put it into (16.4)."),
        Misconception("percent", {"share of c_0 after 100 steps": 100 * 0.99**100},
            "That is right in percent. A share of all is 1: what is left is less than 1."),
        Misconception("what-is-lost", {"share of c_0 after 100 steps": 1 - 0.99**100},
            "That is the share that is lost. What is *left*?"),
        Misconception("one-step", {"share of c_0 after 100 steps": 0.99},
            "That is what is left after one step. The next step keeps 99 % of that, and so on."),
        Misconception("all-gone", {"share of c_0 after 100 steps": 0.0},
            "1 % lost each time is not 100 % after 100 times: each loss is 1 % of what is left. See (16.11)."),
        Misconception("continuous", {"share of c_0 after 100 steps": float(np.exp(-1))},
            "Near, but that is e to the minus 1, for infinitely many infinitely small steps. Here there are 100 steps, "
            "and each multiplies by 0.99."),
        Misconception("one-hundred", {"bias for f = 0.99": float(np.log(100))},
            "Near, but that is the logarithm of 1 to 0.01. The odds of 0.99 are 0.99 to 0.01."),
        Misconception("log-10", {"bias for f = 0.99": float(np.log10(99))},
            "Your logarithm has base 10. The sigmoid is made with e: which logarithm undoes it?",
            family="another base of the logarithm"),
        Misconception("gate-itself", {"bias for f = 0.99": 0.99},
            "That is the gate. The bias goes into a sigmoid, and this must come out."),
        Misconception("sigmoid-of-the-gate", {"bias for f = 0.99": float(sigmoid(np.float64(0.99)))},
            "You went through the sigmoid forwards. From 0.99 back to the logit: lesson 06, logarithm of the odds."),
        Misconception("odds-upside-down", {"bias for f = 0.99": float(-np.log(99))},
            "The size is right. But a negative bias makes a gate below one half."),
        Misconception("one-bias", {"parameters of the LSTM": 2480},
            "This is (16.6), with one bias vector. PyTorch keeps two.", family="bias forgotten"),
        Misconception("lstm-no-bias", {"parameters of the LSTM": 2400},
            "These are the two matrices alone. Each of the four layers has biases too.", family="bias forgotten"),
        Misconception("lstm-sizes-exchanged", {"parameters of the LSTM": 1280},
            "You exchanged inputs and units: `LSTM(10, 20)` reads 10 numbers and has 20 units."),
        Misconception("one-of-four", {"parameters of the LSTM": 640},
            "You counted one gate. How many layers are there in the cell?"),
        Misconception("three-gates", {"parameters of the LSTM": 1920},
            "Three gates, yes; but the candidate has weights of its own too."),
        Misconception("as-many-as-lstm", {"parameters of the GRU": 2560},
            "You gave the GRU four blocks of weights. How many are there in (16.12) and (16.13)?"),
        Misconception("gru-no-bias", {"parameters of the GRU": 1800},
            "Three blocks, right; but without their biases, and a GRU has two vectors of them.",
            family="bias forgotten"),
        Misconception("gru-sizes-exchanged", {"parameters of the GRU": 960},
            "Inputs and units are exchanged: which of 10 and 20 comes first in `GRU(10, 20)`?"),
        Misconception("two-gates", {"parameters of the GRU": 1280},
            "Two gates, yes; what else of the GRU has weights?"),
        Misconception("gru-one-bias", {"parameters of the GRU": 1860},
            "Three blocks, but with one bias each. PyTorch's GRU has two, and here they even differ in what they do.",
            family="bias forgotten"),
    ],
    alternatives=[
        {"c after very many steps": 2, "h after very many steps": 0.964, "share of c_0 after 100 steps": 0.366,
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
