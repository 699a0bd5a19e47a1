"""From an answer to a Result: try it, compare it, name the mistake, choose the words."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

from course_utils.checks import registry
from course_utils.checks.callers import Caller, Fault, Handle
from course_utils.checks.callers.families import routes_of
from course_utils.checks.callers.inprocess import LEFT
from course_utils.checks.exercise import Exercise, right_answer
from course_utils.checks.feedback.errors import class_words, error_words, shape_words
from course_utils.checks.feedback.messages import say
from course_utils.checks.feedback.result import NOT_YET, PASS, TRY_AGAIN, Example, Result
from course_utils.checks.feedback.show import DIGITS, apart, clip, input_rows, value_text
from course_utils.checks.feedback.wording import counted
from course_utils.checks.judging.bench import Bench, Trial, ends
from course_utils.checks.judging.budgets import look_at
from course_utils.checks.judging.compare import Difference, number_text, plain_text, type_name
from course_utils.checks.judging.diagnose import Found, recognise
from course_utils.checks.judging.form import form_gap, is_reordered
from course_utils.checks.judging.kept import kept_words, wrong_later
from course_utils.checks.judging.numbers import pattern_words
from course_utils.checks.judging.observation import Observation, parameter_names
from course_utils.checks.judging.parts import order_of, parts_of

NO_CREDIT = 0.0
UNCALLED = ("a function", "a method", "a builtin_function_or_method")
LAZY = ("a generator", "a map", "a zip", "a filter", "a range")
SLIGHT = 1e-3  # a relative difference that is easily overlooked
PATTERNS = {"value", "shape", "length", "type"}  # differences that may have something in common
LOOPS, LOOPED = frozenset(routes_of("loop")), 0.5  # what hides a loop, and the share of a right answer that has one


def judge(
    exercise: Exercise, caller: Caller, *, seed: int = 0, bench: Bench | None = None, budgets: bool = True
) -> Result:
    """Judge the answer called `exercise.name` behind `caller`.  A `bench` can be shared by several answers."""
    bench = bench or Bench(exercise, seed)
    caller.forbid(exercise.routes)
    needed = supplied(exercise)
    result = _judged(bench, caller, needed, budgets)
    called = {} if result.passed else {k: v for k, v in called_earlier(exercise, caller).items() if k not in needed}
    if not called:
        return result
    again = _judged(bench, caller, called | needed, budgets)
    worse = again.points < result.points or (again.fault and not result.fault)
    if worse or (again.points, again.message) == (result.points, result.message):
        return result
    again.supplied = tuple(called)
    again.message += "\n" + say("supplied", names=" and ".join(f"`{name}`" for name in called))
    return again


def _judged(bench: Bench, caller: Caller, ours: dict[str, Any], budgets: bool) -> Result:
    """The verdict with these names of ours in the answer's reach."""
    exercise = bench.exercise
    caller.supply(ours)
    unready = _unready(exercise, caller)
    if unready is not None:
        return unready
    trials = bench.trials(caller)
    result = verdict(bench, trials)
    if result.misconception is None and result.fault in PATTERNS | {"metric"}:
        _say_what_numbers_show(bench, caller, trials, result)
    if not result.passed and result.misconception is None:
        result.message = _other_kind(exercise, caller) or result.message
    if result.passed:
        result = _once_more(bench, caller, trials, result)
    return _within_budgets(bench, caller, result) if result.passed and budgets else result


def _once_more(bench: Bench, caller: Caller, trials: list[Trial], result: Result) -> Result:
    """The same verdict, or that a right answer goes by what it kept from a call like this one."""
    exercise, again = bench.exercise, wrong_later(bench, caller, trials)
    if again is None:
        return result
    about = {"said": _said(again.got), "example": _example(exercise, again)}
    message = f"{say('kept later', name=exercise.name)} {gap_message(exercise, again)}"
    return _result(exercise, TRY_AGAIN, message, fault="kept", **about)


