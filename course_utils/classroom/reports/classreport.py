"""The page a teacher gets: where the class stands, which mistake is made by how many, and what to teach again."""

from __future__ import annotations

import statistics
from collections import Counter

from course_utils.classroom.grading import MISSING, UNREADABLE, exercises
from course_utils.classroom.reports.feedback import common_causes
from course_utils.classroom.reports.mistakes import BORROWED, OPEN, Mistake, Topic, mistakes, readable, topics, who
from course_utils.classroom.reports.pages import (
    fact,
    histogram,
    lesson_title,
    mark,
    page,
    percent,
    stack,
    table,
    text,
    words,
)
from course_utils.classroom.results import number, text_cell
from course_utils.classroom.results import table as csv_table
from course_utils.classroom.wording import counted, listed

HELP_BELOW = 0.5  # of the marks
MOST_TOPICS, MOST_MISTAKES = 4, 3  # to teach again, and mistakes of one of them, told at length
MOST_ROWS = 12  # students, or ways of going wrong, listed before the rest is folded
MOST_NAMES = 6  # in a table's cell
COLOURS = {"right": "#3f90da", "mistake": "#bd1f01", BORROWED: "#832db6", "other": "#e76300", "open": "#94a4a2"}
KEYS = {
    "right": "right",
    "mistake": "a known mistake",
    BORROWED: "taken from a library",
    "other": "wrong in another way",
    "open": "not begun or not run",
}


def report_page(results: list[dict], graded: str = "") -> str:
    """HTML for the results of one exercise; `graded` is the day on which the last of them came about."""
    lesson = results[0]["exercise"] if results else ""
    ways = mistakes(results)
    when = f" · graded on {graded}" if graded else ""
    body = [
        f'<p class="soft sans">Class report · exercise {text(lesson + when)}</p><h1>{text(lesson_title(lesson))}</h1>',
        _numbers(results),
        _exercises(results, ways),
        _again(results, ways),
        _others(ways),
        _marks(results),
        _help(results),
        _files(results),
        _details(results, ways),
        _everybody(results),
    ]
    return page(f"Class report, exercise {lesson}", "\n".join(body), wide=True)


def _numbers(results: list[dict]) -> str:
    good, shares = readable(results), _shares(results)
    facts = [fact(len(results), "handed in")]
    if len(good) < len(results):
        facts.append(fact(len(results) - len(good), "could not be read"))
    if late := sum(bool(r["late"]) for r in results):
        facts.append(fact(late, "handed in late"))
    if good:
        facts += [
            fact(f"{100 * statistics.median(shares):.0f} %", "of the marks: half of the class has this or more"),
            fact(f"{100 * statistics.fmean(shares):.0f} %", "of the marks on average"),
            fact(sum(s > 0.9999 for s in shares), "have everything right"),
        ]
    return f'<div class="facts">{"".join(facts)}</div>'


def _shares(results: list[dict]) -> list[float]:
    return [r["score"] / r["max_score"] for r in readable(results) if r["max_score"]]


def _exercises(results: list[dict], ways: list[Mistake]) -> str:
    """The class in one picture: one bar an exercise, worst first."""
    good = readable(results)
    if not good:
        return ""
    keys = " &nbsp; ".join(
        f'<span class="sans"><span class="key" style="background:{COLOURS[k]}"></span><small>{KEYS[k]}</small></span>'
        for k in KEYS
    )
    rows = "".join(_bar(number, title, _sums(number, good, ways), len(good)) for number, title in _worst_first(good))
    caption = f'<figcaption><span class="keys">{keys}</span><br>The number is the share that is right.</figcaption>'
    return f"<h2>Exercise by exercise, worst first</h2><figure>{rows}{caption}</figure>"


def _worst_first(good: list[dict]) -> list[tuple[str, str]]:
    right = Counter(c["id"] for r in good for c in r["checks"] if c["passed"])
    return sorted(((c["id"], c["title"]) for c in good[0]["checks"]), key=lambda pair: (right[pair[0]], pair[0]))


def _sums(number: str, good: list[dict], ways: list[Mistake]) -> dict[str, int]:
    """How many students an exercise has of each colour."""
    sums = dict.fromkeys(KEYS, 0) | {"right": sum(c["passed"] for r in good for c in r["checks"] if c["id"] == number)}
    for m in ways:
        sums[m.kind] += len(m.students) if m.exercise == number else 0
    return sums


def _bar(number: str, title: str, sums: dict[str, int], count: int) -> str:
    label = ", ".join(f"{KEYS[k]}: {sums[k]}" for k in KEYS if sums[k])
    bar = stack([(sums[k] / count, COLOURS[k], f"{KEYS[k]}: {sums[k]}") for k in KEYS], label)
    return (
        f'<div class="row"><span>{text(number)} {text(title)}</span>{bar}'
        f'<b title="right">{percent(sums["right"], count)}</b></div>'
    )


