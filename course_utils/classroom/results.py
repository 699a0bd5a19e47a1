"""The folder of one graded exercise: one JSON a submission, written whole or not at all, and the table of marks."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from course_utils.classroom.wording import counted, listed

BOM = "\ufeff"  # tells Excel that a table is UTF-8; `read_table` and everything that reads "utf-8-sig" copes with it
MOST_CHANGES = 12  # changed marks told one by one
COLUMNS = ("student", "exercise", "score", "max_score", "status")
MOST_TEXT, MOST_ITEMS = 8_000, 500  # letters of one text in a result, entries of one list: pages stay readable
LONGEST_NAME = 120  # bytes of a file name, of the 255 that most systems take
DIGEST = re.compile(r"-[0-9a-f]{12}")
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)  # on Windows
CELL_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029;\t|"  # behind one of these some spreadsheet begins a new cell
UNSEEN = r"\s\x00-\x20\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
FORMULA = re.compile(rf"(^|[{UNSEEN};|]+)([=+\-@＝＋－＠﹦﹢﹣﹫]?)")


def write_whole(path: Path, data: str | bytes, private: bool = False) -> None:
    """Write a file so that a reader, or a crash, finds the old one or the new one and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(part, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        if private:
            part.chmod(0o600)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def empty_folder(path: Path) -> None:
    """Raises ValueError where `path` is a file, or a folder with something in it."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ValueError(f"{path} is {'not empty' if path.is_dir() else 'a file'}: name a new folder")


def safe(student: str) -> str:
    """A student's name as a file name: readable, and never two the same, on Windows and macOS neither.

    Small letters, or words with a capital each, stand as they are; every other name gets a mark of its own, since
    some systems take `Anna` and `anna`, or an é written in two ways, for one file.

    >>> safe("Anna Smith"), safe("anna"), safe("Anna")
    ('Anna Smith', 'anna', 'Anna-bf4fccd61625')
    """
    plain = "".join(c if _harmless(c) else "_" for c in student).strip("._ ")
    plain = plain.encode()[:LONGEST_NAME].decode("utf-8", "ignore").strip("._ ")
    if (
        plain
        and plain == student == _usual(student)
        and not RESERVED.fullmatch(plain)
        and not DIGEST.search(plain[-13:])
    ):
        return plain
    mark = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{plain}-{mark}" if plain and not RESERVED.fullmatch(plain) else f"_{plain}-{mark}"


def _harmless(letter: str) -> bool:
    """A letter, digit or accent of any script, or one of a few signs."""
    return letter.isalnum() or letter in "_-. ()@+" or unicodedata.category(letter)[0] == "M"


def _usual(student: str) -> str:
    """One spelling for all names that any system might take for the same file."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", student).casefold())
    return folded.title() if " " in folded else folded


