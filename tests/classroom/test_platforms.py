"""How learning platforms name what a teacher downloads: whose each file is, which attempt counts, what is nobody's."""

import io
import time
import zipfile

import pytest

from course_utils.classroom.grading import choose
from course_utils.classroom.platforms import recognise
from course_utils.classroom.submissions import find

NOTEBOOK = b'{"cells": [{"cell_type": "code", "source": "x = 1", "metadata": {}}]}'
MOODLE = {
    "Anna Smith_12345_assignsubmission_file/04.ipynb": ("Anna Smith (12345)", "12345"),
    "Anna Smith_777_assignsubmission_file_/work/04.ipynb": ("Anna Smith (777)", "777"),  # before Moodle 4.1
    "Bo Li_99_assignsubmission_file_04.ipynb": ("Bo Li", "99"),  # downloaded flat
    "李 明_98_assignsubmission_onlinetext/onlinetext.html": ("李 明", "98"),
    "Participant_55_assignsubmission_file/04.ipynb": ("Participant", "55"),  # marked blind
    "Team 7_31_assignsubmission_file/04.ipynb": ("Team 7", "31"),
    "Default group_assignsubmission_file/04.ipynb": ("Default group", ""),
    "Eve_5_assignsubmission_file_Bo Li_99_assignsubmission_file_04.ipynb": ("Eve", "5"),  # her file's own name
}
CANVAS = {
    "smithanna_12345_67890_04_linear.ipynb": ("smithanna", "12345", False),
    "libo_LATE_1002_67891_my work-1.ipynb": ("libo", "1002", True),
    "李明_1003_67892_04.ipynb": ("李明", "1003", False),
    "o_brienpat_1004_67893_04.ipynb": ("o_brienpat", "1004", False),
    "doejo_1005_text.html": ("doejo", "1005", False),
    "roeja_1006_67894_libo_1002_67891_04.ipynb": ("roeja", "1006", False),
    "anon_0vz9q_67895_04.ipynb": ("anon_0vz9q", "", False),
    "LATE_anon_1ab2c_67896_04.ipynb": ("anon_1ab2c", "", True),
}
BLACKBOARD = {
    "Exercise_04_asmith_attempt_2026-11-12-10-30-00.txt": "asmith",
    "Exercise_04_asmith_attempt_2026-11-12-10-30-00_04.ipynb": "asmith",
    "Exercise_04_asmith_attempt_2026-11-13-08-00-00.txt": "asmith",
    "Exercise_04_asmith_attempt_2026-11-13-08-00-00_04.ipynb": "asmith",
    "Exercise_04_b_li_attempt_2026-11-12-11-00-00.txt": "b_li",
    "Exercise_04_b_li_attempt_2026-11-12-11-00-00_asmith_attempt_2027-01-01-00-00-00_04.ipynb": "b_li",
    "Exercise_04_s1234567_attempt_2026-11-12-12-00-00.txt": "s1234567",
}
BRIGHTSPACE = {
    "39786-64001 - Anna Smith - Nov 12, 2026 1030 AM/04.ipynb": "Anna Smith",
    "39786-64001 - Anna Smith - 13 Nov, 2026 906 PM/04.ipynb": "Anna Smith",
    "39787-64001 - Mary-Ann O'Neil - Nov 12, 2026 1022 AM/04.ipynb": "Mary-Ann O'Neil",
    "39788-64001 - Li - Wang - 12 Nov, 2026 1430/sub/04.ipynb": "Li - Wang",
    "39789-64001 - Smith, Jo- Nov 12, 2026 1210 AM - Jo - 2026.ipynb": "Smith, Jo",  # lying flat
}


