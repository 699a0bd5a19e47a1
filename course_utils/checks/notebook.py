"""What the notebook itself knows: its names, and how the cells ended that were run in it."""

from __future__ import annotations

import ast
import difflib
import re
import sys
import types
from collections import deque
from collections.abc import Iterable
from typing import Any, NamedTuple

from course_utils.checks.feedback.slips import SYNTAX

MOST_RUNS = 200
ALIKE = 0.75  # how near a name must be to be taken for another spelling
BINDS = (
    r"^[^\S\n]*(?:(?:async\s+)?def|class)\s+{name}(?!\w)"
    r"|^(?:\w+\s*[,，]\s*)*{name}\s*(?:[,，]\s*\w+\s*)*(?::[^=\n]+)?[=＝](?!=)"
)


class Run(NamedTuple):
    """One cell that was run; where it did not end well, the exception and the line of the cell it points at."""

    source: str
    kind: str = ""
    text: str = ""
    line: int | None = None


_runs: deque[Run] = deque(maxlen=MOST_RUNS)


def shell() -> Any:
    """IPython's shell, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def names() -> dict[str, Any]:
    """IPython's user namespace, if this is one."""
    here = shell()
    return here.user_ns if here else {}


def in_notebook() -> bool:
    """True where HTML can be shown."""
    here = shell()
    return here is not None and type(here).__name__ != "TerminalInteractiveShell"


def listen() -> None:
    """From now on, remember how each cell ends; nothing happens outside of IPython."""
    here = shell()
    events = getattr(here, "events", None)
    if events is not None and _note not in events.callbacks.get("post_run_cell", []):
        events.register("post_run_cell", _note)


def _note(result: Any) -> None:
    """Called by IPython after each cell.  The exception itself is let go: it holds arrays in its frames."""
    source = getattr(getattr(result, "info", None), "raw_cell", None)
    if isinstance(source, str):
        error = result.error_before_exec or result.error_in_exec
        _runs.append(Run(source) if error is None else Run(source, *_about(_plainer(error, source))))


def _plainer(error: BaseException, source: str) -> BaseException:
    """Where IPython says no more than 'incomplete input': what Python itself says, such as which bracket is open."""
    if isinstance(error, SyntaxError) and error.msg == "incomplete input":
        try:
            ast.parse(source)
        except SyntaxError as plain:
            return plain
    return error


def _about(error: BaseException) -> tuple[str, str, int | None]:
    """The kind of an exception, what it says, in one line, and the line of the cell it points at."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return type(error).__name__, (str(text).strip().splitlines() or [""])[0][:300], _line_of(error)


def _line_of(error: BaseException) -> int | None:
    if isinstance(error, SyntaxError):
        return error.lineno
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_name == "<module>" and trace.tb_frame.f_globals.get("__name__") == "__main__":
            return trace.tb_lineno
        trace = trace.tb_next
    return None


def last_run(name: str) -> Run | None:
    """The last run of a cell that defines `name`."""
    binds = re.compile(BINDS.format(name=re.escape(name)), re.M)
    return next((r for r in reversed(_runs) if binds.search(r.source)), None)


def was_made(name: str, run: Run) -> bool:
    """Did this run define the name?  A cell that Python could not read is no answer, even where it ran in part."""
    return not run.kind or (run.kind not in SYNTAX and _got_past(name, run.source, run.line))


def _got_past(name: str, source: str, line: int | None) -> bool:
    """Did the run get past the statement that defines the name?  What cannot be read made nothing."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    made = [node for node in body if name in _bound(node)]
    return not made or line is None or any(node.end_lineno < line for node in made)


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def is_learners(thing: Any, *, callable: bool) -> bool:
    """Was this made in the notebook: a function or a class of its own, or (not callable) a value?"""
    if isinstance(thing, types.FunctionType | type):
        return callable and thing.__module__ == "__main__"
    return not callable and not isinstance(thing, types.ModuleType | types.BuiltinFunctionType | types.MethodType)


def near_name(name: str, others: Iterable[str]) -> str | None:
    """One of the `others` that looks like another spelling of `name`.

    >>> near_name("lstm_gates", ["lstm_gate", "lstm_cell", "np"])
    'lstm_gate'
    """
    known = {n.casefold(): n for n in others if n != name and not n.startswith("_")}
    near = difflib.get_close_matches(name.casefold(), known, 1, ALIKE)
    return known[near[0]] if near else None
