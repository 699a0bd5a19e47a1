"""Read a notebook that may be broken, and say in words what was wrong with it.

Whatever the file holds, `read_notebook` returns the code cells that can be had and never raises.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from course_utils.classroom.salvage import is_vast, parse, salvage
from course_utils.classroom.wording import counted, listed

MOST_CELLS = 2_000
MOST_SOURCE = 1_000_000  # characters of one cell
MOST_SET_UP = 20_000  # characters in which its statements are looked for
BIG_FILE = 10_000_000
NEW_SYNTAX = {  # what an older Python calls a SyntaxError, by the first version that knows it
    (3, 12): re.compile(r"^\s*(?:type\s+\w+(?:\[[^\n]*\])?\s*=|(?:async\s+)?def\s+\w+\[|class\s+\w+\[)", re.MULTILINE),
    (3, 14): re.compile(r"""^\s*(?:except\s+\w+\s*,\s*\w+\s*:|\w+\s*=\s*[tT]["'])""", re.MULTILINE),
}
CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7}).*$", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One code cell: its place among all cells counted from 1, source, id, and nbgrader's mark where it has one."""

    place: int
    source: str
    id: str = ""
    grade_id: str = ""
    locked: bool = False


@dataclass
class Notebook:
    """The code cells of a submission, and sentences about what was repaired (`notes`) or lost."""

    cells: list[Cell] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    repaired: bool = False
    readable: bool = True
    digest: bytes = b""  # of the file, once it is chosen
    lesson: str = ""  # what the notebook says it is, "04"
    python: tuple[int, ...] = ()  # the version that it says it was written with

    def say(self, sentence: str) -> None:
        """A note about a repair."""
        self.notes.append(sentence)
        self.repaired = True


def read_notebook(data: bytes) -> Notebook:
    """The code cells of a notebook file, however damaged.

    Parameters
    ----------
    data : bytes
        The file's content.

    Returns
    -------
    Notebook
        `readable` is False where not one cell could be had; `notes` say why, in words for the student.

    >>> read_notebook(b'{"cells": [{"cell_type": "code", "source": "x = 1"}, {"cell_ty').cells[0].source
    'x = 1'
    """
    notebook = Notebook()
    if not data.strip():
        return Notebook([], ["The file is empty."], readable=False)
    if len(data) > BIG_FILE:
        notebook.notes.append(
            f"The file has {len(data) / 1e6:.0f} MB, nearly all of it stored outputs, which do not count."
            " Next time, clear the outputs before you hand it in."
        )
    raw = list(_raw_cells(_text(data, notebook), notebook))
    _take(raw, notebook)
    if not notebook.cells:
        notebook.readable = False
        notebook.notes.append("No code cell could be found in this file.")
    return notebook


def _text(data: bytes, notebook: Notebook) -> str:
    for encoding in ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig"]:
        try:
            text = data.decode(encoding)
            if encoding != "utf-8-sig":
                notebook.say("The file was saved in another text encoding (UTF-16); it was read all the same.")
            return text
        except UnicodeDecodeError:
            pass
    notebook.say("The file has bytes that are no text (UTF-8 was expected); they were replaced.")
    return data.decode("utf-8", errors="replace")


def _raw_cells(text: str, notebook: Notebook) -> Iterator[Any]:
    """The cells as JSON objects, from the whole document or from what is left of it."""
    document = parse(text)
    if document is None and CONFLICT.search(text):
        notebook.say("The file holds marks of a merge conflict (<<<<<<<); they were taken out and both sides kept.")
        document = parse(CONFLICT.sub("", text))
    if document is None:
        cells = list(islice(salvage(text), MOST_CELLS))
        why = "has too many parts to be read whole" if is_vast(text) else "is broken: it is not valid JSON"
        notebook.say(f"The file {why}. {counted(len(cells), 'cell')} could be saved from it.")
        yield from cells
        return
    if not isinstance(document, dict):
        notebook.say("The file is valid JSON but no notebook.")
        return
    _about(document, notebook)
    cells = document.get("cells")
    if cells is None:
        sheets = document.get("worksheets")  # nbformat 3
        cells = (
            [c for s in sheets if isinstance(s, dict) for c in s.get("cells") or []] if isinstance(sheets, list) else []
        )
        if cells:
            notebook.say("The notebook is in an old format (version 3); it was read all the same.")
    yield from cells if isinstance(cells, list) else []


def _about(document: dict, notebook: Notebook) -> None:
    """The notebook's own word on its language and its lesson."""
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    course = metadata.get("course")
    if isinstance(course, dict):
        notebook.lesson = str(course.get("lesson", ""))[:4]
    named = [metadata.get(key) for key in ("kernelspec", "language_info")]
    languages = [str(n.get("language") or n.get("name") or "").lower() for n in named if isinstance(n, dict)]
    notebook.python = _version(metadata.get("language_info"))
    other = [name[:40] for name in languages if name and not re.match(r"python|ipython|pyodide|xpython", name)]
    if len(other) == len(languages) and other:
        notebook.say(f"The notebook says it is written for the kernel '{other[0]}'; it was run as Python all the same.")


