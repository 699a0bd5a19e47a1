"""As a learner and as stock nbgrader see it: solutions pass with all points, each bad end is told in words.

That stored outputs are those of a run, and that released exercises say NOT YET and earn nothing, is proved where every
notebook is run once: `tools.notebooks verify`.
"""

import os

import nbformat
import pytest
from nbgrader.utils import determine_grade

from course_utils.checks import registry
from course_utils.checks.hints import solution_code
from course_utils.classroom import release
from tools.reference_kernel import execute, reference_kernel
from tools.verify import OUTPUTS

SOLUTIONS = sorted((release.ROOT / "solutions").glob(release.PATTERN))


def checks(path):
    """{exercise: its check cell} as stored; run again where `verify` does not compare with what is stored."""
    if os.environ.get(OUTPUTS) == "not compared":
        with reference_kernel():
            notebook, _ = execute(path)
    else:
        notebook = nbformat.read(path, as_version=4)
    return {number: cell for cell in notebook.cells if (number := release.check_in(cell))}


def told(cell):
    """The panels of a cell, as plain text."""
    return [out.data["text/plain"] for out in cell.outputs if out.output_type == "display_data"]


def printed(cell):
    return "".join(out.text for out in cell.outputs if out.output_type == "stream" and out.name == "stdout")


def results(cell):
    return [out.data["text/plain"] for out in cell.outputs if out.output_type == "execute_result"]


@pytest.mark.parametrize("path", SOLUTIONS, ids=[p.name for p in SOLUTIONS])
def test_solutions_pass_with_all_points(path):
    cells = checks(path)
    assert set(cells) == set(registry.lesson(path.name[:2]))
    for number, cell in cells.items():
        points = registry.find(number).points
        assert [panel.startswith(f"PASS {number} ") for panel in told(cell) if "PASS" in panel] == [True], number
        assert "PASS" not in printed(cell)
        assert results(cell) == [f"{points}"]
        assert determine_grade(cell) == (points, points)


@pytest.mark.slow
def test_partial_credit_and_a_panel_in_a_notebook(tmp_path):
    """Two of three parts right: stock nbgrader reads two points, and the learner sees the panel once."""
    code = (
        "from course_utils.checks import Exercise, Misconception, check\n"
        "wrong = [Misconception(k, {k: 0}, f'Look at {k} once more.') for k in 'abc']\n"
        "three = Exercise(id='98.2', title='Parts', name='parts', kind='value', points=3,\n"
        "    reference=dict(a=1, b=2, c=3), alternatives=[dict(c=3, b=2, a=1)] * 2, misconceptions=wrong,\n"
        "    hints=['one', 'two', 'three'])\n"
        "parts = dict(a=1, b=2, c=7)\n"
        "check(three)"
    )
    marks = {"grade": True, "grade_id": "c", "locked": True, "points": 3, "schema_version": 3, "solution": False}
    cell = nbformat.v4.new_code_cell(code, metadata={"nbgrader": {**marks, "task": False}})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "partial.ipynb")
    with reference_kernel():
        cell = execute(tmp_path / "partial.ipynb")[0].cells[0]
    assert determine_grade(cell) == (2, 3)
    assert len(cell.outputs) == 2 and printed(cell) == ""
    panel, number = (out.data for out in cell.outputs)
    assert panel["text/plain"].startswith("TRY AGAIN 98.2 Parts: 2 of 3 points\n")
    for kind in ("text/plain", "text/html"):
        assert panel[kind].count("TRY AGAIN") == panel[kind].count("2 of 3 points") == 1
        assert "Look again at" in panel[kind]
    assert (number["text/plain"], number["text/html"]) == ("2", "<span></span>")


BAD_ENDS = {
    "pass  # nothing yet": "returns nothing",
    "raise NotImplementedError": "still raises NotImplementedError",
    "exit()": "called sys.exit",
    "return input()": "input() was called",
    "return x / undefined": "line 2: return x / undefined",
    "return [x for x in iter(int, 1)]": "did not finish within 0.3 seconds",
    "__import__('time').sleep(60)": "Restart the kernel",
    "print(x + 1)": "prints its result",
}


@pytest.mark.slow
def test_bad_ends_leave_the_kernel_alive(tmp_path):
    """What would stop a notebook, a kernel or nbgrader does not: each is told in words, and the next cell runs."""
    first = (
        "from course_utils.checks import Exercise, Misconception, check\n"
        "wrong = [Misconception(f'm{k}', lambda x, k=k: x + k, f'You added {k}. Was that asked?') for k in (2, 3, 4)]\n"
        "one = Exercise(id='98.4', title='One more', name='more', points=1, reference=lambda x: x + 1,\n"
        "    cases=lambda rng: [(1.0,), (2.0,)], alternatives=[lambda x: 1 + x, lambda x: x - -1],\n"
        "    misconceptions=wrong, hints=['one', 'two', 'three'], time_limit=0.3)"
    )
    sources = [first]
    for body in BAD_ENDS:
        sources += [f"def more(x):\n    {body}", "check(one)"]
    cells = [nbformat.v4.new_code_cell(source) for source in [*sources, "def more(x): return x + 1", "check(one)"]]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "ends.ipynb")
    with reference_kernel():
        checks = [c for c in execute(tmp_path / "ends.ipynb")[0].cells if c.source == "check(one)"]
    for cell, words in zip(checks, BAD_ENDS.values(), strict=False):
        assert words in told(cell)[0]
        assert results(cell) == ["0"] and not [o for o in cell.outputs if o.get("name") == "stderr"]
    assert results(checks[-1]) == ["1"]


@pytest.mark.parametrize("exercise", registry.every(), ids=lambda e: e.id)
def test_the_solution_that_is_shown_is_the_one_in_the_notebook(exercise):
    code = solution_code(exercise)
    assert code is not None and exercise.name in code
    assert "###" not in code and "NotImplementedError" not in code
    compile(code, exercise.id, "exec")


def test_without_solutions_there_is_nothing_to_show(tmp_path):
    assert solution_code(registry.find("00.1"), tmp_path) is None
