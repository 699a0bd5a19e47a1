"""Grade one submission: run its cells in a sandbox, judge every exercise, and write down what was seen.

A result is plain JSON without times or paths, so that grading twice gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from course_utils.checks import registry
from course_utils.checks.exercise import Exercise
from course_utils.checks.feedback.messages import on_page
from course_utils.checks.feedback.result import Result
from course_utils.checks.feedback.show import clip
from course_utils.checks.judging.bench import Bench
from course_utils.checks.judging.judge import judge
from course_utils.classroom import notebook as notebooks
from course_utils.classroom.beside import beside
from course_utils.classroom.caller import Run, Sandboxed
from course_utils.classroom.notebook import Notebook
from course_utils.classroom.sandbox.backend import Backend, Limits
from course_utils.classroom.sandbox.choose import backend
from course_utils.classroom.sandbox.contents import PACKAGE
from course_utils.classroom.sandbox.ours import TookTooLong, bounded
from course_utils.classroom.submissions import Origin, Submission, Unreadable

SCHEMA = 1
PYTHON = sys.version_info[:2]
GRADED, REPAIRED, INCOMPLETE = "graded", "repaired", "incomplete"
WRONG, UNREADABLE, MISSING = "wrong exercise", "unreadable", "missing"
TOO_MUCH = "What came back could not be compared in the time that one answer may take of ours."
MOST_NAMED = 5  # files named in one sentence
MOST_LINES, MOST_WIDTH = 40, 160  # of an answer, where it is shown
ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")


@dataclass(frozen=True)
class Settings:
    """What decides a mark, beside the notebook."""

    exercise: str
    seed: int
    sandbox: str = "auto"
    unsafe: bool = False
    image: str = "course-grader"
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self):
        if not registry.lesson(self.exercise):
            known = ", ".join(registry.folders()) or "none"
            raise ValueError(f"there are no exercises {self.exercise!r}; there are: {known}")


def number_of(lesson: str) -> str:
    """A lesson's number as the registry writes it.

    >>> number_of("4"), number_of("04")
    ('04', '04')
    """
    return f"{int(lesson):02d}" if lesson.isdecimal() else lesson


def exercises(lesson: str) -> list[Exercise]:
    return list(registry.lesson(lesson).values())


@cache
def released(lesson: str) -> Notebook | None:
    """The exercise notebook as handed out, where it can be found: beside the package, or in the working folder."""
    for root in (PACKAGE.parent, Path.cwd()):
        for path in sorted((root / "exercises").glob(f"{lesson}_*.ipynb")):
            return notebooks.read_notebook(path.read_bytes())
    return None


@cache
def code_version() -> str:
    """A fingerprint of everything in the package: library, checks, grader."""
    sha = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        sha.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()[:16]


def fingerprint(submission: Submission, settings: Settings) -> str:
    """Changes when the submission, the exercise, the seed, the limits or the code do; else grading again is idle."""
    sha = hashlib.sha256(
        repr(
            (
                SCHEMA,
                PYTHON,
                settings.exercise,
                settings.seed,
                asdict(settings.limits),
                code_version(),
                (submission.student, submission.number, submission.platform, submission.late),
                (submission.notes, submission.others[:MOST_NAMED], len(submission.notebooks)),
            )
        ).encode("utf-8", "replace")
    )
    by_age = sorted(submission.notebooks, key=lambda o: (o.when, o.label))  # decides which of several is graded
    sha.update(repr([o.label for o in by_age]).encode("utf-8", "replace"))
    for origin, content in submission.opened(settings.exercise):
        sha.update(origin.label.encode("utf-8", "replace"))
        sha.update(content if isinstance(content, bytes) else str(content).encode("utf-8", "replace"))
    if submission.notebooks:
        sha.update(beside(submission, submission.notebooks[0]).digest())
    return sha.hexdigest()


def inputs_seed(secret: int, digest: bytes) -> int:
    """What chooses the inputs of one hand-in: nobody knows it beforehand, and other bytes get other inputs.

    So nothing that a feedback page tells about one hand-in helps the next one.

    >>> inputs_seed(1, b"a") == inputs_seed(1, b"a"), inputs_seed(1, b"a") == inputs_seed(1, b"b")
    (True, False)
    """
    return int.from_bytes(hashlib.sha256(f"{secret} ".encode() + digest).digest()[:8], "big")


class Grader:
    """Grades one submission after the other."""

    def __init__(self, settings: Settings, stage: Path, box: Backend | None = None):
        self.settings, self.stage = settings, stage
        self.backend = box or backend(settings.sandbox, settings.limits, unsafe=settings.unsafe, image=settings.image)
        self.exercises = exercises(settings.exercise)
        self.routes = tuple(dict.fromkeys(r for e in self.exercises for r in e.routes))

    def grade(
        self,
        submission: Submission,
        skip: dict[str, str] | None = None,
        notice: Callable[[str], None] = lambda number: None,
    ) -> dict:
        """The result of one submission.

        Parameters
        ----------
        submission : Submission
        skip : dict
            Exercises that are not to be tried, each with the reason (they brought a grader down before).
        notice : function
            Is told the number of each exercise just before it is judged.

        Returns
        -------
        dict
            JSON: student, exercise, score, max_score, status, notes, cells, checks.

        Raises SandboxFault where no sandbox can be started.
        """
        chosen, notes = choose(submission, self.settings.exercise)
        result = blank(submission, self.settings, notes)
        if chosen is None:
            return result | {"status": UNREADABLE if submission.notebooks else MISSING}
        origin, found = chosen
        more = beside(submission, origin)
        seed = inputs_seed(self.settings.seed, found.digest + more.digest())
        result |= {"file": origin.label, "notes": notes + found.notes + more.notes, "seed": seed}
        if not found.readable:
            return result | {"status": UNREADABLE}
        with Sandboxed(self.backend, self.stage, found.cells, self.routes, more.files) as caller:
            caller.session()
            checks = [self._check(e, seed, caller, skip or {}, notice) for e in self.exercises]
            result["checks"] = [c | {"code": answer_cell(found, c["name"])} for c in checks]
            return _finished(result, found, caller.run, self.settings.exercise)

    def _check(
        self, exercise: Exercise, seed: int, caller: Sandboxed, skip: dict[str, str], notice: Callable[[str], None]
    ) -> dict:
        """Judge one exercise."""
        if exercise.id in skip:
            return entry(exercise, None, skip[exercise.id])
        if caller.late:
            return entry(exercise, None, "Not tried: the notebook had used up its time before.")
        notice(exercise.id)
        try:
            with bounded(self.settings.limits.judging) as clock:
                result = judge(exercise, caller, bench=Bench(exercise, seed))
        except TookTooLong:
            clock.fired = True
        return entry(exercise, None, TOO_MUCH) if clock.fired else entry(exercise, result)


def entry(exercise: Exercise, result: Result | None, why: str = "") -> dict:
    """One check of a result."""
    about = {
        "id": exercise.id,
        "title": exercise.title,
        "name": exercise.name,
        "points": 0.0,
        "max_points": float(exercise.points),
        "passed": False,
        "status": "not tried",
        "misconception": None,
        "fault": None,
        "message": why,
        "example": None,
        "said": {},
        "hint": "",
        "section": exercise.section,
        "code": "",
    }
    if result is None:
        return about
    example = result.example and asdict(result.example)
    about |= {
        "points": float(result),
        "passed": result.passed,
        "status": result.status,
        "fault": result.fault,
        "misconception": result.misconception,
        "message": on_page(result.message, name=exercise.name, limit=f"{exercise.time_limit:g}"),
        "example": example,
        # printed text could tell what a supplied right answer gives
        "said": {} if exercise.needs or result.supplied else result.said,
    }
    if not result.passed:
        about["hint"] = exercise.hints[0]
    return _steady(about)


def _steady(value: Any) -> Any:
    """Texts without addresses in memory, which differ from run to run."""
    if isinstance(value, str):
        return ADDRESS.sub("0x…", value)
    if isinstance(value, dict):
        return {k: _steady(v) for k, v in value.items()}
    return [_steady(v) for v in value] if isinstance(value, list | tuple) else value


def blank(submission: Submission, settings: Settings, notes: list[str]) -> dict:
    """A result in which nothing was got."""
    checks = [entry(e, None, "Nothing was found to grade.") for e in exercises(settings.exercise)]
    return {
        "schema": SCHEMA,
        "student": submission.student,
        "number": submission.number,
        "platform": submission.platform,
        "exercise": settings.exercise,
        "python": "{}.{}".format(*PYTHON),
        "score": 0.0,
        "max_score": sum(c["max_points"] for c in checks),
        "status": MISSING,
        "file": "",
        "late": submission.late,
        "notes": notes,
        "cells": [],
        "checks": checks,
    }


def _finished(result: dict, found: Notebook, run: Run, lesson: str) -> dict:
    """The result with its score, its status and what happened to the cells."""
    result["score"] = round(sum(c["points"] for c in result["checks"]), 4)
    result["cells"] = [asdict(t) for t in _steady_troubles(run)]
    if run.broken:
        result["notes"] = [*result["notes"], f"The notebook took too long or ended Python too often: {run.broken}."]
    newer = notebooks.newer_python(found, PYTHON) if any("SyntaxError" in c["text"] for c in result["cells"]) else ""
    if newer:
        result["notes"] = [*result["notes"], newer]
    if run.resumed:
        where = ", ".join(map(str, run.resumed[:10]))
        word = "cells" if len(run.resumed) > 1 else "cell"
        note = f"A line stopped {word} {where}; what came after it was run all the same (below, cell by cell)."
        result["notes"] = [*result["notes"], note]
    tried = all(c["status"] != "not tried" for c in result["checks"])
    if other := _other_lesson(found, lesson):
        result["notes"] = [
            f"This is exercise {other}, not {lesson}. What it defines was graded all the same.",
            *result["notes"],
        ]
        result["status"] = WRONG
    elif run.broken or not tried:
        result["status"] = INCOMPLETE
    else:
        result["status"] = REPAIRED if found.repaired or run.resumed else GRADED
    return result


def answer_cell(found: Notebook, name: str) -> str:
    """The student's cell that gives `name` its last meaning, clipped; empty where there is none."""
    defines = rf"(?:(?:async\s+)?def|class)\s+{name}\b"
    assigns = rf"(?:\w+\s*,\s*)*{name}\s*(?:,\s*\w+\s*)*(?::[^=\n]+)?=(?!=)"
    binds = re.compile(rf"^(?:{defines}|{assigns})", re.M)
    cells = [c.source for c in found.cells if binds.search(c.source)]
    return clip(cells[-1].strip("\n"), MOST_LINES, MOST_WIDTH) if cells else ""


