"""Nothing that one box leaves is found in another, also while both run: each way is tried, none is believed closed.

A channel is three pieces of code: `before` and `after` in the box that looks, `leave` in the one that leaves a word.
`after` sets `found`.  What cannot be closed (time, load, the memory of files) is named in docs/instructors.md.
"""

import platform
import struct

import pytest

from course_utils.classroom.sandbox import syscalls
from course_utils.classroom.sandbox.backend import Limits
from course_utils.classroom.sandbox.bwrap import Bwrap
from course_utils.classroom.sandbox.session import Session

TOOLS = """
import ctypes, fcntl, mmap, os, platform, socket, struct
libc = ctypes.CDLL(None, use_errno=True)
ARM = platform.machine() == "aarch64"
ADD, KEYCTL = (217, 219) if ARM else (248, 250)
SHARED = "/course/inside/start.py"
def key(ring):
    number = libc.syscall(KEYCTL, 10, ring, b"user", b"word", 0)
    return number if number > 0 else 0
def leave_key(ring):
    libc.syscall(ADD, b"user", b"word", b"secret", 6, ring)
"""

CHANNELS = {
    "session keyring": ("", "leave_key(-3)", "found = key(-3)"),
    "user keyring": ("", "leave_key(-4)", "found = key(-4)"),
    "user's session keyring": ("", "leave_key(-5)", "found = key(-5)"),
    "list of keys": ("", "leave_key(-3)", "found = open('/proc/keys').read() or open('/proc/key-users').read()"),
    "abstract socket": (
        "",
        "kept = socket.socket(socket.AF_UNIX); kept.bind('\\0word'); kept.listen()",
        "found = socket.socket(socket.AF_UNIX).connect_ex('\\0word') == 0",
    ),
    "port of this machine": (
        "",
        "kept = socket.socket(); kept.bind(('127.0.0.1', 40404)); kept.listen()",
        "found = socket.socket().connect_ex(('127.0.0.1', 40404)) == 0",
    ),
    "vsock": ("", "kept = socket.socket(40, 1)", "found = bool(socket.socket(40, 1))"),
    "kernel's own sockets": ("", "", "found = bool(socket.socket(38, 5))"),
    "System V memory": ("", "libc.shmget(4242, 4096, 0o1666)", "found = libc.shmget(4242, 4096, 0o666) != -1"),
    "System V semaphore": ("", "libc.semget(4242, 1, 0o1666)", "found = libc.semget(4242, 1, 0o666) != -1"),
    "System V messages": ("", "libc.msgget(4242, 0o1666)", "found = libc.msgget(4242, 0o666) != -1"),
    "POSIX messages": ("", "libc.mq_open(b'/word', 0o102, 0o666, None)", "found = libc.mq_open(b'/word', 2) != -1"),
    "shared memory": ("", "open('/dev/shm/word', 'w')", "found = os.path.exists('/dev/shm/word')"),
    "temporary files": ("", "open('/tmp/word', 'w')", "found = os.path.exists('/tmp/word')"),
    "home": ("", "open('/home/student/word', 'w')", "found = os.path.exists('/home/student/word')"),
    "lock on a shared file": (
        "file = open(SHARED)",
        "kept = open(SHARED); fcntl.flock(kept, fcntl.LOCK_EX)",
        "try:\n    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\nexcept BlockingIOError:\n    found = True",
    ),
    "lock on bytes of a shared file": (
        "file = open(SHARED)",
        "kept = open(SHARED); fcntl.fcntl(kept, 6, struct.pack('hhqqi', 0, 0, 0, 0, 0))",
        "asked = fcntl.fcntl(file, 5, struct.pack('hhqqi', 1, 0, 0, 0, 0))\n"
        "found = struct.unpack('hhqqi', asked)[0] != 2",
    ),
    "list of locks": ("", "kept = open(SHARED); fcntl.flock(kept, 2)", "found = open('/proc/locks').read()"),
    "word of opened files": (
        "watch = libc.inotify_init1(0o4000); libc.inotify_add_watch(watch, SHARED.encode(), 0xFFF)",
        "open(SHARED).read()",
        "found = os.read(watch, 4096)",
    ),
    "time of reading": (
        "seen = os.stat(SHARED).st_atime_ns",
        "open(SHARED).read(); os.listdir('/course')",
        "found = os.stat(SHARED).st_atime_ns != seen",
    ),
    "times of shared folders": ("", "os.utime('/course', (4, 4))", "found = os.stat('/course').st_mtime == 4"),
    "rights of shared files": ("", "os.chmod(SHARED, 0o600)", "found = os.stat(SHARED).st_mode & 0o777 == 0o600"),
    "marks on shared files": ("", "os.setxattr(SHARED, 'user.word', b'x')", "found = os.listxattr(SHARED)"),
    "which pages are in memory, by reading": (
        "",
        "",
        "found = os.preadv(os.open(SHARED, 0), [bytearray(8)], 0, os.RWF_NOWAIT) > 0",
    ),
    "which pages are in memory, by asking": (
        "",
        "",
        "page = mmap.mmap(-1, 4096)\nplace = ctypes.addressof(ctypes.c_char.from_buffer(page))\n"
        "found = libc.mincore(ctypes.c_void_p(place), ctypes.c_size_t(4096), ctypes.create_string_buffer(1)) == 0",
    ),
    "the kernel's messages": ("", "", "found = libc.klogctl(3, ctypes.create_string_buffer(99), 99) > 0"),
    "name of the machine": ("", "socket.sethostname('word')", "found = socket.gethostname() == 'word'"),
    "a signal to all": ("", "os.kill(-1, 0)", "found = False"),
    "another's memory": ("", "", "found = libc.ptrace(0, 0, 0, 0) == 0"),
    "calls newer than the list": ("", "", "found = libc.syscall(451, 0, 0, 0, 0) != -1 or ctypes.get_errno() != 38"),
    "memory that is no file": ("", "", "found = os.memfd_create('word') > 0"),
    "places that can be written": (
        "",
        "",
        "rows = [row.split() for row in open('/proc/self/mountinfo')]\n"
        "own = ('tmpfs', 'proc', 'devpts', 'mqueue')\n"
        "found = [r for r in rows if r[r.index('-') + 1] not in own and 'ro' not in r[5].split(',')\n"
        "         and not r[4].startswith('/dev/')]",
    ),
}  # fmt: skip


