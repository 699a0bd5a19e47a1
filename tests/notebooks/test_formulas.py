"""Formulas of lessons are evaluated as they are printed, and agree with the code that stands beside them."""

import contextlib
import re

import numpy as np
import pytest

from tests.notebooks import formula_cases, formula_cases_of_networks
from tests.notebooks.latex import evaluate, statements
from tools.anatomy import open_book
from tools.notebooks import find

CASES = formula_cases.CASES
assert formula_cases_of_networks  # enters its own


def printed():
    """{tag: LaTeX} of all lessons."""
    source = "\n".join(cell.source for path in find([], ("notebooks",)) for cell in open_book(path).cells("markdown"))
    displays = re.findall(r"\$\$(.+?)\$\$", source, re.S)
    return {tag: display for display in displays for tag in re.findall(r"\\tag\{([\d.]+)\}", display)}


PRINTED = printed()
SEEDS = range(6)


def differs(display, names, wanted):
    """The right sides that do not have the value that is wanted."""
    rights = [right for sides in statements(display) for right in sides[1:]]
    assert len(rights) == len(wanted), f"{len(rights)} right sides, {len(wanted)} values: {rights}"
    found = [evaluate(right, names) for right in rights]
    pairs = zip(rights, found, wanted, strict=True)
    return [(r, f, w) for r, f, w in pairs if not np.allclose(f, w, rtol=1e-6, atol=1e-9)]


@pytest.mark.parametrize("tag", CASES)
def test_formula(tag):
    for seed in SEEDS:
        assert differs(PRINTED[tag], *CASES[tag](np.random.default_rng(seed))) == []


SIGN, FIGURE = r"(?<=[^{\d])[+-](?![^{]*\})", r"(?<![_\d.{])\d(?![\d.]*\})"
FACTOR = r"\b[a-zA-Z]_(?:\w|\{[^{}]+\})(?!\s*&?=)"


def slips(display):
    """The formula with one sign turned, one figure changed or one factor gone, behind its first equals sign."""
    start = re.search(r"=|\\leftarrow|\\approx", display).end()
    for match in re.finditer(f"{SIGN}|{FIGURE}|{FACTOR}", display.partition(r"\tag")[0]):
        if match.start() >= start:
            other = {"+": "-", "-": "+"}.get(match[0], "7" if match[0].isdigit() else "1")
            yield display[: match.start()] + other + display[match.end() :]


@pytest.mark.parametrize("tag", CASES)
def test_a_slip_is_noticed(tag):
    """It has another value for some of the seeds, or cannot be read."""
    cases = [CASES[tag](np.random.default_rng(seed)) for seed in SEEDS]
    for slip in slips(PRINTED[tag]):
        with np.errstate(all="ignore"), contextlib.suppress(ValueError, LookupError):
            assert any(differs(slip, *case) for case in cases), slip


def test_the_factor_and_the_sign_of_lesson_04():
    names, wanted = CASES["4.4"](np.random.default_rng(0))
    assert len(differs(PRINTED["4.4"].replace(r"\frac2n", r"\frac1n"), names, wanted)) == 2
    names, wanted = CASES["4.6"](np.random.default_rng(0))
    assert len(differs(PRINTED["4.6"].replace("w - ", "w + ").replace("b - ", "b + "), names, wanted)) == 2


def test_most_formulas_are_evaluated():
    """The others, such as definitions and inequalities, stand in tools/agreed.toml only."""
    assert CASES.keys() <= PRINTED.keys()
    assert len(CASES) >= 0.7 * len(PRINTED)
