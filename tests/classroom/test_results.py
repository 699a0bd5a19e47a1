"""What is kept of a class: file names that never meet, files that are whole, and tables without formulas."""

import csv
import io
import os
import re
import unicodedata
from dataclasses import fields, replace
from itertools import combinations
from pathlib import Path

import pytest

from course_utils.checks import registry
from course_utils.classroom.grading import Settings, blank, fingerprint
from course_utils.classroom.reports import outputs
from course_utils.classroom.reports.feedback import feedback_page
from course_utils.classroom.results import MOST_TEXT, Folder, grades_csv, safe, table, text_cell, write_whole
from course_utils.classroom.sandbox.backend import Limits
from course_utils.classroom.submissions import Submission

NAMES = ["../../evil", "/etc/passwd", "a\\b", "con", "", ".", "x" * 300, "a\x00b", "é<script>", "团" * 83, "a\udcff"]


@pytest.mark.parametrize("name", [*NAMES, "CON.ipynb", "Lpt9", "nul ", "team.", "team ", "हिन्दी", "M" * 200])
def test_no_students_name_leads_out_of_the_folder(name, tmp_path):
    made = safe(name)
    assert made and (tmp_path / made).resolve().parent == tmp_path.resolve()
    assert not set(made) & set('/\\\0<>:"|?*') and len(made.encode()) < 160
    assert not re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", made.lower()) and made == made.strip(" .")
    write_whole(tmp_path / f"{made}.json", "x")


ALIKE = [
    *("a/b", "a\\b", "a_b", "a:b", "_a_b", "a_b ", "A_b", "a_b.", "A_B"),
    *("anna smith", "Anna Smith", "ANNA SMITH", "Anna smith", "anna", "Anna", "aNNa"),
    *("é", "e\u0301", "É", "straße", "strasse", "STRASSE", "ﬁn", "fin", "ı", "i", "İ", "K", "k", "\u212a"),
]


def test_file_names_of_two_students_never_meet():
    """Not on a system either that takes capitals, or two ways to write an accent, for the same."""
    names = [*ALIKE, *(safe(n) for n in ALIKE), *(safe(safe(n)) for n in ALIKE)]
    made = {n: unicodedata.normalize("NFKC", safe(n)).casefold() for n in dict.fromkeys(names)}
    assert [(a, b) for a, b in combinations(made, 2) if made[a] == made[b]] == []


def test_a_student_named_like_anothers_result_keeps_both(tmp_path):
    """O'Brien's file name is somebody's own name."""
    folder = Folder(tmp_path)
    for student in ("O'Brien, Pat", safe("O'Brien, Pat")):
        folder.keep(blank(Submission(student), Settings("00", 1), []) | {"fingerprint": student})
    outputs.write(folder)
    assert {r["fingerprint"] for r in folder.all()} == {"O'Brien, Pat", safe("O'Brien, Pat")}
    assert len(list(folder.feedback.iterdir())) == len(list((tmp_path / "gradescope").iterdir())) == 2


def test_a_file_is_written_whole_beside_the_old_one(tmp_path):
    """In place, the other name of the old file would change too."""
    path, other = tmp_path / "grades.csv", tmp_path / "other"
    write_whole(path, "old")
    os.link(path, other)
    write_whole(path, "new")
    assert path.read_text() == "new" and other.read_text() == "old"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    def fail(*args):
        raise OSError(28, "No space left on device")

    path = tmp_path / "grades.csv"
    write_whole(path, "old")
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="space"):
        write_whole(path, "new")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


SIGNS = [*"=+-@", *"＝＋－＠﹦﹢﹣﹫"]
BEFORE = [
    "",
    " ",
    "   ",
    "\n",
    "\r\n",
    "\t",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\n \n",
    "x\n",
    "x\r ",
    "x\u2028",
    "x;",
    "x\t",
    "x | ",
]


def formulas(text):
    """Cells that a spreadsheet might run, however it cuts lines and cells."""
    cells = [c for row in csv.reader(io.StringIO(text)) for c in row]
    parts = [p for c in cells for p in re.split("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029;\t|]", c)]
    unseen = "".join(map(chr, range(33))) + "\xa0\xad\u3000\u200b\u200e\ufeff"
    return [p for p in parts if p.strip(unseen)[:1] in SIGNS and not re.fullmatch(r"-?\d+(\.\d+)?", p)]


