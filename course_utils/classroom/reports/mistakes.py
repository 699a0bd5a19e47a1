"""How a class went wrong: which ways, how many students each, and what belongs together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from course_utils.checks import registry
from course_utils.checks.exercise import Misconception
from course_utils.classroom.grading import MISSING, UNREADABLE

BORROWED = "borrowed"
OPEN = ("not yet", "not tried")
OTHER = {  # what no registered mistake explains, by the kind of fault; any other kind is an exception's name
    "TimeUp": "Does not end in time.",
    "Dead": "Ends Python.",
    "SystemExit": "Calls sys.exit.",
    "KeyboardInterrupt": "Raises KeyboardInterrupt.",
    "Unusable": "What it gives could not be used.",
    "not callable": "Is no function or class.",
    "choice": "Is none of the choices.",
    "shape": "The shape is wrong.",
    "nan": "Gives NaN.",
    "dtype": "The dtype is wrong.",
    "single": "Computes with the seven digits of float32.",
    "value": "Other values.",
    "mutated": "Changes its input.",
    "kept": "Keeps something from one call to the next.",
    "nothing": "Returns nothing.",
    "type": "Gives another type.",
    "length": "The number of results is wrong.",
    "its shape": "Gives the array in place of its shape.",
    "order": "The results are in another order.",
    "keys": "The keys of the dict are wrong.",
    "metric": "Does not reach the bound.",
    "no fault": "Raises no error where it should.",
}
ALIKE = {"Stuck": "TimeUp", "object": "type", "tuple": "type", "metric nan": "metric", "unmeasured": "Unusable"}


@dataclass
class Mistake:
    """One way in which one exercise went wrong, and who went that way."""

    exercise: str
    kind: str  # mistake, borrowed, other, open
    name: str
    message: str
    section: str
    family: str = ""
    students: list[str] = field(default_factory=list)
    lost: float = 0.0

    @property
    def lesson(self) -> str:
        return self.exercise.split(".")[0]


@dataclass
class Topic:
    """What is taught again in one go: a section of the lesson, or a family of mistakes from several exercises."""

    title: str
    where: str
    ways: list[Mistake]

    @property
    def students(self) -> set[str]:
        return who(self.ways)


def readable(results: list[dict]) -> list[dict]:
    return [r for r in results if r["status"] not in (MISSING, UNREADABLE)]


def mistakes(results: list[dict]) -> list[Mistake]:
    """All ways in which the submissions that could be read went wrong, most frequent first."""
    found: dict[tuple, Mistake] = {}
    for result in readable(results):
        for check in result["checks"]:
            if check["passed"]:
                continue
            kind, name, message, family = _way(check)
            key = check["id"], kind, name
            mistake = found.setdefault(key, Mistake(check["id"], kind, name, message, check["section"], family))
            mistake.students.append(result["student"])
            mistake.lost += check["max_points"] - check["points"]
    return sorted(found.values(), key=lambda m: (-len(m.students), -m.lost, m.exercise, m.name))


def _way(check: dict) -> tuple[str, str, str, str]:
    """Kind, name, words and family of what went wrong with one check."""
    if check["status"] in OPEN:  # an exercise to repair that was left as it was handed out is not begun either
        return "open", check["status"], "Not begun, or not run.", ""
    if check["misconception"] == BORROWED:
        return BORROWED, BORROWED, "Takes from a library what was to be written.", ""
    if check["misconception"]:
        known = _registered(check["id"], check["misconception"])
        message, family = (known.message, getattr(known, "family", "")) if known else (check["message"], "")
        return "mistake", check["misconception"], message, family
    fault = ALIKE.get(check["fault"], check["fault"]) or "value"
    return "other", fault, OTHER.get(fault) or f"Stops with {fault}.", ""


def _registered(number: str, name: str) -> Misconception | None:
    """A misconception as its exercise has it, with its own words, apart from what one answer added to them."""
    try:
        exercise = registry.find(number)
    except ValueError:
        return None
    return next((m for m in (*exercise.misconceptions, *exercise.budgets) if m.name == name), None)


def who(ways: Iterable[Mistake]) -> set[str]:
    return {student for m in ways for student in m.students}


def topics(ways: list[Mistake]) -> list[Topic]:
    """What to teach again, what most students need first: known mistakes by family where one goes through several
    exercises, and by section of the lesson otherwise."""
    families, sections = defaultdict(list), defaultdict(list)
    known = [m for m in ways if m.kind == "mistake"]
    spread = {m.family for m in known if m.family and len({o.exercise for o in known if o.family == m.family}) > 1}
    for m in known:
        (families[m.family] if m.family in spread else sections[m.lesson, m.section]).append(m)
    found = [Topic(name[:1].upper() + name[1:], _in(group), group) for name, group in families.items()]
    found += [Topic(section or f"Lesson {lesson}", "", group) for (lesson, section), group in sections.items()]
    return sorted(found, key=lambda t: (-len(t.students), -sum(m.lost for m in t.ways), t.title))


def _in(ways: list[Mistake]) -> str:
    """'in 06.1, 06.2 and 06.4'"""
    *first, last = sorted({m.exercise for m in ways})
    return f"The same kind of mistake in {', '.join(first)} and {last}"
