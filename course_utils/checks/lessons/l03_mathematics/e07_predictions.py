"""Exercise 03.7: Predict before you compute."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception

PREDICTIONS = {"dot product": 0, "shape": (4, 2), "gradient": [6, -4], "chain": 12, "direction": "b", "variance": 8}


EXERCISE = Exercise(
    id="03.7",
    title="Predict before you compute",
    name="predictions",
    kind="value",
    points=6,
    minutes=15,
    difficulty=2,
    section="4. Many inputs: the gradient",
    reference=PREDICTIONS,
    alternatives=[
        dict(reversed(PREDICTIONS.items())),
        {**PREDICTIONS, "gradient": np.array([6.0, -4.0]), "shape": [4, 2], "direction": "B"},
    ],
    misconceptions=[
        Misconception("added-entries", {"dot product": 2}, "dot product: 1·2 + 2·(-1), place by place."),
        Misconception("sign-lost", {"dot product": 4}, "dot product: 2 · (-1) is below 0.", family="wrong sign"),
        Misconception("not-added", {"dot product": [2, -2]}, "dot product: it is one number, the sum of the products."),
        Misconception("shape-turned", {"shape": (2, 4)}, "shape: how many rows come from A, how many columns from B?"),
        Misconception("all-sizes", {"shape": (4, 3, 2)}, "shape: a table has two sizes. Which one disappears?"),
        Misconception(
            "values-squared", {"gradient": [9, 4]}, "gradient: these are the parts of the height, not slopes."
        ),
        Misconception("one-number", {"gradient": 2}, "gradient: not one number, but one slope for each direction."),
        Misconception(
            "gradient-turned", {"gradient": [-4, 6]}, "gradient: the slope for x comes first, that for y second."
        ),
        Misconception(
            "outer-value-forgotten", {"chain": 6}, "chain: the outer slope is 2u, and u is not 1 at x = 1. What is it?"
        ),
        Misconception(
            "the-height",
            {"chain": 36},
            "chain: the slopes of two boxes are multiplied, 2u and that of 3x - 1. Which u?",
        ),
        Misconception(
            "variance-unchanged", {"variance": 2}, "variance: 2X is spread out more than X. By which factor?"
        ),
        Misconception("variance-16", {"variance": 16}, "variance: the 2 is squared, not the whole variance with it."),
        Misconception("inner-kept", {"shape": (3, 3)}, "shape: the inner sizes, 3 and 3, meet and disappear."),
        Misconception("plus-sign", {"gradient": [6, 4]}, "gradient: the slope of y² is 2y, and y is -2 there."),
        Misconception(
            "inner-slope-forgotten", {"chain": 4}, "chain: the outer slope is 2u = 4. And the inner box's slope?"
        ),
        Misconception(
            "uphill", {"direction": "a"}, "direction: along the gradient the height *grows*.", family="wrong sign"
        ),
        Misconception(
            "variances-equal", {"variance": 4}, "variance: doubling a number makes its square 4 times as large."
        ),
    ],
    hints=[
        "Each needs one formula: (3.1), (3.2), (3.7), (3.6), section 4, (3.8).",
        "gradient: turn x and leave y, then the other way. chain: u = 3x - 1 is 2 at x = 1.",
        "variance: E[(2X)²] has a factor of 2² = 4.",
    ],
    takeaway="Six formulas, each in your head now.",
)
