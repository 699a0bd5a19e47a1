"""Time, processor time and peak memory of a process and everything it starts."""

import threading
import time
from typing import NamedTuple

import psutil

INTERVAL = 0.1  # seconds between two looks


class Measure(NamedTuple):
    """Seconds on the clock, seconds of processor time, megabytes at the peak."""

    seconds: float
    cpu_seconds: float
    megabytes: float


class Meter:
    """Watches the tree of processes under `pid` from its making until `stop`."""

    def __init__(self, pid, started=None):
        self.root = psutil.Process(pid)
        self.started = time.perf_counter() if started is None else started
        self.peak, self.cpu = 0, {}
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        while not self.done.wait(INTERVAL):
            self.look()

    def look(self):
        """Add one reading; processes that ended meanwhile keep their last one."""
        total = 0
        try:
            processes = [self.root, *self.root.children(recursive=True)]
        except psutil.Error:
            return
        for process in processes:
            try:
                total += process.memory_info().rss
                times = process.cpu_times()
                self.cpu[process.pid] = times.user + times.system
            except psutil.Error:
                continue
        self.peak = max(self.peak, total)

    def stop(self):
        """The measure so far; the watching ends."""
        self.look()
        self.done.set()
        self.thread.join()
        return Measure(time.perf_counter() - self.started, sum(self.cpu.values()), self.peak / 1e6)