def _again(results: list[dict], ways: list[Mistake]) -> str:
    """What to teach again: the sections and families in which most of the class made a known mistake first."""
    count, found = len(readable(results)), topics(ways)
    if not found:
        return "<h2>To teach again</h2><p>No known mistake was made.</p>"
    told = "".join(_topic(topic, count) for topic in found[:MOST_TOPICS])
    return f"<h2>To teach again, worst first</h2>{told}{_more_topics(found[MOST_TOPICS:], count)}"


def _more_topics(rest: list[Topic], count: int) -> str:
    """What is not told at length, in a table."""
    if not rest:
        return ""
    rows = [
        [
            text(topic.title),
            ", ".join(text(f"{m.exercise} {m.name}") for m in topic.ways),
            str(len(topic.students)),
            percent(len(topic.students), count),
        ]
        for topic in rest
    ]
    head = ["what", "mistakes", "students", "share"]
    return f"<details><summary>{len(rest)} more, where fewer went wrong</summary>{table(head, rows, (2, 3))}</details>"


def _topic(topic: Topic, count: int) -> str:
    """One section or family: how many went wrong there, and with which mistakes."""
    wrong, lesson = len(topic.students), topic.ways[0].lesson
    shown = "".join(_mistake(m, count) for m in topic.ways[:MOST_MISTAKES])
    rest = topic.ways[MOST_MISTAKES:]
    more = (
        f"<p><small>and {counted(len(rest), 'more kind')}, {counted(len(who(rest)), 'student')}: "
        f"{', '.join(text(f'{m.exercise} {m.name}') for m in rest)}</small></p>"
        if rest
        else ""
    )
    where = topic.where or f"Lesson {lesson} · {lesson_title(lesson)}"
    return (
        f'<section class="card"><div class="head"><h3>{text(topic.title)}</h3>'
        f'<span class="sans"><strong>{percent(wrong, count)}</strong> '
        f"<small>{wrong} of {counted(count, 'student')}</small></span></div>"
        f'<p class="soft"><small>{text(where)}</small></p>{shown}{more}</section>'
    )


def _mistake(m: Mistake, count: int) -> str:
    n = len(m.students)
    label = f"{n} of {counted(count, 'student')}"
    bar = stack([(n / count, COLOURS["mistake"], label)], label)
    return (
        f'<div class="row"><span>{text(m.exercise)} <strong>{text(m.name)}</strong></span>{bar}<b>{n}</b></div>'
        f"<p>{words(m.message)}</p>{_names(m.students)}"
    )


def _names(students: list[str]) -> str:
    listed = ", ".join(text(s) for s in sorted(students))
    return f"<details><summary>Who</summary><p><small>{listed}</small></p></details>"


def _others(ways: list[Mistake]) -> str:
    """What no registered mistake explains, and what was borrowed: which notebooks to look at."""
    parts, head = [], ["exercise", "what", "students", "who"]
    for kind, title, advice in (
        ("other", "Wrong in another way", "No known mistake explains these: look at one or two of the notebooks."),
        (BORROWED, "Taken from a library", "Not a mistake to teach again, but something to talk about."),
    ):
        rows = [
            [text(", ".join(sorted(ids))), words(message), str(len(students)), _some(list(students))]
            for (message, students), ids in _alike([m for m in ways if m.kind == kind]).items()
        ]
        if rows:
            parts.append(f"<h2>{title}</h2><p>{advice}</p>{_folded(head, rows, (2,))}")
    return "".join(parts)


