"""The page a teacher gets: where the class stands, which mistake is made by how many, and what to teach again."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from course_utils.checks import registry
from course_utils.classroom.grading import MISSING, UNREADABLE, exercises
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

HELP_BELOW = 0.5  # of the marks
MOST_SECTIONS, MOST_MISTAKES = 4, 3  # of the lesson, and of one section, told at length
MOST_ROWS = 12  # students listed before the rest is folded
COLOURS = {"right": "#3f90da", "mistake": "#bd1f01", "other": "#e76300", "open": "#94a4a2"}
KEYS = {"right": "right", "mistake": "a known mistake", "other": "wrong in another way", "open": "not begun or not run"}
OTHER = {  # what no registered mistake explains, by the kind of fault; any other kind is an exception's name
    "TimeUp": "Does not end in time.",
    "Dead": "Ends Python.",
    "SystemExit": "Calls sys.exit.",
    "KeyboardInterrupt": "Raises KeyboardInterrupt.",
    "Unusable": "What it gives could not be used.",
    "not callable": "Is no function or class.",
    "choice": "Is none of the choices.",
    "shape": "The shape is wrong.",
    "nan": "Gives NaN.",
    "dtype": "The dtype is wrong.",
    "value": "Other values.",
    "mutated": "Changes its input.",
    "nothing": "Returns nothing.",
    "type": "Gives another type.",
    "length": "The number of results is wrong.",
    "order": "The results are in another order.",
    "keys": "The keys of the dict are wrong.",
    "metric": "Does not reach the bound.",
    "no fault": "Raises no error where it should.",
}
ALIKE = {"Stuck": "TimeUp", "object": "type", "tuple": "type", "metric nan": "metric", "unmeasured": "Unusable"}


@dataclass
class Mistake:
    """One way in which one exercise went wrong, and who went that way."""

    exercise: str
    kind: str  # mistake, other, open
    name: str
    message: str
    section: str
    students: list[str] = field(default_factory=list)
    lost: float = 0.0


def mistakes(results: list[dict]) -> list[Mistake]:
    """All ways in which the submissions that could be read went wrong, most frequent first."""
    found: dict[tuple, Mistake] = {}
    for result in readable(results):
        for check in result["checks"]:
            if check["passed"]:
                continue
            kind, name, message = _way(check)
            key = check["id"], kind, name
            mistake = found.setdefault(key, Mistake(check["id"], kind, name, message, check["section"]))
            mistake.students.append(result["student"])
            mistake.lost += check["max_points"] - check["points"]
    return sorted(found.values(), key=lambda m: (-len(m.students), -m.lost, m.exercise, m.name))


def readable(results: list[dict]) -> list[dict]:
    return [r for r in results if r["status"] not in (MISSING, UNREADABLE)]


def _way(check: dict) -> tuple[str, str, str]:
    """Kind, name and words of what went wrong with one check."""
    if check["misconception"]:
        return "mistake", check["misconception"], _registered(check["id"], check["misconception"]) or check["message"]
    if check["status"] in ("not yet", "not tried"):
        return "open", check["status"], "Not begun, or not run."
    fault = ALIKE.get(check["fault"], check["fault"]) or "value"
    return "other", fault, OTHER.get(fault) or f"Stops with {fault}."


def _registered(number: str, name: str) -> str:
    """A misconception's own message, apart from what one answer added to it."""
    try:
        exercise = registry.find(number)
    except ValueError:
        return ""
    return next((m.message for m in (*exercise.misconceptions, *exercise.budgets) if m.name == name), "")


