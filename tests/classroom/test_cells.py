"""A line that only the sandbox refuses costs its own statement: what stands below it is run and told."""

import pytest

from course_utils.classroom.sandbox.inside import pieces

REFUSED = {
    "!pip install pandas": "skipped",
    "%pip install pandas": "skipped",
    "pip install pandas": "error",
    "!ls": "skipped",
    "files = !ls": "skipped",
    "%matplotlib widget": "skipped",
    "%load_ext no_such_extension": "skipped",
    "%no_such_magic 3": "skipped",
    "%conda install x": "skipped",
    "%reset -f": "skipped",
    "%%time\n1 / 0": "error",
    "%%no_such_magic\n": "skipped",
    "name = input('Your name? ')": "error",
    "import google.colab": "error",
    "from google.colab import drive\ndrive.mount('/content/drive')": "error",
    "import no_such_package as pd": "error",
    "text = open('data.csv').read()": "error",
    "import os; os.chdir('/content'); n = 5": "error",
    "1 / 0": "error",
    "assert 1 == 2": "error",
    "x = = 3": "error",
    "print('never closed'": "error",
    "def broken(:\n    pass": "error",
    "return 3": "error",
    "while True: pass": "timeout",
}
BELOW = "\nimport math\ndef answer(x):\n    return math.floor(x) + 1\nvalue = {}\n"


@pytest.fixture(scope="module")
def ran(box, stage):
    """A notebook in which each line stands above an answer of its own, in a cell of its own."""
    from dataclasses import replace

    from course_utils.classroom.caller import Sandboxed
    from course_utils.classroom.notebook import Cell
    from course_utils.classroom.sandbox.bwrap import Bwrap

    quick = Bwrap(replace(box.limits, cell=1.0))
    cells = [Cell(n, (line + BELOW.format(n)).replace("answer", f"answer{n}")) for n, line in enumerate(REFUSED)]
    with Sandboxed(quick, stage, [Cell(99, "before = 1"), *cells]) as caller:
        caller.session()
        yield caller


@pytest.mark.parametrize("number, line", enumerate(REFUSED), ids=list(REFUSED))
def test_what_stands_below_it_counts_and_is_told(ran, number, line):
    assert ran.call(f"answer{number}", (2.5,)).value == 3
    assert ran.run.killers == {} and ran.has("before")
    told = [t for t in ran.run.troubles if t.place == number]
    assert [t.kind for t in told] == [REFUSED[line]]
    if REFUSED[line] == "skipped":
        assert f"`{line.splitlines()[0].removeprefix('files = ').strip()}`".lstrip("`%") in told[0].text.lstrip("`%")
    else:
        assert "; what came after it was run" in told[0].text and number in ran.run.resumed
    assert ran.has("n") and ran.has("files")


def test_the_line_is_named_and_what_could_not_run_below_it(run):
    caller = run("import math\n\nimport no_such_package as pd\ntable = pd.read_csv('x')\ndef f():\n    return 1")
    assert caller.call("f").value == 1
    assert [t.text for t in caller.run.troubles] == [
        "ModuleNotFoundError: No module named 'no_such_package' at line 3; what came after it was run,"
        " without line 4 (NameError: name 'pd' is not defined)"
    ]


def test_a_sign_of_another_keyboard_is_named_with_its_place(run):
    caller = run("x = 1\ny = abs（x)\n")
    assert not caller.has("y")
    (trouble,) = caller.run.troubles
    assert "Line 2, column 8 has the sign `（` (fullwidth left parenthesis). Put `(` there." in trouble.text


def test_errors_below_name_their_own_line_of_the_cell(run):
    caller = run("1 / 0\n\ndef f():\n    return undefined")
    assert caller.call("f").fault.where == "line 4: return undefined"


def test_the_last_definition_wins_and_a_wrong_one_is_not_made_better(run):
    caller = run(
        "def f():\n    return 'right'",
        "1 / 0\ndef f():\n    return 'later'\nkept = 1\ndel kept\n",
        "s = '''text\ndef f():\n    return 'in a string'\n'''\nx = = 1\n",
        'print("a"\nt = """\ndef f():\n    return "in an open string"\n',
    )
    assert caller.call("f").value == "later" and not caller.has("kept")


def test_exit_and_endless_loops_leave_only_definitions(run):
    caller = run("import sys\nsys.exit()\ndef f():\n    return 1\nn = 2", "raise SystemExit\nm = 3")
    assert caller.call("f").value == 1 and not caller.has("n") and not caller.has("m")


@pytest.mark.parametrize(
    "source, found",
    [
        ("a = 1\nb = = 2\nc = 3", ["a = 1", "c = 3"]),
        ("@wraps\ndef f():\n  pass\nd = = 1\ne = 2", ["@wraps\ndef f():\n  pass", "e = 2"]),
        ("try:\n    a\nexcept E:\n    b\nelse:\n    c\n1x", ["try:\n    a\nexcept E:\n    b\nelse:\n    c"]),
        ("x = [1,\n2,\n]\ny ! z", ["x = [1,\n2,\n]"]),
        ('def f():\n    """doc\ntext\n    """\n    return 1\n?', ['def f():\n    """doc\ntext\n    """\n    return 1']),
        ('"""open\nimport os', []),
        ("if a:\n    b\n  c\nd = 1", ["d = 1"]),
        ("f(1\ndef g():\n    pass", ["def g():\n    pass"]),
        ("a = 1\\\n+ 2\nb c", ["a = 1\\\n+ 2"]),
        ("\0", []),
        ("(" * 5000, []),
    ],
)  # fmt: skip
def test_only_whole_statements_are_taken_from_a_cell_that_does_not_parse(source, found):
    assert [text for _, text in pieces.parts(source)] == found
    assert all(source.splitlines()[line - 1].startswith(text.splitlines()[0]) for line, text in pieces.parts(source))


def test_a_module_that_the_notebook_writes_itself_is_found(run):
    caller = run("%%writefile helper.py\nn = 4", "from helper import n\nimport random\nkind = type(random.Random)")
    assert caller.read("n").value == 4 and caller.run.troubles == []
