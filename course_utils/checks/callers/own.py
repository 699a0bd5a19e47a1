"""What is the learner's own code, and what it names: attributes, operators, imports, global things.

A function is a library's when its file lies where packages lie, in Python's own library or in `course_utils`; all else
is the learner's, wherever it stands.
"""

from __future__ import annotations

import dis
import functools
import os
import sys
import types
from collections.abc import Iterable, Iterator, Set
from typing import Any, NamedTuple

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
COURSE = os.path.dirname(os.path.dirname(HERE))
CHECKS = os.path.join(COURSE, "checks")  # exercises stand there, and answers to try them with
PACKAGES = os.path.dirname(os.path.dirname(os.path.abspath(np.__file__)))
PYTHON = os.path.dirname(os.path.abspath(os.__file__))
MOST = 500  # functions that are looked into
LOOP = "loop"  # stands among the operators where code goes round
BY_TEXT = {"getattr", "attrgetter", "methodcaller", "__getattribute__"}


class Uses(NamedTuple):
    """What the code of one function names."""

    attributes: Set[str]  # read from something, not from self
    operators: Set[str]
    imports: Set[str]  # "scipy.special.expit", brought in inside the function
    chains: Set[tuple[str, ...]]  # ("np", "linalg", "norm"): a global name and attributes of it


@functools.lru_cache(maxsize=4096)
def is_library(file: str) -> bool:
    """Does this file belong to a library?

    >>> is_library(os.__file__), is_library(__file__), is_library("<answer>")
    (True, False, False)
    """
    if file.startswith("<frozen"):
        return True
    inside = lambda folder: file.startswith(folder + os.sep)  # noqa: E731
    return inside(PACKAGES) or inside(PYTHON) or (inside(COURSE) and not inside(CHECKS))


def from_library(frame: types.FrameType | None) -> bool:
    """Is a library running in this frame?  Code made at run time belongs to the module that made it."""
    if frame is None:
        return False
    file = frame.f_code.co_filename
    if file.startswith("<") and not file.startswith("<frozen"):
        file = str(frame.f_globals.get("__file__") or "")
    return is_library(file)


def globals_of(answer: Any) -> dict | None:
    """The namespace a function, method, class or instance of the learner's looks its names up in."""
    for thing in (answer, getattr(answer, "__func__", None), getattr(answer, "__wrapped__", None)):
        if isinstance(thing, types.FunctionType):
            return thing.__globals__
    of = answer if isinstance(answer, type) else type(answer)
    found = [f for f in vars(of).values() if isinstance(f, types.FunctionType)]
    return found[0].__globals__ if found else None


def own_functions(answer: Any) -> list[types.FunctionType]:
    """The answer's function, or those of its class, and the functions of the learner's that it uses."""
    found: dict[int, types.FunctionType] = {}
    todo, seen = [answer], set()
    while todo and len(found) < MOST:
        thing = todo.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, types.FunctionType):
            if not is_library(thing.__code__.co_filename) and not thing.__code__.co_filename.startswith(HERE):
                found[id(thing)] = thing
                todo += _reached(thing)
        else:
            todo += _functions_in(thing)
    return list(found.values())


def names_used(answer: Any) -> frozenset[str]:
    """The global names in the learner's code behind an answer."""
    return frozenset(name for f in own_functions(answer) for name in _all_names(f.__code__))


def _reached(function: types.FunctionType) -> Iterator[Any]:
    """Things that a function can use by name, from its closure or as a default."""
    for name in _all_names(function.__code__):
        if name in function.__globals__:
            yield function.__globals__[name]
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    if "__wrapped__" in vars(function):
        yield function.__wrapped__


