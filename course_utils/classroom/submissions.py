"""Find who handed in what: a flat folder, a folder a student, or a learning platform's zip.

Nothing is unpacked to disk, no link is followed, and whatever comes in one hand-in belongs to whoever handed that in:
the outermost name decides, names inside do not.
"""

from __future__ import annotations

import calendar
import os
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePosixPath

from course_utils.classroom.archive import (
    MOST_BYTES,
    MOST_MEMBERS,
    Unreadable,
    is_link,
    members,
    read_file,
    read_member,
    readable,
    readable_member,
)
from course_utils.classroom.platforms import HANDED_IN, Who, is_notebook, recognise

MOST_LISTED = 500  # files of one hand-in that are looked at
MOST_ZIPS, DEEPEST_ZIP = 5, 3  # zips of one hand-in that are opened; zips in zips
DEEPEST_FOLDER = 12
MOST_OPENED, MOST_READ = 20, 200_000_000  # notebooks of one student, and their bytes
LONGEST_NAME = 150  # letters
SKIPPED = ("__MACOSX", ".ipynb_checkpoints", ".git")
NOBODYS = ("readme", "index")  # files that come with a download
UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True)
class Origin:
    """One file of one student: on disk, or a member of a zip on disk, or of a zip in a zip."""

    path: Path
    members: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()  # the members' names as text
    size: int = 0
    when: float = 0.0
    fault: str = ""  # why it cannot be read, known beforehand

    @property
    def name(self) -> str:
        return presentable(PurePosixPath(self.shown[-1]).name if self.shown else readable(self.path.name))

    @property
    def label(self) -> str:
        return " / ".join(presentable(part) for part in (readable(self.path.name), *self.shown))

    def read(self, most: int = MOST_BYTES) -> bytes:
        """The bytes of the file.  Raises Unreadable, with a sentence, and nothing else."""
        if self.fault:
            raise Unreadable(self.fault)
        if not self.members:
            return read_file(self.path, most)
        source: Path | bytes = self.path if self.size < 0 else read_file(self.path)
        for member in self.members[:-1]:
            source = read_member(source, member)
        return read_member(source, self.members[-1], most)


@dataclass
class Submission:
    """Everything one student handed in."""

    student: str
    number: str = ""  # the platform's number of the student
    notebooks: list[Origin] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # names of files that are no notebooks
    files: list[tuple[str, Origin]] = field(default_factory=list)  # those files; the name where a platform's hides it
    late: bool = False
    platform: str = ""  # moodle, canvas, blackboard, brightspace
    hand_ins: list[str] = field(default_factory=list)  # the outermost names
    notes: list[str] = field(default_factory=list)  # what a teacher must know

    def opened(self, lesson: str = "") -> Iterator[tuple[Origin, bytes | Unreadable]]:
        """The notebooks that are opened, with what is in them: those called like the lesson first, then the newest."""
        left = MOST_READ
        order = sorted(self.notebooks, key=lambda o: (lesson not in o.name, -o.when, o.label))
        for origin in order[:MOST_OPENED]:
            if left <= 0:
                return
            try:
                content: bytes | Unreadable = origin.read()
            except Unreadable as error:
                content = error
            left -= len(content) if isinstance(content, bytes) else 0
            yield origin, content


@dataclass
class _HandIn:
    """What lies outermost under one name."""

    name: str
    origins: list[Origin]
    notes: list[str] = field(default_factory=list)


def find(root: str | Path) -> list[Submission]:
    """All submissions under a folder, in a zip, or the one in a notebook file, sorted by student.

    Parameters
    ----------
    root : str or Path
        A folder of notebooks, a folder of one folder a student, a platform's zip, or one notebook.

    Returns
    -------
    list[Submission]
        A student without any notebook is listed too, with an empty `notebooks`.

    Raises
    ------
    ValueError
        Where there is nothing to grade: no such path, an empty folder, a zip that cannot be opened.

    >>> import tempfile; folder = tempfile.mkdtemp(); _ = (Path(folder) / "anna.ipynb").write_text("{}")
    >>> [s.student for s in find(folder)]
    ['anna']
    """
    root = Path(root)
    if not root.exists():
        raise ValueError(f"there is no folder or file {root}")
    found = list(_walk(root))
    if not found:
        raise ValueError(f"{root} holds no submissions: a folder of notebooks, of one folder a student, or a zip")
    if len(found) == 1 and root.is_dir() and _is_download(found[0]):
        raise ValueError(f"{root} holds a platform's download, {found[0].name}: name that one, to grade whom it holds")
    return _by_student(found)


