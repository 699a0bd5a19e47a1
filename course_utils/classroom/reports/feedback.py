"""The page one student gets: what to mend first, with their own failing case, and never the answer."""

from __future__ import annotations

import re

from course_utils.classroom.reports.pages import lesson_title, mark, page, ring, text, words
from course_utils.classroom.wording import counted

CHIPS = {
    "pass": ("right", "✓ right"),
    "try again": ("wrong", "✗ try again"),
    "not yet": ("open", "○ not yet"),
    "not tried": ("open", "○ not tried"),
}
CELL = {"error": "stopped with", "timeout": "took too long:", "died": "was left out:"}


UNDEFINED = re.compile(r"name '(\w+)' is not defined")


def feedback_page(result: dict, graded: str = "") -> str:
    """HTML for one result of grading.Grader; `graded` is the day on which it came about."""
    checks = result["checks"]
    wrong = sorted(
        (c for c in checks if not c["passed"]),
        key=lambda c: (c["status"] != "try again", c["points"] - c["max_points"]),
    )
    right = [c for c in checks if c["passed"]]
    causes, rest = common_causes(wrong)
    because = bool(causes) or any(c["fault"] == "missing" for c in wrong)  # a cell that stopped may be why
    parts = [_top(result, len(right), graded), _notes(result)]
    parts += [_cells(result, first=True)] if because else []
    parts += [_cause(name, found, result["cells"]) for name, found in causes.items()]
    if rest:
        parts += ["<h2>To mend, what brings most first</h2>", *(_card(c) for c in rest)]
    if right:
        parts += [
            f"<h2>{'All right' if not wrong else 'Right'}</h2>",
            '<div class="card"><ul class="plain">',
            *(_line(c) for c in right),
            "</ul></div>",
        ]
    parts += [] if because else [_cells(result)]
    parts.append(
        '<p class="soft"><small>Your notebook was run from the first cell to the last, and each answer was tried on '
        "inputs that nobody knew before. What counts is what your functions give, not how the code looks.</small></p>"
    )
    return page(f"Exercise {result['exercise']}, {result['student']}", "\n".join(parts))


def common_causes(wrong: list[dict]) -> tuple[dict[str, list[dict]], list[dict]]:
    """{name that is not there: the answers that stop for want of it}, where they are several; and the other answers."""
    found: dict[str, list[dict]] = {}
    for check in wrong:
        missed = UNDEFINED.search(check["message"]) if check["fault"] == "NameError" else None
        if missed:
            found.setdefault(missed[1], []).append(check)
    causes = {name: checks for name, checks in found.items() if len(checks) > 1}
    told = {c["id"] for checks in causes.values() for c in checks}
    return causes, [c for c in wrong if c["id"] not in told]


def _cause(name: str, checks: list[dict], cells: list[dict]) -> str:
    """One card for all answers that fail for the same reason."""
    stopped = " The cell that stopped, above, may be why." if cells else ""
    answers = ", ".join(f"{c['id']} {c['title']}" for c in sorted(checks, key=lambda c: c["id"]))
    lost = sum(c["max_points"] - c["points"] for c in checks)
    return (
        f'<section class="card"><div class="head"><h3><code>{text(name)}</code> is not defined</h3>'
        f'<span class="sans soft">{mark(lost)} points</span></div>'
        f"<p>{counted(len(checks), 'answer')} stop for this one reason: the import or the cell that defines "
        f"<code>{text(name)}</code> is not there, or did not run.{stopped}</p>"
        f"<p><small>{text(answers)}</small></p></section>"
    )


def _top(result: dict, right: int, graded: str) -> str:
    score, most = result["score"], result["max_score"]
    share = score / most if most else 0.0
    label = f"{mark(score)} of {mark(most)} points"
    late = ' <span class="chip open">handed in late</span>' if result["late"] else ""
    lesson = result["exercise"]
    about = f"Exercise {lesson} · {lesson_title(lesson)}" + (f" · graded on {graded}" if graded else "")
    return (
        f'<p class="soft sans">{text(about)}</p>'
        f'<h1>{text(result["student"])}</h1><div class="top">{ring(share, label)}'
        f"<div><p><strong>{label}</strong>{late}</p>"
        f'<p class="soft">{right} of {counted(len(result["checks"]), "exercise")} right</p></div></div>'
    )


def _notes(result: dict) -> str:
    """About the file."""
    items = "".join(f"<li>{words(note)}</li>" for note in result["notes"][:15])
    return f'<h2>About your file</h2><div class="card"><ul>{items}</ul></div>' if items else ""


def _cells(result: dict, first: bool = False) -> str:
    """Cells that did not end well."""
    told = [f"Cell {c['place']} {CELL.get(c['kind'], '')} {words(c['text'])}" for c in result["cells"][:20]]
    items = "".join(f"<li>{line}</li>" for line in told)
    title = "Cells that did not run through"
    more = "<p>Begin here: what stands below the error in such a cell may never have run.</p>" if first else ""
    return f'<h2>{title}</h2><div class="card">{more}<ul>{items}</ul></div>' if items else ""


def _card(check: dict) -> str:
    """One exercise that is not right yet."""
    kind, chip = CHIPS[check["status"]]
    parts = [
        f'<div class="head"><h3>{text(check["id"])} {text(check["title"])}</h3><span class="sans soft">'
        f"{_points(check)}</span></div>",
        f'<p><span class="chip {kind}">{chip}</span></p><p>{words(check["message"])}</p>',
    ]
    if check["example"]:
        parts.append(_example(check["example"]))
    parts += [
        f"<dl><dt>{text(label)}</dt><dd><pre>{text(said)}</pre></dd></dl>" for label, said in check["said"].items()
    ]
    if check.get("code") and check["status"] == "try again":
        parts.append(f"<details><summary>Your answer</summary><pre>{text(check['code'])}</pre></details>")
    if check["hint"]:
        parts.append(f"<details><summary>A hint</summary><p>{words(check['hint'])}</p></details>")
    if check["section"]:
        parts.append(f'<p class="soft"><small>In the lesson: {text(check["section"])}</small></p>')
    return f'<section class="card">{"".join(parts)}</section>'


def _points(check: dict) -> str:
    return f"{mark(check['points'])} of {mark(check['max_points'])} {'point' if check['max_points'] == 1 else 'points'}"


def _example(example: dict) -> str:
    """The smallest case that failed."""
    rows = [(name, value) for name, value in example["inputs"]]
    script = [("We ran", "\n".join(example["script"]))] if example["script"] else []
    ends = [("Expected", example["expected"]), ("Your answer gave", example["received"])]
    items = "".join(_pair(name, value) for name, value in [*rows, *script] if value)
    items += f'<div class="pair">{"".join(_pair(name, value) for name, value in ends if value)}</div>'
    note = f"<p><small>{text(example['note'])}</small></p>" if example.get("note") else ""
    return f"<details open><summary>The smallest case that fails</summary><dl>{items}</dl>{note}</details>"


def _pair(name: str, value: str) -> str:
    return f"<div><dt>{text(name)}</dt><dd><pre>{text(value)}</pre></dd></div>"


def _line(check: dict) -> str:
    return (
        f'<li><span class="right">✓</span> {text(check["id"])} {text(check["title"])} '
        f"<small>{_points(check)}</small></li>"
    )
