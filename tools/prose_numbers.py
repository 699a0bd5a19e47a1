"""Numbers in a lesson's text: each is printed or set near by, or its cell says why it is true all the same.

A number is held by what the two code cells before it and after it print (rounded: 63 by 62.6), by a constant in their
code, by a formula or code in its own cell, or by the lesson's text before it.  Any other stands in the metadata of its
cell with a reason, `"numbers": {"597": "1797 - 1200: digits not learned from"}`: arithmetic that gives it, the id of a
cell that prints or sets it, or words alone where nothing computes it.  Numbers of sections, formulas, lessons,
exercises, errata, years and list items are names, no measurements.
"""

import ast
import re
from typing import NamedTuple

from tools.prose import bare_text

BEFORE, AFTER = 2, 2  # code cells that may hold a number of the text
FREE = ("Sources", "Exercises")  # the bibliography; the tasks, whose count and minutes another rule holds
REPEATING = ("Summary", "Glossary")  # they repeat what the lesson said
LEAST_REASON = 3  # words

NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?!\w)")
PRINTED = re.compile(r"\d+(?:[,_]\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
LIST = r"\d+(?:\.\d+)*(?:(?:, | and | to | or )\d+(?:\.\d+)*)*"
NAMES = re.compile(
    rf"(?m)^#{{1,6}} .*$|^\s*\d+\. |\((?:0\.1|[1-9]\d?\.\d{{1,2}})\)|\bE\d+\b|\b(?:1[89]|20)\d\d\b"
    rf"|\b0\d\.\d+\b|\barXiv:\S+"
    rf"|(?i:\b(?:lesson|section|chapter|exercise|equation|experiment|proposition|relationship|sitting|table|line|"
    rf"theorem|row|column|step|Python)s? {LIST})"
)
OF_HUNDRED = re.compile(r"\bof 100\b|(?<=\d) ?%|\bper cent\b")
ARITHMETIC = re.compile(r"[\d ._+*/()-]+")
MATHEMATICS = re.compile(r"\$\$.+?\$\$|\$[^$]+\$|`[^`]+`|```.+?```", re.S)
UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = {word: 11 + i for i, word in enumerate(TEENS)} | {word: 20 + 10 * i for i, word in enumerate(TENS)}
WORDS |= {f"{ten}-{unit}": 10 * i + j for i, ten in enumerate(TENS, 2) for j, unit in enumerate(UNITS, 1)}
WORD = re.compile(rf"\b(?:{'|'.join(sorted(WORDS, key=len, reverse=True))})\b(?!-)", re.I)
FURNITURE = {  # arguments that say how a figure looks
    *("alpha", "figsize", "fontsize", "hspace", "wspace", "left", "right", "top", "bottom", "linewidth", "lw"),
    *("markersize", "levels", "ncol", "ncols", "zorder", "decimals", "digits", "pad", "rotation", "xlim", "ylim"),
}


class Held(NamedTuple):
    """What may hold a number: values that are printed, to be rounded, and values that are set."""

    printed: list
    exact: set

    def holds(self, number, hundred):
        """Is `number`, as the text writes it, one of these?  `hundred`: shares count as parts of a hundred."""
        digits = len(number.partition(".")[2])
        half, scales = 0.5000001 * 10**-digits, (1, 100) if hundred else (1,)
        near = any(abs(scale * value - to_value(number)) <= half for value in self.printed for scale in scales)
        return near or to_value(number) in self.exact


def numbers(book, course):
    """Every number of the text is held near by, or its cell says why it is true."""
    cells, said, title = book.notebook.cells, set(), ""
    for i, cell in enumerate(cells):
        if cell.cell_type != "markdown":
            continue
        loose = []
        cut = parts(cell.source, title)
        title = cut[-1][0]
        for heading, text in cut:
            if heading not in FREE and computing(cells[:i]):
                held = near(cells, i) if heading not in REPEATING else Held([], set(printed_by(computing(cells[:i]))))
                held = Held(held.printed, held.exact | formula_values(cell.source) | said)
                loose += [number for number in in_text(text) if not held.holds(number, in_hundreds(text))]
            said |= {to_value(number) for number in in_text(text)}
        yield from judged(cell, loose, cells)


def parts(source, title):
    """A text cut at its headings of level 2: (heading, text); `title` is the heading that came before."""
    first, *others = re.split(r"(?m)^## +(.+)$", source)
    return [(title, first), *zip(others[::2], others[1::2], strict=True)]


def judged(cell, loose, cells):
    """What is wrong with one cell, where nothing near by holds the numbers `loose`."""
    told = cell.metadata.get("numbers", {})
    for number in dict.fromkeys(loose):
        if number not in told:
            yield cell.id, f"no cell near by prints {number}: print it, or give the reason in metadata.numbers"
    for number, reason in told.items():
        if number not in loose:
            yield cell.id, f"metadata.numbers explains {number}, which needs no reason"
        elif not is_reason(reason, number, cells):
            yield cell.id, f"metadata.numbers: {reason!r} does not give {number}"


def is_reason(reason, number, cells):
    """Does the reason give the number: by arithmetic, by a cell of the lesson, or in words?"""
    head, *_ = reason.partition(":")
    named = [cell for cell in cells if cell.id == head]
    if named:
        held = Held(printed_by(named), formula_values(named[0].source) | set(map(to_value, in_text(named[0].source))))
        code = constants(named[0].source) if named[0].cell_type == "code" else set()
        return Held(held.printed, held.exact | code).holds(number, hundred=True)
    if ARITHMETIC.fullmatch(head):
        return abs(eval(head, {"__builtins__": {}}) - to_value(number)) <= last_place(number) / 2
    return len(reason.split()) >= LEAST_REASON


def computing(cells):
    """The code cells of `cells`, quizzes apart: their wrong options are no results."""
    return [cell for cell in cells if cell.cell_type == "code" and "viz.quiz(" not in cell.source]


def near(cells, i):
    """What the code cells beside the text at place `i` print and set."""
    beside = computing(cells[:i])[-BEFORE:] + computing(cells[i + 1 :])[:AFTER]
    return Held(printed_by(beside), {value for cell in beside for value in constants(cell.source)})


def printed_by(cells):
    """The numbers that code cells print."""
    return [to_value(number) for cell in cells for text in shown(cell) for number in PRINTED.findall(in_figures(text))]


def shown(cell):
    """The texts that a cell shows."""
    outputs = cell.get("outputs", [])
    return [str(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in outputs]


def constants(source):
    """The numbers that code sets, also in its strings; how figures look is left out."""
    source = re.sub(r"\A\s*%%.*", "", source)
    waiting, found = [ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", source))], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {to_value(number) for number in PRINTED.findall(in_figures(node.value))}
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            found.add(float(node.value))
        elif isinstance(node, ast.FormattedValue):
            waiting.append(node.value)  # not how it is formatted
        elif not (isinstance(node, ast.keyword) and node.arg in FURNITURE):
            waiting += ast.iter_child_nodes(node)
    return found


def formula_values(source):
    """The numbers in the formulas and the code of a text."""
    return {to_value(number) for part in MATHEMATICS.findall(source) for number in PRINTED.findall(part)}


def in_text(source):
    """The numbers a reader meets in a text, as written; words from eleven on as figures.

    >>> in_text("The best line (63) beats 1,000 others in fifteen of lesson 04, by (4.4), since 1995.")
    ['63', '1,000', '15']
    """
    text = OF_HUNDRED.sub(" ", in_figures(bare_text(NAMES.sub(" ", source))))
    return NUMBER.findall(NAMES.sub(" ", text))


def in_figures(text):
    """The text with figures for the words from eleven to ninety-nine."""
    return WORD.sub(lambda match: str(WORDS[match[0].lower()]), text)


def in_hundreds(source):
    """Does the text speak of parts of a hundred?"""
    return bool(OF_HUNDRED.search(source))


def last_place(number):
    """What the last figure of a round number counts: 1000 in 9,000, 0.01 in 0.25.

    >>> last_place("9,000"), last_place("0.25"), last_place("597")
    (1000, 0.01, 1)
    """
    whole, _, decimals = number.replace(",", "").partition(".")
    return 10 ** -len(decimals) if decimals else 10 ** (len(whole) - len(whole.rstrip("0")) if int(whole) else 0)


def to_value(number):
    """The value of a number as written: 1,000 or 1_000 or 2.5e-3."""
    return float(re.sub("[,_]", "", number))