def platform(tmp_path, names, unpacked):
    """What a teacher has: the zip as it came, or the folder it unpacks to."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, NOTEBOOK if name.endswith(".ipynb") else b"text")
    path = tmp_path / "class.zip"
    path.write_bytes(data.getvalue())
    if unpacked:
        path = tmp_path / "class"
        zipfile.ZipFile(data).extractall(path)
    return {s.student: s for s in find(path)}


@pytest.mark.parametrize("unpacked", [False, True], ids=["zip", "folder"])
def test_moodle(tmp_path, unpacked):
    found = platform(tmp_path, MOODLE, unpacked)
    assert {(s.student, s.number) for s in found.values()} == set(MOODLE.values())
    assert all(len(s.notebooks) == (s.number != "98") and s.platform == "moodle" for s in found.values())
    assert found["李 明"].others == ["onlinetext.html"] and not any(s.notes for s in found.values())


@pytest.mark.parametrize("unpacked", [False, True], ids=["zip", "folder"])
def test_canvas(tmp_path, unpacked):
    found = platform(tmp_path, CANVAS, unpacked)
    assert {(s.student, s.number, s.late) for s in found.values()} == set(CANVAS.values())
    assert all(s.platform == "canvas" and not s.notes for s in found.values())


@pytest.mark.parametrize("unpacked", [False, True], ids=["zip", "folder"])
def test_blackboard(tmp_path, unpacked):
    """Receipts are nobody, a second attempt is the same student, and the newest attempt is the one graded."""
    found = platform(tmp_path, BLACKBOARD, unpacked)
    assert {s: len(found[s].notebooks) for s in found} == {"asmith": 2, "b_li": 1, "s1234567": 0}
    (origin, _), notes = choose(found["asmith"], "00")
    assert "2026-11-13" in origin.name and "2026-11-12" in notes[-1]
    assert "only Exercise_04_s1234567" in choose(found["s1234567"], "00")[1][0]


@pytest.mark.parametrize("unpacked", [False, True], ids=["zip", "folder"])
@pytest.mark.parametrize("wrapped", ["", "Exercise 04/"])
def test_brightspace(tmp_path, unpacked, wrapped):
    """Dates are no part of a name, two attempts one student, and `index.html` nobody."""
    found = platform(tmp_path, [wrapped + name for name in ("index.html", *BRIGHTSPACE)], unpacked and not wrapped)
    assert set(found) == set(BRIGHTSPACE.values())
    (origin, _), _ = choose(found["Anna Smith"], "00")
    assert "13 Nov" in origin.label or unpacked
    assert time.gmtime(origin.when)[:5] == (2026, 11, 13, 21, 6)
    assert found["Mary-Ann O'Neil"].number == "39787"


def test_brightspaces_number_is_the_one_that_differs():
    names = ["64001-39786 - Anna - Nov 12, 2026 1030 AM", "64001-39787 - Ben - Nov 12, 2026 1030 AM"]
    assert [w.number for w in recognise(names)] == ["39786", "39787"]


@pytest.mark.parametrize(
    "names",
    [
        ["smith_2026_1001_hw4.ipynb", "smith_2026_2002_hw4.ipynb"],
        ["smith_2026_1001_hw4.ipynb", "jones_2026_1002_hw4.ipynb", "li_2025_1003_hw4.ipynb"],
        ["anna_maria.ipynb", "team_7_8.ipynb", "x_assignsubmission_y.ipynb", "ann.b.ipynb", "1-2 - anna.ipynb"],
        ["exercise_attempt_2026.ipynb", "LATE_anna.ipynb", "anon_a.ipynb"],
    ],
)
def test_a_teachers_own_pattern_is_no_platforms(names):
    assert [w.student for w in recognise(names)] == [n.removesuffix(".ipynb") for n in names]
    assert not any(w.platform or w.late for w in recognise(names))


@pytest.mark.parametrize(("name", "student"), [("ann.ipynb.txt", "ann"), ("Dr. No", "Dr. No"), ("x.zip", "x")])
def test_without_a_pattern_the_stem_is_the_student(name, student):
    assert recognise([name])[0].student == student


@pytest.mark.parametrize("name", ["1-1 - " + " - 2026" * 9_000, "_123" * 16_000, "a_attempt_" * 6_000, " - " * 20_000])
def test_a_name_made_to_be_slow_is_read_at_once(name):
    start = time.process_time()
    recognise([name, name + "_attempt_2026-11-12-10-30-00_x.ipynb"])
    assert time.process_time() - start < 2
