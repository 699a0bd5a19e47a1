"""How the course's figures look: Petroff's ten colours, and a second cue beside every colour.

Source: M. A. Petroff (2021), "Accessible color sequences for data visualization", arXiv:2107.02270.
"""

from itertools import cycle, islice

import matplotlib as mpl
from cycler import cycler
from matplotlib import pyplot as plt

DPI = 90
SIZE = (6.4, 3.6)  # inches: 576 pixels wide, the width of a cell's output on a small laptop
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
DASHES = ("-", "--", "-.", ":")
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo", "--", "||", "**")


def use():
    """Set Matplotlib's defaults for the lessons (colours, dashes, sizes, layout)."""
    plt.style.use("petroff10")
    dashes = list(islice(cycle(DASHES), len(colors())))
    mpl.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=colors()) + cycler(linestyle=dashes),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": 11,
            "figure.constrained_layout.use": True,
            "figure.dpi": DPI,
            "figure.figsize": SIZE,
            "image.cmap": "viridis",
            "legend.frameon": False,
        }
    )


def colors():
    """The ten colours of `petroff10`, as hexadecimal text.

    >>> len(colors())
    10
    """
    return mpl.style.library["petroff10"]["axes.prop_cycle"].by_key()["color"]
