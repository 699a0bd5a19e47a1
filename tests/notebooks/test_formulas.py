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


def differs(display, names, wanted):
    """The right sides that do not have the value that is wanted."""
    rights = [right for sides in statements(display) for right in sides[1:]]
    assert len(rights) == len(wanted), f"{len(rights)} right sides, {len(wanted)} values: {rights}"
    found = [evaluate(right, names) for right in rights]
    pairs = zip(rights, found, wanted, strict=True)
    return [(r, f, w) for r, f, w in pairs if not np.allclose(f, w, rtol=1e-6, atol=1e-9)]


@pytest.mark.parametrize("tag", CASES)
def test_formula(tag):
    for seed in range(3):
        assert differs(PRINTED[tag], *CASES[tag](np.random.default_rng(seed))) == []


def slips(display):
    """The formula with one sign turned or one figure changed, each in turn, behind its first equals sign."""
    start = re.search(r"=|\\leftarrow|\\approx", display).end()
    end = display.index(r"\tag") if r"\tag" in display else len(display)
    for match in re.finditer(r"(?<=[^{\d])[+-](?![^{]*\})|(?<![_\d.{])\d(?![\d.]*\})", display[:end]):
        if match.start() >= start:
            other = {"+": "-", "-": "+"}.get(match[0], "7")
            yield display[: match.start()] + other + display[match.end() :]


@pytest.mark.parametrize("tag", CASES)
def test_a_slip_is_noticed(tag):
    """It has another value, or cannot be read."""
    names, wanted = CASES[tag](np.random.default_rng(0))
    for slip in slips(PRINTED[tag]):
        with np.errstate(all="ignore"), contextlib.suppress(ValueError, IndexError):
            assert differs(slip, names, wanted), slip


def test_the_factor_and_the_sign_of_lesson_04():
    names, wanted = CASES["4.4"](np.random.default_rng(0))
    assert len(differs(PRINTED["4.4"].replace(r"\frac2n", r"\frac1n"), names, wanted)) == 2
    names, wanted = CASES["4.6"](np.random.default_rng(0))
    assert len(differs(PRINTED["4.6"].replace("w - ", "w + ").replace("b - ", "b + "), names, wanted)) == 2


def test_most_formulas_are_evaluated():
    """The others, such as definitions and inequalities, stand in tools/agreed.toml only."""
    assert CASES.keys() <= PRINTED.keys()
    assert len(CASES) >= 0.7 * len(PRINTED)
