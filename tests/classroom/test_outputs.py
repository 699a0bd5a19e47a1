"""What students, teachers and other systems get to read, from results as grading makes them."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course_utils.checks import registry
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.judging.bench import Bench
from course_utils.checks.judging.judge import judge
from course_utils.classroom.caller import Run
from course_utils.classroom.grading import Settings, _finished, blank, entry, exercises
from course_utils.classroom.notebook import Notebook
from course_utils.classroom.reports import classreport, mistakes, outputs
from course_utils.classroom.reports.feedback import feedback_page
from course_utils.classroom.results import Folder, grades_csv, read_table
from course_utils.classroom.submissions import Submission
from tests.classroom.made_results import made

ROOT = Path(__file__).resolve().parents[2]
BENCHES = {e.id: Bench(e, 1) for e in exercises("04")[:2]}


def result(student, *, predict=None, error=None, number="", **more):
    """A result of lesson 04 in which two exercises were tried: with these functions, or the right ones."""
    made = blank(Submission(student, number), Settings("04", 1), [])
    made |= {"status": "graded", "checks": []}
    for exercise, answer in zip(exercises("04"), (predict, error), strict=False):
        caller = InProcess({exercise.name: answer or exercise.reference})
        made["checks"].append(entry(exercise, judge(exercise, caller, bench=BENCHES[exercise.id])))
    made["max_score"] = sum(c["max_points"] for c in made["checks"])
    made["score"] = sum(c["points"] for c in made["checks"])
    return json.loads(json.dumps(made)) | more


def loud(X, w, b):
    raise ValueError("<script>alert('x')</script> `code`")


@pytest.fixture(scope="module")
def results():
    def no_bias(X, w, b):
        return X @ w

    def half(pred, y):
        return 0.5 * np.mean((pred - y) ** 2)

    found = [result("anna", number="11"), result("ben", predict=no_bias, error=half, number="12")]
    found += [result("=cmd()", predict=no_bias), result("<b>eve</b>", predict=loud, late=True)]
    found += [result(f"s{i}", predict=no_bias if i < 3 else None) for i in range(5)]
    gone = blank(Submission("zoe"), Settings("04", 1), ["The file is empty."]) | {
        "status": "unreadable",
        "max_score": 4.0,
    }
    return [*found, gone | {"checks": gone["checks"][:2]}]


def test_the_table_of_marks_has_its_columns_and_a_number_on_every_row(results):
    rows = list(csv.reader(io.StringIO(grades_csv(results))))
    assert rows[0] == ["student", "exercise", "score", "max_score", "status", "late", "04.1", "04.2"]
    assert all(float(r[2]) <= float(r[3]) == 4.0 for r in rows[1:]) and len(rows) == len(results) + 1
    assert {r[0] for r in rows} >= {"'=cmd()", "anna", "<b>eve</b>"}


def test_a_mark_is_the_sum_of_all_points_and_late_is_late(results):
    """Points of exercises that were not passed count too; who is late is late, and nobody else."""
    partly = made("pia", wrong={"04.1": {"points": 1.5}, "04.2": {"points": 0.0}}, late=True)
    rows = {r["student"]: r for r in csv.DictReader(io.StringIO(grades_csv([partly, made("rob")])))}
    whole = sum(e.points for e in exercises("04"))
    assert float(rows["pia"]["score"]) == whole - 2.5 and float(rows["pia"]["04.1"]) == 1.5
    assert float(rows["rob"]["score"]) == whole and (rows["pia"]["late"], rows["rob"]["late"]) == ("yes", "")


def test_grading_sums_the_points_of_what_was_not_passed_too():
    checks = [
        {"points": 1.5, "passed": False, "status": "try again"},
        {"points": 2.0, "passed": True, "status": "pass"},
    ]
    found = _finished({"checks": checks, "notes": []}, Notebook(), Run(), "04")
    assert found["score"] == 3.5


def test_an_exercise_that_a_result_does_not_know_is_no_points():
    """A result from before an exercise was added."""
    old = made("ann")
    del old["checks"][-1]
    (_, row) = csv.DictReader(io.StringIO(grades_csv([made("aaa"), old])))
    assert row[exercises("04")[-1].id] == "0"


def test_tables_open_in_excel_and_are_read_by_us(folder):
    outputs.write(folder)
    for name, first in (("grades.csv", "student"), ("report.csv", "exercise")):
        assert (folder.path / name).read_bytes()[:3] == b"\xef\xbb\xbf"
        assert all(first in row for row in read_table(folder.path / name))


def test_a_students_page_says_what_to_mend_and_shows_their_own_case(results):
    page = feedback_page(results[1])
    mistake = next(m for m in registry.find("04.1").misconceptions if m.name == "no-bias")
    assert mistake.message.split(".")[0] in page and registry.find("04.1").hints[0].split(".")[0][:30] in page
    assert "Your answer gave" in page and "0 of 4 points" in page and "5. Ten measurements" in page
    assert page.index("04.1 ") < page.index("All right") if "All right" in page else "04.2 " in page


def test_a_page_with_everything_right_is_short(results):
    page = feedback_page(results[0])
    assert "All right" in page and "4 of 4 points" in page and "To mend" not in page


def test_nothing_a_student_wrote_is_markup(results):
    pages = feedback_page(results[3]) + classreport.report_page(results)
    assert "<script>" not in pages and "&lt;script&gt;" in pages and "<b>eve" not in pages


def test_the_report_counts_what_was_planted_worst_first(results):
    ways = [m for m in mistakes.mistakes(results) if m.kind == "mistake"]
    assert [(m.exercise, m.name, len(m.students)) for m in ways] == [("04.1", "no-bias", 5), ("04.2", "half", 1)]
    page = classreport.report_page(results)
    assert page.index("5. Ten measurements") < page.index("2. A line, and how wrong it is")
    assert "5 of 9 students" in page and "zoe" in page and "The file is empty." in page
    rows = {(r["exercise"], r["what"]): r for r in csv.DictReader(io.StringIO(classreport.report_csv(results)))}
    assert rows["04.1", "no-bias"]["students"] == "5" and rows["04.1", "no-bias"]["section"].startswith("5.")
    assert rows["04.1", "right"]["students"] == "3" and float(rows["04.2", "half"]["share"]) == pytest.approx(
        1 / 9, abs=1e-4
    )


def test_what_no_mistake_explains_is_said_in_words(results):
    def ways(*faults):
        check = dict.fromkeys(("id", "misconception", "section", "message"), "") | {"status": "try again"}
        check |= {"passed": False, "points": 0.0, "max_points": 1.0}
        made = [{"student": f, "status": "graded", "checks": [check | {"fault": f}]} for f in faults]
        return {m.message: len(m.students) for m in mistakes.mistakes(made)}

    assert ways("TimeUp", "Stuck", "Dead") == {"Does not end in time.": 2, "Ends Python.": 1}
    assert ways("RecursionError", "ZeroDivisionError").keys() == {
        "Stops with RecursionError.",
        "Stops with ZeroDivisionError.",
    }
    source = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "course_utils" / "checks").rglob("*.py"))
    kinds = set(re.findall(r"""(?:Difference|_differ|Fault)\(\s*"([^"]+)"|fault="([^"]+)""", source))
    known = mistakes.OTHER.keys() | mistakes.ALIKE.keys() | {"missing", "Missing", "empty", "stub", "fault", "cell"}
    assert {a or b for a, b in kinds} <= known


