"""Values over a pipe: JSON for the structure, raw bytes for numeric arrays, and nothing else.

A frame is two big-endian lengths, the JSON, the bytes.  What comes in is built up from a closed list of tags with
every size checked, so the worst a hostile sender can do is to be told `Garbled`.
"""

from __future__ import annotations

import json
import math
import struct
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

HEAD = struct.Struct(">II")
KINDS = "biufc"  # bool, int, unsigned, float, complex
DEEPEST = 40
MOST_NODES = 300_000
MOST_TEXT = 2_000_000
MOST_ALIKE = 50  # keys of one container that hash alike: honest ones hardly ever do, thousands cost minutes


class Garbled(ValueError):
    """What came in is not of this form, or too large."""


def frame(message: Any, blob: bytes = b"") -> bytes:
    """One message as bytes."""
    text = json.dumps(message, separators=(",", ":")).encode()
    return HEAD.pack(len(text), len(blob)) + text + blob


class Packer:
    """Turns values into JSON and bytes.  `other(value)` gives the node for what is no plain value."""

    def __init__(self, other: Callable[[Any], list]):
        self.other, self.parts, self.length = other, [], 0

    @property
    def blob(self) -> bytes:
        return b"".join(self.parts)

    def _bytes(self, data: bytes) -> list[int]:
        start, self.length = self.length, self.length + len(data)
        self.parts.append(data)
        return [start, len(data)]

    def pack(self, value: Any) -> list:
        """The node of a value.

        >>> Packer(lambda v: ["?"]).pack((1, [True, None]))
        ['t', [['v', 1], ['l', [['v', True], ['v', None]]]]]
        """
        if value is None or type(value) in (bool, int, float, str):
            return ["v", value]
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        if type(value) is complex:
            return ["c", value.real, value.imag]
        if type(value) is bytes:
            return ["b", *self._bytes(value)]
        for kind, tag in ((list, "l"), (tuple, "t"), (set, "s")):
            if type(value) is kind:
                return [tag, [self.pack(v) for v in value]]
        if type(value) is dict:
            return ["d", [[self.pack(k), self.pack(v)] for k, v in value.items()]]
        return self.other(value)

    def _array(self, value: Any) -> list:
        if value.dtype.kind == "U":
            return ["u", list(value.shape), value.ravel().tolist(), int(isinstance(value, np.generic))]
        if value.dtype.kind not in KINDS:
            return self.other(value)
        tag = "n" if isinstance(value, np.generic) else "a"
        return [tag, value.dtype.str, list(value.shape), *self._bytes(np.ascontiguousarray(value).tobytes())]


