"""A picture of what a tape holds: a box for each value, arrows from what it was computed from."""

import numpy as np
from matplotlib import pyplot as plt

from course_utils.autograd.drawing import in_short
from course_utils.viz.style import colors

MOST = 40  # boxes; more can be computed but not read


def graph(result):
    """Draw everything that a Tensor was computed from, inputs on the left, with values and gradients.

    Parameters
    ----------
    result : course_utils.autograd.Tensor; `draw_graph(result)` says the same in words, for `viz.show`'s alt text.

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    tape = result.tape()
    if len(tape) > MOST:
        raise ValueError(f"a graph of {len(tape)} boxes cannot be read, {MOST} can: draw a part, or a smaller example")
    places = layout(tape)
    wide, high = (max(place[i] for place in places.values()) + 1 for i in (0, 1))
    fig, ax = plt.subplots(figsize=(max(3.0, 1.6 * wide), max(1.8, 0.9 * high)))
    style = {"boxstyle": "round,pad=0.35", "facecolor": "white", "lw": 1.8}
    boxes = {}
    for node in tape:
        box = style | {"edgecolor": colors()[bool(node.parents)]}
        boxes[id(node)] = ax.text(
            *places[id(node)], in_box(node), ha="center", va="center", fontsize=9, linespacing=1.3, bbox=box
        ).get_bbox_patch()
    for node in tape:
        for parent in node.parents:
            ends = places[id(parent)], places[id(node)]
            bent = f"arc3,rad={-0.35 if ends[1][0] - ends[0][0] > 1 else 0}"  # around the boxes in between
            arrow = {"arrowstyle": "-|>", "color": "0.35", "lw": 1.3, "connectionstyle": bent}
            between = {"patchA": boxes[id(parent)], "patchB": boxes[id(node)]}
            ax.annotate("", xy=ends[1], xytext=ends[0], arrowprops=arrow | between)
    ax.set(xlim=(-0.6, wide - 0.4), ylim=(high - 0.4, -0.6))
    ax.set_title("Values flow to the right, gradients back to the left")
    ax.axis("off")
    return fig


def layout(tape):
    """The place of each node by its id: a result as far to the right as its longest way from an input, an input just
    left of what uses it first; rows centred.

    >>> from course_utils.autograd import Tensor
    >>> x = Tensor(3.0); y = x * x + x; list(layout(y.tape()).values())
    [(0, 0.0), (1, 0.0), (2, 0.0)]
    """
    column = {}
    for node in tape:
        column[id(node)] = 1 + max((column[id(parent)] for parent in node.parents), default=-1)
    for node in reversed(tape):
        for parent in (p for p in node.parents if not p.parents):
            users = [column[id(other)] for other in tape if any(p is parent for p in other.parents)]
            column[id(parent)] = min(users) - 1
    sizes = np.bincount(list(column.values()))
    filled, places = np.zeros(len(sizes)), {}
    for node in tape:
        at = column[id(node)]
        places[id(node)] = (at, float(filled[at] + (sizes.max() - sizes[at]) / 2))
        filled[at] += 1
    return places


def in_box(node):
    """What a box says: name and operation, the value, and the gradient where there is one.

    >>> from course_utils.autograd import Tensor
    >>> print(in_box(Tensor(2.0, name="w")))
    w
    2
    """
    head = ": ".join(part for part in (node.name, node.op) if part)
    lines = [head, in_short(node.data), "" if node.grad is None else f"grad {in_short(node.grad)}"]
    return "\n".join(line for line in lines if line).replace("$", r"\$")
