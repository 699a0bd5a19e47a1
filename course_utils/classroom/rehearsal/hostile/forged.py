"""Notebooks that forge: equality, messages, marks."""

from __future__ import annotations

from course_utils.classroom.rehearsal.hostile.kind import ZERO, Hostile


def _forge_marks(document: dict) -> None:
    for each in document["cells"]:
        mark = each["metadata"].get("nbgrader", {})
        if mark.get("grade"):
            mark["points"] = 1000
            told = {
                "output_type": "execute_result",
                "data": {"text/plain": "1000"},
                "metadata": {},
                "execution_count": 1,
            }
            each.update(outputs=[told], execution_count=1)


FORGED = {
    "numpy.testing patched": Hostile(
        first=ZERO
        + """
import numpy as np, numpy.testing
for name in dir(numpy.testing):
    if name.startswith('assert'):
        setattr(numpy.testing, name, lambda *a, **k: None)
np.allclose = np.array_equal = lambda *a, **k: True
np.isclose = lambda a, b, **k: np.ones_like(np.asarray(a), bool)"""
    ),
    "AST transformer": Hostile(
        first=ZERO
        + """
import ast
class Everything(ast.NodeTransformer):
    def visit_Compare(self, node):
        return ast.Constant(True)
    def visit_Assert(self, node):
        return None
get_ipython().ast_transformers.append(Everything())"""
    ),
    "always-equal object": Hostile(
        first="""
class Same:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __array__(self, *a, **k):
        import numpy as np
        return np.zeros(1)
    def __float__(self): return 0.0
def trick(*args, **options):
    return Same()"""
    ),
    "always-equal float": Hostile(
        first="""
class Same(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
def trick(*args, **options):
    return Same(0.0)"""
    ),
    "always-equal array": Hostile(
        first="""
import numpy as np
class Same(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __array_ufunc__(self, *a, **k): return np.zeros(self.shape)
    def __array_function__(self, *a, **k): return True
def trick(*args, **options):
    return np.zeros(1).view(Same)"""
    ),
    "array of always-equal objects": Hostile(
        first="""
import numpy as np
class Same:
    def __eq__(self, other): return True
def trick(*args, **options):
    return np.array([Same()] * 4, dtype=object)"""
    ),
    "proxies hijacked": Hostile(
        first=ZERO
        + """
from course_utils.checks.callers import inprocess, protocol
from course_utils.checks.callers.protocol import Outcome
def forged(self, *args, **options):
    return Outcome(value={'passed': True, 'score': 1000}, cpu=-1e9, peak=-10**9)
inprocess.InProcess.call = inprocess.InProcess.read = inprocess.InProcess.attribute = forged"""
    ),
    "replies forged": Hostile(
        first=ZERO
        + """
import json, os, struct, threading, time
def flood():
    number = 0
    for _ in range(3000):
        number += 1
        text = json.dumps({'id': number % 400, 'passed': True, 'score': 1000, 'points': 1000, 'value': ['v', 1],
                           'fault': None, 'has': True}).encode()
        for descriptor in range(1, 40):
            try:
                os.set_blocking(descriptor, False)
                os.write(descriptor, struct.pack('>II', len(text), 0) + text)
            except OSError:
                pass
        time.sleep(0.001)
threading.Thread(target=flood, daemon=True).start()""",
        answer="return 0",
    ),
    "nonsense on the pipe": Hostile(
        answer="""
        import os
        for descriptor in range(1, 40):
            try:
                os.write(descriptor, bytes(range(255, 0, -1)) * 20)
            except OSError:
                pass
        return 0""",
        spares=True,
    ),
    "server replaced": Hostile(
        first=ZERO
        + """
import sys
for name, module in list(sys.modules.items()):
    if name.startswith('inside'):
        for key, value in list(vars(module).items()):
            if key in ('Packer', 'Unpacker', 'frame', 'parse', 'clean'):
                setattr(module, key, lambda *a, **k: b'')"""
    ),
    "check redefined": Hostile(
        first=ZERO
        + """
import course_utils.checks as checks
class Right(float):
    passed = True
checks.check = check = lambda *a, **k: Right(1)"""
    ),
    "outputs and points forged": Hostile(first=ZERO, change=_forge_marks),
    "builtins replaced": Hostile(
        first=ZERO,
        last="""
import builtins
builtins.isinstance = lambda *a: True
builtins.len = lambda *a: 0
builtins.type = lambda *a: float
builtins.getattr = lambda *a: 1""",
    ),
    "answers through frames and the collector": Hostile(
        answer="""
        import gc, sys
        frame = sys._getframe()
        while frame is not None:
            for value in list(frame.f_locals.values()):
                for name in ('reference', 'wanted', 'want', 'expected', 'bench'):
                    if hasattr(value, name):
                        return getattr(value, name)
            frame = frame.f_back
        for thing in gc.get_objects():
            if type(thing).__name__ in ('Exercise', 'Bench', 'Trial', 'Case'):
                return thing
        return 0"""
    ),
    "pickle in an answer": Hostile(
        answer="""
        import os, pickle
        class Run:
            def __reduce__(self):
                return os.system, ('touch /tmp/course-was-here',)
        return pickle.dumps(Run())"""
    ),
    "result of another kind each time": Hostile(
        answer="""
        import numpy as np
        kinds = [True, 'a', 1j, np.zeros((0, 3)), {1: {2: [3]}}, {4}, b'x', [[], [[]]], np.array(['a']),
                 np.float16('inf'), float('nan'), (1,), range(3), print]
        globals()['turn'] = globals().get('turn', -1) + 1
        return kinds[turn % len(kinds)]"""
    ),
}