def _say_what_numbers_show(bench: Bench, caller: Caller, trials: list[Trial], result: Result) -> None:
    """Put before the message that something is kept between calls, or in its place what is alike in all cases."""
    if kept := kept_words(bench, caller, trials):
        result.message = f"{kept}\n{result.message}"
    elif words := pattern_words(bench, trials):
        share = parts_of(bench, trials).sentence(bench.exercise)
        result.message = f"{words} {share}".rstrip()


def called_earlier(exercise: Exercise, caller: Caller) -> dict[str, Any]:
    """The functions of earlier exercises that this answer calls, right ones: it is judged by its own mistakes only."""
    if not registry.has(exercise) or exercise.memory is not None:
        return {}
    used = caller.uses(exercise.name)
    earlier = takewhile(lambda e: e is not exercise, registry.lesson(exercise.lesson).values())
    return {e.name: right_answer(e.reference) for e in earlier if e.name in used and e.kind in ("function", "repair")}


def supplied(exercise: Exercise) -> dict[str, Any]:
    """Earlier answers that this one needs, right ones: one mistake costs one mark."""
    earlier = [registry.find(number) for number in exercise.needs]
    return {e.name: right_answer(e.reference) for e in earlier}


def verdict(bench: Bench, trials: list[Trial]) -> Result:
    """What the trials say, time and memory apart."""
    exercise, stop = bench.exercise, trials[-1].got.fault
    if ends(stop) and not trials[-1].right:
        return _stopped(exercise, trials[-1], stop)
    routes = _routes(trials)
    if not LOOPS.issuperset(routes):
        return _borrowed(exercise, trials)
    if all(t.right for t in trials):
        return _looped(exercise) if routes else _right(exercise, trials)
    return _wrong(exercise, bench, trials)


def _unready(exercise: Exercise, caller: Caller) -> Result | None:
    """Not begun, or something else under that name; None if it can be tried."""
    if not caller.has(exercise.name):
        return _result(exercise, NOT_YET, say("missing", name=exercise.name), fault="missing")
    there = caller.read(exercise.name, limit=exercise.time_limit)
    if there.fault:
        return _stopped(exercise, None, there.fault)
    if there.value is None or (exercise.is_value and _all_blank(there.value)):
        none = there.value is None
        message = say("empty value", name=exercise.name) if none else say("empty form", name=exercise.name)
        return _result(exercise, NOT_YET, message, fault="empty")
    called = exercise.kind in ("function", "class", "repair") or (exercise.cases and not exercise.drive)
    if called and not (isinstance(there.value, Handle) and there.value.callable):
        wanted = "class" if exercise.kind == "class" else "function"
        message = say("not callable", name=exercise.name, type=type_name(there.value), wanted=wanted)
        return _result(exercise, TRY_AGAIN, message, fault="not callable")
    return _no_choice(exercise, there.value)


def _other_kind(exercise: Exercise, caller: Caller) -> str:
    """A class where a function was expected, or a function where a class was: nothing else need be said."""
    if exercise.kind not in ("function", "class", "repair"):
        return ""
    there = caller.read(exercise.name, limit=exercise.time_limit).value
    kind = there.type if isinstance(there, Handle) else ""
    if exercise.kind == "class":
        return say("function for class", name=exercise.name) if kind == "function" else ""
    return say("class for function", name=exercise.name) if kind == "type" else ""


def _all_blank(value: Any) -> bool:
    """A form that was handed out, a dict with None or `...` everywhere, and nothing filled in."""
    entries = value.values() if isinstance(value, dict) else [value]
    dots = [isinstance(e, Handle) and e.type == "ellipsis" for e in entries]
    return bool(dots) and all(e is None or is_dots for e, is_dots in zip(entries, dots, strict=True))


