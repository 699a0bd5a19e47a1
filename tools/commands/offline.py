"""A command without a network, where the machine allows it: `bwrap` or `unshare`; loopback stays, kernels need it."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence

from tools.commands.places import PYTHON, ROOT

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def prefix() -> list[str]:
    """What to put before a command so that it runs without a network; empty where this machine allows none."""
    if sys.platform != "linux":
        return []
    inside = [str(PYTHON if PYTHON.exists() else sys.executable), "-m", "tools.commands.offline"]
    ways = [
        ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"],
        ["unshare", "--net", *inside],
        ["unshare", "--net", "--map-root-user", *inside],
    ]
    return next((way for way in ways if shutil.which(way[0]) and works(way)), [])


def works(way: Sequence[str]) -> bool:
    """True where a command run this way reaches itself and nothing else."""
    probe = [*way, sys.executable, "-c", "from tools.commands.offline import is_cut; raise SystemExit(not is_cut())"]
    try:
        return subprocess.run(probe, cwd=ROOT, capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def is_cut() -> bool:
    """True in a process that has loopback and no other network interface.

    >>> isinstance(is_cut(), bool)
    True
    """
    if {name for _, name in socket.if_nameindex()} - {"lo"}:
        return False
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.settimeout(2)
        return client.connect_ex(server.getsockname()) == 0


def raise_loopback() -> None:
    """Switch loopback on: in a new network namespace it is down."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(handle, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


if __name__ == "__main__":
    raise_loopback()
    sys.exit(subprocess.run(sys.argv[1:]).returncode)
