"""What must hold for every exercise, as functions of an exercise: they raise AssertionError with the reason.

The registry's exercises, the examples of docs/authoring-exercises.md and planted bad exercises all go through these.
"""

import copy
import dataclasses
import functools
import inspect
import os
import pickle
import re
import sys

import numpy as np

from course_utils.checks import registry
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.exercise import Case, Exercise, as_case, for_student, right_answer, wrong_answer
from course_utils.checks.judging.bench import Bench
from course_utils.checks.judging.judge import judge, verdict

SEEDS = int(os.environ.get("COURSE_SEEDS") or 50)  # fewer in haste: `tools.lesson`, `course.py test --fast`
WATCHED_SEEDS = 2  # so many with the watchdog and everything, as in a notebook; the others without
STUDENTS = 4  # so many variants are proved
SHORT = 0.05  # seconds of a time limit that is meant to be reached


def benches(exercise: Exercise) -> list[Bench]:
    """The cases of all seeds, with what is right and wrong on them, made once for all proofs of one exercise."""
    return _benches(exercise.id, id(exercise), _Same(exercise))


class _Same:
    """Carries an exercise past lru_cache, which wants something hashable."""

    def __init__(self, exercise):
        self.exercise = exercise

    def __hash__(self):
        return 0

    def __eq__(self, other):
        return True


@functools.lru_cache(maxsize=1)
def _benches(number, key, same):
    return new_ones([Bench(same.exercise, seed) for seed in range(SEEDS)])


def new_ones(benches):
    """Without those whose cases an earlier seed has drawn, byte for byte; the first ones always stay."""
    seen, kept = set(), []
    for bench in benches:
        drawn = fingerprint(bench.cases)
        if len(kept) < WATCHED_SEEDS or drawn is None or drawn not in seen:
            kept.append(bench)
        seen.add(drawn)
    return kept


def fingerprint(cases):
    """The cases as bytes; None where one of them holds a function or what else has no bytes of its own."""
    try:
        return pickle.dumps([(case.args, case.options, case.held) for case in cases])
    except (AttributeError, TypeError, pickle.PicklingError):
        return None


def in_notebook(exercise, answer, bench=None):
    """Judge an answer as the notebook does, watchdog and all."""
    caller = InProcess({exercise.name: answer})
    try:
        return judge(exercise, caller, bench=bench, budgets=False)
    finally:
        caller.close()


def prove_right_answers(exercise: Exercise) -> None:
    """The reference and every alternative pass, with all points, for every seed: no false alarm."""
    answers = [exercise.reference, *exercise.alternatives]
    assert len(answers) >= 3
    for seed, bench in enumerate(benches(exercise)):
        for place, answer in enumerate(map(right_answer, answers if seed < WATCHED_SEEDS else answers[1:])):
            if seed < WATCHED_SEEDS:
                result = in_notebook(exercise, answer, bench)
            else:
                result = verdict(bench, bench.trials_of(bench.observed(answer)))
            assert result.passed and result == exercise.points, (
                f"{exercise.id} seed {seed}, answer {place}: {result.status}, {result.misconception}: "
                f"{result.message} {result.example}"
            )


def prove_misconceptions(exercise: Exercise) -> None:
    """Every misconception is rejected and recognised, with its own message and the same points, for every seed."""
    assert len(exercise.mistakes) >= 3
    left = {}  # what right parts earn beside each mistake
    for seed, bench in enumerate(benches(exercise)):
        for mistake in exercise.misconceptions:
            if seed < WATCHED_SEEDS:
                result = in_notebook(exercise, wrong_answer(exercise, mistake), bench)
            else:
                result = verdict(bench, bench.trials_of(bench.wrong(mistake)))
            told = f"{exercise.id} seed {seed}, {mistake.name}: {result.status} {result.misconception} {result.message}"
            assert not result.passed and result < exercise.points, told
            words, _, parts = result.message.partition("\n")  # what is right comes after the mistake's own message
            assert result.misconception == mistake.name and words == mistake.message, told
            assert bool(parts) == (result > 0) and result == left.setdefault(mistake.name, float(result)), told


def prove_budgets(exercise: Exercise) -> None:
    """Right answers keep the limits of time and memory; the slow and the greedy one are told so."""
    answers = map(right_answer, [exercise.reference, *exercise.alternatives])
    for answer in answers:
        result = judge(exercise, InProcess({exercise.name: answer}))
        assert result.passed, f"{exercise.id}: {result.misconception} {result.message}"
    for budget in exercise.budgets:
        wrong = getattr(budget, "slow", None) or budget.greedy
        result = judge(exercise, InProcess({exercise.name: wrong}))
        assert (result.misconception, result.message) == (budget.name, budget.message), f"{exercise.id}: {result}"
        assert result == exercise.points * (1 - budget.share)


