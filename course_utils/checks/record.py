"""The progress file: one local JSON file, never sent anywhere.

Written atomically and under a lock, so that two notebooks at once lose nothing.  A damaged file is set aside under
another name; one that cannot be written never stops a learner: it is told once, in one line.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from course_utils.checks.feedback.messages import say
from course_utils.checks.feedback.result import NOT_YET, Result

VARIABLE, FILE = "COURSE_PROGRESS", ".course_progress.json"
PATIENCE = 5.0  # seconds to wait for the other notebook
EMPTY = {"attempts": 0, "passed": False, "best": 0.0, "hints": 0, "solution": False, "mistakes": {}}
DAMAGED = (ValueError, RecursionError)  # not JSON, not text, not ours
_told: set[str] = set()
_here: dict[str, None] = {}  # the lessons whose exercises this process tried, in order


def location() -> Path:
    """Where the file is: COURSE_PROGRESS, else my_work/ beside the course, else the user's data folder."""
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    root = Path(__file__).resolve().parents[2]
    if (root / "my_work").is_dir():
        return root / "my_work" / FILE
    if (root / "course.py").is_file() and os.access(root, os.W_OK):
        return root / FILE
    return user_data() / "progress.json"


def user_data() -> Path:
    """The system's place for a user's data."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "deep-learning-course"


def note_attempt(result: Result) -> str:
    """Count an attempt (a stub is none); returns a sentence if something about the file must be told."""

    def update(entry: dict) -> None:
        entry["attempts"] += result.status != NOT_YET
        entry["passed"] = entry["passed"] or result.passed
        entry["best"] = max(entry["best"], float(result))
        mistake = result.misconception or result.fault
        if mistake and result.status != NOT_YET:
            entry["mistakes"][mistake] = entry["mistakes"].get(mistake, 0) + 1

    return change(result.exercise.id, update)


def entry(number: str) -> dict[str, Any]:
    """What is known of one exercise."""
    return entries().get(number, fresh())


def entries() -> dict[str, dict[str, Any]]:
    """What is known of all exercises; nothing, if the file cannot be read."""
    try:
        return _read(location())["exercises"]
    except (OSError, *DAMAGED):
        return {}


def here() -> list[str]:
    """The lessons whose exercises were tried here, since the kernel started."""
    return list(_here)


def fresh() -> dict[str, Any]:
    return json.loads(json.dumps(EMPTY))


def change(number: str, update: Callable[[dict], None]) -> str:
    """Change one exercise's entry in the file; returns "" or a sentence to print."""
    _here.setdefault(number.split(".")[0])
    path = location()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path = Path(os.path.realpath(path))  # a link stays a link, and all who follow it meet at one lock
        with _locked(path.with_name(path.name + ".lock")):
            whole, notice = _read_or_set_aside(path)
            update(whole["exercises"].setdefault(number, fresh()))
            _write(path, whole)
        return notice
    except OSError as error:
        return _once(say("record unwritable", why=error.strerror or type(error).__name__))


def _once(sentence: str) -> str:
    known = sentence in _told
    _told.add(sentence)
    return "" if known else sentence


def _read(path: Path) -> dict[str, Any]:
    """All that the file holds, what a later version added too; an error of DAMAGED if this is not such a file."""
    if not path.exists():
        return {"version": 1, "exercises": {}}
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict) or not isinstance(data.get("exercises"), dict):
        raise ValueError("not a progress file")
    return {**data, "exercises": {str(number): _entry(found) for number, found in data["exercises"].items()}}


def _entry(found: Any) -> dict[str, Any]:
    """One entry with every field of the right type; ValueError otherwise."""
    if not isinstance(found, dict):
        raise ValueError("not an entry")
    known = {**fresh(), **found}
    if not all(isinstance(known[k], int | float if k == "best" else type(v)) for k, v in EMPTY.items()):
        raise ValueError("a field has the wrong type")
    return known


def _read_or_set_aside(path: Path) -> tuple[dict, str]:
    try:
        return _read(path), ""
    except DAMAGED:
        aside = _claim_name(path)
        try:
            _replace(path, aside)
        except OSError:
            aside.unlink()
            raise
        return {"version": 1, "exercises": {}}, say("record damaged", name=aside.name)


def _claim_name(path: Path) -> Path:
    """A name that nobody has, held by an empty file of ours: the system refuses to open a second one so."""
    for number in range(1, 10_000):
        aside = path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")
        with contextlib.suppress(FileExistsError):
            os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            return aside
    raise FileExistsError(0, "too many damaged progress files")


def _write(path: Path, whole: dict) -> None:
    """All or nothing: a new file beside the old one, then moved over it."""
    whole = {**whole, "exercises": dict(sorted(whole["exercises"].items()))}
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
            json.dump(whole, file, indent=1)  # ASCII: half a letter (a lone surrogate) can be written too
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, name)
        _replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _replace(new: str | Path, path: Path) -> None:
    """Windows refuses while a reader has the old file open: try for a moment."""
    for _ in range(20):
        try:
            return os.replace(new, path)
        except PermissionError:
            time.sleep(0.02)
    os.replace(new, path)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Only one process at a time; the system lets go of the lock when a process ends."""
    with open(path, "a+b") as file:
        _acquire(file.fileno())
        try:
            yield
        finally:
            _release(file.fileno())


def _acquire(number: int) -> None:
    end = time.monotonic() + PATIENCE
    while not _try_lock(number):
        if time.monotonic() > end:
            raise OSError(0, "another notebook keeps the progress file busy")
        time.sleep(0.02)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(number: int) -> bool:
        os.lseek(number, 0, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(number: int) -> None:
        os.lseek(number, 0, os.SEEK_SET)
        with contextlib.suppress(OSError):
            msvcrt.locking(number, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _try_lock(number: int) -> bool:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_UN)
