"""exercises/ are made from solutions/: stubs, nbgrader's marks, no drift, no surprises."""

import copy
import re

import nbformat
import pytest

from course_utils.checks import registry
from course_utils.classroom import __main__ as classroom
from course_utils.classroom import release
from course_utils.classroom.stubs import stub_for

SOLUTIONS = sorted((release.ROOT / "solutions").glob(release.PATTERN))
NAMES = [path.name for path in SOLUTIONS]


@pytest.fixture(params=SOLUTIONS, ids=NAMES)
def solution(request):
    return request.param


def made(path):
    return nbformat.reads(release.released(path), as_version=4)


# ---- stubs


@pytest.mark.parametrize(
    ("indent", "body", "stub"),
    [
        ("    ", "return x\n", "raise NotImplementedError"),
        ("", "answer = 3\n", "answer = None"),
        ("", "w, (b, *rest) = fit(X)\nrate: float = 0.1\n", "w = None\nb = None\nrest = None\nrate = None"),
        ("", "for i in range(3):\n    j = i\ntotal = sum(x)\ntotal = total + 1\n", "total = None"),
        ("", "### STUB def f(x):\n### STUB     return x +\n###  STUB no\nx = 1\n", "def f(x):\n    return x +"),
        ("    ", "### STUB total = 0\n### STUB\nreturn x\n", "total = 0\n"),
    ],
)
def test_a_stub_for_each_region(indent, body, stub):
    assert stub_for(indent, body) == stub


def test_a_region_without_a_name_is_refused():
    with pytest.raises(ValueError, match="### STUB"):
        stub_for("", "print(3)\n")


# ---- from solution to exercise


def test_there_is_a_solution_notebook_for_every_lesson_with_exercises():
    assert [name[:2] for name in NAMES] == list(registry.folders())


def test_exercises_are_up_to_date():
    assert sorted(p.name for p in release.drift(release.ROOT / "solutions", release.ROOT / "exercises")) == []


def test_releasing_twice_gives_the_same_bytes(solution):
    assert release.released(solution) == release.released(solution)


def test_ids_and_order_are_kept_and_nothing_is_given_away(solution):
    before, after = nbformat.read(solution, as_version=4), made(solution)
    assert [c.id for c in before.cells] == [c.id for c in after.cells]
    nbformat.validate(after)
    text = "\n".join(cell.source for cell in after.cells)
    assert "SOLUTION" not in text and "### STUB" not in text
    assert all(not cell.get("outputs") for cell in after.cells)
    for cell in before.cells:
        for region in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.S):
            kept = [line.strip() for line in region.splitlines() if "### STUB" in line]
            lines = [line.strip() for line in region.splitlines() if "### STUB" not in line]
            given = " ".join(kept)
            shown = [line for line in lines if len(line) > 20 and line in text and line not in given]
            assert not shown, f"the exercise shows lines of its solution: {shown}"


def test_answers_can_be_edited_and_checks_cannot(solution):
    for cell in made(solution).cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            assert cell.metadata.editable is False and cell.metadata.deletable is False and marks.checksum
            assert marks.points == registry.find(release.check_in(cell)).points
        elif marks.get("solution"):
            assert "editable" not in cell.metadata and cell.metadata.deletable is False


def test_every_answer_cell_keeps_a_stub(solution):
    for cell in made(solution).cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            compile(cell.source, cell.id, "exec")


# ---- drift


@pytest.fixture
def folders(tmp_path):
    solutions, exercises = tmp_path / "solutions", tmp_path / "exercises"
    solutions.mkdir()
    (solutions / SOLUTIONS[0].name).write_bytes(SOLUTIONS[0].read_bytes())
    release.write(release.drift(solutions, exercises))
    return solutions, exercises


def test_a_release_leaves_no_drift(folders):
    assert release.drift(*folders) == {}


def test_an_edited_a_missing_and_an_extra_exercise_are_drift(folders):
    _, exercises = folders
    path = exercises / SOLUTIONS[0].name
    for change in (lambda text: text + " ", lambda text: text.replace("check(", "check (", 1), lambda text: ""):
        right = path.read_text(encoding="utf-8")
        path.write_text(change(right), encoding="utf-8")
        assert list(release.drift(*folders)) == [path]
        release.write(release.drift(*folders))
        assert path.read_text(encoding="utf-8") == right
    path.unlink()
    assert list(release.drift(*folders)) == [path]
    extra = exercises / "99_extra.ipynb"
    extra.write_text("{}", encoding="utf-8")
    assert set(release.drift(*folders)) == {path, extra}
    release.write(release.drift(*folders))
    assert not extra.exists() and release.drift(*folders) == {}


def test_the_command_says_what_drifted(folders, monkeypatch, capsys):
    monkeypatch.setattr(release, "ROOT", folders[0].parent)
    assert classroom.main(["release", "--check"]) == 0
    (folders[1] / SOLUTIONS[0].name).write_text("{}", encoding="utf-8")
    capsys.readouterr()
    assert classroom.main(["release", "--check"]) == 1
    assert f"exercises/{SOLUTIONS[0].name}" in capsys.readouterr().out
    assert classroom.main(["release"]) == 0
    assert classroom.main(["release", "--check"]) == 0


def test_a_copy_without_solutions_keeps_its_exercises(folders, monkeypatch, capsys):
    (folders[0] / SOLUTIONS[0].name).unlink()
    monkeypatch.setattr(release, "ROOT", folders[0].parent)
    for words in (["release"], ["release", "--check"]):
        assert classroom.main(words) == 2
        assert "no solutions" in capsys.readouterr().err
    assert len(list(folders[1].iterdir())) == 1


