"""What the kernel refuses to a box: calls by which one submission could leave word for the next, or escape its limits.

A filter in the form `bwrap --seccomp` reads (classic BPF over `struct seccomp_data`), for x86-64 and 64-bit ARM.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Callable

ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# name: (number on x86-64, on ARM)
REFUSED = {
    # kept by the kernel for a user, beyond the life of a box
    **{"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)},
    **{"shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180), "syslog": (103, 116)},
    # look at files that all boxes share, or at the memory in which they are kept
    **{"inotify_init": (253, None), "inotify_init1": (294, 26), "fanotify_init": (300, 262), "mincore": (27, 232)},
    **{"preadv2": (327, 286), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265)},
    # memory that no limit of ours counts
    **{"memfd_create": (319, 279), "io_uring_setup": (425, 425), "userfaultfd": (323, 282)},
    # other processes, other walls, the kernel itself
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272)},
    **{"pidfd_getfd": (438, 438), "process_madvise": (440, 440), "perf_event_open": (298, 241), "bpf": (321, 280)},
    **{"unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41)},
    **{"chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430)},
    **{"fspick": (433, 433), "mount_setattr": (442, 442), "kexec_load": (246, 104), "init_module": (175, 105)},
    **{"finit_module": (313, 273), "quotactl": (179, 60), "acct": (163, 89), "swapon": (167, 224)},
}
NEWER = 443  # calls that came later are not known here; libraries do without them
MISSING = {"clone3": (435, 435)}  # its flags cannot be looked at, and libraries fall back on clone
PRETENDED = {"flock": (73, 32), "fadvise64": (221, 223), "readahead": (187, 213)}  # answered, and not done
SOCKET, FCNTL, CLONE, MADVISE = (41, 198), (72, 25), (56, 220), (28, 233)
FAMILIES = (1, 2, 10, 16)  # unix, IPv4, IPv6, netlink: those that a network namespace holds; AF_VSOCK is none
LOCKS, NOTICES = (6, 7, 37, 38), (1024, 1026)  # F_SETLK and its kin; leases and dnotify
NEW_USER, COLD = 0x10000000, (20, 21)

LOAD, EQUAL, AT_LEAST, BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, ERROR = 0x7FFF0000, 0x00050000


def program(machine: str = "") -> bytes:
    """The filter for this processor; empty where its numbers are not known here."""
    machine = machine or platform.machine()
    if machine not in ARCHES:
        return b""
    column = list(ARCHES).index(machine)
    rows = [_row(LOAD, 4), _row(EQUAL, ARCHES[machine], 1), _error(errno.ENOSYS), _row(LOAD, 0)]
    rows += [_row(AT_LEAST, NEWER, 0, 1), _error(errno.ENOSYS)]  # those of x86-64's 32-bit twin are far above
    for calls, number in ((REFUSED, errno.EPERM), (MISSING, errno.ENOSYS), (PRETENDED, 0)):
        for numbers in calls.values():
            if numbers[column] is not None:
                rows += [_row(EQUAL, numbers[column], 0, 1), _error(number)]
    rows += _by_argument(SOCKET[column], 0, [*(_if(f, ALLOW) for f in FAMILIES), [_error(errno.EAFNOSUPPORT)]])
    locks = [*(_if(c, ERROR) for c in LOCKS), *(_if(c, ERROR | errno.EPERM) for c in NOTICES)]
    rows += _by_argument(FCNTL[column], 1, locks)
    rows += _by_argument(CLONE[column], 0, [[_row(BITS, NEW_USER, 0, 1), _error(errno.EPERM)]])
    rows += _by_argument(MADVISE[column], 2, [_if(c, ERROR) for c in COLD])
    return b"".join([*rows, _row(RETURN, ALLOW)])


def _row(code: int, value: int, then: int = 0, other: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, other, value)


def _error(number: int) -> bytes:
    return _row(RETURN, ERROR | number)


def _if(value: int, action: int) -> list[bytes]:
    return [_row(EQUAL, value, 0, 1), _row(RETURN, action)]


def _by_argument(number: int, argument: int, tests: list[list[bytes]]) -> list[bytes]:
    """Tests of the low half of one argument of one call; what passes them all is allowed."""
    body = [_row(LOAD, 16 + 8 * argument), *(row for test in tests for row in test), _row(RETURN, ALLOW)]
    return [_row(EQUAL, number, 0, len(body)), *body]


def own_keyring() -> Callable[[], None] | None:
    """What a child does before it becomes a box: leave the session keyring of whoever grades, for an empty one."""
    number = dict(zip(ARCHES, REFUSED["keyctl"], strict=True)).get(platform.machine())
    if number is None or os.name != "posix" or platform.system() != "Linux":
        return None
    call = ctypes.CDLL(None, use_errno=True).syscall
    return lambda: call(number, 1, None)  # KEYCTL_JOIN_SESSION_KEYRING; where the kernel has none, none is shared
