"""A notebook in a sandbox, as a `Caller`: the checks' own way to reach an answer, over our wire.

A kernel that dies or hangs is replaced by a new one in which the cells are run again, without the one that did it: a
crash costs one question, not the submission.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_utils.checks.callers import Fault, Handle, Outcome
from course_utils.checks.callers.protocol import DEFAULT_LIMIT
from course_utils.checks.feedback.slips import slip_words
from course_utils.classroom.notebook import Cell
from course_utils.classroom.sandbox import usage
from course_utils.classroom.sandbox.backend import Backend
from course_utils.classroom.sandbox.inside.wire import Garbled, clean
from course_utils.classroom.sandbox.session import Gone, Session

MOST_KILLERS = 4  # cells that end the kernel before the rest of the notebook is left alone
MOST_NAMES = 5_000  # that one answer's code may name
UNSEEN_CPU, UNSEEN_BYTE = 0.03, 2e-8  # seconds of work around a call that are ours, and more for each byte sent
UNSEEN_MEMORY = 64_000_000  # bytes that allocators and libraries keep


@dataclass
class CellTrouble:
    """A cell that did not end well: its place, and what happened."""

    place: int
    kind: str  # error, timeout, died, skipped
    text: str


@dataclass
class Run:
    """What running the notebook's cells showed."""

    troubles: list[CellTrouble] = field(default_factory=list)
    killers: dict[int, str] = field(default_factory=dict)  # index of a cell -> why it may not run again
    resumed: list[int] = field(default_factory=list)  # places of cells that stopped and were run on below
    broken: str = ""  # why cells were not run at all