def _version(about: Any) -> tuple[int, ...]:
    """(3, 12) for "3.12.4"; nothing where it is not told."""
    told = about.get("version") if isinstance(about, dict) else None
    match = re.match(r"(\d{1,2})\.(\d{1,3})\b", told) if isinstance(told, str) else None
    return (int(match[1]), int(match[2])) if match else ()


def newer_python(notebook: Notebook, ours: tuple[int, int]) -> str:
    """What to say of a notebook with a SyntaxError, where it may be written for a newer Python than `ours`."""
    text = "\n".join(c.source for c in notebook.cells)
    needs = max((version for version, look in NEW_SYNTAX.items() if look.search(text)), default=())
    newest = max(needs, notebook.python)
    if newest <= ours:
        return ""
    why = "uses syntax of" if needs > ours else "was written with"
    return (
        f"A cell stops with a SyntaxError, and this notebook {why} Python {newest[0]}.{newest[1]}, while"
        f" {ours[0]}.{ours[1]} graded it: look at it, or grade it in an environment of that Python."
    )


def _take(raw: list[Any], notebook: Notebook) -> None:
    """Turn JSON cells into `Cell`s."""
    broken = 0
    for place, cell in enumerate(raw[:MOST_CELLS], 1):
        if not isinstance(cell, dict):
            broken += 1
        elif cell.get("cell_type") == "code":
            notebook.cells.append(_cell(place, cell, notebook))
    if broken:
        notebook.say(f"{counted(broken, 'cell')} had no readable form and had to be left out.")
    if len(raw) > MOST_CELLS:
        notebook.say(f"The notebook has {len(raw)} cells; only the first {MOST_CELLS} were read.")


def _cell(place: int, cell: dict, notebook: Notebook) -> Cell:
    source = cell.get("source", cell.get("input", ""))
    source = "".join(s for s in source if isinstance(s, str)) if isinstance(source, list) else source
    if not isinstance(source, str):
        notebook.say(f"Cell {place} has no readable text.")
        source = ""
    if len(source) > MOST_SOURCE:
        notebook.say(f"Cell {place} is longer than {MOST_SOURCE} characters and was left out.")
        source = ""
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    mark = mark if isinstance(mark, dict) else {}
    return Cell(
        place,
        source.encode("utf-8", "replace").decode(),
        _word(cell.get("id")),
        _word(mark.get("grade_id")),
        mark.get("locked") is True,
    )


def _word(value: Any) -> str:
    return value[:80] if isinstance(value, str) else ""


# --- against what was handed out ---------------------------------------------------------------------------------


def compare(notebook: Notebook, released: Notebook | None) -> None:
    """Tell deleted, doubled, renamed and moved graded cells; put a missing first cell (the set-up) back.

    Marks do not depend on cells, only on the names they define, so none of this costs a point by itself.
    """
    if released is None or not notebook.readable:
        return
    ours = [c.grade_id for c in released.cells if c.grade_id]
    theirs = [c.grade_id for c in notebook.cells if c.grade_id]
    counts = Counter(theirs)
    missing = [g for g in ours if g not in counts]
    unknown = list(dict.fromkeys(g for g in theirs if g not in ours))
    if doubled := [g for g in dict.fromkeys(theirs) if counts[g] > 1]:
        notebook.say(f"Cells that are there more than once: {listed(doubled)}. What the last one defines counts.")
    if missing:
        notebook.say(
            f"Cells that were deleted or lost their mark: {listed(missing)}. What the notebook defines was graded"
            " all the same."
        )
    if unknown:
        notebook.say(
            f"Cells with a mark that was not handed out: {listed(unknown)}. They were run like any other cell."
        )
    order = [g for g in dict.fromkeys(theirs) if g in ours]
    if order != [g for g in ours if g in counts]:
        notebook.say("Cells were moved; they were run in the order in which they stand.")
    _put_setup_back(notebook, released)


def _put_setup_back(notebook: Notebook, released: Notebook) -> None:
    """The first cell as it was handed out, in front, unless all its statements stand in the notebook."""
    first = released.cells[0] if released.cells else None
    if first is None or (first.grade_id and not first.locked):
        return
    theirs = {_bare(row) for c in notebook.cells for row in _statements(c.source[:MOST_SET_UP])}
    missing = [row for row in _statements(first.source) if _bare(row) not in theirs]
    if not missing:
        return
    whole = len(missing) == len(_statements(first.source))
    notebook.cells.insert(0, Cell(0, first.source, first.id))
    what = "The set-up cell at the top was" if whole else "Lines of the set-up cell at the top were"
    notebook.say(f"{what} missing; {'it was' if whole else 'they were'} put back before the notebook was run.")


def _statements(source: str) -> list[str]:
    """The lines of code of a cell, or its statements where it can be parsed."""
    source = re.sub(r"^[!%].*$", "", source, flags=re.MULTILINE)
    try:
        return [ast.unparse(node) for node in ast.parse(source).body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [row for row in source.splitlines() if row.strip() and not row.lstrip().startswith("#")]


def _bare(source: str) -> str:
    return re.sub(r"\s+", "", source)
