"""A Result as plain text and as an HTML panel: readable on dark and light, and never by colour alone."""

from __future__ import annotations

import html
import re

from course_utils.checks.feedback.messages import say
from course_utils.checks.feedback.result import NOT_YET, PASS, TRY_AGAIN, Result, points_text

MARKS = {PASS: "✓", NOT_YET: "…", TRY_AGAIN: "✗"}
EDGES = {PASS: "#1a9850", NOT_YET: "#8a8a8a", TRY_AGAIN: "#d9730d"}
BOX = (
    "border:1px solid #8884;border-left:6px solid {edge};border-radius:4px;padding:.5em .9em;margin:.3em 0;"
    "max-width:56em;background:#8881;color:inherit;line-height:1.45"
)
PRE = "margin:.1em 0;padding:0;background:none;color:inherit;white-space:pre-wrap;font-size:.92em"


def headline(result: Result) -> str:
    """'TRY AGAIN 04.3 The gradient: 0 of 3 points'"""
    return say(
        "headline",
        verdict=say(result.status),
        id=result.exercise.id,
        title=result.exercise.title,
        points=points_text(result),
    )


def body_text(result: Result) -> str:
    """Everything below the headline, as plain text."""
    blocks = [result.message]
    if result.example:
        blocks.append("\n".join(f"  {line}" if line else "" for line in _example_lines(result)))
    blocks += [f"{label}:\n{_indent(text)}" for label, text in result.said.items()]
    if result.status == TRY_AGAIN:
        blocks.append(say("next", id=result.exercise.id))
    return "\n".join(blocks)


def text(result: Result) -> str:
    return f"{headline(result)}\n{body_text(result)}"


def _example_lines(result: Result) -> list[str]:
    example, rows = result.example, []
    rows.append(say("example") + ":")
    rows += _labelled([(f"{name} =", value) for name, value in example.inputs])
    rows += _labelled([(say("script"), "\n".join(example.script))] if example.script else [])
    rows += _labelled([(say("expected"), example.expected), (say("received"), example.received)])
    return rows + ([example.note] if example.note else [])


def _labelled(rows: list[tuple[str, str]]) -> list[str]:
    width = max((len(label) for label, value in rows), default=0)
    lines = []
    for label, value in rows:
        first, *rest = value.splitlines() or [""]
        lines += [f"{label:<{width}}  {first}", *(f"{'':<{width}}  {line}" for line in rest)]
    return lines


def _indent(words: str) -> str:
    return "\n".join(f"  {line}" for line in words.splitlines())


def panel_html(result: Result) -> str:
    """The whole panel, self-contained."""
    exercise = result.exercise
    title = f"{MARKS[result.status]} {say(result.status)} · {exercise.id} {exercise.title}"
    parts = [
        f'<strong style="color:inherit">{html.escape(title)}</strong> '
        f'<span style="opacity:.8">{html.escape(points_text(result))}</span>',
        *(f'<div style="margin:.35em 0">{marked(p)}</div>' for p in result.message.split("\n") if p.strip()),
    ]
    if result.example:
        parts.append(_example_html(result))
    parts += [
        f'<div style="opacity:.85">{html.escape(label)}</div><pre style="{PRE}">{html.escape(words)}</pre>'
        for label, words in result.said.items()
    ]
    if result.status == TRY_AGAIN:
        parts.append(f'<div style="margin-top:.4em"><code>{html.escape(say("next", id=exercise.id))}</code></div>')
    box = BOX.format(edge=EDGES[result.status])
    return f'<div class="course-check" role="status" style="{box}">{"".join(parts)}</div>'


def marked(sentence: str) -> str:
    """A sentence as HTML, `code` in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(sentence))


def _example_html(result: Result) -> str:
    example = result.example
    rows = [(name, value) for name, value in example.inputs]
    rows += [(say("script"), "\n".join(example.script))] if example.script else []
    cell = 'style="text-align:left;vertical-align:top;padding:.1em .9em .1em 0;background:none;font-size:1em"'
    listed = "".join(
        f'<tr><th scope="row" {cell}>{html.escape(n)}</th><td {cell}><pre style="{PRE}">{html.escape(v)}'
        "</pre></td></tr>"
        for n, v in rows
    )
    sides = "".join(
        f'<div style="flex:1 1 16em;min-width:0"><div style="font-weight:600">{html.escape(label)}</div>'
        f'<pre style="{PRE}">{html.escape(value)}</pre></div>'
        for label, value in ((say("expected"), example.expected), (say("received"), example.received))
    )
    note = f"<div>{html.escape(example.note)}</div>" if example.note else ""
    table = f'<table style="border:0;margin:.1em 0;background:none">{listed}</table>' if rows else ""
    return (
        f'<div style="margin-top:.4em;opacity:.85">{html.escape(say("example"))}</div>{table}'
        f'<div style="display:flex;flex-wrap:wrap;gap:1.2em">{sides}</div>{note}'
    )
