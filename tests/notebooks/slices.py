"""Runs of a lesson only what some of its names need: no training, no pictures, no frameworks."""

import ast
from types import CodeType, SimpleNamespace

from tools.anatomy import open_book
from tools.notebooks import find


def names_of(number, cell_id, *wanted):
    """The names `wanted` as they are when cell `cell_id` of lesson `number` has run."""
    names = {}
    for statement in needed(statements_until(number, cell_id), set(wanted)):
        exec(compile(ast.Module([statement], []), f"lesson {number}", "exec"), names)
    return SimpleNamespace(**{name: names[name] for name in wanted})


def statements_until(number, cell_id):
    """The statements of a lesson's code cells, that of `cell_id` the last."""
    found = []
    for cell in open_book(find([number], ("notebooks",))[0]).cells("code"):
        found += ast.parse("" if cell.source.startswith("%%") else cell.source).body
        if cell.id == cell_id:
            return found
    raise ValueError(f"lesson {number} has no code cell {cell_id}")


def needed(statements, wanted):
    """Those of the statements that make the names `wanted`, and what those need; in order."""
    kept = []
    for statement in reversed(statements):
        made, changed = makes(statement)
        if (made | changed) & wanted:
            wanted = (wanted - made) | uses(statement)
            kept.append(statement)
    return kept[::-1]


def makes(statement):
    """(names that a statement makes anew, names whose value it changes in part)."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}, set()
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}, set()
    if isinstance(statement, ast.AugAssign):
        return set(), roots([statement.target])
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    stored = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored, roots(targets)


def roots(targets):
    """The names at the root of `a[0]`, `a.b`, where an assignment changes a part of them."""
    found = set()
    for target in targets:
        while isinstance(target, ast.Subscript | ast.Attribute):
            target = target.value
            found |= {target.id} if isinstance(target, ast.Name) else set()
    return found


def uses(statement):
    """The names that a statement reads from outside of its own functions."""
    read = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return read & in_code(compile(ast.Module([statement], []), "", "exec"))


def in_code(code):
    """All global names of a code object and those in it."""
    inner = [in_code(part) for part in code.co_consts if isinstance(part, CodeType)]
    return set(code.co_names).union(*inner)
