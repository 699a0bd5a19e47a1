"""Docker or Podman as the walls: one container a submission, with the limits that bubblewrap has too."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from itertools import count
from pathlib import Path

from course_utils.classroom.sandbox.backend import COURSE, HOME, Backend, Box, Limits, environment
from course_utils.classroom.sandbox.cgroups import Ungrouped

_boxes = count()


class Docker(Backend):
    """A container of the image in workflow/Containerfile; the same limits as bubblewrap's."""

    name = "docker"

    def __init__(self, limits: Limits, image: str = "course-grader"):
        super().__init__(limits)
        self.image, self.program = image, "docker" if shutil.which("docker") else "podman"

    def command(self, stage: Path, *words: str) -> list[str]:
        limit = self.limits
        writable = f"rw,nosuid,nodev,size={limit.disk},mode=1777"
        return [
            self.program,
            "run",
            "--rm",
            "--interactive",
            "--init",
            "--name",
            f"course-{os.getpid()}-{next(_boxes)}",
            "--network",
            "none",
            "--read-only",
            "--user",
            "65534:65534",
            "--cap-drop",
            "ALL",
            "--security-opt",
            "no-new-privileges",
            "--memory",
            str(limit.memory),
            "--memory-swap",
            str(limit.memory),
            "--pids-limit",
            str(limit.processes + 32),
            "--cpus",
            "1",
            "--ipc",
            "private",
            "--hostname",
            "sandbox",
            "--tmpfs",
            f"/tmp:{writable}",
            "--tmpfs",
            f"{HOME}:{writable}",
            "--shm-size",
            str(limit.disk),
            "--volume",
            f"{stage}:{COURSE}:ro",
            "--workdir",
            HOME,
            *[w for k, v in environment().items() for w in ("--env", f"{k}={v}")],
            self.image,
            "python3",
            *words[1:],
        ]

    def start(self, stage: Path, *words: str) -> Box:
        box = super().start(stage, *words)
        name = box.process.args[box.process.args.index("--name") + 1]
        return _Container(box.process, box.group, [self.program, "kill", name])


class _Container(Box):
    """Killing the client does not kill the container: ask the engine too."""

    def __init__(self, process: subprocess.Popen, group: Ungrouped, kill: list[str]):
        super().__init__(process, group)
        self.kill = kill

    def close(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                subprocess.run(self.kill, timeout=20, check=False, stdin=subprocess.DEVNULL, capture_output=True)
        super().close()
