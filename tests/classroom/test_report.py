"""The class report: what is counted as a mistake, what belongs together, and that nothing is left out unsaid."""

import csv
import io
import re
from dataclasses import replace

import pytest

from course_utils.checks import registry
from course_utils.classroom.grading import exercises
from course_utils.classroom.reports.classreport import MOST_NAMES, MOST_TOPICS, _topic, report_csv, report_page
from course_utils.classroom.reports.mistakes import Mistake, mistakes, topics
from course_utils.classroom.reports.pages import histogram
from tests.classroom.made_results import fault, made, mistake


def kinds(results):
    return {(m.exercise, m.kind, m.name): len(m.students) for m in mistakes(results)}


def rows(results):
    return list(csv.DictReader(io.StringIO(report_csv(results))))


@pytest.mark.parametrize("lesson", registry.folders())
def test_what_was_handed_out_broken_and_left_so_is_not_begun(lesson):
    """Nobody makes a mistake by not beginning."""
    for exercise in [e for e in exercises(lesson) if e.kind == "repair"]:
        (name,) = [m.name for m in exercise.misconceptions if m.answer is exercise.broken]
        untouched = made("ann", lesson, wrong={exercise.id: mistake(name, status="not yet")})
        tried = made("ben", lesson, wrong={exercise.id: mistake(name)})
        assert kinds([untouched]) == {(exercise.id, "open", "not yet"): 1}
        assert kinds([tried]) == {(exercise.id, "mistake", name): 1}
        assert "No known mistake was made" in report_page([untouched])


def test_what_was_borrowed_is_not_taught_again_but_told_with_names():
    results = [made("ann", wrong={"04.1": mistake("borrowed")}), made("ben")]
    page = report_page(results)
    assert "No known mistake was made" in page
    told = page.split("<h2>Taken from a library</h2>")[1].split("<h2>")[0]
    assert "04.1" in told and "ann" in told and "ben" not in told
    assert {r["who"] for r in rows(results) if r["kind"] == "borrowed"} == {"ann"}


def test_wrong_in_another_way_names_who():
    results = [made(f"s{i}", wrong={"04.1": fault("shape")}) for i in range(9)] + [made("zoe")]
    told = report_page(results).split("<h2>Wrong in another way</h2>")[1].split("<h2>")[0]
    assert "The shape is wrong." in told and "s0, s1" in told and f"and {9 - MOST_NAMES} more" in told
    assert [r["who"] for r in rows(results) if r["kind"] == "other"] == ["; ".join(f"s{i}" for i in range(9))]


def test_what_one_cause_broke_in_several_exercises_is_one_row():
    wrong = {e.id: fault("NameError", "name 'np' is not defined") for e in exercises("04")[:5]}
    page = report_page([made("ann", wrong=wrong)])
    told = page.split("<h2>Wrong in another way</h2>")[1].split("<h2>")[0]
    assert told.count("Stops with NameError.") == 1 and "04.1, 04.2, 04.3, 04.4, 04.5" in told
    assert "<code>np</code> is not defined, which stops 5 answers" in page.split("Who needs help")[1]


def test_no_section_to_teach_again_is_left_out():
    sections = {e.section: e for e in exercises("04")}
    assert len(sections) > MOST_TOPICS
    wrong = {e.id: mistake(e.misconceptions[-1].name) for e in sections.values()}
    page = report_page([made("ann", wrong=wrong), made("ben")])
    again = page.split("To teach again")[1].split("<h2>Marks")[0]
    assert all(section.replace("'", "&#x27;") in again for section in sections)
    assert f"{len(sections) - MOST_TOPICS} more, where fewer went wrong" in again


def way(exercise, name, students, family="", section="1. One"):
    return Mistake(exercise, "mistake", name, "Words.", section, family, list(students), 1.0)


def test_mistakes_of_one_family_are_counted_together_where_they_go_through_several_exercises():
    unstable = "numerical instability"
    ways = [
        way("06.1", "overflow", "ab", unstable),
        way("06.2", "padded", "bc", unstable),
        way("06.4", "no-shift", "d", unstable),
        way("06.3", "sign", "ef", "sign", "2. Two"),
    ]
    first, second = topics(ways)
    assert first.title == "Numerical instability" and first.students == set("abcd")
    assert first.where == "The same kind of mistake in 06.1, 06.2 and 06.4"
    assert second.title == "2. Two" and second.students == set("ef")
    (one,) = topics([ways[0]])
    assert one.title == "1. One"  # a family that shows in one exercise only is that exercise's section


