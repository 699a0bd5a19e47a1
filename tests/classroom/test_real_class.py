"""A class of forty as it really comes in, graded once: every mark is right, every damage told, nobody loses a row."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils.classroom.results import Folder, safe
from tests.classroom.real_class import MISTAKE, hand_in, students

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def graded(box, tmp_path_factory):
    """The class, what was asked of each, and where its results are."""
    made, folder = students(), tmp_path_factory.mktemp("real")
    hand_in(made, folder / "in")
    command = [sys.executable, "-m", "course_utils.classroom", "grade", str(folder / "in"), "--exercise", "00"]
    command += ["--seed", "7", "--out", str(folder / "out"), "--jobs", "2", "--quiet", "--cell-time", "10"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return made, folder / "out", done.stdout


@pytest.mark.slow
def test_every_mark_is_right_and_everybody_has_a_row(graded):
    made, out, said = graded
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["student"].replace("'", ""): row for row in csv.DictReader(file)}
    wanted = {s.student.replace("'", ""): (s.score, s.status, "yes" if s.late else "") for s in made}
    assert len(made) >= 40 and f"{len(made)} submissions" in said
    assert {name: (float(r["score"]), r["status"], r["late"]) for name, r in rows.items()} == wanted
    assert all(float(row["max_score"]) == 1 for row in rows.values())


@pytest.mark.slow
def test_every_damage_is_told_and_nothing_else(graded):
    made, out, _ = graded
    results = {r["student"]: r for r in Folder(out).all()}
    for student in made:
        result = results[student.student]
        told = " ".join([*result["notes"], *(c["text"] for c in result["cells"])])
        assert all(re.search(pattern, told) for pattern in student.told), (student.student, told)
        assert bool(told) == bool(student.told), (student.student, told)
        assert result["number"] == student.number
        if student.score == 0 and student.status == "graded":
            assert result["checks"][0]["misconception"] == MISTAKE


@pytest.mark.slow
def test_everybody_has_a_page_of_their_own_and_late_is_late(graded):
    made, out, _ = graded
    pages = {s.student: out / "feedback" / f"{safe(s.student)}.html" for s in made}
    assert len(set(pages.values())) == len(made) == len(list((out / "feedback").iterdir()))
    for s in made:
        text = pages[s.student].read_text(encoding="utf-8")
        assert ("handed in late" in text) == s.late and ("1 of 1 points" in text) == (s.score == 1)


@pytest.mark.slow
def test_which_python_graded_is_said(graded):
    _, out, said = graded
    ours = "{}.{}".format(*sys.version_info)
    assert f"Python {ours}" in said and {r["python"] for r in Folder(out).all()} == {ours}
