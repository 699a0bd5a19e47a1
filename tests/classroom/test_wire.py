"""Values cross as they are, and nothing that a hostile sender makes up does more than be refused."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils.checks.judging.compare import Rule, same
from course_utils.classroom.sandbox.inside.wire import Garbled, Packer, Unpacker, clean, parse

EXACT = Rule(rtol=0.0, atol=0.0)


def refuse(tag, rest):
    raise Garbled(tag)


def through(value):
    """Out and in again, by way of the bytes that cross."""
    packer = Packer(lambda thing: ["?"])
    node = json.loads(json.dumps(packer.pack(value)))
    return Unpacker(packer.blob, refuse).unpack(node)


NUMBERS = st.one_of(
    hnp.arrays(
        st.sampled_from(["f8", "f4", "f2", "i8", "u1", "?", "c16", ">f8"]), hnp.array_shapes(min_dims=0, min_side=0)
    ),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.complex_numbers(),
)
VALUES = st.recursive(
    NUMBERS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_values_come_through_unchanged(value):
    again = through(value)
    assert type(again) is type(value) and same(again, value, EXACT)


@pytest.mark.parametrize("value", [np.float32(1.5), np.int8(3), np.bool_(True), np.str_("a"), np.array(["a", "bcd"])])
def test_scalars_and_texts_keep_their_dtype(value):
    assert through(value).dtype == value.dtype and type(through(value)) is type(value)
    assert np.array_equal(through(value), value)


def test_arrays_arrive_writable_and_in_this_machines_byte_order():
    again = through(np.asfortranarray(np.arange(6.0).reshape(2, 3)).astype(">f8"))
    again[0, 0] = 7.0
    assert again.dtype == np.float64 and again[0, 0] == 7.0


GARBLED = {
    "no list": {"a": 1},
    "empty": [],
    "tag is no word": [[1], 2],
    "unknown tag": ["z", 1],
    "object array": ["a", "|O", [1], 0, 8],
    "void array": ["a", "|V8", [1], 0, 8],
    "dtype as code": ["a", "f8,i4", [1], 0, 12],
    "dates": ["a", "<M8[s]", [1], 0, 8],
    "shape too large": ["a", "<f8", [10**12], 0, 8],
    "negative shape": ["a", "<f8", [-1], 0, 8],
    "shape with floats": ["a", "<f8", [1.0], 0, 8],
    "nothing in a huge shape": ["a", "<f8", [0, 2**39, 2**39], 0, 0],
    "outside of the bytes": ["a", "<f8", [2], 8, 16],
    "negative start": ["a", "<f8", [1], -8, 8],
    "bytes outside": ["b", 0, 99],
    "plain list": ["v", [1]],
    "plain dict": ["v", {"a": 1}],
    "key that is a list": ["d", [[["l", []], ["v", 1]]]],
    "set of lists": ["s", [["l", []]]],
    "pairs of three": ["d", [[1, 2, 3]]],
    "too few parts": ["a", "<f8"],
    "texts that do not fill the shape": ["u", [3], ["a"], 0],
    "texts that explode": ["u", [3000], ["a" * 100_000] + [""] * 2999, 0],
    "a function": ["k", 0, "f"],
}


@pytest.mark.parametrize("node", GARBLED.values(), ids=GARBLED)
def test_what_is_not_of_the_form_is_refused(node):
    with pytest.raises(Garbled):
        Unpacker(b"\0" * 16, refuse).unpack(node)


def test_depth_and_number_are_bounded():
    deep = ["v", 1]
    for _ in range(100):
        deep = ["l", [deep]]
    wide = ["l", [["v", 1]] * 400_000]
    for node in (deep, wide):
        with pytest.raises(Garbled):
            Unpacker(b"", refuse).unpack(node)


@pytest.mark.parametrize("text", [b"", b"[", b"[" * 100_000, b"\xff\xfe", b'"' + b"9" * 10, b"9" * 10_000])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(Garbled):
        parse(text)


def test_texts_can_always_be_written():
    assert clean("a\ud800b").encode() == b"a?b" and len(clean("x" * 100, 10)) == 10


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(list("vantuslbdc")),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=30,
)


@given(JSON, st.binary(max_size=32))
def test_nothing_but_garbled_is_ever_raised(node, blob):
    try:
        Unpacker(blob, refuse).unpack(node)
    except Garbled:
        return
    assert isinstance(node, list)


COLLIDING = [["v", (2**61 - 1) * k + 5] for k in range(2_000)]


@pytest.mark.parametrize(
    "node, words",
    [
        (["s", COLLIDING], "hash alike"),
        (["d", [[key, ["v", 0]] for key in COLLIDING]], "hash alike"),
        (["l", [["s", COLLIDING[:40]], ["s", COLLIDING]]], "hash alike"),
        (["l", [["a", "|u1", [1000], 0, 1000]] * 2], "more than once"),
        (["l", [["b", 0, 600], ["b", 300, 600]]], "more than once"),
        (["l", [["u", [1000], ["x" * 1500, *[""] * 999], 0]] * 2], "too much text"),
    ],
)
def test_little_that_would_become_much_is_refused(node, words):
    with pytest.raises(Garbled, match=words):
        Unpacker(bytes(1000), refuse).unpack(node)


def test_honest_keys_and_bytes_are_let_through():
    value = [set(range(5000)), {-1: 0, -2: 1}, {(i, -i): i for i in range(2000)}, {i / 7 for i in range(5000)}]
    assert through(value) == value
    parts = [np.arange(10.0), b"abc", np.float32(1), np.zeros((0, 3))]
    assert all(same(a, b, EXACT) for a, b in zip(through(parts), parts, strict=True))


def test_a_message_of_nothing_but_brackets_is_not_read():
    with pytest.raises(Garbled, match="parts"):
        parse(b"[" + b"[]," * 1_000_000 + b"[]]")
