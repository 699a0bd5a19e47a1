"""Figures, sliders, live widgets and quizzes: what they show, say and refuse."""

import base64
import io
import itertools
import re

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from course_utils import viz
from course_utils.viz import figures, live_figure, quizzes

OPTIONS = [("$x < 1$", True, "Because $x^2 < x$ & so on."), ("2", False, "Too large.")]


@pytest.fixture
def shown(monkeypatch):
    """The data of everything that is displayed."""
    data = []
    for module in (figures, quizzes):
        monkeypatch.setattr(module, "display", lambda bundle, raw: data.append(bundle))
    return data


@pytest.fixture
def strict(monkeypatch):
    monkeypatch.setenv(figures.STRICT, "1")


def curve(power=2, title="A curve", label="x"):
    fig, ax = plt.subplots(figsize=(3, 2))
    ax.plot(np.arange(5) ** power)
    ax.set(title=title, xlabel=label, ylabel=label)
    return fig


def picture(png):
    return Image.open(io.BytesIO(base64.b64decode(png)))


def test_show_says_what_it_shows_and_closes(shown):
    viz.show(curve(), alt='A curve that "bends" upwards.', values={"end": 16.00004, "ends": [1 / 3, 2]})
    (data,) = shown
    assert data["text/plain"] == 'Figure: A curve that "bends" upwards. | end = 16; ends = 0.3333, 2'
    assert 'alt="A curve that &quot;bends&quot; upwards."' in data["text/html"]
    assert data["image/png"] in data["text/html"] and not plt.get_fignums()


def test_show_is_the_same_twice_and_small(shown):
    for _ in range(2):
        viz.show(curve(), alt="A curve that bends upwards.")
    assert shown[0] == shown[1]
    assert len(base64.b64decode(shown[0]["image/png"])) < 10_000
    assert picture(shown[0]["image/png"]).size == (270, 180)


def test_show_needs_a_description():
    with pytest.raises(ValueError, match="should say in a sentence"):
        viz.show(curve(), alt="plot")


def test_show_wants_a_figure():
    fig = curve()
    with pytest.raises(TypeError, match=r"received Axes; an Axes has it as `ax.figure`"):
        viz.show(fig.axes[0], alt="An axes, which is no figure.")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ("as it is", "as it is"),
        (np.float32(0.1), "0.1"),
        (-0.0, "0"),
        (123456, "1.235e+05"),
        ({"right": True}, "right = True"),
    ],
)
def test_values(values, text):
    assert figures.format_values(values) == text


@pytest.mark.parametrize("fault", [{"title": ""}, {"label": ""}])
def test_makers_figures_have_title_and_labels(strict, fault):
    with pytest.raises(ValueError, match=r"title|no axis says what x is"):
        figures.png_text(curve(**fault))


def test_makers_pictures_need_no_axis_names(strict):
    fig, ax = plt.subplots()
    ax.imshow(np.eye(3))
    ax.set_title("A diagonal")
    assert figures.png_text(fig)


def test_makers_pictures_are_small(strict, monkeypatch):
    monkeypatch.setattr(figures, "LARGEST", 1000)
    with pytest.raises(ValueError, match="draw less or smaller"):
        figures.png_text(curve())


def test_learners_figures_are_not_refused():
    assert figures.png_text(curve(title="", label=""))


@pytest.fixture
def slides():
    return viz.SlideFigure(curve, [1, 2, 3], "power", lambda p: f"The powers {p} end at {4**p}.", start=1)


def test_slides_move_without_a_kernel(slides):
    slider, stack = slides.children
    assert slides.link.source == (slider, "index") and slides.link.target == (stack, "selected_index")
    assert (slider.index, stack.selected_index) == (1, 1)


def test_slides_say_each_frame(slides):
    pages = slides.children[1].children
    assert ["The powers 1 end at 4." in pages[0].value, 'role="status"' in pages[0].value] == [True, True]
    assert len({page.value for page in pages}) == 3


def test_slides_without_widgets(slides):
    data = slides._repr_mimebundle_()
    assert data["text/plain"] == "Slider figure, 3 frames. power = 2: The powers 2 end at 16."
    page = data["text/html"]
    assert page.count("<details") == page.count("<img alt=") == 3
    assert re.findall(r"<details name=\"slides-\w{8}\"( open)?>", page) == ["", " open", ""]
    assert data["image/png"] == slides.frames[1]


@pytest.mark.parametrize(("values", "start"), [([1], 0), (range(16), 0), ([1, 2], 2)])
def test_slides_have_2_to_15_frames(values, start):
    with pytest.raises(ValueError, match=r"2 to 15 values|start between 0 and 1"):
        viz.SlideFigure(curve, values, "p", str, start=start)


def moved(power, right):
    return curve(power), f"Power {power}, {right}."


def test_live_draws_when_a_control_moves():
    figure = viz.live(moved, power=(1, 3), right=False)
    assert figure.text == "Power 2, False."
    figure.controls["power"].value = 3
    assert figure.text == "Power 3, False." and 'alt="Power 3, False."' in figure.picture.value
    assert figure._repr_mimebundle_()["text/plain"].endswith("At the start: Power 3, False.")


def test_live_is_swept_where_lessons_are_made(strict):
    calls = []

    def callback(power, right):
        calls.append((power, right))
        return moved(power, right)

    viz.live(callback, power=(1, 4), right=False)
    assert {(power, False) for power in (1, 2, 3, 4)} | {(1, True), (4, True)} <= set(calls)


