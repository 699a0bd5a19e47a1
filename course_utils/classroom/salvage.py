"""JSON from a file that may be broken, or made to be slow: work and memory grow with its size, never with its square.

The bounds are counted, not timed, so that the same file gives the same cells on any machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

MOST_PARTS = 5_000_000  # brackets, braces and commas of a document that is read in one piece
WINDOW = 2_000_000  # letters of one cell, where the document has more parts than that
PIECE, GROWTH = 8_000, 16  # letters in which the end of a cell is looked for, and how much farther the next time
TIMES, SPARE, ATTEMPT = 4, 5_000_000, 200  # letters read in vain: so many times the file's, some more; each try costs
CELL_START = re.compile(r'\{\s*"(?:cell_type|id|attachments|execution_count|metadata|source|outputs|input)"\s*:')


def parse(text: str) -> Any:
    """The document, or None where it is broken, nested without end, or of too many parts."""
    if is_vast(text):
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError, MemoryError):
        return None


def is_vast(text: str) -> bool:
    """Whether so many parts are in it that reading it in one piece could take gigabytes."""
    return sum(map(text.count, "[{,")) > MOST_PARTS


def salvage(text: str) -> Iterator[dict]:
    """Every cell object that can still be decoded, in order, until too much was read in vain."""
    longest = WINDOW if is_vast(text) else len(text)
    left, at = TIMES * len(text) + SPARE, 0
    while left > 0 and (match := CELL_START.search(text, at)) is not None:
        cell, length, vain = _object_at(text, match.start(), longest)
        at, left = match.start() + length, left - vain
        if isinstance(cell, dict) and "cell_type" in cell and ("source" in cell or "input" in cell):
            yield cell


def _object_at(text: str, start: int, longest: int) -> tuple[Any, int, int]:
    """The object that begins here, how far it goes, and what was read in vain.

    A larger and larger piece is cut out, since an error costs as much as what stands before it.
    """
    size, vain = PIECE, ATTEMPT
    while True:
        piece = text[start : start + min(size, longest)]
        try:
            return *json.JSONDecoder(strict=False).raw_decode(piece), vain
        except json.JSONDecodeError as error:
            whole = len(piece) == min(longest, len(text) - start)
            cut = error.msg.startswith("Unterminated") or error.pos > len(piece) - 16
            vain += len(piece) if cut else error.pos
            if whole or not cut:
                return None, 1, vain
        except (ValueError, RecursionError, MemoryError):  # they do not say how far they came
            return None, 1, vain + len(piece)
        size *= GROWTH
