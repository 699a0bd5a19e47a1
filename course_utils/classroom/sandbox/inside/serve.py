"""A real Jupyter kernel that takes cells and calls from the pipe."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from time import monotonic
from typing import Any

from course_utils.checks.callers import File, Handle, Outcome
from course_utils.checks.callers.borrowing import Watch
from course_utils.checks.callers.inprocess import InProcess

from .cells import Cells
from .pipe import Pipe
from .wire import Packer, Unpacker, clean

NAGGING = 0.1  # seconds between interrupts of a cell that does not stop


class Nowhere:
    """Takes what cells print and forgets it."""

    encoding, errors, closed = "utf-8", "replace", False

    def write(self, text: str) -> int:
        return len(text)

    def writelines(self, lines: Any) -> None:
        for _ in lines:
            pass

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1


class Watchdog:
    """Interrupts the main thread when a cell's time is up, again and again until it gives in.

    Its one thread starts before the first cell: a cell that takes every thread would leave none for the next one's.
    """

    def __init__(self):
        self.armed, self.fired, self._end, self._changed = False, False, 0.0, threading.Condition()
        signal.signal(signal.SIGINT, self._on_interrupt)
        threading.Thread(target=self._watch, daemon=True, name="watchdog").start()

    def _on_interrupt(self, number: int, frame: Any) -> None:
        if self.armed:
            raise KeyboardInterrupt

    def arm(self, seconds: float) -> Watchdog:
        with self._changed:
            self.armed, self.fired, self._end = True, False, monotonic() + seconds
            self._changed.notify()
        return self

    def __enter__(self) -> Watchdog:
        return self

    def __exit__(self, *error: Any) -> None:
        self.armed = False
        with self._changed:  # an interrupt under way finds it disarmed, and not armed again for the next cell
            pass

    def _watch(self) -> None:
        with self._changed:
            while True:
                left = self._end - monotonic() if self.armed else None
                if left is not None and left <= 0:
                    self.fired = True
                    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
                    left = NAGGING
                self._changed.wait(left)


class Server:
    """Answers one request after the other."""

    def __init__(self, pipe: Pipe, kernel: Any, routes: list[str]):
        self.pipe, self.kernel, self.pid = pipe, kernel, os.getpid()
        self.names = kernel.shell.user_ns
        self.caller = InProcess(self.names, watch=Watch(tuple(routes), blocking=True, standing=True))
        self.watchdog, self.lasting, self.turns = Watchdog(), False, itertools.count(1)
        self.cells = Cells(kernel, self.watchdog)
        self._find_modules_here()

    async def answer(self, message: dict, blob: bytes) -> None:
        """Do what is asked and send the reply, whatever happens."""
        try:
            reply, data = await getattr(self, f"do_{message['do']}")(message, blob)
        except BaseException as error:  # a student's code can break anything here
            reply, data = {"broken": f"{type(error).__name__}: {str(error)[:200]}"}, b""
        if os.getpid() != self.pid:  # a cell forked: this is the copy
            os._exit(0)
        self.pipe.send({**reply, "id": message["id"]}, data)

    # --- cells --------------------------------------------------------------------------------------------------

    async def do_cell(self, message: dict, blob: bytes) -> tuple[dict, bytes]:
        return await self.cells.run(message["source"], message["seconds"], bool(message.get("definitions"))), b""

    @staticmethod
    def _find_modules_here() -> None:
        """Look for modules in the working folder too, as a notebook does: behind Python's own, before packages."""
        places = [n for n, path in enumerate(sys.path) if path.endswith("-packages")]
        sys.path.insert(places[0] if places else len(sys.path), str(Path.cwd()))

    async def do_files(self, message: dict, blob: bytes) -> tuple[dict, bytes]:
        """Lay files beside the notebook, not to be written to."""
        for name, data in self._unpack(message["files"], blob).items():
            path = Path.cwd() / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o444)
        return {}, b""

    # --- calls --------------------------------------------------------------------------------------------------

    async def do_has(self, message: dict, blob: bytes) -> tuple[dict, bytes]:
        return {"has": message["name"] in self.names}, b""

    async def do_read(self, message: dict, blob: bytes) -> tuple[dict, bytes]:
        return self._pack(self.caller.read(message["name"], limit=message["limit"]), (), {})

    async def do_attribute(self, message: dict, blob: bytes) -> tuple[dict, bytes]:
        target = self._unpack(message["target"], blob)
        return self._crossing(lambda: self.caller.attribute(target, message["name"], limit=message["limit"]), (), {})

    async def do_call(self, message: dict, blob: bytes) -> tuple[dict, bytes]:
        target, args, options = self._unpack(message["call"], blob)
        before = [_alone(v) for v in args], {k: _alone(v) for k, v in options.items()}
        call = lambda: self.caller.call(target, args, options, limit=message["limit"], memory=message["memory"])  # noqa: E731
        return self._crossing(call, *before)

    async def do_forbid(self, message: dict, blob: bytes) -> tuple[dict, bytes]:
        self.caller.forbid(tuple(message["routes"]))
        return {}, b""

    async def do_supply(self, message: dict, blob: bytes) -> tuple[dict, bytes]:
        self.lasting = True  # their numbers: below zero, so that no call's functions take them
        self.caller.supplied = {}
        self.caller.supply(self._unpack(message["names"], blob))
        self.lasting = False
        return {}, b""

    def _crossing(self, work: Any, args: Any, options: Any) -> tuple[dict, bytes]:
        take_spare_threads()
        return self._pack(work(), args, options)

    def _pack(self, outcome: Outcome, args: Any, options: Any) -> tuple[dict, bytes]:
        """The outcome as a message; of the arguments only those that changed."""
        packer = Packer(_handle)
        fault = outcome.fault and [outcome.fault.kind, outcome.fault.text, outcome.fault.where]
        changed = [
            [i, packer.pack(v)] for i, (v, old) in enumerate(zip(outcome.args, args, strict=False)) if _alone(v) != old
        ]
        named = [[k, packer.pack(v)] for k, v in outcome.options.items() if _alone(v) != options.get(k)]
        reply = {
            "value": packer.pack(outcome.value),
            "fault": fault,
            "args": changed,
            "options": named,
            "printed": clean(outcome.printed, 20_000),
            "errors": clean(outcome.errors, 20_000),
            "warnings": [clean(str(w), 500) for w in outcome.warnings[:10]],
            "cpu": outcome.cpu,
            "peak": outcome.peak,
            "files": {clean(k, 200): clean(v, 100_000) for k, v in outcome.files.items()},
            "borrowed": list(outcome.borrowed),
        }
        return reply, packer.blob

    def _unpack(self, node: Any, blob: bytes) -> Any:
        return Unpacker(blob, self._special).unpack(node)

    def _special(self, tag: str, rest: list) -> Any:
        """Handles, files, functions of the other side, random generators."""
        import numpy as np

        if tag == "h":
            return Handle(*rest)
        if tag == "f":
            return File(*rest)
        if tag == "g":
            bits = getattr(np.random, rest[0]["bit_generator"])()
            bits.state = rest[0]
            return np.random.Generator(bits)
        return self._callback(*rest)

    def _callback(self, number: int, name: str) -> Any:
        number = -1 - number if self.lasting else number

        def ours(*args: Any, **options: Any) -> Any:
            packer = Packer(_handle)
            call = packer.pack((tuple(args), options))
            turn = next(self.turns)
            self.pipe.send({"callback": number, "turn": turn, "call": call}, packer.blob)
            message, blob = self.pipe.answers.get()
            while message["turn"] != turn:  # an answer to an earlier call, which was given up
                message, blob = self.pipe.answers.get()
            if message.get("error"):
                raise RuntimeError(message["error"])
            return self._unpack(message["value"], blob)

        ours.__name__ = name
        return ours


