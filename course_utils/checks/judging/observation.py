"""Play one case on one answer, whoever's it is, and write down what was seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_utils.checks.callers import Caller, Fault, Handle, Outcome
from course_utils.checks.exercise import Case, Exercise, right_answer
from course_utils.checks.feedback.show import call_text
from course_utils.checks.judging.compare import Rule, same

LAST_CALLS = 8
EXACT = Rule(rtol=0.0, atol=0.0)


class Stopped(Exception):
    """A crossing gave no value; the drive ends here."""

    def __init__(self, fault: Fault):
        super().__init__(fault.kind)
        self.fault = fault


@dataclass
class Observation:
    """What one case showed: a value or a fault, and everything said on the way."""

    value: Any = None
    fault: Fault | None = None
    mutated: tuple = ()  # names of arguments that were changed
    printed: str = ""
    errors: str = ""
    warnings: tuple = ()
    borrowed: tuple = ()
    cpu: float = 0.0
    peak: int | None = None
    files: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)  # (label, args, options)

    def script(self) -> list[str]:
        """The last calls, as a learner would write them."""
        return [call_text(*call) for call in self.calls[-LAST_CALLS:]]


class Remote:
    """Stands for an object of the answer inside a drive: call it, or take attributes.  Values come as copies."""

    def __init__(self, play: Play, target: str | Handle, label: str):
        object.__setattr__(self, "_of", (play, target, label))

    def __call__(self, *args: Any, **options: Any) -> Any:
        play, target, label = self._of
        return play.call(target, label, args, options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        play, target, label = self._of
        return play.attribute(target, label, name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a drive may call an answer and read its attributes, not set them")


class Play:
    """One case being played: hands calls to the caller and collects what they showed."""

    def __init__(self, exercise: Exercise, caller: Caller, *, memory: bool = False):
        self.exercise, self.caller, self.memory, self.seen = exercise, caller, memory, Observation()

    def call(self, target: str | Handle, label: str, args: tuple, options: dict) -> Any:
        args, options = tuple(_unwrap(a) for a in args), {k: _unwrap(v) for k, v in options.items()}
        self.seen.calls.append((label, args, options))
        outcome = self.caller.call(target, args, options, limit=self.exercise.time_limit, memory=self.memory)
        if not self.exercise.mutates and outcome.fault is None:
            self._note_changes(call_names(self.exercise, label), args, options, outcome)
        made = label[:1].lower() + label[1:] if label == self.exercise.name else f"{label}(…)"
        return self._value(outcome, made if label[:1].isupper() else f"{label}(…)")

    def attribute(self, target: str | Handle, label: str, name: str) -> Any:
        outcome = self.caller.attribute(target, name, limit=self.exercise.time_limit)
        return self._value(outcome, f"{label}.{name}")

    def _note_changes(self, names: list[str], args: tuple, options: dict, outcome: Outcome) -> None:
        pairs = list(zip(args, outcome.args, strict=False))
        names = [names[i] if i < len(names) else f"argument {i + 1}" for i in range(len(pairs))]
        pairs += [(v, outcome.options.get(k)) for k, v in options.items()]
        changed = [n for n, (old, new) in zip(names + list(options), pairs, strict=True) if not _untouched(old, new)]
        self.seen.mutated += tuple(n for n in changed if n not in self.seen.mutated)

    def _value(self, outcome: Outcome, label: str) -> Any:
        seen = self.seen
        seen.printed += outcome.printed
        seen.errors += outcome.errors
        seen.warnings = tuple(dict.fromkeys(seen.warnings + tuple(outcome.warnings)))
        seen.borrowed = tuple(dict.fromkeys(seen.borrowed + tuple(outcome.borrowed)))
        seen.cpu += outcome.cpu
        seen.files.update(outcome.files)
        if outcome.peak is not None:
            seen.peak = max(seen.peak or 0, outcome.peak)
        if outcome.fault is not None:
            raise Stopped(outcome.fault)
        return Remote(self, outcome.value, label) if isinstance(outcome.value, Handle) else outcome.value


def observe(exercise: Exercise, caller: Caller, case: Case, *, memory: bool = False) -> Observation:
    """Play `case` on the answer called `exercise.name` behind `caller`."""
    play = Play(exercise, caller, memory=memory)
    try:
        answer = Remote(play, exercise.name, exercise.name)
        if exercise.kind in ("value", "experiment"):
            answer = play._value(caller.read(exercise.name, limit=exercise.time_limit), exercise.name)
        play.seen.value = _unwrap(exercise.trial()(answer, *case.args, **case.options))
    except Stopped as stop:
        play.seen.fault = stop.fault
    except Exception as error:  # our drive could not use what the answer gave it
        text = str(error).replace("Remote object", "object")  # the learner knows of no Remote
        play.seen.fault = Fault("Unusable", f"{type(error).__name__}: {text}")
    return play.seen


def _unwrap(value: Any) -> Any:
    """A Remote is spoken of by its handle again, also inside a container."""
    if isinstance(value, Remote):
        return value._of[1]
    if isinstance(value, list | tuple):
        return type(value)(_unwrap(v) for v in value)
    return {k: _unwrap(v) for k, v in value.items()} if isinstance(value, dict) else value


def _untouched(old: Any, new: Any) -> bool:
    if isinstance(old, Handle) or callable(old) or type(old).__name__ == "File":
        return True
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        return old.dtype == new.dtype and old.shape == new.shape and old.tobytes() == new.tobytes()
    return same(new, old, EXACT)


def parameter_names(exercise: Exercise) -> list[str]:
    """What the inputs of a case are called: the parameters of the reference, or of the drive after its first."""
    return _parameters(exercise.drive or right_answer(exercise.reference), 1 if exercise.drive else 0)


def call_names(exercise: Exercise, label: str) -> list[str]:
    """What the arguments of one call are called, in the right answer's own function or method."""
    right = right_answer(exercise.reference)
    if not isinstance(right, type):
        return _parameters(right, 0) if label == exercise.name else []
    method = "__init__" if label == exercise.name else label.rpartition(".")[2]
    return _parameters(getattr(right, method, None), 1)


def _parameters(function: Any, skipped: int) -> list[str]:
    code = getattr(function, "__code__", None)
    return [] if code is None else list(code.co_varnames[skipped : code.co_argcount])
