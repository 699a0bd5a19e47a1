"""What can be read in the code of an answer that is wrong: a `return` in the loop, the result of `append` kept."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

from course_utils.checks.feedback.messages import say

IN_PLACE = {"append", "extend", "insert", "sort", "reverse", "update", "add", "remove", "clear", "shuffle"}
GIVES_NEW = {
    "lower",
    "upper",
    "strip",
    "lstrip",
    "rstrip",
    "replace",
    "split",
    "copy",
    "astype",
    "reshape",
    "transpose",
}
FAULTS = {"nothing", "keys", "length", "value", "shape", "type", "AttributeError", "TypeError", "nan"}


def source_of(answer: Any) -> str:
    """The code of a function or class, where it can be had."""
    try:
        return textwrap.dedent(inspect.getsource(answer))
    except (OSError, TypeError):
        return ""


def habit_words(source: str) -> str:
    """One sentence on what the code itself shows; empty where it shows nothing.

    >>> habit_words("def f(x):\\n    for v in x:\\n        y = 2 * v\\n        return y")[:37]
    'Line 4: this `return` stands in the l'
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.Return) and (words := _kept_in_place(node)):
            return words
    if words := next((words for node in ast.walk(tree) if (words := _dropped(node))), ""):
        return words
    lines = [line for node in ast.walk(tree) for line in _returns_at_once(node)]
    return say("habit return", line=min(lines)) if lines else ""


def _kept_in_place(node: ast.Assign | ast.Return) -> str:
    """The result of a call that changes its thing in place, kept or given back."""
    call = node.value
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in IN_PLACE):
        return ""
    thing, code = ast.unparse(call.func.value), ast.unparse(node)
    same = isinstance(node, ast.Return) or thing in [ast.unparse(t) for t in node.targets]
    known = thing not in ("np", "numpy") and isinstance(call.func.value, ast.Name | ast.Attribute)
    call_only = ast.unparse(call)
    return say("habit in place", line=node.lineno, code=code, call=call_only) if same and known else ""


def _dropped(node: ast.AST) -> str:
    """`text.lower()` alone on a line: what it gives is new, and nobody keeps it."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in GIVES_NEW):
        return ""
    thing, call_only = ast.unparse(call.func.value), ast.unparse(call)
    return say("habit dropped", line=node.lineno, call=call_only, thing=thing)


def _returns_at_once(node: ast.AST) -> Iterator[int]:
    """The line of a `return` that ends a loop in its first round: under no `if` of its own."""
    if isinstance(node, ast.For | ast.While) and not _is_endless(node):
        body = [inner for inner in node.body if isinstance(inner, ast.Return)]
        leaves = any(isinstance(n, ast.Continue | ast.Break) for inner in node.body for n in ast.walk(inner))
        yield from (inner.lineno for inner in body if not leaves)


def _is_endless(node: ast.For | ast.While) -> bool:
    return isinstance(node, ast.While) and isinstance(node.test, ast.Constant)
