"""Run one piece of somebody else's code: with a time limit, and with everything it says caught.

The watchdog works on every system, because it uses no signals: the code runs in a thread of its own, and when its time
is up an exception is raised inside that thread, again and again, in case it is swallowed.  Python code ends that way.
A call that never returns from C code cannot be ended from inside a process: the guard then says `Stuck` and lets go.

A limit is one of processor time, so that a busy machine ends no right answer, and what an answer imports is free.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import io
import sys
import threading
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

GRACE = 2.0  # seconds from TimeUp to Stuck
SLICE, LEAST = 0.1, 0.001  # seconds between two looks, at most and at least
RAN_ON = 0.01  # seconds of processor time after which an order to stop must have been heard, and swallowed
PATIENCE = 6.0  # times its limit that code may take by the clock: for what only waits or sleeps
IMPORTS = 60.0  # seconds by the clock that may go into imports
MOST_TEXT = 20_000  # characters kept of what was printed


class TimeUp(BaseException):
    """Raised inside code whose time is up; not an Exception, so that `except Exception` lets it through."""


class Stuck(BaseException):
    """Code that could not be ended."""


@dataclass
class Ran:
    """What one guarded run gave."""

    value: Any = None
    error: BaseException | None = None
    printed: str = ""
    errors: str = ""
    warnings: tuple = ()
    cpu: float = 0.0
    peak: int | None = None


class _Text(io.StringIO):
    """Keeps the first characters of what is printed; an endless print fills no memory."""

    def write(self, text: str) -> int:
        room = MOST_TEXT - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)


def guarded(work: Callable[[], Any], limit: float | None = None, *, memory: bool = False) -> Ran:
    """Run `work()`; with a limit in seconds of processor time it runs in a watched thread, without one right here.

    Returns a Ran; raises only KeyboardInterrupt, when the learner presses the stop button.

    >>> guarded(lambda: print("hello") or 2 + 2).value
    4
    """
    ran = Ran()
    with _caught(ran), _traced(ran, memory):
        if limit is None:
            _run(work, ran)
        else:
            _watch(work, ran, limit)
    return ran


def _run(work: Callable[[], Any], ran: Ran) -> None:
    start = time.thread_time()
    try:
        ran.value = work()
    except BaseException as error:  # sys.exit and KeyboardInterrupt of student code included
        ran.error = error
    ran.cpu = time.thread_time() - start


class _Watched(threading.Thread):
    """A thread that can be told to stop, and that never lets the order escape once its work is done."""

    def __init__(self, work: Callable[[], Any], ran: Ran):
        super().__init__(daemon=True, name="answer")
        self.work, self.ran, self.done, self.lock = work, ran, threading.Event(), threading.Lock()

    def run(self) -> None:
        try:
            _run(self.work, self.ran)
            with self.lock:
                self.done.set()
        except BaseException as error:  # the order came a moment late: between the work's end and the flag
            self.ran.error = self.ran.error or error
            self.done.set()

    def stop(self) -> None:
        with self.lock:
            if not self.done.is_set():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(TimeUp))


class _Meter:
    """What a thread has used of its limit, from look to look.

    Counted is the processor time of this process, or the clock where that says less: several threads count once.
    """

    def __init__(self, thread: threading.Thread):
        self.thread, self.used, self.passed, self.imported = thread, 0.0, 0.0, 0.0
        self.before = time.monotonic(), time.process_time()

    def look(self) -> None:
        now = time.monotonic(), time.process_time()
        passed, used = (b - a for a, b in zip(self.before, now, strict=True))
        self.before = now
        if _imports(self.thread):
            self.imported += passed
        else:
            self.used, self.passed = self.used + min(used, passed), self.passed + passed

    def over(self, limit: float) -> bool:
        return self.used >= limit or self.passed >= PATIENCE * limit or self.imported >= IMPORTS


def _imports(thread: threading.Thread) -> bool:
    """Is the thread inside an `import`?"""
    frame = sys._current_frames().get(thread.ident)
    while frame is not None and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None


def _watch(work: Callable[[], Any], ran: Ran, limit: float) -> None:
    mine = Ran()  # a stuck thread may still write into this one
    thread = _Watched(work, mine)
    thread.start()
    with _quietly_swallowed():
        try:
            in_time = _finished(thread, limit)
        except KeyboardInterrupt:
            _end(thread)
            raise
        if not in_time:
            mine.error = TimeUp() if _end(thread) else Stuck()
    ran.value, ran.error, ran.cpu = mine.value, mine.error, mine.cpu


def _finished(thread: _Watched, limit: float) -> bool:
    """Wait in slices, between which the stop button is heard on every system."""
    meter = _Meter(thread)
    while not meter.over(limit):
        if thread.done.wait(min(SLICE, max(LEAST, limit - meter.used))):
            return True
        meter.look()
    return thread.done.is_set()


def _end(thread: _Watched) -> bool:
    """Stop the thread; False if it cannot be stopped.

    An order waits until the thread runs.  The next one is given only if it ran on since, so that on a busy machine no
    second order hits a thread that is about to end.
    """
    end, ordered = time.monotonic() + GRACE, -RAN_ON
    while time.monotonic() < end:
        if time.process_time() - ordered >= RAN_ON:
            thread.stop()
            ordered = time.process_time()
        if thread.done.wait(0.02):
            return True
    return False


@contextlib.contextmanager
def _quietly_swallowed():
    """An order that comes inside a callback of Python's own is lost there: nobody's fault, and the next one follows."""
    tell = sys.unraisablehook
    sys.unraisablehook = lambda lost: None if lost.exc_type is TimeUp else tell(lost)
    try:
        yield
    finally:
        sys.unraisablehook = tell


def _no_input(prompt: str = "") -> str:
    raise RuntimeError("input() was called: take what you need as an argument")


@contextlib.contextmanager
def _caught(ran: Ran):
    """Printed text, stderr and warnings go into `ran`; input() is refused."""
    out, err, ask = _Text(), _Text(), builtins.input
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        builtins.input = _no_input
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                yield
        finally:
            builtins.input = ask
    ran.printed, ran.errors = out.getvalue(), err.getvalue()
    ran.warnings = tuple(dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in caught))[:10]


@contextlib.contextmanager
def _traced(ran: Ran, memory: bool):
    """Peak of traced memory above what was there before, in bytes."""
    if not memory:
        yield
        return
    ours = not tracemalloc.is_tracing()
    if ours:
        tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield
    finally:
        ran.peak = max(0, tracemalloc.get_traced_memory()[1] - before)
        if ours:
            tracemalloc.stop()
