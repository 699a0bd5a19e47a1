"""Forbidden routes: library functions that would be the answer itself.

A route is a dotted name, "course_utils.losses.mse_forward" or "torch.nn.functional.mse_loss"; ".var" means a method
or attribute of that name anywhere in the learner's own code.  In the notebook a route is *seen*: while the answer runs,
the function is wrapped, in its module and under any name the learner gave it.  Elsewhere it is *blocked*: it raises.
Modules that nobody imported are not imported for this.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any


class ForbiddenRoute(RuntimeError):
    """Raised by a blocked function."""


class Watch:
    """Wraps the routes while it is entered, and notes which were taken."""

    def __init__(self, routes: tuple[str, ...], namespaces: list[dict]):
        self.attributes = {r[1:] for r in routes if r.startswith(".")}
        self.routes = [r for r in routes if not r.startswith(".")]
        self.namespaces, self.taken, self.paused = namespaces, [], False

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        undo: list[tuple[Any, str, Any]] = []
        try:
            for route in self.routes:
                self._wrap(route, undo)
            yield
        finally:
            for holder, name, old in reversed(undo):
                _put(holder, name, old)

    def _wrap(self, route: str, undo: list) -> None:
        holder, name = resolve(route)
        if holder is None:
            return
        old = getattr(holder, name)
        noted = self._noted(old, route)
        for place, key in [(holder, name)] + [(ns, k) for ns in self.namespaces for k, v in ns.items() if v is old]:
            undo.append((place, key, old))
            _put(place, key, noted)

    def _noted(self, old: Any, route: str) -> Any:
        def note():
            if not self.paused and route not in self.taken:
                self.taken.append(route)
        return _class_that(old, note) if isinstance(old, type) else _function_that(old, note)

    @contextlib.contextmanager
    def pause(self) -> Iterator[None]:
        """Our own functions, called back by the answer, may go any way."""
        before, self.paused = self.paused, True
        try:
            yield
        finally:
            self.paused = before

    def scan(self, answer: Any) -> None:
        """Note the forbidden methods that the learner's own code names."""
        for name in sorted(self.attributes & names_used(answer)):
            if f".{name}" not in self.taken:
                self.taken.append(f".{name}")


def _put(holder: Any, name: str, value: Any) -> None:
    if isinstance(holder, dict):
        holder[name] = value
    else:
        setattr(holder, name, value)


def _function_that(old: Callable, note: Callable[[], None]) -> Callable:
    @functools.wraps(old, assigned=("__name__", "__doc__", "__module__"), updated=())
    def wrapped(*args, **options):
        note()
        return old(*args, **options)
    return wrapped


def _class_that(old: type, note: Callable[[], None]) -> type:
    try:
        return type(old.__name__, (old,), {"__init__": _function_that(old.__init__, note), "__doc__": old.__doc__})
    except TypeError:                   # a class that cannot be derived from stays as it is
        return old


def resolve(route: str) -> tuple[Any, str]:
    """The object that holds a route's last name, if it is loaded: (module or class, name), else (None, name)."""
    path = route.split(".")
    for cut in range(len(path) - 1, 0, -1):
        holder = sys.modules.get(".".join(path[:cut]))
        if holder is not None:
            for name in path[cut:-1]:
                holder = getattr(holder, name, None)
            return (holder, path[-1]) if hasattr(holder, path[-1]) else (None, path[-1])
    return None, path[-1]


def block(routes: tuple[str, ...]) -> None:
    """Make the routes raise for the rest of this process, also in modules imported later (for a process of its own)."""
    left = [r for r in routes if not r.startswith(".")]

    def apply() -> None:
        for route in list(left):
            holder, name = resolve(route)
            if holder is not None:
                left.remove(route)
                _put(holder, name, _blocked(route))

    plain_import, busy = builtins.__import__, []

    def import_and_block(*args, **options):
        busy.append(1)
        try:
            return plain_import(*args, **options)
        finally:
            busy.pop()
            if left and not busy:       # only when the outermost import is complete
                apply()

    apply()
    builtins.__import__ = import_and_block


def _blocked(route: str) -> Callable:
    def blocked(*args, **options):
        raise ForbiddenRoute(route)
    return blocked


def names_used(answer: Any) -> set[str]:
    """Every attribute and global name in the learner's code: the answer and the functions of theirs that it uses."""
    names, seen, todo = set(), set(), [answer]
    while todo:
        thing = todo.pop()
        if isinstance(thing, type):
            todo += [getattr(v, "__func__", v) for v in vars(thing).values()]
        elif isinstance(thing, types.FunctionType) and thing not in seen:
            seen.add(thing)
            used = _code_names(thing.__code__)
            names |= used
            own = [thing.__globals__.get(n) for n in used]
            todo += [f for f in own if getattr(f, "__module__", None) == thing.__module__]
    return names


def _code_names(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _code_names(constant)
    return names


def globals_of(answer: Any) -> dict | None:
    """The namespace a function, method, class or instance of the learner's looks its names up in."""
    for thing in (answer, getattr(answer, "__func__", None), getattr(answer, "__wrapped__", None)):
        if isinstance(thing, types.FunctionType):
            return thing.__globals__
    of = answer if isinstance(answer, type) else type(answer)
    found = [f for f in vars(of).values() if isinstance(f, types.FunctionType)]
    return found[0].__globals__ if found else None
