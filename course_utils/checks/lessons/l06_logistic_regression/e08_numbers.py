"""Exercise 06.8: Six numbers without a computer."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="06.8", title="Six numbers without a computer", name="numbers", kind="value", points=3, minutes=10, difficulty=2,
    section="3. Which S fits best?", rtol=6e-3,
    reference={
        "odds of p = 0.75": 3.0, "p of odds 4": 0.8, "loss when all ten classes get 1/10": float(np.log(10)),
        "factor on the odds": 8.0, "slope dl/dz": -0.1, "threshold": 0.1,
    },
    alternatives=[
        {"odds of p = 0.75": 3, "p of odds 4": 4 / 5, "loss when all ten classes get 1/10": 2.303,
         "factor on the odds": 8, "slope dl/dz": 0.9 - 1, "threshold": 1 / 10},
        {"odds of p = 0.75": 0.75 / 0.25, "p of odds 4": 0.8, "loss when all ten classes get 1/10": 2.3,
         "factor on the odds": 2**3, "slope dl/dz": -0.1, "threshold": 0.1},
    ],
    misconceptions=[
        Misconception("odds-of-no", {"odds of p = 0.75": 1 / 3},
            "These are the odds of *no*. Odds say how many times as likely yes is."),
        Misconception("one-in-four", {"p of odds 4": 0.25},
            "Odds 4 mean four times yes for one no: of how many in all?"),
        Misconception("coin", {"loss when all ten classes get 1/10": float(np.log(2))},
            "log 2 is the loss of a coin with two sides. Here the true class got 1/10."),
        Misconception("added", {"factor on the odds": float(3 * np.log(2))},
            "That is what is added to the *logit*. What does an addition there do to the odds?"),
        Misconception("doubled-once", {"factor on the odds": 6.0},
            "Each step of 1 multiplies the odds by 2; three steps do so three times. Is that 2 + 2 + 2?"),
        Misconception("the-other-way", {"slope dl/dz": 0.1},
            "The size is right. The model should be surer of class 1: so must z grow or shrink, and what is the sign "
            "of the slope then?"),
        Misconception("target-forgotten", {"slope dl/dz": 0.9},
            "That is p. The slope is p minus the target, (6.8), and the target is 1."),
        Misconception("one-ninth", {"threshold": 1 / 9},
            "1/9 are the odds at which both costs are equal. Which probability has these odds? See (6.12)."),
        Misconception("too-high", {"threshold": 0.9},
            "With this threshold one says 'malignant' only when very sure. But it is the *miss* that is dear here."),
    ],
    hints=[
        "Take the formulas one by one: (6.1), its way back, (6.14), the meaning of a weight at the end of section 4, "
        "(6.8) and (6.12).",
        "Way back from odds o: o parts yes and 1 part no. The loss is minus the logarithm of 1/10.",
        "w is added to the logit three times; e to the log 2 is 2. The slope is p - y. The threshold is 1 in 1 + c.",
    ],
    takeaway="Logits add, odds multiply, and slopes are prediction minus target.",
)
