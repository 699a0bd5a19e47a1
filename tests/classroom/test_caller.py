"""The sandboxed kernel speaks the checks' protocol, in a real Jupyter kernel, and survives what is done to it."""

import subprocess
import sys
import time

import numpy as np
import pytest

from course_utils.checks.callers import File, Handle
from course_utils.checks.callers.inprocess import InProcess
from course_utils.classroom.sandbox import usage
from course_utils.classroom.sandbox.backend import Limits
from course_utils.classroom.sandbox.session import Gone, Session

CELL = """
import numpy as np
from dataclasses import dataclass

number = 3
def double(x):
    return 2 * x
def spoil(x, *, out):
    x[0] = 99.0
    out["n"] = 1
    return x
def talk(x):
    import sys, warnings
    print("said")
    print("cried", file=sys.stderr)
    warnings.warn("warned")
    return x
def use(f, x):
    return f(x) + f(2 * x)
def broken():
    return 1 / 0
def twice_random(rng):
    return rng.normal(size=2)
def read(path):
    with open(path) as file:
        text = file.read()
    with open(path + ".out", "w") as file:
        file.write(text.upper())
    return text
class Counter:
    def __init__(self, n):
        self.n, self.w = n, np.ones(2)
    def up(self, by=1):
        self.n += by
        return self.n
def of(counter):
    return counter.n
"""


@pytest.fixture(scope="module")
def kernel(box, stage):
    from course_utils.classroom.caller import Sandboxed
    from course_utils.classroom.notebook import Cell

    with Sandboxed(box, stage, [Cell(1, CELL)]) as caller:
        yield caller


def test_it_is_a_real_kernel(run):
    caller = run(
        "%precision 3\nimport asyncio\nshell = type(get_ipython()).__name__",
        "await asyncio.sleep(0)\nwaited = True",
        "from IPython.display import display\ndisplay({'a': 1})\nlast = _\nanswer = 'precision' in In[1]",
        "import ipykernel.kernelapp\nready = ipykernel.kernelapp.IPKernelApp.initialized()",
    )
    assert caller.read("shell").value == "ZMQInteractiveShell"
    assert caller.read("waited").value is True and caller.read("ready").value is True
    assert caller.read("answer").value is True
    assert caller.run.troubles == []


@pytest.mark.parametrize("value", [3, 2.5, "é", True, None, (1, [2.0, {"a": {4}}]), 1j, b"x", -(10**40), float("inf")])
def test_values_go_in_and_come_out(kernel, value):
    got = kernel.call("use", (lambda x: [x], value))
    assert got.fault is None or value is None or isinstance(value, dict | set | bytes | tuple)
    assert kernel.call("talk", (value,)).value == value


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "?", "c16", "U3"])
def test_arrays_keep_shape_and_dtype(kernel, dtype):
    array = np.arange(6).reshape(2, 1, 3).astype(dtype)
    got = kernel.call("talk", (array[:, :, ::2],)).value
    assert (got.dtype == array.dtype or dtype == "U3") and np.array_equal(got, array[:, :, ::2])


def test_everything_it_says_is_reported_as_in_the_notebook(kernel):
    names = {}
    exec(compile(CELL, "<answer>", "exec"), names)
    here = InProcess(names)
    for name, args, options in (
        ("talk", (1,), {}),
        ("spoil", (np.zeros(2),), {"out": {}}),
        ("broken", (), {}),
        ("use", (abs, np.float64(-2)), {}),
    ):
        ours, theirs = here.call(name, args, options), kernel.call(name, args, options)
        for part in ("printed", "errors", "warnings", "options", "borrowed"):
            assert getattr(ours, part) == getattr(theirs, part), (name, part)
        assert np.array_equal(ours.value, theirs.value)
        assert (ours.fault and ours.fault.kind) == (theirs.fault and theirs.fault.kind)
    assert kernel.call("broken").fault.where == "line 20: return 1 / 0"


def test_arguments_come_back_as_they_are_afterwards(kernel):
    given, options = np.zeros(2), {"out": {}}
    outcome = kernel.call("spoil", (given,), options)
    assert outcome.args[0][0] == 99.0 and outcome.options["out"] == {"n": 1}
    assert given[0] == 0.0 and options == {"out": {}}


def test_objects_stay_there_and_are_spoken_of_by_handles(kernel):
    made = kernel.call("Counter", (5,)).value
    assert isinstance(made, Handle) and made.type == "Counter" and not made.callable
    up = kernel.attribute(made, "up").value
    assert up.callable and kernel.call(up, (), {"by": 2}).value == 7
    assert kernel.attribute(made, "n").value == 7 and np.array_equal(kernel.attribute(made, "w").value, [1, 1])
    assert kernel.call("of", (made,)).value == 7
    assert kernel.attribute(made, "gone").fault.kind == "AttributeError"


