"""A library's error in words: what did not fit, and what usually causes it.  The library's own sentence stays below."""

from __future__ import annotations

import ast
import re

from course_utils.checks.feedback.messages import say
from course_utils.checks.feedback.wording import counted

SHAPE = r"\([\d, ]*\)"
READINGS = [  # (what the exception says, the key of our words); named groups fill the words
    (r"matmul: .*mismatch.*\(size (?P<right>\d+) is different from (?P<left>\d+)\)", "error matmul"),
    (rf"shapes {SHAPE} and {SHAPE} not aligned: (?P<left>\d+) .* != (?P<right>\d+)", "error matmul"),
    (r"matmul: Input operand \d does not have enough dimensions", "error matmul number"),
    (rf"could not be broadcast together with shapes (?P<one>{SHAPE}) (?P<other>{SHAPE})", "error broadcast"),
    (rf"could not broadcast input array from shape (?P<one>{SHAPE}) into shape (?P<other>{SHAPE})", "error assign"),
    (rf"non-broadcastable output operand with shape (?P<one>{SHAPE}).*shape (?P<other>{SHAPE})", "error in place"),
    (r"(?:subscripts|dimensions).*(?:einstein|einsum)|einstein sum|remapped shapes", "error einsum"),
    (r"axis (?P<axis>-?\d+) is out of bounds for array of dimension (?P<axes>\d+)", "error axis"),
    (r"index (?P<index>-?\d+) is out of bounds for axis (?P<axis>\d+) with size (?P<size>\d+)", "error index"),
    (r"too many indices for array: array is (?P<axes>\d+)-dimensional, but (?P<asked>\d+)", "error indices"),
    (r"(?:list|tuple|string) index out of range", "error range"),
    (r"(?:list|tuple) indices must be integers or slices, not tuple", "error rows"),
    (r"can only concatenate (?:list|tuple)|multiply sequence by non-int", "error join"),
    (r"unsupported operand type\(s\) for [^^ ]+: (?=.*'(?:list|tuple)')", "error list"),
    (r"can only concatenate str|unsupported operand type\(s\) for [^^ ]+: (?=.*'str')", "error text"),
    (
        r"'(?:builtin_function_or_method|method|function|type)' object is not subscriptable"
        r"|unsupported operand type\(s\) for [^^ ]+: (?=.*'(?:builtin_function_or_method|method|function)')",
        "error uncalled",
    ),
    (r"No module named '(?P<what>[\w.]+)'", "error module"),
    (r"No such file or directory", "error file"),
    (r"\w+\(\) takes no arguments", "error init"),
    (r"boolean index did not match", "error mask"),
    (r"only (?:size-1|length-1|0-dimensional) arrays can be converted", "error scalar"),
    (
        r"Cannot cast ufunc '(?P<what>\w+)' output from dtype\('(?P<one>\w+)'\) to dtype\('(?P<to>\w+)'\)",
        "error cast",
    ),
    (r"(?:zeros|ones|empty)\(\) takes .* positional arguments but \d+ were given", "error shape"),
    (r"ufunc 'bitwise_xor' not supported|unsupported operand type\(s\) for \^=?: ", "error power"),
    (
        r"invalid index to scalar variable|'(?:numpy\.)?(?:float|int)\d*' object is not subscriptable",
        "error scalar index",
    ),
    (r"missing \d+ required (?:positional|keyword-only) arguments?: (?P<what>.+)", "error missing"),
    (
        r"takes (?:from \d+ to )?(?P<takes>\d+) positional arguments? but (?P<given>\d+) (?:was|were) given",
        "error given",
    ),
    (r"unexpected keyword argument '(?P<what>\w+)'", "error keyword"),
    (r"NoneType", "error None"),
    (r"too many values to unpack \(expected (?P<wanted>\d+)", "error too many"),
    (r"not enough values to unpack \(expected (?P<wanted>\d+), got (?P<got>\d+)", "error too few"),
    (r"truth value of an array", "error truth"),
    (r"inhomogeneous shape|setting an array element with a sequence", "error ragged"),
    (rf"cannot reshape array of size (?P<size>\d+) into shape (?P<shape>{SHAPE})", "error reshape"),
    (r"input array dimensions except for the concatenation axis", "error concatenate"),
    (r"'Handle' and|and 'Handle'|of type Handle", "error foreign"),
    (r"cannot unpack non-iterable", "error unpack"),
    (r"'(?:int|float|numpy\.\w+)' object is not iterable", "error iterable"),
    (r"only integers, slices", "error whole"),
    (r"math domain error", "error logarithm"),
    (r"solve1?: .*mismatch.*\(size (?P<right>\d+) is different from (?P<left>\d+)\)", "error solve"),
    (r"'(?P<what>[\w.]+)' object is not callable", "error callable"),
    (r"'(?P<what>list|tuple|int|float)' object has no attribute '(?P<name>\w+)'", "error attribute"),
    (
        r"Cannot interpret '(?P<what>[^']*)' as a data type|Field elements must be .* got '(?P<more>[^']*)'",
        "error dtype",
    ),
    (r"cannot access local variable '(?P<what>\w+)'", "error local"),
    (r"name '(?P<what>\w+)' is not defined", "error name"),
]


