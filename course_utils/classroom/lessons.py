"""`lessons`: what there is to teach, and how long it takes, before you choose.

python -m course_utils.classroom lessons              every written lesson
python -m course_utils.classroom lessons 16           one lesson, section by section and exercise by exercise

Minutes of lessons and of exercises are the course's own, for somebody who reads every line.  Minutes of a section are
the lesson's, shared out by how much there is to read and to run: good enough to cut a lesson in two.
"""

from __future__ import annotations

import argparse
import json
import re
import sys

from course_utils.checks.exercise import Exercise
from course_utils.classroom.grading import exercises, number_of
from course_utils.plan import ROOT, Lesson, load_lessons

CODE_LINE = 6  # words that a line of code is worth: it is read slowly, and its output too
STEP = 5  # minutes are told in fives
AFTER = ("Exercises", "Summary", "Glossary", "Sources")  # sections without minutes of their own


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", nargs="?", metavar="NN", help="the lesson's number, such as 04 (left out: all)")


def run(arguments: argparse.Namespace) -> int:
    """The command; returns its exit code."""
    written = {number: lesson for number, lesson in load_lessons().items() if lesson.written}
    number = number_of(arguments.lesson) if arguments.lesson else None
    if number is not None and number not in written:
        print(f"there is no lesson {arguments.lesson!r}; there are: {', '.join(written)}", file=sys.stderr)
        return 2
    print("\n".join(one_lesson(written[number]) if number else all_lessons(list(written.values()))))
    return 0


def all_lessons(lessons: list[Lesson]) -> list[str]:
    """A line for each lesson."""
    rows = [("lesson", "minutes", "of it exercises", "points", "needs")]
    for lesson in lessons:
        tasks = exercises(lesson.number)
        asked = f"{exercise_minutes(lesson)} ({len(tasks)})"
        points = str(sum(e.points for e in tasks))
        rows.append(
            (f"{lesson.number} {lesson.title}", str(lesson.minutes), asked, points, " ".join(lesson.requires) or "–")
        )
    return _lined_up(rows)


def one_lesson(lesson: Lesson) -> list[str]:
    """Its sections with about how long they take, and its exercises under the section they belong to."""
    tasks = exercises(lesson.number)
    needs = f", needs {' '.join(lesson.requires)}" if lesson.requires else ""
    told = [
        f"{lesson.number} {lesson.title}: {lesson.minutes} minutes, {exercise_minutes(lesson)} of them exercises{needs}"
    ]
    sections, parents = section_minutes(lesson), parts(_cells(lesson))
    for title, minutes in sections.items():
        told.append(f"\n  about {minutes} min  {title}")
        told += [_task(e) for e in tasks if parents.get(e.section) == title]
    rest = [e for e in tasks if parents.get(e.section) not in sections]
    return [*told, "\n  elsewhere in the lesson", *map(_task, rest)] if rest else told


def _task(exercise: Exercise) -> str:
    after = f", after {' '.join(exercise.needs)}" if exercise.needs else ""
    points = "1 point" if exercise.points == 1 else f"{exercise.points} points"
    return (
        f"      {exercise.id} {exercise.title}: {exercise.minutes} min, difficulty {exercise.difficulty} of 5, "
        f"{points}{after}"
    )


def exercise_minutes(lesson: Lesson) -> int:
    return sum(e.minutes for e in exercises(lesson.number))


def section_minutes(lesson: Lesson) -> dict[str, int]:
    """{heading: about how many minutes}, exercises apart."""
    weights = _weights(_cells(lesson))
    whole = max(lesson.minutes - exercise_minutes(lesson), STEP)
    share = whole / (sum(weights.values()) or 1)
    return {title: max(STEP, STEP * round(weight * share / STEP)) for title, weight in weights.items()}


def _cells(lesson: Lesson) -> list[dict]:
    return json.loads((ROOT / "notebooks" / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))["cells"]


def _headings(cell: dict) -> list[tuple[int, str]]:
    """(level, words) of every heading below the title."""
    source = "".join(cell["source"]) if cell["cell_type"] == "markdown" else ""
    return [(len(m[1]), m[2].strip()) for m in re.finditer(r"^(##+) (.+)$", source, re.M)]


def parts(cells: list[dict]) -> dict[str, str]:
    """{any heading: the section it stands in}."""
    found, section = {}, ""
    for level, words in (heading for cell in cells for heading in _headings(cell)):
        section = words if level == 2 else section
        found.setdefault(words, section)
    return found


def _weights(cells: list[dict]) -> dict[str, int]:
    """{heading: words to read, lines of code counted as several}."""
    found, title = {}, ""
    for cell in cells:
        source = "".join(cell["source"])
        title = next((words for level, words in reversed(_headings(cell)) if level == 2), title)
        if not title or title in AFTER or title == "You will be able to":
            continue
        words = len(source.split()) if cell["cell_type"] == "markdown" else CODE_LINE * len(source.splitlines())
        found[title] = found.get(title, 0) + words
    return found


def _lined_up(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows as columns of text."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
