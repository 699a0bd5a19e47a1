"""An exercise as data: what is asked, what is right, and the mistakes learners really make.

Authors write `EXERCISE = Exercise(...)` in `lessons/lNN_topic/eMM_name.py`; docs/authoring-exercises.md has one worked
example of each kind.  Everything a learner reads (titles, hints, messages) is a plain string here, so that another
language edition can be drawn from it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course_utils.checks.callers.families import FAMILIES, PREFIX, expand

KINDS = ("function", "class", "repair", "value", "experiment")
FEWEST_MISTAKES = FEWEST_HINTS = 3
FEWEST_ALTERNATIVES = 2
VARIES = ("title", "reference", "alternatives", "misconceptions", "hints", "cases", "broken", "metric", "takeaway")


class Case:
    """The inputs of one trial: arrays by position, options by name, `held` for our eyes only.

    `held` never reaches the answer; a `Metric` judges with it (for instance held-out data).

    >>> Case([1, 2], stride=2)
    Case([1, 2], stride=2)
    """

    def __init__(self, *args: Any, held: Any = None, **options: Any):
        self.args, self.options, self.held = args, options, held

    def __repr__(self) -> str:
        parts = [repr(a) for a in self.args] + [f"{k}={v!r}" for k, v in self.options.items()]
        return f"Case({', '.join(parts)})"


class later:
    """A right or wrong answer that is costly to make: `later(train)` calls `train()` once, when it is first needed.

    >>> later(lambda: 2 + 2).get()
    4
    """

    def __init__(self, make: Callable[[], Any]):
        self._make, self._made = make, []

    def get(self) -> Any:
        if not self._made:
            self._made.append(self._make())
        return self._made[0]


def quietly(function: Callable) -> Callable:
    """The same answer without NumPy's warnings, for mistakes that overflow on purpose.

    >>> float(quietly(np.log)(0.0))
    -inf
    """

    @functools.wraps(function)
    def answer(*args: Any, **options: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*args, **options)

    return answer


@dataclass(frozen=True)
class Misconception:
    """A mistake with a name, the wrong answer that shows it, and what to say to whoever makes it.

    answer    a wrong function, class or value; for a value that is a dict, only the wrong entries.
    message   one to three sentences that lead on without giving the answer away.
    seen      optional `(received, expected, case) -> bool` where equality with `answer`'s results is too narrow
              (trained weights, random draws): it must hold on every case that came out wrong.
    warns     part of a warning that the mistake makes Python give: it tells apart two mistakes with the same results,
              and is asked for in whole answers only.
    family    what it has in common with mistakes of other exercises ("numerical instability", "sign"): the class
              report counts a family as one; left empty, the mistake stands alone.
    """

    name: str
    answer: Any
    message: str
    seen: Callable[[Any, Any, Case], bool] | None = None
    family: str = ""
    warns: str = ""


@dataclass(frozen=True)
class Speed:
    """The answer must need at least `times` less CPU time than `slow`: best of five, each on inputs of its own.

    `case` draws from its `rng` sizes (within a tenth or so) and values: results are compared there too.
    A right but slow answer gets `1 - share` of the points and `message`; `slow` is the mistake it stands for.
    """

    case: Callable[[np.random.Generator], Any]
    slow: Callable
    times: float
    message: str
    name: str = "too-slow"
    share: float = 0.5


@dataclass(frozen=True)
class Memory:
    """The answer's traced peak must stay under `limit` bytes (a number, or a function of the `Case`).

    `case` draws from its `rng` sizes and values: the result is compared there too.
    A right but greedy answer gets `1 - share` of the points and `message`; `greedy` is the mistake it stands for.
    """

    case: Callable[[np.random.Generator], Any]
    greedy: Callable
    limit: float | Callable[[Case], float]
    message: str
    name: str = "too-much-memory"
    share: float = 0.5


@dataclass(frozen=True)
class Metric:
    """Judge by a number instead of by equality: `measure(received, case)`, at least or at most a bound.

    `label` is what the learner reads: "accuracy on held-out data".
    """

    measure: Callable[[Any, Case], float]
    label: str
    at_least: float = -np.inf
    at_most: float = np.inf


def call_it(answer: Callable, *args: Any, **options: Any) -> Any:
    """How a function is tried: call it."""
    return answer(*args, **options)


def take_it(answer: Any) -> Any:
    """How a value is tried: look at it."""
    return answer


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise.  See docs/authoring-exercises.md for a worked example of each kind.

    kind   function    `name` is called with each case and must give what `reference` gives
           class       `drive(Answer, *case)` plays a script on it and returns a dict of what it saw
           repair      a function that was handed out `broken`; `broken` is also one of the misconceptions
           value       a number, array, text (with `choices`) or dict of values; no cases
           experiment  whatever `drive` or the value gives is judged by `metric`

    parts  where the answer is a tuple: what the task calls its entries, in order; each earns its share
    variant  other numbers for each student: `rng -> {field: value}` of the fields in VARIES; see `for_student`
    """

    id: str
    title: str
    name: str
    points: int
    reference: Any
    misconceptions: Sequence[Misconception]
    hints: Sequence[str]
    alternatives: Sequence[Any]
    kind: str = "function"
    cases: Callable[[np.random.Generator], Iterable] | None = None
    drive: Callable | None = None
    minutes: int = 10
    difficulty: int = 2
    section: str = ""
    needs: Sequence[str] = ()
    forbidden: Sequence[str] = ()
    broken: Callable | None = None
    choices: Sequence[str] = ()
    metric: Metric | None = None
    speed: Speed | None = None
    memory: Memory | None = None
    rtol: float = 1e-6
    atol: float = 1e-9
    same_dtype: bool = True
    parts: Sequence[str] = ()
    mutates: bool = False
    time_limit: float = 5.0
    takeaway: str = ""
    variant: Callable[[np.random.Generator], dict[str, Any]] | None = None

    def __post_init__(self):
        for complaint in _complaints(self):
            raise ValueError(f"exercise {self.id}: {complaint}")

    @property
    def lesson(self) -> str:
        return self.id.split(".")[0]

    @property
    def routes(self) -> tuple[str, ...]:
        """All that an answer may not go through, families opened."""
        return expand(self.forbidden)

    @property
    def is_value(self) -> bool:
        """True if the answer is looked at, not called."""
        return self.cases is None and self.drive is None

    @property
    def budgets(self) -> list[Speed | Memory]:
        return [b for b in (self.speed, self.memory) if b is not None]

    @property
    def mistakes(self) -> list[str]:
        """The names of every mistake this exercise can diagnose."""
        return [m.name for m in self.misconceptions] + [b.name for b in self.budgets]

    def trial(self) -> Callable:
        """The function that tries one answer on one case: `trial()(answer, *args, **options)`."""
        return self.drive or (take_it if self.is_value else call_it)

    def draw(self, rng: np.random.Generator) -> list[Case]:
        """The cases of one seed, each as a `Case`."""
        return [Case()] if self.cases is None else [as_case(c) for c in self.cases(rng)]


