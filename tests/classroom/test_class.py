"""A whole class, graded by the command: every forged mark is 0, every right one full, and the machine untouched."""

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from course_utils.classroom import __main__ as classroom
from course_utils.classroom import pool
from course_utils.classroom.grading import INCOMPLETE, Settings
from course_utils.classroom.rehearsal.damage import DAMAGES
from course_utils.classroom.rehearsal.hostile import HOSTILE
from course_utils.classroom.rehearsal.hostile.leaving import LEAVING
from course_utils.classroom.rehearsal.hostile.lying import LYING
from course_utils.classroom.rehearsal.hostile.tampering import TAMPERING
from course_utils.classroom.rehearsal.rehearse import damaged, fine, hostile, made_up_class, mistaken, write
from course_utils.classroom.results import Folder, read_table, write_whole
from course_utils.classroom.sandbox.backend import Limits
from course_utils.classroom.submissions import find

ROOT = Path(__file__).resolve().parents[2]
GRADE = [sys.executable, "-m", "course_utils.classroom", "grade"]
QUICK = ["--cell-time", "1.5", "--call-time", "1.5", "--memory", "1.5", "--quiet", "--jobs", "1"]
IN_SANDBOX = ("cell deleted", "truncated in the last answer", "set-up deleted", "empty file", "another exercise")
# Of every family some, so that this takes a minute; `python -m benchmarks.classroom --kill 5` runs them all.
LEFT_OUT = {
    *("loop in C", "deadlock", "exception whose text never ends", "endless iterator", "stopped process"),
    *("exit() in a cell", "segmentation fault", "recursion without end", "fork in an answer", "disk bomb"),
    *("output bomb in an answer", "output bomb below Python", "long answer", "huge number", "memory bomb in a cell"),
    *(
        "always-equal float",
        "array of always-equal objects",
        "nonsense on the pipe",
        "result of another kind each time",
    ),
    *("pickle in an answer", "shell", "odd letters in messages", "very long message", "no answers at all"),
    *("exception with a hostile name", "cell that cannot be parsed", "closed descriptors", "sys.exit in a cell"),
    *("os._exit in a cell", "huge answer", "check redefined", "server replaced"),
    *LYING,
    *(TAMPERING.keys() - {"JSON patched", "one block of bytes sent two thousand times", "lines that do nothing here"}),
    *(LEAVING.keys() - {"keys that hash alike"}),
} - {"lines that only the sandbox refuses"}


def grade(notebooks, out, *more, lesson="04", seed="11", check=True):
    command = [*GRADE, str(notebooks), "--exercise", lesson, "--seed", seed, "--out", str(out), *QUICK, *more]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=check)


def marks(out):
    return {row["student"].removeprefix("'"): row for row in read_table(out / "grades.csv")}


def results(out):
    return {r["student"]: r for r in Folder(out).all()}


