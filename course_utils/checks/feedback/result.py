"""What `check` gives back: the points as a number, with everything there is to say about the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from course_utils.checks.feedback.messages import say
from course_utils.checks.feedback.wording import counted

PASS, NOT_YET, TRY_AGAIN = "pass", "not yet", "try again"


@dataclass
class Example:
    """The smallest failing case, ready to read."""

    inputs: list[tuple[str, str]] = field(default_factory=list)
    script: list[str] = field(default_factory=list)
    expected: str = ""
    received: str = ""
    note: str = ""


class Result(float):
    """The points, as a float: nbgrader reads them as (partial) credit from the cell's result.

    status         "pass", "not yet" or "try again";  `passed` is True for the first
    points, max    points got and points to get
    misconception  the name of the recognised mistake, or None
    fault          what kind of thing went wrong ("shape", "nan", "TimeUp", ...), or None
    message        what to tell the learner
    example        the smallest failing case, or None
    said           {label: text} of what the answer printed and of its warnings
    supplied       names of earlier answers that were replaced by right ones, because the answer calls them
    """

    __slots__ = ("example", "exercise", "fault", "max", "message", "misconception", "said", "status", "supplied")

    def __new__(cls, points: float, **about: Any) -> Result:
        self = super().__new__(cls, points)
        for name in cls.__slots__:
            setattr(self, name, about.get(name))
        self.said = self.said or {}
        return self

    def __reduce__(self):
        return _again, (float(self), {name: getattr(self, name) for name in self.__slots__})

    @property
    def passed(self) -> bool:
        return self.status == PASS

    @property
    def points(self) -> float:
        return float(self)

    def __repr__(self) -> str:
        return f"{float(self):g}"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Nothing to be seen: the panel has said it, and graders read the bare number beside this."""
        return "<span></span>"


def points_text(result: Result) -> str:
    """'2 of 3 points', '1 of 1 point'"""
    return say("points", points=f"{float(result):g}", most=counted(result.max, "point"))


def _again(points: float, about: dict) -> Result:
    return Result(points, **about)
