"""The lessons as `concepts.toml` lists them: the one plan that map, glossary, release and tests read.

Standard library only; `course_utils.viz.lesson_map` draws the map from it.
"""

import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Lesson(NamedTuple):
    """One lesson of the course; `terms` is {English: Chinese}, `written` says that its notebook exists."""

    number: str
    slug: str
    title: str
    part: str
    minutes: int
    requires: list
    data: str
    widget: bool
    exercises: int
    terms: dict
    written: bool

    @property
    def name(self):
        """Name of its notebook files, such as 04_linear_regression."""
        return f"{self.number}_{self.slug}"


def load_lessons(root=ROOT):
    """All lessons, written and planned, by number.

    >>> load_lessons()["04"].title
    'Linear regression'
    """
    root = Path(root)
    table = tomllib.loads((root / "concepts.toml").read_text(encoding="utf-8"))
    lessons = {}
    for name, row in table.items():
        number, slug = name.split("_", 1)
        written = (root / "notebooks" / f"{name}.ipynb").is_file()
        lessons[number] = Lesson(number, slug, **row, written=written)
    return lessons


def needed_for(goal, lessons):
    """Numbers of all lessons that `goal` builds on, itself included, in order.

    >>> needed_for("03", load_lessons())
    ['00', '01', '02', '03']
    """
    needed, waiting = set(), [goal]
    while waiting:
        number = waiting.pop()
        if number not in needed:
            needed.add(number)
            waiting += lessons[number].requires
    return sorted(needed)
