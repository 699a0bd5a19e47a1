"""Every damage of `damage.py`, and more, is read for what is there and told in words; nothing raises."""

import json
import time
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.classroom.notebook import compare, newer_python, read_notebook
from course_utils.classroom.rehearsal.damage import DAMAGES
from course_utils.classroom.rehearsal.madeup import as_bytes, right_answers, submission

WORDS = {
    "truncated behind the cells": "not valid JSON",
    "truncated in the last answer": "not valid JSON",
    "merge conflict": "merge conflict",
    "UTF-16": "UTF-16",
    "bytes that are no text": "no text",
    "empty file": "empty",
    "nothing but spaces": "empty",
    "a picture called notebook": "No code cell",
    "JSON but no notebook": "no notebook",
    "no cells": "No code cell",
    "nested without end": "not valid JSON",
    "cell deleted": "deleted",
    "all checks deleted": "deleted",
    "cell doubled": "more than once",
    "cell renamed": "not handed out",
    "cell moved": "moved",
    "marks removed": "lost their mark",
    "set-up deleted": "put back",
    "50 MB of outputs": "50 MB",
    "another kernel": "kernel 'r'",
    "old format": "version 3",
    "odd cells": "no readable form",
    "another exercise": "deleted",
}


@pytest.fixture(scope="module")
def right():
    return submission("04", right_answers("04"))


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_read_and_told(name, right):
    damage = DAMAGES[name]
    found = read_notebook(damage.do(right))
    compare(found, read_notebook(as_bytes(right)))
    assert found.readable == bool(found.cells)
    assert WORDS.get(name, "") in " ".join(found.notes)
    assert bool(found.notes) == (name in WORDS)


def test_an_undamaged_notebook_says_nothing(right):
    found = read_notebook(as_bytes(right))
    compare(found, read_notebook(as_bytes(right)))
    assert not found.notes and not found.repaired and found.readable and found.lesson == "04"


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("import numpy as np\n", "", "Lines of the set-up cell at the top were missing"),
        ("import numpy as np\n", "import numpy as np\nimport pandas\n", ""),
        ("import numpy as np\n", "!pip install numpy\nimport  numpy as np  # mine\n", ""),
        (None, "", "The set-up cell at the top was missing"),
        (None, "# cleared", "The set-up cell at the top was missing"),
    ],
)
def test_the_set_up_is_put_back_as_it_was_handed_out(right, old, new, words):
    released = read_notebook(as_bytes(right))
    first = released.cells[0]
    changed = replace(first, source=first.source.replace(old, new) if old else new)
    found = replace(released, cells=[changed, *released.cells[1:]], notes=[])
    compare(found, released)
    assert words in " ".join(found.notes) and bool(found.notes) == bool(words)
    assert (found.cells[0].source == first.source) == bool(words)


def test_everything_before_a_cut_is_saved(right):
    whole = as_bytes(right)
    cells = read_notebook(whole).cells
    for cut in range(0, len(whole), 4999):
        found = read_notebook(whole[:cut])
        assert [c.source for c in found.cells] == [c.source for c in cells][: len(found.cells)]
    assert len(read_notebook(whole[: len(whole) - 300]).cells) >= len(cells) - 1


def test_a_broken_cell_does_not_hide_those_after_it(right):
    text = as_bytes(right).decode()
    place = text.index('"cell_type"', len(text) // 3)
    found = read_notebook((text[:place] + "%%%" + text[place:]).encode())
    whole = read_notebook(text.encode())
    assert len(whole.cells) - 1 <= len(found.cells) <= len(whole.cells)


@given(st.binary(max_size=400))
def test_no_bytes_raise(data):
    assert read_notebook(data).readable in (True, False)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "cell_type", "source", "metadata", "nbgrader", "worksheets", "input", "id", "course"]
            ),
            inner | st.just("code"),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(ANYTHING)
def test_no_json_raises(document):
    found = read_notebook(json.dumps(document).encode())
    compare(found, found)
    assert all(isinstance(c.source, str) for c in found.cells)


SIZE = 200_000
SLOW = {
    "a list in an id, again and again": b'{"id":[' * (SIZE // 7),
    "a broken cell, again and again": b'{"metadata":{{' * (SIZE // 14),
    "cells that never end": b'{"cell_type":"code","source":"x","outputs":[' * (SIZE // 44),
    "a long list, nested at last": b'{"id":[' * 900 + b"1," * (SIZE // 2),
    "nested at its end": b'{"id":1,"x":"' + b"a" * SIZE + b'","y":' + b"[" * 2000,
    "texts that never end": b'{"id":"' * (SIZE // 7),
    "marks of a conflict": b"<<<<<<<\n" * (SIZE // 8),
    "braces": b"{" * SIZE,
    "blanks": (b"{" + b" " * 50) * (SIZE // 51),
    "a long number": b'{"cells": ' + b"9" * SIZE + b"}",
}


@pytest.mark.parametrize("name", SLOW)
def test_a_broken_file_made_to_be_slow_costs_by_its_size(name):
    """Ten times the file took a hundred times as long: 6.3 MB of `{"id":[` took 371 s and three graders."""

    def seconds(data):
        start = time.process_time()
        read_notebook(data)
        return time.process_time() - start

    assert seconds(SLOW[name] * 10) < 60 * max(0.02, min(seconds(SLOW[name]) for _ in range(2)))


def test_a_file_of_very_many_parts_takes_no_gigabytes():
    data = b'{"cells": [{"cell_type": "code", "source": "x = 1"}, ' + b"[]," * 3_000_000 + b"1]}"
    tracemalloc.start()
    found = read_notebook(data)
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    assert megabytes < 60 and [c.source for c in found.cells] == ["x = 1"] and "too many parts" in found.notes[0]


def test_a_large_cell_of_a_broken_file_is_saved(right):
    """With a picture of 3 MB, which is longer than the pieces in which cells are looked for."""
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 3_000_000}}
    document = {**right, "cells": [{**c, "outputs": [picture]} if "outputs" in c else c for c in right["cells"]][:9]}
    whole = as_bytes(document)
    assert len(read_notebook(whole[:-30]).cells) == len(read_notebook(whole).cells) >= 2


@pytest.mark.parametrize(
    ("source", "version", "said"),
    [
        ("def first[T](x: list[T]) -> T:\n    return x[0]", None, "uses syntax of Python 3.12"),
        ("type Row = list[float]", None, "uses syntax of Python 3.12"),
        ("class A[T]: pass", "3.13.1", "3.13"),
        ("print(f'{d['a']}')", "3.12.4", "was written with Python 3.12"),
        ("print(f'{d['a']}')", "3.11.7", ""),
        ("x = (", None, ""),
        ("type = 3; x[0] = type", "elsewhere", ""),
    ],
)
def test_a_newer_pythons_syntax_is_told(source, version, said):
    document = {"cells": [{"cell_type": "code", "source": source}], "metadata": {"language_info": {"version": version}}}
    told = newer_python(read_notebook(json.dumps(document).encode()), (3, 11))
    assert said in told and bool(told) == bool(said)
    assert newer_python(read_notebook(json.dumps(document).encode()), (3, 14)) == ""