def _no_choice(exercise: Exercise, value: Any) -> Result | None:
    known = [plain_text(c) for c in exercise.choices]
    if not known or (isinstance(value, str) and plain_text(value) in known):
        return None
    choices = {"choices": ", ".join(exercise.choices), "first": exercise.choices[0]}
    message = say("not a choice", name=exercise.name, received=value_text(value), **choices)
    return _result(exercise, TRY_AGAIN, message, fault="choice")


def _stopped(exercise: Exercise, trial: Trial | None, fault: Fault) -> Result:
    """The answer ended in a way after which nothing more can be asked."""
    if fault.kind == "NotImplementedError" and not fault.text:
        return _result(exercise, NOT_YET, say("stub", name=exercise.name), fault="stub")
    if fault.kind == "Missing":
        return _result(exercise, NOT_YET, say("missing", name=exercise.name), fault="missing")
    return _result(
        exercise,
        TRY_AGAIN,
        fault_message(exercise, fault),
        fault=fault.kind,
        said=_said(trial.got) if trial else {},
        example=_example(exercise, trial) if trial else None,
    )


def _routes(trials: list[Trial]) -> list[str]:
    seen = [r for t in trials for r in t.got.borrowed]
    seen += [t.got.fault.text for t in trials if t.got.fault and t.got.fault.kind == "ForbiddenRoute"]
    return list(dict.fromkeys(seen))


def _borrowed(exercise: Exercise, trials: list[Trial]) -> Result:
    message = say("borrowed", routes=" and ".join(f"`{r}`" for r in _routes(trials) if r not in LOOPS))
    return _result(exercise, TRY_AGAIN, message, misconception="borrowed")


def _looped(exercise: Exercise) -> Result:
    """Right, but by a loop where none was to be."""
    points = exercise.points * LOOPED
    return _result(exercise, TRY_AGAIN, say("loop"), points=points, misconception="loop")


def _within_budgets(bench: Bench, caller: Caller, right: Result) -> Result:
    """The same Result, or that of the first budget that is not kept."""
    exercise = bench.exercise
    for budget in exercise.budgets:
        look = look_at(bench, caller, budget)
        if _routes(look.trials):
            return _borrowed(exercise, look.trials)
        if look.wrong:
            trial, message = look.wrong[0], f"{say('measured')} {gap_message(exercise, look.wrong[0])}"
            about = {"fault": _fault_name(trial), "said": _said(trial.got), "example": _example(exercise, trial)}
            return _result(exercise, TRY_AGAIN, message, **about)
        if not look.kept:
            points = exercise.points * (1 - budget.share)
            return _result(exercise, TRY_AGAIN, budget.message, points=points, misconception=budget.name)
    return right


def _right(exercise: Exercise, trials: list[Trial]) -> Result:
    key = "passed value" if exercise.is_value else "passed" if len(trials) > 1 else "passed one"
    message = say(key, count=len(trials))
    if exercise.takeaway:
        message += f"\n{exercise.takeaway}"
    printed = trials[0].got.printed.rstrip()
    said = {say("said"): clip(printed)} if printed else {}
    return _result(exercise, PASS, message, points=exercise.points, said=said)


def _wrong(exercise: Exercise, bench: Bench, trials: list[Trial]) -> Result:
    worst, parts = min((t for t in trials if not t.right), key=lambda t: t.size), parts_of(bench, trials)
    share = parts.sentence(exercise)
    points = round(exercise.points * parts.share, 2)
    about = {"points": points, "said": _said(worst.got), "example": _example(exercise, worst)}
    found = recognise(bench, trials)
    if found:
        first = found.mistakes[0]
        unrepaired = exercise.kind == "repair" and first.answer is exercise.broken and found.everything
        message = _mistakes_message(found) + (f"\n{share}" if share else "")
        return _result(exercise, NOT_YET if unrepaired else TRY_AGAIN, message, misconception=first.name, **about)
    order = order_of(bench, trials)
    if order:
        given, asked = (", ".join(f"`{name}`" for name in names) for names in (order, exercise.parts))
        message = say("order of parts", given=given, asked=asked)
        return _result(exercise, TRY_AGAIN, message, fault="order", **about)
    message = f"{gap_message(exercise, worst)} {share}".rstrip()
    return _result(exercise, TRY_AGAIN, message, fault=_fault_name(worst), **about)


