"""`check`: the one call a learner makes."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from course_utils.checks import registry
from course_utils.checks.callers import Caller
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.exercise import Exercise, for_student
from course_utils.checks.feedback.panel import body_text, headline, panel_html, text
from course_utils.checks.feedback.result import Result
from course_utils.checks.judging.judge import judge
from course_utils.checks.record import note_attempt


def check(
    id: str | Exercise,
    answer: Any = None,
    *,
    seed: int | None = None,
    quiet: bool = False,
    caller: Caller | None = None,
    variant: int | None = None,
) -> Result:
    """Check one exercise and say what is right, or what is wrong and why.

    id      the exercise's number, as text: "04.3"
    answer  your function, class or value; left out, it is looked up by its name in the notebook
    seed    other random cases (a whole number); left out, always the same
    quiet   print and record nothing
    caller  where the answer lives, for graders
    variant a student's number: the exercise with the numbers of this student, where it has any of its own

    Returns the points as a Result (a float), with `passed`, `misconception` and `message`.

    >>> float(check("00.1", None, quiet=True))
    0.0
    """
    asked = id if isinstance(id, Exercise) else registry.find(id)
    exercise = for_student(asked, variant)
    if caller is None:
        caller = InProcess(_names(exercise, answer, sys._getframe(1)))
    try:
        result = judge(exercise, caller, seed=0 if seed is None else seed)
    finally:
        if isinstance(caller, InProcess):
            caller.close()
    if not quiet:
        notice = note_attempt(result) if registry.has(asked) else ""
        tell(result, notice)
    return result


def _names(exercise: Exercise, answer: Any, frame: FrameType) -> dict[str, Any]:
    """The name the answer goes by: what was handed in, else what the notebook or the caller calls so."""
    if answer is not None:
        return {exercise.name: answer}
    for place in (frame.f_locals, frame.f_globals, _notebook()):
        if exercise.name in place:
            return {exercise.name: place[exercise.name]}
    return {}


def _notebook() -> dict[str, Any]:
    """IPython's user namespace, if this is one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell.user_ns if shell else {}


def in_notebook() -> bool:
    """True where HTML can be shown."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and type(shell).__name__ != "TerminalInteractiveShell"


def tell(result: Result, notice: str = "") -> None:
    """Print the verdict; in a notebook the rest is an HTML panel that carries its own plain text."""
    if not in_notebook():
        print(text(result))
    else:
        from IPython.display import display

        print(headline(result))
        display({"text/html": panel_html(result), "text/plain": body_text(result)}, raw=True)
    if notice:
        print(notice)
