"""Guards: a forbidden thing tells before it does its work, and stays what it is for everybody else.

A function of Python's keeps its identity and gets other code for a while, a class other methods: whoever stored,
pickled or inherited from it notices nothing.  A function written in C cannot be changed: a `Door` stands in for it,
which has all its attributes and its class.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

from .own import is_library

USES = ("__init__", "__call__", "forward", "fit", "predict", "transform", "fit_transform", "step", "__enter__")
PLACE = 0.5  # stands in a template's constants for what is put there


class Guard:
    """One forbidden thing and the routes that lead to it.  `on` puts the guard up, `off` takes it away."""

    def __init__(self, thing: Any, tell: Callable[[Guard, types.FrameType], None]):
        self.thing, self.tell, self.routes = thing, tell, []
        self.door: Door | None = None
        self._changes: list[tuple[Callable, Callable]] = []
        self._places: dict[tuple[int, str], Any] = {}
        function = getattr(thing, "_implementation", thing) if _dispatched(thing) else thing
        if isinstance(function, types.FunctionType):
            self._new_code(function)
        elif isinstance(thing, type):
            self._new_methods(thing)
        if not self._changes:
            self.door = Door(self)

    @property
    def is_class(self) -> bool:
        return isinstance(self.thing, type)

    def place(self, holder: Any, name: str) -> None:
        """The door, if there is one, is to stand here too."""
        if self.door is not None and not isinstance(holder, type):
            self._places[id(holder), name] = holder

    def on(self) -> None:
        for do, _ in self._changes:
            do()
        for (_, name), holder in self._places.items():
            setattr(holder, name, self.door)

    def off(self) -> None:
        for _, undo in reversed(self._changes):
            undo()
        for (_, name), holder in self._places.items():
            setattr(holder, name, self.thing)

    def _new_code(self, function: types.FunctionType) -> None:
        old, new, signature = function.__code__, front(function, self), _signature(function)
        own = "__signature__" in vars(function)

        def do() -> None:
            function.__code__ = new
            if signature is not None and not own:
                function.__signature__ = signature

        def undo() -> None:
            function.__code__ = old
            if not own:
                vars(function).pop("__signature__", None)

        self._changes.append((do, undo))

    def _new_methods(self, kind: type) -> None:
        """Guard what a class does, in the class itself; what it inherits is left as it is for others."""
        for name in USES:
            mine, old = vars(kind).get(name), getattr(kind, name, None)
            if isinstance(mine, types.FunctionType):
                self._new_code(mine)
            elif mine is None and isinstance(old, types.FunctionType):
                self._add_method(kind, name, old)

    def _add_method(self, kind: type, name: str, old: types.FunctionType) -> None:
        method = types.FunctionType(front(old, self), old.__globals__, name, None, old.__closure__)
        functools.update_wrapper(method, old)
        del method.__wrapped__  # nobody gets round the guard by it
        method.__signature__ = _signature(old)
        self._changes.append((lambda: setattr(kind, name, method), lambda: delattr(kind, name)))


class Door:
    """Stands where a function written in C stood: the same attributes, the same class, equal to it."""

    def __init__(self, guard: Guard):
        object.__setattr__(self, "_guard", guard)

    def __call__(self, *args: Any, **options: Any) -> Any:
        self._guard.tell(self._guard, sys._getframe(1))
        return self._guard.thing(*args, **options)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._guard.thing, name)
        if callable(value) and not name.startswith("_"):  # a ufunc's reduce, outer, at
            self._guard.tell(self._guard, sys._getframe(1))
        return value

    @property
    def __class__(self) -> type:
        return type(self._guard.thing)

    @property
    def __doc__(self) -> str | None:
        return self._guard.thing.__doc__

    def __repr__(self) -> str:
        return repr(self._guard.thing)

    def __dir__(self) -> list[str]:
        return dir(self._guard.thing)

    def __eq__(self, other: Any) -> bool:
        return self._guard.thing is bare(other)

    def __hash__(self) -> int:
        return hash(self._guard.thing)

    def __instancecheck__(self, thing: Any) -> bool:
        return isinstance(thing, self._guard.thing)

    def __mro_entries__(self, bases: tuple) -> tuple:
        return (self._guard.thing,)

    def __reduce__(self) -> tuple:
        return found, (self._guard.routes[0],)


def bare(thing: Any) -> Any:
    """What a door stands for; anything else itself."""
    return thing._guard.thing if type(thing) is Door else thing


def find_places(guards: Iterable[Guard], modules: Iterable[str]) -> None:
    """Doors also under the names that public modules of the same package, and modules of the learner's, have for it."""
    wanted = {id(g.thing): g for g in guards if g.door is not None}
    packages = {route.split(".")[0] for g in wanted.values() for route in g.routes}
    for name in modules if wanted else ():
        path, module = name.split("."), sys.modules.get(name)
        if not isinstance(module, types.ModuleType) or any(part.startswith("_") for part in path):
            continue
        if path[0] in packages or not is_library(str(vars(module).get("__file__") or "<frozen")):
            for key in [k for k, v in list(vars(module).items()) if id(v) in wanted]:
                wanted[id(vars(module)[key])].place(module, key)


def _template(*args: Any, **options: Any) -> Any:
    through = 0.5
    return through(args, options)


def front(function: types.FunctionType, guard: Guard) -> types.CodeType:
    """Code for a function that tells the guard, and then does what the function does."""
    old = function.__code__
    inner = types.FunctionType(
        old, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    inner.__kwdefaults__ = function.__kwdefaults__

    def through(args: tuple, options: dict) -> Any:
        guard.tell(guard, sys._getframe(2))
        return inner(*args, **options)

    code = _template.__code__
    return code.replace(
        co_consts=tuple(through if constant == PLACE else constant for constant in code.co_consts),
        co_freevars=old.co_freevars,
        co_filename=old.co_filename,
        co_firstlineno=old.co_firstlineno,
        co_name=old.co_name,
    )


def _dispatched(thing: Any) -> bool:
    """Is this one of NumPy's functions that ask their arguments' classes first?"""
    return type(thing).__name__ == "_ArrayFunctionDispatcher" and isinstance(
        getattr(thing, "_implementation", None), types.FunctionType
    )


def _signature(function: Callable) -> inspect.Signature | None:
    with contextlib.suppress(ValueError, TypeError):
        return inspect.signature(function)
    return None


def found(route: str) -> Any:
    """What a route leads to: a pickled `Door` is looked up again."""
    holder, name = resolve(route)
    if holder is None:
        importlib.import_module(route.rpartition(".")[0])
        holder, name = resolve(route)
    return getattr(holder, name)


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
