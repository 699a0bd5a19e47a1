"""Does a check pass what is nearly right?  `python -m tests.checks.mutants 04` (or 04.2) changes one thing at a time.

A sign, a number, an axis: every right answer of the lesson (the reference, and the alternatives that are plain
functions) is changed in one place and checked.  What still passes is printed: each one must be another way to write
the same thing, or a case is missing.  An aid for authors; whether a survivor is equal needs an eye.
"""

import ast
import copy
import inspect
import sys
import textwrap
import warnings

from course_utils.checks import registry
from course_utils.checks.callers.guard import guarded
from course_utils.checks.judging.bench import Bench
from course_utils.checks.judging.judge import verdict

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.USub: ast.UAdd,
}
LIMIT = 2.0  # seconds of processor time for all cases of a mutant: a changed loop may never end
METHODS = {"mean": "sum", "sum": "mean", "max": "min", "min": "max", "argmax": "argmin", "T": "real"}


def changes(node):
    """(what, how) for every way to change one node of a syntax tree."""
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.UnaryOp) and type(node.op) in OPERATORS:
        yield "operator", lambda n: setattr(n, "op", OPERATORS[type(n.op)]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OPERATORS:
        yield "comparison", lambda n: n.ops.__setitem__(0, OPERATORS[type(n.ops[0])]())
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "truth", lambda n: setattr(n, "value", not n.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield "one more", lambda n: setattr(n, "value", n.value + 1)
        yield "one less", lambda n: setattr(n, "value", n.value - 1)
    if isinstance(node, ast.Attribute) and node.attr in METHODS:
        yield "method", lambda n: setattr(n, "attr", METHODS[n.attr])
    if isinstance(node, ast.Call) and node.keywords:
        yield "last option left out", lambda n: n.keywords.pop()


def mutants(function):
    """(a description, the changed function) for every change of a plain function."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for place, node in enumerate(list(ast.walk(tree))):
        for what, change in changes(node):
            changed = copy.deepcopy(tree)
            change(list(ast.walk(changed))[place])
            names = dict(function.__globals__)
            exec(compile(ast.fix_missing_locations(changed), "<mutant>", "exec"), names)
            yield f"{function.__name__}: {what} in {ast.unparse(node)}", names[function.__name__]


def passes(bench, mutant):
    """Does a mutant pass?  One that does not end in time gives no answer, which is no."""
    return verdict(bench, bench.trials_of(bench.observed(mutant))).passed


def survivors(exercise, seed=0):
    """(how many mutants there were, descriptions of those that pass)."""
    bench, count, alive = Bench(exercise, seed), 0, []
    for answer in [exercise.reference, *exercise.alternatives]:
        if not inspect.isfunction(answer) or answer.__name__ == "<lambda>" or answer.__closure__:
            continue
        for what, mutant in mutants(answer):
            count += 1
            if guarded(lambda mutant=mutant: passes(bench, mutant), LIMIT).value:
                alive.append(what)
    return count, alive


def main(numbers):
    warnings.simplefilter("ignore")
    for number in numbers or registry.folders():
        for exercise in [registry.find(number)] if "." in number else registry.lesson(number).values():
            count, alive = survivors(exercise)
            print(f"{exercise.id}: {count} mutants, {len(alive)} pass", flush=True)
            print("".join(f"    {what}\n" for what in alive), end="", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
