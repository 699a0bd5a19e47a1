"""Each rule about a notebook's form notices the fault it is there for, and nothing in a good notebook."""

import inspect

import nbformat
import pytest

from tools import anatomy
from tools.anatomy import IGNORED, open_book, problems

LONG_TEXT = "word " * 201
LONG_CODE = "\n".join(f"x{i} = {i}" for i in range(21))
NO_ALT = [
    {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": "AAAA", "text/plain": "<Figure size 640x480 with 1 Axes>"},
    }
]
STDERR = [{"output_type": "stream", "name": "stderr", "text": "FutureWarning: soon"}]


def faults(book, rule):
    """What the rule says; the whole examination of a notebook of this kind must say it too."""
    found = [message for _, message in rule(book)]
    told = list(problems(book))
    assert all(any(line.endswith(f": {message}") for line in told) for message in found), (
        f"{rule.__name__} is not listed"
    )
    return found


def outputs(*rows):
    return [nbformat.from_dict(row) for row in rows]


def test_fixture_is_good(book):
    assert list(problems(book)) == []


def test_unsolved_fixture_is_good(scratch):
    assert list(problems(open_book(scratch / "exercises" / "99_fixture.ipynb"))) == []


BROKEN = [
    (anatomy.sections, "99-120", {"source": "## Words\n\nNone."}),
    (anatomy.sections, "99-110", {"source": "### Summary\n\n- point"}),
    (anatomy.heading_order, "99-030", {"source": "#### Too deep\n\ntext"}),
    (anatomy.heading_order, "99-030", {"source": "# A second title"}),
    (anatomy.numbering, "99-030", {"source": "## 2. The first is missing"}),
    (anatomy.numbering, "99-030", {"source": r"$$a = b \tag{99.2}$$"}),
    (anatomy.code_length, "99-050", {"source": LONG_CODE}),
    (anatomy.prose_length, "99-060", {"source": LONG_TEXT}),
    (anatomy.outputs_stored, "99-050", {"execution_count": None, "outputs": []}),
    (anatomy.outputs_compared, "99-050", {"metadata": {"tags": [IGNORED]}}),
    (anatomy.outputs_compared, "99-050", {"metadata": {"tags": ["nbval-skip"]}}),
    (anatomy.outputs_compared, "99-050", {"source": "# NBVAL_IGNORE_OUTPUT\nprint(385)"}),
    (anatomy.no_noise, "99-050", {"outputs": outputs(*STDERR)}),
    (anatomy.pictures, "99-070", {"outputs": outputs(*NO_ALT)}),
    (anatomy.markdown_images, "99-060", {"source": "![](picture.png)"}),
    (anatomy.markdown_images, "99-060", {"source": '<img src="picture.png">'}),
    (anatomy.links, "99-060", {"source": "See [here](99_fixture.ipynb)."}),
    (anatomy.links, "99-060", {"source": "See [the other lesson](98_gone.ipynb)."}),
    (anatomy.cell_ids, "99-060", {"id": "99-050"}),
    (anatomy.cell_ids, "99-060", {"id": "a1b2c3"}),
    (anatomy.one_framework, "99-050", {"source": "import keras"}),
    (anatomy.one_framework, "99-050", {"source": "%%tensorflow\nimport torch"}),
    (anatomy.empty_cells, "99-060", {"source": " "}),
]  # fmt: skip
SOLUTIONS_TOO = {
    anatomy.outputs_stored,
    anatomy.outputs_compared,
    anatomy.no_noise,
    anatomy.pictures,
    *anatomy.FORM,
} - {anatomy.normal_form}
FIXTURES_OF_THEIR_OWN = {anatomy.cell_count, anatomy.normal_form, anatomy.outputs_cleared, anatomy.solutions_pass}


@pytest.mark.parametrize(("rule", "cell", "what"), BROKEN)
def test_rule_notices(book, changed, rule, cell, what):
    assert faults(book, rule) == []
    assert faults(changed(cell, **what), rule)


@pytest.mark.parametrize(("rule", "cell", "what"), [row for row in BROKEN if row[0] in SOLUTIONS_TOO])
def test_rule_notices_in_solutions_too(changed, rule, cell, what):
    book = changed(cell, **what)._replace(kind="solution")
    assert faults(book, rule)


