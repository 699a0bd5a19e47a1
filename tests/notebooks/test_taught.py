"""What an exercise needs was taught before: the rule finds names, methods, options and constructs."""

import shutil

import nbformat
import pytest

from course_utils.checks import registry
from tools import taught
from tools.anatomy import open_book
from tools.reference_kernel import ROOT
from tools.taught_exceptions import EXCEPTIONS

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


@pytest.mark.parametrize(("code", "items"), [
    ("np.zeros((2, 3))", {"np.zeros", "a tuple"}),
    ("np.linalg.norm(x).round(2)", {"np.linalg.norm", ".round", "x"}),
    ("x.sum(axis=0, keepdims=True)", {".sum", "axis=", "keepdims="}),
    ("with open(path) as file:\n    rows = [line for line in file]",
     {"with", "open", "path", "a list comprehension", "a loop over a file"}),
    ("class A(B):\n    def f(self):\n        return self.n", {"class", "def", "a class made from another", "B", ".n"}),
    ("for i, x in enumerate(y):\n    z[i] += x", {"for", "two names in a loop", "enumerate", "+=", "y", "z"}),
    ("a, b = (x[:, None] @ y) ** 0.5, lambda t: -t", {"a, b = ...", "a tuple", "[i, j]", "[a:b]", "[:, None]",
                                                    "@", "**", "** 0.5", "lambda", "x", "y"}),
    ("return a, b", {"return a, b", "a tuple", "a", "b"}),
    ("x[::2] if 0 < y < 1 else (v for v in x if v)", {"x if question else y", "[a:b:step]", "a < b < c",
                                                     "a generator expression", "a comprehension with a condition",
                                                     "x", "y"}),
    ("[0] * n", {"a list", "[0] * n", "n"}), ("-np.inf", {"np.inf"}), ("-inf", {"np.inf"}), ("no Python at all", set()),
])  # fmt: skip
def test_what_some_lines_need(code, items):
    assert taught.needed(code) == items


def test_a_text_teaches_by_its_code_words():
    text = "`append` adds, `.strip()` takes off, `np.eye(3)` fills, `with` closes, **bold** and $x$ do nothing"
    assert taught.mentioned(text) == {"append", ".strip", "np.eye", "with"}


GIVEN = 'def f(x):\n    """What it gives."""\n    '


def solution(answer, task="## 98.1 A task", given=GIVEN):
    """The cells of a solution notebook with one exercise."""
    body = "\n    ".join(answer.split("\n"))
    cells = [
        nbformat.v4.new_code_cell("from course_utils.activations import relu"),
        nbformat.v4.new_markdown_cell(task),
    ]
    cells.append(nbformat.v4.new_code_cell(f"{given}### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"))
    return nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell('check("98.1")')])


@pytest.fixture
def told(tmp_path):
    """A function: what the rule says of an answer after one lesson with a cell and a text."""

    def rule(answer, cell="", text="", folded=False, **task):
        for folder in ("notebooks", "solutions"):
            (tmp_path / folder).mkdir(exist_ok=True)
        shown = nbformat.v4.new_code_cell(cell, metadata={"jupyter": {"source_hidden": True}} if folded else {})
        words = nbformat.v4.new_markdown_cell(text)
        path = tmp_path / "notebooks" / "98_x.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[shown, words]), path)
        nbformat.write(solution(answer, **task), tmp_path / "solutions" / "98_x.ipynb")
        return [
            message.split(" needs ")[1].split(", which")[0] for _, message in taught.untaught(open_book(path), None)
        ]

    return rule


def test_what_was_not_shown_is_told(told):
    assert told("return np.sqrt(x)") == ["np.sqrt"]
    assert told("return relu(x)", cell="print(x)") == ["relu"]
    assert told("return np.sqrt(x)", cell="print(np.sqrt(2))") == []
    assert told("return np.sqrt(x)", text="the root is `np.sqrt(x)`") == []
    assert told("return np.sqrt(x)", text="## Exercises\n\nthe root is `np.sqrt(x)`") == ["np.sqrt"]
    assert told("return np.sqrt(x)", cell="print(np.sqrt(2))", folded=True) == ["np.sqrt"]
    assert told("return x.sum(axis=0)", cell="x.sum()") == ["axis="]


def test_tasks_ask_and_cells_give(told):
    asks = "## 98.1 A task\n\nImpossible gives `-inf`. Return `return a, b`.\n\n*Rules:* without `np.vectorize`."
    assert told("return x", task=asks) == ["a tuple", "np.inf", "return a, b"]
    assert told("y = x * 2\nreturn y", given="def f(x):\n    total = sum(x)\n    ") == []
    assert told("return sum(x)", given="def f(x):\n    total = sum(x)\n    ") == []


def test_a_pause_asks_only_for_what_stood_before_it():
    pause = "**Pause.** You can do [exercises 98.1 and 98.3](x.ipynb) now."
    cells = [nbformat.v4.new_markdown_cell(text) for text in ("`[v for v in x]`", pause, "`lambda: 0`")]
    assert "lambda" not in taught.taught(taught.before("98.3", cells))
    assert {"a list comprehension", "lambda"} <= taught.taught(taught.before("98.2", cells))


def test_all_exercises_are_asked():
    for path in LESSONS:
        found = [exercise for exercise, _ in taught.asked(open_book(ROOT / "solutions" / path.name))]
        assert found == list(registry.lesson(path.name[:2])), path.name


@pytest.mark.parametrize(("cells", "lost"), [
    (["01-335", "01-340"], "01.4 needs return a, b"), (["01-445"], "01.4 needs a loop over a file"),
    (["02-192", "02-194"], "02.2 needs np.sqrt"), (["03-420", "03-430"], "03.6 needs np.inf"),
    (["01-070", "01-080"], "01.2 needs ** 0.5"),
])  # fmt: skip
def test_a_lesson_without_its_cells_is_told(tmp_path, cells, lost):
    for folder in ("notebooks", "solutions"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (path,) = (tmp_path / "notebooks").glob(f"{cells[0][:2]}_*.ipynb")
    (asked,) = (tmp_path / "notebooks").glob(f"{lost[:2]}_*.ipynb")
    notebook = open_book(path).notebook
    notebook.cells = [cell for cell in notebook.cells if cell.id not in cells]
    nbformat.write(notebook, path)
    assert f"{lost}, which no lesson has shown before" in [m for _, m in taught.untaught(open_book(asked), None)]


def test_exceptions_are_needed_and_say_why(monkeypatch):
    monkeypatch.setattr(taught, "EXCEPTIONS", {})
    lines = [message for path in LESSONS for _, message in taught.untaught(open_book(path), None)]
    assert sorted(lines) == sorted(
        f"{exercise} needs {item}, which no lesson has shown before"
        for exercise in EXCEPTIONS
        for item in EXCEPTIONS[exercise]
    )
    assert all(len(reason) >= 10 for items in EXCEPTIONS.values() for reason in items.values())
