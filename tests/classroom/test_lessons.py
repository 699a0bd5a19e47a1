"""`lessons` tells what a teacher chooses by, from the plan and the exercises themselves."""

import re

import pytest

from course_utils.checks import registry
from course_utils.classroom import __main__ as classroom
from course_utils.classroom.lessons import exercise_minutes, section_minutes
from course_utils.plan import load_lessons

WRITTEN = [lesson for lesson in load_lessons().values() if lesson.written]


def test_every_written_lesson_has_a_line_with_its_own_numbers(capsys):
    assert classroom.main(["lessons"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["lesson", "minutes"] and len(lines) == len(WRITTEN)
    for line, lesson in zip(lines, WRITTEN, strict=True):
        tasks = registry.lesson(lesson.number).values()
        said = re.fullmatch(r"(\d\d) (.+?)  +(\d+) +(\d+) \((\d+)\) +(\d+) +(.*)", line)
        assert said[1] == lesson.number and said[2] == lesson.title and int(said[3]) == lesson.minutes
        assert (int(said[4]), int(said[5])) == (sum(e.minutes for e in tasks), len(tasks))
        assert int(said[6]) == sum(e.points for e in tasks)


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.name)
def test_a_lesson_is_told_section_by_section_with_every_exercise_once(lesson, capsys):
    assert classroom.main(["lessons", lesson.number]) == 0
    told = capsys.readouterr().out
    for exercise in registry.lesson(lesson.number).values():
        assert told.count(f"{exercise.id} {exercise.title}: {exercise.minutes} min") == 1
    assert "elsewhere" not in told, "an exercise names a section that its lesson does not have"
    sections = section_minutes(lesson)
    whole = max(lesson.minutes - exercise_minutes(lesson), 5)
    assert min(sections.values()) >= 5 and sum(sections.values()) <= whole + 5 * len(sections)


def test_another_lesson_is_told_in_a_sentence(capsys):
    assert classroom.main(["lessons", "77"]) == 2 and "there are: 00" in capsys.readouterr().err
