"""Several graders side by side, watched from one process that runs nothing of a student's.

Each grader is a process of its own.  One that dies, hangs or grows is ended, and its submission is tried again without
the exercise that did it; the others notice nothing.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from course_utils.classroom.grading import INCOMPLETE, Grader, Settings, blank
from course_utils.classroom.sandbox.backend import SandboxFault
from course_utils.classroom.submissions import Submission

GRADER_MEMORY = 4_000_000_000  # bytes of address space beyond what Python has at the start
TRIES = 3
MOST_FAULTS = 3  # sandboxes that would not start, one after the other, before the run ends
SPARE = 60.0  # seconds beyond the submission's own limit


@dataclass
class Task:
    """One submission on its way: what was tried before, and where it stands."""

    submission: Submission
    skip: dict[str, str] = field(default_factory=dict)
    deaths: int = 0
    at: str = ""


class Worker:
    """One grader process and the pipe to it."""

    def __init__(self, context: Any, settings: Settings, stage: Path):
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, settings, str(stage)), daemon=True)
        self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.fault = ""
        self.end = float("inf")
        self.limit = settings.limits.submission + settings.limits.start + SPARE

    def give(self, task: Task) -> None:
        self.task, self.end = task, time.monotonic() + self.limit
        self.pipe.send((task.submission, task.skip))

    def stop(self) -> None:
        self.process.kill()
        self.process.join(5)
        self.pipe.close()


def grade_all(
    submissions: Iterable[Submission], settings: Settings, stage: Path, jobs: int, grader: Callable = Worker
) -> Iterator[dict]:
    """Results as they come, in no certain order; every submission gives exactly one.

    Raises SandboxFault if the graders cannot work at all.
    """
    context = multiprocessing.get_context("spawn")
    waiting, faults = deque(Task(s) for s in submissions), 0
    make = lambda: grader(context, settings, stage)  # noqa: E731
    workers = [make() for _ in range(min(jobs, max(1, len(waiting))))] if waiting else []
    try:
        while waiting or any(w.task for w in workers):
            for worker in workers:
                if worker.task is None and waiting:
                    _give(worker, waiting)
            for result in _collect(workers, waiting, settings, make):
                faults = faults + 1 if isinstance(result, SandboxFault) else 0
                if faults >= MOST_FAULTS:
                    raise result
                if not faults:
                    yield result
    finally:
        for worker in workers:
            worker.stop()


def _give(worker: Worker, waiting: deque[Task]) -> None:
    with contextlib.suppress(OSError):  # it died meanwhile: seen in the next round
        worker.give(waiting.popleft())


def _collect(
    workers: list[Worker], waiting: deque[Task], settings: Settings, make: Callable
) -> Iterator[dict | SandboxFault]:
    """Wait for news of any worker; mend what died."""
    ready = wait([w.pipe for w in workers], timeout=1.0)
    for index, worker in enumerate(workers):
        done = _news(worker) if worker.pipe in ready else None
        if isinstance(done, dict):
            worker.task, worker.end = None, float("inf")
            yield done
        elif done == "dead" or time.monotonic() > worker.end:
            task = worker.task
            worker.stop()
            workers[index] = make()
            if worker.fault:
                yield SandboxFault(worker.fault)
            if task is not None:
                yield from _again(task, waiting, settings)


def _news(worker: Worker) -> dict | str | None:
    """A result, "dead", or None for word of where it stands.  Raises SandboxFault."""
    try:
        kind, content = worker.pipe.recv()
    except (EOFError, OSError):
        return "dead"
    if kind == "fault":
        raise SandboxFault(content)
    if kind == "no sandbox":
        worker.fault = content
        return "dead"
    if kind == "at" and worker.task:
        worker.task.at = content
    return content if kind == "done" else None


def _again(task: Task, waiting: deque[Task], settings: Settings) -> Iterator[dict]:
    """Try a submission again without the exercise at which its grader ended; give up in the end."""
    task.deaths += 1
    if task.deaths < TRIES:
        if task.at:
            task.skip[task.at] = "What came back could not be judged: it brought the grader to its end."
        task.at = ""
        waiting.appendleft(task)
        return
    note = "Grading ended again and again on this notebook, so a person must look at it."
    yield blank(task.submission, settings, [note]) | {"status": INCOMPLETE}


# --- inside a grader process -------------------------------------------------------------------------------------


def _work(pipe: Connection, settings: Settings, stage: str) -> None:
    """Grade what comes until the pipe closes."""
    _die_with_parent()
    _limit_memory()
    try:
        grader = Grader(settings, Path(stage))
    except SandboxFault as fault:
        pipe.send(("fault", str(fault)))
        return
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            submission, skip = pipe.recv()
            try:
                pipe.send(("done", grader.grade(submission, skip, lambda number: pipe.send(("at", number)))))
            except SandboxFault as fault:
                pipe.send(("no sandbox", str(fault)))
                return


def _die_with_parent() -> None:
    """If the run is killed, its graders end at once, and their sandboxes with them."""
    if sys.platform.startswith("linux"):
        import ctypes

        parent = os.getppid()
        ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
        if os.getppid() != parent:
            os._exit(1)


def _limit_memory() -> None:
    """A result that asks for absurd amounts of memory is refused here."""
    if sys.platform.startswith("linux"):
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        soft = used + GRADER_MEMORY if hard == resource.RLIM_INFINITY else min(used + GRADER_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))  # a soft limit: the sandbox has its own
