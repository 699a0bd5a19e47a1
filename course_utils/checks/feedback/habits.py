"""What can be read in the code of an answer that is wrong: a `return` in the loop, `** 1/2`, a kept `append`."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
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
    if words := _first(tree, _kept_in_place, _halved) or _first(tree, _dropped):
        return words
    lines = [line for node in ast.walk(tree) for line in _returns_at_once(node)]
    return say("habit return", line=min(lines)) if lines else ""


def sure_words(source: str) -> str:
    """One sentence on what nobody writes on purpose: `** 1/2` for a root, `^` for a power; empty where there is none.

    >>> sure_words("def f(x):\\n    return x ** 1/2")[:41]
    'Line 2: `x ** 1 / 2` is half of the first'
    """
    try:
        return _first(ast.parse(source), _half_power, _caret)
    except SyntaxError:
        return ""


def _first(tree: ast.AST, *readers: Callable[[ast.AST], str]) -> str:
    """The first thing that one of these has to say of a node."""
    return next((words for node in ast.walk(tree) for read in readers if (words := read(node))), "")


def _is_number(node: ast.AST) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _is_binary(node: ast.AST, kind: type[ast.operator]) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, kind)


def _half_power(node: ast.AST) -> str:
    """`x ** 1/2`: the first power, divided."""
    if not (_is_binary(node, ast.Div) and _is_binary(node.left, ast.Pow) and _is_number(node.right)):
        return ""
    one = node.left.right
    first = isinstance(one, ast.Constant) and one.value == 1
    return say("habit root", line=node.lineno, code=ast.unparse(node)) if first else ""


def _caret(node: ast.AST) -> str:
    """`x ^ 2`, `10 ^ -5`: a number on one side at least, so no masks are compared."""
    if not (_is_binary(node, ast.BitXor) and (_is_number(node.left) or _is_number(node.right))):
        return ""
    code = ast.unparse(ast.BinOp(node.left, ast.Pow(), node.right))
    return say("habit caret", line=node.lineno, code=code)


def _halved(node: ast.AST) -> str:
    """`(...) / 2 * h`: a number divides something that is no number, and a name multiplies."""
    if not (_is_binary(node, ast.Mult) and isinstance(node.right, ast.Name) and _is_binary(node.left, ast.Div)):
        return ""
    if not _is_number(node.left.right) or _is_number(node.left.left):
        return ""
    return say("habit halved", line=node.lineno, by=ast.unparse(node.left.right), what=node.right.id)


def _kept_in_place(node: ast.AST) -> str:
    """The result of a call that changes its thing in place, kept or given back."""
    if not isinstance(node, ast.Assign | ast.Return):
        return ""
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