def _functions_in(thing: Any) -> Iterable[Any]:
    """What hides behind a class, an object of a class of the learner's, a method, a partial, a decorator, a list."""
    if isinstance(thing, types.ModuleType | np.ndarray):
        return ()
    if isinstance(thing, list | tuple | dict):
        return list(thing.values() if isinstance(thing, dict) else thing)[:50]
    if isinstance(thing, functools.partial):
        return (thing.func, *thing.args)
    if isinstance(thing, property):
        return (thing.fget, thing.fset)
    if isinstance(thing, types.MethodType | staticmethod | classmethod):
        return (thing.__func__,)
    if isinstance(thing, type):
        return () if _of_library(thing) else (*vars(thing).values(), *thing.__bases__)
    if type(thing).__module__ == "functools":
        return (getattr(thing, "__wrapped__", None),)
    return () if _of_library(type(thing)) else (type(thing),)


def _of_library(kind: type) -> bool:
    """Is this class built in or a library's?"""
    module = sys.modules.get(kind.__module__)
    if kind.__module__ == "builtins":
        return True
    return module is not None and is_library(str(getattr(module, "__file__", "") or ""))


def _all_names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _all_names(constant)


@functools.lru_cache(maxsize=1024)
def uses(code: types.CodeType) -> Uses:
    """What some code, and the code inside it, names.

    >>> seen = uses(compile("np.linalg.norm(a @ self.b)", "", "eval"))
    >>> sorted(seen.attributes), sorted(seen.operators), max(seen.chains, key=len)
    (['linalg', 'norm'], ['@'], ('np', 'linalg', 'norm'))
    >>> sorted(uses(compile("sum(v for v in x)", "", "eval")).operators)
    ['loop']
    """
    seen = Uses(set(), set(), set(), set())
    module, chain, of_self = "", (), False
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            seen.attributes.update(() if of_self else (step.argval,))
            chain += (step.argval,) if chain else ()
        elif step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            chain = (step.argval,)
        elif step.opname not in ("PRECALL", "PUSH_NULL"):
            chain = ()
        if step.opname == "IMPORT_NAME":
            module = step.argval
        elif step.opname == "IMPORT_FROM":
            seen.imports.add(f"{module}.{step.argval}")
        elif step.opname == "BINARY_OP":
            seen.operators.add(step.argrepr.rstrip("="))
        elif step.opname == "FOR_ITER" or chain == ("map",) or _names_itself(step, code):
            seen.operators.add(LOOP)
        seen.chains.update((chain,) if chain else ())
        of_self = step.opname.startswith("LOAD_") and step.argval == "self"
    seen.operators.update((LOOP,) if _goes_back(code) else ())
    return _with_inner(code, seen)


def _names_itself(step: dis.Instruction, code: types.CodeType) -> bool:
    """Does a function speak of itself by its name, to call itself?"""
    return step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF") and step.argval == code.co_name


def _goes_back(code: types.CodeType) -> bool:
    """Is there a `while`?  What handles an error stands at the end of the code, and a jump from there is no loop."""
    handlers = [step.offset for step in dis.get_instructions(code) if step.opname == "PUSH_EXC_INFO"]
    return any(
        "JUMP_BACKWARD" in step.opname
        and not step.opname.endswith("NO_INTERRUPT")
        and not any(step.argval < at < step.offset for at in handlers)
        for step in dis.get_instructions(code)
    )


def _with_inner(code: types.CodeType, seen: Uses) -> Uses:
    """Together with the functions inside, and with names that are given as text."""
    if BY_TEXT & set(code.co_names):
        seen.attributes.update(c for c in code.co_consts if isinstance(c, str) and c.isidentifier())
    inner = [uses(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    return Uses(*(frozenset(part).union(*(i[n] for i in inner)) for n, part in enumerate(seen)))


def things_named(function: types.FunctionType) -> Iterator[Any]:
    """The things that the global names in a function stand for, followed through modules by their attributes."""
    for first, *rest in uses(function.__code__).chains:
        thing = function.__globals__.get(first)
        yield thing
        for name in rest:
            if not isinstance(thing, types.ModuleType):
                break
            thing = vars(thing).get(name)
            yield thing
