"""`rehearse --compare` says whether a graded rehearsal got what it must get, and what differs."""

import pytest

from course_utils.classroom import __main__ as classroom

EXPECTED = """student,kind,status,score,04.1,04.2
s001 right,right,graded,23.0,20.0,3.0
=s2,mistake,graded,3.5,0.5,3.0
"""
GRADES = """student,exercise,score,max_score,status,04.1,04.2
s001 right,04,23,23,graded,20,3
'=s2,04,3.5,23,graded,0.5,3
"""


@pytest.fixture
def folders(tmp_path):
    for name, text in (("made", EXPECTED), ("graded", GRADES)):
        (tmp_path / name).mkdir()
        (tmp_path / name / ("expected.csv" if name == "made" else "grades.csv")).write_text(text, encoding="utf-8")
    return tmp_path


def compare(folder, change=lambda text: text):
    path = folder / "graded" / "grades.csv"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return classroom.main(["rehearse", "--compare", str(folder / "graded"), "--out", str(folder / "made")])


def test_the_same_marks_are_the_same_however_they_are_written(folders, capsys):
    assert compare(folders) == 0
    assert "All 2 notebooks got exactly" in capsys.readouterr().out


DIFFERENT = {
    "s001 right: 04.2 is 2, expected 3.0": lambda text: text.replace("20,3\n", "20,2\n"),
    "s001 right: status is repaired, expected graded": lambda text: text.replace("23,graded", "23,repaired", 1),
    "=s2: score is 23, expected 3.5": lambda text: text.replace(",3.5,", ",23,"),
    "=s2: is not in": lambda text: text[: text.index("'=s2")],
    "s9: was not made up": lambda text: text + "s9,04,0,23,graded,0,0\n",
    "=s2: 04.2 is missing, expected 3.0": lambda text: text.replace(",0.5,3\n", ",0.5\n"),
}


@pytest.mark.parametrize("told", DIFFERENT)
def test_every_difference_is_told(folders, capsys, told):
    assert compare(folders, DIFFERENT[told]) == 1
    said = capsys.readouterr().out
    assert told in said and "differences in 2 notebooks" in said


def test_what_cannot_be_compared_is_told_in_a_sentence(folders, capsys):
    (folders / "graded" / "grades.csv").unlink()
    assert classroom.main(["rehearse", "--compare", str(folders / "graded"), "--out", str(folders / "made")]) == 2
    assert "grades.csv is not there" in capsys.readouterr().err
    assert classroom.main(["rehearse", "--out", str(folders / "new")]) == 2
    assert "--exercise" in capsys.readouterr().err
