"""concepts.toml and topics.toml are whole and agree with themselves."""

import re
from collections import Counter

import pytest
from matplotlib import pyplot as plt

from course_utils.plan import load_lessons, needed_for
from course_utils.viz import lesson_map, style
from tools.anatomy import IGNORED, open_book
from tools.lesson_rules import the_course
from tools.reference_kernel import ROOT

LESSONS = load_lessons()


def test_all_lessons_are_there():
    assert list(LESSONS) == [f"{number:02d}" for number in range(32)]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.number)
def test_lesson(lesson):
    assert 5 <= len(lesson.terms) <= 16
    assert all(re.search(r"[\u4e00-\u9fff]", chinese) for chinese in lesson.terms.values())
    assert lesson.exercises >= 1 and 20 <= lesson.minutes <= 480
    assert lesson.title and lesson.data and lesson.part


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.number)
def test_requirements_come_before_and_are_not_repeated(lesson):
    assert all(number < lesson.number for number in lesson.requires)
    indirect = {far for near in lesson.requires for far in needed_for(near, LESSONS) if far != near}
    assert not indirect & set(lesson.requires)
    assert needed_for(lesson.number, LESSONS)[0] == "00"


def test_no_term_is_taught_twice():
    taught = Counter(term.lower() for lesson in LESSONS.values() for term in lesson.terms)
    assert [term for term, count in taught.items() if count > 1] == []


def test_parts_are_in_one_piece():
    parts = [lesson.part for lesson in LESSONS.values()]
    assert len(set(parts)) == 9
    assert parts == sorted(parts, key=lambda part: parts.index(part))


def test_topics_name_every_mistake_and_subject_once():
    topics = the_course().topics
    mistakes = [name for row in topics.values() for weight in "ABC" for name in row.get(weight, [])]
    subjects = [name for row in topics.values() for name in row["coverage"]]
    assert sorted(mistakes) == sorted(f"E{number:02d}" for number in range(1, 141))
    assert len(subjects) == len(set(subjects)) == 436
    assert set(topics) <= set(LESSONS)
    assert all(set(row.get("wording", [])) <= set(row.get("A", []) + row.get("B", [])) for row in topics.values())


def test_the_map_draws_and_tells_every_lesson():
    figure, text = lesson_map()
    drawn = " ".join(label.get_text() for label in figure.axes[0].texts).replace("\n", " ")
    assert all(f"{lesson.number} {lesson.title}" in drawn and lesson.title in text for lesson in LESSONS.values())


def test_the_stored_map_of_lesson_00_is_todays():
    """Its words tell each lesson's minutes and all hours: run `python -m tools.notebooks run 00` after a change."""
    cells = open_book(ROOT / "notebooks" / "00_start_here.ipynb").cells("code")
    (cell,) = [cell for cell in cells if "lesson_map" in cell.source]
    figure, words = lesson_map()
    plt.close(figure)
    assert words in "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
    assert IGNORED not in cell.metadata["tags"]
    assert all(f"({lesson.minutes} min)" in words for lesson in LESSONS.values())


def test_the_map_can_be_read_in_a_window_of_1024_pixels():
    with plt.rc_context():
        style.use()
        figure, _ = lesson_map()
        figure.canvas.draw()
    (axes,), pixels = figure.axes, 640 / figure.get_figwidth()  # an inch, where the text column has 640 pixels
    right = max(patch.get_window_extent().x1 for patch in axes.patches)
    for label in axes.texts:
        if label.get_text():  # arrows are labels without a text
            assert label.get_fontsize() / 72 * pixels >= 9.5, label.get_text()
            extent = label.get_window_extent()
            inside = [box for box in axes.patches if box.get_window_extent().contains(extent.x0, extent.y0)]
            assert extent.x1 <= (inside[0].get_window_extent().x1 if inside else right), label.get_text()


def test_the_way_to_a_lesson():
    figure, text = lesson_map("18")
    assert text.startswith("The way to 18 Attention: before it 00, 01, 02, 03, 04")
    assert len(figure.axes[0].patches) == len(LESSONS)
    with pytest.raises(ValueError, match="from 00 to 31, received '99'"):
        lesson_map("99")
