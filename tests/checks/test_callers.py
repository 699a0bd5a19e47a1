"""The notebook's caller and the sandbox's keep one protocol: values only, everything caught, hard ends ended."""

import subprocess
import sys
import time

import numpy as np
import pytest

from course_utils.checks.callers import File, Handle, Outcome
from course_utils.checks.callers.inprocess import InProcess
from course_utils.classroom.caller import Sandboxed
from course_utils.classroom.notebook import Cell

SOURCE = """import sys, time, warnings
import numpy as np
from statistics import mean as borrowed_mean

class Model:
    def __init__(self, size):
        self.w = np.zeros(size)
    def add(self, x):
        self.w = self.w + x
        return self
    @property
    def broken(self):
        return 1 / 0

class Always:
    def __eq__(self, other): return True
    def __float__(self): return 1.0

def double(x): return 2 * x
def echo(*args, **options): return args, options
def mutate(x):
    x += 1
    return x.sum()
def noisy():
    print("to people")
    print("to stderr", file=sys.stderr)
    warnings.warn("careful")
    return np.log(np.zeros(1))
def loop():
    while True: pass
def stubborn():
    while True:
        try:
            time.sleep(0.01)
        except BaseException: pass
def leave(): sys.exit(3)
def interrupt(): raise KeyboardInterrupt
def ask(): return input("?")
def deep(n=0): return deep(n + 1)
def fail(x):
    y = x + 1
    return y / 0
def call_back(f, x): return f(x) + 1
def needing(x): return helper(x) + 1
def always(): return Always()
def matrix(n): return np.ones((n, n)).sum()
def busy():
    total = 0
    for i in range(400_000): total += i
    return total
def read(path): return open(path, encoding="utf-8").read()
def write(path): open(path + ".out", "w", encoding="utf-8").write("made"); return None
def flood(): print("x" * 10_000_000)
def uses_var(x): return np.var(x)
def uses_method(x): return helper_of_mine(x)
def helper_of_mine(x): return x.var()
def uses_alias(x): return borrowed_mean(x)
def uses_late(x):
    import colorsys
    return colorsys.rgb_to_hsv(*x)
value = 41
"""
STUBBORN = 9.0  # seconds within which even code that swallows everything is given up


def in_process():
    names = {"__name__": "answer"}
    exec(compile(SOURCE, "<answer>", "exec"), names)
    return InProcess(names)


ROUTES = ("numpy.var", "statistics.mean", "colorsys.rgb_to_hsv", ".var")


@pytest.fixture(scope="module")
def sandboxed(box, stage):
    with Sandboxed(box, stage, [Cell(1, SOURCE)], ROUTES) as caller:
        yield caller


@pytest.fixture(params=["in-process", "sandboxed"])
def caller(request):
    if request.param == "in-process":
        made = in_process()
        yield made
        made.close()
    else:
        yield request.getfixturevalue("sandboxed")


def test_values_cross_as_they_are(caller):
    values = (None, True, 3, 2**70, 0.1, np.inf, "é中", b"\x00", 1 + 2j, [1, (2,)], {"a": {1, 2}, (1, "b"): None})
    outcome = caller.call("echo", values, {"named": -0.0})
    assert outcome.fault is None
    assert outcome.value == (values, {"named": -0.0})
    assert repr(outcome.value) == repr((values, {"named": -0.0}))


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8", "bool", "complex128", "<U3", ">f8"])
def test_arrays_cross_with_shape_and_dtype(caller, dtype):
    array = np.array([[0, 1, 2], [3, 4, 5]]).astype(dtype)[:, ::2]
    (received,), _ = caller.call("echo", (array,)).value
    alike = array.dtype.newbyteorder("=") == received.dtype.newbyteorder("=") or received.dtype.kind == "U" == dtype[1]
    assert alike and received.shape == (2, 2)  # the order of bytes and the room for text are nobody's mistake
    assert (received == array).all()
    assert caller.call("echo", (np.float32(0.1), np.zeros((0, 3)))).value[0][0].dtype == np.float32


def test_arguments_are_copies_and_come_back_as_they_are_afterwards(caller):
    x = np.arange(3.0)
    outcome = caller.call("mutate", (x,))
    assert x.tolist() == [0, 1, 2]
    assert outcome.args[0].tolist() == [1, 2, 3]
    assert outcome.value == 6.0


def test_what_is_said_is_caught(caller, capfd):
    outcome = caller.call("noisy")
    assert outcome.printed == "to people\n"
    assert outcome.errors == "to stderr\n"
    assert outcome.warnings[0] == "UserWarning: careful"
    assert outcome.warnings[1].startswith("RuntimeWarning: divide by zero")
    assert capfd.readouterr() == ("", "")


def test_a_flood_of_text_is_cut(caller):
    assert 1000 < len(caller.call("flood").printed) < 100_000


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("loop", "TimeUp"),
        ("leave", "SystemExit"),
        ("interrupt", "KeyboardInterrupt"),
        ("deep", "RecursionError"),
        ("ask", "RuntimeError"),
        ("nowhere", "Missing"),
    ],
)
def test_bad_ends(caller, name, kind):
    assert caller.call(name, limit=0.3 if name == "loop" else 5.0).fault.kind == kind
    assert caller.call("double", (2,)).value == 4


def test_code_that_swallows_everything_is_given_up(caller):
    start = time.monotonic()
    fault = caller.call("stubborn", limit=0.2).fault
    assert fault.kind in ("TimeUp", "Stuck", "Dead")
    assert time.monotonic() - start < STUBBORN
    assert caller.call("double", (2,)).value == 4


