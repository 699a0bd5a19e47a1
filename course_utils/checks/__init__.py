"""Exercises that know their learners' mistakes: `check`, `hint`, `solution`, `progress`.

In an exercise notebook:

    from course_utils.checks import check, hint, progress, solution

    check("04.3")           is my answer right?  If not: what is wrong, in words
    hint("04.3")            one step further
    solution("04.3")        last, and only after attempts
    progress()              how far am I?  This lesson's exercises, a line for each other one; progress("all")

Authors of exercises: docs/authoring-exercises.md.
"""

from course_utils.checks.callers import File
from course_utils.checks.checking import check
from course_utils.checks.exercise import Case, Exercise, Memory, Metric, Misconception, Speed, later
from course_utils.checks.feedback.result import Result
from course_utils.checks.hints import hint, progress, solution
from course_utils.checks.notebook import listen

__all__ = [
    "Case",
    "Exercise",
    "File",
    "Memory",
    "Metric",
    "Misconception",
    "Result",
    "Speed",
    "check",
    "hint",
    "later",
    "progress",
    "solution",
]

listen()  # in a notebook: how each cell ends, from now on
