"""Marks for other platforms, read by the rules of those platforms' own importers."""

import contextlib
import io
import json
import sqlite3
import zipfile

import pytest

from course_utils.classroom import __main__ as classroom
from course_utils.classroom.reports import worksheet
from course_utils.classroom.results import Folder
from tests.classroom.importers import GERMAN, Canvas, Moodle
from tests.classroom.made_results import fault, made, mistake

MOST = 23.0  # lesson 04's points
HEAD = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments"
)
DATE = '"Thursday, 26 November 2026, 10:01 AM"'
MOODLE = "\r\n".join([
    "\ufeff" + HEAD,
    f'"Participant 11","Anna Smith",a@x.org,"Graded",7.00,23.00,Yes,{DATE},{DATE},"Typed, by ""hand"""',
    f'"Participant 12","Ben O\'Brien",b@x.org,"Submitted for grading",,23.00,Yes,{DATE},-,',
    f'"Participant 13","Zoe_Li Wang",z@x.org,"Submitted for grading",,23.00,Yes,{DATE},-,"two\nlines"',
    '"Participant 14","Nobody Here",n@x.org,"No submission",,23.00,Yes,-,-,',
    "",
])  # fmt: skip
CANVAS = "\n".join([
    "Student,ID,SIS User ID,SIS Login ID,Section,Exercise 03 (76),Exercise 04 (77),Final Score",
    ",,,,,,Manual Posting,",
    "    Points Possible,,,,,10,23,(read only)",
    '"Smith, Anna",11,s11,anna,"A, 1",9,,90.5',
    '"O\'Brien, Ben",12,s12,ben,"A, 1",8,5,80',
    '"Wang, Zoe",13,s13,zoe,"A, 1",8,EX,80',
    "",
])  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """Three results, as Moodle's names have them."""
    return keep(tmp_path, [("Anna Smith", "11"), ("Ben O'Brien", "12"), ("Zoe_Li Wang", "13")])


def keep(tmp_path, students):
    made_ = Folder(tmp_path / "graded")
    wrong = [None, {"04.1": mistake("no-bias")}, {"04.2": fault("value", points=0.5)}]
    for (student, number), each in zip(students, wrong, strict=False):
        made_.keep(made(student, number=number, wrong=each))
    return made_


@pytest.fixture
def form(tmp_path):
    def write(text, name="form.csv"):
        (tmp_path / name).write_bytes(text.encode())
        return tmp_path / name

    return write


def export(capsys, *words):
    code = classroom.main(["export", *map(str, words)])
    said = capsys.readouterr()
    return code, said.out + said.err


def changes(before, after):
    """What stands in place of what, cell by cell; the rest is the same to the byte."""
    one, two = (list(worksheet._rows(text, ",")) for text in (before, after))
    assert [len(row) for row in one] == [len(row) for row in two]
    pairs = [(a.said, b.said) for r, s in zip(one, two, strict=True) for a, b in zip(r, s, strict=True)]
    return [(a, b) for a, b in pairs if a != b]


def test_moodle_takes_every_mark_and_keeps_every_comment(folder, form, capsys):
    code, told = export(capsys, folder.path, "--to", "moodle", "--worksheet", form(MOODLE))
    data = (folder.path / "moodle.csv").read_bytes()
    typed = {"anna": 'Typed, by "hand"', "ben": "", "zoe": "two\nlines", "nobody": ""}
    site = Moodle({"11": "anna", "12": "ben", "13": "zoe", "14": "nobody"}, dict(typed), MOST)
    assert code == 0 and site.take(data) == {"anna": 23.0, "ben": 21.0, "zoe": 21.5} and site.comments == typed
    assert changes(MOODLE, data.decode()) == [("7.00", "23"), ("", "21"), ("", "21.5")]
    assert "3 marks filled in" in told and "left as they were: Participant 14" in told and "others: 1, replaced" in told
    with zipfile.ZipFile(folder.path / "moodle_feedback.zip") as archive:
        assert site.pages(archive) == dict.fromkeys(("anna", "ben", "zoe"), "feedback.html")


def test_moodle_in_another_language_asks_for_the_column(folder, form, capsys):
    text = MOODLE.replace("Identifier", GERMAN["id"]).replace("Participant ", GERMAN["hidden"])
    text = text.replace(",Grade,", f",{GERMAN['grade']},").replace("Last modified (grade)", GERMAN["modified"])
    text = text.replace(",23.00,", ',"23,00",').replace(",7.00,", ',"7,00",')
    code, told = export(capsys, folder.path, "--to", "moodle", "--worksheet", form(text))
    assert code == 2 and "--column" in told and "'Bewertung'" in told
    code, told = export(capsys, folder.path, "--to", "moodle", "--worksheet", form(text), "--column", "Bewertung")
    site = Moodle({"11": "anna", "12": "ben", "13": "zoe"}, {}, MOST, GERMAN)
    assert code == 0 and site.take((folder.path / "moodle.csv").read_bytes())["zoe"] == 21.5


