"""Who handed in what: flat folders, folders a student, Moodle's and Canvas's zips, and what is none of these."""

import io
import json
import os
import struct
import time
import tracemalloc
import zipfile

import pytest

from course_utils.classroom import archive, beside, submissions
from course_utils.classroom.archive import ENTRY, Unreadable
from course_utils.classroom.grading import Settings, choose, fingerprint
from course_utils.classroom.results import safe, write_whole
from course_utils.classroom.submissions import find

NOTEBOOK = b'{"cells": []}'
ODD = [
    ["Anna", "anna", "ANNA", "aNNa"],
    ["é", "e\u0301", "É"],
    ["con", "CON", "aux", "nul.x", "com1", "LPT9"],
    ["团" * 83, "团" * 82 + "队", "x" * 249, "x" * 248 + "y"],
    ["Müller".encode("cp1252"), "Müller", "Müller".encode("cp437"), "Łukasz".encode("cp1250")],
    ["张三".encode("gb18030"), "张三", "李四".encode("big5"), "山田".encode("shift-jis")],
    ["a.", "a", "a ", " a", "a..", "a\t", "a\n=1", "a\u202eb", "a\u200b", "a\\b", "*?"],
    [b"\xff", b"\xfe", b"\xed\xa0\x80", b"\x80"],
]


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


MOODLE = ["Anna Smith_12345_assignsubmission_file_/04.ipynb", "Bo Li_99_assignsubmission_file_04_linear.ipynb"]
CANVAS = ["smithanna_12345_67890_04_linear.ipynb", "libo_LATE_1002_67891_my work-1.ipynb"]


def test_a_zip_in_the_folder_is_one_student_whatever_it_holds(tmp_path):
    """What comes in one hand-in belongs to whoever handed that in: a zip does not write into others' rows."""
    (tmp_path / "anna.zip").write_bytes(zipped({"04.ipynb": NOTEBOOK}))
    (tmp_path / "ben.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "zoe.zip").write_bytes(zipped({"work/04.ipynb": NOTEBOOK, "__MACOSX/04.ipynb": b"x"}))
    with zipfile.ZipFile(tmp_path / "mallory.zip", "w") as archive:
        for name in ("anna.ipynb", "ben.ipynb", "anna.zip", *MOODLE, *CANVAS):
            archive.writestr(zipfile.ZipInfo(name, (2099, 1, 1, 0, 0, 0)), b"mine")
    found = {s.student: s for s in find(tmp_path)}
    assert sorted(found) == ["anna", "ben", "mallory", "zoe"]
    assert [found[s].notebooks[0].read() for s in ("anna", "ben", "zoe")] == [NOTEBOOK] * 3
    assert "Several notebooks" in " ".join(choose(found["mallory"], "00")[1])


def test_two_hand_ins_that_claim_one_student_are_told_and_neither_wins(tmp_path):
    fill(tmp_path, ["anna.ipynb", "anna/04.ipynb", "ben.ipynb"])
    (tmp_path / "anna.zip").write_bytes(zipped({"04.ipynb": b"other"}))
    found = {s.student: s for s in find(tmp_path)}
    assert sorted(found) == ["anna (1 of 3)", "anna (2 of 3)", "anna (3 of 3)", "ben"] and not found["ben"].notes
    for student in ("anna (1 of 3)", "anna (2 of 3)", "anna (3 of 3)"):
        said = " ".join(choose(found[student], "00")[1])
        assert all(name in said for name in ("anna.ipynb", "anna.zip", "3 hand-ins")) and "a person must say" in said


def test_one_who_takes_the_name_of_another_row_gets_a_row_of_their_own(tmp_path):
    fill(tmp_path, ["anna.ipynb", "anna.py", "anna (1 of 2).ipynb", "Anna.ipynb"])
    found = find(tmp_path)
    assert len({s.student for s in found}) == 4
    assert all(s.notes for s in found)


def test_a_lone_download_in_a_folder_is_no_student(tmp_path):
    (tmp_path / "class.zip").write_bytes(zipped(dict.fromkeys(MOODLE, NOTEBOOK)))
    with pytest.raises(ValueError, match=r"class.zip: name that one"):
        find(tmp_path)
    fill(tmp_path / "b", [f"Exam 1/{name}" for name in MOODLE])
    with pytest.raises(ValueError, match="Exam 1: name that one"):
        find(tmp_path / "b")


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
    """A link inside the class's folder leads to somebody else's marks, so it is not followed either."""
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(b"secret")
    folder = tmp_path / "in"
    fill(folder, ["fine.ipynb", "anna/04.ipynb"])
    links = {"out": secret, "nowhere": folder / "gone", "near": "fine.ipynb", "far": folder / "anna" / "04.ipynb"}
    for name, target in links.items():
        (folder / f"{name}.ipynb").symlink_to(target)
    (folder / "packed.zip").symlink_to("fine.ipynb")
    (folder / "twin").symlink_to("anna")
    (folder / "eve" / "deep").mkdir(parents=True)
    (folder / "eve" / "deep" / "x.ipynb").symlink_to("../../anna/04.ipynb")
    (folder / "mallory").mkdir()
    (folder / "mallory" / "work").symlink_to("../anna")
    os.mkfifo(folder / "pipe.ipynb")
    found = {s.student: s.notebooks for s in find(folder)}
    assert set(found) == {*links, "fine", "anna", "packed", "twin", "eve", "mallory", "pipe"}
    for student, notebooks in found.items():
        for origin in notebooks:
            if student not in ("fine", "anna"):
                with pytest.raises(Unreadable, match=r"link|ordinary"):
                    origin.read()


@pytest.mark.skipif(os.name == "nt", reason="links as on Linux and macOS")
def test_a_file_that_becomes_a_link_later_is_not_followed(tmp_path):
    fill(tmp_path, ["anna.ipynb", "mallory/04.ipynb"])
    found = {s.student: s.notebooks[0] for s in find(tmp_path)}
    (tmp_path / "mallory" / "04.ipynb").unlink()
    (tmp_path / "mallory" / "04.ipynb").symlink_to("../anna.ipynb")
    with pytest.raises(Unreadable, match="link"):
        found["mallory"].read()


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="the system's own refusal, as on Linux and macOS")
def test_a_link_that_comes_between_looking_and_opening_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "anna.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "mallory.ipynb").symlink_to("anna.ipynb")
    monkeypatch.setattr(archive, "is_link", lambda path: False)
    with pytest.raises(Unreadable, match="could not be opened"):
        archive.read_file(tmp_path / "mallory.ipynb")


