"""The course's own Python environment: made on first use, again when the locks change, rebuilt when broken."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from tools.commands import ground, torch_build
from tools.commands.faults import sentence
from tools.commands.installer import pip
from tools.commands.kernel import furnish
from tools.commands.places import (
    DEV,
    MY_WORK,
    PYTHON,
    ROOT,
    STUDENT,
    VENV,
    WHEELHOUSE,
    clean_environment,
    python_version,
    shown,
)
from tools.commands.say import Fault, say

STAMP = VENV / ".course-stamp.json"
NEEDED = ("pip", "numpy", "scipy", "sklearn", "matplotlib", "torch", "tensorflow", "gensim", "ipykernel", "jupyterlab")
PROBE = (
    "import importlib.util as u, json, sys;"
    f"print(json.dumps([list(sys.version_info[:2]), [n for n in {NEEDED} if u.find_spec(n) is None]]))"
)


def main(rest: list[str]) -> int:
    """`setup [--dev] [--again]`: only make the environment; --again builds it anew."""
    if set(rest) - {"--dev", "--again"}:
        raise Fault("usage: python course.py setup [--dev] [--again]")
    if "--again" in rest and VENV.exists():
        remove(f"Building the environment in {shown(VENV)} anew.")
    ready(dev="--dev" in rest)
    say(f"The environment in {shown(VENV)} is ready: python course.py lab opens the course.")
    return 0


def ready(*, dev: bool = False, newest: bool = False) -> None:
    """Have the environment with what the locks say; `newest` takes the newest that pyproject's ranges allow."""
    wanted = fingerprints(dev=dev, newest=newest)
    fault = what_is_broken()
    stamp = {} if fault else read_stamp()
    if all(stamp.get(name) == value for name, value in wanted.items()):
        return furnish()
    start = time.monotonic()
    check_is_ours()
    ground.check("dev" if dev else "student")
    announce(fault, stamp)
    have_pip(fault)
    install(dev=dev, newest=newest)
    furnish()
    STAMP.write_text(json.dumps({**stamp, **wanted}), encoding="utf-8")
    say(f"Done in {minutes(time.monotonic() - start)}.")
    return None


def announce(fault: str | None, stamp: dict[str, str]) -> None:
    """Say what is about to happen and how long it takes."""
    if stamp:
        say("The list of packages differs from what the environment was made with; bringing it up to date.")
    elif fault is None and PYTHON.exists():
        say("Going on with an environment that was not finished.")
    elif fault and VENV.exists():
        say("The environment has to be built anew: 3 to 12 minutes; about 0.8 GB to download and 3 GB on the disk.")
    else:
        say("First use: 3 to 12 minutes, once; about 0.8 GB to download and 3 GB on the disk.")


def fingerprints(*, dev: bool, newest: bool) -> dict[str, str]:
    """What the environment was made from, by set."""
    files = {"student": STUDENT, "dev": DEV} if dev else {"student": STUDENT}
    if newest:
        files = dict.fromkeys(files, ROOT / "pyproject.toml")
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def read_stamp() -> dict[str, str]:
    """What the environment was made from; empty where nothing, or nothing readable, tells."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def what_is_broken() -> str | None:
    """Why the environment has to be built anew; None where it works or where there is none."""
    if not VENV.exists() or not any(VENV.iterdir()):
        return None
    if not PYTHON.exists():
        return "its Python is gone"
    try:
        run = subprocess.run(
            [PYTHON, "-c", PROBE], capture_output=True, text=True, env=clean_environment(), timeout=120
        )
        version, missing = json.loads(run.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return "its Python does not start"
    if not (3, 11) <= tuple(version) <= (3, 13):
        return "it was made with Python {}.{}".format(*version)
    if "pip" in missing:
        return "it has no pip"
    if missing and read_stamp():
        return f"it lacks {', '.join(missing)}"
    return None


def remove(why: str) -> None:
    """Delete the environment, and nothing that is not one; what marks it as one goes last, if this is stopped."""
    check_is_ours()
    say(why)
    try:
        for path in VENV.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != "pyvenv.cfg":
                path.unlink()
        shutil.rmtree(VENV)
    except OSError as error:
        raise Fault(
            f"{shown(VENV)} cannot be deleted ({error.strerror}): close JupyterLab and other programs "
            "that use it, delete the folder yourself, then run the same command again."
        ) from error


def check_is_ours() -> None:
    """Raise Fault where the environment's place holds something else, a student's work above all."""
    for place in (ROOT, MY_WORK):
        if VENV in (place, *place.parents):
            raise Fault(
                f"COURSE_VENV is {VENV}, which holds {place}: set it to a folder of its own, since an environment is "
                "deleted when it is made anew. Then run the same command again."
            )
    if VENV.exists() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists() and not STAMP.exists():
        raise Fault(f"{VENV} is there but is no Python environment: move it away, then run the same command again.")


def have_pip(fault: str | None = None) -> None:
    """Have at least an empty environment with a pip that works."""
    fault = fault or what_is_broken()
    if fault:
        remove(f"The environment in {shown(VENV)} is broken ({fault}); building it anew.")
    if not PYTHON.exists():
        make_venv()


def make_venv() -> None:
    """An empty environment with pip."""
    say(f"Making the environment in {shown(VENV)} with Python {python_version()}.")
    base = getattr(sys, "_base_executable", None) or sys.executable  # this Python may be the environment's own
    run = subprocess.run([base, "-m", "venv", VENV], capture_output=True, text=True, env=clean_environment())
    if run.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    words = run.stdout + run.stderr
    if "ensurepip" in words and shutil.which("apt-get"):
        package = "python{}.{}-venv".format(*sys.version_info)
        raise Fault(
            f"This Python cannot make environments: sudo apt install {package}, then run the same command again."
        )
    raise Fault(sentence(words) if "Errno" in words else f"The environment could not be made: {words.strip()[-300:]}")


def install(*, dev: bool, newest: bool) -> None:
    """Install the locked packages (or the newest of the ranges) into the environment."""
    wanted = DEV if dev else STUDENT
    if newest:
        wanted = VENV / "ranges.txt"
        wanted.write_text("\n".join(ranges(dev=dev)), encoding="utf-8")
    what = [*(["--upgrade"] if newest else []), "-r", wanted]
    house = ["--find-links", WHEELHOUSE] if WHEELHOUSE.is_dir() and any(WHEELHOUSE.glob("*.whl")) else []
    if house:
        say(f"Installing from {shown(WHEELHOUSE)}.")
        if pip("install", "--no-index", *house, *what).returncode == 0:
            return
        say(f"{shown(WHEELHOUSE)} lacks something (python course.py wheels fills it); asking the network for the rest.")
    torch_build.install_first(torch_pin(wanted))
    run = pip("install", *house, *what)
    if run.returncode:
        raise Fault(sentence(run.stdout))


def ranges(*, dev: bool) -> list[str]:
    """The requirements of pyproject.toml: a student's, or all."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"] if dev else {}
    return [*project["dependencies"], *(requirement for extra in extras.values() for requirement in extra)]


def torch_pin(wanted: Path) -> str:
    """The requirement of torch in a lock and what it includes."""
    for path in (wanted, STUDENT):
        found = re.search(r"^torch\b[^\s;#]*", path.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return found.group()
    raise Fault("requirements.txt names no torch: it is damaged; get the course again.")


def minutes(seconds: float) -> str:
    """A time as one says it.

    >>> minutes(95), minutes(7)
    ('1 min 35 s', '7 s')
    """
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"
