"""The environment's own kernelspec, JupyterLab settings and import path, written again whenever they differ."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tools.commands.places import QUIET, ROOT, VENV

# A test runner's variable would switch off part of ipykernel's output capture; that messages inside one machine are not
# encrypted is nothing that a learner can mend.  "python" is replaced by Jupyter with
# the Python that it runs under, so the environment survives a move of the folder.
LAUNCH = (
    "import logging, os, runpy; os.environ.pop('PYTEST_CURRENT_TEST', None); "
    "logging.getLogger('IPKernelApp').addFilter(lambda record: 'eavesdropping' not in record.getMessage()); "
    "runpy.run_module('ipykernel_launcher', run_name='__main__', alter_sys=True)"
)
KERNEL = {
    "argv": ["python", "-c", LAUNCH, "-f", "{connection_file}"],
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "metadata": {"debugger": True},
    "env": QUIET,
}
OVERRIDES = {  # no news pop-up, no question which kernel to take
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension:tracker": {"autoStartDefaultKernel": True},
}


def kernel_file(venv: Path = VENV) -> Path:
    """Where the kernelspec named python3 lies."""
    return venv / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"


def text() -> str:
    """What the kernelspec says."""
    return json.dumps(KERNEL, indent=1)


def furnish(venv: Path = VENV) -> None:
    """Put the three in place."""
    write_if_other(kernel_file(venv), text())
    write_if_other(venv / "share" / "jupyter" / "lab" / "settings" / "overrides.json", json.dumps(OVERRIDES, indent=1))
    site = next(iter(venv.glob("lib/python3*/site-packages")), venv / "Lib" / "site-packages")
    write_if_other(site / "course.pth", import_line(site))


def import_line(site: Path) -> str:
    """The line that makes `course_utils` importable: relative where it can be, so that any letters in the path work."""
    try:
        return os.path.relpath(ROOT, site)
    except ValueError:  # another drive on Windows
        return str(ROOT)


def write_if_other(path: Path, content: str) -> None:
    """Write a small file unless it says the same already."""
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")  # another place may hold the same file by a hard link
    new.write_text(content, encoding="utf-8", newline="\n")
    os.replace(new, path)