# --- what lies there ---------------------------------------------------------------------------------------------


def _walk(root: Path) -> Iterator[_HandIn]:
    if root.is_dir():
        yield from filter(None, (_entry(path) for path in sorted(root.iterdir())))
    elif root.suffix.lower() == ".zip":
        yield from _class_zip(root)
    else:
        yield _HandIn(readable(root.name), [_on_disk(root.resolve())])


def _entry(path: Path) -> _HandIn | None:
    """What one file or folder of the class's folder is; None for what is nobody's."""
    name = readable(path.name)
    if name.startswith(".") or name in SKIPPED:
        return None
    if path.is_dir() and not is_link(path):
        return _bounded(name, _in_folder(path), path.name)
    if not (path.is_dir() or _is_somebodys(name)):
        return None
    return _bounded(name, [_on_disk(path)], path.name)


def _is_somebodys(name: str) -> bool:
    """A notebook, a zip, or a file of which a platform, or its ending, says that a student handed it in."""
    suffix, stem = PurePosixPath(name).suffix.lower(), PurePosixPath(name).stem.lower()
    ours = suffix == ".zip" or (suffix in HANDED_IN and stem not in NOBODYS)
    return is_notebook(name) or ours or bool(recognise([name])[0].platform)


def _bounded(name: str, origins: Iterable[Origin], raw: str = "") -> _HandIn:
    """A hand-in with its zips opened, as far as the limits go; what goes beyond is told."""
    zips, found, notes = [MOST_ZIPS], [], []
    for origin in origins:
        found += _expanded(origin, zips)
    if len(found) > MOST_LISTED:
        notes.append(f"There are {len(found)} files in it; only {MOST_LISTED} were looked at.")
        found = sorted(found, key=lambda o: not is_notebook(o.name))[:MOST_LISTED]
    if raw and not _is_utf8(raw):
        notes.append(f"The name is not written in UTF-8; it was read as {presentable(name)}.")
    return _HandIn(name, found, notes)


def _is_utf8(name: str) -> bool:
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


def _on_disk(path: Path) -> Origin:
    """A file as it lies there; whatever is not an ordinary file gets a fault."""
    if is_link(path):
        return Origin(path, fault="The file is a link to another place, which is not followed.")
    try:
        info = path.stat()
    except OSError as error:
        return Origin(path, fault=f"The file could not be opened ({type(error).__name__}).")
    return Origin(path, size=info.st_size, when=info.st_mtime)


def _in_folder(folder: Path) -> list[Origin]:
    """All files of a student's folder, however deep."""
    found = list(islice(_files(folder, DEEPEST_FOLDER), MOST_MEMBERS))
    return found or [Origin(folder / "(empty folder)", fault="The folder is empty.")]


def _files(folder: Path, deep: int) -> Iterator[Origin]:
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        yield Origin(folder, fault=f"The folder could not be opened ({type(error).__name__}).")
        return
    for path in inside:
        if path.name in SKIPPED or path.name.startswith("."):
            continue
        if is_link(path) or not path.is_dir():
            yield _on_disk(path)
        elif deep:
            yield from _files(path, deep - 1)


def _expanded(origin: Origin, zips: list[int]) -> list[Origin]:
    """A file, or what is in it where it is a zip; `zips` counts down how many may still be opened."""
    if origin.fault or not origin.name.lower().endswith(".zip"):
        return [origin]
    if not zips[0] or len(origin.members) >= DEEPEST_ZIP:
        return [replace(origin, fault="There are too many zips in this hand-in: this one was not opened.")]
    zips[0] -= 1
    try:
        inside = _zipped(origin, members(origin.read()))
    except Unreadable as error:
        return [replace(origin, fault=str(error))]
    return [each for member in inside for each in _expanded(member, zips)]


def _zipped(origin: Origin, infos: Iterable[zipfile.ZipInfo]) -> list[Origin]:
    """The files of a zip, without what computers add to zips."""
    shown = [(info, readable_member(info)) for info in infos]
    return [
        replace(origin, members=(*origin.members, info.filename), shown=(*origin.shown, name), when=_clock(info))
        for info, name in shown
        if not any(part in SKIPPED or part.startswith("._") for part in name.split("/"))
    ]


def _clock(info: zipfile.ZipInfo) -> float:
    try:
        return float(calendar.timegm(info.date_time))
    except ValueError:
        return 0.0


