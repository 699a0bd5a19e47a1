"""`rehearse`: a made-up class to try grading with, before real notebooks and real marks are at stake.

    python -m course_utils.classroom rehearse --exercise 04 --count 60 --out rehearsal

Every registered mistake, every damage and every hostile kind is somebody's notebook; `expected.csv` says what each must
get.  The answers come from the registry: the notebooks carry the exercise's own right and wrong functions.  When the
class is graded, `rehearse --compare graded/rehearsal --out rehearsal` says whether every mark is as expected.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice, zip_longest
from pathlib import Path

from course_utils.checks import registry
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.exercise import Exercise, Misconception, wrong_answer
from course_utils.checks.judging.judge import judge
from course_utils.classroom.grading import GRADED, exercises, number_of
from course_utils.classroom.rehearsal.compare import report
from course_utils.classroom.rehearsal.damage import DAMAGES
from course_utils.classroom.rehearsal.hostile import HOSTILE
from course_utils.classroom.rehearsal.madeup import (
    as_bytes,
    full_marks,
    no_marks,
    right_answers,
    submission,
    unmodified,
)
from course_utils.classroom.results import empty_folder, table, write_whole

SEEDS = 12  # so many inputs are tried before a mistake's share is held to be certain


@dataclass(frozen=True)
class Planned:
    """One made-up student: what is handed in, and what must come out."""

    student: str
    kind: str
    data: bytes
    points: dict[str, float]
    mistakes: dict[str, str]  # exercise -> misconception
    status: str = GRADED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--exercise", metavar="NN", help="the lesson's number, such as 04")
    parser.add_argument("--count", type=int, default=200, help="students (default: 200)")
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="a new folder: notebooks/ and expected.csv"
    )
    parser.add_argument(
        "--compare", type=Path, metavar="GRADED", help="is every mark of this graded folder what --out expects?"
    )


def run(arguments: argparse.Namespace) -> int:
    """The command; returns its exit code."""
    folder = arguments.out
    try:
        if arguments.compare is not None:
            same, told = report(folder / "expected.csv", arguments.compare / "grades.csv")
            print(told)
            return 0 if same else 1
        if arguments.exercise is None:
            raise ValueError("name the lesson with --exercise, such as --exercise 04")
        empty_folder(folder)
        planned = made_up_class(number_of(arguments.exercise), arguments.count)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    write(planned, folder)
    print(f"{len(planned)} notebooks in {folder / 'notebooks'}; what each must get is in {folder / 'expected.csv'}.")
    return 0


def write(planned: list[Planned], folder: Path) -> None:
    """The notebooks and the table of what must come out."""
    for p in planned:
        write_whole(folder / "notebooks" / f"{p.student}.ipynb", p.data)
    rows = [["student", "kind", "status", "score", *planned[0].points]]
    rows += [[p.student, p.kind, p.status, sum(p.points.values()), *p.points.values()] for p in planned]
    write_whole(folder / "expected.csv", table(rows))


def made_up_class(lesson: str, count: int) -> list[Planned]:
    """`count` students: first every mistake, damage and hostile kind once, then mistakes and right ones in turn.

    The families take turns, so that a small class has some of each.
    Raises ValueError where the lesson has no exercises, or the class nobody in it.
    """
    if not registry.lesson(lesson):
        known = ", ".join(registry.folders()) or "none"
        raise ValueError(f"there are no exercises {lesson!r}; there are: {known}")
    if count < 1:
        raise ValueError(f"--count is a number of students, 1 or more, not {count}")
    mistakes = list(mistaken(lesson))
    spread = in_turn(*([p for p in mistakes if e.id in p.mistakes] for e in exercises(lesson)))
    kinds = list(in_turn(spread, fine(lesson), damaged(lesson), hostile(lesson)))
    again = [p for p in kinds if p.kind in ("right", "other", "mistake")]
    chosen = kinds[:count] + list(islice(cycle(again), max(0, count - len(kinds))))
    return [replace(p, student=f"s{i:03d} {p.student}") for i, p in enumerate(chosen)]


def in_turn(*families: Iterable[Planned]) -> Iterator[Planned]:
    """One of each family, then another of each, until all are through."""
    return (planned for turn in zip_longest(*families) for planned in turn if planned)


def fine(lesson: str) -> Iterator[Planned]:
    """Right ones, differently written ones, and one who never began."""
    yield Planned("right", "right", as_bytes(submission(lesson, right_answers(lesson))), full_marks(lesson), {})
    for which in (0, 1):
        cells = right_answers(lesson, lambda e, which=which: f'made_up.other("{e.id}", {which})')
        yield Planned(f"other {which + 1}", "other", as_bytes(submission(lesson, cells)), full_marks(lesson), {})
    yield Planned("not begun", "not begun", as_bytes(unmodified(lesson)), no_marks(lesson), _broken(lesson))


def _broken(lesson: str) -> dict[str, str]:
    """What was handed out broken is a mistake from the start."""
    return {
        e.id: m.name for e in exercises(lesson) if e.kind == "repair" for m in e.misconceptions if m.answer is e.broken
    }


def mistaken(lesson: str) -> Iterator[Planned]:
    """Every registered misconception once, everything else right."""
    for exercise in exercises(lesson):
        for m in exercise.misconceptions:
            cells = right_answers(lesson) | {
                exercise.id: f'{exercise.name} = made_up.wrong("{exercise.id}", "{m.name}")'
            }
            part = _part(exercise, m)
            if part is not None:  # else nobody knows beforehand what it must get
                points, data = full_marks(lesson) | {exercise.id: part}, as_bytes(submission(lesson, cells))
                yield Planned(f"{exercise.id} {m.name}", "mistake", data, points, {exercise.id: m.name})


def all_mistaken(lesson: str, which: int, first: str = "") -> Planned:
    """A known mistake in every exercise: of each the one of this number, or its last."""
    chosen = {}
    for e in exercises(lesson):
        certain = [(m, part) for m in e.misconceptions[: which + 2] if (part := _part(e, m)) is not None]
        chosen[e.id] = (e, *certain[min(which, len(certain) - 1)])
    cells = {number: f'{e.name} = made_up.wrong("{number}", "{m.name}")' for number, (e, m, _) in chosen.items()}
    points = {number: part for number, (_, _, part) in chosen.items()}
    data = as_bytes(submission(lesson, cells, first=first, bare=True))
    return Planned(f"all mistaken {which + 1}", "mistake", data, points, {k: m.name for k, (_, m, _) in chosen.items()})


def _part(exercise: Exercise, mistake: Misconception) -> float | None:
    """The points a mistake leaves: those of the parts that are right.  None where other inputs leave others."""
    if not (exercise.parts or exercise.is_value or exercise.drive):
        return 0.0
    caller = InProcess({exercise.name: wrong_answer(exercise, mistake)}, trusted=True)
    seeds = range(1 if exercise.is_value else SEEDS)
    found = {float(judge(exercise, caller, seed=seed, budgets=False)) for seed in seeds}
    return found.pop() if len(found) == 1 else None


def damaged(lesson: str) -> Iterator[Planned]:
    """Every damage of `damage.py` done to a right notebook."""
    for name, damage in DAMAGES.items():
        points, ids = full_marks(lesson), [e.id for e in exercises(lesson)]
        points |= {ids[place]: 0.0 for place in damage.lost if place < len(ids)}
        data = damage.do(submission(lesson, right_answers(lesson)))
        yield Planned(
            f"damage {name}", "damage", data, points if damage.readable else no_marks(lesson), {}, damage.status
        )


def hostile(lesson: str) -> Iterator[Planned]:
    """Every kind of `hostile.py`."""
    for name, kind in HOSTILE.items():
        points = full_marks(lesson) if kind.spares else no_marks(lesson)
        if kind.spares and kind.answer:
            points[exercises(lesson)[0].id] = 0.0
        yield Planned(f"hostile {name}", "hostile", as_bytes(kind.made(lesson)), points, {}, kind.status)
