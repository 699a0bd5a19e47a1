"""Finds exercises by number: `lessons/lNN_topic/eMM_name.py` holds exercise NN.M as `EXERCISE`.

A lesson's modules are imported when one of its exercises is first asked for.
"""

from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path

from course_utils.checks.exercise import Exercise
from course_utils.checks.feedback.messages import say

LESSONS = Path(__file__).parent / "lessons"


@cache
def folders() -> dict[str, Path]:
    """{"04": .../lessons/l04_linear_regression, ...}: the lessons that have exercises."""
    found = sorted(p for p in LESSONS.iterdir() if p.is_dir() and re.fullmatch(r"l\d\d_\w+", p.name))
    return {path.name[1:3]: path for path in found}


def modules(number: str) -> list[str]:
    """The full names of the modules that hold a lesson's exercises, in order."""
    if number not in folders():
        return []
    folder = folders()[number]
    found = sorted(p.stem for p in folder.glob("e*.py") if re.fullmatch(r"e\d\d_\w+", p.stem))
    return [f"course_utils.checks.lessons.{folder.name}.{stem}" for stem in found]


@cache
def lesson(number: str) -> dict[str, Exercise]:
    """The exercises of one lesson, in order."""
    found = [importlib.import_module(name).EXERCISE for name in modules(number)]
    return {exercise.id: exercise for exercise in found}


def find(number: str) -> Exercise:
    """The exercise with this number, as text: find("04.3").  ValueError names those there are."""
    if not isinstance(number, str):
        raise TypeError(say("not an exercise", id=repr(number)))
    exercises = lesson(number.split(".")[0])
    if number not in exercises:
        known = ", ".join(exercises) or ", ".join(folders())
        raise ValueError(say("unknown", id=repr(number), known=known))
    return exercises[number]


def has(exercise: Exercise) -> bool:
    """Is this one of the course's own (and not one made for a test)?"""
    return lesson(exercise.lesson).get(exercise.id) is exercise


def every() -> list[Exercise]:
    """All exercises of the course, in order."""
    return [exercise for number in folders() for exercise in lesson(number).values()]
