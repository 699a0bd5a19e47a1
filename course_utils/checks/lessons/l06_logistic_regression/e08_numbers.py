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
        Misconception("one-over-p", {"odds of p = 0.75": 4 / 3},
            "That is 1 over p. In (6.1) p is divided by the probability of the other outcome."),
        Misconception("logit-for-odds", {"odds of p = 0.75": float(np.log(3))},
            "That is the logit. The odds come one step before the logarithm: (6.1).",
            family="logits and probabilities confused"),
        Misconception("sigmoid-of-odds", {"p of odds 4": float(1 / (1 + np.exp(-4)))},
            "You took the sigmoid of 4, which is for logits. 4 are odds: four times yes for one no.",
            family="logits and probabilities confused"),
        Misconception("three-in-four", {"p of odds 4": 0.75},
            "p = 0.75 has the odds 3. Odds 4 are four parts yes and one part no."),
        Misconception("digits", {"loss when all ten classes get 1/10": 1.0},
            "That is the logarithm to base 10. Nats are made with the natural one."),
        Misconception("bits", {"loss when all ten classes get 1/10": float(np.log2(10))},
            "These are bits, with the logarithm to base 2. Nats are made with the natural one.",
            family="bits instead of nats"),
        Misconception("loss-negative", {"loss when all ten classes get 1/10": -float(np.log(10))},
            "A loss below 0? The logarithm of 1/10 is negative, and (6.14) has a minus in front.", family="wrong sign"),
        Misconception("power-upside-down", {"factor on the odds": 9.0},
            "That is 3 times 3. Each step multiplies by 2, and there are three steps."),
        Misconception("slope-of-probability", {"slope dl/dz": -1 / 0.9},
            "That is the slope for p, the first half of (6.7). For z, the slope of the sigmoid is still to be "
            "multiplied."),
        Misconception("odds-for-threshold", {"threshold": 9.0},
            "A threshold is a probability, between 0 and 1. Its odds are 1 to 9: see (6.12)."),
        Misconception("equal-costs", {"threshold": 0.5},
            "One half is the cheapest threshold if both mistakes cost the same. Here a miss costs 9 times as much."),
    ],
    hints=[
        "Take the formulas one by one: (6.1), its way back, (6.14), the meaning of a weight at the end of section 4, "
        "(6.8) and (6.12).",
        "Way back from odds o: o parts yes and 1 part no. The loss is minus the logarithm of 1/10.",
        "w is added to the logit three times; e to the log 2 is 2. The slope is p - y. The threshold is 1 in 1 + c.",
    ],
    takeaway="Logits add, odds multiply, and slopes are prediction minus target.",
)
