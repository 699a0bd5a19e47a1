"""The page one student gets: what to mend first, with their own failing case, and never the answer."""

from __future__ import annotations

from course_utils.classroom.reports.pages import lesson_title, mark, page, ring, text, words

CHIPS = {
    "pass": ("right", "✓ right"),
    "try again": ("wrong", "✗ try again"),
    "not yet": ("open", "○ not yet"),
    "not tried": ("open", "○ not tried"),
}
CELL = {"error": "stopped with", "timeout": "took too long:", "died": "was left out:"}


def feedback_page(result: dict) -> str:
    """HTML for one result of grading.Grader."""
    checks = result["checks"]
    wrong = sorted(
        (c for c in checks if not c["passed"]),
        key=lambda c: (c["status"] != "try again", c["points"] - c["max_points"]),
    )
    right = [c for c in checks if c["passed"]]
    parts = [_top(result, len(right)), _notes(result)]
    if wrong:
        parts += ["<h2>To mend, what brings most first</h2>", *(_card(c) for c in wrong)]
    if right:
        parts += [
            f"<h2>{'All right' if not wrong else 'Right'}</h2>",
            '<div class="card"><ul class="plain">',
            *(_line(c) for c in right),
            "</ul></div>",
        ]
    parts.append(_cells(result))
    parts.append(
        '<p class="soft"><small>Your notebook was run from the first cell to the last, and each answer was tried on '
        "inputs that nobody knew before. What counts is what your functions give, not how the code looks.</small></p>"
    )
    return page(f"Exercise {result['exercise']}, {result['student']}", "\n".join(parts))


def _top(result: dict, right: int) -> str:
    score, most = result["score"], result["max_score"]
    share = score / most if most else 0.0
    label = f"{mark(score)} of {mark(most)} points"
    late = ' <span class="chip open">handed in late</span>' if result["late"] else ""
    return (
        f'<p class="soft sans">Exercise {text(result["exercise"])} · {text(lesson_title(result["exercise"]))}</p>'
        f'<h1>{text(result["student"])}</h1><div class="top">{ring(share, label)}'
        f"<div><p><strong>{label}</strong>{late}</p>"
        f'<p class="soft">{right} of {len(result["checks"])} exercises right</p></div></div>'
    )


def _notes(result: dict) -> str:
    """About the file."""
    items = "".join(f"<li>{words(note)}</li>" for note in result["notes"][:15])
    return f'<h2>About your file</h2><div class="card"><ul>{items}</ul></div>' if items else ""


def _cells(result: dict) -> str:
    """Cells that did not end well."""
    told = [f"Cell {c['place']} {CELL.get(c['kind'], '')} {words(c['text'])}" for c in result["cells"][:20]]
    items = "".join(f"<li>{line}</li>" for line in told)
    return f'<h2>Cells that did not run through</h2><div class="card"><ul>{items}</ul></div>' if items else ""


def _card(check: dict) -> str:
    """One exercise that is not right yet."""
    kind, chip = CHIPS[check["status"]]
    parts = [
        f'<div class="head"><h3>{text(check["id"])} {text(check["title"])}</h3><span class="sans soft">'
        f"{mark(check['points'])} of {mark(check['max_points'])} points</span></div>",
        f'<p><span class="chip {kind}">{chip}</span></p><p>{words(check["message"])}</p>',
    ]
    if check["example"]:
        parts.append(_example(check["example"]))
    parts += [
        f"<dl><dt>{text(label)}</dt><dd><pre>{text(said)}</pre></dd></dl>" for label, said in check["said"].items()
    ]
    if check["hint"]:
        parts.append(f"<details><summary>A hint</summary><p>{words(check['hint'])}</p></details>")
    if check["section"]:
        parts.append(f'<p class="soft"><small>In the lesson: {text(check["section"])}</small></p>')
    return f'<section class="card">{"".join(parts)}</section>'


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
        f"<small>{mark(check['points'])} of {mark(check['max_points'])} points</small></li>"
    )
