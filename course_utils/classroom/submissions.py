"""Find who handed in what: a flat folder, a folder a student, or a learning platform's zip.

Nothing is unpacked to disk and nothing is followed out of the folder: links, pipes and devices are named, not opened.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

MOST_BYTES = 200_000_000  # one notebook
MOST_MEMBERS = 20_000  # files of one zip
SKIPPED = ("__MACOSX", ".ipynb_checkpoints", ".git")
HANDED_IN = (".py", ".pdf", ".html", ".docx", ".txt")  # beside notebooks, these are somebody's; a grades.csv is not

# "Anna Smith_123456_assignsubmission_file_" with the notebook inside or behind it
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)", re.DOTALL)
# "smithanna_12345_67890_04_linear_regression.ipynb", late ones with "_LATE" behind the name
CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<id>\d{3,})_(?P<sub>\d{3,})_(?P<rest>.+)", re.DOTALL)


class Unreadable(Exception):
    """A submission that cannot be opened; the text is for its student."""


@dataclass(frozen=True)
class Origin:
    """One file of one student: on disk, or a member of a zip on disk, or of a zip in a zip."""

    path: Path
    members: tuple[str, ...] = ()
    size: int = 0
    when: float = 0.0
    fault: str = ""  # why it cannot be read, known beforehand

    @property
    def name(self) -> str:
        return PurePosixPath(self.members[-1]).name if self.members else self.path.name

    @property
    def label(self) -> str:
        return " / ".join([self.path.name, *self.members])

    def read(self, most: int = MOST_BYTES) -> bytes:
        """The bytes of the file.  Raises Unreadable, with a sentence, and nothing else."""
        if self.fault:
            raise Unreadable(self.fault)
        try:
            data = self._bytes(most)
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
            raise Unreadable(f"The file could not be opened ({type(error).__name__}).") from error
        except Exception as error:  # zlib.error, lzma.LZMAError: whatever a broken zip brings up
            raise Unreadable("The zip is damaged: this file in it could not be unpacked.") from error
        if len(data) > most:
            raise Unreadable(f"The file is larger than {most // 1_000_000} MB.")
        return data

    def _bytes(self, most: int) -> bytes:
        source = self.path
        for member in self.members:
            with zipfile.ZipFile(source) as archive, archive.open(member) as file:
                source = io.BytesIO(file.read(most + 1))
        if isinstance(source, io.BytesIO):
            return source.getvalue()
        with open(source, "rb") as file:
            return file.read(most + 1)


@dataclass
class Submission:
    """Everything one student handed in."""

    student: str
    number: str = ""  # the platform's number of the student
    notebooks: list[Origin] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # names of files that are no notebooks
    late: bool = False


@dataclass(frozen=True)
class _Found:
    student: str
    number: str
    late: bool
    origin: Origin


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
    return _by_student(found)


def _walk(root: Path) -> Iterator[_Found]:
    if root.is_file():
        yield from (_in_class_zip(root) if root.suffix.lower() == ".zip" else [_alone(root.name, _on_disk(root, root))])
        return
    for entry in sorted(root.iterdir()):
        if entry.name.startswith(".") or entry.name in SKIPPED:
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _in_folder(entry, root)
        elif entry.suffix.lower() == ".zip":
            yield from _in_zip(entry, root)
        elif is_notebook(entry.name) or (entry.suffix.lower() in HANDED_IN and entry.stem.lower() != "readme"):
            yield _alone(entry.name, _on_disk(entry, root))


def _on_disk(path: Path, root: Path) -> Origin:
    """A file as it lies there; whatever is not an ordinary file of this folder gets a fault."""
    try:
        inside = path.resolve(strict=True).is_relative_to(root.resolve())
        info = path.stat()
    except OSError:
        return Origin(path, fault="The file could not be opened: it is a link that leads nowhere.")
    if not inside:
        return Origin(path, fault="The file is a link to another place, which is not followed.")
    if not stat.S_ISREG(info.st_mode):
        return Origin(path, fault="This is no ordinary file.")
    return Origin(path, size=info.st_size, when=info.st_mtime)


def _in_folder(folder: Path, root: Path) -> Iterator[_Found]:
    student, number, late, _ = who(folder.name)
    files = [p for p in sorted(folder.rglob("*")) if (p.is_symlink() or not p.is_dir()) and not _hidden(p, folder)]
    for path in files:
        origin = _on_disk(path, root)
        if path.suffix.lower() == ".zip" and not origin.fault:
            yield from (_Found(student, number, late, o) for o in _members(origin))
        else:
            yield _Found(student, number, late, origin)
    if not files:
        yield _Found(student, number, late, Origin(folder / "(empty folder)", fault="The folder is empty."))


def _hidden(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return any(part in SKIPPED or part.startswith(".") for part in parts)


def _in_zip(path: Path, root: Path) -> Iterator[_Found]:
    """A zip in the folder: one student's if its name says so or it holds one notebook, else a whole class's."""
    origin = _on_disk(path, root)
    student, number, late, known = who(path.stem)
    members = [origin] if origin.fault else list(_members(origin))
    one = known or len([m for m in members if is_notebook(m.name)]) <= 1
    yield from ((_Found(student, number, late, m) for m in members) if one else _in_class_zip(path))


def _in_class_zip(path: Path) -> Iterator[_Found]:
    """A learning platform's download: flat files with patterned names, or a folder a student."""
    members = list(_members(Origin(path)))
    if len(members) == 1 and members[0].fault:
        raise ValueError(f"{path} cannot be opened as a zip: {members[0].fault}")
    tops = {PurePosixPath(m.members[0]).parts[0] for m in members if len(PurePosixPath(m.members[0]).parts) > 1}
    drop = 1 if len(tops) == 1 and len(tops) < len(members) and not who(next(iter(tops)))[3] else 0
    for member in members:
        parts = PurePosixPath(member.members[0]).parts[drop:]
        found = _alone(parts[0] if parts else member.name, member)
        nested = member.name.lower().endswith(".zip")
        yield from (
            (_Found(found.student, found.number, found.late, o) for o in _members(member)) if nested else [found]
        )


