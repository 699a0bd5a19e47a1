"""Exercises that know their learners' mistakes: `check`, `hint`, `solution`, `progress`.

In an exercise notebook:

    from course_utils.checks import check, hint, progress, solution

    check("04.3")           is my answer right?  If not: what is wrong, in words
    hint("04.3")            one step further
    solution("04.3")        last, and only after attempts
    progress()              all exercises

Authors of exercises: docs/authoring-exercises.md.
"""

from .callers import File
from .checking import check
from .exercise import Case, Exercise, Memory, Metric, Misconception, Speed, later
from .ladder import hint, progress, solution
from .result import Result

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
