"""A learning platform's own table with our marks filled in, and nothing else of it changed, not one byte.

Moodle's grading worksheet and Canvas's gradebook export carry what their importers ask for: ids, dates, headings in the
site's language, other people's columns.  So the platform's file is the form, and we write marks into one column of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.classroom.results import number
from course_utils.classroom.wording import counted, listed

SEPARATORS = ",;\t"
STAYS = ("EX", "N/A")  # Canvas: excused, and not assigned to this student
ONE_HEADING = "name one of these columns with --column: {headings}"


@dataclass(frozen=True)
class Cell:
    """One cell: what it says, and where it stands in the text."""

    said: str
    start: int
    end: int


@dataclass
class Form:
    """A platform's table as it came."""

    text: str
    encoding: str
    rows: list[list[Cell]]

    @property
    def headings(self) -> list[str]:
        return [cell.said.strip() for cell in self.rows[0]]

    def said(self, row: int, column: int) -> str:
        cells = self.rows[row]
        return cells[column].said.strip() if column < len(cells) else ""

    def filled(self, marks: dict[int, str], column: int) -> bytes:
        """The file with `marks` (row -> what to write) in one column."""
        pieces, at = [], 0
        for row in sorted(marks):
            cell = self.rows[row][column]
            quote = '"' if self.text[cell.start : cell.start + 1] == '"' else ""
            pieces += [self.text[at : cell.start], quote, marks[row], quote]
            at = cell.end
        return ("".join(pieces) + self.text[at:]).encode(self.encoding)


@dataclass
class Filled:
    """What became of a worksheet: its bytes, and who could not be matched."""

    data: bytes
    marks: dict[str, str]  # student -> what was written
    strangers: list[str] = field(default_factory=list)  # graded, but not in the worksheet
    kept: list[str] = field(default_factory=list)  # in the worksheet, and left as they were
    replaced: int = 0  # other marks that stood there
    scale: float = 1.0
    most: float = 0.0

    def tell(self, path: Path) -> str:
        """What was done, in sentences."""
        told = [f"{path}: {counted(len(self.marks), 'mark')} filled in; nothing else of the file was changed."]
        if self.scale != 1:
            told.append(f"The platform gives {number(self.most)} points for this, so every mark was scaled to that.")
        if self.replaced:
            told.append(f"Marks that stood there and were others: {self.replaced}, replaced.")
        if self.strangers:
            told.append(f"Graded, but not surely in the worksheet, so left out: {listed(self.strangers, 12)}.")
        if self.kept:
            told.append(f"In the worksheet without a mark from us, left as they were: {listed(self.kept, 12)}.")
        return "\n".join(told)


def read_form(path: Path) -> Form:
    """A platform's table.  Raises ValueError where it is none."""
    data, encoding = path.read_bytes(), "utf-8"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16-le" if data[:1] == b"\xff" else "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no UTF-8 text: take the platform's file as it came, not saved by Excel") from error
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    rows = list(_rows(text, separator))
    if len(rows) < 2 or len(rows[0]) < 3:
        raise ValueError(f"{path} is no table of a learning platform: it has no rows of students")
    return Form(text, encoding, rows)


def _rows(text: str, separator: str) -> Iterator[list[Cell]]:
    """Every line's cells, with their places; a quoted cell may hold separators, doubled quotes and line breaks."""
    ends = re.escape(separator)
    cell = re.compile(rf'("(?:[^"]|"")*"[^{ends}\r\n]*|[^{ends}\r\n]*)({ends}|\r\n|\n|\r|\Z)')
    at, row = 1 if text[:1] == "\ufeff" else 0, []
    while at < len(text) or row:
        found = cell.match(text, at)
        raw = found[1]
        said = re.sub(r'^"(.*)"[^"]*$', lambda m: m[1].replace('""', '"'), raw, flags=re.S)
        row.append(Cell(said, found.start(1), found.end(1)))
        at = found.end()
        if found[2] != separator:
            if len(row) > 1 or row[0].said.strip():
                yield row
            row = []


def squash(name: str) -> str:
    """A name as platforms agree on it: letters and digits only.

    >>> squash("Smith, Anna"), squash("smithanna")
    ('smithanna', 'smithanna')
    """
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def plain_name(result: dict) -> str:
    """A student's name without the number that tells two of one name apart."""
    return result["student"].removesuffix(f" ({result['number']})")


def match(form: Form, results: list[dict], platform: str, places: tuple[int, int, int]) -> dict[int, dict]:
    """{row: result} for everybody who is surely in the table.

    Parameters
    ----------
    form : Form
    results : list of dict
    platform : str
        Whose table it is: another platform's numbers do not count.
    places : tuple of int
        The column that holds the platform's number of a student, alone or at a text's end; the first column that does
        not say who somebody is; the first row of a student.

    A number alone is not enough: the row must hold the name as well.  Without a number the name must be there once.  A
    row that two students claim is nobody's.
    """
    ids, about, first = places
    rows = range(first, len(form.rows))
    said = {row: _names(form, row, about) for row in rows}
    number_of = {row: m[0] if (m := re.search(r"\d+$", form.said(row, ids))) else "" for row in rows}
    claims: dict[int, list[dict]] = {}
    for result in results:
        wanted = result["number"] if result.get("platform", "") in ("", platform) else ""
        name = squash(plain_name(result))
        fits = [row for row in rows if name in said[row] and wanted in ("", number_of[row])]
        if name and len(fits) == 1:
            claims.setdefault(fits[0], []).append(result)
    return {row: claimed[0] for row, claimed in claims.items() if len(claimed) == 1}


