"""The card of a task says what the exercise's data says: whatever changes there, `release` notices."""

import dataclasses

import pytest

from course_utils.checks import check, registry
from course_utils.classroom import cards, release
from course_utils.classroom.__main__ import main
from tools.lesson import CARDS

OTHER = {
    "title": "Another title",
    "minutes": 99,
    "difficulty": 5,
    "section": "Another section",
    "forbidden": ("numpy.sum", ".mean"),
}


@pytest.mark.parametrize("field", OTHER)
def test_a_card_follows_its_data(field, monkeypatch):
    exercise = registry.find("11.1")
    changed = dataclasses.replace(exercise, **{field: OTHER[field]})
    assert cards.card(changed) != cards.card(exercise)
    task = f"{cards.card(exercise)}\nWrite it."
    assert cards.with_card(task, changed) == f"{cards.card(changed)}\nWrite it."
    monkeypatch.setitem(registry.lesson("11"), "11.1", changed)
    path = next((release.ROOT / "solutions").glob("11_*.ipynb"))
    assert release.with_cards_as_text(path) != path.read_text(encoding="utf-8")


def test_rules_are_told_of_each_library_once():
    exercise = dataclasses.replace(
        registry.find("11.1"), forbidden=("scipy.a.f", "scipy.b.g", "course_utils.c._own", "course_utils.c.h", ".var")
    )
    assert cards.forbidden_words(exercise) == (
        "without `f` of SciPy, `h` of course_utils, `.var` and the like of it in any library"
    )
    assert cards.forbidden_words(dataclasses.replace(exercise, forbidden=())) == ""


def test_what_is_said_of_lists_is_what_the_check_does():
    gradient = registry.find("06.3").reference
    for number, answer in [
        ("02.1", lambda X: [sum(column) / len(column) for column in X.T]),
        ("06.3", lambda *args: tuple(map(list_of, gradient(*args)))),
    ]:
        assert cards.lists_words(registry.find(number)) == "give an array, not a list"
        assert not check(number, answer, quiet=True).passed
    predicted = registry.find("01.7").reference
    assert cards.lists_words(registry.find("01.7")) == "lists, tuples and arrays count alike"
    assert check("01.7", {k: tuple(v) if isinstance(v, list) else v for k, v in predicted.items()}, quiet=True).passed


def list_of(value):
    return value.tolist() if getattr(value, "ndim", 0) else value


def test_a_task_without_a_card_is_refused():
    with pytest.raises(ValueError, match="begins with its card"):
        cards.with_card("## 11.1 A title\n\nWrite it.", registry.find("11.1"))


def test_a_card_edited_by_hand_is_told(tmp_path, monkeypatch, capsys):
    for folder in ("solutions", "exercises"):
        (tmp_path / folder).mkdir()
    path = next((release.ROOT / "solutions").glob("11_*.ipynb"))
    edited = path.read_text(encoding="utf-8").replace("**8 minutes ·", "**9 minutes ·")
    (tmp_path / "solutions" / path.name).write_text(edited, encoding="utf-8")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    assert main(["release"]) == 0
    assert f"{CARDS} {path.name}" in capsys.readouterr().out and release.CARDS == CARDS
    assert (tmp_path / "solutions" / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_one_point_is_no_points():
    exercise = dataclasses.replace(registry.find("11.1"), points=1, minutes=1)
    assert "**1 minute · " in cards.card(exercise) and "· 1 point**" in cards.card(exercise)
