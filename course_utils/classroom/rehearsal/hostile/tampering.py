"""Notebooks that tamper with the tools on their own side: JSON, NumPy, clocks, hooks, frames, the kernel."""

from __future__ import annotations

from course_utils.classroom.grading import REPAIRED
from course_utils.classroom.rehearsal.hostile.kind import ZERO, Hostile

TOOLS = {
    "JSON patched": Hostile(
        first=ZERO
        + """
import json
json.dumps = lambda *a, **k: '{"id": 1, "value": ["v", 1], "passed": true, "points": 1000}'
json.loads = lambda *a, **k: {'do': 'call', 'id': 1}"""
    ),
    "NumPy patched": Hostile(
        first=ZERO
        + """
import numpy as np
np.array = np.asarray = np.frombuffer = np.ascontiguousarray = lambda *a, **k: np.zeros(1)
np.ndarray = np.generic = np.float64 = float"""
    ),
    "pickle and copy patched": Hostile(
        first=ZERO
        + """
import copy, copyreg, pickle
pickle.loads = pickle.dumps = copy.copy = copy.deepcopy = lambda *a, **k: 1
copyreg.dispatch_table[float] = lambda value: (print, ('x',))"""
    ),
    "clocks turned back": Hostile(
        first=ZERO
        + """
import resource, time, tracemalloc
time.process_time = time.perf_counter = time.thread_time = time.monotonic = time.time = lambda: 0.0
tracemalloc.get_traced_memory = lambda: (0, 0)"""
    ),
    "modules replaced": Hostile(
        first=ZERO
        + """
import sys, types
for name in ('numpy', 'json', 'math', 'course_utils', 'course_utils.checks', 'course_utils.checks.callers'):
    sys.modules[name] = types.ModuleType(name)
sys.path.clear()
sys.meta_path.clear()"""
    ),
    "replies of the wrong types": Hostile(
        first=ZERO
        + """
import sys
pipe = sys.modules['inside.pipe'].Pipe
plain = pipe.send
def send(self, message, blob=b''):
    if 'value' in message:
        message |= {'value': 1, 'fault': {}, 'args': {'0': 1}, 'options': 7, 'cpu': -1e308, 'peak': [], 'files': [],
                    'warnings': 'x', 'borrowed': {'a': 1}, 'printed': 5}
    plain(self, message, blob)
pipe.send = send"""
    ),
    "forged handles": Hostile(
        first=ZERO
        + """
import sys
wire = sys.modules['inside.wire']
wire.Packer.pack = lambda self, value: ['h', '#0', 'function', True]"""
    ),
    "one block of bytes sent two thousand times": Hostile(
        first=ZERO
        + """
import sys
wire = sys.modules['inside.wire']
def pack(self, value):
    self.parts, self.length = [bytes(3_000_000)], 3_000_000
    return ['l', [['a', '|u1', [3_000_000], 0, 3_000_000]] * 2_000]
wire.Packer.pack = pack"""
    ),
    "texts that grow when they arrive": Hostile(
        first=ZERO
        + """
import sys
wire = sys.modules['inside.wire']
wire.Packer.pack = lambda self, value: ['l', [['u', [1000], ['x' * 1500] + [''] * 999, 0]] * 900]"""
    ),
    "a message of brackets": Hostile(
        first=ZERO
        + """
import struct, sys
pipe = sys.modules['inside.pipe']
plain = pipe.frame
text = b'[' + b'[],' * 3_000_000 + b'[]]'
pipe.frame = lambda message, blob=b'': (
    struct.pack('>II', len(text), 0) + text if 'value' in message else plain(message, blob))"""
    ),
    "forged calls of our functions": Hostile(
        answer="""
        import gc
        pipe = next(p for p in gc.get_objects() if type(p).__name__ == 'Pipe' and hasattr(p, 'send'))
        for number in (0, 1, -1, -2, 10 ** 9, 'x', None, [0], 0.0):
            pipe.send({'callback': number, 'call': ['t', [['t', [['v', 1]]], ['d', []]]]})
        return 0"""
    ),
    "thirty thousand calls of our functions": Hostile(
        answer="""
        import gc
        pipe = next(p for p in gc.get_objects() if type(p).__name__ == 'Pipe' and hasattr(p, 'send'))
        for number in range(30_000):
            pipe.send({'callback': 0, 'call': None})
        return 0""",
        spares=True,
    ),
}

