"""What the processes of a box use, seen from outside (Linux only; elsewhere nothing is seen)."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def tree(pid: int) -> list[int]:
    """A process and everything below it."""
    pids, todo = [], [pid]
    while todo and len(pids) < 2_000:
        pids.append(todo.pop())
        for task in sorted((PROC / str(pids[-1]) / "task").glob("*")):
            with contextlib.suppress(OSError, ValueError):  # a thread that has just ended
                todo += [int(p) for p in (task / "children").read_text().split()]
    return list(dict.fromkeys(pids))


def end(pids: set[int]) -> None:
    """Kill these processes."""
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def resident(pid: int) -> int:
    """Bytes of memory in use below a process."""
    total = 0
    for each in tree(pid):
        try:
            total += int((PROC / str(each) / "statm").read_text().split()[1]) * PAGE
        except (OSError, ValueError, IndexError):
            continue
    return total


def shared_out(pid: int) -> int:
    """The same with each shared page counted once; slower, so only asked for when `resident` alarms."""
    total = 0
    for each in tree(pid):
        try:
            rows = (PROC / str(each) / "smaps_rollup").read_text().splitlines()
            total += sum(int(r.split()[1]) * 1024 for r in rows if r.startswith("Pss:"))
        except (OSError, ValueError, IndexError):
            continue
    return total or resident(pid)


def cpu(pid: int) -> float | None:
    """CPU seconds of everything below a process, or None where that cannot be seen."""
    total, seen = 0.0, False
    for each in tree(pid):
        try:
            total, seen = total + time.clock_gettime((~each << 3) | 2), True  # CLOCK_PROCESS_CPUTIME_ID of another
        except OSError:
            continue
    return total if seen else None


def waited(pid: int) -> float:
    """Seconds for which a thread below a process was ready to run and had no processor: the longest of all threads."""
    longest = 0.0
    for each in tree(pid):
        for task in (PROC / str(each) / "task").glob("*"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                longest = max(longest, int((task / "schedstat").read_text().split()[1]) / 1e9)
    return longest


def forget_peaks(pid: int) -> int:
    """Start counting peaks anew; the bytes in use now, 0 where that is not allowed."""
    for each in tree(pid):
        try:
            (PROC / str(each) / "clear_refs").write_text("5")
        except OSError:
            return 0
    return resident(pid)


def peak(pid: int) -> int:
    """The sum of the highest use of every process since `forget_peaks`."""
    total = 0
    for each in tree(pid):
        try:
            rows = (PROC / str(each) / "status").read_text().splitlines()
            total += sum(int(r.split()[1]) * 1024 for r in rows if r.startswith("VmHWM:"))
        except (OSError, ValueError, IndexError):
            continue
    return total