def prove_measured_calls(exercise: Exercise) -> None:
    """What is timed or measured is compared as well, on inputs that nobody knows before: new values, drawn sizes."""
    for budget in exercise.budgets:
        drawn = [as_case(budget.case(np.random.default_rng(seed))) for seed in range(8)]
        assert len({str(shapes(case)) for case in drawn}) > 1, f"{exercise.id}: draw the sizes from rng"
        assert len({repr(_numbers(case)) for case in drawn}) == len(drawn), f"{exercise.id}: draw the values from rng"
        known = {str(shapes(case)) for seed in range(SEEDS) for case in exercise.draw(np.random.default_rng(seed))}
        wrong = getattr(budget, "slow", None) or budget.greedy
        result = judge(exercise, InProcess({exercise.name: _gives_nothing(exercise.reference, known)}))
        assert (float(result), result.fault) == (0.0, "value"), f"{exercise.id}: zeros pass where it is measured"
        result = judge(exercise, InProcess({exercise.name: _remembers(wrong)}))
        assert result.misconception == budget.name, f"{exercise.id}: what was kept from earlier calls passes"


def shapes(case: Case) -> list:
    return [np.shape(v) if np.ndim(v) else v for v in (*case.args, *case.options.values())]


def _numbers(case: Case) -> list:
    return [float(np.mean(v)) for v in case.args if np.ndim(v)]


def _gives_nothing(right, known):
    def answer(*args, **options):
        result = right(*args, **options)
        return result if str(shapes(Case(*args, **options))) in known else 0 * result

    return answer


def _remembers(wrong):
    """Works as badly as ever, and looks up what it was asked before."""
    kept = {}

    def answer(*args, **options):
        asked = tuple(np.asarray(v).tobytes() for v in (*args, *options.values()))
        if asked not in kept:
            kept[asked] = wrong(*args, **options)
        return copy.copy(kept[asked])

    return answer


def prove_not_yet(exercise: Exercise) -> None:
    """What is handed out says NOT YET: the stub, nothing at all, None, and the unrepaired function."""
    starts = [("missing", InProcess({})), ("empty", InProcess({exercise.name: None}))]
    if not exercise.is_value:
        starts.append(("stub", InProcess({exercise.name: changed(right_answer(exercise.reference), _stub)})))
    for fault, caller in starts:
        result = judge(exercise, caller)
        assert (result.status, result.fault, float(result)) == ("not yet", fault, 0.0), (
            f"{exercise.id}: {result.message}"
        )
    if exercise.kind == "repair":
        assert in_notebook(exercise, exercise.broken).status == "not yet"


def _stub(*args, **options):
    raise NotImplementedError


def changed(answer, use):
    """The right answer with every call replaced by `use(the call)`: a function, or a class with such methods."""
    if not isinstance(answer, type):
        return _swapped(answer, use)
    methods = {k: v for k, v in vars(answer).items() if inspect.isfunction(v) and not k.startswith("_")}
    return type(answer.__name__, (answer,), {k: _swapped(v, use) for k, v in methods.items()})


def _swapped(function, use):
    def answer(*args, **options):
        return use(lambda: function(*args, **options), args)

    return answer if use is not _stub else _stub


def _each_array(value, change):
    """Every array and float in a result changed; None if there is none."""
    if isinstance(value, np.ndarray) and value.size and value.dtype.kind in "fc":
        CHANGED.append(value)
        return change(value)
    if isinstance(value, float | np.floating):
        CHANGED.append(value)
        return change(np.float64(value))
    if isinstance(value, tuple | list):
        return type(value)(_each_array(v, change) for v in value)
    return {k: _each_array(v, change) for k, v in value.items()} if isinstance(value, dict) else value


def _nan(value):
    return value * np.nan


def _deeper(value):
    return np.asarray(value)[None]


def _float32(value):
    return value.astype(np.float32) if getattr(value, "ndim", 0) else value


def _loop(work, args):
    while True:
        pass


def _mutate(work, args):
    result = work()
    for arg in args:
        if isinstance(arg, np.ndarray) and arg.size:
            arg += np.ones((), arg.dtype)
        elif isinstance(arg, list):
            arg.append(None)
        else:
            continue
        CHANGED.append(arg)
    return result


CHANGED = []  # what was found to change: a class's methods may take, or return, whole numbers only


def _print_it(work, args):
    print(work())


FAULTS = {  # name: (what the answer does, the faults that may be told)
    "exception": (lambda work, args: {}["not here"], {"KeyError"}),
    "exit": (lambda work, args: sys.exit(0), {"SystemExit"}),
    "loop": (_loop, {"TimeUp"}),
    "none": (lambda work, args: None, {"nothing", "Unusable", "unmeasured"}),
    "printed": (_print_it, {"nothing", "Unusable", "unmeasured"}),
    "nan": (lambda work, args: _each_array(work(), _nan), {"nan", "metric nan", "unmeasured"}),
    "shape": (lambda work, args: _each_array(work(), _deeper), {"shape", "unmeasured"}),
    "dtype": (lambda work, args: _each_array(work(), _float32), {"dtype", "value"}),
    "mutated": (_mutate, {"mutated"}),
}