def for_student(exercise: Exercise, student: int | None) -> Exercise:
    """The exercise with this student's numbers; as it stands where it has no `variant`, or where nobody is named.

    Identity, points, needs and what is forbidden are the same for everybody: marks stay comparable.
    """
    if exercise.variant is None or student is None:
        return exercise
    changes = exercise.variant(np.random.default_rng([student, *map(int, exercise.id.split("."))]))
    if not changes or not set(changes) <= set(VARIES):
        raise ValueError(f"exercise {exercise.id}: a variant changes some of {', '.join(VARIES)}, not {[*changes]}")
    return replace(exercise, **changes, variant=None)


def as_case(inputs: Any) -> Case:
    """A `Case` as it is, a tuple as positional arguments, anything else as the one argument."""
    if isinstance(inputs, Case):
        return inputs
    return Case(*inputs) if isinstance(inputs, tuple) else Case(inputs)


def right_answer(answer: Any) -> Any:
    """The answer itself, also where it is made `later`."""
    return answer.get() if isinstance(answer, later) else answer


def wrong_answer(exercise: Exercise, misconception: Misconception) -> Any:
    """What somebody with this misconception hands in: entries of a dict replace the right ones."""
    wrong, right = right_answer(misconception.answer), right_answer(exercise.reference)
    return {**right, **wrong} if exercise.is_value and isinstance(right, dict) else wrong


