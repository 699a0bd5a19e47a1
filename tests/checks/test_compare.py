"""What counts as the same, and what kind of difference is told."""

import itertools

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


# ---- whatever a learner hands in: only what is meant to be equal is equal, and nothing stops the comparison

NAN, FLAG, NOUGHT = float("nan"), np.zeros(1, bool), np.zeros(1)
ALIKE = [  # each row: what may be taken for one another where a number, a text or a truth is expected
    [None],
    [False, np.bool_(False), np.array(False)],
    [True],
    [0, np.int8(0), np.array(0)],
    [0.0, np.float32(0), np.array(0.0)],
    [1],
    [1.0],
    [NAN, np.array(NAN)],
    [np.inf],
    [-np.inf],
    [1j],
    [0j],
    ["", np.array("")],
    ["0", np.str_("0"), np.array("0")],
    ["None"],
    ["nan"],
    ["False"],
    [b""],
    [[]],
    [()],
    [{}],
    [set()],
    [{0}],
    [{False}],
    [[0]],
    [(0,)],
    [[False]],
    [[None]],
    [[NAN]],
    [[""]],
    [["0"]],
    [[[]]],
    [[0, [0]]],
    [{0: 0}],
    [{False: 0}],
    [{"0": 0}],
    [{"a": None}],
    [{"a": NAN}],
    [{"a": 0}],
    [{"a": False}],
    [{"b": None}],
    [{"a": None, "b": None}],
    [np.zeros(0)],
    [np.zeros(0, int)],
    [np.zeros(0, bool)],
    [np.zeros((0, 3))],
    [NOUGHT],
    [np.zeros(1, int)],
    [FLAG],
    [np.array([NAN])],
    [np.array(["0"])],
    [np.array([""])],
    [np.zeros(1, complex)],
    [np.zeros((1, 1))],
    [10**400],
    [-(10**400)],
    [Handle("#1", "Tensor")],
]
WHOLE = [(r, e) for r in (ALIKE[3][0], np.int8(0), np.array(0)) for e in (0.0, np.float32(0), np.array(0.0))]
STRICT = {(repr(r), repr(e)) for r, e in [*WHOLE, (1, 1.0), (0, 0j), (0.0, 0j), (1, 1.0)]}  # a whole number will do
STRICT |= {(repr(r), repr(0j)) for r in (np.int8(0), np.array(0), np.float32(0), np.array(0.0))}
STRICT |= {(repr([]), repr(())), (repr([0]), repr((0,)))}  # a list for a tuple
LISTS = [  # in a value, lists, tuples and arrays are written alike, and whole numbers like others
    [[0], (0,), NOUGHT, np.zeros(1, int), np.zeros(1, complex)],
    [[False], FLAG],
    [[NAN], np.array([NAN])],
    [[""], np.array([""])],
    [["0"], np.array(["0"])],
    [[], (), np.zeros(0), np.zeros(0, int), np.zeros(0, bool)],
    [0, np.int8(0), np.array(0), 0.0, np.float32(0), np.array(0.0)],
    [1, 1.0],
]
IN_VALUES = STRICT | {(repr(r), repr(e)) for row in LISTS for r in row for e in row}
RULES = [(Rule(), STRICT), (LENIENT, IN_VALUES)]


@pytest.mark.parametrize(("rule", "allowed"), RULES, ids=["function", "value"])
def test_nothing_else_is_equal(rule, allowed):
    things = [(number, thing) for number, row in enumerate(ALIKE) for thing in row]
    for (mine, received), (theirs, expected) in itertools.product(things, repeat=2):
        for r, e in [(received, expected), ({"k": received}, {"k": expected})]:
            found = difference(r, e, rule)
            meant = mine == theirs or (repr(received), repr(expected)) in allowed
            assert (found is None) <= meant, f"{received!r} passes for {expected!r}"
            assert found is None or mine != theirs, f"{received!r} is refused for {expected!r}: {found}"


def test_true_is_no_key_for_one():
    assert difference({True: "x"}, {1: "x"}).kind == difference({1: "x", True + 1: 0}, {1: "x"}).kind == "keys"
    assert same({1.0: "x"}, {1: "x"}) and same({np.int64(1): "x"}, {1: "x"})


def test_lists_with_holes_are_told_as_lists():
    for received in ([1, None], [1, [2]], [None], ["a", 2.0]):
        assert difference(received, np.array([1.0, 2.0]), LENIENT) is not None


# ---- precision: what was computed in float32 is told as that, and never right or wrong by chance

THIRDS = np.array([1 / 3, 2 / 3, 1e-3])


@pytest.mark.parametrize("values", [THIRDS, THIRDS[:1], 1 / 3, [1 / 3, 5], (THIRDS, 2.0)], ids=repr)
def test_seven_digits_are_too_few(values):
    cut = {float: lambda v: float(np.float32(v)), np.ndarray: lambda v: v.astype(np.float32).astype(float)}

    def single(v):
        return type(v)(map(single, v)) if isinstance(v, list | tuple) else cut.get(type(v), lambda v: v)(v)

    assert difference(single(values), values).kind == "single"
    for rule in (LENIENT, Rule(same_dtype=False), Rule(rtol=1e-5), Rule(seven_digits=True)):
        assert same(single(values), values, rule)


def test_round_numbers_and_the_last_digits_are_no_matter_of_precision():
    for received, expected in [
        (0.5, 0.5 + 1e-9),
        (np.array([1.0, 0.0]), np.array([1 - 1e-10, 1e-10])),
        (6.0, 6 + 1e-7),
    ]:
        assert same(received, expected)
    cut = THIRDS.astype(np.float32).astype(float)
    assert same(cut, cut * (1 + 1e-15)) and same(cut, cut)
    assert difference(cut * [1, 1, 2], THIRDS).kind == "value"


@pytest.mark.parametrize("values", [0.7, 300.0, THIRDS, [0.1], {"a": 3.0}], ids=repr)
def test_the_default_tolerance_lies_between_one_and_ten_millionths(values):
    def off(v, share):
        if isinstance(v, list | dict):
            return [off(v[0], share)] if isinstance(v, list) else {"a": off(v["a"], share)}
        return v * (1 + share)

    assert same(off(values, 5e-7), values) and same(off(values, -5e-7), values)
    for share in (2e-6, -2e-6, 1e-5, 1e-4):
        assert difference(off(values, share), values).kind == "value"
    assert same(5e-10, 0.0) and not same(2e-9, 0.0)


def test_arrays_of_one_shape_may_come_as_one():
    two, other = (np.ones((2, 3)), np.zeros((2, 3))), (np.ones(2), np.zeros(3))
    assert difference(np.stack(two), two) is None
    assert difference(np.stack(two[::-1]), two).kind == "order"
    assert difference(np.stack(two, axis=-1), two).kind == difference(np.ones(5), other).kind == "type"


def test_floats_may_come_as_one_array_and_a_shape_may_not():
    assert difference(np.array([0.5, 2.0]), (0.5, 2.0)) is None
    assert difference(np.array([0.5, 3.0]), (0.5, 2.0)).kind == "value"
    for received, expected in [(np.array([2, 3]), (2, 3)), (np.array([0.5, 2.0]), (0.5, 2)), (np.ones(3), (1.0, 1.0))]:
        assert difference(received, expected).kind == "type"
