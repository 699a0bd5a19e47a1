"""Made-up submissions: a released exercise with other people's answers in its cells.

The answers come from the registry.  Their modules are not in the sandbox, so a notebook brings their text along and
takes `made_up.right(number)`, `made_up.other(number, k)` and `made_up.wrong(number, name)` from it: one name, that no
exercise has.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

from course_utils.checks import registry
from course_utils.checks.exercise import Exercise
from course_utils.classroom.grading import exercises
from course_utils.classroom.sandbox.contents import PACKAGE

ANSWERS = """
def _make_up(sources):
    import sys, types
    class Record:
        def __init__(self, *args, **options):
            self.args, self.options = args, options
        def get(self):
            return self.args[0]()
    fake = types.ModuleType("course_utils.checks.exercise")
    for name in ("Case", "Exercise", "File", "Memory", "Metric", "Misconception", "Speed", "later"):
        setattr(fake, name, type(name, (Record,), {}))
    def quietly(function):
        def answer(*args, **options):
            import numpy
            with numpy.errstate(all="ignore"):
                return function(*args, **options)
        return answer
    fake.quietly = quietly
    sys.modules[fake.__name__] = fake
    for name in ("course_utils.checks.lessons", sources[0][0].rpartition(".")[0]):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = []
    known = {}
    for name, source in sources:
        module = types.ModuleType(name)
        sys.modules[name] = module
        exec(compile(source, "<answer>", "exec"), module.__dict__)
        if hasattr(module, "EXERCISE"):
            known[module.EXERCISE.options["id"]] = module.EXERCISE.options
    def plain(value):
        return value.get() if isinstance(value, fake.later) else value
    def right(number):
        return plain(known[number]["reference"])
    def other(number, which):
        return plain(known[number]["alternatives"][which])
    def wrong(number, name):
        value = plain(next(m.args[1] for m in known[number]["misconceptions"] if m.args[0] == name))
        return {**right(number), **value} if isinstance(value, dict) and isinstance(right(number), dict) else value
    return types.SimpleNamespace(right=right, other=other, wrong=wrong)
made_up = _make_up(SOURCES)
"""


@cache
def _released(lesson: str) -> str:
    """The exercise as handed out, as text.  Raises ValueError where it is not there."""
    for path in sorted((PACKAGE.parent / "exercises").glob(f"{lesson}_*.ipynb")):
        return path.read_text(encoding="utf-8")
    raise ValueError(f"exercises/{lesson}_*.ipynb is not there: run `python -m course_utils.classroom release` first")


def unmodified(lesson: str) -> dict:
    """The exercise as handed out."""
    return json.loads(_released(lesson))


def submission(
    lesson: str, answers: dict[str, str], *, first: str = "", last: str = "", prepared: bool = True, bare: bool = False
) -> dict:
    """The exercise with `answers` (number -> source) in its answer cells, and cells of one's own around them.

    `prepared=False` leaves out the cell that brings right and wrong answers along; `bare=True` the exercise's own
    cells to try things out.
    """
    document = unmodified(lesson)
    if bare:
        code = [c for c in document["cells"] if c["cell_type"] == "code"]
        document["cells"] = [c for c in code if c is code[0] or "nbgrader" in c["metadata"]]
    for number, each in answer_cells(document).items():
        if number in answers:
            each["source"] = answers[number]
    own = [cell(answers_source(lesson), f"{lesson}-made-up")] if prepared else []
    own += [cell(first, f"{lesson}-first")] if first else []
    place = next(i for i, c in enumerate(document["cells"]) if c["cell_type"] == "code") + 1
    document["cells"][place:place] = own
    document["cells"] += [cell(last, f"{lesson}-last")] if last else []
    return document


def answer_cells(document: dict) -> dict[str, dict]:
    """The cell of each exercise's answer: the last one for answers before the exercise's check."""
    found, answer = {}, None
    for each in document["cells"]:
        mark = each["metadata"].get("nbgrader", {})
        answer = each if mark.get("solution") else answer
        if mark.get("grade") and answer is not None:
            number = "".join(each["source"]).rsplit("check(", 1)[1].split(")")[0].strip("\"' ,")
            found[number.split(",")[0].strip("\"' ")] = answer
    return found


def cell(source: str, id: str) -> dict:
    return {"cell_type": "code", "id": id, "metadata": {}, "source": source, "outputs": [], "execution_count": None}


@cache
def answers_source(lesson: str) -> str:
    """The cell that brings right and wrong answers along."""
    folder, package = registry.folders()[lesson], f"{registry.modules(lesson)[0].rpartition('.')[0]}"
    paths = [p for p in (folder / "shared.py", *sorted(folder.glob("e[0-9][0-9]_*.py"))) if p.is_file()]
    sources = [(f"{package}.{p.stem}", p.read_text(encoding="utf-8")) for p in paths]
    return f"SOURCES = {sources!r}\n{ANSWERS}"


def right_answers(lesson: str, how: Callable[[Exercise], str] = lambda e: f'made_up.right("{e.id}")') -> dict[str, str]:
    """An answer cell's source for each exercise."""
    return {e.id: f"{e.name} = {how(e)}" for e in exercises(lesson)}


def full_marks(lesson: str) -> dict[str, float]:
    return {e.id: float(e.points) for e in exercises(lesson)}


def no_marks(lesson: str) -> dict[str, float]:
    return dict.fromkeys(full_marks(lesson), 0.0)


def as_bytes(document: dict) -> bytes:
    return json.dumps(document, indent=1).encode()