def _complaints(ex: Exercise) -> Iterable[str]:
    """Everything that would make an exercise unfair or silent, as sentences for its author."""
    if not re.fullmatch(r"\d\d\.\d{1,2}", ex.id):
        yield f"an id looks like '04.3', not {ex.id!r}"
    if ex.kind not in KINDS:
        yield f"kind is one of {', '.join(KINDS)}, not {ex.kind!r}"
    if not ex.name.isidentifier():
        yield f"name is what the notebook calls the answer, an identifier, not {ex.name!r}"
    if not (ex.points >= 1 and ex.minutes >= 1 and 1 <= ex.difficulty <= 5):
        yield "points and minutes are at least 1, difficulty is 1 to 5"
    if len(set(ex.parts)) < len(ex.parts) or len(ex.parts) == 1 or not all(p.isidentifier() for p in ex.parts):
        yield "parts names the entries of a tuple result: two or more identifiers, all different"
    if ex.parts and ex.metric is not None:
        yield "a metric judges the whole: no parts"
    if ex.atol < 1e-9:
        yield "atol is at least 1e-9: two right answers may differ in the last digits"
    if len(ex.mistakes) < FEWEST_MISTAKES:
        yield f"at least {FEWEST_MISTAKES} misconceptions: what do learners really write?"
    if len(ex.hints) < FEWEST_HINTS:
        yield f"at least {FEWEST_HINTS} hints, each a step further"
    if len(ex.alternatives) < FEWEST_ALTERNATIVES:
        yield f"at least {FEWEST_ALTERNATIVES} differently written right answers, against false alarms"
    yield from _text_complaints(ex)
    yield from _kind_complaints(ex)


def _text_complaints(ex: Exercise) -> Iterable[str]:
    messages = [m.message.strip() for m in (*ex.misconceptions, *ex.budgets)]
    for words, what in ((ex.mistakes, "names"), (messages, "messages"), (list(ex.hints), "hints")):
        if len(set(words)) < len(words):
            yield f"two {what} are the same"
        if not all(words):
            yield f"one of the {what} is empty"


def _kind_complaints(ex: Exercise) -> Iterable[str]:
    if ex.kind in ("function", "repair") and ex.cases is None:
        yield f"kind {ex.kind!r} needs cases"
    if ex.kind == "class" and (ex.drive is None or ex.cases is None):
        yield "kind 'class' needs cases and a drive that plays them on the class"
    if ex.kind == "experiment" and ex.metric is None:
        yield "kind 'experiment' needs a metric"
    if ex.kind == "value" and not ex.is_value:
        yield "kind 'value' is looked at, so it has neither cases nor drive"
    if ex.kind == "repair" and not any(m.answer is ex.broken for m in ex.misconceptions):
        yield "kind 'repair' needs broken=, and a misconception whose answer is that same function"
    if ex.memory is not None and ex.needs:
        yield "memory= and needs= do not go together: what we supply uses our memory, in the sandbox not the answer's"
    for name in (entry.removeprefix(PREFIX) for entry in ex.forbidden if entry.startswith(PREFIX)):
        if name not in FAMILIES:
            yield f"there is no family {name!r} of routes; there are: {', '.join(FAMILIES)}"
    if ex.choices and right_answer(ex.reference) not in ex.choices:
        yield "the reference is one of the choices"
