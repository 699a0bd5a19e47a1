"""The answer's side of a `Subprocess`: runs the learner's code here, and speaks one JSON line a message.

Started as `python worker.py` by `separate.py` (or by a sandbox that holds this folder).  Messages in:
{"op": "run" | "has" | "read" | "attribute" | "call" | "supply" | "forbid", ...}; out: {"done": ...}, or
{"callback": ...} while a function of the other side is wanted.  Nothing here decides anything: all comparing
happens on the other side.
"""

from __future__ import annotations

import importlib.util
import json
import linecache
import os
import sys
from pathlib import Path
from typing import Any

FILE = "<answer>"


def _package():
    """This folder as a package called `callers`, without the rest of the course."""
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        "callers", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["callers"] = module
    spec.loader.exec_module(module)


class Worker:
    """Answers messages until the line is closed."""

    def __init__(self, read: Any, write: Any):
        from callers.inprocess import InProcess

        self.lines, self.out, self.names = read, write, {"__name__": "__main__", "__builtins__": __builtins__}
        self.caller = InProcess(self.names, blocking=True)

    def serve(self) -> None:
        for text in self.lines:
            message = json.loads(text)
            self._send({"done": getattr(self, "op_" + message.pop("op"))(**message)})

    def op_run(self, source: str, limit: float) -> Any:
        """Define everything: the learner's code, top to bottom."""
        linecache.cache[FILE] = (len(source), None, source.splitlines(True), FILE)
        self.names["__run__"] = lambda: exec(compile(source, FILE, "exec"), self.names)
        outcome = self._told(self.caller.call("__run__", limit=limit))
        self.names.pop("__run__")
        return outcome

    def op_has(self, name: str) -> bool:
        return self.caller.has(name)

    def op_read(self, name: str, limit: float) -> Any:
        return self._told(self.caller.read(name, limit=limit))

    def op_attribute(self, handle: Any, name: str, limit: float) -> Any:
        return self._told(self.caller.attribute(self._target(handle), name, limit=limit))

    def op_call(self, target: Any, args: Any, options: Any, limit: float, memory: bool) -> Any:
        args, options = self._decode(args), self._decode(options)
        return self._told(self.caller.call(self._target(target), args, options, limit=limit, memory=memory))

    def op_supply(self, names: Any) -> None:
        self.caller.supply(self._decode(names))

    def op_forbid(self, routes: list) -> None:
        self.caller.forbid(tuple(routes))

    def _target(self, target: Any) -> Any:
        return target if isinstance(target, str) else self._decode(target)

    def _decode(self, data: Any) -> Any:
        from callers.wire import decode

        return decode(data, self._function)

    def _function(self, key: str) -> Any:
        """A function of the other side: calling it sends a message and waits."""
        from callers.wire import decode, encode

        def theirs(*args, **options):
            self._send({"callback": key, "args": encode(args), "options": encode(options)})
            reply = json.loads(next(self.lines))
            if "fault" in reply:
                raise RuntimeError(reply["fault"])
            return decode(reply["value"])

        theirs.key = key
        return theirs

    def _told(self, outcome: Any) -> dict:
        """An Outcome as JSON."""
        from callers.wire import encode

        known = {k: getattr(outcome, k) for k in ("printed", "errors", "cpu", "peak", "files")}
        fault = outcome.fault and [outcome.fault.kind, outcome.fault.text, outcome.fault.where]
        return {
            **known,
            "fault": fault,
            "value": encode(outcome.value),
            "args": self._after(outcome.args),
            "options": self._after(outcome.options),
            "warnings": list(outcome.warnings),
            "borrowed": list(outcome.borrowed),
        }

    def _after(self, values: Any) -> Any:
        from callers.wire import encode

        return encode(values, lambda function: function.key)

    def _send(self, message: dict) -> None:
        from callers.wire import line

        self.out.write(line(message))
        self.out.flush()


def main() -> None:
    """Keep the two pipes for ourselves; what the learner's code prints below Python goes nowhere."""
    read, write = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.path.pop(0)  # this folder: the learner's `import values` means theirs
    _package()
    Worker(iter(read.readline, b""), write).serve()


if __name__ == "__main__":
    main()
