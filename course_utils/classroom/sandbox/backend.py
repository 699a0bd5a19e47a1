"""The walls around one submission: bubblewrap, docker, or (only when asked for by name) none.

What is inside: the interpreter, its packages read-only, a folder `/course` with what `stage.py` put there, an empty
home in memory.  No network, no other process, no other file of the machine, not root.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course_utils.classroom.sandbox.cgroups import Ungrouped
from course_utils.classroom.sandbox.syscalls import own_keyring

COURSE = "/course"
HOME = "/home/student"


@dataclass(frozen=True)
class Limits:
    """What one submission may use.  Seconds are of the wall clock, sizes are bytes."""

    memory: int = 2_000_000_000
    disk: int = 100_000_000  # what it may write, in memory too
    processes: int = 64  # threads count
    start: float = 60.0  # until the kernel answers
    cell: float = 30.0
    call: float = 60.0  # at most; an exercise has its own limit
    patience: float = 5.0  # beyond a limit, before the kernel is given up
    submission: float = 240.0
    answer: int = 64_000_000  # one answer that crosses
    judging: float = 120.0  # seconds of our own processor time for one exercise


class SandboxFault(RuntimeError):
    """The sandbox cannot be had here; the text says why and what mends it."""


ENVIRONMENT = {
    "HOME": HOME,
    "USER": "student",
    "LOGNAME": "student",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TMPDIR": "/tmp",
}
PASSED_ON = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # some processors need them for right results


def environment() -> dict[str, str]:
    """The variables inside: ours, and nothing of the instructor's but what the processor needs."""
    return ENVIRONMENT | {k: os.environ[k] for k in PASSED_ON if k in os.environ}


class Backend:
    """How to start one box.  `command` gives argv; `group` the control group it belongs to."""

    name = ""
    user: int | None = None  # the number the first process changes to, where it starts as root

    def __init__(self, limits: Limits):
        self.limits = limits
        self.before = own_keyring()
        self.group: Callable[[int, int], Ungrouped] = lambda memory, processes: Ungrouped()

    def command(self, stage: Path, *words: str) -> list[str]:
        raise NotImplementedError

    def start(self, stage: Path, *words: str) -> Box:
        """Start `words` inside, with pipes on stdin, stdout and stderr."""
        group = self.group(self.limits.memory, self.limits.processes + 32)
        program, *rest = self.command(stage, *words)
        try:
            with self.lent() as (options, descriptors):
                process = subprocess.Popen(
                    [*group.prefix(), program, *options, *rest],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                    env=self.outside(),
                    cwd="/",
                    pass_fds=descriptors,
                    preexec_fn=self.before,
                )
        except (OSError, subprocess.SubprocessError) as error:
            group.close()
            raise SandboxFault(f"{self.name} could not be started: {error}") from error
        return Box(process, group)

    @contextlib.contextmanager
    def lent(self) -> Iterator[tuple[list[str], tuple[int, ...]]]:
        """Options that name descriptors, and the descriptors, open until the box has been started."""
        yield [], ()

    def outside(self) -> dict[str, str]:
        """The variables of the program that builds the box."""
        return {
            k: os.environ[k]
            for k in ("PATH", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DOCKER_HOST")
            if k in os.environ
        }

    def probe(self) -> str:
        """Try it with a tiny program.  The empty string, or one or two sentences: what is wrong and what mends it."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                box = self.start(Path(folder), python_inside(), "-I", "-c", "print('inside')")
                out, err = box.process.communicate(timeout=60)
            except (SandboxFault, subprocess.SubprocessError, OSError) as error:
                return self.mend(str(error))
            finally:
                with contextlib.suppress(NameError, UnboundLocalError):
                    box.close()
        return "" if out.strip() == b"inside" else self.mend(err.decode("utf-8", "replace"))

    def mend(self, error: str) -> str:
        return f"{self.name} does not work here: {' '.join(error.split())[-300:]}"


class Box:
    """One running sandbox: its process with pipes, and its control group."""

    def __init__(self, process: subprocess.Popen, group: Ungrouped):
        self.process, self.group = process, group

    def close(self) -> None:
        """End everything in the box, at once."""
        with contextlib.suppress(OSError):
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.group.close()


def python_inside() -> str:
    """The interpreter's path inside the box: the same as outside."""
    return sys.executable


def package_folders() -> list[str]:
    """Where packages lie: the environment's, the user's own, and those on PYTHONPATH; nothing else of `sys.path`."""
    named = [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages") and os.path.isdir(p)]
    return list(dict.fromkeys(os.path.abspath(p) for p in named))


class Unsafe(Backend):
    """No walls: another process of yours, with your files and your network.  For notebooks you wrote yourself."""

    name = "none"

    def command(self, stage: Path, *words: str) -> list[str]:
        return list(words)

    def outside(self) -> dict[str, str]:
        home = tempfile.gettempdir()
        return environment() | {"HOME": home, "TMPDIR": home, "PATH": os.environ.get("PATH", "")}
