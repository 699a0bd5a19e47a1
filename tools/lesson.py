"""One command for an author: where everything of a lesson lies, then all of it made, run and proved once.

python -m tools.lesson 16            lesson 16: its files; released, run and stored, checked, proved, graded
python -m tools.lesson 16.4          exercise 16.4 only
python -m tools.lesson 16 --list     only the files
python -m tools.lesson 16 --again    also where nothing has changed since it passed

Ends with a table of what passed; 1 where something failed.  What is not written yet is named and left out.  Proofs take
few seeds here; `python course.py test` takes them all.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tools.commands.costs import children
from tools.commands.places import QUIET
from tools.graded import NO_SANDBOX
from tools.lesson_files import ROOT, parts
from tools.memory import LESSON, fingerprints, known, remember
from tools.once import NEW

SEEDS, CARDS = "6", "Cards in"  # how `release` begins to tell of cards that it wrote anew
PASSED, FAILED, MISSING, LEFT_OUT = "passed", "FAILED", "missing", "not tried"


class Step(NamedTuple):
    """A module that is run with its arguments, the parts that it needs, and the command that shows more."""

    name: str
    arguments: list
    needs: tuple = ()
    more: str = ""


class Done(NamedTuple):
    """How a step ended, what it took, what it printed."""

    step: Step
    state: str
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    said: str = ""


def steps(number, found, exercise=""):
    """What is done for lesson `number` with the parts `found`, or for one exercise of it."""
    books = [file for name in ("lesson", "solutions") for file in found[name].files if not exercise or name != "lesson"]
    sources = [*books, *found["checks"].files]
    needs, book = ("solutions", "checks"), "lesson" if found["lesson"].there and not exercise else "solutions"
    proofs = f"TestLesson{number} and [{exercise}]" if exercise else f"TestLesson{number} or not TestLesson"
    pytest = ["pytest", "-q", "--no-header", "-p", "no:cacheprovider", "tests/checks/test_exercises.py", "-k", proofs]
    release = Step("exercises made from solutions", ["course_utils.classroom", "release"], needs)
    once = ["tools.once", number, *(["--without-lesson"] if exercise else [])]
    verify = f"python -m tools.notebooks verify {number}"
    run = Step("notebooks run, stored, compared", once, (book,), verify)
    anatomy = Step("form of the notebooks", ["tools.notebooks", "check", number], (book,))
    kinds = {"style": ["ruff", "check"], "format": ["ruff", "format", "--check"], "spelling": ["codespell_lib"]}
    first = [Step(name, [*command, *sources]) for name, command in kinds.items() if sources]
    proved = Step(f"proofs, {SEEDS} seeds", pytest, ("checks",), "python -m pytest " + words(pytest[5:]))
    house = ["pytest", "-q", "--no-header", "-p", "no:cacheprovider", "tests/checks/test_words.py"]
    breaches = f"breach_is_refused and [{exercise}]" if exercise else f"breach_is_refused and [{number}."
    asked = f"[{number}] and (where_it_was_read or is_held) or {breaches} or lessons_exercises_import"
    house += ["tests/checks/test_promises.py", "tests/test_architecture.py", "-k", asked]
    kept = Step(
        "words kept, promises, imports", house, ("checks",), f"python -m tests.checks.keys {number}, then git diff"
    )
    graded = Step("solutions graded in the sandbox", ["tools.graded", number], needs)
    rest = [run, kept, proved] if exercise else [run, anatomy, kept, proved, graded]
    return [*first, release, *rest]


def words(arguments):
    """Arguments as they are typed."""
    return " ".join(f'"{word}"' if re.search(r"[\s\[]", word) else word for word in arguments)


def do(step, found):
    """Run one step; its output is kept."""
    missing = [name for name in step.needs if not found[name].there]
    if missing:
        return Done(step, MISSING, said=f"needs {' and '.join(missing)}")
    start, before = time.monotonic(), children()
    with tempfile.TemporaryDirectory(prefix="course-lesson-") as folder:
        variables = {**os.environ, **QUIET, "COURSE_PROGRESS": str(Path(folder, "progress.json")), "MPLBACKEND": "agg"}
        command = [sys.executable, "-m", *step.arguments]
        run = subprocess.run(
            command,
            cwd=ROOT,
            env={**variables, "COURSE_SEEDS": SEEDS, "COURSE_PROVED_LESSONS": ""},
            capture_output=True,
            encoding="utf-8",
        )
    state = LEFT_OUT if run.returncode == NO_SANDBOX and step.arguments[0] == "tools.graded" else None
    state = state or (FAILED if run.returncode else PASSED)
    return Done(step, state, time.monotonic() - start, children() - before, run.stdout + run.stderr)


def tell_files(found):
    """Print where the lesson's parts lie."""
    for part in found.values():
        first, *others = part.files or ["-"]
        print(f"  {part.name:10} {first}{'   ' + part.word if part.word else ''}")
        for file in others:
            print(f"  {'':10} {file}")