class Folder:
    """Where one exercise's results lie."""

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.results, self.feedback = self.path / "results", self.path / "feedback"
        self.replaced: list[tuple[dict, dict]] = []  # by this run: what stood there, and what stands there now
        self._earlier: Path | None = None

    def file(self, student: str) -> Path:
        return self.results / f"{safe(student)}.json"

    def known(self, student: str) -> dict | None:
        """An earlier result, if there is a whole one."""
        try:
            result = json.loads(self.file(student).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return result if isinstance(result, dict) and "fingerprint" in result else None

    def keep(self, result: dict) -> None:
        """Write a result; one that stood there and is different moves to `earlier/`, into one folder for each run."""
        path = self.file(result["student"])
        data = json.dumps(_cut(result), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        if path.exists() and path.read_text(encoding="utf-8") != data:
            self._earlier = self._earlier or free_folder(self.path / "earlier" / time.strftime("%Y-%m-%d %H-%M-%S"))
            self._earlier.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, self._earlier / path.name)
            self.replaced.append((self.known(result["student"]) or {}, result))
        write_whole(path, data)

    def graded_at(self, student: str) -> float:
        """When the result that stands there came about, in seconds since 1970."""
        return self.file(student).stat().st_mtime

    def tell_changes(self) -> str:
        """What this run changed, in a sentence; every changed mark is written down beside what was replaced."""
        if not self.replaced or self._earlier is None:
            return ""
        rows = changed_marks(self.replaced)
        cells = [[text_cell(student), exercise, number(old), number(new)] for student, exercise, old, new in rows]
        if rows:
            head = ["student", "exercise", "before", "after"]
            write_whole(self._earlier / "changed_marks.csv", BOM + table([head, *cells]))
        scores = [f"{student} {number(old)} → {number(new)}" for student, what, old, new in rows if what == "all"]
        told = f"another mark: {listed(scores, MOST_CHANGES)}" if scores else "no mark is another"
        return f"{counted(len(self.replaced), 'result')} replaced; {told}. What was is in {self._earlier}."

    def all(self) -> list[dict]:
        """Every result there is, by student.  Raises ValueError where a file is damaged."""
        return sorted(map(_read, self.results.glob("*.json")), key=lambda r: r["student"])

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else grades into this folder meanwhile.  Raises ValueError if somebody does."""
        self.path.mkdir(parents=True, exist_ok=True)
        with open(self.path / ".lock", "a") as file:
            try:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except ImportError:  # not on Windows
                pass
            except OSError as error:
                raise ValueError(f"another run is grading into {self.path} right now") from error
            yield


def free_folder(path: Path) -> Path:
    """`path`, or with a number behind it where something of that name is there."""
    names = [path, *(path.with_name(f"{path.name} ({n})") for n in range(2, 1000))]
    return next(p for p in names if not p.exists())


def changed_marks(replaced: Iterable[tuple[dict, dict]]) -> list[tuple[str, str, float, float]]:
    """What changed from earlier results to later ones: (student, exercise or "all", before, after)."""
    rows = []
    for old, new in replaced:
        before = {"all": old.get("score", 0.0)} | {c["id"]: c["points"] for c in old.get("checks", ())}
        after = {"all": new["score"]} | {c["id"]: c["points"] for c in new["checks"]}
        rows += [(new["student"], k, before.get(k, 0.0), v) for k, v in after.items() if before.get(k, 0.0) != v]
    return rows


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of one of our tables, with or without the mark for Excel at its start."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _cut(value: Any) -> Any:
    """A result in which no text is longer, and no list has more in it, than anybody reads."""
    if isinstance(value, str):
        value = value.encode("utf-8", "replace").decode()
        more = len(value) - MOST_TEXT
        return f"{value[:MOST_TEXT]} … ({more} more letters)" if more > 0 else value
    if isinstance(value, dict):
        return {_cut(k): _cut(v) for k, v in list(value.items())[:MOST_ITEMS]}
    return [_cut(v) for v in value[:MOST_ITEMS]] if isinstance(value, list | tuple) else value


def _read(path: Path) -> dict:
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        return result | {"student": result["student"]}
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is damaged: delete it and grade again, which makes it anew") from error


def grades_csv(results: Iterable[dict]) -> str:
    """The table of marks: one row a student, one column an exercise."""
    results = list(results)
    ids = [c["id"] for c in results[0]["checks"]] if results else []
    rows = [[*COLUMNS, "late", *ids]]
    for r in results:
        points = {c["id"]: c["points"] for c in r["checks"]}
        rows.append(
            [
                text_cell(r["student"]),
                r["exercise"],
                number(r["score"]),
                number(r["max_score"]),
                r["status"],
                "yes" if r["late"] else "",
                *(number(points.get(i, 0.0)) for i in ids),
            ]
        )
    return table(rows)


def table(rows: Iterable[Iterable[Any]]) -> str:
    """CSV as spreadsheets like it, in which no text is a formula."""
    out = io.StringIO()
    safe_rows = ([text_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    csv.writer(out, lineterminator="\n").writerows(safe_rows)
    return out.getvalue()


def text_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula, behind blanks and line breaks neither.  A number stays one.

    >>> text_cell("Anna"), text_cell("=1+1"), text_cell(" ＝1"), text_cell("-2.5")
    ('Anna', "'=1+1", "' ＝1", '-2.5')
    """
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return text
    return FORMULA.sub(_defused, re.sub("\r\n?", "\n", text))  # a bare \\r would end the row


def _defused(match: re.Match) -> str:
    """A gap and the sign behind it: an apostrophe where the text begins, one where a spreadsheet may begin a cell."""
    gap, sign = match.groups()
    if not sign:
        return gap
    first = "'" if match.start() == 0 else ""
    return f"{first}{gap}'{sign}" if set(gap) & set(CELL_ENDS) else f"{first}{gap}{sign}"


def number(value: float) -> str:
    """A mark without needless zeros.

    >>> number(3.0), number(2.5)
    ('3', '2.5')
    """
    return f"{value:.4f}".rstrip("0").rstrip(".")
