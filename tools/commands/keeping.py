"""Files that belong to a person are made, moved and renewed here: whole or not at all, and never over another one.

Two commands at once, JupyterLab saving meanwhile, a full disk, a stopped program: in each case both contents are there
afterwards.  What decides is always one step of the file system that fails where the name is taken (a hard link, or a
file opened with O_EXCL), never a look beforehand.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tools.commands.say import Fault

CLAIM = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)


def is_taken(path: Path) -> bool:
    """True where the name is in use, also by a link that leads nowhere (a stick that is not plugged in)."""
    return os.path.lexists(path)


def put_new(path: Path, data: bytes) -> bool:
    """Make a file whole or not at all; False, and nothing done, where the name is in use."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(path, data) as half:
        return take_name(half, path)


def renew(path: Path, data: bytes) -> None:
    """Replace a file's content in one step: the old one whole until the new one is; a link stays a link."""
    place = Path(os.path.realpath(path))
    with written_beside(place, data) as half:
        if place.exists():
            shutil.copymode(place, half)
        os.replace(half, place)


@contextlib.contextmanager
def written_beside(path: Path, data: bytes) -> Iterator[Path]:
    """The data as a hidden file beside `path`, safe on the disk; gone after the block."""
    half = claim(path.with_name(f".{path.name[:60]}.{number}.half") for number in itertools.count(os.getpid()))
    try:
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield half
    finally:
        half.unlink(missing_ok=True)


def take_name(half: Path, path: Path) -> bool:
    """Give a finished file its name unless that is in use."""
    try:
        os.link(half, path)
    except FileExistsError:
        return False
    except OSError:  # a disk without hard links, such as a stick
        return take_name_without_links(half, path)
    return True


def take_name_without_links(half: Path, path: Path) -> bool:
    """The same in two steps: an empty file of ours holds the name until the finished one takes its place."""
    try:
        if os.name == "nt":
            os.rename(half, path)  # Windows refuses to rename over another file
            return True
        claimed = claim([path])
    except FileExistsError:
        return False
    move_to(half, claimed)
    return True


def set_aside(path: Path, mark: str) -> Path | None:
    """Move a file (a link as it is) to the first free `NN_topic mark.ipynb`; None where it has gone meanwhile."""
    if path.is_dir():
        raise Fault(f"{path} is a folder, and a notebook belongs there: rename it, then run this again.")
    aside = claim(names_for(path, mark))
    try:
        move_to(path, aside)
    except FileNotFoundError:
        return None
    return aside


def move_to(path: Path, claimed: Path) -> None:
    """Move a file over an empty one of ours, which goes where that fails."""
    try:
        os.replace(path, claimed)
    except BaseException:
        claimed.unlink()
        raise


def put_in_front(path: Path, data: bytes, mark: str, tell: Callable[[Path], None]) -> None:
    """Have `data` under the name `path`; what has the name is set aside, and `tell` hears where to.

    The new file is written first: on a full disk everything stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(path, data) as half:
        while not (holds(path, data) or (not is_taken(path) and take_name(half, path))):
            aside = set_aside(path, mark)
            if aside is not None and holds(aside, data):
                aside.unlink()  # the same, put there by another command this moment
            elif aside is not None:
                tell(aside)


def holds(path: Path, data: bytes) -> bool:
    """True where the file can be read and holds just that."""
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def names_for(path: Path, mark: str) -> Iterator[Path]:
    """`NN_topic mark.ipynb`, then with a number after it.

    >>> [name.name for name in itertools.islice(names_for(Path("04.ipynb"), "(mine)"), 2)]
    ['04 (mine).ipynb', '04 (mine) 2.ipynb']
    """
    yield path.with_name(f"{path.stem} {mark}{path.suffix}")
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem} {mark} {number}{path.suffix}")


def claim(names: Iterable[Path]) -> Path:
    """The first of the names that nobody has, as an empty file of ours; FileExistsError where all are in use."""
    for path in names:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, CLAIM, 0o666))
            return path
    raise FileExistsError("every name is in use")