def test_live_that_fails_at_its_end_is_noticed(strict):
    with pytest.raises(ZeroDivisionError):
        viz.live(lambda power: (curve(), str(1 // (4 - power))), power=(1, 4))


def test_live_that_reads_what_a_later_cell_overwrites_is_noticed(strict, monkeypatch):
    monkeypatch.setattr(live_figure, "swept", [])
    lesson = {"top": 5, "words": "up"}

    def reads_the_lesson(power):
        return curve(power), f"{lesson['words']} to {power + lesson['top']}."

    def draws_the_lesson(power):
        return curve(lesson["top"]), "Always the same words."

    viz.live(lambda power, top=lesson["top"]: (curve(power), f"Up to {power + top}."), power=(1, 3))
    viz.live(reads_the_lesson, power=(1, 3))
    viz.live(draws_the_lesson, power=(1, 2))
    live_figure.move_again()
    lesson["top"] = 6
    with pytest.raises(AssertionError) as told:
        live_figure.move_again()
    assert "reads_the_lesson at {'power': 3}: 'up to 9.', but 'up to 8.' when its own cell had run" in str(told.value)
    assert "draws_the_lesson at {'power': 1}: another picture, but" in str(told.value)
    assert "lambda" not in str(told.value)
    del lesson["words"]
    with pytest.raises(AssertionError, match=r"reads_the_lesson at \{'power': 1\}: KeyError: 'words'"):
        live_figure.move_again()


@pytest.mark.parametrize(
    ("control", "values"),
    [
        (widgets.FloatSlider(min=0, max=1, step=0.5), [0, 0.5, 1]),
        (widgets.Dropdown(options=[("one", 1), ("two", 2)]), [1, 2]),
        (widgets.Checkbox(), [False, True]),
        (widgets.Text("word"), ["word"]),
    ],
)
def test_range_of_a_control(control, values):
    assert live_figure.control_range(control) == values


def test_a_long_slider_is_sampled_with_both_ends():
    values = live_figure.control_range(widgets.IntSlider(min=-50, max=50))
    assert len(values) == live_figure.MOST_STEPS and values[0] == -50 and values[-1] == 50


@pytest.mark.parametrize("text", ["", 3])
def test_live_needs_words(text):
    with pytest.raises(ValueError, match=r"should return \(figure, text\)"):
        viz.live(lambda power: (curve(), text), power=(1, 3))


def test_live_needs_a_control():
    with pytest.raises(ValueError, match="at least one control"):
        viz.live(lambda: (curve(), "text"))


def test_quiz_does_not_tell_in_plain_text(shown):
    viz.quiz("Which $x$?", OPTIONS)
    (data,) = shown
    assert data["text/plain"] == "Quiz: Which $x$?\n  (a) $x < 1$\n  (b) 2"


def test_quiz_explains_each_option(shown):
    viz.quiz("Which $x$?", OPTIONS)
    page = shown[0]["text/html"]
    verdicts = re.findall(r"<details name=\"(quiz-\w{8})\">.*?<strong>(.*?)</strong> (.*?)</p></details>", page)
    assert [verdict[1:] for verdict in verdicts] == [
        ("Right.", "Because $x^2 &lt; x$ &amp; so on."),
        ("Not right.", "Too large."),
    ]
    assert len({verdict[0] for verdict in verdicts}) == 1 and " open>" not in page


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("", OPTIONS),
        ("?", [OPTIONS[0]]),
        ("?", [("a", True, "why"), ("b", False, " ")]),
        ("?", [("a", True), ("b", False)]),
        ("?", [("a", False, "why"), ("b", False, "why")]),
    ],
)
def test_quiz_refuses(question, options):
    with pytest.raises(ValueError, match="expected"):
        viz.quiz(question, options)


def test_style_gives_each_of_ten_curves_two_cues():
    with plt.rc_context():
        viz.style.use()
        cycle = list(plt.rcParams["axes.prop_cycle"])
    assert len({entry["color"] for entry in cycle}) == 10
    assert all(a["linestyle"] != b["linestyle"] for a, b in itertools.pairwise(cycle))
    assert len(set(viz.style.MARKERS)) == len(set(viz.style.HATCHES)) == 10


def test_the_graph_of_a_tape_is_drawn_from_left_to_right(shown, strict):
    from course_utils.autograd import Tensor
    from course_utils.viz.graph import layout

    x, w = Tensor(3.0, name="x$"), Tensor([1.0, 2.0], name="w")
    y = (x * w + x).sum() - 1
    y.backward()
    places = layout(y.tape())
    assert len(set(places.values())) == len(y.tape()) == 7  # x, w, *, +, sum, 1 and -, no two on one place
    for node in y.tape():
        assert all(places[id(parent)][0] < places[id(node)][0] for parent in node.parents)
    fig = viz.graph(y)
    texts = [text.get_text() for text in fig.axes[0].texts]
    assert "x\\$\n3\ngrad 5" in texts and "*\n[3, 6]\ngrad [1, 1]" in texts
    viz.show(fig, alt="The graph of a small formula, seven boxes.")
    assert shown
    for _ in range(40):
        y = y + 1
    with pytest.raises(ValueError, match="cannot be read"):
        viz.graph(y)
