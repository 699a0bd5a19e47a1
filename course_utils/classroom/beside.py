"""Files that were handed in with a notebook, helper modules and data: put beside it in the sandbox, within bounds."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from course_utils.classroom.submissions import Origin, Submission, Unreadable

MOST_FILES, MOST_BYTES = 20, 5_000_000  # of one hand-in
MOST_TRIED = 40  # files that are opened, those that turn out unreadable among them
LONGEST, DEEPEST = 100, 5
PLAIN_NAME = re.compile(r"(?![.\-~])[\w\-. ()+,]+")
PRINTED = (".html", ".htm", ".pdf", ".docx", ".zip")  # nothing that a notebook opens
OURS = ("course_utils", "inside")  # a copy of the course is not put in place of the course


@dataclass(frozen=True)
class Beside:
    """What lies beside the notebook: {its path from there: what is in it}, and sentences about it."""

    files: dict[str, bytes]
    notes: list[str]

    def digest(self) -> bytes:
        """Changes when a name or a byte does."""
        sha = hashlib.sha256()
        for name, data in sorted(self.files.items()):
            sha.update(f"{len(name.encode())} {name} {len(data)} ".encode() + data)
        return sha.digest()


def beside(submission: Submission, notebook: Origin) -> Beside:
    """The files of the same hand-in, read; never those of another one."""
    files: dict[str, bytes] = {}
    left, notes = MOST_BYTES, []
    order = sorted(_named(submission, notebook), key=lambda pair: (pair[0].count("/"), pair[0]))
    for name, origin in order[:MOST_TRIED]:
        if len(files) == MOST_FILES:
            notes.append(f"Only the first {MOST_FILES} files beside the notebook were put beside it.")
            break
        try:
            data = origin.read(left)
        except Unreadable as error:
            notes.append(f"{name}, beside the notebook: {error}")
            continue
        files.setdefault(name, data)
        left -= len(data)
    if files:
        notes.insert(0, f"Handed in with the notebook, and there while it ran: {', '.join(files)}.")
    return Beside(files, notes)


def _named(submission: Submission, notebook: Origin) -> list[tuple[str, Origin]]:
    """Each file with its path as the notebook sees it; those of no sensible name are left out."""
    found = []
    for own, origin in submission.files:
        parts = _parts(own, origin, notebook)
        sensible = all(PLAIN_NAME.fullmatch(p) and len(p) <= LONGEST for p in parts) and 0 < len(parts) <= DEEPEST
        if sensible and PurePosixPath(parts[-1]).suffix.lower() not in PRINTED and parts[0] not in OURS:
            found.append(("/".join(parts), origin))
    return found


def _parts(own: str, origin: Origin, notebook: Origin) -> tuple[str, ...]:
    """The path from the notebook's folder down, or only the name of what lies elsewhere."""
    if own:
        return (own,)
    if origin.members:
        same = (origin.path, origin.members[:-1]) == (notebook.path, notebook.members[:-1])
        path, folder = PurePosixPath(origin.shown[-1]), PurePosixPath(notebook.shown[-1]).parent if same else None
    else:
        path, folder = PurePosixPath(origin.path), None if notebook.members else PurePosixPath(notebook.path).parent
    inside = folder is not None and path.is_relative_to(folder)
    return path.relative_to(folder).parts if inside else (path.name,)
