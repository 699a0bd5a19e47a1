"""The look of the pages students and teachers get: one file each, no script, no font and no picture from elsewhere."""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Iterable, Sequence

from course_utils.plan import load_lessons

STRESS = re.compile(r"(?<![\w*])\*{1,2}(?![\s*])([^*\n]+?)(?<!\s)\*{1,2}(?![\w*])")
STYLE = """
:root { --ink:#22272e; --soft:#5b6470; --line:#dfe3e8; --paper:#fbfbf9; --card:#ffffff; --blue:#2f6fb0;
  --red:#b03a1a;
  --amber:#8a5a00; --green:#1f7a4d; --wash:#f2f4f6; }
@media (prefers-color-scheme: dark) { :root { --ink:#e6e8eb; --soft:#a2abb6; --line:#3a424d; --paper:#191c20;
  --card:#21262c; --blue:#7db4ea; --red:#f08a6a; --amber:#e2b04f; --green:#6cc79b; --wash:#2a3038; } }
* { box-sizing:border-box }
body { margin:0; background:var(--paper); color:var(--ink);
  font:17px/1.6 Georgia, "Noto Serif", "Songti SC", serif; }
main { max-width:46rem; margin:0 auto; padding:1.6rem 1.1rem 4rem; }
main.wide { max-width:64rem }
h1 { font-size:1.7rem; line-height:1.25; margin:.2rem 0 .3rem; font-weight:600; overflow-wrap:anywhere }
h2 { font-size:1.2rem; margin:2.6rem 0 .7rem; font-weight:600 }
h3 { font-size:1.05rem; margin:0; font-weight:600; line-height:1.35 }
p { margin:.5rem 0 } a { color:var(--blue) }
.soft, small { color:var(--soft) } .sans, small, th, td, .chip, summary, figcaption {
  font-family:system-ui, -apple-system, "Segoe UI", "Noto Sans", "PingFang SC", sans-serif }
.top { display:flex; gap:1.2rem; align-items:center; flex-wrap:wrap; margin:1rem 0 1.4rem }
.card { background:var(--card); border:1px solid var(--line); border-radius:.7rem; padding:1rem 1.15rem;
  margin:1rem 0 }
.head { display:flex; justify-content:space-between; gap:.8rem; align-items:baseline; flex-wrap:wrap }
.chip { font-size:.82rem; border-radius:1rem; padding:.1rem .65rem; border:1px solid currentColor;
  white-space:nowrap }
.right { color:var(--green) } .wrong { color:var(--red) } .open { color:var(--amber) }
code, pre, .mono { font-family:ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size:.86em }
pre { background:var(--wash); border-radius:.4rem; padding:.55rem .7rem; margin:.25rem 0 .6rem; overflow-x:auto;
  white-space:pre; line-height:1.4 }
dl { margin:.7rem 0 0 } dt { font:600 .8rem/1.4 system-ui, sans-serif; color:var(--soft); margin-top:.35rem }
dd { margin:0 }
details { margin:.7rem 0 0 } summary { cursor:pointer; color:var(--blue); font-size:.92rem }
ul { padding-left:1.2rem; margin:.4rem 0 } li { margin:.25rem 0; overflow-wrap:anywhere }
figure { margin:.8rem 0 } figcaption { color:var(--soft); font-size:.88rem }
svg { max-width:min(100%, 40rem); height:auto;
  display:block }
svg text { fill:var(--ink); font-family:system-ui, sans-serif }
.table { overflow-x:auto } table { border-collapse:collapse; width:100%; font-size:.9rem }
th { text-align:left; color:var(--soft); font-weight:600 } th, td { padding:.35rem .6rem .35rem 0;
  vertical-align:top;
  border-bottom:1px solid var(--line) } td.n, th.n { text-align:right; font-variant-numeric:tabular-nums;
  white-space:nowrap }
td.n + td, th.n + th { padding-left:1rem } .keys > span { white-space:nowrap }
.pair { display:grid; grid-template-columns:repeat(2, minmax(0, 1fr)); gap:0 1rem }
@media (max-width:44rem) { .pair { grid-template-columns:minmax(0, 1fr) } }
ul.plain { list-style:none; padding:0 } .big { font-size:1.5rem; font-weight:600; line-height:1.1 }
.facts { display:flex; flex-wrap:wrap; gap:.6rem 2.4rem; margin:1rem 0 } .facts p { margin:0 }
.row { display:grid; grid-template-columns:minmax(9rem, 17rem) 1fr 3.4rem; gap:.2rem .9rem; align-items:center;
  margin:.45rem 0 }
.row .bar { margin:0 } .row b { text-align:right; font:600 .9rem system-ui, sans-serif }
@media (max-width:34rem) { .row { grid-template-columns:1fr 3.4rem } .row span { grid-column:1 / -1;
  margin-top:.35rem } }
.bar { display:flex; height:.85rem; border-radius:.3rem; overflow:hidden; background:var(--wash); margin:.35rem 0 }
.bar i { display:block } .key { display:inline-block; width:.8em; height:.8em; border-radius:.2em;
  margin-right:.35em }
@media (max-width:34rem) { body { font-size:16px } main { padding:1rem .85rem 3rem } h1 { font-size:1.4rem } }
@media print { .card { break-inside:avoid } body { background:#fff } }
"""