def test_the_family_comes_from_the_exercise(monkeypatch):
    exercise = registry.find("04.1")
    some = [replace(m, family="bias forgotten") if m.name == "no-bias" else m for m in exercise.misconceptions]
    changed = replace(exercise, misconceptions=some)
    monkeypatch.setattr(registry, "find", lambda number: changed)
    results = [made("ann", wrong={"04.1": mistake("no-bias"), "04.3": mistake("no-bias")})]
    assert "Bias forgotten" in report_page(results)
    assert {r["family"] for r in rows(results) if r["what"] == "no-bias"} == {"bias forgotten"}


def test_a_student_with_several_mistakes_of_one_section_is_one_student():
    (topic,) = topics([way("04.3", name, ["ann"]) for name in ("first", "fourth", "second", "third")])
    told = _topic(topic, 2)
    assert "1 of 2 students" in told and "<strong>50 %</strong>" in told
    assert "and 1 more kind, 1 student: 04.3 third" in told  # what is not told at length is named


def test_the_numbers_of_the_class_are_the_classs():
    whole = sum(e.points for e in exercises("04"))
    results = [made("a"), made("b"), made("c") | {"score": 0.3 * whole}, made("d") | {"score": 0.0}]
    results.append(made("e") | {"score": 0.9 * whole})
    told = report_page(results).split('<div class="facts">')[1].split("</div>")[0]
    facts = re.findall(r'sans">([^<]+)</span><br><small>([^<]+)<', told)
    assert [f[0] for f in facts] == ["5", "90 %", "64 %", "2"] and "on average" in facts[2][1]


def test_the_histogram_counts_each_student_in_their_tenth():
    drawn = histogram([0.0, 0.05, 0.55, 1.0])
    assert "0 to 10 percent: 2, 50 to 60 percent: 1, 90 to 100 percent: 1" in drawn
    assert re.findall(r'font-size="13">(\d+)<', drawn) == ["2", "1", "1"]


def test_worst_first_and_each_bar_has_its_own_students():
    page = report_page([made("ann", wrong={"04.3": fault("shape")}), made("ben", wrong={"04.3": mistake("sign")})])
    bars = re.findall(r'<div class="row"><span>(04\.\d) .*?aria-label="([^"]*)".*?<b title="right">(.*?)</b>', page)
    assert bars[0] == ("04.3", "a known mistake: 1, wrong in another way: 1", "0 %")
    assert {bar[1:] for bar in bars[1:]} == {("right: 2", "100 %")}
    right = [r for r in rows([made("ann", wrong={"04.3": fault("shape")}), made("ben")]) if r["kind"] == "right"]
    assert {r["exercise"]: r["students"] for r in right}["04.3"] == "1" and float(right[2]["share"]) == 0.5


def test_who_handed_in_late_is_marked():
    page = report_page([made("ann", late=True), made("ben")], "3 May 2027")
    assert "handed in late" in page and "graded on 3 May 2027" in page
    assert len(re.findall(r'<td>ann <span class="chip open">late</span>', page)) == 1
    assert "late" not in report_page([made("ben")]).split("</style>")[1]


def one_of_everything():
    wrong = {"04.1": mistake("no-bias"), "04.2": fault("shape"), "04.3": fault("NameError", "name 'np' is not defined")}
    cell = {"place": 1, "kind": "error", "text": "ImportError"}
    return made("ann", wrong=wrong, notes=["A note."], cells=[cell])


def test_one_is_written_as_one():
    page = report_page([one_of_everything()])
    assert not re.findall(r"\b1 (?:students|files|ways|kinds|sections|exercises|cells)\b", page)
    assert "1 of 1 student<" in page and "1 file<" in page and "1 student<" in page


def test_every_family_is_one_of_several_exercises():
    """A family of one exercise is a slip of the pen: nothing would ever be counted together."""
    seen = {}
    for exercise in registry.every():
        for family in {m.family for m in exercise.misconceptions} - {""}:
            seen.setdefault(family, set()).add(exercise.id)
    assert {
        "numerical instability",
        "wrong axis",
        "bias forgotten",
        "wrong sign",
        "mean and sum confused",
    } <= seen.keys()
    assert [family for family, ids in seen.items() if len(ids) < 2] == []


def test_numerical_instability_of_lesson_06_is_one_topic():
    wrong = {"06.1": "overflow", "06.2": "padded", "06.4": "overflow", "06.5": "through-probabilities"}
    results = [made(f"s{i}", "06", wrong={e: mistake(m)}) for i, (e, m) in enumerate(wrong.items())]
    first = topics(mistakes(results))[0]
    assert first.title == "Numerical instability" and len(first.students) == 4
