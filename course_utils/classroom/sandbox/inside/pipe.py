"""The one way out of the sandbox: frames on two descriptors, read by a thread so that no interrupt splits a frame."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from typing import Any

from .wire import HEAD, frame, parse


class Pipe:
    """Takes over stdin and stdout; what the notebook prints to their numbers goes nowhere."""

    def __init__(self):
        self._in, self._out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)
        self.answers: queue.SimpleQueue = queue.SimpleQueue()
        self._lock = threading.Lock()

    def silence(self) -> None:
        """From now on stderr goes nowhere too."""
        os.dup2(0, 2)

    def read(self) -> tuple[Any, bytes]:
        """The next frame; ends the process when the other side is gone."""
        head = self._in.read(HEAD.size)
        if len(head) < HEAD.size:
            os._exit(0)
        length, size = HEAD.unpack(head)
        return parse(self._in.read(length)), self._in.read(size)

    def send(self, message: Any, blob: bytes = b"") -> None:
        with self._lock:
            self._out.write(frame(message, blob))
            self._out.flush()

    def listen(self, deliver: Callable[[tuple[Any, bytes]], None]) -> None:
        """Start the reading thread: answers to callbacks into `answers`, all else to `deliver`."""

        def run() -> None:
            while True:
                message, blob = self.read()
                if message.get("do") == "answer":
                    self.answers.put((message, blob))
                else:
                    deliver((message, blob))

        threading.Thread(target=run, daemon=True, name="pipe").start()