def error_words(text: str) -> str:
    """What a library's sentence means and what usually causes it; empty for those that speak for themselves.

    >>> error_words("axis 1 is out of bounds for array of dimension 1")[:38]
    'There is no axis 1: axes are counted f'
    """
    for pattern, key in READINGS:
        found = re.search(pattern, text)
        if found:
            about = found.groupdict()
            about["what"] = about.get("what") or about.get("more")
            if "takes" in about:
                about["takes"] = counted(int(about["takes"]), "argument")
            return " ".join(w for w in (say(key, **about), _more(key, about)) if w)
    return ""


MODULES = {"np", "math", "plt", "torch", "data", "viz"}  # names that no object has


def class_words(name: str, text: str) -> str:
    """What an object of the learner's class `name` lacks, or where `self.` is missing; empty for other errors.

    >>> class_words("Account", "name 'owner' is not defined")[51:83]
    '`self.`: is `self.owner` meant? '
    """
    found = re.search(r"(?:name|local variable) '(\w+)' (?:is not defined|where|referenced)", text)
    if found and found[1] not in MODULES:
        return say("error of self", what=found[1])
    found = re.search(rf"'{name}' object has no attribute '(\w+)'", text)
    return say("error lacking", what=found[1]) if found else ""


def _more(key: str, about: dict[str, str]) -> str:
    """What the sizes themselves tell."""
    if key == "error broadcast":
        return _lost_axis(*(ast.literal_eval(about[k]) for k in ("one", "other")))
    if key == "error given" and int(about["given"]) == int(about["takes"].split()[0]) + 1:
        return say("error self")
    return ""


def _lost_axis(one: tuple, other: tuple) -> str:
    """Where one shape is the other with an axis taken out: the axis that a sum or a mean took away."""
    long, short = (one, other) if len(one) > len(other) else (other, one)
    places = [i for i in range(len(long)) if long[:i] + long[i + 1 :] == short]
    return say("error keepdims", axis=places[0], short=short) if places and len(long) > len(short) else ""


def shape_words(expected: str, received: str) -> str:
    """What usually makes such a shape of such a one; empty where nothing is known.

    >>> shape_words("(3,)", "(3, 3)")[:42]
    'An array of shape (3, 1) against one of sh'
    """
    try:
        want, got = ast.literal_eval(expected), ast.literal_eval(received)
    except (ValueError, SyntaxError):
        return ""
    if not isinstance(want, tuple) or not isinstance(got, tuple):
        return ""
    if got == want[::-1]:
        return say("shape turned")
    if len(got) != len(want) and [n for n in got if n != 1] == [n for n in want if n != 1]:
        return say("shape one more") if len(got) > len(want) else say("shape one less")
    if len(got) == len(want) + 1 and got[-1] == got[-2] and got[:-1] == want:
        return say("shape square", n=got[-1])
    return _other_lengths(got, want)


def _other_lengths(got: tuple, want: tuple) -> str:
    """Which axis is longer or shorter than it should be, or has moved."""
    off = [axis for axis, (g, w) in enumerate(zip(got, want, strict=False)) if g != w]
    if len(got) != len(want) or len(got) < 2:
        return ""
    if sorted(got) == sorted(want):
        return say("shape moved")
    return say("shape axis", axis=off[0], received=got[off[0]], expected=want[off[0]]) if len(off) == 1 else ""
