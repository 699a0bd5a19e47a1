"""An answer whose own cell stopped is told what stopped it: in a real shell, and sign by sign."""

import json
import subprocess
import sys

import pytest

from course_utils.checks.feedback.slips import cell_words, instead_of, slip_words, strange_signs

IN_A_SHELL = """
import contextlib, io, json, sys
from traitlets.config import Config
from IPython.core.interactiveshell import InteractiveShell
config = Config(); config.HistoryManager.enabled = False; config.InteractiveShell.colors = "NoColor"
shell = InteractiveShell.instance(config=config)
told = {}
for what, cells in json.loads(sys.stdin.read()).items():
    shell.user_ns.update(__name__="__main__")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in cells:
            shell.run_cell(cell, store_history=True)
    r = shell.user_ns.get("r")
    told[what] = None if r is None else [r.status, r.fault, r.message]
    shell.user_ns.clear()
print(json.dumps(told))
"""
USE = "from course_utils.checks import check"
STUB = "def column_means(x):\n    raise NotImplementedError"
RIGHT = "def column_means(x):\n    return x.mean(axis=0)"
WRONG = "def column_means(x):\n    return x.mean(axis=1)"
CHECK = 'r = check("02.1", quiet=True)'
SLIPS = {  # the cell that stopped, and words of its message
    "full-width": (RIGHT.replace("(x):", "（x）："), ["`（` (fullwidth left parenthesis)", "Line 1, column 17", "`(`"]),
    "ideographic space": ("def\u3000column_means(x):\n    return x", ["ideographic space", "an ordinary space"]),
    "smart quotes": (RIGHT.replace("0", "“0”"), ["Line 2, column 24", "left double quotation mark", '`"`']),
    "lost indent": (RIGHT.replace("    ", ""), ["Line 2 has lost its indent", "function definition of line 1"]),
    "return outside": (
        RIGHT.replace("    return", "    y = 1\nreturn"),
        ["Line 3", "`return` outside of the function"],
    ),
    "one equals": (RIGHT.replace("\n", "\n    if x = 0:\n        return 0\n"), ["Line 2", "is asked with `==`"]),
    "return is": (RIGHT.replace("return", "return ="), ["Line 2", "without `=`"]),
    "percent": (RIGHT + "%", ["Line 2", "no percentage"]),
    "letter x": (RIGHT + " x 2", ["Line 2", "not the letter x"]),
    "order": (RIGHT.replace("\n", "\n    if 2 => 1:\n        return 0\n"), ["Line 2", "have their `=` behind"]),
    "backslash": (RIGHT + " \\ 2", ["Line 2", "Write `/`"]),
    "product": (RIGHT + " * 2x", ["Line 2", "`2 * x`"]),
    "never closed": (RIGHT[:-1], ["line 2", "never closed"]),
    "decorator": ("import numpy as np\n@np.vectorise\n" + RIGHT, ["AttributeError", "In line 2", "vectorise"]),
}


@pytest.fixture(scope="module")
def told():
    """What is told after each story, all of them played in one shell."""
    stories = {what: [USE, STUB, cell, CHECK] for what, (cell, _) in SLIPS.items()}
    stories |= {f"{what} again": [USE, WRONG, cell, CHECK] for what, (cell, _) in SLIPS.items()}
    stories["mended"] = [USE, RIGHT.replace("(", "（"), RIGHT, CHECK]
    stories["stopped below"] = [USE, RIGHT + "\n\ncolumn_means(1)", CHECK]
    stories["body outside"] = [USE, "def column_means(x):\n    n = len(x)\nm = x / 2", CHECK]
    stories["handed in"] = [USE, RIGHT, RIGHT.replace("(", "（"), 'r = check("02.1", lambda x: x.mean(0), quiet=True)']
    stories["stub"] = [USE, STUB, CHECK]
    stories["renamed"] = [USE, STUB, RIGHT.replace("column_means", "column_mean"), CHECK]
    stories["letter"] = [USE, RIGHT.replace("column_means", "Column_Means"), CHECK]
    stories["a class"] = [USE, "class column_means:\n    def __init__(self, x): pass", CHECK]
    stories["not run"] = [USE, CHECK]
    run = [sys.executable, "-c", IN_A_SHELL]
    done = subprocess.run(run, input=json.dumps(stories), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("before", ["", " again"])
@pytest.mark.parametrize("what", SLIPS)
def test_the_cell_that_stopped_is_told_and_not_what_it_left(told, what, before):
    status, fault, message = told[what + before]
    assert (status, fault) == ("not yet", "cell")
    assert all(words in message for words in ["column_means", *SLIPS[what][1]]), message
    assert "NotImplementedError" not in message


def test_what_ran_is_judged(told):
    assert [told[what][0] for what in ("mended", "stopped below", "handed in")] == ["pass"] * 3
    assert told["stub"][1] == "stub" and told["not run"][1] == "missing"
    assert "another name" not in told["stub"][2] + told["not run"][2]


def test_a_body_that_lost_its_indent_is_told_below_the_verdict(told):
    status, fault, message = told["body outside"]
    assert (status, fault) == ("try again", "nothing")
    assert "Its cell stopped below it, in line 3, with NameError: name 'x' is not defined" in message


def test_another_name_and_another_kind_are_told(told):
    assert "There is `column_mean` in your notebook" in told["renamed"][2]
    assert "There is `Column_Means` in your notebook" in told["letter"][2]
    assert told["a class"][2].startswith("`column_means` is a class; a function was expected")


def test_signs_in_texts_and_comments_are_nobodys_slip():
    assert strange_signs('s = \'（，）\'  # “so”\nt = """，\n（"""\nπ = 3\n变量 = 1') == []
    assert instead_of("π") is None and instead_of("🙂") is None and instead_of("(") is None


TWINS = dict(zip("（）：，；＝＋！３“‘−×。【　", "():,;=+!3\"'-*.[ ", strict=True))


@pytest.mark.parametrize("sign", TWINS)
def test_each_sign_has_its_twin(sign):
    assert instead_of(sign) == TWINS[sign]


CELLS = {
    "def f(x):\n  return x\n return 2": "begins where no block above begins",
    "x = 1\n  y = 2": "stands further in",
    "def f(x)\n    return x": "colon `:` is missing at the end of line 1",
    "f(1))": "closes nothing",
    "f(1]": "a `]` closes what was opened with `(`",
    "s = 'abc": "no closing quote",
    's.strip(".,;:!?"()-")': "a quote stands inside the quotes",
    "s.strip('.,;:!?'()-')": "Put the other kind outside",
    "s = 'it's'": "a quote stands inside the quotes",
    'print("say "no" now")': "a quote stands inside the quotes",
    "s = 'abc’": "right single quotation mark",
    "for i in range(3):\n    pass\nbreak": "outside of the loop",
    "if True:\n\tx = 1\n        y = 2": "tabs",
}


@pytest.mark.parametrize("source", CELLS)
def test_what_python_cannot_read_is_put_in_words(source):
    with pytest.raises(SyntaxError) as found:
        compile(source, "cell", "exec")
    error = found.value
    assert CELLS[source] in slip_words(source, type(error).__name__, error.msg, error.lineno)
    assert error.msg in cell_words("f", source, type(error).__name__, error.msg, error.lineno)