def _class_zip(path: Path) -> Iterator[_HandIn]:
    """A learning platform's download: flat files with patterned names, or a folder a student."""
    try:
        found = _zipped(Origin(path.resolve(), size=-1), members(path.resolve()))
    except Unreadable as error:
        raise ValueError(f"{path} cannot be opened as a zip: {error}") from error
    parts = [[part for part in o.shown[0].split("/") if part not in ("", ".", "..")] or ["?"] for o in found]
    drop = 1 if _wrapped(parts) else 0
    grouped: dict[str, list[Origin]] = defaultdict(list)
    for origin, names in zip(found, parts, strict=True):
        if len(names) - drop > 1 or _is_somebodys(names[drop]):
            grouped[names[drop]].append(origin)
    for name in sorted(grouped):
        yield _bounded(name, grouped[name])


def _wrapped(parts: list[list[str]]) -> bool:
    """Whether everything lies in one folder that is no student but the class."""
    tops = {names[0] for names in parts if len(names) > 1}
    if len(tops) != 1 or any(len(names) < 2 for names in parts) or recognise(list(tops))[0].platform:
        return False
    return len({names[1] for names in parts if is_notebook(names[-1]) or len(names) > 2}) > 1


def _is_download(hand_in: _HandIn) -> bool:
    """Whether one lone hand-in is a whole class's: a platform gave its files the names of several students."""
    inside = [o.shown[0] if o.shown else os.sep.join(o.path.parts[-2:]) for o in hand_in.origins]
    names = {part for name in inside for part in readable(name).split("/")}
    return len({w.student for w in recognise(sorted(names)) if w.platform}) > 1


# --- whose it is -------------------------------------------------------------------------------------------------


def presentable(name: str) -> str:
    """A name that can be shown, compared and sorted: accents in one form, nothing unseen in it, not too long."""
    shown = unicodedata.normalize("NFC", UNSHOWN.sub("�", name)).strip()
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 20]}…{shown[-19:]}"


def _by_student(hand_ins: list[_HandIn]) -> list[Submission]:
    """Group what a platform says is one student's; everything else is a hand-in of its own."""
    grouped: dict[tuple, Submission] = {}
    whose = recognise([h.name for h in hand_ins])
    for place, (hand_in, who) in enumerate(zip(hand_ins, whose, strict=True)):
        key = (who.platform, who.number, who.student) if who.platform else ("", place)
        made = Submission(presentable(who.student) or "?", who.number, platform=who.platform)
        _add(grouped.setdefault(key, made), hand_in, who)
    found = list(grouped.values())
    _tell_apart(found)
    return sorted(found, key=lambda s: s.student)


def _add(submission: Submission, hand_in: _HandIn, who: Who) -> None:
    submission.late |= who.late
    submission.hand_ins.append(presentable(hand_in.name))
    submission.notes += hand_in.notes
    for origin in hand_in.origins:
        if is_notebook(origin.name) or origin.fault:
            submission.notebooks.append(replace(origin, when=who.when or origin.when))
        else:
            submission.others.append(origin.name)
            submission.files.append((who.rest if origin.name == presentable(hand_in.name) else "", origin))


def _tell_apart(found: list[Submission]) -> None:
    """No two rows with one name, and a word to the teacher where two hand-ins claim the same one."""
    for same in _alike(found, lambda s: s.student):
        if all(s.number for s in same):
            for s in same:
                s.student = f"{s.student} ({s.number})"
    for same in _alike(found, lambda s: unicodedata.normalize("NFKC", s.student).casefold()):
        for s in same:
            if others := sorted({o.student for o in same} - {s.student}):
                s.notes.append(f"Only capitals or accents make this name another one than {', '.join(others)}.")
    while claims := _alike(found, lambda s: s.student):
        for same in claims:
            said = (
                f"{len(same)} hand-ins are called {same[0].student}: {', '.join(h for s in same for h in s.hand_ins)}."
            )
            for place, s in enumerate(same, 1):
                s.student = f"{s.student} ({place} of {len(same)})"
                s.notes.append(f"{said} Each was graded in a row of its own: a person must say which one counts.")


def _alike(found: list[Submission], key) -> list[list[Submission]]:
    groups: dict[str, list[Submission]] = defaultdict(list)
    for s in found:
        groups[key(s)].append(s)
    return [same for same in groups.values() if len(same) > 1]