def _members(origin: Origin) -> list[Origin]:
    """The files in a zip; a zip that cannot be opened is one Origin with a fault."""
    try:
        source = io.BytesIO(origin.read()) if origin.members else origin.path
        with zipfile.ZipFile(source) as archive:
            infos = [i for i in archive.infolist()[:MOST_MEMBERS] if not i.is_dir() and not _hidden_member(i.filename)]
    except (Unreadable, OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return [Origin(origin.path, origin.members, fault="The zip is damaged and cannot be opened.")]
    return [
        Origin(origin.path, (*origin.members, i.filename), i.file_size, i.date_time[0] * 1e10 + _clock(i))
        for i in infos
    ]


def _clock(info: zipfile.ZipInfo) -> float:
    _, month, day, hour, minute, second = info.date_time
    return (((month * 100 + day) * 100 + hour) * 100 + minute) * 100 + second


def _hidden_member(name: str) -> bool:
    return any(part in SKIPPED or part.startswith("._") for part in PurePosixPath(name).parts)


def _alone(name: str, origin: Origin) -> _Found:
    student, number, late, _ = who(name)
    return _Found(student, number, late, origin)


def who(name: str) -> tuple[str, str, bool, bool]:
    """Student, platform's number, late, and whether a platform's pattern matched.

    >>> who("Anna Smith_123456_assignsubmission_file_04.ipynb")[:2], who("o_brien_2.ipynb")[0]
    (('Anna Smith', '123456'), 'o_brien_2')
    """
    match = MOODLE.fullmatch(name) or CANVAS.fullmatch(name)
    if match:
        late = bool(match.groupdict().get("late"))
        return match["name"].strip(), match["id"], late, True
    if is_notebook(name):  # "anna.ipynb.txt" too, as some browsers save it
        return name[: name.lower().rindex(".ipynb")] or name, "", False, False
    known = PurePosixPath(name).suffix.lower() in (".zip", *HANDED_IN)
    return (PurePosixPath(name).stem if known else name), "", False, False


def is_notebook(name: str) -> bool:
    return name.lower().endswith((".ipynb", ".ipynb.txt", ".ipynb.json"))


def _by_student(found: Iterable[_Found]) -> list[Submission]:
    """Group; two people of one name stay two, told apart by the platform's number."""
    numbers: dict[str, set[str]] = {}
    found = list(found)
    for item in found:
        numbers.setdefault(item.student, set()).add(item.number)
    grouped: dict[str, Submission] = {}
    for item in found:
        twins = len(numbers[item.student]) > 1 and item.number
        student = f"{item.student} ({item.number})" if twins else item.student
        submission = grouped.setdefault(student, Submission(student, item.number))
        submission.late |= item.late
        notebook = is_notebook(item.origin.name) or bool(item.origin.fault)
        (submission.notebooks if notebook else submission.others).append(item.origin if notebook else item.origin.name)
    return [grouped[name] for name in sorted(grouped)]