def page(title: str, body: str, wide: bool = False) -> str:
    """A whole HTML document that needs nothing else, not even a connection."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head>\n<body><main{' class=wide' if wide else ''}>\n{body}\n</main></body></html>\n"
    )


def text(value: object) -> str:
    """Anything as HTML text; nothing in it is ever markup, and nothing turns the line around."""
    shown = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "�", str(value))
    return html.escape(shown, quote=True)


def words(value: str) -> str:
    """A message: `code` between backticks, *stress* between asterisks outside of code, line breaks kept.

    >>> words("You want *each* row, `2*x*y`; 2*x*y and a * b * c stay.")
    'You want <em>each</em> row, <code>2*x*y</code>; 2*x*y and a * b * c stay.'
    """
    pieces = re.split(r"`([^`\n]+)`", text(value))
    pieces[::2] = [STRESS.sub(r"<em>\1</em>", piece) for piece in pieces[::2]]
    pieces[1::2] = [f"<code>{piece}</code>" for piece in pieces[1::2]]
    return "".join(pieces).replace("\n", "<br>")


def mark(value: float) -> str:
    """A mark with at most two decimals.

    >>> mark(3.0), mark(2.5)
    ('3', '2.5')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: float, whole: float) -> str:
    """A share in whole percent.

    >>> percent(1, 3)
    '33 %'
    """
    return f"{100 * part / whole:.0f} %" if whole else "–"


def lesson_title(lesson: str) -> str:
    """The lesson's title as the plan has it; nothing where the plan is not at hand.

    >>> lesson_title("16")
    'LSTM gates'
    """
    with contextlib.suppress(OSError, KeyError):
        return load_lessons()[lesson].title
    return ""


def fact(value: object, what: str) -> str:
    """One number with what it says under it."""
    return f'<p><span class="big sans">{text(value)}</span><br><small>{text(what)}</small></p>'


def ring(share: float, label: str) -> str:
    """A circle filled as far as the marks go."""
    around = 2 * 3.14159 * 42
    return (
        f'<svg width="104" height="104" viewBox="0 0 104 104" role="img" aria-label="{text(label)}">'
        '<circle cx="52" cy="52" r="42" fill="none" stroke="var(--wash)" stroke-width="11"/>'
        '<circle cx="52" cy="52" r="42" fill="none" stroke="var(--blue)" stroke-width="11" stroke-linecap="butt" '
        f'stroke-dasharray="{share * around:.1f} {around:.1f}" transform="rotate(-90 52 52)"/>'
        f'<text x="52" y="58" text-anchor="middle" font-size="19" font-weight="600">{100 * share:.0f} %</text></svg>'
    )


def histogram(shares: Sequence[float], bins: int = 10) -> str:
    """How many students reached how many percent of the marks."""
    counts = [0] * bins
    for share in shares:
        counts[min(bins - 1, int(share * bins))] += 1
    most, step, height = max(counts, default=0) or 1, 56, 130
    bars = "".join(_column(i, n, n / most * height, step, height, bins) for i, n in enumerate(counts))
    label = ", ".join(f"{100 * i // bins} to {100 * (i + 1) // bins} percent: {n}" for i, n in enumerate(counts) if n)
    return (
        f'<svg viewBox="0 0 {bins * step + 20} {height + 70}" role="img" aria-label="Marks. {text(label)}">{bars}'
        f'<text x="{(bins * step + 20) / 2}" y="{height + 64}" text-anchor="middle" font-size="13">'
        "percent of the marks</text></svg>"
    )


def _column(place: int, count: int, tall: float, step: int, height: int, bins: int) -> str:
    x, y = 10 + place * step, 24 + height - tall
    number = (
        f'<text x="{x + step / 2}" y="{y - 6:.1f}" text-anchor="middle" font-size="13">{count}</text>' if count else ""
    )
    low, high = 100 * place // bins, 100 * (place + 1) // bins
    return (
        f'<rect x="{x + 3}" y="{y:.1f}" width="{step - 6}" height="{max(tall, 1.5):.1f}" rx="3" fill="var(--blue)"/>'
        f"{number}"
        f'<text x="{x + step / 2}" y="{height + 42}" text-anchor="middle" font-size="12">{low}–{high}</text>'
    )


def stack(parts: Iterable[tuple[float, str, str]], label: str) -> str:
    """One horizontal bar of (share, colour, what) parts."""
    inner = "".join(
        f'<i style="width:{100 * share:.2f}%;background:{colour}" title="{text(what)}"></i>'
        for share, colour, what in parts
        if share > 0
    )
    return f'<div class="bar" role="img" aria-label="{text(label)}">{inner}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numeric: Sequence[int] = ()) -> str:
    """A table of ready HTML cells; `numeric` columns stand on the right."""
    kind = [' class="n"' if i in numeric else "" for i in range(len(head))]
    top = "".join(f"<th{k}>{h}</th>" for k, h in zip(kind, head, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{k}>{c}</td>" for k, c in zip(kind, row, strict=True)) + "</tr>" for row in rows
    )
    return f'<div class="table"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
