r"""Evaluates the formulas of lessons: as much of LaTeX as they use, read as a person reads it.

A name such as `\hat y` or `dc_{t-1}` has the value that is given for it; a name with an index, given as `x_`, is a
function of its indices.  Sums, products and maxima run over what is written, or over the range that is given for their
letter.
"""

import math
import re

import numpy as np

TOKEN = re.compile(r"\\(?:text|mathrm|operatorname)\{[^}]*\}|\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|\S")
SPACING = re.compile(
    r"\\[,;!: ]|\\(?:left|right|bigl?|bigr?|Bigl?|Bigr?)(?![a-zA-Z])|\\tag\{[\d.]+\}"
    r"|\\(?:begin|end)\{aligned\}|\\quad(?![a-zA-Z])"
)
FUNCTIONS = {
    r"\log": np.log, r"\ln": np.log, r"\tanh": np.tanh, r"\sqrt": np.sqrt, r"\operatorname{mean}": np.mean,
    r"\sigma": lambda z: 1 / (1 + np.exp(-z)),
}  # fmt: skip
OVER = {r"\sum": sum, r"\prod": math.prod, r"\max": max}
CLOSING = {"(": ")", "[": "]", "{": "}", r"\lfloor": r"\rfloor"}
SIDES = re.compile(r"=|\\leftarrow|\\approx")


def tokens(text):
    r"""The words of a formula.

    >>> tokens(r"\frac12\,w_{ij}")
    ['\\frac', '{', '1', '}', '{', '2', '}', 'w', '_', '{', 'i', 'j', '}']
    """
    return TOKEN.findall(re.sub(r"frac(\d)(\d)", r"frac{\1}{\2}", SPACING.sub(" ", text)))


def statements(display):
    r"""The statements of a displayed formula, each as its sides.

    >>> statements(r"a = b = c, \qquad d \leftarrow 2")
    [['a', 'b', 'c'], ['d', '2']]
    """
    text = SPACING.sub(" ", display.replace(r"\\", "&")).replace("&=", "=")
    return [sides(part) for part in re.split(r"\\qquad|&", text) if part.strip(" ,.\n")]


def sides(statement):
    """The sides of an equation, cut where no bracket is open: the `=` below a sum cuts nothing."""
    found, depth = [""], 0
    for token in tokens(statement):
        depth += (token == "{") - (token == "}")
        found = [*found, ""] if depth == 0 and SIDES.fullmatch(token) else [*found[:-1], f"{found[-1]} {token}"]
    return [side.strip(" ,.") for side in found]


def evaluate(text, names):
    """The value of one side of an equation."""
    reader = Reader(tokens(text), names)
    value = reader.expression()
    if reader.rest:
        raise ValueError(f"cannot read {' '.join(reader.rest)!r} at the end of {text!r}")
    return value(names)