def test_a_link_in_a_zip_is_only_its_text(tmp_path):
    with zipfile.ZipFile(tmp_path / "mallory.zip", "w") as archive:
        info = zipfile.ZipInfo("04.ipynb")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "../anna.ipynb")
    fill(tmp_path, ["anna.ipynb"])
    found = {s.student: s.notebooks[0] for s in find(tmp_path)}
    assert found["mallory"].read() == b"../anna.ipynb"


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


@pytest.mark.parametrize("names", ODD, ids=range(len(ODD)))
def test_an_odd_name_stops_no_class(tmp_path, names):
    """Names of four encodings, too long, unseen: everybody keeps a row, a file and a name that can be shown."""
    folder, raw = tmp_path / "in", [n if isinstance(n, bytes) else n.encode() for n in names]
    folder.mkdir()
    for name in raw:
        with open(os.fsencode(folder) + b"/" + name + b".ipynb", "wb") as file:
            file.write(NOTEBOOK)
    found = find(folder)
    assert len({s.student for s in found}) == len(raw)
    assert all(s.student.encode() and s.student == s.student.strip() and s.notebooks[0].read() for s in found)
    assert all(json.dumps([s.notebooks[0].label, s.notes], ensure_ascii=False).encode() for s in found)
    for s in found:
        write_whole(tmp_path / "out" / f"{safe(s.student)}.json", s.student)
    assert len(list((tmp_path / "out").iterdir())) == len(raw)


def test_a_name_in_another_encoding_is_read_and_told(tmp_path):
    for name in ("Müller".encode("cp1252"), "张三".encode("gb18030")):
        with open(os.fsencode(tmp_path) + b"/" + name + b".ipynb", "wb") as file:
            file.write(NOTEBOOK)
    found = find(tmp_path)
    assert {s.student for s in found} == {"Müller", "张三"}
    assert all("not written in UTF-8" in s.notes[0] and s.student in s.notes[0] for s in found)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp437"])
def test_a_zip_that_does_not_say_its_encoding_is_read(tmp_path, encoding):
    """As macOS's, Chinese and old Windows' own tools pack."""
    student = "Müller" if encoding == "cp437" else "张三"
    plain = zipped({"XXXXXX.ipynb": NOTEBOOK, "ben.ipynb": NOTEBOOK})
    raw = student.encode(encoding).ljust(6, b"_")
    (tmp_path / "class.zip").write_bytes(plain.replace(b"XXXXXX", raw))
    found = {s.student.rstrip("_"): s.notebooks[0].read() for s in find(tmp_path / "class.zip")}
    assert found == {student: NOTEBOOK, "ben": NOTEBOOK}