def _mistakes_message(found: Found) -> str:
    """The words of the mistake, of several at once, or of one that does not explain everything."""
    words = [m.message for m in found.mistakes]
    if len(words) > 1:
        return "\n".join([say("several", count=len(words)), *words])
    if found.everything:
        return words[0]
    every = found.alike == found.wrong
    sure = say("mostly all", wrong=found.wrong) if every else say("mostly", alike=found.alike, wrong=found.wrong)
    return f"{sure} {words[0]}"


def _fault_name(trial: Trial) -> str:
    return trial.got.fault.kind if trial.gap.kind == "fault" else trial.gap.kind


def _result(exercise: Exercise, status: str, message: str, *, points: float = NO_CREDIT, **about: Any) -> Result:
    return Result(points, exercise=exercise, status=status, message=message, max=exercise.points, **about)


def fault_message(exercise: Exercise, fault: Fault) -> str:
    """A sentence for an exception, an endless loop and the like."""
    words = {"name": exercise.name, "limit": f"{exercise.time_limit:g}", "kind": fault.kind, "text": fault.text}
    plain = ("TimeUp", "Stuck", "Dead", "SystemExit", "KeyboardInterrupt", "RecursionError", "Unusable")
    message = say(fault.kind if fault.kind in plain else "error" if fault.text else "error no text", **words)
    of_class = class_words(exercise.name, fault.text) if exercise.kind == "class" else ""
    read = of_class or error_words(fault.text)
    words = [read, message, say("error at", where=fault.where) if fault.where else ""]
    return "\n".join(w for w in words if w)


def gap_message(exercise: Exercise, trial: Trial) -> str:
    """A sentence for a difference that no misconception explains."""
    gap, name = trial.gap, exercise.name
    if gap.kind == "fault":
        return fault_message(exercise, trial.got.fault)
    if gap.kind == "nothing" and trial.got.printed.strip() and not gap.where:
        return say("printed", name=name)
    if gap.kind == "metric":
        return say("metric", label=exercise.metric.label, value=gap.received, bound=bound_text(exercise))
    if gap.kind == "metric nan":
        return say("metric nan", label=exercise.metric.label)
    if gap.kind == "unmeasured":
        return _form_message(exercise, trial)
    if exercise.is_value and (gap.kind in ("value", "nan") or gap.expected == "None"):
        return say("not it", name=name)  # a prediction is not given away
    if gap.kind == "no fault":
        return say("no fault", name=name, kind=trial.want.fault.kind)
    return _difference_message(exercise, gap, trial.got)


def _form_message(exercise: Exercise, trial: Trial) -> str:
    """For a result that could not be measured: what about its form, or else what the metric met."""
    gap = form_gap(trial)
    if gap is not None and is_reordered(trial):
        return say("order of form")
    if gap is not None:
        return _difference_message(exercise, gap, trial.got)
    return say("Unusable", name=exercise.name, text=trial.gap.received)


def _difference_message(exercise: Exercise, gap: Difference, got: Observation) -> str:
    inside = gap.where and gap.kind in ("nothing", "type", "length", "object")
    key = f"{gap.kind} in" if inside else "extra key" if gap.kind == "keys" and not gap.expected else gap.kind
    place = place_text(exercise, gap.where)
    words = {"name": exercise.name, "expected": gap.expected, "received": gap.received}
    if gap.kind == "length":
        words |= {k: counted(int(words[k]), "value") for k in ("expected", "received")}
    message = say(key, where=f"`{place}`", arguments=", ".join(got.mutated), **words)
    message += _kind_words(gap)
    if gap.kind == "object" and gap.received.endswith("Tensor"):
        message += " " + say("tensor", way=".item()" if gap.expected == "a number" else ".numpy()")
    if gap.kind == "value" and gap.received == number_text(LEFT, DIGITS):
        return say("left over", where=place)
    if gap.kind == "shape":
        message += " " + (shape_words(gap.expected, gap.received) or say("shape unknown"))
    if gap.kind in ("value", "nan", "shape", "dtype") and gap.where:
        message += " " + say("at", where=place, expected=gap.expected, received=gap.received)
    if gap.kind == "keys" and gap.where:
        message += " " + say("in place", where=place)
    return message + (_off(gap) if gap.kind == "value" else "")


