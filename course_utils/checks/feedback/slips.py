"""What stopped a cell before it ran, in words: signs of another keyboard, a lost indent, `=` where `==` is meant."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from course_utils.checks.feedback.errors import error_words
from course_utils.checks.feedback.messages import say

MOST_SIGNS = 3
NOT_CODE = re.compile(
    r"#[^\n]*|'''[\s\S]*?'''|\"\"\"[\s\S]*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"",
)
ASCII = {  # signs that have no ASCII twin in Unicode's own tables
    **dict.fromkeys("“”„‟«»〝〞", '"'),
    **dict.fromkeys("‘’‚‛´", "'"),
    **dict.fromkeys("−–—‐‑", "-"),
    **dict.fromkeys("。・", "."),
    **dict.fromkeys("【〔「『", "["),
    **dict.fromkeys("】〕」』", "]"),
    **{"、": ",", "×": "*", "⋅": "*", "·": "*", "÷": "/", "∗": "*", "∕": "/", "≤": "<=", "≥": ">=", "≠": "!="},
    **{"《": "<", "》": ">", "²": "**2", "³": "**3", "→": "->"},
}
BLANK = {"\u3000", "\u00a0", "\u2002", "\u2003", "\u2009", "\u202f"}
INVISIBLE = {"\u200b", "\u200c", "\u200d", "\ufeff", "\u2060"}
SYNTAX = ("SyntaxError", "IndentationError", "TabError")


class Sign(NamedTuple):
    """A sign that Python does not know, and what stands for it: line and column as editors count."""

    line: int
    column: int
    sign: str
    name: str
    instead: str


def strange_signs(source: str) -> list[Sign]:
    """The signs of other keyboards in code, outside of texts and comments.

    >>> [(s.line, s.column, s.instead) for s in strange_signs('x = 1\\nprint（"，"）  # （')]
    [(2, 6, '('), (2, 10, ')')]
    """
    code = NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    found = []
    for number, row in enumerate(code.split("\n"), start=1):
        for column, sign in enumerate(row, start=1):
            instead = instead_of(sign)
            if instead is not None:
                name = unicodedata.name(sign, f"U+{ord(sign):04X}").lower()
                found.append(Sign(number, column, sign, name, instead))
    return found


def instead_of(sign: str) -> str | None:
    """What to type in place of a sign; None where Python takes it as it is."""
    if sign.isascii() or sign.isidentifier():
        return None
    if sign in BLANK:
        return " "
    if sign in INVISIBLE:
        return ""
    plain = ASCII.get(sign) or unicodedata.normalize("NFKC", sign)
    return plain if plain.isascii() and plain.strip() else None


def slip_words(source: str, kind: str, text: str, line: int | None) -> str:
    """One to three sentences on a cell that Python could not read; empty where there is nothing to add.

    kind, text and line are those of the exception.

    >>> slip_words("if p = 0:", "SyntaxError", "invalid syntax. Maybe you meant '==' or ':='?", 1)[:32]
    'Line 1: one `=` gives a name to '
    """
    if kind not in SYNTAX:
        return ""
    signs = strange_signs(source)
    if signs:
        return _signs_words(signs)
    rows = source.split("\n")
    row = rows[line - 1].strip() if line and line <= len(rows) else ""
    if quote_inside(row, text):
        return say("slip inner quote", line=line)
    for pattern, key in READINGS:
        found = re.search(pattern, text)
        if found:
            return say(key, line=line or "?", row=row, **found.groupdict())
    code = NOT_CODE.sub("", row)
    key = next((key for pattern, key in IN_THE_ROW if re.search(pattern, code)), "") if "invalid syntax" in text else ""
    return say(key, line=line) if key else ""


def quote_inside(row: str, text: str) -> bool:
    """Did a quote inside a text end it: `"a"b"`, or `'it's'`?

    >>> quote_inside("s = 'it's'", "unterminated string literal"), quote_inside("s = 'it", "unterminated string")
    (True, False)
    """
    if "unterminated" in text:
        return max(row.count(quote) for quote in "'\"") > 2
    return "invalid syntax" in text and bool(re.search(r"(\"[^\"]*\"|'[^']*')(?![frbu]{1,2}['\"])\w+['\"]", row, re.I))


READINGS = [  # what Python says, and our words for it
    (r"expected an indented block after (?P<what>.*?) on line (?P<opened>\d+)", "slip block"),
    (r"unexpected indent", "slip indent"),
    (r"unindent does not match", "slip unindent"),
    (r"inconsistent use of tabs", "slip tabs"),
    (r"'(?P<what>return|yield|await)' outside", "slip outside"),
    (r"'(?P<what>break|continue)' (?:outside|not properly in) loop", "slip outside loop"),
    (r"[Mm]aybe you meant '=='", "slip equals"),
    (r"expected ':'", "slip colon"),
    (r"'(?P<what>.)' was never closed", "slip open"),
    (r"unmatched '(?P<what>.)'", "slip unmatched"),
    (r"closing parenthesis '(?P<what>.)' does not match opening parenthesis '(?P<opened>.)'", "slip pair"),
    (r"unterminated .*string literal", "slip quote"),
    (r"unexpected character after line continuation", "slip backslash"),
    (r"invalid decimal literal", "slip product"),
]
IN_THE_ROW = [  # where Python says no more than "invalid syntax": what the line itself shows
    (r"\breturn\s*=(?!=)", "slip return"),
    (r"%\s*(?:[)\],:]|$)", "slip percent"),
    (r"[\w)\]] x [\w(]", "slip times"),
    (r"=>|=<", "slip order"),
]


def _signs_words(signs: list[Sign]) -> str:
    first, *rest = signs
    words = say("slip sign", line=first.line, column=first.column, **_sign(first))
    others = list(dict.fromkeys(f"`{s.sign}` in line {s.line}" for s in rest if s.instead.strip()))
    if others:
        more = len(others) - MOST_SIGNS
        named = ", ".join(others[:MOST_SIGNS]) + (f" and {more} more" if more > 0 else "")
        words += " " + say("slip signs", others=named)
    return words + " " + say("slip keyboard")


def _sign(sign: Sign) -> dict[str, str]:
    """The sign and its ASCII twin, those that cannot be seen by their names."""
    shown = sign.name if sign.sign in BLANK | INVISIBLE else f"`{sign.sign}` ({sign.name})"
    put = {" ": "an ordinary space", "": "nothing (take it out)"}.get(sign.instead, f"`{sign.instead}`")
    return {"sign": shown, "put": put}


def cell_words(name: str, source: str, kind: str, text: str, line: int | None) -> str:
    """The message for an answer whose own cell stopped: what Python said, where, and what it means."""
    rows = source.split("\n")
    row = rows[line - 1].strip() if line and 0 < line <= len(rows) else ""
    said = f"{kind}: {text}" if text else kind
    words = [say("cell unread", name=name) if kind in SYNTAX else say("cell stopped", name=name)]
    words += [slip_words(source, kind, text, line) or error_words(text)]
    words += [say("cell said", said=said) + (" " + say("cell line", line=line, row=row) if row else "")]
    return "\n".join(w for w in words if w)