def _handle(value: Any) -> list:
    if isinstance(value, Handle):
        return ["h", value.key, clean(value.type, 100), value.callable]
    return ["v", None]  # a File or a function of ours, which is what it was


def _alone(value: Any) -> tuple:
    """A value's node and bytes: equal if and only if nothing changed."""
    packer = Packer(lambda other: ["?"])
    return packer.pack(value), packer.blob


def take_spare_threads() -> None:
    """A call needs a thread even where a cell has taken all that cells may have."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        most = resource.getrlimit(resource.RLIMIT_NPROC)[1]
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def font_list() -> None:
    """Matplotlib's list of fonts as it was outside: to make it anew takes seconds."""
    given = Path(__file__).parents[1] / "matplotlib"
    if given.is_dir():
        with contextlib.suppress(OSError):
            shutil.copytree(given, Path.home() / ".cache" / "matplotlib", dirs_exist_ok=True)


def make_kernel() -> Any:
    """An IPKernelApp like the one behind every notebook, its sockets in the sandbox's own /tmp."""
    sys.modules["debugpy"] = None  # a third of the start, and nobody debugs here
    from ipykernel.kernelapp import IPKernelApp

    folder = os.path.join(os.environ.get("TMPDIR", "/tmp"), f".kernel-{os.getpid()}")
    os.makedirs(folder, exist_ok=True)
    app = IPKernelApp.instance(
        transport="ipc", ip=f"{folder}/k", connection_file=f"{folder}/c.json", capture_fd_output=False, log_level=50
    )
    app.initialize(["--HistoryManager.enabled=False"])
    del sys.modules["debugpy"]
    app.kernel.shell.ask_exit = lambda: None  # exit() in a cell must not end the kernel
    return app


def serve(pipe: Pipe, config: dict) -> None:
    """Start the kernel and answer until the pipe closes."""
    font_list()
    app = make_kernel()
    server = Server(pipe, app.kernel, config["routes"])
    sys.stdout = sys.stderr = Nowhere()
    loop = asyncio.get_event_loop_policy().get_event_loop()
    requests: asyncio.Queue = asyncio.Queue()

    async def work() -> None:
        pipe.silence()
        pipe.send({"ready": True})
        while True:
            await server.answer(*await requests.get())

    loop.call_soon(lambda: keep.append(asyncio.ensure_future(work())))
    keep: list = []
    pipe.listen(lambda item: loop.call_soon_threadsafe(requests.put_nowait, item))
    app.start()
