"""What a sandbox finds under /course: a copy of `course_utils` without checks, classroom or answers, and our server."""

from __future__ import annotations

import compileall
import shutil
from pathlib import Path

import course_utils

PACKAGE = Path(course_utils.__file__).parent
LEFT_OUT = ("classroom", "checks", "__pycache__")
INSIDE = ("__init__.py", "cells.py", "pieces.py", "pipe.py", "serve.py", "start.py", "wire.py")

STUB = '''"""Inside the sandbox nothing is checked: the marks are given outside."""


def check(id, answer=None, **options):
    return 0.0


def hint(id, *args, **options):
    print("Hints are not shown while a notebook is graded.")


def solution(id, *args, **options):
    print("Solutions are not shown while a notebook is graded.")


def progress(*args, **options):
    print("Progress is not kept while a notebook is graded.")
'''


def prepare(folder: Path) -> Path:
    """Fill `folder`, which must be empty, and make it readable to everybody.  Returns it."""
    copy = folder / "course_utils"
    shutil.copytree(PACKAGE, copy, ignore=lambda where, names: _left_out(Path(where), names))
    checks = copy / "checks"
    checks.mkdir()
    (checks / "__init__.py").write_text(STUB, encoding="utf-8")
    shutil.copytree(PACKAGE / "checks" / "callers", checks / "callers", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "inside").mkdir()
    for name in INSIDE:
        shutil.copyfile(PACKAGE / "classroom" / "sandbox" / "inside" / name, folder / "inside" / name)
    compileall.compile_dir(folder, quiet=2, stripdir=str(folder), prependdir="/course")
    _font_list(folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def _left_out(where: Path, names: list[str]) -> list[str]:
    """What is not copied of one folder."""
    out = [n for n in names if n == "__pycache__" or n.endswith(".pyc")]
    return out + [n for n in LEFT_OUT if n in names] if where == PACKAGE else out


def _font_list(folder: Path) -> None:
    """Matplotlib's list of fonts, if there is one: to make it anew takes seconds."""
    lists = sorted((Path.home() / ".cache" / "matplotlib").glob("fontlist-*.json"))
    if lists:
        (folder / "matplotlib").mkdir()
        for path in lists:
            shutil.copyfile(path, folder / "matplotlib" / path.name)
