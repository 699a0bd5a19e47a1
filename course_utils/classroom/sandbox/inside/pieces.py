"""A cell's top-level statements, each to be run on its own where the cell as a whole does not run through."""

from __future__ import annotations

import ast
import re

STARTS = re.compile(r"(?![\s#)\]}]|(?:else|elif|except|finally)\b)")  # a line that may begin a statement
UNFINISHED = ("unterminated triple-quoted", "was never closed", "unexpected EOF", "expected 'except' or 'finally'")
MOST_JOINED = 2_000  # lines that are joined in search of one statement
LASTING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)

Piece = tuple[int, str]  # the line it stands on, counted from 1, and its text


def after(source: str, line: int) -> list[Piece]:
    """The statements below the one that covers `line`; none where that cannot be told."""
    nodes = parsed(source)
    stopped = next((n for n in nodes or [] if _first(n) <= line <= n.end_lineno), None)
    if stopped is None:
        return []
    rest, done, rows = nodes[nodes.index(stopped) + 1 :], stopped.end_lineno, source.splitlines()
    found = []
    for node in rest:
        same_line = _first(node) == done  # behind a semicolon
        whole = "\n".join(rows[_first(node) - 1 : node.end_lineno])
        found.append((_first(node), (ast.get_source_segment(source, node) or "") if same_line else whole))
        done = node.end_lineno
    return found


def parts(source: str) -> list[Piece]:
    """What parses on its own of a cell that does not parse: cut only where a line begins a new statement.

    >>> parts("a = 1\\nb = = 2\\ndef f():\\n    return a\\n")
    [(1, 'a = 1'), (3, 'def f():\\n    return a')]

    Text inside a string that is never closed is not taken for code.
    """
    rows = source.splitlines()
    starts = [i for i, row in enumerate(rows) if STARTS.match(row) and not (i and rows[i - 1].startswith("@"))]
    ends, found, at = [*starts[1:], len(rows)], [], 0
    while at < len(starts):
        step, text = _shortest(rows, starts[at], ends[at : at + MOST_JOINED])
        if step < 0:  # inside of a string up to the end
            break
        if text:
            found.append((starts[at] + 1, text))
        at += max(step, 1)
    return found


def lasting(source: str) -> list[Piece]:
    """The imports, functions and classes of a cell: what can be run again without doing harm."""
    nodes, rows = parsed(source), source.splitlines()
    if nodes is None:
        return [p for p in parts(source) if all(isinstance(n, LASTING) for n in parsed(p[1]) or [None])]
    kept = [n for n in nodes if isinstance(n, LASTING)]
    return [(_first(n), "\n".join(rows[_first(n) - 1 : n.end_lineno])) for n in kept]


def placed(piece: Piece) -> str:
    """A statement on its own line, so that errors name the line of the cell."""
    return "#\n" * (piece[0] - 1) + piece[1]


def _shortest(rows: list[str], start: int, ends: list[int]) -> tuple[int, str]:
    """The first run of lines that parses: how many starts it covers, and its text.  (-1, "") in an open string."""
    complaint = ""
    for step, end in enumerate(ends, 1):
        text = "\n".join(rows[start:end]).rstrip()
        try:
            ast.parse(text)
            return step, text
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            complaint = str(error)
        if not any(words in complaint for words in UNFINISHED):
            break
    return (-1, "") if UNFINISHED[0] in complaint else (1, "")


def parsed(source: str) -> list[ast.stmt] | None:
    """Its statements, or None where it is no Python."""
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _first(node: ast.stmt) -> int:
    """The line of a statement, or of its first decorator."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