def _alike(ways: list[Mistake]) -> dict[tuple[str, tuple[str, ...]], list[str]]:
    """{(words, students): exercises}: what the same students did in several exercises has one cause, and one row."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for m in ways:
        found.setdefault((m.message, tuple(sorted(m.students))), []).append(m.exercise)
    return found


def _some(students: list[str]) -> str:
    return f"<small>{text(listed(sorted(students), MOST_NAMES))}</small>"


def _folded(head: list[str], rows: list[list[str]], numeric: tuple[int, ...]) -> str:
    """A table of which only the first rows are seen at once."""
    rest = rows[MOST_ROWS:]
    more = f"<details><summary>{len(rest)} more</summary>{table(head, rest, numeric)}</details>" if rest else ""
    return table(head, rows[:MOST_ROWS], numeric) + more


def _details(results: list[dict], ways: list[Mistake]) -> str:
    """Every way of going wrong, as a table."""
    count = len(readable(results))
    kinds = {"mistake": "", BORROWED: "", "other": "<em>another way:</em> ", "open": "<em>open:</em> "}
    rows = [
        [
            text(m.exercise),
            kinds[m.kind] + (text(m.name) if m.kind == "mistake" else words(m.message)),
            str(len(m.students)),
            percent(len(m.students), count),
            _some(m.students),
        ]
        for m in sorted(ways, key=lambda m: (m.exercise, -len(m.students), m.name))
    ]
    if not rows:
        return ""
    ways_ = counted(len(rows), "way of going wrong", "ways of going wrong")
    return (
        f"<h2>All mistakes</h2><details><summary>{ways_}</summary>"
        + table(["exercise", "what went wrong", "students", "share", "who"], rows, (2, 3))
        + "</details>"
    )


def _marks(results: list[dict]) -> str:
    shares = _shares(results)
    if not shares:
        return ""
    return (
        "<h2>Marks</h2><figure>"
        + histogram(shares)
        + f"<figcaption>Number of students by percent of the marks; {len(shares)} that could be read.</figcaption>"
        + "</figure>"
    )


def _help(results: list[dict]) -> str:
    """Who needs a word: few marks, or nothing that could be read."""
    few = [r for r in results if not r["max_score"] or r["score"] / r["max_score"] < HELP_BELOW]
    if not few:
        return "<h2>Who needs help</h2><p>Everybody has at least half of the marks.</p>"
    rows = [
        [_name(r), f"{mark(r['score'])} of {mark(r['max_score'])}", words(_why(r))]
        for r in sorted(few, key=lambda r: (r["score"], r["student"]))
    ]
    shown = _folded(["student", "marks", "first thing to talk about"], rows, (1,))
    return f"<h2>Who needs help</h2><p>Less than half of the marks: {len(few)}.</p>{shown}"


def _name(result: dict) -> str:
    return text(result["student"]) + (' <span class="chip open">late</span>' if result["late"] else "")


def _why(result: dict) -> str:
    if result["status"] in (MISSING, UNREADABLE) or not result["checks"]:
        return " ".join(result["notes"][:2]) or result["status"]
    wrong = [c for c in result["checks"] if not c["passed"]]
    if not wrong:
        return result["status"]
    if causes := common_causes(wrong)[0]:
        name, broken = next(iter(causes.items()))
        return f"`{name}` is not defined, which stops {counted(len(broken), 'answer')}"
    open_ = sum(c["status"] in OPEN for c in wrong)
    named = next((c for c in wrong if c["misconception"] and c["status"] not in OPEN), None)
    if open_ > len(result["checks"]) / 2:
        return f"{open_} of {counted(len(result['checks']), 'exercise')} not begun"
    if named:
        return f"{named['id']} {named['misconception']}"
    return f"{wrong[0]['id']}: {wrong[0]['message'].splitlines()[0][:140]}"


def _files(results: list[dict]) -> str:
    """What was wrong with files."""
    rows = [
        [text(r["student"]), text(r["status"]), "<br>".join(words(n) for n in r["notes"][:6])]
        for r in results
        if r["notes"] or r["status"] != "graded"
    ]
    if not rows:
        return ""
    shown = table(["student", "status", "what was found"], rows)
    return (
        f"<h2>Files with something to say</h2><details><summary>{counted(len(rows), 'file')}</summary>{shown}</details>"
    )


def _everybody(results: list[dict]) -> str:
    if not results:
        return ""
    ids = [c["id"] for c in results[0]["checks"]]
    rows = [
        [_name(r), f"<strong>{mark(r['score'])}</strong>", *(mark(c["points"]) for c in r["checks"])] for r in results
    ]
    numeric = range(1, len(ids) + 2)
    return (
        f"<h2>All marks</h2><details><summary>{counted(len(results), 'student')}</summary>"
        + table(["student", "all", *ids], rows, tuple(numeric))
        + "</details>"
    )


def report_csv(results: list[dict]) -> str:
    """The same as a table: one row a way of going wrong, and one for the right ones."""
    good, ways = readable(results), mistakes(results)
    lesson = results[0]["exercise"] if results else ""
    rows: list[list] = [
        ["exercise", "title", "section", "kind", "what", "message", "students", "share", "family", "who"]
    ]
    for exercise in exercises(lesson) if lesson else ():
        right = [r["student"] for r in good if any(c["passed"] and c["id"] == exercise.id for c in r["checks"])]
        found = [Mistake(exercise.id, "right", "right", "", exercise.section, students=right)]
        for m in found + [m for m in ways if m.exercise == exercise.id]:
            share = number(len(m.students) / len(good) if good else 0.0)
            names = "" if m.kind == "right" else text_cell("; ".join(sorted(m.students)))
            rows.append([m.exercise, exercise.title, exercise.section, m.kind, text_cell(m.name), m.message,
                         len(m.students), share, m.family, names])  # fmt: skip
    return csv_table(rows)
