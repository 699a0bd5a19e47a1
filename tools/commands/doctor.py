"""`doctor`: what is wrong with this machine, and how to mend it.  Looks only; changes nothing."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tools.commands import environment, ground, inside, kernel, lab, workspace
from tools.commands.places import MY_WORK, ROOT, STUDENT, VENV, python_version, shown
from tools.commands.say import Fault, say

LOW_MEMORY_GB = 4


class Finding(NamedTuple):
    """One line of the doctor's; a fault has a mend, a note may have one."""

    kind: str  # "ok", "note" or "FAULT"
    text: str
    mend: str = ""


def main(rest: list[str]) -> int:
    """Print every finding; 1 where one is a fault."""
    if rest:
        raise Fault("usage: python course.py doctor")
    faults = 0
    for check in CHECKS:
        for finding in check():
            faults += finding.kind == "FAULT"
            say(f"{finding.kind:5}  {finding.text}")
            if finding.mend:
                say(f"       Mend: {finding.mend}")
    count = f"{faults} fault{'s' * (faults > 1)}: mend the first one, then ask the doctor again."
    say(f"\n{count if faults else 'No faults: python course.py lab'}")
    return int(faults > 0)


def python() -> Iterator[Finding]:
    """The Python that runs this, and the system."""
    yield Finding("ok", f"Python {python_version()} on {platform.system()} {platform.release()}, {platform.machine()}")
    fault = ground.system_fault()
    if fault:
        yield Finding("FAULT", "The packages have no builds for this system.", fault)


def place() -> Iterator[Finding]:
    """The folder: its path, whether it can be written, the disk."""
    if ground.windows_path_too_long(VENV):
        yield Finding("FAULT", f"The path is too long for Windows: {VENV}", r"move the course to C:\course")
    for folder in (ROOT, MY_WORK, VENV):
        if folder.exists() and not ground.writable(folder):
            yield Finding(
                "FAULT", f"{folder} cannot be written.", "give yourself the right to write there, or move the course"
            )
    service = ground.synchronised(ROOT)
    if service:
        yield Finding(
            "note", f"The course lies in a folder that {service} synchronises.", "better a folder that is not"
        )
    free = shutil.disk_usage(ROOT).free / 1e9
    try:
        ground.check_space(ground.existing(VENV), "student")
    except Fault as fault:
        yield Finding("FAULT", f"The disk has {free:.1f} GB free.", str(fault))
    else:
        yield Finding("ok", f"{ROOT}: can be written, {free:.0f} GB free")


def memory() -> Iterator[Finding]:
    """How much memory the machine has."""
    total = memory_gb()
    if total is None:
        yield Finding("note", "How much memory there is could not be read; the course needs 4 GB.")
    elif total < LOW_MEMORY_GB:
        yield Finding(
            "FAULT", f"{total:.1f} GB of memory.", "the course needs 4 GB: close other programs, or use Colab or Binder"
        )
    else:
        yield Finding("ok", f"{total:.0f} GB of memory, {os.cpu_count()} processors")


