"""Exercise 01.7: Read before you run."""

from course_utils.checks.exercise import Exercise, Misconception

PREDICTIONS = {"A": [1, 2, 3], "B": [1, 2], "C": "cde", "D": [0, 1, 2], "E": None}


EXERCISE = Exercise(
    id="01.7",
    title="Read before you run",
    name="predictions",
    kind="value",
    points=4,
    minutes=15,
    difficulty=2,
    section="Names",
    reference=PREDICTIONS,
    alternatives=[dict(reversed(PREDICTIONS.items())), {**PREDICTIONS, "D": (0, 1, 2)}],
    misconceptions=[
        Misconception(
            "a-copy",
            {"A": [1, 2]},
            "A: `b = a` makes no copy. Both names are tied to one list, so what is appended is seen through both.",
        ),
        Misconception(
            "changed-by-plus",
            {"B": [1, 2, 3]},
            "B: `a + [3]` builds a new list, and the name `b` is tied to that one. Has anything been done to `a`?",
        ),
        Misconception(
            "end-included",
            {"C": "cdef"},
            "C: a slice leaves out its end: [2:5] takes positions 2, 3 and 4.",
            family="off by one",
        ),
        Misconception(
            "from-one",
            {"C": "bcd"},
            "C: positions begin at 0, so the letter at position 2 is the third.",
            family="off by one",
        ),
        Misconception("range-end", {"D": [0, 1, 2, 3]}, "D: range(3) has three numbers, and the first is 0."),
        Misconception("range-from-one", {"D": [1, 2, 3]}, "D: range(3) begins with 0."),
        Misconception(
            "printed-is-returned",
            {"E": 6},
            "E: the function prints 6 but returns nothing. What is the value of a call without `return`?",
        ),
    ],
    hints=[
        "Draw names on the left and objects on the right, with arrows, as in the slider of the lesson.",
        "In A one line changes an object; in B a name is tied to a new object.",
        "E: look for the word `return`. Nothing is written 'None', a word with a capital and without quotation marks.",
    ],
    takeaway="To read a program is to play it in your head. You did.",
)