# ---- what cannot be released


def spoiled(change):
    notebook = nbformat.read(SOLUTIONS[0], as_version=4)
    check = next(c for c in notebook.cells if release.check_in(c))
    change(notebook, check)
    return release.complaints(notebook, SOLUTIONS[0].name[:2])


def rename(number):
    return lambda notebook, check: check.update(source=f'check("{number}")')


SPOILED = {
    "has": lambda notebook, check: check.metadata.nbgrader.update(points=99),
    "locked": lambda notebook, check: check.metadata.nbgrader.update(locked=False),
    "two cells": lambda notebook, check: check.metadata.nbgrader.update(solution=True),
    "not graded": lambda notebook, check: check.metadata.pop("nbgrader"),
    "last line": lambda notebook, check: check.update(source=check.source + "\nprint(1)"),
    "no exercise": rename("00.77"),
    "0 times": lambda notebook, check: notebook.cells.remove(check),
    "2 times": lambda notebook, check: notebook.cells.append(copy.deepcopy(check)),
}


@pytest.mark.parametrize("complaint", SPOILED)
def test_a_solution_that_could_not_be_graded_is_refused(complaint):
    assert complaint in " ".join(spoiled(SPOILED[complaint]))
    assert spoiled(lambda notebook, check: None) == []


def test_a_bad_solution_is_told_in_a_sentence(folders, monkeypatch, capsys):
    path = folders[0] / SOLUTIONS[0].name
    path.write_text(path.read_text(encoding="utf-8").replace('"points": ', '"points": 7'), encoding="utf-8")
    monkeypatch.setattr(release, "ROOT", folders[0].parent)
    assert classroom.main(["release"]) == 2
    assert path.name in capsys.readouterr().err


# ---- bundles


def test_a_bundle_has_no_solutions(tmp_path):
    count = release.bundle(release.ROOT, tmp_path / "course")
    files = [p.relative_to(tmp_path / "course") for p in (tmp_path / "course").rglob("*") if p.is_file()]
    assert len(files) == count > 50
    assert {"notebooks", "exercises", "course_utils", "course.py"} <= {p.parts[0] for p in files}
    assert not {"solutions", "tests", ".git"} & {p.parts[0] for p in files}
    with pytest.raises(ValueError, match="not empty"):
        release.bundle(release.ROOT, tmp_path / "course")
    with pytest.raises(ValueError, match="is a file"):
        release.bundle(release.ROOT, tmp_path / "course" / "course.py")


def test_a_bundle_says_what_it_carries(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(release, "drift", lambda *folders: {})
    assert classroom.main(["release", "--bundle", str(tmp_path / "course")]) == 0
    told = capsys.readouterr().out
    assert "no solution notebooks and no tests" in told and "a right answer for every exercise" in told
    assert (
        "course_utils/checks/lessons" in told and (tmp_path / "course" / "course_utils" / "checks" / "lessons").is_dir()
    )
    marks = [p for p in (tmp_path / "course").rglob("*.ipynb") if "BEGIN SOLUTION" in p.read_text(encoding="utf-8")]
    assert marks == [] and not list((tmp_path / "course").rglob("test_*.py"))
    guide = (release.ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
    assert "without solutions" not in guide and "without solutions" not in release.__doc__


# ---- sources for stock nbgrader


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_stock_nbgrader_hands_out_what_there_is_to_repair_and_to_fill_in(path, tmp_path):
    """Its own ClearSolutions on our sources leaves all that our own release hands out, and not the solution."""
    from nbgrader.preprocessors import ClearSolutions

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / path.name).write_bytes(path.read_bytes())
    assert release.write_stock(tmp_path / "in", tmp_path / "out") == 1
    source = nbformat.read(tmp_path / "out" / path.name, as_version=4)
    stock, _ = ClearSolutions().preprocess(copy.deepcopy(source), {})
    ours = nbformat.reads(release.released(path), as_version=4)
    for ready, cleared, whole in zip(ours.cells, stock.cells, source.cells, strict=True):
        if ready.metadata.get("nbgrader", {}).get("solution") and ready.cell_type == "code":
            lines = [line for line in ready.source.splitlines() if line.strip() != "raise NotImplementedError"]
            assert lines == [line for line in cleared.source.splitlines() if line in lines], ready.id
            assert "### BEGIN SOLUTION" not in cleared.source and "### BEGIN SOLUTION" in whole.source


def test_everything_of_the_course_is_bundled_or_left_out_on_purpose():
    left = {"solutions", "tests", "benchmarks", ".ci", ".github"}
    if (release.ROOT / ".git").exists():
        tops = {path.parts[0] for path in release.course_files(release.ROOT)}
        assert tops - left == set(release.BUNDLED)
    assert not left & set(release.BUNDLED)


PRIVATE = ("my_work/mine.ipynb", ".venv/x", "graded/04/grades.csv", "marks.csv", "notebooks/.ipynb_checkpoints/a.ipynb")


def test_a_bundle_of_a_course_without_git(tmp_path):
    for name in ("course.py", "solutions/00.ipynb", "notebooks/00.ipynb", *PRIVATE):
        (tmp_path / "a" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "a" / name).touch()
    release.bundle(tmp_path / "a", tmp_path / "b")
    assert sorted(p.name for p in (tmp_path / "b").rglob("*") if p.is_file()) == ["00.ipynb", "course.py"]
