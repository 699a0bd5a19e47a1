"""Forbidden routes: library functions that would be the answer itself.

A route is a dotted name, "course_utils.losses.mse_forward" or "torch.nn.functional.mse_loss"; ".var" means a method
or attribute of that name anywhere in the learner's own code.  While an answer runs, the function is wrapped, in its
module and under any name the learner gave it.  In the notebook a call through it is *seen*; elsewhere it is *blocked*:
it raises.  A module that nobody imported is not imported for this, but watched as soon as the answer imports it.
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
    """Raised by a blocked function; its text is the route."""


class Watch:
    """Wraps the routes while an answer runs, and notes in `taken` which were used."""

    def __init__(self, routes: tuple[str, ...], *, blocking: bool = False):
        self.attributes = {r[1:] for r in routes if r.startswith(".")}
        self.routes = [r for r in routes if not r.startswith(".")]
        self.blocking, self.taken, self.paused = blocking, [], False
        self._undo: list[tuple[Any, str, Any]] = []
        self._left: list[str] = []

    @contextlib.contextmanager
    def over(self, answer: Any) -> Iterator[None]:
        """Watch the routes for as long as this is entered."""
        if self.attributes:
            self._scan(answer)
        if not self.routes:
            yield
            return
        self._left, self._undo, own = list(self.routes), [], globals_of(answer)
        plain_import = builtins.__import__
        try:
            self._wrap_loaded(own)
            builtins.__import__ = self._importing(plain_import, own)
            yield
        finally:
            builtins.__import__ = plain_import
            for holder, name, old in reversed(self._undo):
                _put(holder, name, old)

    def _wrap_loaded(self, own: dict | None) -> None:
        """Wrap every route whose module is there by now."""
        for route in list(self._left):
            holder, name = resolve(route)
            if holder is not None:
                self._left.remove(route)
                self._wrap(route, holder, name, own or {})

    def _wrap(self, route: str, holder: Any, name: str, own: dict) -> None:
        old = getattr(holder, name)
        wrapped = self._wrapped(old, route)
        for place, key in [(holder, name), *((own, k) for k, v in own.items() if v is old)]:
            self._undo.append((place, key, old))
            _put(place, key, wrapped)

    def _importing(self, plain_import: Callable, own: dict | None) -> Callable:
        depth = []

        def watched_import(*args, **options):
            depth.append(1)
            try:
                return plain_import(*args, **options)
            finally:
                depth.pop()
                if self._left and not depth:  # only when the outermost import is complete
                    self._wrap_loaded(own)

        return watched_import

    def _wrapped(self, old: Any, route: str) -> Any:
        def note():
            if self.paused:
                return
            if route not in self.taken:
                self.taken.append(route)
            if self.blocking:
                raise ForbiddenRoute(route)

        return _class_that(old, note) if isinstance(old, type) else _function_that(old, note)

    @contextlib.contextmanager
    def pause(self) -> Iterator[None]:
        """Our own functions, called back by the answer, may go any way."""
        before, self.paused = self.paused, True
        try:
            yield
        finally:
            self.paused = before

    def _scan(self, answer: Any) -> None:
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
    except TypeError:  # a class that cannot be derived from stays as it is
        return old


def resolve(route: str) -> tuple[Any, str]:
    """The object that holds a route's last name, if it is loaded: (module or class, name), else (None, name)."""
    path = route.split(".")
    for cut in range(len(path) - 1, 0, -1):
        holder = sys.modules.get(".".join(path[:cut]))
        if holder is not None:
            for name in path[cut:-1]:
                holder = _inside(holder, name)
            return (holder, path[-1]) if _inside(holder, path[-1]) is not None else (None, path[-1])
    return None, path[-1]


def _inside(holder: Any, name: str) -> Any:
    """What a name stands for in a module or class; a lazy package is not made to import it."""
    return vars(holder).get(name) if isinstance(holder, types.ModuleType) else getattr(holder, name, None)


def names_used(answer: Any) -> set[str]:
    """Every attribute and global name in the learner's code: the answer and the functions of theirs that it uses."""
    names, seen, todo = set(), set(), [answer]
    while todo:
        thing = todo.pop()
        thing = getattr(thing, "__func__", thing)
        if isinstance(thing, type):
            todo += vars(thing).values()
        elif isinstance(thing, types.FunctionType) and thing not in seen:
            seen.add(thing)
            used = _code_names(thing.__code__)
            names |= used
            own = [thing.__globals__.get(n) for n in used]
            todo += [f for f in own if getattr(f, "__module__", "") == thing.__module__]
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
