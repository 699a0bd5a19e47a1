"""Where the parts of a lesson lie: notebook, solutions, exercises, checks, plan, errata, and the tests that name it."""

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from course_utils.plan import load_lessons

ROOT = Path(__file__).resolve().parent.parent
CHECKS = "course_utils/checks/lessons"


class Part(NamedTuple):
    """A part of a lesson: its name, the files that are there, and a word about it, or what is missing."""

    name: str
    files: list
    word: str = ""

    @property
    def there(self):
        """Is it written?"""
        return bool(self.files)


def parts(number, root=ROOT, only=""):
    """The parts of lesson `number`, in the order in which an author meets them; `only` is one exercise, such as 16.4.

    Raises KeyError where concepts.toml has no such lesson.
    """
    root, lesson = Path(root), load_lessons(root)[number]
    books = {
        name: part(root, name, f"{folder}/{lesson.name}.ipynb", made)
        for name, folder, made in (
            ("lesson", "notebooks", "write it: docs/authoring-lessons.md"),
            ("solutions", "solutions", "write them: docs/authoring-exercises.md"),
            ("exercises", "exercises", "made from the solutions: python -m course_utils.classroom release"),
        )
    }
    named = [checks(root, lesson, only), plan(root, lesson), errata(root, number), tests(root, lesson)]
    return {**books, **{found.name: found for found in named}}


def part(root, name, file, made):
    """One file, or how it is made."""
    there = (root / file).is_file()
    return Part(name, [file] if there else [], "" if there else f"{file} is not there yet; {made}")


def checks(root, lesson, only=""):
    """The modules of the lesson's exercises, or of one of them with what it shares."""
    pattern = f"e{int(only.split('.')[1]):02d}_*.py" if only else "*.py"
    folder = root / CHECKS / f"l{lesson.name}"
    found = sorted({*folder.glob(pattern), *folder.glob("shared.py")})
    exercises = sum(bool(re.fullmatch(r"e\d\d_\w+", path.stem)) for path in found)
    files = [path.relative_to(root).as_posix() for path in found] if exercises else []
    wanted = only or f"{lesson.exercises} exercises or more are planned"
    missing = f"{CHECKS}/l{lesson.name}/ has no module for it yet ({wanted}); see docs/authoring-exercises.md"
    return Part("checks", files, f"{exercises} of {lesson.exercises} planned exercises" if files else missing)


def plan(root, lesson):
    """The lesson's entry in concepts.toml."""
    after = f"after {', '.join(lesson.requires)}" if lesson.requires else "needs no other"
    word = f"{lesson.minutes} minutes, {after}, {len(lesson.terms)} terms"
    return Part("plan", [f"concepts.toml:{line_of(root / 'concepts.toml', f'[{lesson.name}]')}"], word)


def errata(root, number):
    """The articles' mistakes that the lesson shows, and how many of their subjects it covers."""
    row = tomllib.loads((root / "topics.toml").read_text(encoding="utf-8")).get(number)
    if row is None:
        return Part("errata", [], "topics.toml gives it nothing to show")
    mistakes = [f"{weight} {' '.join(row[weight])}" for weight in "ABC" if row.get(weight)]
    word = ", ".join([*mistakes, f"{len(row.get('coverage', []))} subjects to cover"])
    return Part("errata", [f'topics.toml:{line_of(root / "topics.toml", f"""["{number}"]""")}'], word)


def line_of(path, text):
    """The number of the line that is `text`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return lines.index(text) + 1 if text in lines else 1


def tests(root, lesson):
    """The tests that name the lesson, beside those that every lesson goes through."""
    number = lesson.number
    names = re.compile(rf"""["'/]l?{lesson.name}\b|["']{number}(\.\d+|_\*\.ipynb)?["']|lessons\.l{number}_""")
    found = [path for path in sorted((root / "tests").rglob("test_*.py")) if names.search(path.read_text("utf-8"))]
    return Part("tests", [path.relative_to(root).as_posix() for path in found], "" if found else "none by name")
