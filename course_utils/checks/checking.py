"""`check`: the one call a learner makes."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from course_utils.checks import notebook, registry
from course_utils.checks.callers import Caller
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.exercise import Exercise, for_student
from course_utils.checks.feedback.habits import FAULTS, habit_words, source_of, sure_words
from course_utils.checks.feedback.messages import say
from course_utils.checks.feedback.panel import panel_html, text
from course_utils.checks.feedback.result import NOT_YET, Result
from course_utils.checks.feedback.slips import cell_words
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
    run = _last_run(exercise, answer) if caller is None else None
    result = _cell_stopped(exercise, run)
    if result is None:
        here = caller or InProcess(_names(exercise, answer, sys._getframe(1)))
        result = _judged(exercise, here, 0 if seed is None else seed)
        _add_habits(result, here)
    if caller is None:
        _say_more(result, run)
    if not quiet:
        notice = note_attempt(result) if registry.has(asked) else ""
        tell(result, notice)
    return result


def _add_habits(result: Result, caller: Caller) -> None:
    """What the code itself shows comes before what its result looks like."""
    if not isinstance(caller, InProcess) or result.passed or result.exercise.is_value:
        return
    source, lines = source_of(caller.names.get(result.exercise.name)), result.message.splitlines()
    named, shown = result.misconception in result.exercise.mistakes, result.fault in FAULTS
    sure = sure_words(source) if named or shown else ""
    if sure:  # what it gives may look like another mistake, or a factor, but here stands the cause
        told = named or result.fault == "value" or lines[0] == say("error power")
        result.message = "\n".join([sure, *(lines[1:] if told else lines)])
    elif shown and result.misconception is None and (words := habit_words(source)):
        result.message = f"{words}\n{result.message}"


def _judged(exercise: Exercise, caller: Caller, seed: int) -> Result:
    try:
        return judge(exercise, caller, seed=seed)
    finally:
        if isinstance(caller, InProcess):
            caller.close()


def _names(exercise: Exercise, answer: Any, frame: FrameType) -> dict[str, Any]:
    """The name the answer goes by: what was handed in, else what the notebook or the caller calls so."""
    if answer is not None:
        return {exercise.name: answer}
    for place in (frame.f_locals, frame.f_globals, notebook.names()):
        if exercise.name in place:
            return {exercise.name: place[exercise.name]}
    return {}


def _last_run(exercise: Exercise, answer: Any) -> notebook.Run | None:
    """In a notebook: how the last run of the cell with this answer ended; None where another thing was handed in."""
    if answer is not None and answer is not notebook.names().get(exercise.name):
        return None
    return notebook.last_run(exercise.name)


def _cell_stopped(exercise: Exercise, run: notebook.Run | None) -> Result | None:
    """The cell that was to make this answer stopped: what has its name now is older, or a stub."""
    if run is None or run.kind == "NotImplementedError" or notebook.was_made(exercise.name, run):
        return None
    message = cell_words(exercise.name, *run)
    return Result(0.0, exercise=exercise, status=NOT_YET, message=message, max=exercise.points, fault="cell")


def _say_more(result: Result, run: notebook.Run | None) -> None:
    """What the notebook knows beside the answer: its cell stopped further below, or there is another spelling."""
    if result.fault in ("missing", "stub"):
        _look_for_another_name(result)
    elif run and run.kind and not result.passed and result.fault != "cell":
        result.message += "\n" + say("cell below", said=f"{run.kind}: {run.text}", line=run.line or "?")


def _look_for_another_name(result: Result) -> None:
    """Say so where the notebook has a name that looks like another spelling of the one asked for."""
    exercise, name = result.exercise, result.exercise.name
    mine = {n for n, thing in notebook.names().items() if notebook.is_learners(thing, callable=not exercise.is_value)}
    other = notebook.near_name(name, mine - {e.name for e in registry.lesson(exercise.lesson).values()})
    if other:
        result.message += "\n" + say("renamed", other=other, name=name)


def tell(result: Result, notice: str = "") -> None:
    """Say everything once: as text, or in a notebook as an HTML panel that carries its own plain text."""
    if not notebook.in_notebook():
        print(text(result))
    else:
        from IPython.display import display

        display({"text/html": panel_html(result), "text/plain": text(result)}, raw=True)
    if notice:
        print(notice)
