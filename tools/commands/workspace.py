"""A student's own copies in my_work/: made when missing, never overwritten, never deleted.

A copy has its outputs cleared (a stored output would answer the *Predict* above it) and remembers in its metadata
which original it was made from, so that `update` knows a changed lesson from a student's changes.
"""

from __future__ import annotations

import getpass
import hashlib
import itertools
import json
import os
import re
import sys
import time
from pathlib import Path

from tools.commands import keeping
from tools.commands.environment import NEEDED
from tools.commands.ground import check_work
from tools.commands.places import MY_WORK, ROOT, shown
from tools.commands.say import Fault, say

FOLDERS = ("notebooks", "exercises")
HAND_IN = "hand_in"
WHOLE = "course_copy_whole"  # in a copy's metadata: the fingerprint of all of it
LONGEST_NAME = 150  # bytes of a person's name in a file's name: there is room for a mark after it
RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)  # Windows keeps these names for devices
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
        keeping.put_in_front(
            mine, fresh(path), f"(mine {now()})", lambda aside: say(f"Yours is kept as {shown(aside)}.")
        )
        say(f"{shown(mine)} is as new.  (Open in JupyterLab? Close it there without saving.)")
    return 0


def main_submit(rest: list[str]) -> int:
    """`submit NN [--name NAME]`: the one file to hand in, named after the student."""
    name, rest = named(rest)
    paths = numbered(rest, "submit", "NN [--name NAME]")
    exercise = next((path for path in paths if path.parent.name == "exercises"), None)
    if exercise is None:
        raise Fault(f"Lesson {rest[0]} has no exercises to hand in.")
    folder = MY_WORK / HAND_IN / exercise.stem
    check_work(folder.parent, folder)
    data = submission(copy_of(exercise), exercise)
    target = folder / f"{file_stem(name or student_name())}.ipynb"
    keeping.put_in_front(target, data, f"(before {now()})", lambda aside: say(f"The one before is {shown(aside)}."))
    say(f"Hand in this file: {target}")
    return 0


def now() -> str:
    """The time as a file's name may hold it."""
    return time.strftime("%Y-%m-%d %H.%M")


def file_stem(name: str) -> str:
    """A person's name as the name of a file, on any system.

    >>> file_stem("..ann."), file_stem("li/7"), file_stem("?"), file_stem("con")
    ('ann', 'li_7', '_', 'con_')
    """
    stem = UNSAFE.sub("_", name).strip(" .")
    while len(stem.encode(errors="replace")) > LONGEST_NAME:
        stem = stem[:-1].strip(" .")
    return f"{stem}_" if RESERVED.fullmatch(stem.split(".")[0]) else stem or "student"


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


def submission(mine: Path, exercise: Path) -> bytes:
    """What is handed in; Fault where there is nothing.  Says what looks unfinished."""
    if mine.is_symlink() and not mine.exists():
        raise Fault(f"{nowhere(mine)}: bring it back, then run the same command again.")
    if not mine.exists():
        raise Fault(f"{shown(mine)} is not there: `python course.py lab` makes it, then work in it and save.")
    data = mine.read_bytes()
    notebook = parsed(data)
    if notebook is None:
        raise Fault(
            f"{shown(mine)} is damaged (not a notebook): in JupyterLab take File, Revert Notebook to Checkpoint; or "
            f"`python course.py reset {exercise.stem[:2]}` keeps it aside and gives a new one."
        )
    if sources(notebook) == sources(parsed(exercise.read_bytes()) or {}):
        say("Nothing is answered in it yet, as far as the saved file tells (in JupyterLab: Ctrl-S saves).")
    for other in sorted(mine.parent.glob(f"{glob_safe(mine.stem)} (*).ipynb")):
        say(f"Not handed in: {shown(other)} (only {mine.name} counts).")
    return data


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
    """Make every copy that is missing; those made.  A link of the student's stays, wherever it leads."""
    check_work()
    missing = [path for path in originals() if not keeping.is_taken(copy_of(path))]
    made = [copy_of(path) for path in missing if keeping.put_new(copy_of(path), fresh(path))]
    for path in companions():
        if not keeping.is_taken(copy_of(path)):
            keeping.put_new(copy_of(path), path.read_bytes())
    for path in map(copy_of, originals()):
        if path.is_symlink() and not path.exists():
            say(f"{nowhere(path)}; left as it is.")
    return made


def nowhere(link: Path) -> str:
    """What to say of a link without a file behind it."""
    return f"{shown(link)} is a link to {os.readlink(link)}, which is not there now (a disk or stick not plugged in?)"


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
    notebook["metadata"][WHOLE] = whole(notebook)
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def sources(notebook: dict) -> str:
    """A fingerprint of what a notebook says: kinds and texts of its cells, not outputs."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook.get("cells", [])]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:16]


def whole(notebook: dict) -> str:
    """A fingerprint of everything in a notebook, attachments and metadata too, but for this fingerprint itself."""
    metadata = {key: value for key, value in notebook["metadata"].items() if key != WHOLE}
    return hashlib.sha256(json.dumps({**notebook, "metadata": metadata}, sort_keys=True).encode()).hexdigest()[:16]


def parsed(data: bytes) -> dict | None:
    """The notebook in a file's bytes; None where they hold none."""
    try:
        notebook = json.loads(data.decode("utf-8"))
        sources(notebook)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return notebook


def found(path: Path) -> dict:
    """The notebook in a file; an empty one where it cannot be read or holds none."""
    try:
        return parsed(path.read_bytes()) or {}
    except OSError:
        return {}


def metadata(notebook: dict) -> dict:
    """A notebook's metadata, whatever stands there."""
    about = notebook.get("metadata")
    return about if isinstance(about, dict) else {}


def state(path: Path) -> str:
    """How a student's copy stands to its original: "missing", "away" (a link that leads nowhere now), "current" or
    "changed" (the original is newer)."""
    mine = copy_of(path)
    if not mine.exists():
        return "away" if keeping.is_taken(mine) else "missing"
    fingerprint = sources(json.loads(path.read_text(encoding="utf-8")))
    for copy in map(found, (mine, *mine.parent.glob(f"{glob_safe(path.stem)} (new*).ipynb"))):
        if fingerprint in (metadata(copy).get("course_copy"), sources(copy)):
            return "current"
    return "changed"


def bring(path: Path) -> Path:
    """Put the changed original beside the student's copy as `NN_topic (new).ipynb`."""
    target, data = copy_of(path).with_name(f"{path.stem} (new).ipynb"), fresh(path)
    if untouched(target):
        keeping.put_in_front(target, data, "(new, earlier)", drop_untouched)
        return target
    more = (target.with_name(f"{path.stem} (new {number}).ipynb") for number in itertools.count(2))
    return next(name for name in itertools.chain([target], more) if keeping.put_new(name, data))


def untouched(copy: Path) -> bool:
    """True where a copy is in every respect as it was made."""
    notebook = found(copy)
    return WHOLE in metadata(notebook) and metadata(notebook)[WHOLE] == whole(notebook)


def drop_untouched(aside: Path) -> None:
    """Delete an outdated copy that is as it was made, also now that it is out of JupyterLab's reach."""
    if untouched(aside):
        aside.unlink()
    else:
        say(f"Yours is kept as {shown(aside)}.")


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


def glob_safe(stem: str) -> str:
    """A file's stem with the letters that mean something to glob made harmless."""
    return re.sub(r"([\[\]*?])", r"[\1]", stem)
