"""A picture of Python's memory: the names on the left, the objects that they point to on the right."""

from matplotlib import pyplot as plt

from course_utils.viz.style import colors

NAME_X, OBJECT_X = 0.18, 0.62
LONGEST = 28  # characters of an object that are shown


def names_and_objects(program, done):
    """Run the first `done` lines of `program` for real; draw its names, its objects and who points to what.

    Parameters
    ----------
    program : list of str, one simple Python statement each
    done : int, how many of them to run; the last of these is marked

    Returns
    -------
    figure : matplotlib.figure.Figure; names that point to one object share its box
    """
    if not 0 < done <= len(program):
        raise ValueError(f"expected done between 1 and {len(program)}, received {done}")
    names = run_lines(program[:done])
    fig, (code, memory) = plt.subplots(1, 2, figsize=(8.0, 3.2), width_ratios=(2, 3))
    for row, line in enumerate(program):
        style = {"weight": "bold", "color": "black"} if row == done - 1 else {"color": "0.45"}
        mark = "▶ " if row == done - 1 else "   "
        code.text(0.0, 0.9 - 0.13 * row, mark + line, family="monospace", fontsize=11, **style)
    code.set_title("The program")
    memory.set_title(f"After line {done}: {count(len(names), 'name')}, {count(len(distinct(names)), 'object')}")
    draw_arrows(memory, names)
    for ax in (code, memory):
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.axis("off")
    return fig


def names_in_words(program, done):
    """The same in words, for the caption.

    >>> names_in_words(["a = [1]", "b = a"], 2)
    'After b = a: a and b are [1].'
    """
    names = run_lines(program[:done])
    shared = [[name for name, other in names.items() if other is thing] for thing in distinct(names)]
    groups = [
        f"{' and '.join(group)} {'is' if len(group) == 1 else 'are'} {names[group[0]]!r}" for group in shared if group
    ]
    return f"After {program[done - 1]}: {', '.join(groups)}."


def run_lines(lines):
    """The names that the lines make, each with its object.

    >>> run_lines(["a = [1]", "b = a", "b.append(2)"])
    {'a': [1, 2], 'b': [1, 2]}
    """
    names = {}
    exec("\n".join(lines), {}, names)  # our own lines, written in a lesson
    return names


def distinct(names):
    """The different objects, in the order in which names first point to them (two equal lists are two objects).

    >>> distinct(run_lines(["a = [1]", "b = a", "c = [1]"]))
    [[1], [1]]
    """
    return list({id(thing): thing for thing in names.values()}.values())


def count(number, word):
    """`1 name`, `2 names`."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def draw_arrows(ax, names):
    """Names in a column, objects in boxes beside them, an arrow from each name to its object."""
    objects = distinct(names)
    for row, (name, thing) in enumerate(names.items()):
        place = next(i for i, other in enumerate(objects) if other is thing)
        ends = (NAME_X + 0.05, level(row)), (OBJECT_X - 0.13, level(place))
        ax.annotate("", xy=ends[1], xytext=ends[0], arrowprops={"arrowstyle": "-|>", "color": colors()[0], "lw": 1.8})
        ax.text(NAME_X, level(row), name, family="monospace", fontsize=13, ha="center", va="center")
    for place, thing in enumerate(objects):
        text = repr(thing) if len(repr(thing)) <= LONGEST else repr(thing)[: LONGEST - 1] + "…"
        box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": colors()[place % len(colors())], "lw": 2}
        ax.text(OBJECT_X - 0.1, level(place), text, family="monospace", fontsize=12, va="center", bbox=box)


def level(row):
    """The height of a row."""
    return 0.85 - 0.26 * row