def test_our_functions_are_called_back_with_their_values(kernel):
    seen = []
    got = kernel.call("use", (lambda x: seen.append(x) or x.sum(), np.ones(2)))
    assert got.value == 6.0 and [s.tolist() for s in seen] == [[1.0, 1.0], [2.0, 2.0]]

    def refuses(x):
        raise ValueError("not like this")

    assert "not like this" in kernel.call("use", (refuses, 1)).fault.text


def test_generators_and_files_are_handed_in(kernel):
    rng = np.random.default_rng(3)
    assert np.array_equal(kernel.call("twice_random", (rng,)).value, np.random.default_rng(3).normal(size=2))
    outcome = kernel.call("read", (File("a.txt", "hello"),))
    assert outcome.value == "hello" and outcome.files == {"a.txt.out": "HELLO"}


def test_names_are_supplied_and_taken_back(run):
    caller = run("def area(x):\n    return side(x) ** 2\ndef other():\n    return side(1)")
    assert caller.call("area", (3,)).fault.kind == "NameError"
    caller.supply({"side": lambda x: x + 1})
    assert caller.call("area", (3,)).value == 16 and caller.call("area", (4,)).value == 25
    caller.supply({})
    assert caller.call("area", (3,)).fault.kind == "NameError"
    assert not caller.has("side")


BORROW = """
import functools, math
import numpy as np
from course_utils.affine import affine_forward
import course_utils.affine as stored_module
stored = affine_forward
compared = affine_forward(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))[0]
def direct(x):
    return affine_forward(x, x, np.zeros(1))[0]
def hidden(x):
    return functools.reduce(lambda a, f: f(x, x, np.zeros(1))[0], [stored], None)
def default(x, f=stored):
    return f(x, x, np.zeros(1))[0]
def caught(x):
    try:
        return getattr(stored_module, "affine_" + "forward")(x, x, np.zeros(1))[0]
    except Exception:
        return x @ x
def late(x):
    from scipy.special import softmax
    return softmax(x)
def fine(x):
    from course_utils.activations import softmax
    return softmax(x)
def root(x):
    return math.sqrt(x)
"""


def test_forbidden_routes_raise_in_calls_and_nowhere_else(run):
    routes = ("course_utils.affine.affine_forward", "scipy.special.softmax", "math.sqrt")
    caller = run(BORROW, routes=routes)
    x = np.ones((1, 1))
    assert caller.call("direct", (x,)).value == 1.0 and caller.read("compared").value == 1.0
    caller.forbid(routes[:2])
    for name, route in (("direct", 0), ("hidden", 0), ("default", 0), ("late", 1)):
        outcome = caller.call(name, (x,))
        assert outcome.fault.kind == "ForbiddenRoute" and outcome.borrowed == (routes[route],), name
    caught = caller.call("caught", (x,))
    assert caught.value == 1.0 and caught.borrowed == (routes[0],)
    assert caller.call("fine", (x,)).value == 1.0 and caller.call("root", (4,)).value == 2.0
    assert not caller.run.troubles


def test_a_call_that_takes_too_long_ends_and_definitions_stay(run):
    caller = run("kept = 1", "def slow():\n    global kept\n    kept = 2\n    while True:\n        pass")
    assert caller.call("slow", limit=0.5).fault.kind == "TimeUp"
    assert caller.read("kept").value == 2


def test_a_kernel_that_dies_is_replaced_with_the_cells_run_again(run):
    caller = run(
        "count = 0",
        "import os\ndef die():\n    os._exit(1)\ndef next_one():\n    global count\n    count += 1\n    return count",
    )
    assert caller.call("next_one").value == 1 and caller.call("next_one").value == 2
    assert caller.call("die").fault.kind == "Dead"
    assert caller.call("next_one").value == 1


def test_a_cell_that_ends_the_kernel_keeps_its_definitions(run):
    caller = run("x = 1", "import os\ndef f():\n    return 5\ny = 2\nos._exit(0)", "z = 3")
    assert caller.call("f").value == 5 and caller.read("z").value == 3 and not caller.has("y")
    assert [(t.place, t.kind) for t in caller.run.troubles] == [(2, "died")]


def test_an_endless_cell_is_stopped_and_the_next_ones_run(run):
    caller = run("def f():\n    return 5\nwhile True:\n    pass", "z = 3", "1 / 0")
    assert caller.call("f").value == 5 and caller.read("z").value == 3
    assert [(t.place, t.kind) for t in caller.run.troubles] == [(1, "timeout"), (3, "error")]