class Reader:
    """Reads tokens from the left; each method returns a function of the names' values."""

    def __init__(self, rest, names, bound=()):
        self.rest, self.names, self.bound = list(rest), names, list(bound)
        longest_first = sorted(self.names, key=lambda name: -len(tokens(name)))
        self.known = [(tokens(name.removesuffix("_")), name) for name in longest_first if name != "ranges"]

    def inner(self, rest):
        """A reader of other tokens with the same names."""
        return Reader(rest, self.names, self.bound)

    def take(self, *wanted):
        """Remove the first token, where it is one of `wanted`, and return it."""
        if self.rest and (not wanted or self.rest[0] in wanted):
            return self.rest.pop(0)
        return ""

    def expression(self):
        """Terms, added and subtracted."""
        sign = -1 if self.take("-", "+") == "-" else 1
        total = [(sign, self.term())]
        while sign := self.take("+", "-"):
            total.append((-1 if sign == "-" else 1, self.term()))
        return lambda env: sum(sign * term(env) for sign, term in total)

    def term(self):
        r"""Factors side by side, or with \cdot (a dot product of vectors) or \odot between."""
        value = self.power()
        while self.rest and self.rest[0] not in {"+", "-", ",", "<", r"\rfloor", *CLOSING.values()}:
            joint = np.dot if self.take(r"\cdot", r"\odot") == r"\cdot" else np.multiply
            value = product(joint, value, self.power())
        return value

    def power(self):
        """An atom and its exponent."""
        base = self.atom()
        if not self.take("^"):
            return base
        exponent = self.group()
        return lambda env: base(env) ** exponent(env)

    def group(self):
        r"""What stands in braces, or one token: the 1 and the n of \frac1n."""
        if self.take("{"):
            value = self.expression()
            self.take("}")
            return value
        return self.inner([self.take()]).atom()

    def atom(self):
        """A number, a bracket, a fraction, a function of something, a sum, or a name."""
        if not self.rest:
            raise ValueError("the formula ends too early")
        for found, name in self.known:
            if self.rest[: len(found)] == found and (not name.endswith("_") or self.rest[len(found) :][:1] == ["_"]):
                del self.rest[: len(found)]
                return self.indexed(name) if name.endswith("_") else self.named(name)
        token = self.take()
        if token in CLOSING:
            inner = self.expression()
            if not self.take(CLOSING[token]):
                raise ValueError(f"no {CLOSING[token]} before {self.rest}")
            return (lambda env: np.floor(inner(env))) if token == r"\lfloor" else inner
        if token in (r"\frac", r"\tfrac", r"\dfrac"):
            above, below = self.group(), self.group()
            return lambda env: above(env) / below(env)
        if token in FUNCTIONS:
            return self.function(FUNCTIONS[token])
        if token in OVER:
            return self.over(OVER[token])
        if token in self.bound:
            return lambda env: env[token]
        if token == "e" or re.fullmatch(r"[\d.]+", token):
            return lambda env: math.e if token == "e" else float(token)
        if token == r"\pi":
            return lambda env: math.pi
        raise ValueError(f"no value for {token!r} before {' '.join(self.rest)!r}")

    def named(self, name):
        """A value by its name, or a function by its name and its argument."""
        return self.function(self.names[name]) if callable(self.names[name]) else lambda env: env[name]

    def function(self, function):
        """A function, its exponent and its argument."""
        exponent = self.group() if self.take("^") else lambda env: 1
        argument = self.group() if self.rest[:1] == ["{"] else self.atom()
        return lambda env: function(argument(env)) ** exponent(env)

    def over(self, together):
        """A sum, a product, a maximum: its letters, their range, and the term behind."""
        self.take("_")
        below = self.inside()
        letters, start, stop = bounds(below)
        if self.take("^"):
            stop = self.group()
        elif stop is not None:
            stop = (lambda last: lambda env: last(env) - 1)(self.inner(stop).expression())
        self.bound = [*self.bound, *letters]
        term = self.term()

        def value(env):
            places = range(start, int(stop(env)) + 1) if stop else None
            envs = [env]
            for letter in letters:
                envs = [e | {letter: k} for e in envs for k in (places if places is not None else e["ranges"][letter])]
            return together(term(e) for e in envs)

        return value

    def indexed(self, name):
        """A name with its indices: `x_{i,j}`, `x_{ij}`, `x_i`, `x_{ps+i}`."""
        self.take("_")
        inside = self.inside()
        letters = all(re.fullmatch(r"[a-z]", token) for token in inside)
        parts = [[token] for token in inside] if letters else split(inside)
        indices = [self.inner(part).expression() for part in parts]
        return lambda env: env[name](*(int(index(env)) for index in indices))

    def inside(self):
        """The tokens in the braces that come next, or the one token that comes."""
        if not self.take("{"):
            return [self.take()]
        found, depth = [], 1
        while depth:
            token = self.take()
            depth += (token == "{") - (token == "}")
            found.append(token)
        return found[:-1]


def product(joint, left, right):
    """Two factors as one."""
    return lambda env: joint(left(env), right(env))


def bounds(below):
    r"""(letters, first place, tokens of the end or None) of what stands below a sum: i=1, ij, 0 \le m < k."""
    if "=" in below:
        return [below[0]], int(below[2]), None
    if r"\le" in below:
        return [below[2]], int(below[0]), below[4:]
    return [token for token in below if token != ","], 0, None


def split(found):
    """Tokens, cut at commas outside of braces."""
    cut, depth = [[]], 0
    for token in found:
        depth += (token == "{") - (token == "}")
        cut = [*cut, []] if token == "," and depth == 0 else [*cut[:-1], [*cut[-1], token]]
    return cut
