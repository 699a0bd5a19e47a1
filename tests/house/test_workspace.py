"""A student's copies: cleared, never overwritten, never deleted."""

import json

import pytest

from tests.house.conftest import notebook, write
from tools.commands import workspace
from tools.commands.say import Fault


def edit(path, text="my answer"):
    """Do what a student does: change the first cell and run it."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][0].update(source=[text], execution_count=1)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path.read_bytes()


def test_copies_are_made_with_outputs_cleared(course):
    made = workspace.fill()
    assert [path.relative_to(course).as_posix() for path in made] == [
        "my_work/notebooks/00_start_here.ipynb",
        "my_work/notebooks/04_linear.ipynb",
        "my_work/exercises/04_linear.ipynb",
    ]
    copy = json.loads(made[0].read_text(encoding="utf-8"))
    assert copy["cells"][0]["outputs"] == []
    assert copy["cells"][0]["execution_count"] is None
    assert "widgets" not in copy["metadata"]
    assert copy["cells"][0]["source"] == ["print(42)"]


def test_originals_are_left_alone(course):
    before = {path: path.read_bytes() for path in workspace.originals()}
    workspace.fill()
    workspace.main_update([])
    workspace.main_reset(["4"])
    assert {path: path.read_bytes() for path in workspace.originals()} == before


def test_pictures_beside_a_lesson_come_along_and_caches_do_not(course):
    (course / "notebooks" / "images").mkdir()
    (course / "notebooks" / "images" / "a.png").write_bytes(b"png")
    (course / "notebooks" / ".ipynb_checkpoints").mkdir()
    (course / "notebooks" / ".ipynb_checkpoints" / "x.txt").write_text("x", encoding="utf-8")
    workspace.fill()
    assert (course / "my_work" / "notebooks" / "images" / "a.png").read_bytes() == b"png"
    assert not (course / "my_work" / "notebooks" / ".ipynb_checkpoints").exists()


def test_nothing_of_the_students_is_overwritten(course):
    workspace.fill()
    mine = course / "my_work" / "exercises" / "04_linear.ipynb"
    kept = edit(mine)
    write(course / "exercises" / "04_linear.ipynb", "def f(): ...", "check('04.2')")
    assert workspace.fill() == []
    workspace.main_update([])
    assert mine.read_bytes() == kept


def test_update_brings_new_and_changed_lessons(course, capsys):
    workspace.fill()
    edit(course / "my_work" / "notebooks" / "04_linear.ipynb")
    write(course / "notebooks" / "04_linear.ipynb", "x = 2", "print(x)")
    write(course / "notebooks" / "05_new.ipynb", "y = 1")
    workspace.main_update([])
    new = course / "my_work" / "notebooks" / "04_linear (new).ipynb"
    assert json.loads(new.read_text(encoding="utf-8"))["cells"][0]["source"] == ["x = 2"]
    assert (course / "my_work" / "notebooks" / "05_new.ipynb").exists()
    assert "1 new, 1 changed" in capsys.readouterr().out
    workspace.main_update([])
    said = capsys.readouterr().out
    assert "0 new, 0 changed" in said and "git pull" in said


def test_only_new_outputs_are_no_change(course):
    workspace.fill()
    path = course / "notebooks" / "04_linear.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][1]["outputs"] = []
    path.write_text(json.dumps(content), encoding="utf-8")
    assert workspace.state(path) == "current"


def test_a_second_change_replaces_an_untouched_new_one_only(course):
    workspace.fill()
    path, folder = course / "notebooks" / "04_linear.ipynb", course / "my_work" / "notebooks"
    write(path, "x = 2")
    workspace.main_update([])
    write(path, "x = 3")
    workspace.main_update([])
    assert sorted(p.name for p in folder.glob("04*")) == ["04_linear (new).ipynb", "04_linear.ipynb"]
    kept = edit(folder / "04_linear (new).ipynb")
    write(path, "x = 4")
    workspace.main_update([])
    assert (folder / "04_linear (new).ipynb").read_bytes() == kept
    assert (folder / "04_linear (new 2).ipynb").exists()


def test_reset_sets_the_students_aside(course):
    workspace.fill()
    mine = course / "my_work" / "exercises" / "04_linear.ipynb"
    kept = edit(mine)
    for _ in range(2):
        workspace.main_reset(["04"])
    assert json.loads(mine.read_text(encoding="utf-8"))["cells"][0]["source"] == ["def f(): ..."]
    asides = list(mine.parent.glob("04_linear (mine *).ipynb"))
    assert [path.read_bytes() for path in asides] == [kept]


def test_reset_twice_in_a_minute_keeps_both(course):
    workspace.fill()
    mine = course / "my_work" / "exercises" / "04_linear.ipynb"
    kept = []
    for text in ("first", "second"):
        kept.append(edit(mine, text))
        workspace.main_reset(["04"])
    assert sorted(path.read_bytes() for path in mine.parent.glob("04_linear (mine *")) == sorted(kept)


def test_submit_makes_one_file_named_after_the_student(course, capsys):
    workspace.fill()
    mine = course / "my_work" / "exercises" / "04_linear.ipynb"
    kept = edit(mine)
    workspace.main_submit(["4", "--name=..ann."])
    assert (course / "my_work" / "hand_in" / "04_linear" / "ann.ipynb").read_bytes() == kept
    with pytest.raises(Fault, match="--name NAME"):
        workspace.main_submit(["4", "--name"])
    workspace.main_submit(["4", "--name", "李 雷/7"])
    target = course / "my_work" / "hand_in" / "04_linear" / "李 雷_7.ipynb"
    assert target.read_bytes() == kept == mine.read_bytes()
    assert str(target) in capsys.readouterr().out


def test_submit_again_keeps_the_earlier_file(course):
    workspace.fill()
    mine = course / "my_work" / "exercises" / "04_linear.ipynb"
    first = edit(mine, "first")
    workspace.main_submit(["04", "--name", "ann"])
    edit(mine, "second")
    workspace.main_submit(["04", "--name", "ann"])
    files = list((course / "my_work" / "hand_in" / "04_linear").iterdir())
    assert len(files) == 2
    assert any(path.read_bytes() == first and "before" in path.name for path in files)


def test_submit_tells_an_unanswered_notebook(course, capsys):
    workspace.fill()
    workspace.main_submit(["04", "--name", "ann"])
    assert "Nothing is answered" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', '{"cells": [{}]}'])
def test_submit_refuses_a_damaged_notebook(course, content):
    workspace.fill()
    (course / "my_work" / "exercises" / "04_linear.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(Fault, match="reset 04"):
        workspace.main_submit(["04", "--name", "ann"])


@pytest.mark.parametrize("words", [[], ["x"], ["04", "05"], ["-1"], ["004"]])
@pytest.mark.parametrize("verb", [workspace.main_reset, workspace.main_submit])
def test_numbers_are_asked_for(course, verb, words):
    with pytest.raises(Fault, match=r"usage: python course\.py"):
        verb(words)


def test_a_lesson_that_is_not_there(course):
    with pytest.raises(Fault, match="no lesson 07 yet; there are 00, 04"):
        workspace.main_reset(["7"])
    with pytest.raises(Fault, match="no exercises"):
        workspace.main_submit(["0"])


def test_a_copy_without_our_metadata_is_compared_by_its_text(course):
    path = course / "my_work" / "notebooks" / "04_linear.ipynb"
    write(path, "x = 1", "print(x)")
    original = course / "notebooks" / "04_linear.ipynb"
    assert workspace.state(original) == "current"
    write(path, "mine")
    assert workspace.state(original) == "changed"
    assert workspace.sources(notebook("a")) != workspace.sources(notebook("b"))


@pytest.mark.parametrize("place", ["my_work", "my_work/exercises", "my_work/hand_in", "my_work/hand_in/04_linear"])
def test_a_file_where_my_work_should_be_is_told(course, place):
    (course / place).parent.mkdir(parents=True, exist_ok=True)
    (course / place).write_text("", encoding="utf-8")
    verbs = [(workspace.main_update, []), (workspace.main_reset, ["04"]), (workspace.main_submit, ["04"])]
    for verb, words in verbs[2:] if "hand_in" in place else verbs:
        with pytest.raises(Fault, match="rename it"):
            verb(words)