class Sandboxed:
    """The `Caller` for one submission.  Use as a context manager, or call `close`."""

    def __init__(
        self,
        backend: Backend,
        stage: Path,
        cells: list[Cell],
        routes: tuple[str, ...] = (),
        files: dict[str, bytes] | None = None,
    ):
        self.files = files or {}  # beside the notebook
        self.backend, self.stage, self.cells, self.routes = backend, stage, cells, routes
        self.limits, self.run = backend.limits, Run()
        self.end = time.monotonic() + self.limits.submission
        self._names: dict[str, Any] = {}
        self._closed: tuple[str, ...] = ()
        self._session: Session | None = None

    def __enter__(self) -> Sandboxed:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    @property
    def late(self) -> bool:
        """Is the submission's time used up?"""
        return time.monotonic() > self.end

    # --- the notebook -------------------------------------------------------------------------------------------

    def session(self) -> Session:
        """The running kernel with all cells run; a new one where there is none.  Raises SandboxFault."""
        while self._session is None:
            self._session = Session(self.backend, self.stage, self.routes)
            self.run.troubles, self.run.resumed = [], []
            if not self._run_cells(self._session):
                self._drop()
            else:
                self._prepare()
        return self._session

    def _run_cells(self, session: Session) -> bool:
        """Run every cell; False if one of them ended the kernel."""
        if self.files:
            session.ask({"do": "files"}, self.limits.start, {"files": self.files})
        for index, cell in enumerate(self.cells):
            if self.late or (len(self.run.killers) >= MOST_KILLERS and index > max(self.run.killers)):
                self.run.broken = f"cells from number {cell.place} on were not run"
                break
            try:
                self._run_cell(session, index, cell)
            except Gone as gone:
                self.run.killers[index] = "it did not stop when it was told to" if gone.kind == "TimeUp" else gone.text
                return False
        return True

    def _run_cell(self, session: Session, index: int, cell: Cell) -> None:
        killed = self.run.killers.get(index)
        seconds = self.limits.cell
        request = {"do": "cell", "source": cell.source, "seconds": seconds, "definitions": killed is not None}
        reply, _ = session.ask(request, seconds + self.limits.patience)
        if "broken" in reply:
            self._trouble(cell, "died", f"the kernel was broken: {clean(str(reply['broken']), 200)}")
        else:
            self._tell(cell, reply, killed)

    def _tell(self, cell: Cell, reply: dict, killed: str | None) -> None:
        """Note what happened to a cell, and what of it was run all the same."""
        for line in _list(reply.get("skipped"))[:5]:
            self._trouble(
                cell, "skipped", f"`{_text(line, 100)}` was skipped: it does nothing where notebooks are graded"
            )
        rest = _rest(reply)
        if killed is not None:
            self._trouble(cell, "died", f"{killed}; only its imports, functions and classes were kept{rest}")
        elif reply.get("timeout") is True:
            self._trouble(cell, "timeout", f"it was stopped after {self.limits.cell:g} seconds{rest}")
        elif reply.get("status") != "ok":
            error = f"{_text(reply.get('error'), 60)}: {_text(reply.get('text'), 200)}".strip(": \n")
            error = (error.splitlines() or ["it stopped"])[0]
            line = reply["line"] if type(reply.get("line")) is int and reply["line"] > 0 else None
            slip = slip_words(cell.source, error.partition(":")[0], error, line)
            where = (f" at line {line}" if line else "") + rest
            self._trouble(cell, "error", error + where + (f". {slip}" if slip else ""))
        if rest and killed is None:
            self.run.resumed.append(cell.place)

    def _trouble(self, cell: Cell, kind: str, text: str) -> None:
        self.run.troubles.append(CellTrouble(cell.place, kind, text))

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    # --- the protocol -------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        try:
            return self.session().ask({"do": "has", "name": name}, self.limits.patience)[0].get("has") is True
        except Gone:
            return False

    def uses(self, name: str) -> frozenset[str]:
        """Names in the answer's code, as its side says: whoever lies gets a right function of an earlier exercise."""
        try:
            reply, _ = self.session().ask({"do": "uses", "name": name}, self.limits.patience)
        except Gone:
            return frozenset()
        return frozenset(_text(n, 100) for n in _list(reply.get("uses"))[:MOST_NAMES])

    def read(self, name: str, *, limit: float = DEFAULT_LIMIT) -> Outcome:
        return self._outcome({"do": "read", "name": name}, limit)

    def attribute(self, handle: str | Handle, name: str, *, limit: float = DEFAULT_LIMIT) -> Outcome:
        return self._outcome({"do": "attribute", "name": name}, limit, {"target": handle})

    def call(
        self,
        target: str | Handle,
        args: tuple = (),
        options: dict | None = None,
        *,
        limit: float = DEFAULT_LIMIT,
        memory: bool = False,
    ) -> Outcome:
        request = {"do": "call", "memory": memory}
        return self._outcome(request, limit, {"call": (target, tuple(args), dict(options or {}))}, memory)

    def supply(self, names: dict[str, Any]) -> None:
        """Our values and functions under these names, in place of those supplied before."""
        self._names = dict(names)
        self._prepare()

    def forbid(self, routes: tuple[str, ...]) -> None:
        self._closed = tuple(routes)
        self._prepare()

    def close(self) -> None:
        self._drop()

    # --- crossings ----------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Tell the kernel what is supplied and what is forbidden; a new kernel is told again."""
        if self._session is None:
            return
        self._session.prune()
        try:
            self._session.ask({"do": "forbid", "routes": list(self._closed)}, self.limits.patience)
            self._session.supply(self._names, self.limits.patience)
        except Gone:
            self._drop()

    def _outcome(self, request: dict, limit: float, values: dict | None = None, memory: bool = False) -> Outcome:
        """One crossing; whatever goes wrong is a Fault."""
        if self.late:
            return Outcome(fault=Fault("TimeUp", "the submission's time is used up"))
        request = {**request, "limit": min(limit, self.limits.call)}
        try:
            outcome = self._crossing(request, values, memory)
        except _Broken:  # by an earlier call, perhaps: this one gets a new kernel
            self._drop()
            outcome = self._once_more(request, values, memory)
        except (Gone, Garbled) as error:
            outcome = _ended(error)
        if outcome.fault is not None and outcome.fault.kind in ("Stuck", "Dead", "TimeUp!"):
            self._drop()
            outcome.fault = Fault(outcome.fault.kind.rstrip("!"), outcome.fault.text, outcome.fault.where)
        return outcome

    def _once_more(self, request: dict, values: dict | None, memory: bool) -> Outcome:
        try:
            return self._crossing(request, values, memory)
        except (Gone, Garbled) as error:
            return _ended(error)

    def _crossing(self, request: dict, values: dict | None, memory: bool) -> Outcome:
        """Ask, believe what has the right form, and look from outside."""
        session = self.session()
        before = session.cpu(), session.sent, (usage.forget_peaks(session.pid) if memory else 0)
        reply, blob = session.ask(request, request["limit"] + self.limits.patience, values)
        outcome = self._believed(session, reply, blob, values)
        self._seen(session, outcome, *before)
        return outcome

    def _seen(self, session: Session, outcome: Outcome, cpu: float | None, sent: int, resident: int) -> None:
        """Time and memory are never less than what was seen from outside, but for what is ours."""
        after = session.cpu()
        if cpu is not None and after is not None:
            ours = UNSEEN_CPU + UNSEEN_BYTE * (session.sent - sent)
            outcome.cpu = max(outcome.cpu, 0.7 * (after - cpu) - ours)
        if resident and outcome.peak is not None:
            outcome.peak = max(outcome.peak, usage.peak(session.pid) - resident - UNSEEN_MEMORY)

    def _believed(self, session: Session, reply: dict, blob: bytes, values: dict | None) -> Outcome:
        """The reply as an Outcome, every field of the form it must have."""
        if "broken" in reply:
            raise _Broken("Dead", f"the kernel was broken from inside: {clean(str(reply['broken']), 200)}")
        _, args, options = (values or {}).get("call", ("", (), {}))
        outcome = Outcome(value=session.unpack(reply.get("value"), blob), args=args, options=options)
        outcome.fault = _fault(reply.get("fault"))
        outcome.args = tuple(_changed(session, list(enumerate(args)), reply.get("args"), blob))
        outcome.options = dict(
            zip(options, _changed(session, list(options.items()), reply.get("options"), blob), strict=True)
        )
        outcome.printed, outcome.errors = _text(reply.get("printed")), _text(reply.get("errors"))
        outcome.warnings = tuple(_text(w, 500) for w in _list(reply.get("warnings"))[:10])
        outcome.borrowed = tuple(_text(r, 200) for r in _list(reply.get("borrowed"))[:10])
        files = reply.get("files")
        outcome.files = {_text(k, 200): _text(v, 100_000) for k, v in files.items()} if isinstance(files, dict) else {}
        outcome.cpu, outcome.peak = _number(reply.get("cpu")), reply.get("peak")
        outcome.peak = outcome.peak if type(outcome.peak) is int and outcome.peak >= 0 else None
        return outcome