def test_a_fault_names_the_learners_own_line(caller):
    fault = caller.call("fail", (1,)).fault
    assert (fault.kind, fault.text) == ("ZeroDivisionError", "division by zero")
    assert fault.where.startswith("line ")
    in_text = int(fault.where.split()[1].rstrip(":"))
    assert SOURCE.splitlines()[in_text - 1].strip() == "return y / 0"


def test_objects_stay_behind_handles(caller):
    model = caller.call("Model", (2,)).value
    assert isinstance(model, Handle) and model.type == "Model" and not model.callable
    method = caller.attribute(model, "add").value
    assert method.callable
    assert isinstance(caller.call(method, (np.array([1.0, 2.0]),)).value, Handle)
    assert caller.attribute(model, "w").value.tolist() == [1, 2]
    assert caller.attribute(model, "broken").fault.kind == "ZeroDivisionError"
    assert caller.attribute(model, "nothing").fault.kind == "AttributeError"
    assert caller.call("echo", (model,)).value[0][0].type == "Model"


def test_an_object_that_equals_everything_is_no_value(caller):
    assert isinstance(caller.call("always").value, Handle)


def test_functions_of_ours_are_called_back(caller):
    assert caller.call("call_back", (lambda x: 10 * x, 4)).value == 41
    outcome = caller.call("call_back", (lambda x: x["no"], 4))
    assert outcome.fault is not None


def test_supplied_names_are_there_while_called_and_replace_each_other(caller):
    caller.supply({"helper": lambda x: x + 100})
    assert caller.call("needing", (1,)).value == 102
    caller.supply({})
    assert caller.call("needing", (1,)).fault.kind == "NameError"


def test_files_are_read_and_seen_when_written(caller):
    assert caller.call("read", (File("a.txt", "é\r\nx"),)).value == "é\nx"
    outcome = caller.call("write", (File("b.txt"),))
    assert outcome.files == {"b.txt.out": "made"}


def test_time_and_memory(caller):
    assert caller.call("busy").cpu > 0.005
    peak = caller.call("matrix", (700,), memory=True).peak
    assert 700 * 700 * 8 <= peak < 3 * 700 * 700 * 8


@pytest.mark.parametrize(
    ("name", "route", "argument"),
    [
        ("uses_var", "numpy.var", np.ones(3)),
        ("uses_alias", "statistics.mean", [1, 2]),
        ("uses_late", "colorsys.rgb_to_hsv", (0.1, 0.2, 0.3)),
        ("uses_method", ".var", np.ones(3)),
    ],
)
def test_forbidden_routes_are_seen_here_and_blocked_there(caller, name, route, argument):
    sys.modules.pop("colorsys", None)
    caller.forbid((route,))
    outcome = caller.call(name, (argument,))
    seen = list(outcome.borrowed)
    if outcome.fault is not None:
        assert outcome.fault.kind == "ForbiddenRoute" and isinstance(caller, Sandboxed)
        seen.append(outcome.fault.text)
    assert route in seen
    caller.forbid(())
    assert caller.call(name, (argument,)).borrowed == ()


def test_watching_leaves_no_trace():
    before = np.var, __import__
    caller = in_process()
    caller.forbid(("numpy.var",))
    caller.call("uses_var", (np.ones(2),))
    assert (np.var, __import__) == before


LAZY = """
import importlib
def __getattr__(name):  # as SciPy does it
    if name == "tools":
        return importlib.import_module(".tools", __name__)
    raise AttributeError(name)
"""


def test_a_lazy_package_is_not_imported_for_the_watching(tmp_path, monkeypatch):
    package = tmp_path / "lazy_here"
    package.mkdir()
    (package / "__init__.py").write_text(LAZY, encoding="utf-8")
    (package / "tools.py").write_text("def answer(): return 1\ndef help(): return 2\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def uses_a_neighbour():
        import lazy_here  # noqa: F401 - the package alone is loaded now, and no part of it

        loaded = "lazy_here.tools" in sys.modules
        from lazy_here.tools import help

        return loaded, help()

    caller = InProcess({"f": uses_a_neighbour})
    caller.forbid(("lazy_here.tools.answer",))
    outcome = caller.call("f")
    assert outcome.fault is None and outcome.value == (False, 2) and outcome.borrowed == ()
    assert not hasattr(sys.modules["lazy_here.tools"].answer, "__wrapped__")


def test_a_forbidden_function_of_ours_may_be_used_by_our_callback():
    caller = in_process()
    caller.forbid(("numpy.var",))
    assert caller.call("call_back", (lambda x: np.var(x), np.ones(3))).borrowed == ()


def test_the_callers_need_nothing_else_of_the_course():
    code = (
        "import importlib.util, sys\n"
        "import pathlib, course_utils\n"
        "folder = pathlib.Path(course_utils.__file__).parent / 'checks' / 'callers'\n"
        "spec = importlib.util.spec_from_file_location('callers', folder / '__init__.py',"
        " submodule_search_locations=[str(folder)])\n"
        "module = importlib.util.module_from_spec(spec); sys.modules['callers'] = module\n"
        "spec.loader.exec_module(module)\n"
        "import callers.inprocess\n"
        "print([m for m in sys.modules if m.startswith('course_utils.checks')])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_an_outcome_begins_empty():
    assert (Outcome().value, Outcome().fault, Outcome().borrowed) == (None, None, ())
