"""Loops without end, ways to end Python, and bombs of the plain kind."""

from __future__ import annotations

from course_utils.classroom.rehearsal.hostile.kind import Hostile

ENDLESS = {
    "endless loop in a cell": Hostile(first="while True:\n    pass", spares=True),
    "endless loop in an answer": Hostile(answer="while True:\n    pass", spares=True),
    "loop that swallows interrupts, in a cell": Hostile(
        first="""
        import signal
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass""",
        spares=True,
    ),
    "loop that swallows interrupts, in an answer": Hostile(
        answer="""
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass""",
        spares=True,
    ),
    "stopped process": Hostile(answer="import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", spares=True),
    "loop in C": Hostile(answer="return pow(7, 10 ** 9 + 7) % 10", spares=True),
    "deadlock": Hostile(
        answer="import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()", spares=True
    ),
    "exception whose text never ends": Hostile(
        answer="""
        class Slow(Exception):
            def __str__(self):
                while True:
                    pass
        raise Slow()""",
        spares=True,
    ),
    "endless iterator": Hostile(
        answer="""
        class Endless(dict):
            def items(self):
                while True:
                    yield 1, 1
            __iter__ = items
        return Endless()""",
        spares=True,
    ),
}

ENDING = {
    "sys.exit in a cell": Hostile(first="import sys\nsys.exit(0)", spares=True),
    "exit() in a cell": Hostile(first="exit()", spares=True),
    "sys.exit in an answer": Hostile(answer="import sys\nsys.exit(0)", spares=True),
    "os._exit in a cell": Hostile(first="import os\nos._exit(0)", spares=True),
    "os._exit in an answer": Hostile(answer="import os\nos._exit(0)", spares=True),
    "kill everything": Hostile(
        first="import os\nos.kill(-1, 9)", answer="import os\nos.kill(-1, 9)\nos.kill(os.getpid(), 9)", spares=True
    ),
    "segmentation fault": Hostile(answer="import ctypes\nctypes.string_at(0)", spares=True),
    "recursion without end": Hostile(answer="def f():\n    return f()\nreturn f()", spares=True),
    "closed descriptors": Hostile(answer="import os\nos.closerange(0, 500)\nreturn 0", spares=True),
}

BOMBS = {
    "memory bomb in an answer": Hostile(
        answer="a = []\nwhile True:\n    a.append(bytearray(b'x') * 50_000_000)", spares=True
    ),
    "memory bomb in a cell": Hostile(
        first="a = []\nwhile True:\n    a.append(bytearray(b'x') * 50_000_000)", spares=True
    ),
    "fork bomb": Hostile(first="import os\nwhile True:\n    os.fork()", spares=True),
    "fork in an answer": Hostile(answer="import os\nos.fork()\nreturn 0", spares=True),
    "thread bomb": Hostile(
        first="""
        import threading, time
        while True:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()""",
        spares=True,
    ),
    "output bomb in a cell": Hostile(first="import sys\nfor _ in range(400):\n    print('x' * 1_000_000)", spares=True),
    "output bomb in an answer": Hostile(answer="while True:\n    print('x' * 100_000)", spares=True),
    "output bomb below Python": Hostile(
        first="import os\nfor _ in range(300):\n    os.write(1, b'x' * 100_000)", spares=True
    ),
    "huge answer": Hostile(answer="import numpy as np\nreturn np.zeros(20_000_000)", spares=True),
    "deep answer": Hostile(answer="a = []\nfor _ in range(50_000):\n    a = [a]\nreturn a", spares=True),
    "long answer": Hostile(answer="return list(range(2_000_000))", spares=True),
    "huge number": Hostile(answer="return 10 ** 100_000", spares=True),
    "disk bomb": Hostile(
        first="""
        import contextlib
        for folder in ('/tmp', '/dev/shm', '/home/student', '.'):
            with contextlib.suppress(OSError):
                for number in range(20):
                    with open(f'{folder}/{number}', 'wb') as file:
                        file.write(bytes(20_000_000))""",
        spares=True,
    ),
}

HARMS = ENDLESS | ENDING | BOMBS