def do(session, source):
    return session.ask({"do": "cell", "source": source, "seconds": 5.0}, 10.0)[0]


def tried(backend, stage):
    """{channel: what the second box found}."""
    one, two = Session(backend, stage), Session(backend, stage)
    try:
        do(one, TOOLS), do(two, TOOLS + "every = {}")
        for name, (before, leave, after) in CHANNELS.items():
            do(two, f"found = False\n{before}")
            do(one, leave)
            do(two, after)
            do(two, f"every[{name!r}] = bool(found)")
        reply, blob = two.ask({"do": "read", "name": "every", "limit": 5.0}, 10.0)
        return two.unpack(reply["value"], blob)
    finally:
        one.close(), two.close()


@pytest.fixture(scope="module")
def found(box, stage):
    return tried(box, stage)


@pytest.mark.parametrize("name", CHANNELS)
def test_nothing_left_in_one_box_is_found_in_the_next(found, name):
    assert found[name] is False


@pytest.mark.skipif(platform.machine() not in syscalls.ARCHES, reason="no filter for this processor")
def test_the_trials_see_what_the_filter_closes(box, stage):
    """Without it, several of them are open: a trial that never finds anything proves nothing."""
    open_box = Bwrap(Limits())
    open_box.filter = b""
    open_box.before = None
    seen = {name for name, there in tried(open_box, stage).items() if there}
    assert seen >= {"lock on a shared file", "word of opened files", "memory that is no file"}


def test_the_instructors_keys_are_out_of_reach(box, stage):
    number = dict(zip(syscalls.ARCHES, syscalls.REFUSED["keyctl"], strict=True)).get(platform.machine())
    add = dict(zip(syscalls.ARCHES, syscalls.REFUSED["add_key"], strict=True)).get(platform.machine())
    if number is None:
        pytest.skip("no filter for this processor")
    import ctypes

    libc = ctypes.CDLL(None)
    libc.syscall(number, 1, None)
    if libc.syscall(add, b"user", b"word", b"secret", 6, -3) < 0:
        pytest.skip("this kernel keeps no keys here")
    for filter_ in (box.filter, b""):  # the keyring is another one, also where no filter refuses to look
        backend = Bwrap(Limits())
        backend.filter = filter_
        session = Session(backend, stage)
        try:
            do(session, TOOLS + "found = key(-3)")
            assert session.ask({"do": "read", "name": "found", "limit": 5.0}, 10.0)[0]["value"] == ["v", 0]
        finally:
            session.close()


def test_the_filter_is_well_formed_and_unknown_processors_get_none():
    for machine in syscalls.ARCHES:
        rows = [
            struct.unpack("=HBBI", row) for row in struct.iter_unpack("8s", syscalls.program(machine)) for row in row
        ]
        assert len(rows) < 4096
        for place, (code, then, other, _) in enumerate(rows):
            assert code in (0x20, 0x15, 0x35, 0x45, 0x06) and place + 1 + max(then, other) < len(rows) + (code == 0x06)
        assert rows[-1] == (syscalls.RETURN, 0, 0, syscalls.ALLOW)
    assert syscalls.program("riscv64") == b""