def _kind_words(gap: Difference) -> str:
    """What usually makes a thing of that kind."""
    if gap.kind == "object" and gap.received in UNCALLED:
        return " " + say("uncalled")
    if gap.kind == "object" and gap.expected == "a list" and gap.received in LAZY:
        return " " + say("lazy")
    return " " + say("a comma") if (gap.kind, gap.received, gap.expected) == ("type", "a tuple", "a number") else ""


def _off(gap: Difference) -> str:
    """By how much a number is off, where that is so little that it is hard to see."""
    try:
        expected, received = float(gap.expected), float(gap.received)
    except ValueError:  # texts, complex numbers
        return ""
    off = abs(received - expected)
    return " " + say("off", off=f"{off:.1g}") if 0 < off < SLIGHT * abs(expected) else ""


def place_text(exercise: Exercise, where: str) -> str:
    """Where in the result, in the learner's words: "db[2]" if the third thing returned is db, else "result[2][2]"."""
    part = re.match(r"\[(\d+)\]", where) if exercise.parts else None
    whole = exercise.name if exercise.is_value else "result"
    return exercise.parts[int(part[1])] + where[part.end() :] if part else f"{whole}{where}"


def bound_text(exercise: Exercise) -> str:
    metric = exercise.metric
    low = say("at least", bound=f"{metric.at_least:g}") if metric.at_least > float("-inf") else ""
    high = say("at most", bound=f"{metric.at_most:g}") if metric.at_most < float("inf") else ""
    return ", ".join(b for b in (low, high) if b)


def _said(seen: Observation) -> dict[str, str]:
    """What the answer said while it ran, under labels."""
    warned = [say("unclosed") if w.startswith("ResourceWarning: unclosed file") else w for w in seen.warnings]
    texts = {"said": seen.printed, "stderr": seen.errors, "warned": "\n".join(dict.fromkeys(warned))}
    return {say(key): clip(text.rstrip()) for key, text in texts.items() if text.strip()}


def _example(exercise: Exercise, trial: Trial) -> Example | None:
    """The failing case, ready to read; a value has no case, and its right answer is not given away.

    Where a bound is reached and only an argument was changed, there is nothing to compare.
    """
    if exercise.is_value or (exercise.metric is not None and trial.gap.kind == "mutated"):
        return None
    if exercise.metric is not None:  # many answers reach the bound: one of them is not what is expected
        expected = f"{exercise.metric.label}: {bound_text(exercise)}"
        received = _seen_text(trial.got) if trial.got.fault else trial.gap.received or value_text(trial.got.value)
        return Example(expected=expected, received=received)
    rows = input_rows(parameter_names(exercise), trial.case.args, trial.case.options)
    script = trial.got.script() if exercise.drive else []
    if trial.want.fault is None and trial.got.fault is None:
        return Example(rows, script, *apart(trial.want.value, trial.got.value))
    return Example(rows, script, _seen_text(trial.want), _seen_text(trial.got))


def _seen_text(seen: Observation) -> str:
    """What one side gave, or that it gave nothing and why."""
    if seen.fault is None:
        return value_text(seen.value)
    ended = seen.fault.kind in ("TimeUp", "Stuck", "Dead")
    return say("no result") if ended else say("no result kind", kind=seen.fault.kind)
