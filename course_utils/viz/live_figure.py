"""A widget whose picture is drawn anew at every move.  Its callback is a plain function, so that a test can call it."""

import html
import itertools

import ipywidgets as widgets
import numpy as np

from course_utils.viz.figures import img_tag, is_strict, png_text

MOST_STEPS = 9  # values of a slider that a sweep tries
swept = []  # the live figures of this process that were swept


def live(callback, **controls):
    """Show controls and the picture that `callback` draws from them.

    Parameters
    ----------
    callback : function of the controls' values -> (matplotlib.figure.Figure, str)
        The text says what the figure shows, with its numbers; it is also the alternative text.
    **controls : a widget, or what `ipywidgets.interact` takes: (low, high, step), a list of choices, True or False

    Returns
    -------
    LiveFigure
    """
    return LiveFigure(callback, controls)


class LiveFigure(widgets.VBox):
    """Controls above a picture with its caption; see `live`."""

    def __init__(self, callback, controls):
        if not controls:
            raise ValueError("expected at least one control, such as slope=(-2.0, 2.0, 0.1)")
        self.callback = callback
        self.controls = {name: as_control(name, control) for name, control in controls.items()}
        self.picture = widgets.HTML()
        super().__init__([*self.controls.values(), self.picture])
        self.draw()
        for control in self.controls.values():
            control.observe(self.draw, "value")
        if is_strict():
            self.sweep()

    def draw(self, change=None):
        """Call the callback with the controls' values and show what it returns."""
        self.picture.value = self.render(**{name: control.value for name, control in self.controls.items()})

    def render(self, **values):
        """The callback's picture and caption as HTML; also kept in `png` and `text`."""
        figure, self.text = self.callback(**values)
        if not isinstance(self.text, str) or not self.text.strip():
            raise ValueError(f"the callback should return (figure, text) with a text; its text was {self.text!r}")
        self.png = png_text(figure, palette=128)
        return f'{img_tag(self.png, self.text)}<p role="status">{html.escape(self.text)}</p>'

    def sweep(self):
        """Call the callback over the range of each control, and in every corner; return how many calls were made."""
        points = self.points()
        self.seen = [(self.render(**point), self.text) for point in points]
        swept.append(self)
        self.draw()
        return len(points)

    def points(self):
        """The values of the controls that a sweep tries."""
        ranges = {name: control_range(control) for name, control in self.controls.items()}
        start = {name: control.value for name, control in self.controls.items()}
        points = [{**start, name: value} for name, values in ranges.items() for value in values]
        corners = itertools.product(*[(values[0], values[-1]) for values in ranges.values()])
        points += [dict(zip(ranges, corner, strict=True)) for corner in itertools.islice(corners, 16)]
        return [point for place, point in enumerate(points) if point not in points[:place]]

    def changes(self):
        """What shows something else, or fails, when it is moved again after a sweep: a list of sentences."""
        found = []
        for point, (page, text) in zip(self.points(), self.seen, strict=True):
            at = f"{self.callback.__name__} at {point}"
            try:
                again = self.render(**point)
            except Exception as error:
                found.append(f"{at}: {type(error).__name__}: {error}")
                continue
            if again != page:
                said = "another picture" if self.text == text else f"{self.text!r}"
                found.append(f"{at}: {said}, but {text!r} when its own cell had run")
        return found

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        data["text/plain"] = f"Live figure with controls {', '.join(self.controls)}. At the start: {self.text}"
        data["text/html"] = f"{img_tag(self.png, self.text)}<p>{html.escape(self.text)} (Run the cell to move it.)</p>"
        data["image/png"] = self.png
        return data


def move_again():
    """Move each swept figure once more, when later cells have run: it must show what it showed at first.

    Raises AssertionError where a later cell has changed something that a callback reads.
    """
    wrong = [change for figure in swept for change in figure.changes()[:3]]
    if wrong:
        raise AssertionError("a live figure keeps its data to itself; after the last cell " + "; ".join(wrong))


def as_control(name, control):
    """A widget, named and drawing only when a move ends, from a widget or an `interact` abbreviation."""
    if not isinstance(control, widgets.Widget):
        control = widgets.interactive.widget_from_abbrev(control)
    if not hasattr(control, "value"):
        raise ValueError(f"{name}: expected a widget, (low, high, step), a list or a truth value")
    control.description = control.description or name.replace("_", " ")
    control.style.description_width = "initial"
    if hasattr(control, "max"):
        control.layout.width = "60%"
    if hasattr(control, "continuous_update"):
        control.continuous_update = False
    return control


def control_range(control):
    """Values of a control from its first to its last, at most nine for a slider.

    >>> control_range(widgets.IntSlider(min=1, max=4))
    [1, 2, 3, 4]
    """
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    if isinstance(control.value, bool):
        return [False, True]
    if not hasattr(control, "max"):
        return [control.value]
    steps = round((control.max - control.min) / (control.step or 1))
    picks = np.unique(np.linspace(0, steps, min(steps + 1, MOST_STEPS)).round())
    return [type(control.value)(control.min + k * (control.step or 1)) for k in picks]