GREEDY = """
import threading, time
def sleep():
    time.sleep(1000)
def take_all():
    while True:
        try:
            threading.Thread(target=sleep, daemon=True).start()
        except RuntimeError:
            time.sleep(0.001)
threading.Thread(target=take_all, daemon=True).start()
time.sleep(0.5)
"""


def test_cells_run_and_are_stopped_where_a_cell_takes_every_thread(run):
    caller = run(GREEDY, "n = 1", "while True:\n    pass", "m = n + 1")
    assert caller.has("m")
    assert [(t.place, t.kind) for t in caller.run.troubles] == [(3, "timeout")]


def test_time_and_memory_are_not_believed_below_what_is_seen(run):
    lie = """
import numpy as np, time
from course_utils.checks.callers import guard, inprocess
plain = inprocess.InProcess.call
def lying(self, *args, **options):
    outcome = plain(self, *args, **options)
    outcome.cpu, outcome.peak = 0.0, 0
    return outcome
inprocess.InProcess.call = lying
def busy():
    end = time.process_time() + 0.6
    while time.process_time() < end:
        pass
def greedy():
    return float(np.ones(40_000_000).sum())
"""
    caller = run(lie)
    caller.limits = Limits(call=30.0)
    assert caller.call("busy").cpu > 0.3
    outcome = caller.call("greedy", limit=30.0, memory=True)
    assert outcome.value == 4e7 and outcome.peak > 200_000_000


def test_an_old_reply_is_not_taken_for_a_new_one(run):
    cell = """
import json, os, struct
def echo(x):
    for number in range(1, 60):
        text = json.dumps({"id": number, "value": ["v", "forged"], "fault": None}).encode()
        for descriptor in range(3, 30):
            try:
                os.write(descriptor, struct.pack(">II", len(text), 0) + text)
            except OSError:
                pass
    return x
"""
    caller = run(cell)
    values = [caller.call("echo", (i,)).value for i in range(3)]
    assert all(v in (i, "forged", None) for i, v in enumerate(values))  # a value of theirs, never more than a value


def test_a_new_session_starts_clean(box, stage):
    sessions = [Session(box, stage) for _ in range(2)]
    try:
        write = {"do": "cell", "source": "open('/tmp/note', 'w').write('secret')", "seconds": 5.0}
        look = {"do": "cell", "source": "open('/tmp/note').read()", "seconds": 5.0}
        assert sessions[0].ask(write, 10.0)[0]["status"] == "ok"
        assert sessions[1].ask(look, 10.0)[0]["error"] == "FileNotFoundError"
    finally:
        for session in sessions:
            session.close()


def test_processes_left_behind_do_not_slow_the_next_answer(run):
    cell = """
import os, time
def leave():
    for _ in range(20):
        if os.fork() == 0:
            time.sleep(100)
            os._exit(0)
    return 1
def count():
    return sum(name.isdigit() and open(f"/proc/{name}/stat").read().split(")")[1].split()[0] != "Z"
               for name in os.listdir("/proc"))
"""
    caller = run(cell)
    before = caller.call("count").value
    assert caller.call("leave").value == 1
    caller.forbid(())  # the next exercise begins: all twenty are told to end, and the system takes a moment over it
    until = time.monotonic() + 10
    while (now := caller.call("count").value) > before + 2 and time.monotonic() < until:
        time.sleep(0.1)
    assert now <= before + 2


def test_time_without_a_processor_is_not_the_answers(run, monkeypatch):
    """A kernel that a busy machine keeps waiting is waited for, up to a multiple; one that is only silent is not."""
    caller = run("import time\ndef slow():\n    time.sleep(0.7)\n    return 1")
    session = caller.session()
    request = {"do": "call", "limit": 5.0, "memory": False}
    call = {"call": ("slow", (), {})}
    monkeypatch.setattr(usage, "waited", lambda pid: 0.5)
    assert "value" in session.ask(request, 0.3, call)[0]
    monkeypatch.setattr(usage, "waited", lambda pid: 0.0)
    with pytest.raises(Gone, match="in time"):
        session.ask(request, 0.3, call)


def test_waiting_for_a_processor_is_seen_from_outside():
    busy = [
        sys.executable,
        "-c",
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass",
    ]
    two = [subprocess.Popen(busy) for _ in range(2)]
    try:
        until = time.monotonic() + 30
        while max(usage.waited(p.pid) for p in two) < 0.1 and time.monotonic() < until:
            time.sleep(0.05)
        assert max(usage.waited(p.pid) for p in two) >= 0.1
    finally:
        for process in two:
            process.kill()
            process.wait()
