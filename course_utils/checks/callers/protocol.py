"""The words both sides use: Handle, File, Fault, Outcome and the Caller protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

DEFAULT_LIMIT = 5.0  # seconds a call


@dataclass(frozen=True)
class Handle:
    """An object that stays on the answer's side."""

    key: str
    type: str = "object"
    callable: bool = False


@dataclass(frozen=True)
class File:
    """A text file that an answer is to read: the answer gets its path, as a string, in its own working folder."""

    name: str
    text: str = ""

    def __post_init__(self):
        if not self.name or "/" in self.name or "\\" in self.name or self.name.startswith("."):
            raise ValueError(f"File: a plain name without folders was expected, got {self.name!r}")


@dataclass(frozen=True)
class Fault:
    """Why a call gave nothing: the exception's class name, or TimeUp, Stuck (cannot be ended), Dead or Missing."""

    kind: str
    text: str = ""
    where: str = ""  # "line 3: return x / n", in the learner's own code


@dataclass
class Outcome:
    """What happened in one crossing."""

    value: Any = None
    fault: Fault | None = None
    args: tuple = ()  # as they are after the call
    options: dict = field(default_factory=dict)
    printed: str = ""
    errors: str = ""  # what was written to stderr
    warnings: tuple = ()  # "RuntimeWarning: overflow encountered in exp"
    cpu: float = 0.0  # seconds
    peak: int | None = None  # bytes, where memory was asked for
    files: dict = field(default_factory=dict)  # name -> text, files written or changed in the working folder
    borrowed: tuple = ()  # forbidden routes that were taken


class Caller(Protocol):
    """See the package's docstring."""

    def has(self, name: str) -> bool: ...

    def uses(self, name: str) -> frozenset[str]: ...

    def read(self, name: str, *, limit: float = DEFAULT_LIMIT) -> Outcome: ...

    def call(
        self,
        target: str | Handle,
        args: tuple = (),
        options: dict | None = None,
        *,
        limit: float = DEFAULT_LIMIT,
        memory: bool = False,
    ) -> Outcome: ...

    def attribute(self, handle: str | Handle, name: str, *, limit: float = DEFAULT_LIMIT) -> Outcome: ...

    def supply(self, names: dict[str, Any]) -> None: ...

    def forbid(self, routes: tuple[str, ...]) -> None: ...

    def close(self) -> None: ...
