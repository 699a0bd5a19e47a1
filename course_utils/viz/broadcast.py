"""A picture of broadcasting: two shapes, and what they are repeated to."""

import numpy as np
from matplotlib import pyplot as plt

from course_utils.viz.style import colors

LONGEST_SIDE = 5


def broadcasting(first, second):
    """Draw two arrays of at most two axes, each repeated to the common shape; repeated entries are pale.

    Parameters
    ----------
    first, second : tuple of int, shapes with at most two axes of at most five entries

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    for shape in (first, second):
        if len(shape) > 2 or any(not 1 <= size <= LONGEST_SIDE for size in shape):
            raise ValueError(f"expected at most 2 axes of 1 to {LONGEST_SIDE} entries, received the shape {shape}")
    result = common_shape(first, second)
    fig, axes = plt.subplots(1, 2, figsize=(7.2, 2.6))
    for ax, shape, colour, hatch in zip(axes, (first, second), colors(), ("", "//"), strict=False):
        draw_array(ax, shape, result or shape, colour, hatch)
        ax.set_title(f"shape {shape}" + (f", read as {as_table(result)}" if result and shape != result else ""))
    fig.suptitle(broadcasting_in_words(first, second), x=0.02, ha="left", fontsize=11)
    return fig


def broadcasting_in_words(first, second):
    """What the rule says about two shapes.

    >>> broadcasting_in_words((3, 4), (3,))
    '(3, 4) and (3,) do not fit: aligned at the right, 4 meets 3'
    """
    result = common_shape(first, second)
    if result is not None:
        return f"{first} and {second} give {result}"
    wrong = next((a, b) for a, b in zip(first[::-1], second[::-1], strict=False) if a != b and 1 not in (a, b))
    return f"{first} and {second} do not fit: aligned at the right, {wrong[0]} meets {wrong[1]}"


def common_shape(first, second):
    """The shape that both are repeated to, or None.

    >>> common_shape((3, 1), (4,))
    (3, 4)
    """
    try:
        return np.broadcast_shapes(first, second)
    except ValueError:
        return None


def as_table(shape):
    """A shape with two axes: missing ones stand in front, with size 1."""
    return (1,) * (2 - len(shape)) + tuple(shape)


def draw_array(ax, shape, result, colour, hatch):
    """One square for each entry; entries that are only repeated are pale."""
    own = as_table(shape)
    for i, j in np.ndindex(as_table(result)):
        real = i < own[0] and j < own[1]
        style = {"facecolor": colour if real else "white", "alpha": 1 if real else 0.45, "hatch": hatch if real else ""}
        ax.add_patch(plt.Rectangle((j, i), 0.9, 0.9, edgecolor=colour, linewidth=1.5, **style))
    ax.set(xlim=(-0.2, LONGEST_SIDE), ylim=(LONGEST_SIDE - 1, -0.2), aspect="equal")
    ax.axis("off")
