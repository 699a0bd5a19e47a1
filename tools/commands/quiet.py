"""Lines of JupyterLab's log that alarm a learner and ask nothing of them, left out of what `lab` prints.

Named by `learner/jupyter_server_config.json`, so it runs inside JupyterLab.
"""

from __future__ import annotations

import logging

NEEDLESS = (
    "is not trusted",  # a copy that JupyterLab has not signed yet: said of every notebook at its first opening
    "websocket_ping_timeout",  # two defaults of JupyterLab's own that do not fit each other
)


class Needless(logging.Filter):
    """Lets everything through but the lines that hold one of these words; errors always pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True for what is to be printed."""
        return record.levelno > logging.WARNING or not any(words in record.getMessage() for words in NEEDLESS)
