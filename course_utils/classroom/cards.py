"""The card of a task: title, minutes, difficulty, points, what may not be used and whether lists count.

All of it is the exercise's own data, the same that the check goes by; `release` writes it into the task's cell, in
`solutions/` as well as in `exercises/`.  What stands below the card is the author's.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from course_utils.checks import registry
from course_utils.checks.callers.families import FAMILIES, PREFIX
from course_utils.checks.exercise import Exercise, right_answer
from course_utils.checks.judging.bench import trusted
from course_utils.checks.judging.observation import observe
from course_utils.classroom.wording import counted

TASK = re.compile(r"task-(\d\d)-(\d{1,2})")
CARD = re.compile(r"\A## [^\n]*\n\n\*\*\d+ minutes? ·[^\n]*\n(?:\n\*Rules:\*[^\n]*\n)?")
LIBRARIES = {
    "numpy": "NumPy",
    "scipy": "SciPy",
    "sklearn": "scikit-learn",
    "torch": "PyTorch",
    "tensorflow": "TensorFlow",
}


def card(exercise: Exercise) -> str:
    """The heading, the line below it, and the rules where there are any."""
    dots = "●" * exercise.difficulty + "○" * (5 - exercise.difficulty)
    facts = f"**{counted(exercise.minutes, 'minute')} · difficulty {dots} · {counted(exercise.points, 'point')}**"
    facts += f" · lesson section: *{exercise.section}*" if exercise.section else ""
    rules = "; ".join(words for words in (forbidden_words(exercise), lists_words(exercise)) if words)
    return f"## {exercise.id} {exercise.title}\n\n{facts}\n" + (f"\n*Rules:* {rules}.\n" if rules else "")


def with_card(source: str, exercise: Exercise) -> str:
    """A task's text with its card as the data has it now.

    Raises ValueError where the text does not begin with a heading and a line of minutes to put it in place of.
    """
    if not CARD.match(source):
        raise ValueError(f"the task of {exercise.id} begins with its card:\n\n{card(exercise)}")
    return CARD.sub(lambda match: card(exercise), source.rstrip("\n") + "\n", count=1).rstrip("\n")


def with_cards(notebook: Any) -> Any:
    """A solution notebook, changed in place: every task under its card as the data has it now."""
    for cell in notebook.cells:
        number = number_of(cell)
        if number and number in registry.lesson(number[:2]):
            cell.source = with_card(cell.source, registry.find(number))
    return notebook


def number_of(cell: Any) -> str | None:
    """The exercise whose task a cell tells, as "04.2"; None for any other cell."""
    match = TASK.fullmatch(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
    return f"{match[1]}.{match[2]}" if match and cell["cell_type"] == "markdown" else None


def forbidden_words(exercise: Exercise) -> str:
    """'without a ready-made softmax of any library; without `f` of NumPy and its like': families in their own words."""
    families = [e.removeprefix(PREFIX) for e in exercise.forbidden if e.startswith(PREFIX)]
    sentences = [f"without {FAMILIES[name].words}" for name in families]
    plain = _plain_words([e for e in exercise.forbidden if not e.startswith(PREFIX)])
    return "; ".join(sentences + ([plain] if plain else []))


def _plain_words(routes: list[str]) -> str:
    """Of each library the first name; methods as `.var`."""
    first: dict[str, str] = {}
    for route in routes:
        library, _, name = route.partition(".")
        if not name.rpartition(".")[2].startswith("_"):
            first.setdefault(library, name.rpartition(".")[2])
    words = [f"`{n}` of {LIBRARIES.get(library, library)}" if library else f"`.{n}`" for library, n in first.items()]
    return f"without {', '.join(words)} and the like of it in any library" if words else ""


def lists_words(exercise: Exercise) -> str:
    """Whether a list does where an array is right; nothing where no array is asked for."""
    if exercise.is_value:
        plain = right_answer(exercise.reference)
        several = isinstance(plain, dict) and any(isinstance(v, list | tuple | np.ndarray) for v in plain.values())
        return "lists, tuples and arrays count alike" if several or isinstance(plain, list | tuple | np.ndarray) else ""
    if exercise.kind in ("class", "experiment") or exercise.metric is not None:
        return ""
    found = arrays_in(example(exercise))
    return f"give {'arrays, not lists' if found > 1 else 'an array, not a list'}" if found else ""


def example(exercise: Exercise) -> Any:
    """What the reference gives on one case."""
    caller = trusted(exercise, right_answer(exercise.reference))
    try:
        return observe(exercise, caller, exercise.draw(np.random.default_rng(0))[0]).value
    finally:
        caller.close()


def arrays_in(value: Any) -> int:
    """How many arrays a result holds: itself, or the entries of a tuple or dict."""
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else [value]
    return sum(isinstance(entry, np.ndarray) and entry.ndim > 0 for entry in entries)