class _Broken(Gone):
    """The kernel answers that it cannot work any more."""


def _ended(error: Gone | Garbled) -> Outcome:
    """What a crossing gave in which the kernel was lost ("!": it is to be replaced, unlike after a mere time limit)."""
    if isinstance(error, Gone):
        return Outcome(fault=Fault("TimeUp!" if error.kind == "TimeUp" else error.kind, error.text))
    return Outcome(fault=Fault("Dead", f"its answer could not be read: {error}"))


def _changed(session: Session, given: list[tuple[Any, Any]], changes: Any, blob: bytes) -> list[Any]:
    """The arguments after the call: as they were given, but for those reported as changed."""
    new = {c[0]: c[1] for c in _list(changes) if isinstance(c, list) and len(c) == 2 and isinstance(c[0], int | str)}
    return [session.unpack(new[key], blob) if key in new else value for key, value in given]


def _rest(reply: dict) -> str:
    """What was run below a statement that stopped, in words; empty if nothing was."""
    if type(reply.get("ran")) is not int or reply["ran"] <= 0:
        return ""
    left = [row for row in _list(reply.get("left")) if isinstance(row, list) and len(row) == 2]
    lines = [f"line {row[0]} ({_text(row[1], 120)})" for row in left[:3] if type(row[0]) is int]
    return "; what came after it was run" + (f", without {', '.join(lines)}" if lines else "")


def _fault(value: Any) -> Fault | None:
    if not value:
        return None
    parts = [_text(p, 300) for p in _list(value)]
    return Fault(*(parts + ["", "", ""])[:3]) if parts and parts[0] else Fault("Dead", "no proper fault")


def _list(value: Any) -> list:
    return value if isinstance(value, list) else []


def _text(value: Any, most: int = 20_000) -> str:
    return clean(value, most) if isinstance(value, str) else ""


def _number(value: Any) -> float:
    return float(value) if type(value) in (int, float) and 0 <= value < 1e9 else 0.0