def test_what_lies_beside_hand_ins_is_nobody(tmp_path):
    fill(tmp_path, ["anna.ipynb", "index.html", "README.txt", "grades.csv", "Thumbs.db", "notes", "essay.pdf"])
    assert students(tmp_path) == {"anna": 1, "essay": 0}
    (tmp_path / "class.zip").write_bytes(
        zipped({"a.ipynb": NOTEBOOK, "b.ipynb": NOTEBOOK, "index.html": b"", "x.csv": b""})
    )
    assert students(tmp_path / "class.zip") == {"a": 1, "b": 1}


# --- bombs: every file has a bound in bytes unpacked, in number and in depth -----------------------------------------


def peak(do):
    """Megabytes that a call takes at most, and its seconds of processor time."""
    start = time.process_time()
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1] / 1e6, time.process_time() - start
    finally:
        tracemalloc.stop()


def read_all(folder):
    """What grading does with files before it runs them."""
    said = []
    for submission in find(folder):
        fingerprint(submission, Settings("00", 1))
        said += choose(submission, "00")[1]
    return " ".join(said)


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_a_zip_that_unpacks_in_one_piece_is_not_unpacked(tmp_path, packed):
    """2,284 bytes of bzip2 become 3 GB; here it would be 60 MB."""
    with zipfile.ZipFile(tmp_path / "mallory.zip", "w", packed) as archive, archive.open("04.ipynb", "w") as file:
        file.write(bytes(60_000_000))
    said = []
    megabytes, _ = peak(lambda: said.append(read_all(tmp_path)))
    assert megabytes < 30 and "ordinary zip" in said[0]


def test_a_zip_in_a_zip_in_a_zip_has_an_end(tmp_path):
    """Four zips in each of four, and so on: few are opened, and it is told."""
    data = zipped({"04.ipynb": NOTEBOOK})
    for _ in range(5):
        data = zipped({f"{k}.zip": data for k in range(4)})
    (tmp_path / "mallory.zip").write_bytes(data)
    said = []
    megabytes, seconds = peak(lambda: said.append(read_all(tmp_path)))
    assert megabytes < 20 and seconds < 3 and "too many zips" in said[0]


def test_a_zip_with_very_many_files_is_told(tmp_path):
    body = zipped({"x": b""})
    entry = body[body.index(ENTRY) : body.rindex(b"PK\x05\x06")]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, len(entry) * 300_000, 0, 0)
    (tmp_path / "mallory.zip").write_bytes(entry * 300_000 + end)
    said = []
    megabytes, seconds = peak(lambda: said.append(read_all(tmp_path)))
    assert megabytes < 60 and seconds < 3 and "more than 20000 files" in said[0]


def test_very_many_notebooks_are_not_all_opened_and_it_is_told(tmp_path, monkeypatch):
    fill(tmp_path, [f"anna/{k:03d}.ipynb" for k in range(30)])
    assert "10 of them were not opened" in read_all(tmp_path)
    monkeypatch.setattr(submissions, "MOST_READ", 3 * len(NOTEBOOK))
    assert "27 of them were not opened" in read_all(tmp_path)


def test_the_lessons_own_notebook_is_found_among_many(tmp_path):
    fill(tmp_path, [f"anna/{k:02d}_x.ipynb" for k in range(40)])
    assert next(find(tmp_path)[0].opened("33"))[0].name == "33_x.ipynb"


def test_a_locked_or_a_too_large_file_is_told(tmp_path):
    locked = bytearray(zipped({"04.ipynb": NOTEBOOK}))
    locked[6] |= 1
    locked[locked.index(ENTRY) + 8] |= 1
    (tmp_path / "anna.zip").write_bytes(locked)
    with open(tmp_path / "ben.ipynb", "wb") as file:
        file.truncate(5_000_000_000)  # without a byte on disk
    said = []
    megabytes, _ = peak(lambda: said.append(read_all(tmp_path)))
    assert "password" in said[0] and "larger than 100 MB" in said[0] and megabytes < 250


def test_files_beside_a_notebook_that_cannot_be_read_are_not_all_tried(tmp_path, monkeypatch):
    """Five hundred files in a zip, each larger than allowed: every one unpacked would take minutes."""
    names = {"00.ipynb": NOTEBOOK} | {f"data{k}.bin": b"0" * 100 for k in range(300)}
    (tmp_path / "mallory.zip").write_bytes(zipped(names))
    monkeypatch.setattr(beside, "MOST_BYTES", 10)
    (submission,) = find(tmp_path)
    assert len(submission.files) == 300
    assert len(beside.beside(submission, submission.notebooks[0]).notes) <= beside.MOST_TRIED + 1
