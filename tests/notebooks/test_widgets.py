"""What the widgets of lessons draw and say, against computations that share no code with them."""

import ast
import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from sklearn import datasets

from tests.notebooks.slices import names_of, needed
from tools.anatomy import open_book
from tools.notebooks import find

TESTED = {"00", "01", "02", "03", "04", "06", "11", "16", "18", "23"}


def numbers(text):
    """The numbers in what a widget says."""
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]


def drawn(line):
    """The data of a drawn line, as an array of two rows."""
    return np.array(line.get_data(), dtype=float)


def legend(ax):
    """The names in a legend, in the order in which things were drawn."""
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_every_widget_of_a_lesson_is_tested_here():
    """A lesson that gets its first widget gets a test of what it draws."""
    books = map(open_book, find([], ("notebooks",)))
    assert {b.number for b in books if any("widget" in c.metadata.get("tags", []) for c in b.cells("code"))} <= TESTED


# ---- 01 to 03; the map of lesson 00 is tested in test_concepts.py


def test_01_names_and_objects_after_each_line():
    program = names_of("01", "01-200", "program").program
    describe = names_of("01", "01-200", "describe").describe
    for line in range(1, len(program) + 1):
        values = {}
        exec("\n".join(program[:line]), {}, values)
        said = describe(line)
        assert said.startswith(f"After {program[line - 1]}: ")
        for name, value in values.items():
            assert re.search(rf"\b{name}\b.*?{re.escape(repr(value))}", said), (name, said)
        if line in (2, 3):
            assert re.search(r"\ba and b\b", said), said  # two names, one object


def test_02_shapes_that_meet():
    lesson = names_of("02", "02-260", "SHAPES", "describe", "draw")
    for pair, shapes in enumerate(lesson.SHAPES, start=1):
        try:
            result = str(np.broadcast_shapes(*shapes))
        except ValueError:
            result = None
        said = lesson.describe(pair)
        assert all(str(shape) in said for shape in shapes)
        assert said.endswith(f"give {result}") if result else "give" not in said


@pytest.mark.parametrize("x", [-1.5, 0, 1])
def test_03_tangent(x):
    lesson = names_of("03", "03-150", "draw", "describe")
    curve, tangent, point = (drawn(line) for line in lesson.draw(x).axes[0].lines)
    assert np.allclose(curve[1], curve[0] ** 2) and np.allclose(point[:, 0], [x, x * x])
    assert np.allclose(np.polyfit(*tangent, 1), [2 * x, -x * x])
    assert numbers(lesson.describe(x)) == [x, x * x, 2 * x]


# ---- 04: a line, and a walk


@pytest.fixture(scope="module")
def patients():
    """BMI in standard deviations, and the targets, from scikit-learn itself."""
    X, y = datasets.load_diabetes(return_X_y=True, scaled=False)
    return (X[:, 2] - X[:, 2].mean()) / X[:, 2].std(), y


@pytest.mark.parametrize(("weight", "bias"), [(0, 100), (45, 152), (-20, 0), (110, 300)])
def test_04_line_and_its_place(patients, weight, bias):
    fig, said = names_of("04", "04-160", "line_and_place").line_and_place(weight, bias)
    left, right = fig.axes
    assert np.allclose(drawn(left.lines[0]), patients)
    assert np.allclose(np.polyfit(*drawn(left.lines[1]), 1), [weight, bias])
    assert drawn(right.lines[0]).ravel().tolist() == [weight, bias]
    mse = np.mean((weight * patients[0] + bias - patients[1]) ** 2)
    assert numbers(said) == [weight, bias, round(mse)]
    assert numbers(left.get_title()) == [round(mse)]


@pytest.mark.parametrize("lr", [0.02, 0.1, 0.5, 0.9, 1.02])
def test_04_walk(patients, lr):
    lesson = names_of("04", "04-580", "draw_walk", "describe_walk")
    goal = np.array([np.mean(patients[0] * patients[1]), patients[1].mean()])
    left, right = lesson.draw_walk(lr).axes[:2]
    path = goal[:, None] * (1 - (1 - 2 * lr) ** np.arange(13))  # the bowl is round: every step leaves 1 - 2 lr
    assert np.allclose(drawn(left.lines[0]), path)
    assert np.allclose(drawn(right.lines[0]), [np.arange(13), path[0]])
    assert np.allclose(right.lines[1].get_ydata(), goal[0])
    assert numbers(right.get_title()) == [round(100 * abs(1 - 2 * lr))]
    best = patients[1].var() - goal[0] ** 2
    after = best + np.sum((path[:, -1] - goal) ** 2)
    assert numbers(lesson.describe_walk(lr)) == pytest.approx([lr, 12, after, best], abs=0.51)