def _steady_troubles(run: Run) -> list:
    for trouble in run.troubles:
        trouble.text = _steady(trouble.text)
    return run.troubles


def _other_lesson(found: Notebook, lesson: str) -> str:
    """The number of the lesson this notebook belongs to, if that is surely another one."""
    marks = [m[1] for c in found.cells for m in re.finditer(r"""\bcheck\(\s*["'](\d\d)\.\d""", c.source)]
    votes = marks or ([found.lesson] if re.fullmatch(r"\d\d", found.lesson) else [])
    if not votes or lesson in votes:
        return ""
    names = {e.name for e in exercises(lesson)}
    defined = {m[1] for c in found.cells for m in re.finditer(r"^(?:def|class)\s+(\w+)|^(\w+)\s*=", c.source, re.M)}
    return "" if names & defined else max(set(votes), key=votes.count)


def choose(submission: Submission, lesson: str) -> tuple[tuple[Origin, Notebook] | None, list[str]]:
    """The notebook to grade among those a student handed in, and sentences about the choice."""
    notes, opened, tried = list(submission.notes), [], 0
    for origin, content in submission.opened(lesson):
        tried += 1
        if isinstance(content, Unreadable):
            notes.append(f"{origin.name}: {content}")
            continue
        found = notebooks.read_notebook(content)
        found.digest = hashlib.sha256(content).digest()
        notebooks.compare(found, None if _other_lesson(found, lesson) else released(lesson))
        opened.append((origin, found))
    if more := len(submission.notebooks) - tried:
        notes.append(f"So many or so large notebooks were handed in that {more} of them were not opened.")
    if submission.others and not opened:
        notes.append(f"There is no notebook, only {named(submission.others)}.")
    elif not submission.notebooks:
        notes.append("There is no notebook.")
    if not opened:
        return None, notes
    best = max(opened, key=lambda pair: (_fit(pair[1], lesson), pair[0].when, pair[0].label))
    if len(opened) > 1:
        others = named([o.label for o, _ in opened if o is not best[0]])
        notes.append(f"Several notebooks were handed in; {best[0].label} was graded, not {others}.")
    return best, notes


def named(files: list[str]) -> str:
    """Some of these names, and how many more there are."""
    more = len(files) - MOST_NAMED
    return ", ".join(files[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _fit(found: Notebook, lesson: str) -> int:
    """How many of the lesson's exercises a notebook speaks of."""
    text = "\n".join(c.source for c in found.cells)
    return sum(bool(re.search(rf"\b{re.escape(e.name)}\b", text)) for e in exercises(lesson)) if found.readable else -1