def is_rule(value):
    """True for a function of anatomy that yields what is wrong with a book."""
    return inspect.isgeneratorfunction(value) and list(inspect.signature(value).parameters) == ["book"]


def test_every_rule_is_listed_and_has_a_fixture_that_fails_without_it():
    written = {rule for rule in vars(anatomy).values() if is_rule(rule)} - {anatomy.headings}
    listed = {*anatomy.FORM, *(rule for rules in anatomy.RULES.values() for rule in rules)}
    assert {rule.__name__ for rule in written} == {rule.__name__ for rule in listed}
    assert written == {rule for rule, *_ in BROKEN} | FIXTURES_OF_THEIR_OWN


def test_too_long_in_the_middle(book):
    for cell in book.cells("code"):
        cell.source = "\n".join(f"x{i} = {i}" for i in range(6))
    assert faults(book, anatomy.code_length) == ["median code cell has 6.0 lines, at most 5"]
    for text, middle in (("word", 1), ("word " * 61, 61)):
        for cell in book.cells("markdown"):
            cell.source = text
        assert faults(book, anatomy.prose_length)[-1].startswith(f"median text has {middle}")


def test_large_files_and_pictures(book, changed):
    picture = NO_ALT[0] | {"data": NO_ALT[0]["data"] | {"image/png": "A" * 110_000}}
    assert "a picture of more than 80,000 bytes" in faults(
        changed("99-070", outputs=outputs(picture)), anatomy.pictures
    )
    book.cells("code")[-1].outputs = outputs({"output_type": "stream", "name": "stdout", "text": "x" * 3_000_000})
    nbformat.write(book.notebook, book.path)
    assert any("at most 3,000,000" in message for message in faults(book, anatomy.normal_form))


def test_an_error_that_is_not_planned(changed):
    error = {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": []}
    assert faults(changed("99-050", outputs=outputs(error)), anatomy.no_noise)
    planned = changed("99-050", outputs=outputs(error), metadata={"tags": ["raises-exception"]})
    assert faults(planned, anatomy.no_noise) == []


def test_alt_text_removed_from_html(changed):
    def strip(stored):
        for output in stored:
            output["data"]["text/html"] = output["data"]["text/html"].replace(" alt=", " title=")
        return stored

    assert faults(changed("99-070", outputs=strip), anatomy.pictures)


def test_too_many_cells(book):
    book.notebook.cells += [nbformat.v4.new_markdown_cell("text")] * anatomy.MOST_CELLS
    assert faults(book, anatomy.cell_count)


def test_too_few_outputs(book):
    for cell in book.cells("code")[1:5]:
        cell.outputs = []
    assert faults(book, anatomy.outputs_stored) == ["1 of 6 code cells show something, at least 40%"]


def test_share_of_compared_cells(book):
    for cell in book.cells("code")[1:3]:
        cell.metadata.update(tags=[IGNORED], reason="differs on purpose")
    assert anatomy.compared_share(book) == 3 / 5
    assert faults(book, anatomy.outputs_compared) == ["60% of the cells with output are compared, at least 80%"]


def test_pictures_alone_are_not_compared(changed):
    book = changed("99-070", outputs=outputs(*NO_ALT))
    assert anatomy.compared_share(book) == 4 / 5


def test_normal_form(book):
    book.path.write_text(book.path.read_text("utf-8").replace('"name": "python3"', '"name": "mine"'), "utf-8")
    assert "normalise" in faults(open_book(book.path), anatomy.normal_form)[0]


def test_exercise_with_output(scratch):
    book = open_book(scratch / "exercises" / "99_fixture.ipynb")
    book.cells("code")[1].outputs = outputs({"output_type": "stream", "name": "stdout", "text": "PASS"})
    assert faults(book, anatomy.outputs_cleared)


def test_solution_that_does_not_pass(scratch):
    book = open_book(scratch / "exercises" / "99_fixture.ipynb")._replace(kind="solution")
    cell = book.cells("code")[1]
    for verdict, wanted in (("PASS 4/4", 0), ("TRY AGAIN", 1)):
        cell.outputs = outputs({"output_type": "stream", "name": "stdout", "text": verdict})
        assert len(faults(book, anatomy.solutions_pass)) == wanted