def test_another_maximum_scales_every_mark_and_says_so(folder, form, capsys):
    text = MOODLE.replace(",23.00,", ",100.00,")
    _, told = export(capsys, folder.path, "--to", "moodle", "--worksheet", form(text))
    grades = Moodle({"11": "anna", "12": "ben"}, {}).take((folder.path / "moodle.csv").read_bytes())
    assert grades == {"anna": 100.0, "ben": pytest.approx(100 * 21 / 23, abs=1e-3)} and "scaled" in told
    code, told = export(capsys, folder.path, "--to", "moodle", "--worksheet", form(MOODLE.replace("23.00", "Good")))
    assert code == 2 and "scale" in told


def test_numbers_of_another_platform_are_nobodys(tmp_path, form, capsys):
    """Canvas's number 11 is not Moodle's participant 11, nor the other way round: the name decides too."""
    folder = keep(tmp_path, [("smithanna", "11"), ("wangzoe", "99"), ("Ben O'Brien", "12")])
    _, told = export(capsys, folder.path, "--to", "moodle", "--worksheet", form(MOODLE))
    assert "1 mark filled in" in told and "left out: smithanna, wangzoe" in told
    _, told = export(capsys, folder.path, "--to", "canvas", "--worksheet", form(CANVAS), "--column", "77")
    assert "1 mark filled in" in told and "left out: Ben O'Brien, wangzoe" in told
    assert "left as they were: O'Brien, Ben, Wang, Zoe." in told


def test_whoever_has_no_number_is_found_by_name_if_there_is_one_of_that_name(tmp_path, form, capsys):
    folder = keep(tmp_path, [("anna", ""), ("Zoe Wang", ""), ("wang_zoe", "")])
    twins = CANVAS + '"Anna, B.",15,s15,anna,"A, 1",8,,80\n'
    for text, filled in ((CANVAS, ("anna",)), (twins, ())):
        out = folder.path / "canvas.csv"
        export(capsys, folder.path, "--to", "canvas", "--worksheet", form(text), "--column", "77")
        assert len(changes(text, out.read_text())) == len(filled)


def test_what_came_by_another_platform_is_matched_by_name_alone(form):
    read = worksheet.read_form(form(MOODLE))
    ben = made("Ben O'Brien", number="11", platform="blackboard")
    assert worksheet.match(read, [ben], "moodle", (0, 4, 1)) == {2: ben}
    assert worksheet.match(read, [ben | {"platform": "moodle"}], "moodle", (0, 4, 1)) == {}


def test_two_who_claim_one_row_get_nothing(form):
    results = [made("Anna Smith", number="11"), made("anna smith")]
    assert worksheet.match(worksheet.read_form(form(MOODLE)), results, "moodle", (0, 4, 1)) == {}


def test_canvas_takes_marks_for_its_own_students_and_assignments(tmp_path, form, capsys):
    folder = keep(tmp_path, [("smithanna", "11"), ("obrienben", "12"), ("wangzoe", "13")])
    code, told = export(
        capsys, folder.path, "--to", "canvas", "--worksheet", form(CANVAS), "--column", "Exercise 04 (77)"
    )
    course = Canvas({11: "Anna", 12: "Ben", 13: "Zoe"}, {76: "Exercise 03", 77: "Exercise 04"})
    data = (folder.path / "canvas.csv").read_bytes()
    grades = course.take(data)
    assert code == 0 and {s: g for (s, a), g in grades.items() if a == 77} == {11: "23", 12: "21", 13: "EX"}
    assert course.points == {76: "10", 77: "23"} and not [k for k in grades if "new" in str(k)]
    assert changes(CANVAS, data.decode()) == [("", "23"), ("5", "21")] and "wangzoe" not in told.split("left out")[-1]


def test_canvas_asks_which_assignment_where_there_are_several(tmp_path, form, capsys):
    folder = keep(tmp_path, [("smithanna", "11")])
    for more in ((), ("--column", "Exercise 04"), ("--column", "Exercise 99 (99)")):
        code, told = export(capsys, folder.path, "--to", "canvas", "--worksheet", form(CANVAS), *more)
        assert code == 2 and "'Exercise 04 (77)'" in told and not (folder.path / "canvas.csv").exists()
    semicolons = CANVAS.replace('"A, 1"', "A").replace('"Smith, Anna"', "Anna Smith").replace(",", ";")
    code, _ = export(
        capsys, folder.path, "--to", "canvas", "--worksheet", form("\ufeff" + semicolons), "--column", "77"
    )
    assert code == 0


