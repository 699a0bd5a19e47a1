"""`grade`: a right mark for every notebook of a class, feedback for every student, and what to teach again.

    python -m course_utils.classroom grade SUBMISSIONS --exercise 04 --seed 2026 --out graded/04

Run again, it grades only what is new or changed.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_utils.classroom.grading import GRADED, PYTHON, Settings, fingerprint, number_of
from course_utils.classroom.pool import grade_all
from course_utils.classroom.reports import outputs
from course_utils.classroom.results import Folder, write_whole
from course_utils.classroom.sandbox.backend import Limits, SandboxFault
from course_utils.classroom.sandbox.cgroups import sweep
from course_utils.classroom.sandbox.choose import backend
from course_utils.classroom.sandbox.contents import prepare
from course_utils.classroom.submissions import Submission, find
from course_utils.classroom.wording import counted

STAGE = "course-grade-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("submissions", type=Path, help="a folder of notebooks, of one folder a student, or a Moodle or Canvas zip")
    add("--exercise", required=True, metavar="NN", help="the lesson's number, such as 04")
    add("--seed", help="a number only you know: it chooses the inputs (left out, one is drawn and kept in --out)")
    add("--out", required=True, type=Path, metavar="DIR", help="where marks, feedback and report go")
    add(
        "--jobs",
        type=int,
        default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2,
        help="notebooks at the same time (default: one for each processor)",
    )
    add("--part", metavar="K/N", help="only the K-th of N parts, for a cluster; then `report` puts them together")
    add("--again", action="store_true", help="grade everything again, also what has not changed")
    add("--sandbox", choices=("auto", "bwrap", "docker", "none"), default="auto")
    add("--image", default="course-grader", help="the image for --sandbox docker")
    add("--unsafe", action="store_true", help="with --sandbox none: students' code runs with your rights")
    add("--memory", type=float, default=2.0, metavar="GB", help="a notebook may use (default: 2)")
    add("--time", type=float, default=240.0, metavar="S", help="seconds a notebook may take in all (default: 240)")
    add("--call-time", type=float, default=60.0, metavar="S", help="seconds a call may take at most (default: 60)")
    add("--cell-time", type=float, default=30.0, metavar="S", help="seconds a cell may take (default: 30)")
    add("--quiet", action="store_true", help="no progress bar")


def run(arguments: argparse.Namespace) -> int:
    """The command; returns its exit code."""
    start = time.monotonic()
    try:
        submissions, folder = _part(find(arguments.submissions), arguments.part), Folder(arguments.out)
        with folder.locked():
            settings = _settings(arguments, folder)
            done, new = _grade(submissions, settings, folder, arguments)
            outputs.write(folder)
    except (ValueError, SandboxFault) as error:
        print(
            f"Nothing was graded: {error}" if not isinstance(error, SandboxFault) else f"Stopped: {error}",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("\nStopped. What is graded is kept: the same command goes on from here.", file=sys.stderr)
        return 130
    _tell(done, new, folder, time.monotonic() - start)
    return 0


def _settings(arguments: argparse.Namespace, folder: Folder) -> Settings:
    """What the marks depend on; refuses a folder that holds another exercise's results."""
    limits = Limits(
        memory=int(arguments.memory * 1e9),
        submission=arguments.time,
        cell=arguments.cell_time,
        call=arguments.call_time,
    )
    lesson = number_of(arguments.exercise)
    settings = Settings(
        lesson, seed_of(arguments.seed, folder), arguments.sandbox, arguments.unsafe, arguments.image, limits
    )
    if others := {r["exercise"] for r in folder.all()} - {lesson}:
        raise ValueError(f"{folder.path} holds results of exercise {', '.join(sorted(others))}: name another folder")
    write_whole(folder.path / "seed.txt", f"{settings.seed}\n", private=True)
    return settings


def seed_of(given: str | None, folder: Folder) -> int:
    """The seed asked for; else the one kept in the folder, for you alone; else a new one."""
    kept = folder.path / "seed.txt"
    if given is None and kept.exists():
        given = kept.read_text(encoding="utf-8").strip()
    if given is None:
        given = str(secrets.randbelow(2**31))
    if not given.isdigit():
        raise ValueError(f"--seed is a whole number, not {given!r}")
    return int(given)


def _part(submissions: list[Submission], part: str | None) -> list[Submission]:
    """Every N-th submission, starting with the K-th."""
    if part is None:
        return submissions
    k, _, n = part.partition("/")
    if not (k.isdigit() and n.isdigit() and 1 <= int(k) <= int(n)):
        raise ValueError(f"--part is K/N with K from 1 to N, such as 1/4, not {part!r}")
    return submissions[int(k) - 1 :: int(n)]


def _grade(
    submissions: list[Submission], settings: Settings, folder: Folder, arguments: argparse.Namespace
) -> tuple[list[dict], int]:
    """Grade what is not graded yet; returns all results and how many are new."""
    prints = {s.student: fingerprint(s, settings) for s in submissions}
    known = {s.student: folder.known(s.student) for s in submissions}
    fresh = [
        s for s in submissions if arguments.again or (known[s.student] or {}).get("fingerprint") != prints[s.student]
    ]
    results = {s.student: known[s.student] for s in submissions if s not in fresh}
    if fresh:
        _warn(backend(settings.sandbox, settings.limits, unsafe=settings.unsafe, image=settings.image))
    with _stage() as stage, _bar(len(submissions), len(results), arguments.quiet) as bar:
        for result in grade_all(fresh, settings, stage, max(1, arguments.jobs)) if fresh else ():
            result["fingerprint"] = prints[result["student"]]
            folder.keep(result)
            results[result["student"]] = result
            bar.update()
    return [results[s.student] for s in submissions], len(fresh)


def _warn(box: object) -> None:
    """Say loudly what does not protect."""
    if box.name == "none":
        print(
            "\n  !!! NO SANDBOX: every notebook runs with your rights, your files and your network. !!!\n"
            "  !!! Use this only for notebooks you wrote yourself.                              !!!\n",
            file=sys.stderr,
        )


@contextmanager
def _stage() -> Iterator[Path]:
    """A folder for the sandboxes' copy of the library; those of runs that were killed are removed."""
    sweep()
    for old in Path(tempfile.gettempdir()).glob(f"{STAGE}*"):
        pid = old.name.removeprefix(STAGE).split("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{STAGE}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        yield prepare(Path(folder))


def _bar(total: int, done: int, quiet: bool):
    from tqdm import tqdm

    return tqdm(total=total, initial=done, unit="notebook", desc="Grading", disable=quiet, file=sys.stderr)


def _tell(results: list[dict], new: int, folder: Folder, seconds: float) -> None:
    """What was done, in a few lines."""
    counts, all_ = Counter(r["status"] for r in results), len(folder.all())
    words = ", ".join(f"{n} {status}" for status, n in sorted(counts.items(), key=lambda kv: (kv[0] != GRADED, kv[0])))
    same = counted(len(results) - new, "was", "were")
    kept = f" ({same} graded before and have not changed)" if new < len(results) else ""
    python = f"Python {PYTHON[0]}.{PYTHON[1]}"
    print(f"{counted(len(results), 'submission')}: {words}{kept}. {seconds:.0f} s, {python}.")
    if changes := folder.tell_changes():
        print(changes)
    if all_ > len(results):
        print(f"The tables also show {all_ - len(results)} from earlier runs: results/ in {folder.path} holds them.")
    print(
        f"  marks      {folder.path / 'grades.csv'}\n  report     {folder.path / 'report.html'}\n"
        f"  feedback   {folder.feedback}{os.sep}   one page a student"
    )