class Unpacker:
    """Builds values again.  `special(tag, node)` gives the value for tags that are not plain values."""

    def __init__(self, blob: bytes, special: Callable[[str, list], Any]):
        self.blob, self.special, self.nodes = blob, special, 0
        self.bytes, self.text = len(blob), MOST_TEXT  # an honest sender uses every byte once

    def unpack(self, node: Any, depth: int = 0) -> Any:
        """The value of a node.  Raises Garbled for anything unexpected.

        >>> Unpacker(b"", None).unpack(["t", [["v", 1], ["v", "a"]]])
        (1, 'a')
        """
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES or not (isinstance(node, list) and node):
            raise Garbled("too deep, too long or no node")
        tag, rest = node[0], node[1:]
        if not isinstance(tag, str):
            raise Garbled("a tag is a word")
        build = {
            "v": self._plain,
            "a": self._array,
            "n": self._array,
            "u": self._texts,
            "c": self._complex,
            "b": self._raw,
        }.get(tag)
        if build is not None:
            value = build(*self._arity(tag, rest))
            return value[()] if tag == "n" else value
        return self._container(tag, rest, depth) if tag in ("l", "t", "s", "d") else self.special(tag, rest)

    @staticmethod
    def _arity(tag: str, rest: list) -> list:
        if len(rest) != {"v": 1, "a": 4, "n": 4, "u": 3, "c": 2, "b": 2}[tag]:
            raise Garbled(f"tag {tag} has the wrong number of parts")
        return rest

    def _container(self, tag: str, rest: list, depth: int) -> Any:
        if len(rest) != 1 or not isinstance(rest[0], list):
            raise Garbled("a container has one list")
        if tag != "d":
            items = [self.unpack(n, depth + 1) for n in rest[0]]
            return {"l": list, "t": tuple, "s": self._set}[tag](items)
        pairs = [p for p in rest[0] if isinstance(p, list) and len(p) == 2]
        if len(pairs) != len(rest[0]):
            raise Garbled("a dict has pairs")
        keys = [self.unpack(k, depth + 1) for k, _ in pairs]
        self._set(keys)
        return dict(zip(keys, (self.unpack(v, depth + 1) for _, v in pairs), strict=True))

    @staticmethod
    def _set(items: list) -> set:
        try:
            alike = Counter(map(hash, items))
            if max(alike.values(), default=0) > MOST_ALIKE:
                raise Garbled("keys made to hash alike")
            return set(items)
        except TypeError as error:
            raise Garbled("something that cannot be a key") from error

    @staticmethod
    def _plain(value: Any) -> Any:
        if isinstance(value, str):
            return clean(value)
        if value is None or type(value) in (bool, int, float):
            return value
        raise Garbled("not a plain value")

    @staticmethod
    def _complex(real: Any, imag: Any) -> complex:
        if not all(type(x) in (int, float) for x in (real, imag)):
            raise Garbled("a complex number has two numbers")
        return complex(real, imag)

    def _raw(self, start: Any, length: Any) -> bytes:
        if not all(type(x) is int and x >= 0 for x in (start, length)) or start + length > len(self.blob):
            raise Garbled("outside of what was sent")
        self.bytes -= length
        if self.bytes < 0:
            raise Garbled("the same bytes more than once")
        return self.blob[start : start + length]

    def _array(self, dtype: Any, shape: Any, start: Any, length: Any) -> np.ndarray:
        try:
            kind = np.dtype(dtype) if isinstance(dtype, str) and len(dtype) <= 5 else None
        except (TypeError, ValueError):
            kind = None
        if kind is None or kind.kind not in KINDS or kind.hasobject:
            raise Garbled("an array of numbers was expected")
        if _size(shape) * kind.itemsize != length:
            raise Garbled("shape and size do not agree")
        raw = self._raw(start, length)
        try:
            return np.frombuffer(raw, kind).reshape(shape).astype(kind.newbyteorder("="))
        except (ValueError, MemoryError) as error:  # (0, 2**39): no element, and yet too large for NumPy
            raise Garbled("no such array") from error

    def _texts(self, shape: Any, texts: Any, scalar: Any) -> Any:
        if not isinstance(texts, list) or _size(shape) != len(texts) or not all(isinstance(t, str) for t in texts):
            raise Garbled("an array of texts was expected")
        self.text -= max((len(t) for t in texts), default=0) * len(texts)
        if self.text < 0:
            raise Garbled("too much text in arrays")
        made = np.array([clean(t) for t in texts], dtype=np.str_).reshape(shape)
        return made[()] if scalar else made


def _size(shape: Any) -> int:
    if not isinstance(shape, list) or len(shape) > 32 or not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise Garbled("a shape is a list of whole numbers")
    return math.prod(shape)


def clean(text: str, most: int = MOST_TEXT) -> str:
    """Text that can be written to a file: no lone surrogates, no more than `most` characters."""
    return text[:most].encode("utf-8", "replace").decode()


def parse(text: bytes) -> Any:
    """The JSON of a frame.  Raises Garbled."""
    if text.count(b"[") + text.count(b"{") > 3 * MOST_NODES:
        raise Garbled("too many parts")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Garbled("no JSON") from error
