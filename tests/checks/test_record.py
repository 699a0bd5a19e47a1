"""The progress file: nothing is lost, nothing damaged stops anybody."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils.checks import check, record
from course_utils.checks.feedback.result import Result

ADD = """
import sys
from course_utils.checks import record
def add(entry): entry["attempts"] += 1
for _ in range(int(sys.argv[2])):
    notice = record.change(sys.argv[1], add)
    assert not notice, notice
"""


def add(entry):
    entry["attempts"] += 1


def test_what_is_noted_is_there_again(progress_file):
    assert record.change("04.1", add) == ""
    assert record.entry("04.1")["attempts"] == 1
    assert record.entry("04.2") == record.fresh()
    assert [p.name for p in progress_file.parent.iterdir() if p.suffix == ".new"] == []


def test_two_notebooks_at_once_lose_nothing():
    each = 60
    running = [subprocess.Popen([sys.executable, "-c", ADD, number, str(each)]) for number in ("04.1", "04.1", "04.2")]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert record.entry("04.1")["attempts"] == 2 * each
    assert record.entry("04.2")["attempts"] == each


DAMAGED = [
    "",
    "{",
    "\x00\x01",
    "[]",
    '{"version": 1}',
    '{"exercises": 3}',
    '{"exercises": {"04.1": 5}}',
    '{"exercises": {"04.1": {"attempts": "many"}}}',
    "[" * 100_000,
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_set_aside_and_told(progress_file, text):
    progress_file.parent.mkdir()
    progress_file.write_text(text, encoding="utf-8")
    assert record.entry("04.1") == record.fresh()
    notice = record.change("04.1", add)
    aside = progress_file.with_name("progress.damaged-1.json")
    assert aside.name in notice and "\n" not in notice
    assert aside.read_text(encoding="utf-8") == text
    assert record.entry("04.1")["attempts"] == 1
    assert record.change("04.1", add) == ""


def test_a_second_damaged_file_does_not_overwrite_the_first(progress_file):
    progress_file.parent.mkdir()
    for text in ("first", "second"):
        progress_file.write_text(text, encoding="utf-8")
        record.change("04.1", add)
    kept = sorted(p.read_text(encoding="utf-8") for p in progress_file.parent.glob("*damaged*"))
    assert kept == ["first", "second"]


def test_a_file_of_a_later_version_keeps_what_it_knows(progress_file):
    progress_file.parent.mkdir()
    progress_file.write_text('{"version": 2, "exercises": {"04.1": {"attempts": 2, "mood": "good"}}}', encoding="utf-8")
    record.change("04.1", add)
    kept = json.loads(progress_file.read_text(encoding="utf-8"))["exercises"]["04.1"]
    assert (kept["attempts"], kept["mood"]) == (3, "good")


def test_what_a_later_version_keeps_beside_the_exercises_stays(progress_file):
    progress_file.parent.mkdir()
    progress_file.write_text('{"version": 2, "notes": {"04": "again"}, "exercises": {}}', encoding="utf-8")
    record.change("04.1", add)
    kept = json.loads(progress_file.read_text(encoding="utf-8"))
    assert (kept["version"], kept["notes"], kept["exercises"]["04.1"]["attempts"]) == (2, {"04": "again"}, 1)


def test_half_a_letter_in_the_file_stops_nobody(progress_file):
    progress_file.parent.mkdir()
    entry = '{"attempts": 1, "mistakes": {"\\ud83d": 2, "和": 1}}'
    progress_file.write_text(f'{{"exercises": {{"04.1": {entry}}}}}', encoding="utf-8")
    for _ in range(2):
        assert record.change("04.1", add) == ""
    assert record.entry("04.1")["mistakes"] == {"\ud83d": 2, "和": 1}


# ---- a file that lies elsewhere


@pytest.fixture
def elsewhere(progress_file, tmp_path):
    """The progress file as a link into another folder, a synchronised one perhaps."""
    target = tmp_path / "synchronised" / "mine.json"
    target.parent.mkdir()
    progress_file.parent.mkdir()
    try:
        progress_file.symlink_to(target)
    except OSError:
        pytest.skip("links may not be made here")
    return target


def test_a_linked_file_stays_a_link(progress_file, elsewhere):
    for _ in range(2):
        assert record.change("04.1", add) == ""
    assert progress_file.is_symlink()
    assert json.loads(elsewhere.read_text(encoding="utf-8"))["exercises"]["04.1"]["attempts"] == 2
    assert record.entry("04.1")["attempts"] == 2


def test_by_its_link_and_by_its_own_name_nothing_is_lost(progress_file, elsewhere):
    running = [
        subprocess.Popen([sys.executable, "-c", ADD, "04.1", "60"], env={**os.environ, record.VARIABLE: str(path)})
        for path in (progress_file, elsewhere)
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    assert record.entry("04.1")["attempts"] == 120


def test_a_damaged_file_behind_a_link_is_kept_where_it_lies(progress_file, elsewhere):
    elsewhere.write_text("damaged", encoding="utf-8")
    assert "mine.damaged-1.json" in record.change("04.1", add)
    assert elsewhere.with_name("mine.damaged-1.json").read_text(encoding="utf-8") == "damaged"
    assert progress_file.is_symlink()


def test_a_link_to_a_folder_that_is_away_is_told_and_kept(progress_file, elsewhere):
    elsewhere.parent.rmdir()
    assert "cannot be saved" in record.change("04.1", add)
    assert progress_file.is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="rights of a file: POSIX only")
def test_a_file_keeps_its_rights(progress_file):
    record.change("04.1", add)
    progress_file.chmod(0o640)
    record.change("04.1", add)
    assert progress_file.stat().st_mode & 0o777 == 0o640


def test_a_damaged_file_takes_no_name_that_is_in_use(progress_file, monkeypatch):
    progress_file.parent.mkdir()
    there = progress_file.with_name("progress.damaged-1.json")
    there.write_text("an earlier one", encoding="utf-8")
    progress_file.write_text("damaged", encoding="utf-8")
    monkeypatch.setattr(Path, "exists", lambda path, **_: path == progress_file)  # it came after a look
    record.change("04.1", add)
    assert there.read_text(encoding="utf-8") == "an earlier one"


def test_a_damaged_file_that_cannot_be_moved_stays_and_leaves_no_empty_one(progress_file, monkeypatch):
    def held(*_):
        raise PermissionError(13, "another program uses it")

    progress_file.parent.mkdir()
    progress_file.write_text("damaged", encoding="utf-8")
    monkeypatch.setattr(record, "_replace", held)
    monkeypatch.setattr(record, "_told", set())
    assert "cannot be saved" in record.change("04.1", add)
    assert progress_file.read_text(encoding="utf-8") == "damaged"
    assert list(progress_file.parent.glob("*damaged*")) == []


def test_on_a_full_disk_the_file_stays_as_it_was(progress_file, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    record.change("04.1", add)
    before = progress_file.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(record, "_told", set())
    assert "No space" in record.change("04.1", add)
    assert progress_file.read_bytes() == before
    assert [path for path in progress_file.parent.iterdir() if path.suffix == ".new"] == []


def test_where_nothing_can_be_written_it_is_told_once_and_checking_goes_on(tmp_path, monkeypatch, capsys):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("a file where a folder should be")
    monkeypatch.setenv(record.VARIABLE, str(in_the_way / "progress.json"))
    assert check("00.1", "nonsense") == 0.0
    first = capsys.readouterr().out
    assert "cannot be saved" in first
    assert check("00.1", "nonsense") == 0.0
    assert "cannot be saved" not in capsys.readouterr().out
    assert record.entries() == {}


def test_a_lock_that_is_never_freed_does_not_stop_anybody(progress_file, monkeypatch):
    record.change("04.1", add)
    monkeypatch.setattr(record, "PATIENCE", 0.05)
    monkeypatch.setattr(record, "_try_lock", lambda number: False)
    assert "busy" in record.change("04.1", add)


def test_attempts_hints_and_mistakes_are_counted():
    class Some:
        id = "04.1"

    for points, status, mistake in [
        (0, "not yet", None),
        (0, "try again", "sum"),
        (1, "try again", "sum"),
        (2, "pass", None),
    ]:
        record.note_attempt(Result(points, exercise=Some, status=status, misconception=mistake))
    known = record.entry("04.1")
    assert (known["attempts"], known["passed"], known["best"], known["mistakes"]) == (3, True, 2.0, {"sum": 2})


def test_the_best_attempt_stays_the_best():
    class Some:
        id = "04.1"

    for points, status in [(2, "pass"), (0, "try again"), (1.5, "try again"), (0, "not yet")]:
        record.note_attempt(Result(points, exercise=Some, status=status))
        known = record.entry("04.1")
        assert (known["best"], known["passed"]) == (2.0, True)
    assert known["attempts"] == 3


def test_where_the_file_is(monkeypatch, tmp_path):
    assert record.location().name == "progress.json"
    monkeypatch.delenv(record.VARIABLE)
    monkeypatch.setattr(record, "__file__", str(tmp_path / "course" / "course_utils" / "checks" / "record.py"))
    assert record.location() == record.user_data() / "progress.json"
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "course.py").touch()
    assert record.location() == (tmp_path / "course" / ".course_progress.json")
    (tmp_path / "course" / "my_work").mkdir()
    assert record.location() == tmp_path / "course" / "my_work" / ".course_progress.json"
    for system in ("win32", "darwin", "linux"):
        monkeypatch.setattr(record.sys, "platform", system)
        assert isinstance(record.user_data(), Path) and record.user_data().name == "deep-learning-course"