@pytest.mark.parametrize("to", ["moodle", "canvas"])
def test_without_the_platforms_table_or_with_another_nothing_is_made(folder, form, capsys, to):
    code, told = export(capsys, folder.path, "--to", to)
    assert (code == 2 and "--worksheet" in told and "Download" in told) or "Export" in told
    wrong = form("student,exercise,score\nanna,04,3\n")
    code, told = export(capsys, folder.path, "--to", to, "--worksheet", wrong)
    assert code == 2 and "is not" in told and "Traceback" not in told
    (wrong.parent / "excel.csv").write_bytes("Identifier,Name,Größe\n1,ä,2\n".encode("cp1252"))
    code, told = export(capsys, folder.path, "--to", to, "--worksheet", wrong.parent / "excel.csv")
    assert code == 2 and "UTF-8" in told


@pytest.mark.parametrize("text", [MOODLE, CANVAS, 'a,b,c\n"x ""y"" ",,\n', "a,b,c\r\n1,,", "a;b;c\n1;2;3\n\n"])
def test_a_form_is_written_back_as_it_came(form, text):
    read = worksheet.read_form(form(text))
    assert read.filled({}, 0) == text.encode()
    said = [[cell.said for cell in row] for row in read.rows]
    assert read.filled({1: said[1][1]}, 1).decode().count(said[1][1]) == text.count(said[1][1])


def test_gradescope_gets_one_students_file(tmp_path, capsys):
    folder = keep(tmp_path, [("student", "")])
    code, told = export(capsys, folder.path, "--to", "gradescope", "--out", tmp_path / "results.json")
    assert code == 0 and json.loads((tmp_path / "results.json").read_text())["score"] == MOST and "student" in told
    folder.keep(made("other"))
    code, told = export(capsys, folder.path, "--to", "gradescope", "--out", tmp_path / "results.json")
    assert code == 2 and "holds 2" in told
    code, told = export(capsys, folder.path, "--to", "gradescope")
    assert code == 0 and "2 students" in told and (folder.path / "gradescope" / "other" / "results.json").exists()


def test_nbgraders_gradebook_gets_scores_for_its_own_students_only(tmp_path, capsys):
    folder = keep(tmp_path, [("anna", ""), ("ben", "")])
    base = ["--to", "nbgrader", "--database", f"sqlite:///{tmp_path / 'gradebook.db'}"]
    code, told = export(capsys, folder.path, *base)
    assert code == 0 and "0 students" in told and "anna, ben" in told and "--new-students" in told
    code, told = export(capsys, folder.path, *base, "--new-students")
    assert code == 0 and "2 students" in told
    folder.keep(made("bern"))
    code, told = export(capsys, folder.path, *base)
    assert "2 students" in told and "left out (--new-students adds them): bern" in told
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as book:
        names = {row[0] for row in book.execute("select id from student")}
        scores = dict(book.execute(
            "select b.name, g.auto_score from grade g join base_cell b on g.cell_id = b.id"
            " join submitted_notebook n on g.notebook_id = n.id join submitted_assignment a on n.assignment_id = a.id"
            " where a.student_id = 'ben'").fetchall())  # fmt: skip
    assert names == {"anna", "ben"} and len(scores) == 7
    assert scores["check-04-1"] == 0.0 and sum(scores.values()) == 21.0


def test_a_gradebook_that_cannot_be_written_is_told_in_a_sentence(tmp_path, capsys):
    folder = keep(tmp_path, [("anna", "")])
    code, told = export(capsys, folder.path, "--to", "nbgrader", "--database", "gradebook")
    assert code == 2 and "gradebook could not be written" in told


def test_no_name_becomes_a_formula_or_a_path(tmp_path, form, capsys):
    text = MOODLE.replace("Zoe_Li Wang", "../=HYPERLINK(1)")
    folder = keep(tmp_path, [("../=HYPERLINK(1)", "13")])
    export(capsys, folder.path, "--to", "moodle", "--worksheet", form(text))
    with zipfile.ZipFile(io.BytesIO((folder.path / "moodle_feedback.zip").read_bytes())) as archive:
        (name,) = archive.namelist()
    assert name.count("/") == 1 and not name.startswith(".")