def prove_faults(exercise: Exercise) -> None:
    """Nothing that goes wrong is called right, and each fault has its own clear message."""
    hurried = Bench(dataclasses.replace(exercise, time_limit=SHORT), 0)
    reference, bench = right_answer(exercise.reference), Bench(exercise, 0)
    told = {}
    for name in FAULTS if not exercise.is_value else ():
        if not _applies(exercise, bench, name):
            continue
        use, faults = FAULTS[name]
        if name == "printed" and exercise.kind == "class":
            faults = faults | {"TypeError"}  # a method that uses what another method printed stops itself
        CHANGED.clear()
        result = in_notebook(exercise, changed(reference, use), hurried if name == "loop" else bench)
        about = f"{exercise.id} {name}: {result.status} {result.fault} {result.misconception} {result.message}"
        if not CHANGED and (name == "mutated" or (exercise.kind == "class" and name in ("nan", "shape", "dtype"))):
            continue
        assert not result.passed, about
        assert result.fault in faults or result.misconception in exercise.mistakes, about
        told[name] = (result.message, str(result.said))
    assert len(set(told.values())) == len(told), f"{exercise.id}: two faults have the same message: {told}"


def _applies(exercise: Exercise, bench: Bench, name: str) -> bool:
    """Can this fault show in this exercise at all?"""
    right = [seen.value for seen in bench.wanted if not seen.fault]
    floats = [v for v in map(_flat, right) if v]
    arrays = any(isinstance(i, np.ndarray) for v in floats for i in v)
    if name in ("shape", "dtype") and exercise.metric is not None:
        return False  # what is measured may have any form
    if name == "dtype":
        return arrays and exercise.same_dtype
    if name == "mutated":
        return not exercise.mutates
    return bool(floats) if name in ("nan", "shape") else True


def _flat(value):
    """The float arrays and floats in a result."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [i for v in value for i in _flat(v)]
    is_array = isinstance(value, np.ndarray) and value.size and value.dtype.kind in "fc"
    return [value] if is_array or isinstance(value, float | np.floating) else []


def prove_words(exercise: Exercise) -> None:
    """Hints and messages are sentences of their own, and no hint gives the answer's code."""
    lines = {re.sub(r"\s", "", line) for line in _code_lines(exercise)}
    for hint in exercise.hints:
        bare = re.sub(r"\s", "", hint)
        shown = [line for line in lines if line in bare]
        assert not shown, f"{exercise.id}: the hint {hint!r} shows the answer's line {shown}"
    for text in [*exercise.hints, *(m.message for m in (*exercise.misconceptions, *exercise.budgets))]:
        assert len(text) >= 15, f"{exercise.id}: {text!r} is no sentence"
    assert exercise.section, f"{exercise.id}: which section of the lesson is to be taught again?"


def _code_lines(exercise: Exercise) -> list[str]:
    """The lines of the reference that say something."""
    answers = [right_answer(exercise.reference)]
    sources = [inspect.getsource(a) for a in answers if inspect.isfunction(a) or inspect.isclass(a)]
    lines = [line.split("#")[0].strip() for source in sources for line in source.splitlines()]
    return [line for line in lines if len(line) >= 16 and not line.startswith(("def ", "class ", '"""', "@"))]


def prove_variants(exercise: Exercise) -> None:
    """Each student's numbers make an exercise as good as the first, and one student's answer is not another's."""
    if exercise.variant is None:
        return
    made = [for_student(exercise, student) for student in range(STUDENTS)]
    for own in made:
        for proof in (prove_right_answers, prove_misconceptions, prove_not_yet, prove_words):
            proof(own)
    passing = [[in_notebook(other, right_answer(own.reference)).passed for other in made] for own in made]
    assert all(row[place] for place, row in enumerate(passing))
    shared = sum(map(sum, passing)) - STUDENTS
    assert shared <= STUDENTS * (STUDENTS - 1) / 4, f"{exercise.id}: students share their answers: {passing}"


def prove(exercise: Exercise) -> None:
    """Everything at once, for a single exercise."""
    for proof in (
        prove_right_answers,
        prove_misconceptions,
        prove_not_yet,
        prove_faults,
        prove_words,
        prove_budgets,
        prove_measured_calls,
    ):
        proof(exercise)


def lessons() -> list[str]:
    """The lessons that are to be proved; `course.py test --changed` names those that were, and have not changed."""
    proved = os.environ.get("COURSE_PROVED_LESSONS", "").split(",")
    return [number for number in registry.folders() if number not in proved]
