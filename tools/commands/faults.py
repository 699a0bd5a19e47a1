"""What pip's words mean: from the log of a failed install to one sentence that says what to do."""

from __future__ import annotations

import re

from tools.commands.places import VENV, shown

AGAIN = "then run the same command again; it goes on where it stopped."
SENTENCES = [  # the first pattern that the log matches decides
    (
        r"No space left on device|not enough space on the disk|Errno 28|WinError 112|Disk quota exceeded",
        "The disk is full: free about 4 GB where the course lies ({venv}), " + AGAIN,
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError",
        "The connection's certificate is not trusted, as behind a company's proxy: set PIP_CERT to its certificate "
        "file (ask who runs the network), " + AGAIN,
    ),
    (
        r"ProxyError|407 Proxy",
        "The proxy refuses: set HTTPS_PROXY to the right address (with name and password), " + AGAIN,
    ),
    (
        r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|Name or service not known"
        r"|getaddrinfo|Max retries exceeded|ReadTimeoutError|ConnectTimeoutError|Connection reset|IncompleteRead"
        r"|Network is unreachable",
        "No connection to the package index: check the network (behind a proxy set HTTPS_PROXY), "
        + AGAIN
        + " For a room "
        "without a network run `python course.py wheels` elsewhere and copy wheelhouse/ here.",
    ),
    (
        r"Could not find a version that satisfies|No matching distribution found|no matching distribution",
        "Where pip looks there is no {package} for this Python and system: run `python course.py doctor`, and see the "
        "README for the platforms that work.",
    ),
    (
        r"Permission denied|Access is denied|WinError 5\b|WinError 32|Read-only file system|Errno 13|Errno 30",
        "A file in {venv} cannot be written: close JupyterLab and other programs that use it (or move the course to a "
        "folder of your own), " + AGAIN,
    ),
]


def sentence(log: str) -> str:
    """The one sentence for a failed install.

    >>> print(sentence("OSError: [Errno 28] No space left on device")[:34])
    The disk is full: free about 4 GB
    """
    missing = re.search(r"No matching distribution found for ([\w.=<>-]+)", log)
    for pattern, text in SENTENCES:
        if re.search(pattern, log):
            return text.format(venv=shown(VENV), package=missing.group(1) if missing else "such package")
    return f"The install failed; its last words are in {shown(VENV / 'install.log')}: delete {shown(VENV)}, " + AGAIN
