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
