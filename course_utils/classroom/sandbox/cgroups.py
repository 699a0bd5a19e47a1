"""Hard limits on memory and processes by control groups, where this machine lets us make them.

Three ways, tried in this order: our own group in the version 1 hierarchies, our own group in version 2, a transient
scope from systemd for an ordinary user.  Where none is to be had, `Ungrouped` says so; the sandbox then holds by
resource limits and by watching from outside.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
JOIN = 'n=$1; shift; while [ $n -gt 0 ]; do echo $$ > "$1" || exit 71; shift; n=$((n-1)); done; exec "$@"'
_numbers = count()


class Ungrouped:
    """No control group: no prefix and nothing to tell."""

    kind = "none"

    def prefix(self) -> list[str]:
        return []

    def cpu(self) -> float | None:
        """CPU seconds of everything in the group so far, or None."""
        return None

    def out_of_memory(self) -> bool:
        """Was something killed for its memory?"""
        return False

    def close(self) -> None:
        """Kill what is left and remove the group."""


class _Files(Ungrouped):
    """A group that is a few directories; the process is put in by a shell before it becomes the sandbox."""

    def __init__(self, folders: list[Path]):
        self.folders = folders

    def prefix(self) -> list[str]:
        files = [str(f / "cgroup.procs") for f in self.folders]
        return ["/bin/sh", "-c", JOIN, "join", str(len(files)), *files]

    def close(self) -> None:
        end = time.monotonic() + 2
        for folder in self.folders:
            while folder.exists() and time.monotonic() < end:
                self._kill(folder)
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                time.sleep(0.002)

    @staticmethod
    def _kill(folder: Path) -> None:
        with contextlib.suppress(OSError, ValueError, ProcessLookupError):
            for pid in (folder / "cgroup.procs").read_text().split():
                os.kill(int(pid), 9)


class Version1(_Files):
    """The memory, pids and cpuacct hierarchies of version 1."""

    kind = "cgroup v1"

    def __init__(self, memory: int, processes: int, root: Path = ROOT):
        name = _name()
        super().__init__([root / kind / name for kind in ("memory", "pids", "cpuacct")])
        for folder in self.folders:
            folder.mkdir()
        (self.folders[0] / "memory.limit_in_bytes").write_text(str(memory))
        swap = self.folders[0] / "memory.memsw.limit_in_bytes"
        if swap.exists():
            swap.write_text(str(memory))
        (self.folders[1] / "pids.max").write_text(str(processes))

    def cpu(self) -> float | None:
        return int((self.folders[2] / "cpuacct.usage").read_text()) / 1e9

    def out_of_memory(self) -> bool:
        return _field(self.folders[0] / "memory.oom_control", "oom_kill") > 0


class Version2(_Files):
    """A group of the unified hierarchy."""

    kind = "cgroup v2"

    def __init__(self, memory: int, processes: int, root: Path = ROOT):
        if not {"memory", "pids"} <= set((root / "cgroup.controllers").read_text().split()):
            raise OSError("no memory and pids controllers")
        if not {"memory", "pids"} <= set((root / "cgroup.subtree_control").read_text().split()):
            (root / "cgroup.subtree_control").write_text("+memory +pids")
        super().__init__([root / _name()])
        self.folders[0].mkdir()
        for file, value in (
            ("memory.max", memory),
            ("memory.swap.max", 0),
            ("memory.oom.group", 1),
            ("pids.max", processes),
        ):
            if (self.folders[0] / file).exists() or file in ("memory.max", "pids.max"):
                (self.folders[0] / file).write_text(str(value))

    def cpu(self) -> float | None:
        return _field(self.folders[0] / "cpu.stat", "usage_usec") / 1e6

    def out_of_memory(self) -> bool:
        return _field(self.folders[0] / "memory.events", "oom_kill") > 0


class Scope(Ungrouped):
    """A transient scope of the user's own systemd."""

    kind = "systemd scope"

    def __init__(self, memory: int, processes: int):
        self.options = ["-p", f"MemoryMax={memory}", "-p", "MemorySwapMax=0", "-p", f"TasksMax={processes}"]

    def prefix(self) -> list[str]:
        return ["systemd-run", "--user", "--scope", "--quiet", "--collect", *self.options, "--"]


def _name() -> str:
    return f"course-grade-{os.getpid()}-{next(_numbers)}"


def _field(path: Path, name: str) -> int:
    try:
        rows = dict(line.split()[:2] for line in path.read_text().splitlines() if len(line.split()) > 1)
        return int(rows.get(name, 0))
    except (OSError, ValueError):
        return 0


def _works(make: Callable[[int, int], Ungrouped]) -> bool:
    """Make a group, run a program in it, remove it."""
    try:
        group = make(200_000_000, 20)
    except (OSError, ValueError):
        return False
    try:
        return (
            subprocess.run(
                [*group.prefix(), "/bin/sh", "-c", "exit 0"],
                timeout=10,
                check=False,
                stdin=subprocess.DEVNULL,
                capture_output=True,
            ).returncode
            == 0
        )
    except (OSError, subprocess.SubprocessError):
        return False
    finally:
        group.close()


def choose() -> Callable[[int, int], Ungrouped]:
    """The first kind of group that works here: a function of memory in bytes and number of processes."""
    ways: list[Callable[[int, int], Ungrouped]] = [Version1, Version2]
    if shutil.which("systemd-run") and os.environ.get("XDG_RUNTIME_DIR"):
        ways.append(Scope)
    return next((way for way in ways if _works(way)), lambda memory, processes: Ungrouped())


def sweep(root: Path = ROOT) -> None:
    """Remove groups of runs that were killed before they could."""
    for folder in [*root.glob("course-grade-*"), *root.glob("*/course-grade-*")]:
        pid = folder.name.split("-")[2]
        if not Path(f"/proc/{pid}").exists():
            group = _Files([folder])
            group.close()
