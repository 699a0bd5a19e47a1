"""Forbidden routes: library functions that would be the answer itself.

A route is a dotted name, "course_utils.losses.mse_forward" or "torch.nn.functional.mse_loss"; ".var" means a method or
attribute of that name anywhere in the learner's own code, "@" the operator, "loop" any loop.  `families.py` has whole
families of them.
While an answer runs, the things that the routes lead to are guarded (`doors.py`).  In the notebook a call from the
learner's code is *seen*; in the sandbox it is *blocked*: it raises.  Libraries may use themselves and each other,
unless the learner's code names the function and hands it over.  A module that nobody imported is not imported for
this, but guarded as soon as it is there.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib
import sys
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

from .doors import Guard, bare, find_places, resolve
from .own import LOOP, Uses, from_library, globals_of, own_functions, things_named, uses

OPERATORS = {"@", LOOP}
HOOKS = ((builtins, "__import__"), (importlib, "import_module"))


class ForbiddenRoute(RuntimeError):
    """Raised by a blocked function; its text is the route."""


class Watch:
    """Guards the routes while an answer runs, and notes in `taken` which were used.

    blocking  a guarded function raises; left out, it is only seen
    standing  the guards stay between answers, so that what is stored beforehand is guarded too; `close` chooses
              which of the routes count from now on
    """

    def __init__(self, routes: tuple[str, ...] = (), *, blocking: bool = False, standing: bool = False):
        self.blocking, self.standing = blocking, standing
        self.taken: list[str] = []
        self.paused, self.armed = False, False
        self._waiting = dict.fromkeys(r for r in routes if not _by_eye(r))
        self._guards: dict[int, Guard] = {}  # by the id of what is guarded
        self._named: set[str] = set()
        self._hooked: list[tuple[Any, str, Any]] = []
        self._seen: set[str] = set()  # modules that were looked through
        self._depth, self._loaded, self._applying, self._up = threading.local(), 0, False, False
        self.close(routes)
        if standing:
            self._put_up()

    def close(self, routes: tuple[str, ...]) -> None:
        """From now on these routes count."""
        self.closed = frozenset(routes)
        self.by_eye = [r for r in dict.fromkeys(routes) if _by_eye(r)]

    @contextlib.contextmanager
    def over(self, answer: Any) -> Iterator[None]:
        """Watch the closed routes for as long as this is entered."""
        self.taken = []
        if not self.closed:
            yield
            return
        try:
            self._put_up()
            self._look_at(answer)
            with self._doors_in(globals_of(answer) or {}):
                self.armed = True
                yield
        finally:
            self.armed = False
            if not self.standing:
                self._take_down()

    @contextlib.contextmanager
    def pause(self) -> Iterator[None]:
        """Our own functions, called back by the answer, may go any way."""
        before, self.paused = self.paused, True
        try:
            yield
        finally:
            self.paused = before

    # --- what the learner's code names --------------------------------------------------------------------------

    def _look_at(self, answer: Any) -> None:
        """Note the forbidden methods and operators in the learner's own code, and the functions that it names."""
        functions, self._named = own_functions(answer), set()
        seen = [uses(f.__code__) for f in functions]
        for route in self.by_eye:
            if any(_names(s, route) for s in seen):
                self.taken.append(route)
        if id(bare(answer)) in self._guards:  # the very thing is the answer
            self.taken += [r for r in self._guards[id(bare(answer))].routes if r in self.closed][:1]
        self._named = {r for s in seen for r in s.imports}
        for thing in (bare(t) for f in functions for t in things_named(f)):
            if id(thing) in self._guards:
                self._named |= set(self._guards[id(thing)].routes)

    def _tell(self, guard: Guard, frame: types.FrameType | None) -> None:
        """A guarded thing is about to be used from this frame."""
        if not self.armed or self.paused:
            return
        routes = [r for r in guard.routes if r in self.closed]
        if not routes or (from_library(frame) and not guard.is_class and not self._named & set(guard.routes)):
            return
        if not set(routes) & set(self.taken):
            self.taken.append(routes[0])
        if self.blocking:
            raise ForbiddenRoute(routes[0])

    # --- guards -------------------------------------------------------------------------------------------------

    def _put_up(self) -> None:
        if not self._up:
            self._up = True
            for guard in self._guards.values():
                guard.on()
            for holder, name in HOOKS:
                self._hooked.append((holder, name, getattr(holder, name)))
                setattr(holder, name, self._importing(getattr(holder, name)))
        self._apply()

    def _take_down(self) -> None:
        for holder, name, old in self._hooked:
            setattr(holder, name, old)
        for guard in self._guards.values():
            guard.off()
        self._hooked, self._up = [], False

    def _importing(self, plain_import: Callable) -> Callable:
        depth = self._depth

        @functools.wraps(plain_import)
        def watched_import(*args: Any, **options: Any) -> Any:
            depth.now = getattr(depth, "now", 0) + 1
            try:
                return plain_import(*args, **options)
            finally:
                depth.now -= 1
                if not depth.now:  # only when the outermost import is complete
                    self._apply()

        return watched_import

    def _apply(self) -> None:
        """Guard what is loaded by now.  An import on the way does not come in here again: one after it does."""
        if self._applying or len(sys.modules) == self._loaded:
            return
        self._applying = True
        try:
            self._loaded, late = len(sys.modules), [name for name in list(sys.modules) if name not in self._seen]
            find_places(self._guards.values(), late)
            new = {id(g): g for r in list(self._waiting) if (g := self._guarded(r)) is not None}
            find_places(new.values(), list(sys.modules))
            self._seen.update(late)
            for guard in self._guards.values() if late else ():
                guard.on()
        finally:
            self._applying = False

    def _guarded(self, route: str) -> Guard | None:
        """The guard of a route whose module is there; several routes may lead to the same thing."""
        holder, name = resolve(route)
        if holder is None:
            return None
        self._waiting.pop(route, None)
        thing = bare(getattr(holder, name))
        if id(thing) not in self._guards:
            self._guards[id(thing)] = Guard(thing, self._tell)
        guard = self._guards[id(thing)]
        guard.routes.append(route)
        guard.place(holder, name)
        return guard

    @contextlib.contextmanager
    def _doors_in(self, own: dict) -> Iterator[None]:
        """Doors also where the learner's own names stand for a guarded function written in C."""
        doors = {k: self._guards[id(v)].door for k, v in own.items() if id(v) in self._guards}
        before = {k: own[k] for k, door in doors.items() if door is not None}
        own.update({k: doors[k] for k in before})
        try:
            yield
        finally:
            own.update({k: v for k, v in before.items() if own.get(k) is doors[k]})


def _by_eye(route: str) -> bool:
    """Is this looked for in the learner's code, rather than guarded?"""
    return route.startswith(".") or route in OPERATORS


def _names(seen: Uses, route: str) -> bool:
    """Does some code name this method or operator, or bring in a thing of this name?"""
    if route in OPERATORS:
        return route in seen.operators
    return route[1:] in seen.attributes or any(path.endswith(route) for path in seen.imports)
