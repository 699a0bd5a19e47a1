"""A student's own copies in my_work/: made when missing, never overwritten, never deleted.

A copy has its outputs cleared (a stored output would answer the *Predict* above it) and remembers in its metadata
which original it was made from, so that `update` knows a changed lesson from a student's changes.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

from tools.commands.environment import NEEDED
from tools.commands.ground import check_work
from tools.commands.places import MY_WORK, ROOT, shown
from tools.commands.say import Fault, say

FOLDERS = ("notebooks", "exercises")
HAND_IN = "hand_in"
UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def main_update(rest: list[str]) -> int:
    """`update`: new lessons into my_work/, changed ones beside the student's as `NN_topic (new).ipynb`."""
    if rest:
        raise Fault("usage: python course.py update")
    copied, changed = fill(), [bring(path) for path in originals() if state(path) == "changed"]
    for path in [*copied, *changed]:
        say(f"  {shown(path)}")
    if not copied and not changed:
        say("0 new, 0 changed: yours are up to date. Newer lessons come with a newer course (git pull, or a download).")
        return 0
    say(f"{len(copied)} new, {len(changed)} changed since you got them (now beside yours); yours are as they were.")
    return 0


def main_reset(rest: list[str]) -> int:
    """`reset NN`: a fresh lesson and exercises NN; the student's are kept under another name."""
    paths = numbered(rest, "reset")
    check_work()
    for path in paths:
        mine = copy_of(path)
        if mine.exists() and mine.read_bytes() != fresh(path):
            aside = free_name(mine, f"(mine {time.strftime('%Y-%m-%d %H.%M')})")
            mine.rename(aside)
            say(f"Yours is kept as {shown(aside)}.")
        put(mine, fresh(path))
        say(f"{shown(mine)} is as new.  (Open in JupyterLab? Close it there without saving.)")
    return 0


def main_submit(rest: list[str]) -> int:
    """`submit NN [--name NAME]`: the one file to hand in, named after the student."""
    name, rest = named(rest)
    paths = numbered(rest, "submit", "NN [--name NAME]")
    check_work()
    exercise = next((path for path in paths if path.parent.name == "exercises"), None)
    if exercise is None:
        raise Fault(f"Lesson {rest[0]} has no exercises to hand in.")
    mine = copy_of(exercise)
    check_submission(mine, exercise)
    target = (
        MY_WORK / HAND_IN / exercise.stem / f"{UNSAFE.sub('_', name or student_name()).strip(' .') or 'student'}.ipynb"
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.read_bytes() != mine.read_bytes():
        target.replace(free_name(target, f"(before {time.strftime('%Y-%m-%d %H.%M')})"))
    shutil.copyfile(mine, target)
    say(f"Hand in this file: {target}")
    return 0


def named(rest: list[str]) -> tuple[str | None, list[str]]:
    """The name given, and the other words.

    >>> named(["04", "--name", "ann"]), named(["--name=ann", "04"]), named(["04"])
    (('ann', ['04']), ('ann', ['04']), (None, ['04']))
    """
    if "--name" in rest[:-1]:
        place = rest.index("--name")
        return rest[place + 1], rest[:place] + rest[place + 2 :]
    given = [word for word in rest if word.startswith("--name=")]
    return (given[0].partition("=")[2] if given else None), [word for word in rest if word not in given]


def check_submission(mine: Path, exercise: Path) -> None:
    """Raise Fault where there is nothing to hand in; say what looks unfinished."""
    if not mine.exists():
        raise Fault(f"{shown(mine)} is not there: `python course.py lab` makes it, then work in it and save.")
    notebook = parsed(mine)
    if notebook is None:
        raise Fault(
            f"{shown(mine)} is damaged (not a notebook): in JupyterLab take File, Revert Notebook to Checkpoint; or "
            f"`python course.py reset {exercise.stem[:2]}` keeps it aside and gives a new one."
        )
    if sources(notebook) == sources(parsed(exercise) or {}):
        say("Nothing is answered in it yet, as far as the saved file tells (in JupyterLab: Ctrl-S saves).")
    for other in sorted(mine.parent.glob(f"{glob_safe(mine.stem)} (*).ipynb")):
        say(f"Not handed in: {shown(other)} (only {mine.name} counts).")


def student_name() -> str:
    """The student's name, asked for where somebody can answer."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "student"
    if sys.stdin is None or not sys.stdin.isatty():
        say(f"No name given (--name NAME), so taking this computer's user: {user}.")
        return user
    return input(f"Your name or number, as your teacher knows it [{user}]: ").strip() or user


def fill() -> list[Path]:
    """Make every copy that is missing; those made."""
    check_work()
    made = []
    for path in originals():
        if not copy_of(path).exists():
            put(copy_of(path), fresh(path))
            made.append(copy_of(path))
    for path in companions():
        if not copy_of(path).exists():
            put(copy_of(path), path.read_bytes())
    return made


def originals() -> list[Path]:
    """The course's lessons and exercises."""
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("[0-9][0-9]_*.ipynb"))]


