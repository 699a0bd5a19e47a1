"""Who handed in what: flat folders, folders a student, Moodle's and Canvas's zips, and what is none of these."""

import io
import os
import zipfile

import pytest

from course_utils.classroom.submissions import Unreadable, find, who

NOTEBOOK = b'{"cells": []}'


def fill(folder, names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(NOTEBOOK)


def zipped(names):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return data.getvalue()


def students(folder):
    return {s.student: len(s.notebooks) for s in find(folder)}


def test_a_flat_folder_is_read_by_the_files_stems(tmp_path):
    fill(
        tmp_path,
        ["anna.ipynb", "o_brien_2.ipynb", "团队.ipynb", "README.txt", "grades.csv", ".hidden.ipynb", "old.ipynb.bak"],
    )
    assert students(tmp_path) == {"anna": 1, "o_brien_2": 1, "团队": 1}


def test_a_folder_a_student_may_be_nested_and_may_hold_no_notebook(tmp_path):
    fill(tmp_path, ["anna/04/04_x.ipynb", "ben/x.ipynb", "ben/.ipynb_checkpoints/x.ipynb", "carl/notes.pdf"])
    (tmp_path / "dora").mkdir()
    found = {s.student: s for s in find(tmp_path)}
    assert [len(found[s].notebooks) for s in ("anna", "ben", "carl")] == [1, 1, 0]
    assert found["carl"].others == ["notes.pdf"]
    with pytest.raises(Unreadable, match="empty"):
        found["dora"].notebooks[0].read()


MOODLE = [
    "Anna Smith_12345_assignsubmission_file_/04.ipynb",
    "Anna Smith_777_assignsubmission_file_/04.ipynb",
    "Bo Li_99_assignsubmission_file_04_linear.ipynb",
]
CANVAS = ["smithanna_12345_67890_04_linear.ipynb", "libo_LATE_1002_67891_my work-1.ipynb"]


def test_moodles_zip_tells_people_of_one_name_apart(tmp_path):
    path = tmp_path / "class.zip"
    path.write_bytes(zipped(dict.fromkeys(MOODLE, NOTEBOOK)))
    assert students(path) == {"Anna Smith (12345)": 1, "Anna Smith (777)": 1, "Bo Li": 1}
    assert {s.number for s in find(path)} == {"12345", "777", "99"}
    assert all(o.read() == NOTEBOOK for s in find(path) for o in s.notebooks)


def test_canvas_zip_gives_names_numbers_and_late_ones(tmp_path):
    path = tmp_path / "submissions.zip"
    path.write_bytes(zipped(dict.fromkeys(CANVAS, NOTEBOOK)))
    found = {s.student: (s.number, s.late) for s in find(path)}
    assert found == {"smithanna": ("12345", False), "libo": ("1002", True)}


def test_a_zip_in_the_folder_is_a_class_or_one_student(tmp_path):
    (tmp_path / "class.zip").write_bytes(zipped(dict.fromkeys(MOODLE, NOTEBOOK)))
    (tmp_path / "zoe.zip").write_bytes(zipped({"work/04.ipynb": NOTEBOOK, "__MACOSX/04.ipynb": b"x"}))
    assert students(tmp_path) == {"Anna Smith (12345)": 1, "Anna Smith (777)": 1, "Bo Li": 1, "zoe": 1}


def test_zips_in_a_class_zip_are_opened(tmp_path):
    path = tmp_path / "class.zip"
    inner = zipped({"a/04.ipynb": NOTEBOOK})
    path.write_bytes(
        zipped({"Eve_55_assignsubmission_file_/work.zip": inner, "Max_56_assignsubmission_file_/x.zip": b"no"})
    )
    found = {s.student: s.notebooks[0] for s in find(path)}
    assert found["Eve"].read() == NOTEBOOK
    with pytest.raises(Unreadable, match="damaged"):
        found["Max"].read()


def test_a_common_top_folder_of_a_zip_is_no_student(tmp_path):
    path = tmp_path / "class.zip"
    path.write_bytes(zipped({"class 7b/anna.ipynb": NOTEBOOK, "class 7b/ben.ipynb": NOTEBOOK}))
    assert students(path) == {"anna": 1, "ben": 1}


@pytest.mark.skipif(os.name == "nt", reason="links and pipes as on Linux and macOS")
def test_links_and_pipes_are_told_and_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(b"secret")
    folder = tmp_path / "in"
    fill(folder, ["fine.ipynb"])
    (folder / "out.ipynb").symlink_to(secret)
    (folder / "nowhere.ipynb").symlink_to(folder / "gone")
    (folder / "eve").mkdir()
    (folder / "eve" / "x.ipynb").symlink_to(secret)
    os.mkfifo(folder / "pipe.ipynb")
    faults = {s.student: s.notebooks[0].fault for s in find(folder)}
    assert set(faults) == {"fine", "out", "nowhere", "eve", "pipe"}
    assert [s for s, fault in faults.items() if not fault] == ["fine"]


def test_a_zip_bomb_is_refused_by_what_comes_out(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ipynb", b"0" * 3_000_000)
        archive.writestr("b.ipynb", NOTEBOOK)
    (bomb, _) = sorted((o for s in find(path) for o in s.notebooks), key=lambda o: o.name)
    with pytest.raises(Unreadable, match="larger than"):
        bomb.read(most=1_000_000)


@pytest.mark.parametrize("content", [b"", b"PK no zip", b"\x00" * 100])
def test_a_broken_class_zip_is_told(tmp_path, content):
    path = tmp_path / "class.zip"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="zip"):
        find(path)


def test_nothing_to_grade_is_told(tmp_path):
    with pytest.raises(ValueError, match="no folder"):
        find(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="no submissions"):
        find(tmp_path)


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("anna_maria.ipynb", "anna_maria"),
        ("team_7_8.ipynb", "team_7_8"),
        ("x_assignsubmission_y.ipynb", "x_assignsubmission_y"),
        ("ann.b.ipynb", "ann.b"),
        ("ann.ipynb.txt", "ann"),
        ("Dr. No", "Dr. No"),
        ("smithanna_12345_67890_04.ipynb", "smithanna"),
        ("Anna_Smith_123_assignsubmission_file_", "Anna_Smith"),
    ],
)
def test_only_a_pattern_with_numbers_changes_the_stem(name, student):
    assert who(name)[0] == student
