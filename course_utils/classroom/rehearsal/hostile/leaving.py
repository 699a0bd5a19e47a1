"""Notebooks that leave word for the next one, or look for it; and bombs that are hidden from a plain limit."""

from __future__ import annotations

from course_utils.classroom.rehearsal.hostile.kind import Hostile

CALL = "import ctypes, platform\nlibc = ctypes.CDLL(None, use_errno=True)\nARM = platform.machine() == 'aarch64'\n"
SHARED = "'/course/inside/start.py'"

CHANNELS = {
    "word in the kernel's keyring": Hostile(
        answer=CALL
        + """
add, keyctl = (217, 219) if ARM else (248, 250)
for ring in (-3, -4, -5):
    found = libc.syscall(keyctl, 10, ring, b'user', b'word', 0)
    if found > 0:
        text = ctypes.create_string_buffer(1000)
        libc.syscall(keyctl, 11, found, text, 1000)
        return text.value
    libc.syscall(add, b'user', b'word', b'the answers', 11, ring)
return 0"""
    ),
    "word in System V memory": Hostile(
        answer=CALL + "return 0 if libc.shmget(4242, 4096, 0o1666) < 0 else 'the answers'"
    ),
    "word in message queues": Hostile(
        answer=CALL + "return 0 if libc.msgget(4242, 0o1666) < 0 > libc.mq_open(b'/word', 0o102, 0o666, None) else 'x'"
    ),
    "word in an abstract socket": Hostile(
        answer="""
        import socket
        one = socket.socket(socket.AF_UNIX)
        if one.connect_ex('\\0word') == 0:
            return 'the answers'
        globals()['kept'] = socket.socket(socket.AF_UNIX)
        kept.bind('\\0word')
        kept.listen()
        return 0"""
    ),
    "word to the machine below": Hostile(
        answer="""
        import socket
        for family, kind in ((40, 1), (38, 5), (31, 3), (17, 3), (44, 3)):
            try:
                return socket.socket(family, kind).family
            except OSError:
                pass
        return 0"""
    ),
    "word in the locks of a shared file": Hostile(
        answer=f"""
        import fcntl
        file = globals()['kept'] = open({SHARED})
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return 0
        except BlockingIOError:
            return 'the answers'"""
    ),
    "word in which pages are in memory": Hostile(
        answer=f"""
        import os
        file = os.open({SHARED}, os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        try:
            return os.preadv(file, [bytearray(8)], 0, os.RWF_NOWAIT)
        except OSError:
            return 0"""
    ),
    "word in the times of shared files": Hostile(
        answer=f"""
        import os
        before = os.stat({SHARED}).st_atime_ns
        open({SHARED}).read()
        return os.stat({SHARED}).st_atime_ns - before"""
    ),
    "word in the kernel's log": Hostile(
        answer=CALL
        + "text = ctypes.create_string_buffer(5000)\nreturn 0 if libc.klogctl(3, text, 5000) <= 0 else text.value"
    ),
    "word of what others open": Hostile(
        answer=CALL + f"return 0 if libc.inotify_add_watch(libc.inotify_init1(0), {SHARED}.encode(), 4095) < 0 else 1"
    ),
    "other processes' memory": Hostile(
        answer="""
        import os
        for pid in filter(str.isdigit, os.listdir('/proc')):
            for what in ('environ', 'maps', 'mem', 'fd/0', 'root/etc/shadow', 'cwd'):
                try:
                    if int(pid) != os.getpid():
                        return open(f'/proc/{pid}/{what}', 'rb').read(100)
                except OSError:
                    pass
        return 0"""
    ),
    "links out of the sandbox": Hostile(
        answer="""
        import os
        for place in ('/proc/1/root/root', '/proc/self/root/../..', '/course/../..', '/dev/fd/../../root'):
            try:
                os.symlink(place, 'way')
                return os.listdir('way/.ssh')
            except OSError:
                pass
            finally:
                os.path.lexists('way') and os.unlink('way')
        return 0"""
    ),
    "new namespaces": Hostile(
        answer=CALL
        + "flags = (0x10000000, 0x20000, 0x40000000)\nreturn 0 if all(libc.unshare(f) < 0 for f in flags) else 1000"
    ),
}

HIDDEN_BOMBS = {
    "numbers that hash alike": Hostile(answer="return {(2 ** 61 - 1) * k + 5 for k in range(5_000)}", spares=True),
    "keys that hash alike": Hostile(
        answer="return dict.fromkeys((2 ** 61 - 1) * k + 5 for k in range(5_000))", spares=True
    ),
    "view of eight terabytes": Hostile(
        answer="""
        import numpy as np
        return np.lib.stride_tricks.as_strided(np.zeros(1), (10 ** 6, 10 ** 6), (0, 0))""",
        spares=True,
    ),
    "list that never ends": Hostile(
        answer="""
        class Endless(list):
            def __iter__(self):
                while True:
                    yield 0
        return Endless()""",
        spares=True,
    ),
    "search that never ends": Hostile(answer="import re\nreturn re.match(r'(a+)+$', 'a' * 60 + 'b')", spares=True),
    "iterator in C": Hostile(
        answer="import collections, itertools\ncollections.deque(itertools.repeat(0), maxlen=0)", spares=True
    ),
    "memory that is no process's": Hostile(
        answer="""
        import os
        while True:
            file = os.memfd_create('x')
            os.write(file, bytes(50_000_000))""",
        spares=True,
    ),
    "System V memory without end": Hostile(
        answer=CALL
        + """
for n in range(100):
    if libc.shmget(0, 100_000_000, 0o1666) < 0:
        raise MemoryError
return 0""",
        spares=True,
    ),
    "pipes full of bytes": Hostile(
        answer="""
        import os
        while True:
            out, into = os.pipe()
            os.set_blocking(into, False)
            try:
                while True:
                    os.write(into, bytes(65536))
            except BlockingIOError:
                pass""",
    ),
    "descriptors until there are none": Hostile(
        first="kept = []\nwhile True:\n    kept.append(open('/dev/null'))",
        last="del kept",
        spares=True,
    ),
    "file of a terabyte": Hostile(answer="import os\nopen('x', 'w')\nos.truncate('x', 10 ** 12)", spares=True),
    "zipped gigabytes": Hostile(
        answer="""
        import zlib
        bomb = zlib.compress(zlib.compress(bytes(10 ** 8)) * 200)
        return zlib.decompress(zlib.decompress(bomb)) * 10 ** 9""",
        spares=True,
    ),
    "stack of C": Hostile(
        answer="""
        import sys
        sys.setrecursionlimit(10 ** 9)
        value = []
        for _ in range(10 ** 6):
            value = [value]
        return repr(value)""",
        spares=True,
    ),
    "one thread that never lets go": Hostile(
        answer="""
        import sys, threading
        sys.setswitchinterval(10 ** 6)
        threading.Thread(target=lambda: pow(7, 10 ** 9 + 7), daemon=True).start()
        return 0""",
        spares=True,
    ),
}

LEAVING = CHANNELS | HIDDEN_BOMBS