def copies() -> list[Path]:
    """The student's notebooks, whatever their names."""
    return [path for folder in FOLDERS for path in sorted((MY_WORK / folder).glob("*.ipynb"))]


def hiding() -> list[Path]:
    """Files and folders of the student's that hide a package from the notebooks beside them: numpy.py, random.py."""
    packages = set(sys.stdlib_module_names) | set(NEEDED) | {"course_utils"}
    found = [path for folder in FOLDERS for path in sorted((MY_WORK / folder).glob("*"))]
    code = [path for path in found if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))]
    return [path for path in code if path.stem in packages]


def companions() -> list[Path]:
    """What lies beside the notebooks and belongs to them: pictures, small data."""
    found = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")))
    return [path for path in found if path.is_file() and path.suffix != ".ipynb" and not hidden(path)]


def hidden(path: Path) -> bool:
    """True for caches and the like: a name inside the course begins with . or __"""
    return any(part.startswith((".", "__")) for part in path.relative_to(ROOT).parts)


def copy_of(path: Path) -> Path:
    """Where the student's copy of an original lies."""
    return MY_WORK / path.relative_to(ROOT)


def fresh(path: Path) -> bytes:
    """The bytes of a new copy: outputs and widget states cleared, the original's fingerprint in the metadata."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    notebook["metadata"].pop("widgets", None)
    notebook["metadata"]["course_copy"] = sources(notebook)
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def sources(notebook: dict) -> str:
    """A fingerprint of what a notebook says: kinds and texts of its cells, not outputs."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook.get("cells", [])]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:16]


def parsed(path: Path) -> dict | None:
    """The notebook in a file; None where the file is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        sources(notebook)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return notebook


def state(path: Path) -> str:
    """How a student's copy stands to its original: "missing", "current" or "changed" (the original is newer)."""
    now = sources(json.loads(path.read_text(encoding="utf-8")))
    if not copy_of(path).exists():
        return "missing"
    for mine in (copy_of(path), *copy_of(path).parent.glob(f"{glob_safe(path.stem)} (new*).ipynb")):
        notebook = parsed(mine)
        if notebook and (notebook.get("metadata", {}).get("course_copy") == now or sources(notebook) == now):
            return "current"
    return "changed"


def bring(path: Path) -> Path:
    """Put the changed original beside the student's copy as `NN_topic (new).ipynb`."""
    target = copy_of(path).with_name(f"{path.stem} (new).ipynb")
    notebook = parsed(target) if target.exists() else None
    if target.exists() and not (notebook and untouched(notebook)):
        target = free_name(copy_of(path), "(new 2)")
    put(target, fresh(path))
    return target


def untouched(notebook: dict) -> bool:
    """True where a copy is as it was made: the original's text and no outputs."""
    ran = any(cell.get("outputs") or cell.get("execution_count") for cell in notebook["cells"])
    return not ran and notebook.get("metadata", {}).get("course_copy") == sources(notebook)


def numbered(rest: list[str], verb: str, form: str = "NN") -> list[Path]:
    """The originals with the number given, as `4` or `04`."""
    if len(rest) != 1 or not re.fullmatch(r"\d{1,2}", rest[0]):
        raise Fault(f"usage: python course.py {verb} {form}   (the number of a lesson, such as 04)")
    number = f"{int(rest[0]):02}"
    found = [path for path in originals() if path.name.startswith(number + "_")]
    if not found:
        there = ", ".join(sorted({path.name[:2] for path in originals()}))
        raise Fault(f"There is no lesson {number} yet; there are {there}.")
    return found


def free_name(path: Path, mark: str) -> Path:
    """`NN_topic mark.ipynb`, or with a number after it where that name is taken."""
    names = [path.with_name(f"{path.stem} {mark}{path.suffix}")]
    names += [path.with_name(f"{path.stem} {mark} {number}{path.suffix}") for number in range(2, 1000)]
    return next(name for name in names if not name.exists())


def glob_safe(stem: str) -> str:
    """A file's stem with the letters that mean something to glob made harmless."""
    return re.sub(r"([\[\]*?])", r"[\1]", stem)


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_bytes(data)
    half.replace(path)
