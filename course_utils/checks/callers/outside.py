"""Time and memory of another process as seen from here: what it reports itself is never believed to be less."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from pathlib import Path

from .protocol import Outcome

SLACK = 8_000_000  # bytes that a worker needs itself, for messages and the like


def cpu_clock(pid: int) -> float:
    """CPU seconds of a process: its own clock on Linux, else the wall clock, never less for one thread."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            return time.clock_gettime((~pid << 3) | 2)  # CLOCK_PROCESS_CPUTIME_ID of that process
    return time.perf_counter()


class Outside:
    """Looks at a process before a call; `correct` looks again and raises what the process reported too low."""

    def __init__(self, pid: int, memory: bool):
        self.pid, self.memory = pid, memory
        self.resident = self._restart_peak() if memory else None
        self.clock = cpu_clock(pid)

    def correct(self, outcome: Outcome) -> None:
        if outcome.fault is not None and outcome.fault.kind == "Dead":
            return
        outcome.cpu = max(outcome.cpu, cpu_clock(self.pid) - self.clock)
        if self.memory:
            seen = self._peak() - self.resident - SLACK if self.resident is not None else -math.inf
            outcome.peak = int(max(outcome.peak or 0, seen))

    def _restart_peak(self) -> int | None:
        """Resident bytes now, and the highest mark set back to them; None where the system does not tell."""
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.pid}/clear_refs").write_text("5")
            return self._status("VmRSS")
        return None

    def _peak(self) -> int:
        with contextlib.suppress(OSError):
            return self._status("VmHWM") or 0
        return 0

    def _status(self, field: str) -> int | None:
        for row in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if row.startswith(field + ":"):
                return int(row.split()[1]) * 1024
        return None
