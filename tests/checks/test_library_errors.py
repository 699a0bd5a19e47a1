"""What NumPy and Python say when something does not fit is put in words, with the usual cause."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from course_utils.checks import check
from course_utils.checks.feedback.errors import READINGS, error_words, shape_words
from tests.checks.test_proofs import but

A, V, NONE, ONE, ROWS = np.ones((2, 3)), np.ones(3), None, [1], [[1]]
HANDLE = type("Handle", (), {})()  # what a function of ours gets in place of a thing that cannot be handed over


def in_place():
    whole = np.ones(3, int)
    whole += 0.5


def grow():
    row = np.ones(3)
    row += np.ones((3, 3))


def unpack(n):
    one, other = range(n)
    return one + other


def unpack_it(thing):
    one, other = thing
    return one + other


def needs(a, b):
    return a


def unbound():
    if len(V) > 5:
        late = 1
    return late


TEXT = "2"


def import_other():
    import pandaz  # noqa: F401


class Empty:
    pass


def assign():
    np.ones(3)[:] = np.ones(4)


WORDS = {  # an error as it really comes: words that tell its cause
    "matmul": (lambda: A @ A, "`.T` missing"),
    "dot": (lambda: np.dot(A, A), "left side has length 3"),
    "matmul number": (lambda: A @ np.float64(2), "single number"),
    "broadcast": (lambda: A - A.mean(axis=1), "`keepdims=True` in the sum, mean or max keeps axis 1"),
    "broadcast more": (lambda: np.ones((2, 4, 5)) - np.ones((2, 5)), "keeps axis 1 with"),
    "other lengths": (lambda: V + np.ones(4), "lengths must be equal"),
    "assign": (assign, "does not fit into a place"),
    "grow": (grow, "`a = a + b`"),
    "einsum many": (lambda: np.einsum("ijk,k->i", A, V), "one letter for each"),
    "einsum few": (lambda: np.einsum("i,i->", A, V), "one letter for each"),
    "einsum lengths": (lambda: np.einsum("ij,ij->", A, A.T), "one letter for each"),
    "axis": (lambda: V.sum(axis=1), "the number of axes is 1"),
    "index": (lambda: V[3], "axis 0 has length 3"),
    "indices": (lambda: V[0, 0], "fewer: 1"),
    "range": (lambda: ONE[1], "length minus 1"),
    "rows": (lambda: ROWS[0, 0], "`[i][j]`"),
    "join": (lambda: ONE + 1, "joins two lists"),
    "repeat": (lambda: ONE * 0.5, "repeats one"),
    "list": (lambda: (ONE - np.float64(1).item()) / 2, "an array can"),
    "text": (lambda: TEXT - 1, "`float(...)`"),
    "text joined": (lambda: TEXT + 1, "`float(...)`"),
    "uncalled": (lambda: V.mean / 2, "round brackets"),
    "uncalled index": (lambda: V.copy[0], "round brackets"),
    "module": (import_other, "no `pandaz`"),
    "file": (lambda: Path("not_there.csv").read_text(), "without quotes"),
    "init": (lambda: Empty(3), "two underscores"),
    "zeros of lists": (lambda: np.zeros([2], [3]), "one argument, a tuple"),
    "mask": (lambda: V[np.array([True, False])], "A mask of True"),
    "math": (lambda: math.exp(V), "`np.exp`"),
    "float": (lambda: float(V), "one number"),
    "cast": (in_place, "array of int64"),
    "missing": (lambda: needs(1), "without 'b'"),
    "given": (lambda: needs(1, 2, 3, 4), "takes 2 arguments, and 4 came"),
    "self": (lambda: needs(1, 2, 3), "`self` missing"),
    "keyword": (lambda: needs(1, c=2), "no option `c`"),
    "None index": (lambda: NONE[0], "lacks its `return`"),
    "None loop": (lambda: list(NONE), "lacks its `return`"),
    "None sum": (lambda: NONE + 1.0, "lacks its `return`"),
    "None method": (lambda: NONE.append(1), "lacks its `return`"),
    "too many": (lambda: unpack(3), "stand 2 names"),
    "too few": (lambda: unpack(1), "only 1"),
    "truth": (lambda: bool(V > 0), "one True or False"),
    "ragged": (lambda: np.array([[1, 2], [3]], float), "equal length"),
    "reshape": (lambda: A.reshape(4, 2), "6 elements"),
    "concatenate": (lambda: np.concatenate([A, np.ones((2, 2))]), "all axes but the one"),
    "caret": (lambda: V ^ 2, "A power is `**`"),
    "caret of numbers": (lambda: 2.0 ^ ONE[0], "A power is `**`"),
    "no range": (lambda: sum(ONE[0]), "`for i in range(n)`"),
    "float index": (lambda: V[0.0], "the entry itself"),
    "logarithm": (lambda: math.log(0), "the logarithm of 0 or less"),
    "solve": (lambda: np.linalg.solve(A @ A.T, V), "M has 2 and v has 3"),
    "unpack one": (lambda: unpack_it(0.5), "one object came"),
    "foreign": (lambda: HANDLE**2, "something other than numbers and arrays"),
    "callable": (lambda: V(1), "called like a function"),
    "attribute": (lambda: [1].shape, "only arrays have it"),
    "zeros": (lambda: np.zeros(2, 3), "one argument, a tuple"),
    "zeros many": (lambda: np.zeros(2, 3, 4, 5), "one argument, a tuple"),
    "power": (lambda: V ^ 2, "A power is `**`"),
    "power number": (lambda: 2.0 ^ 2, "A power is `**`"),
    "number index": (lambda: V.max(axis=0)[:, None], "with `keepdims=True`"),
    "plain number index": (lambda: float(V[0])[0], "has no places"),
    "local": (unbound, "before it gets a value"),
    "name": (lambda: not_there, "needs quotes: `'not_there'`"),  # noqa: F821
}


@pytest.mark.parametrize("what", WORDS)
def test_each_error_is_put_in_words_and_its_own_sentence_stays(what):
    fails, words = WORDS[what]
    result = check(but(), lambda x: fails(), quiet=True)
    first, second = result.message.split("\n")[:2]
    assert words in first, result.message
    assert message_of(fails).splitlines()[0][:60] in second


def test_what_a_function_of_ours_is_given_is_told():
    exercise = but(
        cases=lambda rng: [(np.sin, 0.5), (np.cos, 1.5)], reference=lambda f, x: f(x), alternatives=[len, len]
    )
    told = check(exercise, lambda f, x: f(object()) ** 2, quiet=True).message
    assert "something other than numbers and arrays" in told, told


def message_of(fails):
    try:
        fails()
    except Exception as error:
        return str(error)


def test_every_reading_is_of_an_error_that_comes():
    met = [message_of(fails) for fails, _ in WORDS.values()]
    assert [pattern for pattern, _ in READINGS if not any(re.search(pattern, text) for text in met)] == []


def test_what_speaks_for_itself_gets_no_more_words():
    assert error_words("division by zero") == error_words("I said so") == ""


SHAPES = {
    ("(3,)", "(3, 3)"): "each with each",
    ("(3,)", "(3, 1)"): "of length 1 is too many",
    ("(2, 1)", "(2,)"): "of length 1 is missing",
    ("(2, 3)", "(3, 2)"): "transpose",
    ("(2, 3)", "(2, 4)"): "Only axis 1 (counted from 0) differs: its length is 4, not 3",
    ("(1, 1, 3, 3)", "(1, 3, 3, 1)"): "has an axis moved",
    ("(2, 3)", "(4, 5)"): "",
    ("(3,)", "(4,)"): "",
    ("() (one number)", "(3,)"): "",
}


@pytest.mark.parametrize(("expected", "received"), SHAPES)
def test_shapes_tell_what_made_them(expected, received):
    words = SHAPES[expected, received]
    assert words in shape_words(expected, received) and bool(words) == bool(shape_words(expected, received))
