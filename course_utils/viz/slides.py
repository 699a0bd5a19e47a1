"""A slider over pictures that were drawn before: it moves in the browser, needs no kernel, and tells each frame."""

import hashlib
import html

import ipywidgets as widgets

from course_utils.viz.figures import img_tag, png_text

MOST_FRAMES = 15
FRAME_DPI, FRAME_COLORS = 80, 64


class SlideFigure(widgets.VBox):
    """A figure with a slider; every frame is drawn when it is made.

    Parameters
    ----------
    draw : function value -> matplotlib.figure.Figure
    values : sequence of 2 to 15 values, one a frame
    label : str, the slider's name
    describe : function value -> str, what the frame shows, with its numbers (alternative text and caption)
    start : int, index of the first frame shown

    Without widgets (a notebook read on the web or printed) the frames are a list that opens one at a time.
    """

    def __init__(self, draw, values, label, describe, start=0):
        values = list(values)
        if not 2 <= len(values) <= MOST_FRAMES:
            raise ValueError(f"expected 2 to {MOST_FRAMES} values, received {len(values)}")
        if not 0 <= start < len(values):
            raise ValueError(f"expected start between 0 and {len(values) - 1}, received {start}")
        self.label, self.start = label, start
        self.names = [f"{v:g}" if isinstance(v, (int, float)) and not isinstance(v, bool) else str(v) for v in values]
        self.texts = [describe(v) for v in values]
        self.frames = [png_text(draw(v), FRAME_DPI, FRAME_COLORS) for v in values]
        super().__init__(self._linked())

    def _linked(self):
        pages = [
            widgets.HTML(f'{img_tag(png, text)}<p role="status">{html.escape(text)}</p>')
            for png, text in zip(self.frames, self.texts, strict=True)
        ]
        slider = widgets.SelectionSlider(
            options=list(zip(self.names, range(len(self.names)), strict=True)),
            index=self.start,
            description=self.label,
            layout={"width": "95%"},
            style={"description_width": "initial"},
        )
        stack = widgets.Stack(pages, selected_index=self.start)
        self.link = widgets.jslink((slider, "index"), (stack, "selected_index"))
        return [slider, stack]

    def _static(self):
        """The frames as HTML without script: one `<details>` each, of which a browser keeps one open."""
        group = "slides-" + hashlib.sha256("\n".join(self.texts).encode()).hexdigest()[:8]
        frames = zip(self.names, self.texts, self.frames, strict=True)
        rows = [
            f'<details name="{group}"{" open" if i == self.start else ""}>'
            f"<summary>{html.escape(self.label)} = {html.escape(name)}</summary>"
            f"{img_tag(png, text)}<p>{html.escape(text)}</p></details>"
            for i, (name, text, png) in enumerate(frames)
        ]
        return '<div data-lm-suppress-shortcuts="true">' + "".join(rows) + "</div>"

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        shown = f"{self.label} = {self.names[self.start]}: {self.texts[self.start]}"
        data["text/plain"] = f"Slider figure, {len(self.frames)} frames. {shown}"
        data["text/html"] = self._static()
        data["image/png"] = self.frames[self.start]
        return data
