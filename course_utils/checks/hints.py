"""Help beside an exercise: `hint` one step at a time, `solution` last, and `progress` over a lesson and all."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

from course_utils.checks import record, registry
from course_utils.checks.exercise import Exercise
from course_utils.checks.feedback.messages import say
from course_utils.checks.feedback.wording import counted
from course_utils.checks.notebook import in_notebook

ATTEMPTS_BEFORE_SOLUTION = 3
MARKED = re.compile(r"^[ \t]*### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION\n?", re.S | re.M)
GIVEN = re.compile(r"^[ \t]*### STUB.*\n", re.M)  # what is handed out, see course_utils/classroom/stubs.py


def hint(id: str) -> None:
    """Show the next hint of an exercise; after the last one, the last again."""
    exercise = registry.find(id)
    seen = min(record.entry(id)["hints"], len(exercise.hints) - 1)

    def update(entry: dict) -> None:
        entry["hints"] = min(entry["hints"] + 1, len(exercise.hints))

    notice = record.change(id, update)
    last = seen + 1 == len(exercise.hints)
    after = say("hint last", attempts=ATTEMPTS_BEFORE_SOLUTION, id=id) if last else say("hint more", id=id)
    _show(
        say("hint", step=seen + 1, all=len(exercise.hints), id=id, title=exercise.title),
        exercise.hints[seen],
        after,
        notice,
    )


def solution(id: str, *, sure: bool = False) -> None:
    """Show a solution: when the exercise is passed, after three attempts, or with sure=True after all hints."""
    exercise = registry.find(id)
    known = record.entry(id)
    all_hints = known["hints"] >= len(exercise.hints)
    left = ATTEMPTS_BEFORE_SOLUTION - known["attempts"]
    if not known["passed"] and left > 0 and not (sure and all_hints):
        way = say("solution sure", id=id) if all_hints else say("solution hints", id=id)
        return _show(say("solution early", left=counted(left, "more attempt"), id=id, way=way))
    code = solution_code(exercise)
    if code is None:
        return _show(say("solution none"))
    notice = record.change(id, lambda entry: entry.update(solution=True))
    return _show(say("solution", id=id, title=exercise.title), code, exercise.takeaway, notice)


def solution_code(exercise: Exercise, folder: Path | None = None) -> str | None:
    """The answer in the solution notebook: the marked code that stands before this exercise's check."""
    folder = folder or Path(__file__).resolve().parents[2] / "solutions"
    for path in sorted(folder.glob(f"{exercise.lesson}_*.ipynb")):
        marked: list[str] = []
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] != "code":
                continue
            if re.search(rf"\bcheck\(\s*[\"']{re.escape(exercise.id)}[\"']", source):
                return "\n\n".join(marked) or None
            if "check(" in source and "### BEGIN SOLUTION" not in source:
                marked = []  # what came before belonged to an earlier exercise
            elif "### BEGIN SOLUTION" in source:
                answer = MARKED.sub(lambda m: GIVEN.sub("", m[1]), source + "\n")
                marked.append(answer.strip("\n"))
    return None


def progress(*lessons: str) -> None:
    """Show how far you are: the exercises of the lesson you are in, and a line for each other lesson you tried.

    `progress("04")` shows the exercises of lesson 04, `progress("all")` those of every lesson.
    """
    known = record.entries()
    chosen = _chosen(lessons) if lessons else record.here()
    for number in chosen:
        _show_table(_standing(number, known), say("progress columns").split("|"), _rows(number, known))
    if lessons:
        return
    tried = {id.split(".")[0] for id, entry in known.items() if entry["attempts"] or entry["hints"]}
    others = [_standing(number, known) for number in registry.folders() if number in tried - set(chosen)]
    _show("\n".join(others), say("progress more") if chosen or others else say("progress none"))


def _chosen(lessons: tuple[str, ...]) -> list[str]:
    """The numbers of the lessons asked for: "04", 4, "all"."""
    there = list(registry.folders())
    asked = [str(lesson).split(".")[0].zfill(2) for lesson in lessons if lesson != "all"]
    for number in asked:
        if number not in there:
            raise ValueError(say("unknown lesson", lesson=number, known=", ".join(there)))
    return there if "all" in lessons else asked


def _standing(number: str, known: dict[str, dict]) -> str:
    """A lesson in one line: what is passed, and the points."""
    exercises = registry.lesson(number)
    entries = [known.get(id, record.fresh()) for id in exercises]
    return say(
        "progress",
        lesson=number,
        passed=sum(entry["passed"] for entry in entries),
        all=counted(len(exercises), "exercise"),
        points=f"{sum(entry['best'] for entry in entries):g}",
        most=counted(sum(exercise.points for exercise in exercises.values()), "point"),
    )


def _rows(number: str, known: dict[str, dict]) -> list[list[str]]:
    """A lesson's exercises: what is passed, tried, and how many hints were taken."""
    rows = []
    for exercise in registry.lesson(number).values():
        entry = known.get(exercise.id, record.fresh())
        state = "passed" if entry["passed"] else "tried" if entry["attempts"] else "new"
        points, hints = f"{entry['best']:g}/{exercise.points}", f"{entry['hints']}/{len(exercise.hints)}"
        told = [exercise.id, exercise.title, str(exercise.minutes), say(f"state {state}"), points]
        rows.append([*told, str(entry["attempts"]), hints])
    return rows


def _show(*paragraphs: str) -> None:
    """Print paragraphs, or show them as a panel in a notebook; code keeps its lines."""
    told = [p for p in paragraphs if p]
    if not in_notebook():
        print("\n".join(told))
        return
    from IPython.display import display

    from course_utils.checks.feedback.panel import BOX, PRE, marked

    blocks = "".join(
        f'<pre style="{PRE}">{html.escape(p)}</pre>' if "\n" in p else f'<div style="margin:.2em 0">{marked(p)}</div>'
        for p in told
    )
    box = BOX.format(edge="#4575b4")
    display(
        {"text/html": f'<div class="course-check" style="{box}">{blocks}</div>', "text/plain": "\n".join(told)},
        raw=True,
    )


def _show_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(line[i]) for line in [columns, *rows]) for i in range(len(columns))]
    lines = [
        "  ".join(f"{cell:<{w}}" for cell, w in zip(line, widths, strict=True)).rstrip() for line in [columns, *rows]
    ]
    plain = "\n".join([title, *lines])
    if not in_notebook():
        print(plain)
        return
    from IPython.display import display

    display({"text/html": _table_html(title, columns, rows), "text/plain": plain}, raw=True)


def _table_html(title: str, columns: list[str], rows: list[list[str]]) -> str:
    cell = 'style="text-align:left"'
    head = "".join(f'<th scope="col" {cell}>{html.escape(c)}</th>' for c in columns)
    body = "".join("<tr>" + "".join(f"<td {cell}>{html.escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    return (
        f'<table style="color:inherit"><caption style="text-align:left;color:inherit">{html.escape(title)}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