# ---- 06: a boundary


@pytest.mark.parametrize("t", [0.01, 0.1, 0.5, 0.9])
def test_06_boundary(t):
    lesson = names_of("06", "06-360", "draw_boundary", "describe_boundary", "two", "B", "y_b")
    ax = lesson.draw_boundary(t).axes[0]
    benign, malignant, line = map(drawn, ax.lines)
    assert np.allclose(benign.T, lesson.B[lesson.y_b == 0]) and np.allclose(malignant.T, lesson.B[lesson.y_b == 1])
    (w, b) = lesson.two.coef_[0], lesson.two.intercept_[0]
    assert np.allclose(1 / (1 + np.exp(-(w @ line + b))), t)
    assert legend(ax) == ["benign", "malignant", f"p = {t}"]
    missed, alarms = (w @ malignant + b < np.log(t / (1 - t))).sum(), (w @ benign + b >= np.log(t / (1 - t))).sum()
    assert numbers(ax.get_title()) == [missed, alarms]
    assert numbers(lesson.describe_boundary(t)) == [t, missed, malignant.shape[1], alarms]
    side = np.sign(w @ [[9.0], [0.0]] + b - np.log(t / (1 - t)))
    assert side > 0  # 'right of the line'


# ---- 11: a window


@pytest.mark.parametrize("filled", range(10))
def test_11_place(filled):
    lesson = names_of("11", "11-165", "draw_place", "describe_place")
    picture = np.repeat([[0.0, 0, 1, 1, 1]], 5, axis=0)
    sums = np.array([[3.0, 3, 0]] * 3)  # right column minus left column, three rows
    row, column = min(filled, 8) // 3, min(filled, 8) % 3
    left, right = lesson.draw_place(filled).axes
    assert np.array_equal(left.images[0].get_array(), picture)
    assert left.patches[0].get_bbox().bounds == (column - 0.5, row - 0.5, 3, 3)
    pixels, weights = left.texts[:25], left.texts[25:]
    assert [numbers(text.get_text()) for text in pixels] == [[value] for value in picture.ravel()]
    assert [(round(x), int(y)) for x, y in (text.get_position() for text in weights)] == [
        (column + j, row + i) for i in range(3) for j in range(3)
    ]
    assert [numbers(text.get_text()) for text in weights] == [[-1], [0], [1]] * 3
    seen = np.ma.filled(right.images[0].get_array().astype(float), np.nan).ravel()
    assert np.array_equal(seen[:filled], sums.ravel()[:filled]) and np.isnan(seen[filled:]).all()
    asked = [f"{value:.0f}" for value in sums.ravel()[:filled]] + ["?"] * (filled < 9)  # the next one stays untold
    assert {text.get_position(): text.get_text() for text in right.texts} == {
        (k % 3, k // 3): told for k, told in enumerate(asked)
    }
    assert numbers(lesson.describe_place(filled)) == [filled, 9, *sums.ravel()[filled - 1 : filled]]


# ---- 16: four dials


@pytest.mark.parametrize(("i", "f", "w", "o"), [(1, 0.9, 1, 1), (1, 1, 4, 1), (0.5, 0.98, 2, 0.5), (0, 0, 1, 0)])
def test_16_dials(i, f, w, o):
    lesson = names_of("16", "16-175", "four_dials", "sentence")
    opened = np.array([letter == "(" for letter in lesson.sentence]), np.array([s == ")" for s in lesson.sentence])
    marks = opened[0] * 1.0 - opened[1]
    ago = np.subtract.outer(np.arange(len(marks)), np.arange(len(marks)))
    c = np.where(ago >= 0, float(f) ** np.maximum(ago, 0), 0) @ (i * np.tanh(w * marks))
    h = o * np.tanh(c)
    fig, said = lesson.four_dials(i, f, w, o)
    assert np.allclose(fig.axes[0].lines[0].get_ydata(), c) and np.allclose(fig.axes[0].lines[1].get_ydata(), h)
    assert legend(fig.axes[0]) == ["inside", "cell state c", "shown: h"]
    inside = np.cumsum(marks) > 0
    assert numbers(said) == pytest.approx([abs(h[inside]).min(), abs(h[~inside]).max()], abs=0.0051)


# ---- 18: weights


@pytest.mark.parametrize("mask", ["none", "causal", "padding"])
@pytest.mark.parametrize("temperature", [0.2, 1.0, 50.0])
def test_18_weights(temperature, mask):
    lesson = names_of("18", "18-340", "draw_weights", "Q", "K", "words")
    fig, said = lesson.draw_weights(temperature, mask)
    powers = np.exp(np.c_[lesson.Q @ lesson.K.T, np.zeros((7, 2))] / np.sqrt(2) / temperature)  # filling scores 0
    powers *= {"none": 1, "causal": np.tri(7, 9), "padding": np.arange(9) < 7}[mask]
    weights = powers / powers.sum(axis=1, keepdims=True)
    ax = fig.axes[0]
    assert np.allclose(np.ma.filled(ax.images[0].get_array(), 0), weights)
    cat = weights[lesson.words.index("hungry"), lesson.words.index("cat")]
    share = np.mean([1 / np.sum(row**2) for row in weights])
    assert said.startswith(f"mask {mask}: hungry gives cat {cat:.2f};") and f"average {share:.1f} keys" in said
    assert ax.get_title() == f"temperature {temperature:g}: hungry gives cat {cat:.2f}"
    assert [label.get_text() for label in ax.get_xticklabels()] == [*lesson.words, "(filling)", "(filling)"]
    assert all(legible(text.get_color(), ax.images[0], text.get_position()) for text in ax.texts)


def legible(color, image, place):
    """Does a text at `place` of an image stand out from the colour below it, by the contrast of WCAG 2.1?"""
    j, i = place
    below = image.cmap(image.norm(image.get_array()[i, j]))[:3] if image.get_array()[i, j] > 0 else (1, 1, 1)
    light = sorted(luminance(rgb) + 0.05 for rgb in (to_rgb(color), below))
    return light[1] / light[0] >= 4.0


def luminance(rgb):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


# ---- 23: the best judge


@pytest.mark.parametrize("mean", [-2, 0, 0.5, 3, 6])
def test_23_game(mean):
    lesson = names_of("23", "23-300", "draw_game", "describe_game")
    ax = lesson.draw_game(mean).axes[0]
    x, judged = drawn(ax.lines[0])
    assert np.allclose(judged, 1 / (1 + np.exp(mean * x - mean**2 / 2)))  # a logit that is a straight line
    grid = np.linspace(-12, 18, 20001)
    logit = mean**2 / 2 - mean * grid
    density = [np.exp(-((grid - centre) ** 2) / 2) / np.sqrt(2 * np.pi) for centre in (0, mean)]
    lost = density[0] * np.logaddexp(0, -logit) + density[1] * np.logaddexp(0, logit)
    value = -lost.sum() * (grid[1] - grid[0])
    assert numbers(ax.get_title().replace("2 JS", "")) == pytest.approx([value, value + np.log(4)], abs=0.0006)
    at_g = 1 / (1 + np.exp(mean**2 / 2))
    assert numbers(lesson.describe_game(mean)) == pytest.approx([mean, value, at_g], abs=0.0006)
    for shape, centre in zip(ax.collections, (0, mean), strict=True):
        edge = shape.get_paths()[0].vertices
        assert edge[edge[:, 1].argmax()] == pytest.approx([centre, 1 / np.sqrt(2 * np.pi)], abs=0.01)
    assert legend(ax) == ["$p_{data}$", "$p_g$", "$D^*$"]


# ---- the slices that these tests run


def test_a_slice_holds_what_is_needed_and_no_more():
    before = "import os\nimport sys as s\na = [1, 2]\nb = 3\na[0] = b\nc = slow()\n"
    source = before + "def f(x):\n    c = x\n    return a[0] + c\nb = 9"
    kept = needed(ast.parse(source).body, {"f", "s"})
    assert [ast.unparse(statement).splitlines()[0] for statement in kept] == [
        *("import sys as s", "a = [1, 2]", "b = 3", "a[0] = b", "def f(x):"),
    ]
    with pytest.raises(ValueError, match="no code cell 04-999"):
        names_of("04", "04-999", "x")
