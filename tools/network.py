"""Run a command without a network, its own loopback apart, where the machine lets us."""

import shutil
import subprocess
import sys

CUTS = (
    ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"],
    ["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"],
)
PROBE = "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname()).close()"


def network_cut():
    """The words to put before a command so that it has loopback and nothing else; empty where none works."""
    for cut in CUTS if sys.platform == "linux" else ():
        if shutil.which(cut[0]):
            probe = subprocess.run([*cut, sys.executable, "-c", PROBE], capture_output=True)
            if probe.returncode == 0:
                return list(cut)
    return []
