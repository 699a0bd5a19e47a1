"""What the tape holds, for people: as a table in plain text, or in the language of Graphviz."""

import numpy as np

from course_utils.autograd.tape import Node

INFIX = ("+", "-", "*", "/", "@")


def draw_graph(result: Node, form: str = "text") -> str:
    """Everything that `result` was computed from, inputs first, with values and, after `backward`, gradients.

    Parameters
    ----------
    result : the node to start from. Nodes without a name are numbered.
    form : 'text', a line a node, or 'dot', for Graphviz (https://graphviz.org) and its kin.
        `course_utils.viz.graph` draws the same with Matplotlib.

    Raises
    ------
    ValueError : another form.

    >>> from course_utils.autograd import Tensor
    >>> x, w = Tensor(3.0, name="x"), Tensor(2.0, name="w"); y = x * w + x; y.backward(); print(draw_graph(y))
    x             3   grad 3
    w             2   grad 3
    #2 = x * w    6   grad 1
    #3 = #2 + x   9   grad 1
    """
    if form not in ("text", "dot"):
        raise ValueError(f"form must be 'text' or 'dot', but {form!r} came.")
    tape = result.tape()
    number = {id(node): k for k, node in enumerate(tape)}
    return _dot(tape, number) if form == "dot" else _table(tape, number)


def _table(tape: list[Node], number: dict[int, int]) -> str:
    names = [node.name or f"#{number[id(node)]}" for node in tape]
    rows = []
    for name, node in zip(names, tape, strict=True):
        formula = f"{name} = {_formula(node, [names[number[id(p)]] for p in node.parents])}" if node.op else name
        rows.append((formula, in_short(node.data), "" if node.grad is None else f"grad {in_short(node.grad)}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("   ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _formula(node: Node, parents: list[str]) -> str:
    """How the node was computed, as one would write it."""
    if node.op in INFIX and len(parents) == 2:
        return f"{parents[0]} {node.op} {parents[1]}"
    if node.op.startswith(("**", "[")):
        return f"{parents[0]}{' ' * node.op.startswith('**')}{node.op}"
    return f"{node.op}({', '.join(parents)})"


def _dot(tape: list[Node], number: dict[int, int]) -> str:
    """Boxes with name, value and gradient, arrows from parents to children."""
    lines = ["digraph {", "  rankdir=LR", "  node [shape=box]"]
    for k, node in enumerate(tape):
        shown = [s for s in (node.name, node.op, in_short(node.data)) if s]
        shown += [] if node.grad is None else [f"grad {in_short(node.grad)}"]
        label = "\\n".join(s.replace("\\", "\\\\").replace('"', '\\"') for s in shown)
        lines.append(f'  n{k} [label="{label}"]')
        lines += [f"  n{number[id(parent)]} -> n{k}" for parent in node.parents]
    return "\n".join([*lines, "}"])


def in_short(values) -> str:
    """A number, a few numbers, or of many the shape.

    >>> in_short(np.array(2.0)), in_short(np.array([0.5, 1.25])), in_short(np.zeros((3, 4)))
    ('2', '[0.5, 1.25]', '(3, 4)')
    """
    if np.ndim(values) == 0:
        return f"{float(values):.4g}"
    if np.ndim(values) == 1 and len(values) <= 4:
        return "[" + ", ".join(f"{float(v):.4g}" for v in values) + "]"
    return str(np.shape(values))
