"""The caller for a second process: the answer runs there, only values cross, and a crash costs one call.

This is no sandbox: the process may read and write what you may.  The classroom puts the same worker into one.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .guard import longest
from .outside import Outside
from .protocol import DEFAULT_LIMIT, Fault, Handle, Outcome
from .wire import decode, encode, line

WORKER = Path(__file__).with_name("worker.py")
COURSE = str(Path(__file__).resolve().parents[3])
MARGIN = 3.0  # seconds beyond the worker's own watchdog before it is ended
MOST_LINE = 200_000_000  # bytes of one message
DEAD = Fault("Dead")


class Subprocess:
    """Runs `source`, a learner's code as text, in a Python of its own and calls what it defines.

    >>> caller = Subprocess("def double(x): return 2 * x")
    >>> caller.call("double", (4,)).value
    8
    >>> caller.close()
    """

    def __init__(self, source: str, *, limit: float = 30.0):
        self.source, self.limit = source, limit
        self.functions: list[Callable] = []
        self.routes: tuple[str, ...] = ()
        self.names: dict[str, Any] = {}
        self.process: subprocess.Popen | None = None
        self.folder = ""
        self.started = Outcome()

    # ---- the protocol

    def has(self, name: str) -> bool:
        return self._ask({"op": "has", "name": name}, self.limit) is True

    def read(self, name: str, *, limit: float = DEFAULT_LIMIT) -> Outcome:
        return self._outcome({"op": "read", "name": name, "limit": limit}, limit)

    def attribute(self, handle: str | Handle, name: str, *, limit: float = DEFAULT_LIMIT) -> Outcome:
        return self._outcome({"op": "attribute", "handle": self._target(handle), "name": name, "limit": limit}, limit)

    def call(
        self,
        target: str | Handle,
        args: tuple = (),
        options: dict | None = None,
        *,
        limit: float = DEFAULT_LIMIT,
        memory: bool = False,
    ) -> Outcome:
        self._start()
        message = {
            "op": "call",
            "target": self._target(target),
            "args": encode(tuple(args), self._key),
            "options": encode(options or {}, self._key),
            "limit": limit,
            "memory": memory,
        }
        outside = Outside(self.process.pid, memory)
        outcome = self._outcome(message, limit)
        outside.correct(outcome)
        return outcome

    def supply(self, names: dict[str, Any]) -> None:
        self.names = dict(names)
        if self.process is not None:
            self._ask({"op": "supply", "names": encode(self.names, self._key)}, self.limit)

    def forbid(self, routes: tuple[str, ...]) -> None:
        self.routes = tuple(routes)
        if self.process is not None:
            self._ask({"op": "forbid", "routes": list(self.routes)}, self.limit)

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()
            self.process = None
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = ""

    # ---- the wire

    def _target(self, target: str | Handle) -> Any:
        return target if isinstance(target, str) else encode(target)

    def _key(self, function: Callable) -> str:
        self.functions.append(function)
        return str(len(self.functions) - 1)

    def _start(self) -> None:
        """A running worker that has the learner's definitions; after a crash, a new one."""
        if self.process is not None:
            return
        self.folder = self.folder or tempfile.mkdtemp(prefix="answer-")
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER)],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.lines: queue.Queue = queue.Queue()
        threading.Thread(target=_pump, args=(self.process.stdout, self.lines), daemon=True).start()
        self.started = self._outcome({"op": "run", "source": self.source, "limit": self.limit}, self.limit)
        self.supply(self.names)
        self.forbid(self.routes)

    def _environment(self) -> dict[str, str]:
        """The learner's code finds the course, and leaves its files in a folder that we remove."""
        path = os.pathsep.join(filter(None, [COURSE, os.environ.get("PYTHONPATH")]))
        return {**os.environ, "PYTHONPATH": path, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self.folder)}

    def _ask(self, message: dict, limit: float) -> Any:
        """Send, serve callbacks, and wait for the answer; None when the worker is gone or too late."""
        self._start()
        end = time.monotonic() + longest(limit) + MARGIN
        try:
            self._send(message)
            while True:
                reply = json.loads(self.lines.get(timeout=max(0.0, end - time.monotonic())))
                if "callback" not in reply:
                    return reply["done"]
                self._send(self._serve(reply))
        except (queue.Empty, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.close()
            return None

    def _send(self, message: dict) -> None:
        self.process.stdin.write(line(message))
        self.process.stdin.flush()

    def _serve(self, wanted: dict) -> dict:
        """A function of ours, called from over there."""
        function = self.functions[int(wanted["callback"])]
        args, options = decode(wanted["args"]), decode(wanted["options"])
        try:
            return {"value": encode(function(*args, **options))}
        except Exception as error:  # a wrong argument is the answer's fault, and told there
            return {"fault": f"{type(error).__name__}: {error}"}

    def _outcome(self, message: dict, limit: float) -> Outcome:
        told = self._ask(message, limit)
        try:
            return self._believe(told)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            self.close()
            return Outcome(fault=DEAD)

    def _believe(self, told: dict) -> Outcome:
        """An Outcome of the right types; anything malformed raises."""

        def ours(key: str) -> Callable:
            return self.functions[int(key)]

        fault = told["fault"] and Fault(*(str(part)[:500] for part in told["fault"]))
        texts = {k: str(told[k]) for k in ("printed", "errors")}
        files = {str(k): str(v) for k, v in dict(told["files"]).items()}
        return Outcome(
            value=decode(told["value"]),
            fault=fault or None,
            args=decode(told["args"], ours),
            options=decode(told["options"], ours),
            warnings=tuple(str(w)[:500] for w in told["warnings"]),
            cpu=max(0.0, float(told["cpu"])),
            peak=told["peak"] and max(0, int(told["peak"])),
            files=files,
            borrowed=tuple(str(b)[:200] for b in told["borrowed"]),
            **texts,
        )


def _pump(pipe: Any, lines: queue.Queue) -> None:
    """Lines from a pipe into a queue, so that waiting can end on any system; an empty one says that it closed."""
    with contextlib.suppress(OSError, ValueError):
        for text in iter(lambda: pipe.readline(MOST_LINE), b""):
            lines.put(text)
    lines.put(b"")
