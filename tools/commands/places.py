"""Where things lie, and the environment variables that the course's programs run with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = Path(os.path.abspath(os.environ.get("COURSE_VENV") or ROOT / ".venv"))
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
WHEELHOUSE = ROOT / "wheelhouse"
MY_WORK = Path(os.path.abspath(os.environ.get("COURSE_WORK") or ROOT / "my_work"))
STUDENT, DEV = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"

# One thread, fixed hashing, a quiet TensorFlow: a cell prints the same anywhere, and two notebooks run side by side.
QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "__PYVENV_LAUNCHER__")


def clean_environment(**more: str) -> dict[str, str]:
    """This process's variables without what would lead the course's Python astray, and with UTF-8 everywhere."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, "PYTHONUTF8": "1", "PIP_USER": "0", **more}


def shown(path: Path) -> str:
    """A path as a user reads it: relative where it lies inside the course."""
    try:
        return str(path.relative_to(ROOT))
    except ValueError:
        return str(path)


def python_version() -> str:
    """The version of the Python that runs the commands, like 3.11.7."""
    return ".".join(map(str, sys.version_info[:3]))