def canaries(folder):
    """Files that a hostile notebook might read or change, and how they are before."""
    for name in ("gradebook.db", "grades.csv", "seed.txt", "notebooks/solutions.ipynb.bak"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("canary")
    return {p: p.read_text() for p in folder.rglob("*") if p.is_file() and p.suffix != ".ipynb"}


@pytest.fixture(scope="module")
def planned():
    chosen = [p for p in damaged("04") if p.student.removeprefix("damage ") in IN_SANDBOX]
    harm = [p for p in hostile("04") if p.student.removeprefix("hostile ") not in LEFT_OUT]
    some = list(mistaken("04"))
    return [*harm, *chosen, *some[::20], some[-1], *list(fine("04"))[::3]]


@pytest.fixture(scope="module")
def graded(planned, box, tmp_path_factory):
    """The class, handed in and graded once; what was there before; what the command said."""
    planned = [replace(p, student=f"{i:03d} {p.student}") for i, p in enumerate(planned)]
    folder = tmp_path_factory.mktemp("class")
    write(planned, folder)
    before = canaries(folder)
    done = grade(folder / "notebooks", folder / "out", "--jobs", "4")
    return planned, folder, before, done


@pytest.mark.slow
def test_every_mark_is_as_planned(graded):
    planned, folder, _, done = graded
    got = marks(folder / "out")
    assert set(HOSTILE) >= LEFT_OUT and len(HOSTILE) - len(LEFT_OUT) >= 28
    assert f"{len(planned)} submissions" in done.stdout
    assert set(got) == {p.student for p in planned}
    for p in planned:
        row = got[p.student]
        assert {e: float(row[e]) for e in p.points} == p.points, (p.student, results(folder / "out")[p.student])
        assert float(row["score"]) == sum(p.points.values()) and row["status"] == p.status
        assert row["exercise"] == "04" and float(row["max_score"]) == 23


@pytest.mark.slow
def test_every_mistake_is_named_and_counted(graded):
    planned, folder, _, _ = graded
    found = results(folder / "out")
    for p in planned:
        for exercise, name in p.mistakes.items():
            check = next(c for c in found[p.student]["checks"] if c["id"] == exercise)
            assert check["misconception"] == name and check["message"], p.student
    wanted = Counter((e, m) for p in planned if p.kind != "not begun" for e, m in p.mistakes.items())
    wanted["04.1", "borrowed"] += 1
    rows = [r for r in read_table(folder / "out" / "report.csv") if r["kind"] in ("mistake", "borrowed")]
    assert {(r["exercise"], r["what"]): int(r["students"]) for r in rows} == wanted


@pytest.mark.slow
def test_nothing_outside_was_read_or_written(graded):
    _, folder, before, _ = graded
    new = {p for p in folder.rglob("*") if p.is_file() and p.suffix != ".ipynb" and (folder / "out") not in p.parents}
    assert {p: p.read_text() for p in new if p.name != "expected.csv"} == {
        p: text for p, text in before.items() if p.name != "expected.csv"
    }
    for place in ("/", "/tmp", "/home", "/root", str(ROOT), str(ROOT.parent)):
        assert not [n for n in ("course-was-here", "gradebook.db") if os.path.exists(f"{place}/{n}")]
    text = "".join(p.read_text(encoding="utf-8") for p in (folder / "out" / "results").iterdir())
    assert "canary" not in text and "root:x:" not in text


TAGS = """html head meta title style body main p h1 h2 h3 div section span strong small em b i br code pre ul li
dl dt dd details summary figure figcaption table thead tbody tr th td svg circle rect text"""
ATTRIBUTES = """class style lang charset name content open width height viewbox role aria-label cx cy r rx x y fill
stroke stroke-width stroke-linecap stroke-dasharray transform text-anchor font-size font-weight title http-equiv"""


class Tags(HTMLParser):
    """The names of all tags and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.names, self.attributes = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attributes}


@pytest.mark.slow
def test_pages_need_nothing_else_and_nothing_in_them_runs(graded):
    planned, folder, _, _ = graded
    pages = [folder / "out" / "report.html", *(folder / "out" / "feedback").iterdir()]
    assert len(pages) == len(planned) + 1
    for page in pages:
        text = page.read_text(encoding="utf-8")
        found = Tags(text)
        assert found.names <= set(TAGS.split()) and found.attributes <= set(ATTRIBUTES.split()), page.name
        assert "Content-Security-Policy" in text and "viewport" in text and "@import" not in text


@pytest.mark.slow
def test_no_page_shows_the_answer(graded):
    _, folder, _, _ = graded
    lines = ("X @ w + b", "np.mean((pred - y) ** 2)", "2 * X.T @ error")
    for page in (folder / "out" / "feedback").iterdir():
        text = page.read_text(encoding="utf-8")
        assert not any(line in text for line in lines), page.name


@pytest.mark.slow
def test_grading_again_changes_nothing_and_grades_nothing(graded):
    planned, folder, _, _ = graded
    before = {p.name: p.read_bytes() for p in (folder / "out" / "results").iterdir()}
    start = time.monotonic()
    again = grade(folder / "notebooks", folder / "out")
    assert f"({len(planned)} were graded before and have not changed)" in again.stdout
    assert {p.name: p.read_bytes() for p in (folder / "out" / "results").iterdir()} == before
    assert time.monotonic() - start < 60 and not (folder / "out" / "earlier").exists()


SMALL = 5


def undated(path):
    """A file's bytes without the day of grading."""
    return re.sub(rb"graded on \d+ \w+ \d+", b"", path.read_bytes())


@pytest.fixture
def small(tmp_path):
    """Five notebooks of the shortest exercise."""
    some = ([*mistaken("00"), *fine("00")] * SMALL)[:SMALL]
    planned = [replace(p, student=f"s{i} {p.student}") for i, p in enumerate(some)]
    write(planned, tmp_path)
    return tmp_path, planned


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_results(small, box):
    folder, planned = small
    grade(folder / "notebooks", folder / "whole", lesson="00")
    command = [
        *GRADE,
        str(folder / "notebooks"),
        "--exercise",
        "00",
        "--seed",
        "11",
        "--out",
        str(folder / "cut"),
        *QUICK,
    ]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done, end = folder / "cut" / "results", time.monotonic() + 60
    while len(list(done.glob("*.json")) if done.exists() else []) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    run.kill()
    run.wait()
    kept = {p.name: p.stat().st_mtime_ns for p in done.glob("*.json")}
    assert 2 <= len(kept) < SMALL
    assert "were graded before" in grade(folder / "notebooks", folder / "cut", lesson="00").stdout
    assert {n: t for n, t in ((p.name, p.stat().st_mtime_ns) for p in done.glob("*.json")) if n in kept} == kept
    for name in ("grades.csv", "report.html", "report.csv", "results", "feedback", "gradescope"):
        one, two = folder / "whole" / name, folder / "cut" / name
        files = [p.relative_to(one) for p in one.rglob("*") if p.is_file()] if one.is_dir() else [Path()]
        assert files and all(undated(one / f) == undated(two / f) for f in files)
    assert {s: float(r["score"]) for s, r in marks(folder / "cut").items()} == {
        p.student: sum(p.points.values()) for p in planned
    }


@pytest.mark.slow
def test_another_seed_grades_again_and_keeps_the_earlier_results(small, box):
    folder, _ = small
    for path in sorted((folder / "notebooks").iterdir())[2:]:
        path.unlink()
    out = folder / "out"
    grade(folder / "notebooks", out, lesson="00")
    first = {p.name: p.read_bytes() for p in (out / "results").iterdir()}
    assert "2 submissions" in grade(folder / "notebooks", out, lesson="00", seed="12").stdout
    kept = {p.name: p.read_bytes() for p in (out / "earlier").rglob("*.json")}
    assert kept == first and (out / "seed.txt").read_text() == "12\n"
    assert oct((out / "seed.txt").stat().st_mode)[-3:] == "600"


class Dying(pool.Worker):
    """A grader that ends in the middle: what a result that cannot be judged would do."""

    def give(self, task):
        super().give(task)
        self.given = getattr(self, "given", 0) + 1
        if task.submission.student == "doomed" and "00.1" not in task.skip:
            task.at = "00.1"
            self.process.kill()


@pytest.mark.slow
def test_a_grader_that_dies_loses_no_submission(tmp_path, stage, box):
    (right,) = [p for p in fine("00") if p.kind == "right"]
    for name in ("doomed", "fine"):
        (tmp_path / f"{name}.ipynb").write_bytes(right.data)
    settings = Settings("00", 1, limits=Limits(memory=1_500_000_000))
    found = {r["student"]: r for r in pool.grade_all(find(tmp_path), settings, stage, 1, Dying)}
    assert found["fine"]["score"] == found["fine"]["max_score"]
    assert found["doomed"]["score"] == 0 and found["doomed"]["status"] == INCOMPLETE
    assert "could not be judged" in found["doomed"]["checks"][0]["message"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--exercise", "99"], "no exercises"),
        (["--seed", "blue"], "whole number"),
        (["--part", "3/2"], "K/N"),
        (["--sandbox", "none"], "--unsafe"),
    ],
)
def test_what_cannot_be_graded_is_told_in_a_sentence(tmp_path, more, said):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.ipynb").write_text("{}")
    done = grade(tmp_path / "in", tmp_path / "out", *more, lesson="00", check=False)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_a_fault_leaves_the_seed_and_makes_no_folder(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.ipynb").write_text("")
    write_whole(tmp_path / "out" / "seed.txt", "5\n")
    Folder(tmp_path / "out").keep({"student": "a", "exercise": "00"})
    words = ["grade", str(tmp_path / "in"), "--exercise", "04", "--seed", "9", "--out", str(tmp_path / "out")]
    assert classroom.main(words) == 2 and "results of exercise 00" in capsys.readouterr().err
    assert (tmp_path / "out" / "seed.txt").read_text() == "5\n"
    assert classroom.main([*words[:1], str(tmp_path / "no"), *words[2:-1], str(tmp_path / "new")]) == 2
    assert classroom.main(["report", str(tmp_path / "new")]) == 2
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("words", ["grade {in} --exercise 04 --out {file}", "rehearse --exercise 04 --out {file}"])
def test_a_file_where_a_folder_should_be_is_told_in_a_sentence(tmp_path, capsys, words):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.ipynb").write_text("")
    (tmp_path / "file").write_text("")
    filled = words.format(**{"in": tmp_path / "in", "file": tmp_path / "file"}).split()
    assert classroom.main(filled) == 2 and str(tmp_path / "file") in capsys.readouterr().err


def test_results_of_earlier_runs_are_told(tmp_path, box):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.ipynb").write_text("")
    assert "earlier runs" not in grade(tmp_path / "a", tmp_path / "out", lesson="00").stdout
    assert "also show 1 from earlier runs" in grade(tmp_path / "b", tmp_path / "out", lesson="00").stdout


def test_parts_of_a_class_are_put_together(tmp_path, box):
    for name in ("a", "b", "c"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{name}.ipynb").write_text("")
    for k in (1, 2):
        done = grade(tmp_path / "in", tmp_path / "parts" / str(k), "--part", f"{k}/2", lesson="00")
        assert f"{3 - k} submission" in done.stdout
    command = [*GRADE[:-1], "report", str(tmp_path / "all"), "--from", *(str(tmp_path / "parts" / k) for k in "12")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert "3 results" in done.stdout and set(marks(tmp_path / "all")) == {"a", "b", "c"}


def test_two_runs_do_not_grade_into_one_folder_at_once(tmp_path):
    (tmp_path / "a.ipynb").write_text("")
    with Folder(tmp_path / "out").locked():
        done = grade(tmp_path, tmp_path / "out", lesson="00", check=False)
    assert done.returncode == 2 and "another run" in done.stderr


def test_a_small_rehearsal_has_some_of_everything():
    small = made_up_class("04", 20)
    kinds = Counter(p.kind for p in small)
    assert len({e for p in small for e in p.mistakes if p.kind == "mistake"}) >= 5  # exercises
    assert kinds["mistake"] >= 5 and kinds["hostile"] >= 4 and kinds["damage"] >= 4 and kinds["right"] == 1
    each = [p.student for family in (hostile, damaged, mistaken, fine) for p in family("04")]
    everybody = [p.student[5:] for p in made_up_class("04", len(each))]
    assert len(set(each)) == len(each) and set(everybody[: len(each)]) == set(each)


@pytest.mark.parametrize(("more", "said"), [(["--count", "0"], "1 or more"), (["--exercise", "99"], "there are: 00")])
def test_what_cannot_be_rehearsed_is_told_in_a_sentence(tmp_path, capsys, more, said):
    assert classroom.main(["rehearse", "--exercise", "4", "--out", str(tmp_path / "x"), *more]) == 2
    assert said in capsys.readouterr().err and not (tmp_path / "x").exists()


def test_every_damage_is_somebody_in_a_rehearsal():
    assert {p.student.removeprefix("damage ") for p in damaged("00")} == set(DAMAGES)
    assert json.dumps([p.points for p in damaged("00")])
