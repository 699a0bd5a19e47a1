"""The trusted end of one sandbox: requests go in, replies come out, and nothing it says is believed beyond its form."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from course_utils.checks.callers import File, Handle
from course_utils.checks.callers.guard import PATIENCE
from course_utils.checks.callers.values import cross
from course_utils.classroom.sandbox import usage
from course_utils.classroom.sandbox.backend import COURSE, Backend, Box, SandboxFault, package_folders, python_inside
from course_utils.classroom.sandbox.inside.wire import HEAD, Garbled, Packer, Unpacker, clean, frame, parse
from course_utils.classroom.sandbox.ours import TookTooLong, bounded, little_memory

LOOK = 0.1  # seconds between looks at the memory, where no control group limits it
SPARE_THREADS = 16  # kept from cells, for the calls
MOST_CHILDREN = 8  # processes that an answer or a cell may leave behind
MOST_FILES = 1_024  # open at the same time: pipes and sockets hold memory too
MOST_CALLBACKS = 20_000  # of one call
MOST_GIVEN = 16_000_000  # bytes handed to a function of ours, and
MOST_WORK = 1_500_000_000  # bytes that it may use to answer
ADDRESS_ROOM = 6_000_000_000  # address space is not memory: libraries reserve much of it


class Gone(Exception):
    """The box is dead, silent or incomprehensible; `kind` is Dead or TimeUp."""

    def __init__(self, kind: str, text: str):
        super().__init__(text)
        self.kind, self.text = kind, text


class Session:
    """One running box: `ask` sends a request and waits for its reply, up to a time."""

    def __init__(self, backend: Backend, stage: Path, routes: tuple[str, ...] = ()):
        self.backend, self.limits = backend, backend.limits
        self._number, self._buffer, self.sent, self._looked = 0, bytearray(), 0, 0.0
        self._asked = self.limits.start
        self._lasting: dict[int, Callable] = {}  # our functions, by number: those supplied, and one call's
        self._passing: dict[int, Callable] = {}
        packages = [] if backend.name == "docker" else package_folders()
        place = str(stage) if backend.name == "none" else COURSE
        self.box: Box = backend.start(stage, python_inside(), "-I", "-B", f"{place}/inside/start.py", *packages)
        try:
            self._send(frame({"user": backend.user, "routes": list(routes), **self._resources()}))
            self._reply(None, time.monotonic() + self.limits.start)
            self._ours = set() if backend.name == "docker" else set(usage.tree(self.pid))
        except Gone as gone:
            said = self._complaint()
            self.close()
            raise SandboxFault(f"the kernel did not start: {gone.text}. {said}") from gone

    def _resources(self) -> dict:
        """What the first program inside forbids itself."""
        limit = self.limits
        if self.backend.name == "none":
            return {}
        processes = limit.processes + SPARE_THREADS
        return {
            "spare": SPARE_THREADS,
            "processes": processes if self.backend.user else processes + _tasks_of_mine(),
            "disk": limit.disk,
            "files": MOST_FILES,
            "address": limit.memory + ADDRESS_ROOM,
            "cpu": int(2 * limit.submission),
        }

    def _complaint(self) -> str:
        """The last words on stderr, for the instructor."""
        pipe = self.box.process.stderr
        os.set_blocking(pipe.fileno(), False)
        return (pipe.read(4_000) or b"").decode("utf-8", "replace").strip()[-600:]

    @property
    def pid(self) -> int:
        return self.box.process.pid

    def close(self) -> None:
        self.box.close()

    def prune(self) -> None:
        """End what forks have left running, so that it does not slow down the next answer."""
        left = set(usage.tree(self.pid)) - self._ours
        if self._ours and len(left) > MOST_CHILDREN:
            usage.end(left)

    def supply(self, names: dict[str, Any], seconds: float) -> None:
        """Put values and functions of ours into the answers' reach, in place of those before."""
        self._lasting = {}
        self.ask({"do": "supply"}, seconds, {"names": names})
        self._lasting, self._passing = {-1 - k: v for k, v in self._passing.items()}, {}

    def ask(self, request: dict, seconds: float, values: dict[str, Any] | None = None) -> tuple[dict, bytes]:
        """Send a request; `values` are packed into it.  Raises Gone when no proper reply comes in time.

        `seconds` are of the clock, without those for which a busy machine let the box wait for a processor.
        """
        self._number += 1
        self._asked = seconds
        self._passing = {}
        packer = Packer(self._special)
        packed = {name: packer.pack(cross(value, lambda thing: thing)) for name, value in (values or {}).items()}
        self._send(frame({**request, **packed, "id": self._number}, packer.blob))
        return self._reply(self._number, time.monotonic() + seconds)

    def _special(self, value: Any) -> list:
        """The node of what is more than a value."""
        if isinstance(value, Handle):
            return ["h", value.key, value.type, value.callable]
        if isinstance(value, File):
            return ["f", value.name, value.text]
        if isinstance(value, np.random.Generator):
            return ["g", _plain(value.bit_generator.state)]
        if callable(value):
            self._passing[len(self._passing)] = value
            return ["k", len(self._passing) - 1, clean(getattr(value, "__name__", "function"), 60)]
        raise TypeError(f"{type(value).__name__} cannot be handed to an answer")

    # --- the pipe -----------------------------------------------------------------------------------------------

    def _send(self, data: bytes) -> None:
        """Write all of it, but do not wait for a reader that does not read."""
        self.sent += len(data)
        pipe, view, end = self.box.process.stdin.fileno(), memoryview(data), time.monotonic() + 30
        os.set_blocking(pipe, False)
        while view:
            try:
                view = view[os.write(pipe, view) :]
            except BlockingIOError:
                select.select([], [pipe], [], 0.5)
            except OSError as error:
                raise self._gone() from error
            if time.monotonic() > end:
                raise Gone("Dead", "it does not listen any more")

    def _reply(self, number: int | None, end: float) -> tuple[dict, bytes]:
        """The reply to one request; callbacks on the way are served, old replies dropped."""
        served = 0
        while True:
            message, blob = self._frame(end)
            if number is None and message.get("ready") is True:
                return message, blob
            if served and time.monotonic() > end:  # frames one after the other, without a pause
                raise Gone("TimeUp", "it did not answer in time")
            if "callback" in message and served < MOST_CALLBACKS:
                served += 1
                self._send(self._called_back(message, blob, end - time.monotonic()))
            elif number is not None and message.get("id") == number:
                return message, blob

    def _called_back(self, message: dict, blob: bytes, seconds: float) -> bytes:
        """Call our function with their values, no larger than is sensible, for no longer than the call may take."""
        packer, about = Packer(self._special), {"do": "answer", "turn": _whole(message.get("turn"))}
        try:
            if len(blob) > MOST_GIVEN:
                raise ValueError("the arrays are larger than this function takes")
            with little_memory(MOST_WORK), bounded(max(seconds, 0.5)):
                function = (self._lasting | self._passing)[message["callback"]]
                args, options = Unpacker(blob, self._handle).unpack(message.get("call"))
                value = packer.pack(cross(function(*args, **options), lambda thing: thing))
                return frame({**about, "value": value}, packer.blob)
        except (Exception, TookTooLong) as error:  # a wrong call is the student's to see
            return frame({**about, "error": f"{type(error).__name__}: {str(error)[:200]}"})

    def unpack(self, node: Any, blob: bytes) -> Any:
        """A value that came out.  Raises Garbled."""
        return Unpacker(blob, self._handle).unpack(node)

    @staticmethod
    def _handle(tag: str, rest: list) -> Any:
        if tag != "h" or len(rest) != 3 or not (isinstance(rest[0], str) and isinstance(rest[1], str)):
            raise Garbled(f"no such tag: {str(tag)[:20]}")
        return Handle(rest[0][:40], clean(rest[1], 60), rest[2] is True)

    def _frame(self, end: float) -> tuple[dict, bytes]:
        head = self._take(HEAD.size, end)
        length, size = HEAD.unpack(head)
        if length + size > self.limits.answer:
            raise Gone("Dead", f"it sent more than {self.limits.answer // 1_000_000} MB at once")
        try:
            message = parse(self._take(length, end))
        except Garbled as error:
            raise Gone("Dead", "it sent something that is no message") from error
        blob = self._take(size, end)
        if not isinstance(message, dict):
            raise Gone("Dead", "it sent something that is no message")
        return message, blob

    def _take(self, count: int, end: float) -> bytes:
        while len(self._buffer) < count:
            self._fill(end)
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _fill(self, end: float) -> None:
        """Wait for more bytes; look at the time, and at the memory where nobody else does."""
        left = end - time.monotonic()
        if left <= 0:
            left += self._starved()
        if left <= 0:
            raise Gone("TimeUp", "it did not answer in time")
        pipe = self.box.process.stdout.fileno()
        watched = self.box.group.kind == "none" and self.backend.name != "docker"
        ready, _, _ = select.select([pipe], [], [], min(left, LOOK) if watched else left)
        if watched and time.monotonic() - self._looked >= LOOK:  # also while it talks without a pause
            self._look()
        if ready:
            data = os.read(pipe, 1 << 20)
            if not data:
                raise self._gone()
            self._buffer += data

    def _starved(self) -> float:
        """Seconds for which the thread of the box that waited longest for a processor had none, within reason."""
        waited = 0.0 if self.backend.name == "docker" else usage.waited(self.pid)
        return min(waited, (PATIENCE - 1) * self._asked)

    def _look(self) -> None:
        """Raise Gone where the box uses more memory than it may."""
        self._looked = time.monotonic()
        if usage.resident(self.pid) > self.limits.memory < usage.shared_out(self.pid):
            raise Gone("Dead", self._too_much())

    def _gone(self) -> Gone:
        if self.box.group.out_of_memory():
            return Gone("Dead", self._too_much())
        return Gone("Dead", "Python ended")

    def _too_much(self) -> str:
        return f"it used more than {self.limits.memory / 1e9:.1f} GB of memory"

    def cpu(self) -> float | None:
        """CPU seconds of the box so far, as seen from outside."""
        if self.backend.name == "docker":
            return None
        seen = self.box.group.cpu()
        return usage.cpu(self.pid) if seen is None else seen


def _tasks_of_mine() -> int:
    """Threads of this user now: an ordinary user's limit counts them on some systems."""
    count = 0
    for entry in os.scandir("/proc") if os.path.isdir("/proc") else []:
        try:
            if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                count += len(os.listdir(f"/proc/{entry.name}/task"))
        except OSError:
            continue
    return count


def _whole(value: Any) -> int:
    """A number that is sent back as it came, whatever came."""
    return value if type(value) is int and 0 <= value < 2**53 else 0


def _plain(state: Any) -> Any:
    """A generator's state as JSON."""
    if isinstance(state, dict):
        return {k: _plain(v) for k, v in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else int(state) if isinstance(state, np.integer) else state
