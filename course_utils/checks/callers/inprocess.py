"""The caller for the notebook: the answer runs in this very process."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
import traceback
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .borrowing import Watch
from .guard import Ran, guarded
from .own import globals_of, names_used
from .protocol import DEFAULT_LIMIT, Fault, File, Handle, Outcome
from .values import Table, cross

MOST_FILE = 100_000  # characters of a written file that are looked at
LEFT = 1234567.875  # what `np.empty` finds in memory that was used before: never a right number
LARGEST_LEFT = 64  # numbers in an array for which NumPy takes memory that it has kept
_ABSENT = object()


def _leave_in_memory() -> None:
    """Fill the memory that NumPy keeps for small arrays: what `np.empty` gives is wrong each time, not by chance.

    Of each length there is one block, as after any calculation; it takes a fifth of a millisecond.
    """
    for length in range(1, LARGEST_LEFT + 1):
        np.full(length, LEFT)


class InProcess:
    """Calls what stands in a namespace.

    trusted   for our own answers: no watchdog, and nothing watched
    watch     the guards that stand already, where forbidden routes raise; left out, they are only seen

    >>> InProcess({"double": lambda x: 2 * x}).call("double", (4,)).value
    8
    """

    def __init__(self, names: dict[str, Any], *, trusted: bool = False, watch: Watch | None = None):
        self.names, self.trusted, self.table = names, trusted, Table()
        self.supplied: dict[str, Any] = {}
        self.watch = watch or Watch()
        self._folder: Path | None = None
        self._tidy: Callable[[], None] = lambda: None

    def has(self, name: str) -> bool:
        return name in self.names

    def uses(self, name: str) -> frozenset[str]:
        return names_used(self.names.get(name))

    def forbid(self, routes: tuple[str, ...]) -> None:
        if self.watch.standing:
            self.watch.close(routes)
        else:
            self.watch = Watch(routes)

    def supply(self, names: dict[str, Any]) -> None:
        self.supplied = dict(names)

    def close(self) -> None:
        self.table.clear()
        self._tidy()
        self._folder = None

    def read(self, name: str, *, limit: float = DEFAULT_LIMIT) -> Outcome:
        if name not in self.names:
            return Outcome(fault=Fault("Missing", name))
        return Outcome(value=self._out(self.names[name]))

    def attribute(self, handle: str | Handle, name: str, *, limit: float = DEFAULT_LIMIT) -> Outcome:
        thing = self._target(handle)
        return self._outcome(thing, lambda: getattr(thing, name), limit)

    def call(
        self,
        target: str | Handle,
        args: tuple = (),
        options: dict | None = None,
        *,
        limit: float = DEFAULT_LIMIT,
        memory: bool = False,
    ) -> Outcome:
        if isinstance(target, str) and target not in self.names:
            return Outcome(fault=Fault("Missing", target))
        thing = self._target(target)
        inside = tuple(self._in(a) for a in args)
        named = {k: self._in(v) for k, v in (options or {}).items()}
        outcome = self._outcome(thing, lambda: thing(*inside, **named), limit, memory)
        outcome.args = tuple(self._after(a, b) for a, b in zip(args, inside, strict=True))
        outcome.options = {k: self._after(v, named[k]) for k, v in (options or {}).items()}
        return outcome

    def _outcome(self, thing: Any, work: Callable, limit: float, memory: bool = False) -> Outcome:
        before = self._files()
        if not self.trusted:
            _leave_in_memory()
        with self._supplied(thing), self._watched(thing):
            ran = guarded(work, None if self.trusted else limit, memory=memory)
        return Outcome(
            value=self._out(ran.value),
            fault=fault_of(ran),
            printed=ran.printed,
            errors=ran.errors,
            warnings=ran.warnings,
            cpu=ran.cpu,
            peak=ran.peak,
            borrowed=tuple(self.watch.taken),
            files={k: v for k, v in self._files().items() if before.get(k) != v},
        )

    def _target(self, target: str | Handle) -> Any:
        return self.table.object(target) if isinstance(target, Handle) else self.names[target]

    def _in(self, value: Any) -> Any:
        return cross(value, self._let_in)

    def _out(self, value: Any) -> Any:
        return cross(value, self.table.handle)

    def _let_in(self, thing: Any) -> Any:
        """What stands on the answer's side for a Handle, a File or a function of ours."""
        if isinstance(thing, Handle):
            return self.table.object(thing)
        if isinstance(thing, File):
            return self._path(thing)
        return self._called_back(thing) if callable(thing) else thing

    def _called_back(self, function: Callable) -> Callable:
        def ours(*args, **options):
            with self.watch.pause():
                return function(*(self._out(a) for a in args), **{k: self._out(v) for k, v in options.items()})

        return ours

    def _after(self, given: Any, inside: Any) -> Any:
        """An argument after the call; handles, files and functions are what they were."""
        if isinstance(given, Handle | File) or callable(given):
            return given
        return cross(inside, lambda thing: None)

    def _path(self, file: File) -> str:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="answer-"))
            self._tidy = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        path = self._folder / file.name
        path.write_text(file.text, encoding="utf-8", newline="")
        return str(path)

    def _files(self) -> dict[str, str]:
        if self._folder is None:
            return {}
        files = [p for p in sorted(self._folder.iterdir()) if p.is_file()]
        return {p.name: p.read_text(encoding="utf-8", errors="replace")[:MOST_FILE] for p in files}

    @contextlib.contextmanager
    def _supplied(self, thing: Any):
        """Our names in the namespace the answer looks its names up in, for as long as it runs."""
        place = globals_of(thing)
        ours = {k: self._called_back(v) if callable(v) else v for k, v in self.supplied.items()}
        if place is None:
            yield
            return
        # IPython's exit would end the kernel, not the answer
        ours.update({name: sys.exit for name in ("exit", "quit") if "Autocall" in type(place.get(name)).__name__})
        before = {name: place.get(name, _ABSENT) for name in ours}
        place.update(ours)
        try:
            yield
        finally:
            place.update(before)
            for name in [name for name, value in before.items() if value is _ABSENT]:
                del place[name]

    @contextlib.contextmanager
    def _watched(self, thing: Any):
        if self.trusted:
            yield
            return
        with self.watch.over(thing):
            yield


def fault_of(ran: Ran) -> Fault | None:
    """A Fault for the exception, with the learner's own line where it can be found."""
    if ran.error is None:
        return None
    return Fault(type(ran.error).__name__, _first_line(ran.error), own_line(ran.error))


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:300] if text else ""


def own_line(error: BaseException) -> str:
    """'line 3: return x / n': the deepest line of a notebook cell or of an answer given as text."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_own(f.filename)]
    return f"line {frames[-1].lineno}: {frames[-1].line}".rstrip(": ") if frames else ""


def _is_own(filename: str) -> bool:
    in_cell = "ipykernel_" in filename and "site-packages" not in filename
    return in_cell or filename.startswith("<answer")