def _names(form: Form, row: int, about: int) -> set[str]:
    """What somebody may be called in a row: any cell about them, or the first two as last and first name."""
    cells = [squash(form.said(row, column)) for column in range(about)]
    return {*cells, "".join(cells[:2])} - {""}


def fill(form: Form, results: list[dict], pairs: dict[int, dict], column: int, most: str, first: int) -> Filled:
    """Write every mark into its row, of students from row `first` on; cells that say one of `STAYS` stay."""
    highest = as_number(most)
    if highest is None:
        raise ValueError("the platform grades this by a scale or a rubric, not by points: nothing can be filled in")
    scale = highest / results[0]["max_score"] if results[0]["max_score"] else 1.0
    marks = {row: number(r["score"] * scale) for row, r in pairs.items() if _free(form, row, column)}
    there = {row: as_number(form.said(row, column)) for row in marks}
    return Filled(
        form.filled(marks, column),
        {pairs[row]["student"]: mark for row, mark in marks.items()},
        strangers=[r["student"] for r in results if r not in pairs.values()],
        kept=[form.said(row, 0) for row in range(first, len(form.rows)) if row not in marks],
        replaced=sum(there[row] not in (None, as_number(mark)) for row, mark in marks.items()),
        scale=scale,
        most=highest,
    )


def _free(form: Form, row: int, column: int) -> bool:
    return column < len(form.rows[row]) and form.said(row, column) not in STAYS


def as_number(said: str) -> float | None:
    """A number as tables write it, with a point or a comma; None for anything else.

    >>> as_number("12,50"), as_number("100.00"), as_number("-")
    (12.5, 100.0, None)
    """
    return float(said.replace(",", ".")) if re.fullmatch(r"\d+([.,]\d+)?", said) else None


def column_called(form: Form, wanted: str) -> int:
    """The place of a heading.  Raises ValueError with all headings."""
    places = [i for i, heading in enumerate(form.headings) if heading == wanted]
    if len(places) != 1:
        raise ValueError(
            f"the worksheet has {len(places) or 'no'} column{'s' * (len(places) > 1)} {wanted!r}: "
            + ONE_HEADING.format(headings=", ".join(map(repr, form.headings)))
        )
    return places[0]


def moodle(path: Path, results: list[dict], column: str | None = None) -> Filled:
    """Moodle's grading worksheet.

    Its importer looks for three headings in the site's language, *Identifier*, *Grade* and *Last modified (grade)*;
    passes over whoever changed in Moodle since that date, over grades above the maximum and over empty ones; and takes
    every other column of feedback as it stands in the file, so that an emptied comment is erased.
    """
    form = read_form(path)
    if not any(re.search(r"\d+$", form.said(row, 0)) for row in range(1, len(form.rows))):
        raise ValueError(f"{path} is not Moodle's grading worksheet: its first column holds no participants' numbers")
    grade = column_called(form, column or "Grade")
    pairs = match(form, results, "moodle", (0, grade, 1))
    return fill(form, results, pairs, grade, form.said(1, grade + 1), 1)


def canvas(path: Path, results: list[dict], column: str | None = None) -> Filled:
    """Canvas's gradebook export.

    Its importer wants *Student*, *ID* and then, as the last thing about somebody, *Section*; knows an assignment by the
    number in its heading, and makes a new one of any heading it does not know; and takes the row *Points Possible* and
    *(read only)* cells as the export wrote them.
    """
    form = read_form(path)
    headings = form.headings
    if (
        headings[:2] != ["Student", "ID"] and headings[:3] != ["LastName", "FirstName", "ID"]
    ) or "Section" not in headings:
        raise ValueError(f"{path} is not Canvas's gradebook export: Student, ID and Section are not among its headings")
    about = headings.index("Section") + 1
    points = next((row for row in range(1, 4) if "Points Possible" in form.said(row, 0)), None)
    if points is None:
        raise ValueError(f"{path} has no row 'Points Possible': export the gradebook from Canvas anew")
    place = _assignment(form, about, column)
    pairs = match(form, results, "canvas", (headings.index("ID"), about, points + 1))
    return fill(form, results, pairs, place, form.said(points, place), points + 1)


def _assignment(form: Form, about: int, wanted: str | None) -> int:
    """The assignment's column: by its heading, by its number, or because there is only one."""
    known = [i for i in range(about, len(form.headings)) if re.search(r"\s\(\d+\)$", form.headings[i])]
    fits = [i for i in known if wanted in (None, form.headings[i], form.headings[i].rsplit("(", 1)[1].rstrip(")"))]
    if len(fits) != 1:
        said = ", ".join(repr(form.headings[i]) for i in known) or "none"
        raise ValueError("which assignment? " + ONE_HEADING.format(headings=said))
    return fits[0]
