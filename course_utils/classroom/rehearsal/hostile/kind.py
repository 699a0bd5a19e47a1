"""A notebook that means harm: code as a student could hand it in, and what it must get is known.

A kind that `spares` the other answers has them right: it must get full marks for those, so that harm costs its own
question only.  Any other kind puts its trick in place of every answer, and must get nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent

from course_utils.classroom.grading import GRADED, exercises
from course_utils.classroom.rehearsal.madeup import right_answers, submission

ZERO = "def trick(*args, **options):\n    return 0\n"


@dataclass(frozen=True)
class Hostile:
    """`first` and `last` are cells around the answers; `answer` is the body of a function with *args."""

    first: str = ""
    last: str = ""
    answer: str = ""
    spares: bool = False
    status: str = GRADED
    change: Callable[[dict], None] | None = None

    def made(self, lesson: str) -> dict:
        """The notebook."""
        answers = right_answers(lesson) if self.spares else {}
        for place, exercise in enumerate(exercises(lesson)):
            if self.answer and (place == 0 or not self.spares):
                answers[exercise.id] = self._function(exercise.name)
            elif not self.spares:
                answers[exercise.id] = f"{exercise.name} = trick"
        around = {"first": dedent(self.first).strip(), "last": dedent(self.last).strip()}
        document = submission(lesson, answers, **around, prepared=self.spares, bare=True)
        if self.change:
            self.change(document)
        return document

    def _function(self, name: str) -> str:
        body = "\n".join("    " + row for row in dedent(self.answer).strip().splitlines())
        return f"def {name}(*args, **options):\n{body}"
