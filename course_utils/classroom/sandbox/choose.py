"""Which walls: bubblewrap on Linux unless another backend is asked for by name, and tried before it is used."""

from __future__ import annotations

import sys

from course_utils.classroom.sandbox.backend import Backend, Limits, SandboxFault, Unsafe
from course_utils.classroom.sandbox.bwrap import Bwrap
from course_utils.classroom.sandbox.docker import Docker


def backend(name: str, limits: Limits, *, unsafe: bool = False, image: str = "course-grader") -> Backend:
    """The backend called `name` ('auto' is bwrap on Linux), probed.

    Raises SandboxFault where it does not work here, or where 'none' is asked for without `unsafe`.
    """
    if name == "none" and not unsafe:
        raise SandboxFault("--sandbox none runs students' code with your rights and needs --unsafe beside it")
    if name in ("auto", "bwrap") and not sys.platform.startswith("linux"):
        raise SandboxFault("bubblewrap is for Linux. On Windows grade inside WSL2; on macOS use --sandbox docker.")
    made = {
        "auto": lambda: Bwrap(limits),
        "bwrap": lambda: Bwrap(limits),
        "docker": lambda: Docker(limits, image),
        "none": lambda: Unsafe(limits),
    }[name]()
    if fault := made.probe():
        raise SandboxFault(fault)
    return made
