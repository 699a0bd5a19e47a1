"""Show a figure so that everybody gets it: a small PNG, alternative text that browsers read, stable plain text.

JupyterLab 4, nbconvert and VS Code ignore alternative text in the metadata of `image/png`; an HTML `<img alt>` works
in all of them, so the picture is sent as both, and the richest form a reader knows is used.
"""

import base64
import html
import io
import os

import numpy as np
from IPython.display import display
from matplotlib import pyplot as plt
from PIL import Image

from course_utils.viz.style import DPI

STRICT = "COURSE_STRICT"  # set where lessons are made and tested; learners' own figures are never refused
LARGEST = 80_000  # bytes of a picture in a lesson
SHORTEST_ALT = 15  # characters; less than this describes no figure


def show(fig, alt, values=None, digits=4):
    """Display and close a Matplotlib figure.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    alt : str
        What the figure shows and what is to be seen in it, for those who do not see it: one or two sentences.
    values : dict or array, optional
        The numbers that make the figure's point; printed rounded to `digits` significant digits, and compared when
        the lesson is tested (pictures are not).
    """
    if not isinstance(alt, str) or len(alt.strip()) < SHORTEST_ALT:
        raise ValueError(f"alt= should say in a sentence what the figure shows; received {alt!r}")
    png = png_text(fig)
    text = f"Figure: {alt}" + (f" | {format_values(values, digits)}" if values is not None else "")
    display({"image/png": png, "text/html": img_tag(png, alt), "text/plain": text}, raw=True)


def png_text(fig, dpi=DPI, palette=256):
    """Draw `fig` as PNG, reduce it to at most `palette` colours, close it; return base64 text."""
    if not hasattr(fig, "savefig"):
        raise TypeError(f"expected a Matplotlib figure, received {type(fig).__name__}; an Axes has it as `ax.figure`")
    if is_strict():
        check_furniture(fig)
    full, small = io.BytesIO(), io.BytesIO()
    fig.savefig(full, format="png", dpi=dpi, metadata={"Software": None})
    plt.close(fig)
    picture = Image.open(full).convert("RGB")
    picture.quantize(palette, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    smaller = min(small.getvalue(), full.getvalue(), key=len)
    if is_strict() and len(smaller) > LARGEST:
        raise ValueError(
            f"the picture has {len(smaller):,} bytes, a lesson's may have {LARGEST:,}: draw less or smaller"
        )
    return base64.b64encode(smaller).decode()


def is_strict():
    """True where lessons are made and tested (`tools.notebooks`)."""
    return bool(os.environ.get(STRICT))


def check_furniture(fig):
    """Raise `ValueError` where a figure of a lesson has no title, or curves without names on their axes."""
    axes = [ax for ax in fig.axes if ax.get_visible()]
    titles = [fig.get_suptitle(), *(ax.get_title(loc) for ax in axes for loc in ("left", "center", "right"))]
    if not any(title.strip() for title in titles):
        raise ValueError("the figure has no title: state its finding with ax.set_title or fig.suptitle")
    drawn = [ax for ax in axes if ax.axison and (ax.lines or ax.collections or ax.patches) and not ax.images]
    for side, shared in (("x", fig.get_supxlabel()), ("y", fig.get_supylabel())):
        labels = [getattr(ax, f"get_{side}label")() for ax in drawn]
        if drawn and not any(label.strip() for label in [shared, *labels]):
            raise ValueError(f"no axis says what {side} is: use ax.set_{side}label, with the unit")


def img_tag(png, alt):
    """An HTML image from base64 PNG text, with its alternative text.

    >>> img_tag("AAAA", 'a "small" picture')
    '<img alt="a &quot;small&quot; picture" style="max-width:100%" src="data:image/png;base64,AAAA">'
    """
    return f'<img alt="{html.escape(alt)}" style="max-width:100%" src="data:image/png;base64,{png}">'


def format_values(values, digits=4):
    """Numbers as short text, each rounded to `digits` significant digits.

    >>> format_values({"slope": 2 / 3, "losses": [1, 0.123456]})
    'slope = 0.6667; losses = 1, 0.1235'
    """
    if isinstance(values, str):
        return values
    if isinstance(values, dict):
        return "; ".join(f"{name} = {format_values(value, digits)}" for name, value in values.items())
    flat = np.ravel(np.asarray(values))
    return ", ".join(f"{v + 0:.{digits}g}" if np.issubdtype(flat.dtype, np.number) else str(v) for v in flat.tolist())
