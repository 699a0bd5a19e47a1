"""Forbidden routes inside the sandbox: library functions that would be the answer itself raise while an answer runs.

A guard is put in place of the function as soon as its module is loaded, so also what a student stored beforehand is
guarded.  Outside of calls (in a student's own cells, say to compare) it lets everything through; so it does when the
caller is of the same package, since libraries may use themselves.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any


class ForbiddenRoute(RuntimeError):
    """Raised by a guarded function; its text is the route."""


class Guard:
    """The routes that exist, those that are closed now, and those that were tried since `begin`."""

    def __init__(self, routes: list[str]):
        self.waiting = [r for r in routes if not r.startswith(".")]
        self.closed: frozenset[str] = frozenset()
        self.calling = False
        self.taken: list[str] = []
        self._busy = 0

    def install(self) -> None:
        """Guard what is loaded, and everything else when it gets loaded."""
        plain = builtins.__import__

        def importing(*args: Any, **options: Any) -> Any:
            self._busy += 1
            try:
                return plain(*args, **options)
            finally:
                self._busy -= 1
                if self.waiting and not self._busy:  # only when the outermost import is complete
                    self.apply()

        builtins.__import__ = importing
        self.apply()

    def apply(self) -> None:
        """Put guards on the routes whose module is there."""
        for route in list(self.waiting):
            holder, name = resolve(route)
            if holder is not None:
                self.waiting.remove(route)
                self._put(holder, name, route)

    def _put(self, holder: Any, name: str, route: str) -> None:
        old = getattr(holder, name)
        if isinstance(old, type):
            try:
                old.__init__ = self._guarded(old.__init__, route)
                return
            except TypeError:  # a class written in C
                new: Any = type(old.__name__, (old,), {"__init__": self._guarded(old.__init__, route)})
        else:
            new = self._guarded(old, route)
        setattr(holder, name, new)
        package = route.split(".")[0]
        for module in [m for n, m in list(sys.modules.items()) if n.split(".")[0] == package and m is not None]:
            for key in [k for k, v in list(vars(module).items()) if v is old]:
                setattr(module, key, new)

    def _guarded(self, old: Callable, route: str) -> Callable:
        package = route.split(".")[0]

        def guarded(*args: Any, **options: Any) -> Any:
            if self.calling and route in self.closed:
                caller = str(sys._getframe(1).f_globals.get("__name__", ""))
                if caller.split(".")[0] != package:
                    if route not in self.taken:
                        self.taken.append(route)
                    raise ForbiddenRoute(route)
            return old(*args, **options)

        guarded.__name__, guarded.__doc__ = getattr(old, "__name__", "function"), getattr(old, "__doc__", None)
        return guarded


def resolve(route: str) -> tuple[Any, str]:
    """What holds a route's last name, if it is loaded: (module or class, name), else (None, name)."""
    path = route.split(".")
    for cut in range(len(path) - 1, 0, -1):
        holder = sys.modules.get(".".join(path[:cut]))
        if holder is not None:
            for name in path[cut:-1]:
                holder = getattr(holder, name, None)
            return (holder, path[-1]) if hasattr(holder, path[-1]) else (None, path[-1])
    return None, path[-1]