def tell_step(done):
    """Print what an author has to read: all of a failure, what was stored anew."""
    if done.state in (FAILED, LEFT_OUT):
        print(f"\n== {done.step.name}: {done.state}\n{done.said.strip()}")
    for line in done.said.splitlines():
        if done.state == PASSED and line.startswith(CARDS):
            print(f"\n{line}\n  Minutes, points and title stand in the module of the exercise; a card is never edited.")
        elif done.state == PASSED and line.startswith(NEW):
            print(f"\n{line}\n  Meant? Then run this command again: the next run compares with what is stored now.")


def table(all_done):
    """Print how each step ended and what it took."""
    print(f"\n{'':36}{'':10}{'s':>7}{'CPU s':>8}")
    for done in all_done:
        about = done.step.more or "python -m " + words(done.step.arguments)
        after = {FAILED: f"  more: {about}", MISSING: f"  {done.said}"}.get(done.state, "")
        print(f"{done.step.name:36}{done.state:10}{done.seconds:7.1f}{done.cpu_seconds:8.1f}{after}")
    print(f"{'':46}{sum(d.seconds for d in all_done):7.1f}{sum(d.cpu_seconds for d in all_done):8.1f}")


def close(all_done):
    """The last line and the exit code."""
    count = {state: sum(done.state == state for done in all_done) for state in (FAILED, MISSING, LEFT_OUT)}
    told = ", ".join(f"{n} {state.lower()}" for state, n in count.items() if n)
    print(f"{len(all_done) - sum(count.values())} passed{', ' + told if told else ''}.")
    return int(bool(count[FAILED]))


def look_up(what):
    """(number, exercise, parts) for "16" or "16.4"; ends with a sentence where there is no such thing."""
    match = re.fullmatch(r"(\d{1,2})(\.\d{1,2})?", what)
    if not match:
        sys.exit(f"A lesson is written 16, an exercise 16.4, not {what}.")
    number = f"{int(match[1]):02d}"
    exercise = number + match[2] if match[2] else ""
    try:
        found = parts(number, only=exercise)
    except KeyError:
        sys.exit(f"concepts.toml has no lesson {number}: plan it there first, docs/authoring.md says how.")
    if exercise and not found["checks"].there:
        sys.exit(found["checks"].word)
    return number, exercise, found


def main(argv=None):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.lesson", description=__doc__.splitlines()[0])
    parser.add_argument("lesson", help="a lesson such as 16, or an exercise such as 16.4")
    parser.add_argument("--list", action="store_true", help="only say where everything lies")
    parser.add_argument("--again", action="store_true", help="prove also what was proved and has not changed")
    options = parser.parse_args(argv)
    number, exercise, found = look_up(options.lesson)
    print(f"{'Exercise' if exercise else 'Lesson'} {exercise or number}")
    tell_files(found)
    prints = {} if exercise or options.list else fingerprints([number])
    if known(LESSON, prints) and not options.again:
        print("It passed, and nothing that it depends on has changed since. To prove it all the same: --again")
    if options.list or (known(LESSON, prints) and not options.again):
        return 0
    all_done = prove(number, exercise, found)
    if all(done.state == PASSED and NEW not in done.said for done in all_done):
        remember(LESSON, prints)
    return close(all_done)


def prove(number, exercise, found):
    """Take every step and print the table; what each gave."""
    all_done = []
    for step in steps(number, found, exercise):
        print(f"  ... {step.name}", flush=True)
        all_done.append(do(step, parts(number, only=exercise)))
        tell_step(all_done[-1])
    table(all_done)
    return all_done


if __name__ == "__main__":
    sys.exit(main())