def report_page(results: list[dict]) -> str:
    """HTML for the results of one exercise."""
    lesson = results[0]["exercise"] if results else ""
    ways = mistakes(results)
    body = [
        f'<p class="soft sans">Class report · exercise {text(lesson)}</p><h1>{text(lesson_title(lesson))}</h1>',
        _numbers(results),
        _exercises(results, ways),
        _again(results, ways),
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
    caption = f"<figcaption>{keys}<br>The number is the share that is right.</figcaption>"
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
    """The sections of the lesson to teach again: where most of the class made a known mistake first."""
    count = len(readable(results))
    sections: dict[tuple[str, str], list[Mistake]] = defaultdict(list)
    for m in ways:
        if m.kind == "mistake":
            sections[m.exercise[:2], m.section].append(m)
    if not sections:
        return "<h2>To teach again</h2><p>No known mistake was made.</p>"
    order = sorted(sections.items(), key=lambda pair: (-len(_who(pair[1])), pair[0]))[:MOST_SECTIONS]
    return "<h2>To teach again, worst first</h2>" + "".join(_section(*key, found, count) for key, found in order)


def _who(found: list[Mistake]) -> set[str]:
    return {s for m in found for s in m.students}


def _section(lesson: str, section: str, found: list[Mistake], count: int) -> str:
    """One section: how many went wrong there, and with which mistakes."""
    wrong = len(_who(found))
    shown = "".join(_mistake(m, count) for m in found[:MOST_MISTAKES])
    rest = found[MOST_MISTAKES:]
    more = (
        (
            f"<p><small>and {len(rest)} more kinds, {len(_who(rest))} students: "
            f"{', '.join(text(f'{m.exercise} {m.name}') for m in rest)}</small></p>"
        )
        if rest
        else ""
    )
    return (
        f'<section class="card"><div class="head"><h3>{text(section or f"Lesson {lesson}")}</h3>'
        f'<span class="sans"><strong>{percent(wrong, count)}</strong> '
        f"<small>{wrong} of {count} students</small></span></div>"
        f'<p class="soft"><small>Lesson {text(lesson)} · {text(lesson_title(lesson))}</small></p>'
        f"{shown}{more}</section>"
    )


def _mistake(m: Mistake, count: int) -> str:
    n = len(m.students)
    label = f"{n} of {count} students"
    bar = stack([(n / count, COLOURS["mistake"], label)], label)
    return (
        f'<div class="row"><span>{text(m.exercise)} <strong>{text(m.name)}</strong></span>{bar}<b>{n}</b></div>'
        f"<p>{words(m.message)}</p>{_names(m.students)}"
    )


def _names(students: list[str]) -> str:
    listed = ", ".join(text(s) for s in sorted(students))
    return f"<details><summary>Who</summary><p><small>{listed}</small></p></details>"


def _details(results: list[dict], ways: list[Mistake]) -> str:
    """Every way of going wrong, as a table."""
    count = len(readable(results))
    kinds = {"mistake": "", "other": "<em>another way:</em> ", "open": "<em>open:</em> "}
    rows = [
        [
            text(m.exercise),
            kinds[m.kind] + (text(m.name) if m.kind == "mistake" else words(m.message)),
            str(len(m.students)),
            percent(len(m.students), count),
        ]
        for m in sorted(ways, key=lambda m: (m.exercise, -len(m.students), m.name))
    ]
    if not rows:
        return ""
    return (
        f"<h2>All mistakes</h2><details><summary>{len(rows)} ways of going wrong</summary>"
        + table(["exercise", "what went wrong", "students", "share"], rows, (2, 3))
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
        [text(r["student"]), f"{mark(r['score'])} of {mark(r['max_score'])}", words(_why(r))]
        for r in sorted(few, key=lambda r: (r["score"], r["student"]))
    ]
    shown = table(["student", "marks", "first thing to talk about"], rows[:MOST_ROWS], (1,))
    rest = table(["student", "marks", "first thing to talk about"], rows[MOST_ROWS:], (1,)) if rows[MOST_ROWS:] else ""
    more = f"<details><summary>{len(rows) - MOST_ROWS} more</summary>{rest}</details>" if rest else ""
    return f"<h2>Who needs help</h2><p>Less than half of the marks: {len(few)}.</p>{shown}{more}"


def _why(result: dict) -> str:
    if result["status"] in (MISSING, UNREADABLE) or not result["checks"]:
        return " ".join(result["notes"][:2]) or result["status"]
    wrong = [c for c in result["checks"] if not c["passed"]]
    open_ = sum(c["status"] != "try again" for c in wrong)
    named = next((c for c in wrong if c["misconception"]), None)
    if open_ > len(result["checks"]) / 2:
        return f"{open_} of {len(result['checks'])} exercises not begun"
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
    return f"<h2>Files with something to say</h2><details><summary>{len(rows)} files</summary>{shown}</details>"


def _everybody(results: list[dict]) -> str:
    if not results:
        return ""
    ids = [c["id"] for c in results[0]["checks"]]
    rows = [
        [text(r["student"]), f"<strong>{mark(r['score'])}</strong>", *(mark(c["points"]) for c in r["checks"])]
        for r in results
    ]
    numeric = range(1, len(ids) + 2)
    return (
        f"<h2>All marks</h2><details><summary>{len(results)} students</summary>"
        + table(["student", "all", *ids], rows, tuple(numeric))
        + "</details>"
    )


def report_csv(results: list[dict]) -> str:
    """The same as a table: one row a way of going wrong, and one for the right ones."""
    good = readable(results)
    lesson = results[0]["exercise"] if results else ""
    titles = {e.id: (e.title, e.section) for e in exercises(lesson)} if lesson else {}
    rows: list[list] = [["exercise", "title", "section", "kind", "what", "message", "students", "share"]]
    for number_, (title, section) in titles.items():
        right = sum(c["passed"] for r in good for c in r["checks"] if c["id"] == number_)
        ways = [("right", "right", "", right)] + [
            (m.kind, m.name, m.message, len(m.students)) for m in mistakes(results) if m.exercise == number_
        ]
        rows += [
            [number_, title, section, kind, text_cell(what), message, n, number(n / len(good) if good else 0.0)]
            for kind, what, message, n in ways
        ]
    return csv_table(rows)