def test_a_class_in_which_nothing_could_be_read_has_a_report(results):
    page = classreport.report_page([results[-1]])
    assert "could not be read" in page and classreport.report_csv([results[-1]])


def test_gradescope_gets_its_form(results):
    told = outputs.gradescope(results[1])
    assert {"score", "tests", "output", "visibility"} <= set(told)
    assert told["score"] == sum(t["score"] for t in told["tests"]) == 0.0
    for test in told["tests"]:
        assert {"name", "score", "max_score", "output", "number", "status"} <= set(test)
        assert test["score"] <= test["max_score"] and test["status"] in ("passed", "failed")
    assert "expected:" in told["tests"][0]["output"] and "Hint:" in told["tests"][0]["output"]


def test_gradescope_says_what_passed_and_who_was_late():
    told = outputs.gradescope(
        made("ann", wrong={"04.1": {"points": 0.5, "message": "No."}}, late=True, notes=["Moved."])
    )
    assert [t["status"] for t in told["tests"]] == ["failed"] + ["passed"] * (len(exercises("04")) - 1)
    assert told["output"] == "Handed in late.\nMoved." and told["tests"][0]["score"] == 0.5
    assert outputs.gradescope(made("ben"))["output"] == ""


@pytest.fixture
def folder(results, tmp_path):
    made = Folder(tmp_path / "graded")
    for each in results:
        made.keep(each | {"fingerprint": "x"})
    return made


def test_everything_is_written_and_made_again_from_the_results(folder):
    command = [sys.executable, "-m", "course_utils.classroom", "report", str(folder.path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert len(list(folder.feedback.glob("*.html"))) == 10 == len(list(folder.path.glob("gradescope/*/results.json")))
    first = {p: p.read_bytes() for p in folder.path.rglob("*") if p.is_file() and p.suffix != ".lock"}
    outputs.write(folder)
    assert {p: p.read_bytes() for p in first} == first


def test_a_replaced_result_is_kept(folder, results):
    folder.keep(results[0] | {"score": 1.0, "fingerprint": "y"})
    (old,) = (folder.path / "earlier").rglob("*.json")
    assert json.loads(old.read_text())["score"] == 4.0 and folder.known("anna")["score"] == 1.0


def test_a_run_keeps_what_it_replaced_in_one_folder_and_tells_changed_marks(folder, results, monkeypatch):
    checks = [c | {"points": 0.5} for c in results[0]["checks"]]
    folder.keep(results[0] | {"score": 1.0, "checks": checks})
    monkeypatch.setattr("time.strftime", lambda *args: "another second")
    folder.keep(results[1] | {"notes": ["mended words"]})
    told = folder.tell_changes()
    (place,) = (folder.path / "earlier").iterdir()
    assert told == f"2 results replaced; another mark: anna 4 → 1. What was is in {place}."
    rows = {(r["student"], r["exercise"]): (r["before"], r["after"]) for r in read_table(place / "changed_marks.csv")}
    assert rows == {("anna", "all"): ("4", "1"), ("anna", "04.1"): ("2", "0.5"), ("anna", "04.2"): ("2", "0.5")}
    again = Folder(folder.path)
    assert again.tell_changes() == ""
    again.keep(results[1] | {"notes": ["other words"]})
    assert "1 result replaced; no mark is another" in again.tell_changes()
    assert len(list((folder.path / "earlier").iterdir())) == 2


def test_half_a_file_is_never_seen(folder, monkeypatch):
    from course_utils.classroom import results as module

    def breaks(*args):
        raise OSError("no space left")

    before = folder.file("anna").read_bytes()
    monkeypatch.setattr(module.os, "replace", breaks)
    with pytest.raises(OSError, match="no space"):
        module.write_whole(folder.file("anna"), "{")
    assert folder.file("anna").read_bytes() == before and folder.known("anna")
    (folder.results / "bad.json").write_text('{"student": ')
    assert folder.known("bad") is None
    with pytest.raises(ValueError, match=r"bad\.json is damaged"):
        folder.all()