HOOKS = {
    "profile and trace": Hostile(
        first="""
        import sys, threading
        seen = []
        def look(frame, event, arg):
            seen.extend(v for k, v in list(frame.f_locals.items()) if k in ('expected', 'want', 'reference', 'value'))
            del seen[:-5]
            return look
        sys.setprofile(look), sys.settrace(look), threading.setprofile(look)
        def trick(*args, **options):
            return seen[-1] if seen else 0"""
    ),
    "frames of every thread": Hostile(
        answer="""
        import sys
        for frame in sys._current_frames().values():
            while frame is not None:
                for name in ('expected', 'want', 'wanted', 'reference', 'right'):
                    if name in frame.f_locals:
                        return frame.f_locals[name]
                frame = frame.f_back
        return 0"""
    ),
    "hooks at the end and at errors": Hostile(
        first="""
        import atexit, os, sys, threading, weakref
        class Last:
            def __del__(self):
                os._exit(0)
        kept = Last()
        atexit.register(os._exit, 0)
        weakref.finalize(kept, os._exit, 0)
        sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *a: os._exit(0)""",
        spares=True,
    ),
    "IPython's own hooks": Hostile(
        first=ZERO
        + """
shell = get_ipython()
shell.set_custom_exc((Exception,), lambda *a, **k: None)
shell.input_transformers_cleanup.append(lambda lines: ['pass'])
shell.events.register('post_run_cell', lambda *a: 1 / 0)
shell.display_formatter = shell.history_manager = None"""
    ),
    "kernel's methods replaced": Hostile(
        first=ZERO
        + """
async def fine(*args, **options):
    return {'status': 'ok'}
shell = get_ipython()
shell.kernel.do_execute = shell.run_cell_async = fine
shell.run_line_magic = shell.transform_cell = lambda *a, **k: 'pass'"""
    ),
    "event loop stopped": Hostile(
        answer="import asyncio\nasyncio.get_event_loop_policy().get_event_loop().stop()\nreturn 0", spares=True
    ),
    "memory of the process overwritten": Hostile(
        answer="""
        import ctypes
        place = ctypes.cast(ctypes.pythonapi.PyObject_Call, ctypes.c_void_p).value
        with open('/proc/self/mem', 'r+b', buffering=0) as file:
            file.seek(place)
            file.write(bytes(4096))
        return {}.get(print)""",
        spares=True,
    ),
    "another program in its place": Hostile(
        answer="import os, sys\nos.execv(sys.executable, ['python', '-c', 'while True: print(1)'])", spares=True
    ),
    "signals to every thread": Hostile(
        answer="""
        import os, signal, threading
        for thread in threading.enumerate():
            signal.pthread_kill(thread.ident, signal.SIGUSR1)""",
        spares=True,
    ),
    "signals blocked": Hostile(
        answer="import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True:\n    pass",
        spares=True,
    ),
    "kills what started it": Hostile(
        first="import os, signal\nfor pid in (1, 2, os.getppid()):\n    os.kill(pid, signal.SIGKILL)",
        spares=True,
    ),
    "a copy that goes on talking": Hostile(
        answer="""
        import json, os, struct
        if os.fork() == 0:
            os.setsid()
            for number in range(400):
                text = json.dumps({'id': number, 'value': ['v', 1], 'fault': None, 'has': True}).encode()
                for descriptor in range(3, 30):
                    try:
                        os.write(descriptor, struct.pack('>II', len(text), 0) + text)
                    except OSError:
                        pass
            os._exit(0)
        return 0"""
    ),
    "lines that do nothing here": Hostile(
        first="!pip install pandas\n%pip install x\n%conda install y\n!rm -rf /\nfiles = !ls\n%matplotlib widget",
        last="%reset -f\nget_ipython().run_line_magic('reset', '-f')",
        spares=True,
    ),
    "lines that only the sandbox refuses": Hostile(
        first="name = input('?')\nimport google.colab\nopen('data.csv')\nkept = 1", spares=True, status=REPAIRED
    ),
}

TAMPERING = TOOLS | HOOKS
