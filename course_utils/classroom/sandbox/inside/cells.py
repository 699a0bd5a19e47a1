"""Runs a notebook's cells, and goes on below a line that only the sandbox refuses.

Shell and installing lines are skipped, an error costs its own statement.  Nothing is added to a student's text, and
what stands later wins, as in a notebook.
"""

from __future__ import annotations

import contextlib
import re
from time import monotonic
from typing import Any

from . import pieces
from .wire import clean

INSTALLING = ("pip", "conda", "mamba", "micromamba", "uv")
SHELLS = ("bash", "sh", "script", "system", "sx", "!", "cmd", "perl", "ruby")
WRAPPERS = ("time", "capture", "prun")  # cell magics around plain Python
MOST_TOLD = 5
AFTERMATH = 1.5  # seconds for the definitions below a statement that had to be stopped
CELL_MAGIC = re.compile(r"\s*%%(\w+|!)[^\n]*\n?")
STOPPED = (KeyboardInterrupt, SystemExit)


class Cells:
    """Runs one cell after the other and tells what happened to each."""

    def __init__(self, kernel: Any, watchdog: Any):
        self.kernel, self.shell, self.watchdog = kernel, kernel.shell, watchdog
        self.skipped: list[str] = []
        self.error: BaseException | None = None
        self.shell.events.register("post_run_cell", self._note)
        _defuse(self.shell, self.skipped)

    async def run(self, source: str, seconds: float, definitions: bool) -> dict:
        """Run a cell (or only its `definitions`, where it has ended a kernel before)."""
        self.skipped.clear()
        end = monotonic() + seconds
        with contextlib.suppress(KeyboardInterrupt):  # one that comes late
            if definitions:
                left, _ = await self._run_pieces(pieces.lasting(self._transformed(source)), end)
                return self._told(None, left=left)
            return await self._run(self._unwrapped(source), end)
        return self._told("KeyboardInterrupt: ")

    async def _run(self, source: str, end: float) -> dict:
        error = await self._once(source, end, history=True)
        timeout = self.watchdog.fired
        if error is None:
            return self._told(None)
        line, exception, text = _line(self.error), self.error, self._transformed(source)
        rest = pieces.parts(text) if pieces.parsed(text) is None else pieces.after(text, line)
        if timeout or isinstance(exception, STOPPED):
            kept = pieces.lasting(text)
            rest, end = [p for p in rest if p in kept], monotonic() + AFTERMATH
        left, ran = await self._run_pieces(rest, end)
        return self._told(error, line, left, ran) | {"timeout": timeout}

    async def _run_pieces(self, rest: list[pieces.Piece], end: float) -> tuple[list, int]:
        """Run statements one by one; those that failed, and how many ran."""
        left, ran = [], 0
        for piece in rest:
            if monotonic() > end:
                left.append([piece[0], "there was no time left"])
                break
            error = await self._once(pieces.placed(piece), end, history=False)
            ran += error is None
            if error is not None:
                left.append([piece[0], error])
        return left, ran

    async def _once(self, source: str, end: float, history: bool) -> str | None:
        """Run source as a cell; its error in words, or None."""
        self.error = None
        with self.watchdog.arm(max(0.1, end - monotonic())):
            try:
                reply = await self.kernel.do_execute(source, False, store_history=history, allow_stdin=False)
            except KeyboardInterrupt as error:
                self.error = error
                return "KeyboardInterrupt: "
        if reply["status"] == "ok":
            return None
        return f"{str(reply.get('ename', ''))[:60]}: {str(reply.get('evalue', ''))[:300]}"

    def _note(self, result: Any) -> None:
        self.error = result and (result.error_before_exec or result.error_in_exec)

    def _told(self, error: str | None, line: int = 0, left: list | None = None, ran: int = 0) -> dict:
        name, _, text = (error or "").partition(": ")
        told = [[number, clean(text, 300)] for number, text in (left or [])[:MOST_TOLD]]
        return {
            "status": "ok" if error is None else "error",
            "error": clean(name, 60),
            "text": clean(text, 300),
            "line": line,
            "left": told,
            "ran": ran,
            "skipped": [clean(words, 100) for words in dict.fromkeys(self.skipped)][:MOST_TOLD],
            "timeout": self.watchdog.fired,
        }

    def _transformed(self, source: str) -> str:
        try:
            return self.shell.transform_cell(source)
        except Exception:  # a line that IPython cannot read either
            return source

    def _unwrapped(self, source: str) -> str:
        """Without a first line like %%time, or one of an extension that is not here, around plain Python."""
        match = CELL_MAGIC.match(source)
        if match is None or match[1] in SHELLS:
            return source
        known = match[1] in self.shell.magics_manager.magics["cell"]
        if known and match[1] not in WRAPPERS:
            return source
        body = source[match.end() :]
        if not known:
            self.skipped.append(match[0].strip())
        return "#\n" + body if known or pieces.parsed(self._transformed(body)) is not None else "#"


def _line(error: BaseException | None) -> int:
    """The line of the cell at which it stopped, 0 if that cannot be told."""
    step = getattr(error, "__traceback__", None)
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if "ipykernel_" in name and "site-packages" not in name:
            return step.tb_lineno
        step = step.tb_next
    return int(getattr(error, "lineno", 0) or 0)


def _defuse(shell: Any, skipped: list[str]) -> None:
    """Shell, installing and resetting lines do nothing; any other magic that fails costs nothing but itself."""
    line_magic, cell_magic = shell.run_line_magic, shell.run_cell_magic

    def skip(words: str) -> None:
        skipped.append(" ".join(words.split())[:80])

    def run_line_magic(name: str, line: str, _stack_depth: int = 1) -> Any:
        if name in (*INSTALLING, *SHELLS) or name.startswith("reset"):
            return skip(f"%{name} {line}")
        try:
            return line_magic(name, line, _stack_depth=_stack_depth + 1)
        except Exception:
            return skip(f"%{name} {line}")

    def run_cell_magic(name: str, line: str, cell: str) -> Any:
        return skip(f"%%{name} {line}") if name in SHELLS else cell_magic(name, line, cell)

    def getoutput(line: str, *args: Any, **options: Any) -> Any:
        from IPython.utils.text import SList

        skip(f"!{line}")
        return SList([])

    shell.run_line_magic, shell.run_cell_magic, shell.getoutput = run_line_magic, run_cell_magic, getoutput
    shell.system = shell.system_raw = shell.system_piped = lambda line: skip(f"!{line}")
    shell.reset = lambda *args, **options: skip("%reset")