def memory_gb() -> float | None:
    """The machine's memory in GB; None where it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        pass
    if sys.platform == "win32":
        import ctypes

        kilobytes = ctypes.c_ulonglong()
        if ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)):
            return kilobytes.value * 1024 / 1e9
    return None


def environment_state() -> Iterator[Finding]:
    """Is there an environment, does it start, is it what the lock says?"""
    broken = environment.what_is_broken()
    if broken:
        yield Finding(
            "FAULT",
            f"The environment in {shown(VENV)} is broken: {broken}.",
            "python course.py setup   (builds it anew)",
        )
    elif not environment.PYTHON.exists():
        yield Finding("FAULT", "There is no environment yet.", "python course.py setup")
    elif environment.read_stamp().get("student") != environment.fingerprints(dev=False, newest=False)["student"]:
        yield Finding(
            "FAULT", "The environment is not finished, or older than the list of packages.", "python course.py setup"
        )
    else:
        yield Finding("ok", f"environment in {shown(VENV)}, as {STUDENT.name} says")


def versions() -> Iterator[Finding]:
    """Every installed package against the lock."""
    answer = inside.ask("versions", str(STUDENT))
    for name, want, have in answer or []:
        yield Finding("FAULT", f"{name} is {have or 'missing'}, tested with {want}.", "python course.py setup --again")
    if answer == []:
        yield Finding("ok", "every package has the tested version")


def imports() -> Iterator[Finding]:
    """Each large package, in a process of its own: a crash is told too."""
    if not environment.PYTHON.exists():
        return
    for name in ("numpy", "scipy", "sklearn", "matplotlib.pyplot", "ipywidgets", "torch", "tensorflow", "gensim"):
        seconds, words = inside.try_import(name)
        if words is None:
            yield Finding("ok", f"import {name}: {seconds:.1f} s")
        else:
            yield Finding("FAULT", f"import {name} fails: {words}", mend_import(words))


def mend_import(words: str) -> str:
    """How to mend an import that fails with these words."""
    if "DLL load failed" in words:
        return "install Microsoft's Visual C++ Redistributable (x64), start the computer again; then setup --again"
    if "Illegal instruction" in words:
        return "this processor is too old for the package (no AVX): lessons go on without it, or use Colab or Binder"
    if "from '" in words and "site-packages" not in words:
        return "a file of yours has the name of a package: rename it"
    return "python course.py setup --again"


def kernelspec() -> Iterator[Finding]:
    """The kernel that notebooks run in: there, ours, and it answers."""
    if not environment.PYTHON.exists():
        return
    path = kernel.kernel_file()
    if not path.exists() or path.read_text(encoding="utf-8") != kernel.text():
        yield Finding("FAULT", f"The kernel in {shown(path)} is missing or not the course's.", "python course.py setup")
        return
    answer = inside.ask("kernel")
    if answer == "2":
        yield Finding("ok", "the kernel python3 starts and answers")
    else:
        yield Finding(
            "FAULT",
            f"The kernel does not answer ({answer}).",
            "python course.py setup --again; a firewall may block 127.0.0.1",
        )


def fonts() -> Iterator[Finding]:
    """The letters of the figures; Chinese ones are a help, not a need."""
    found = inside.ask("fonts")
    if found is None:
        return
    if not found["latin"]:
        yield Finding("FAULT", "Matplotlib finds none of its own fonts.", "python course.py setup --again")
    else:
        chinese = f"; Chinese: {found['chinese']}" if found["chinese"] else "; none with Chinese letters (not needed)"
        yield Finding("ok", f"fonts for figures: {found['latin']}{chinese}")


def progress() -> Iterator[Finding]:
    """The file that remembers what was solved."""
    answer = inside.ask("progress")
    if answer is None:
        return
    path = Path(answer["path"])
    if answer["fault"]:
        mend = "the next check(...) keeps it under another name and begins a new one; your answers are in the notebooks"
        yield Finding("FAULT", f"The progress file {path} is damaged: {answer['fault']}", mend)
    elif not ground.writable(ground.existing(path.parent)):
        yield Finding("FAULT", f"The progress file {path} cannot be written.", "give yourself the right to write there")
    else:
        yield Finding("ok", f"progress file: {shown(path)}")


def work() -> Iterator[Finding]:
    """The student's own copies can be read, and nothing beside them hides a package."""
    for path in workspace.hiding():
        text = f"{shown(path)} hides the package {path.stem} from the notebooks beside it."
        yield Finding("FAULT", text, f"rename it, my_{path.name} perhaps, and restart the kernel")
    damaged = [path for path in workspace.copies() if path.exists() and not workspace.found(path)]
    for path in damaged:
        mend = f"JupyterLab: File, Revert Notebook to Checkpoint (python course.py reset {path.name[:2]}, keeping it)"
        yield Finding("FAULT", f"{shown(path)} is damaged.", mend)
    if not damaged:
        yield Finding("ok", f"{len(workspace.copies())} notebooks of yours in {shown(MY_WORK)}")


def extras() -> Iterator[Finding]:
    """What is good to know and no fault."""
    for name in ("PYTHONPATH", "PYTHONHOME"):
        if os.environ.get(name):
            text = f"{name} is set ({os.environ[name]}): other Pythons' packages may come before the course's."
            mend = f"the course's commands leave it out; for VS Code and others take {name} out of your settings"
            yield Finding("note", text, mend)
    if not lab.port_is_free(lab.PORT):
        yield Finding("note", f"Port {lab.PORT} is in use: JupyterLab runs already, or lab will take the next one.")
    chromium = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    if not chromium:
        yield Finding("note", "No Chromium: `test` leaves out the browser test.")
    if sys.platform == "linux" and not shutil.which("bwrap"):
        yield Finding("note", "No bubblewrap: grading a class needs it (sudo apt install bubblewrap).")
    if subprocess.run(["git", "--version"], capture_output=True).returncode if shutil.which("git") else True:
        yield Finding("note", "No git: get new lessons by downloading the course again into the same folder.")


CHECKS = (python, place, memory, environment_state, versions, imports, kernelspec, fonts, progress, work, extras)
