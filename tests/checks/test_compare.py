"""What counts as the same, and what kind of difference is told."""

import numpy as np
import pytest

from course_utils.checks.callers import Handle
from course_utils.checks.judging.compare import Rule, difference, same

LENIENT = Rule(lenient=True)
THING = Handle("#1", "Tensor")

SAME = [
    (0.1 + 0.2, 0.3),
    (1e-10, 0.0),
    (3, 3.0),
    (np.float32(0.5), 0.5),
    (np.array(2.5), 2.5),
    (True, np.bool_(True)),
    (float("nan"), np.nan),
    (np.inf, np.inf),
    (np.array([np.nan, -np.inf, 1.0]), np.array([np.nan, -np.inf, 1.0 + 1e-9])),
    (np.array([1.5, 2], dtype=">f8"), np.array([1.5, 2])),
    (np.array([1, 2], dtype=np.int32), np.array([1, 2], dtype=np.int64)),
    ([1.0, 2.0], (1.0, 2.0)),
    ({"b": 1, "a": (2,)}, {"a": (2,), "b": 1}),
    ("text", "text"),
    (None, None),
    (2**80, 2**80),
    ({1, 2}, {2, 1}),
    (np.zeros((0, 3)), np.zeros((0, 3))),
]


@pytest.mark.parametrize(("received", "expected"), SAME)
def test_same(received, expected):
    assert difference(received, expected) is None


A = np.arange(6.0).reshape(2, 3)
DIFFERENT = [
    (1.0 + 1e-5, 1.0, "value"),
    (np.inf, -np.inf, "value"),
    (1e300, np.inf, "value"),
    (float("nan"), 1.0, "nan"),
    (A * np.nan, A, "nan"),
    (None, A, "nothing"),
    (THING, A, "object"),
    (A.tolist(), A, "type"),
    ((A, A), A, "tuple"),
    (A.T, A, "shape"),
    (A[None], A, "shape"),
    (np.array([1.0]), 1.0, "shape"),
    (A.astype(np.float32), A, "dtype"),
    (A.astype(int), A, "dtype"),
    (A > 2, A, "dtype"),
    (A.astype(str), A, "dtype"),
    (3.0, 3, "dtype"),
    (1, True, "type"),
    (True, 1, "type"),
    ("3", 3, "type"),
    ((1.0, 2.0), [1.0, 2.0], "type"),
    ([1.0], (1.0, 2.0), "length"),
    ((2.0, A), (A, 2.0), "order"),
    ((3.0, 1.0, 2.0), (1.0, 2.0, 3.0), "order"),
    ((3, 2), (2, 3), "value"),
    ({"a": 1}, {"a": 1, "b": 2}, "keys"),
    ({"a": 1, "c": 2}, {"a": 1}, "keys"),
    ([("a", 1)], {"a": 1}, "type"),
    ("Text", "text", "value"),
    ({1, 3}, {1, 2}, "value"),
    (2**80 + 1, 2**80, "value"),
    (A, (A, 2.0), "type"),
]


@pytest.mark.parametrize(("received", "expected", "kind"), DIFFERENT)
def test_different(received, expected, kind):
    assert difference(received, expected).kind == kind


def test_a_difference_says_where():
    wrong = A.copy()
    wrong[1, 2] = 7
    found = difference({"w": (A, wrong)}, {"w": (A, A)})
    assert (found.kind, found.where, found.expected, found.received) == ("value", "['w'][1][1, 2]", "5", "7")


def test_values_may_be_written_in_other_ways():
    for received, expected in [
        ([2, 3], (2, 3)),
        (np.array([2, 3]), (2, 3)),
        (A.tolist(), A),
        (A.astype(int), A),
        (4.0, 4),
        (" B ", "b"),
        ((1, 2), [1, 2]),
    ]:
        assert same(received, expected, LENIENT)
        assert not same(received, expected) or isinstance(expected, tuple)
    assert difference([[1], [2, 3]], A, LENIENT).kind == "type"


def test_where_the_dtype_does_not_count():
    loose = Rule(same_dtype=False)
    assert same(A.astype(np.float32), A, loose)
    assert same(A.astype(int), A, loose)
    assert same(3.0, 3, loose)
    assert difference(A.astype(str), A, loose).kind == "dtype"
