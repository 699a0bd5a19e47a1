"""Numbers in the text of lessons: what counts as one, what holds it, and what is a reason."""

import pytest

from tools.prose_numbers import FREE, constants, in_text, numbers


def loose(changed, course, source, **what):
    """What the rule says of the fixture lesson with this text in it."""
    return [message for _, message in numbers(changed("99-060", source=source, **what), course)]


@pytest.mark.parametrize("text", [
    "The sum is 385.", "It is 385, and 385 it is.", "Nearly 55² is `3,025`, and 3,025 is more.", "From $7$ to 7.",
    "## 17. A heading", "17. An item", "In lesson 17 and sections 18 to 20, by (17.3) and E17, since 1995.",
    "The first ten numbers of one hundred.", "385 of 100 and 100 %",
])  # fmt: skip
def test_held_or_no_number(changed, course, text):
    found = loose(changed, course, text)
    assert found == []


@pytest.mark.parametrize(("text", "number"), [
    ("The sum is 395.", "395"), ("One is 45 more.", "45"), ("About 385.5 in all.", "385.5"),
    ("It took 1,024 steps.", "1,024"),
    ("Eighteen of nineteen agree.", "18"), ("| a |\n|---|\n| 77 |", "77"), ("**Bold 63** and *73*.", "63"),
])  # fmt: skip
def test_loose(changed, course, text, number):
    assert any(f"prints {number}:" in message for message in loose(changed, course, text))


@pytest.mark.parametrize("reason", ["300 + 95: more", "390 + 5.4", "told by nobody but us"])
def test_reason(changed, course, reason):
    told = {"metadata": {"numbers": {"395": reason}}}
    assert loose(changed, course, "The sum is 395.", **told) == []


def test_another_cell_may_be_the_reason(changed, course, book):
    told = {"metadata": {"numbers": {"42": "99-110"}}}
    assert loose(changed, course, "The sum is 42.", **told) == ["metadata.numbers: '99-110' does not give 42"]
    last = book.notebook.cells[-2]
    assert last.id == "99-110"
    last.source += " It is 42."
    assert loose(changed, course, "The sum is 42.", **told) == []


@pytest.mark.parametrize(("reason", "fault"), [
    ({"395": "300 + 85"}, "does not give 395"), ({"395": "so it is"[:5]}, "does not give 395"),
    ({"395": "300 + 95", "385": "which is printed anyway"}, "explains 385, which needs no reason"),
])  # fmt: skip
def test_no_reason(changed, course, reason, fault):
    found = loose(changed, course, "The sum is 395, not 385.", metadata={"numbers": reason})
    assert len(found) == 1 and fault in found[0]


def test_the_summary_repeats_and_does_not_round(changed, course):
    for text, faults in (("- 385 of them", 0), ("- 386 of them", 1), ("- 38 of them", 1)):
        book = changed("99-110", source=f"## Summary\n\n{text}\n\n## Sources\n\nVolume 386.")
        assert len(list(numbers(book, course))) == faults
    assert "Sources" in FREE


def test_code_sets_numbers_but_not_for_the_looks():
    source = "fig, ax = plt.subplots(figsize=(6.4, 3))\nprint(f'{1.5 * x:.3f} of twelve', alpha=0.9, rate=0.25)"
    assert constants(source) == {1.5, 12.0, 0.25}
    assert constants("%%tensorflow --bring 7\nx = -2") == {2.0}


def test_in_text():
    assert in_text("Thirty-one of **2,500** (0.5), ±1000; E17 and [12 links](17.html), `99` $98$") == [
        *("31", "2,500", "0.5", "1000", "12"),
    ]
