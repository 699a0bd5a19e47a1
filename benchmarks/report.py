"""From measured times to the tables of RESULTS.md."""

import statistics

from benchmarks.items import ITEMS, Growth, Item
from benchmarks.measure import exponent, ratio

QUICK = " **Tiny sizes, two rounds: these figures say that everything runs, and nothing about speed.**"
HEAD = """# Benchmarks

Written by `python -m benchmarks`; figures of one run, CPU time at one thread.{warning}

- Machine: {machine}.
- Load average of the machine: {before:.1f} before the run, {after:.1f} after it.
- {rounds} rounds in {processes} processes, because where arrays happen to lie in memory alone moves a kernel's time.
  In a round each candidate of an item runs once, in a new random order.
- Each process first makes one large matrix product in each precision. Before it, (128 x 784) @ (784 x 256) in float32
  took {cold:.2f} ms in the first process, after it {warm:.2f} ms: OpenBLAS can stay slow until its work space has
  been used as a whole.
- Each cell of *ours* and *torch* is median (minimum) in milliseconds, forward and backward together. *ours / torch*
  is the median of the ratios within each round, with their quartiles: that is the spread. *Bound* is our own limit.
- *Floor* is the arithmetic alone on the same machine in the same round: the item's matrix products made by NumPy, or
  its bytes moved once. *ours / floor* says what is left to gain.
- *Naive* is a forward pass in loops on a small size, over ours on the same size: how many times slower. The plain
  operations have none.
- PyTorch takes its attention by the formula (its "math" kernel), its recurrent layers through oneDNN where it has them,
  and updates with `foreach`.
"""

COLUMNS = ["item", "ours, ms", "torch, ms", "ours / torch", "bound", "", "floor, ms", "ours / floor", "naive / ours"]


def middle(times: list[float]) -> str:
    """Median and minimum in milliseconds."""
    return f"{1e3 * statistics.median(times):.3g} ({1e3 * min(times):.3g})"


def row(item: Item, dtype: str, times: dict[str, list[float]]) -> list[str]:
    """One line of a table."""
    median, low, high = ratio(times["ours"], times["torch"])
    bound = item.bounds[dtype]
    return [
        f"{item.name}: {item.size}",
        middle(times["ours"]),
        middle(times["torch"]),
        f"**{median:.2f}** [{low:.2f}, {high:.2f}]",
        f"{bound:.1f}",
        "met" if round(median, 2) <= bound else "not met",
        f"{1e3 * statistics.median(times['floor']):.3g} {item.floor}",
        f"{ratio(times['ours'], times['floor'])[0]:.1f}",
        f"{ratio(times['naive'], times['small'])[0]:.0f}" if "naive" in times else "",
    ]


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def growth_table(growths: list[Growth]) -> str:
    """Values over doubled sizes, and the exponent that fits them."""
    rows = []
    for g in growths:
        p = exponent(g.sizes, g.values)
        values = ", ".join(f"{g.letter} {size}: {value:.3g}" for size, value in zip(g.sizes, g.values, strict=True))
        rows.append([g.name, f"{values} {g.unit}", f"{p:.2f}", f"{g.most:.2f}", "met" if p <= g.most else "not met"])
    return table(["item", "values", "exponent", "at most", ""], rows)


def report(facts: dict, times: dict[tuple[str, str], dict], growths: list[Growth], quick: bool = False) -> str:
    """The whole page; `times` by (dtype, item)."""
    parts = [HEAD.format(**facts, warning=QUICK if quick else "")]
    for dtype in ("float32", "float64"):
        rows = [row(item, dtype, times[dtype, item.name]) for item in ITEMS if (dtype, item.name) in times]
        parts.append(f"## {dtype}\n\n{table(COLUMNS, rows)}")
    if growths:
        parts.append(
            "## Growth\n\nfloat32. The exponent p of value ∝ sizeᵖ: 1 is linear, 2 quadratic. Attention has one "
            "example, 4 heads, d 64; memory is the peak beyond the arrays that are given.\n\n" + growth_table(growths)
        )
    return "\n".join(parts)