@pytest.mark.parametrize("sign", SIGNS)
def test_no_cell_of_any_table_is_a_formula(sign):
    for text in (f"{before}{sign}HYPERLINK(1)" for before in BEFORE):
        assert formulas(table([["x", text], [text]])) == [], repr(text)
        assert text_cell(text).replace("'", "").split() == text.split()


def test_what_is_no_formula_stays_as_it_is():
    for text in (
        "Anna-Maria",
        "-2.5",
        "-1",
        "3",
        "Cell 3: a - b",
        "a; b",
        "    Points Possible",
        "x=1",
        "o'brien",
        "a@b",
    ):
        assert text_cell(text) == text and text_cell(text_cell(text)) == text


def test_every_exported_table_is_without_formulas(tmp_path):
    """Names, notes, file names, headings: every text of a result, wherever a table may show it."""
    result = blank(Submission(" =1+1", "@7"), Settings("00", 1), ["＝1", "\n+2: the file could not be opened"])
    result |= {"status": "=3", "file": "-4"}
    for check in result["checks"]:
        check |= {"section": " @5", "message": "=6", "misconception": "+7", "status": "try again", "fault": "-8"}
    folder = Folder(tmp_path)
    folder.keep(result)
    folder.keep(result | {"score": 1.0})
    folder.tell_changes()
    outputs.write(folder)
    made = list(tmp_path.rglob("*.csv"))
    assert {p.name for p in made} >= {"grades.csv", "report.csv", "changed_marks.csv"}
    assert {
        p.name: formulas(p.read_text(encoding="utf-8-sig")) for p in made if formulas(p.read_text("utf-8-sig"))
    } == {}


def test_every_table_is_written_by_the_one_function_that_defuses():
    """Whoever writes a table in another way has to think of formulas; a platform's own gets numbers only."""
    package = Path(registry.__file__).parents[1]
    texts = {p.name: p.read_text(encoding="utf-8") for p in package.rglob("*.py")}
    assert {name for name, text in texts.items() if re.search(r"csv\.(writer|DictWriter)", text)} == {"results.py"}


def test_a_result_keeps_no_text_that_nobody_reads(tmp_path):
    """Twenty-eight dict keys of 1.9 MB would make pages of 55 MB."""
    result = blank(Submission("anna"), Settings("00", 1), ["n" * 2_000_000] * 28) | {"fingerprint": ""}
    result["checks"][0]["message"] = "m" * 1_900_000
    result["checks"][0]["said"] = {"k" * 1_900_000 + str(i): "v" * 1_900_000 for i in range(28)}
    folder = Folder(tmp_path)
    folder.keep(result)
    outputs.write(folder)
    sizes = {p.name: p.stat().st_size for p in tmp_path.rglob("*") if p.is_file()}
    assert max(sizes.values()) < 100 * MOST_TEXT and "more letters" in folder.file("anna").read_text()


def test_whatever_decides_a_mark_makes_grading_again_necessary(tmp_path):
    """Among them every limit: with more time or memory a mark may be another one."""
    path = tmp_path / "anna.ipynb"
    path.write_text("{}")
    settings, anna = Settings("00", 1), Submission("anna")
    prints = {fingerprint(anna, settings), fingerprint(anna, replace(settings, seed=2))}
    prints |= {fingerprint(replace(anna, late=True), settings), fingerprint(replace(anna, student="ben"), settings)}
    limits = [replace(Limits(), **{f.name: getattr(Limits(), f.name) + 1}) for f in fields(Limits)]
    prints |= {fingerprint(anna, replace(settings, limits=each)) for each in limits}
    assert len(prints) == 4 + len(limits)


def test_who_was_late_is_late_in_the_table_and_nobody_else():
    made = [blank(Submission(name, late=name == "ben"), Settings("00", 1), []) for name in ("anna", "ben")]
    rows = csv.DictReader(io.StringIO(grades_csv(made)))
    assert {row["student"]: row["late"] for row in rows} == {"anna": "", "ben": "yes"}
    assert ["handed in late" in feedback_page(each) for each in made] == [False, True]


def test_another_version_of_the_course_makes_grading_again_necessary(monkeypatch):
    before = fingerprint(Submission("ann"), Settings("00", 1))
    assert fingerprint(Submission("ann"), Settings("00", 1)) == before
    monkeypatch.setattr("course_utils.classroom.grading.code_version", lambda: "another")
    assert fingerprint(Submission("ann"), Settings("00", 1)) != before
