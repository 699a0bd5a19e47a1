"""The map of the lessons: what each of them needs, drawn from `course_utils.plan`."""

from textwrap import wrap

from matplotlib import pyplot as plt
from matplotlib.patches import FancyBboxPatch

from course_utils.plan import load_lessons, needed_for
from course_utils.viz import style

COLUMNS = 4  # boxes in a row of the map
BOX_WIDTH, BOX_HEIGHT = 0.93, 0.68
TITLE_SIZE, SMALL_SIZE = 10.5, 9.2  # points; the map is about 640 pixels wide where a window has 1024
TITLE_LETTERS = 20  # in a line of a title


def lesson_map(goal=""):
    """Draw all lessons with what each needs; with `goal`, such as "18", the way to that lesson.

    Returns
    -------
    (matplotlib.figure.Figure, str) : the map, and what it shows in words: fits `viz.show` and `viz.live`
    """
    lessons = load_lessons()
    if goal and goal not in lessons:
        raise ValueError(f"expected a lesson's number from 00 to {max(lessons)}, received {goal!r}")
    way = needed_for(goal, lessons) if goal else sorted(lessons)
    places = box_places(lessons)
    rows = 1 + max(row for _, row in places.values())
    fig, ax = plt.subplots(figsize=(8.6, 0.96 * rows + 0.5))
    for number, lesson in lessons.items():
        draw_needs(ax, lesson, places, goal, number in way)
        draw_box(ax, lesson, places[number], number in way, number == goal)
    label_parts(ax, lessons, places)
    ax.set(xlim=(-0.22, COLUMNS), ylim=(rows - 0.25, -0.35), title=map_title(goal, way, lessons))
    ax.axis("off")
    return fig, map_text(goal, way, lessons)


def box_places(lessons):
    """{number: (column, row)}: each part begins a new row, a long part goes on in the next."""
    places, row, part, column = {}, -1, None, 0
    for number, lesson in sorted(lessons.items()):
        column += 1
        if lesson.part != part or column == COLUMNS:
            row, part, column = row + 1, lesson.part, 0
        places[number] = (column, row)
    return places


def draw_box(ax, lesson, place, on_way, is_goal):
    """A lesson's box: filled where it is written, dashed where it is planned, a thick frame round the goal."""
    column, row = place
    color = style.colors()[0] if on_way else "0.6"
    box = FancyBboxPatch(
        (column, row),
        BOX_WIDTH,
        BOX_HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor="#e4eef9" if lesson.written and on_way else "white",
        edgecolor=color,
        linestyle="-" if lesson.written else "--",
        linewidth=3 if is_goal else 1.2,
        zorder=2,
    )
    ax.add_patch(box)
    ink = "black" if on_way else "0.45"
    needs = f"needs {', '.join(lesson.requires)}" if lesson.requires else "needs nothing"
    title = "\n".join(wrap(f"{lesson.number} {lesson.title}", TITLE_LETTERS))
    words = {"color": ink, "va": "center", "linespacing": 1.0}
    ax.text(column + 0.03, row + 0.24, title, fontsize=TITLE_SIZE, weight="bold", **words)
    ax.text(column + 0.03, row + 0.54, f"{needs} · {lesson.minutes} min", fontsize=SMALL_SIZE, **words)


def draw_needs(ax, lesson, places, goal, on_way):
    """Arrows from the lessons that this one needs, behind the boxes; with a goal only those of the way to it."""
    color, width = (style.colors()[1], 1.8) if goal else ("0.72", 0.9)
    arrow = {"arrowstyle": "-|>", "color": color, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
    for number in lesson.requires if on_way else []:
        start, end, bend = arrow_path(places[number], places[lesson.number])
        ax.annotate("", end, start, arrowprops={**arrow, "connectionstyle": f"arc3,rad={bend}"}, zorder=1)


def arrow_path(source, target):
    """(start, end, bend) of an arrow between two boxes that touches no box between them in its row or column."""
    (x0, y0), (x1, y1) = source, target
    middle, centre = BOX_HEIGHT / 2, BOX_WIDTH / 2
    if y0 == y1 and x1 - x0 == 1:
        return (x0 + BOX_WIDTH, y0 + middle), (x1, y1 + middle), 0
    if y0 == y1:
        return (x0 + centre, y0), (x1 + centre, y1), -0.09
    if x0 == x1 and y1 - y0 > 1:
        return (x0, y0 + middle), (x1, y1 + middle), 0.2
    return (x0 + centre, y0 + BOX_HEIGHT), (x1 + centre, y1), 0


def label_parts(ax, lessons, places):
    """The part's name over its first lesson."""
    seen = set()
    for number, lesson in sorted(lessons.items()):
        if lesson.part not in seen:
            seen.add(lesson.part)
            column, row = places[number]
            paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
            ax.text(
                column, row - 0.14, lesson.part, fontsize=SMALL_SIZE, style="italic", va="center", zorder=3, bbox=paper
            )


def map_title(goal, way, lessons):
    """The map's finding."""
    if goal:
        return f"{len(way)} lessons lead to {goal} {lessons[goal].title}, itself included"
    return f"{len(lessons)} lessons, and what each needs"


def map_text(goal, way, lessons):
    """The map in words."""
    hours = round(sum(lessons[number].minutes for number in way) / 60)
    if goal:
        before = ", ".join(way[:-1]) or "nothing"
        return f"The way to {goal} {lessons[goal].title}: before it {before}; about {hours} hours in all."
    written = ", ".join(number for number in way if lessons[number].written) or "none"
    rows = "; ".join(
        f"{number} {lessons[number].title} ({lessons[number].minutes} min) "
        f"needs {', '.join(lessons[number].requires) or 'nothing'}"
        for number in way
    )
    return f"Map of {len(way)} lessons, about {hours} hours. Written so far: {written}. {rows}."
