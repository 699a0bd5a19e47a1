"""Finds exercises by number.  A topic's module is imported when one of its exercises is first asked for."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path
from types import ModuleType

from course_utils.checks.exercise import Exercise
from course_utils.checks.feedback.messages import say

HERE = Path(__file__).parent


@cache
def modules() -> dict[str, str]:
    """{"04": "ex04_linear_regression", ...}: the topics that have exercises."""
    found = sorted(m.name for m in pkgutil.iter_modules([str(HERE)]) if re.fullmatch(r"ex\d\d_\w+", m.name))
    return {name[2:4]: name for name in found}


@cache
def lesson(number: str) -> dict[str, Exercise]:
    """The exercises of one lesson, in order."""
    if number not in modules():
        return {}
    module: ModuleType = importlib.import_module(f"{__package__}.{modules()[number]}")
    return {exercise.id: exercise for exercise in module.EXERCISES}


def find(number: str) -> Exercise:
    """The exercise with this number, as text: find("04.3").  ValueError names those there are."""
    if not isinstance(number, str):
        raise TypeError(say("not an exercise", id=repr(number)))
    exercises = lesson(number.split(".")[0])
    if number not in exercises:
        known = ", ".join(exercises) or ", ".join(modules())
        raise ValueError(say("unknown", id=repr(number), known=known))
    return exercises[number]


def has(exercise: Exercise) -> bool:
    """Is this one of the course's own (and not one made for a test)?"""
    return lesson(exercise.lesson).get(exercise.id) is exercise


def every() -> list[Exercise]:
    """All exercises of the course, in order."""
    return [exercise for number in modules() for exercise in lesson(number).values()]
