"""Limits for the trusted side: what a hostile value can make *us* compute ends, by processor time and by memory."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
AGAIN = 1.0  # seconds of processor time after which it is raised once more, should somebody have caught it


class TookTooLong(BaseException):
    """Our own side has used up its processor time; no `except Exception` on the way swallows it."""


class Clock:
    """Whether the time was used up."""

    fired = False


@contextlib.contextmanager
def bounded(seconds: float) -> Iterator[Clock]:
    """Raise TookTooLong in the block once this process has worked that long; waiting does not count.

    Blocks may stand inside one another.  Where there is no such timer (Windows, other threads) nothing is limited.
    """
    clock = Clock()
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield clock
        return

    def ring(number: int, frame: FrameType | None) -> None:
        clock.fired = True
        raise TookTooLong

    before, start = signal.signal(signal.SIGPROF, ring), time.process_time()
    outer, again = signal.setitimer(signal.ITIMER_PROF, max(seconds, 0.01), AGAIN)
    try:
        yield clock
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        if outer:
            signal.setitimer(signal.ITIMER_PROF, max(0.01, outer - (time.process_time() - start)), again)


@contextlib.contextmanager
def little_memory(more: int) -> Iterator[None]:
    """Let this process grow by no more than `more` bytes meanwhile (Linux): what asks for more is a MemoryError."""
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = address_space() + more
    limits = [most, *(n for n in (soft, hard) if n != resource.RLIM_INFINITY)]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def address_space() -> int:
    """Bytes of address space that this process has (Linux)."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read(99).split()[0]) * PAGE
