"""What an exercise needs was taught before: names, methods, keywords and constructs of each answer, as a rule.

The answers are those that `solution()` shows, in `solutions/`.  Taught is what stands in a cell or in code font of the
same lesson, or of an earlier one; what is folded (quizzes, figures that draw themselves) teaches nobody.
"""

import ast
import builtins
import re
from functools import cache

from tools.anatomy import open_book
from tools.taught_exceptions import EXCEPTIONS

MARKED = re.compile(r"^[ \t]*### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION", re.M | re.S)
STUB = re.compile(r"^[ \t]*### STUB ?", re.M)
CODE_FONT = re.compile(r"```(?:python)?\n(.*?)```|`([^`\n]+)`", re.S)
LIBRARIES = {"np", "plt", "torch", "math"}
TOUR = "01"  # lessons before this one teach no code: "lessons 01 and 02 teach every sign" of 00
FORMS = {"raise", "NotImplementedError", "hint"}  # what stands in every task
PLAIN = {
    ast.While: "while", ast.With: "with", ast.Try: "try", ast.Raise: "raise", ast.Assert: "assert",
    ast.Lambda: "lambda", ast.ClassDef: "class", ast.FunctionDef: "def", ast.ListComp: "a list comprehension",
    ast.GeneratorExp: "a generator expression", ast.DictComp: "a dictionary comprehension", ast.SetComp: "a set",
    ast.Set: "a set", ast.Dict: "a dictionary", ast.List: "a list", ast.IfExp: "x if question else y", ast.If: "if",
    ast.Starred: "a star before a list", ast.JoinedStr: "an f-string", ast.Yield: "yield", ast.Delete: "del",
    ast.Global: "global", ast.Nonlocal: "nonlocal", ast.NamedExpr: ":=", ast.Break: "break", ast.Continue: "continue",
    ast.Pass: "pass", ast.And: "and", ast.Or: "or", ast.Not: "not", ast.In: "in", ast.NotIn: "in", ast.Is: "is",
    ast.IsNot: "is", ast.MatMult: "@", ast.Pow: "**", ast.Mod: "%", ast.FloorDiv: "//", ast.BitAnd: "&",
    ast.BitOr: "|", ast.Invert: "~", ast.For: "for", ast.Match: "match",
}  # fmt: skip
KEYWORDS = {"while", "with", "raise", "lambda", "class", "def", "if", "in", "is", "and", "or", "not", "for", "break",
            "continue", "pass", "@", "**", "%", "//", "&", "|", "~", "del", "assert"}  # fmt: skip


def untaught(book, course):
    """Every name, method, keyword and construct of an answer has stood in the lesson or an earlier one."""
    solutions = book.path.parent.parent / "solutions" / book.path.name
    if solutions.is_file():
        earlier = (path for path in book.path.parent.glob("[0-9][0-9]_*.ipynb") if TOUR < path.name < book.path.name)
        known = set().union(*map(taught_in, earlier))
        for exercise, items in asked(open_book(solutions)):
            shown = known | taught(before(exercise, book.notebook.cells))
            for item in sorted(items - shown - EXCEPTIONS.get(exercise, {}).keys()):
                yield None, f"{exercise} needs {item}, which no lesson has shown before"


def before(exercise, cells):
    """The cells of a lesson that a reader has met: up to the pause that names the exercise, or all."""
    for place, cell in enumerate(cells):
        pauses = re.findall(r"\*\*Pause\.\*\*.*", cell.source) if cell.cell_type == "markdown" else []
        if any(exercise in re.findall(r"\d\d\.\d+", pause) for pause in pauses):
            return cells[: place + 1]
    return cells


@cache
def taught_in(path):
    """What the lesson of a file has shown."""
    return taught(open_book(path).notebook.cells)


def asked(solutions):
    """(id, what its answer and the code words of its task need) of each exercise, without what its cell gives."""
    items, own, imported = set(), set(), set()
    for cell in solutions.notebook.cells:
        checked = re.search(r"""\bcheck\(\s*["'](\d\d\.\d+)""", cell.source)
        if cell.cell_type == "markdown":
            items = said_by(cell.source)
        elif "### BEGIN SOLUTION" in cell.source:
            stub = "\n".join(STUB.sub("", line) for line in cell.source.split("\n") if STUB.match(line))
            answer = re.sub(r"^[ \t]*###.*\n?", "", cell.source, flags=re.M)
            own |= made(ast.parse(answer))
            items |= needed(answer) - needed(stub or MARKED.sub("", cell.source))
        elif checked:
            yield checked[1], {item for item in items - own if item in imported or not is_own_name(item)}
            items = set()
        else:
            imported |= {name.asname or name.name for node in ast.walk(ast.parse(cell.source))
                         if isinstance(node, ast.ImportFrom) for name in node.names}  # fmt: skip


def is_own_name(item):
    """A name that is neither Python's nor a construct: one that the answer or its cell defines."""
    return item.isidentifier() and not hasattr(builtins, item) and item not in PLAIN.values()


def said_by(task):
    """The items of a task's code words; what its *Rules* forbid is not needed."""
    lines = (line for line in task.split("\n") if not line.startswith("*Rules:*"))
    return {item for code in CODE_FONT.findall("\n".join(lines)) for item in needed("".join(code)) if item not in FORMS}


def made(tree):
    """Functions and classes that lines define, for the exercises after them."""
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def taught(cells):
    """What a lesson has shown: its cells that are not folded, and the code words of its text, before the exercises."""
    items = set()
    for cell in cells:
        if cell.cell_type == "code" and not cell.metadata.get("jupyter", {}).get("source_hidden"):
            items |= needed(re.sub(r"^%%?.*$", "", cell.source, flags=re.M))
        elif cell.cell_type == "markdown":
            items |= mentioned(cell.source.split("## Exercises")[0])
            if "## Exercises" in cell.source:
                break
    return items


def mentioned(text):
    """The items of a text's code words: `np.zeros(3)`, `.strip()`, `enumerate()`, `with`."""
    items = set()
    for block, word in CODE_FONT.findall(text):
        code = (block or word).strip()
        items |= needed(f"x{code}" if code.startswith(".") else code) | ({code} & KEYWORDS)
    return items


def needed(code):
    """The items of some lines of Python; none where they are no Python."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set()
    own, inner = bound(tree), {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found = {item for node in ast.walk(tree) if id(node) not in inner for item in items_of(node, own)}
    return found | constructs(tree) | files(tree)


def bound(tree):
    """Names and attributes that the lines make themselves."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    made = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    methods = {f.name for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for f in c.body if hasattr(f, "name")}
    return names | {f".{name}" for name in made | methods}


def items_of(node, own):
    """The names, methods and options of one node; for `np.linalg.norm(x).T` those are `np.linalg.norm` and `.T`."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in own:
        yield {"inf": "np.inf", "nan": "np.nan"}.get(node.id, node.id)
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        whole = ast.unparse(node)
        first = whole.partition(".")[0]
        if first in LIBRARIES and first not in own and re.fullmatch(r"[\w.]+", whole):
            yield whole
        elif f".{node.attr}" not in own:
            yield f".{node.attr}"
    elif isinstance(node, ast.Call) and (not isinstance(node.func, ast.Name) or hasattr(builtins, node.func.id)):
        yield from (f"{option.arg}=" for option in node.keywords if option.arg)
    elif isinstance(node, ast.Subscript):
        yield from index(node.slice)
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.Return):
        yield from assignment(node)


def constructs(tree):
    """The constructs of some lines."""
    for_two, found = ast.For | ast.comprehension, set()
    for node in ast.walk(tree):
        found |= {PLAIN[type(node)]} if type(node) in PLAIN else set()
        tests = {
            "two names in a loop": isinstance(node, for_two) and isinstance(node.target, ast.Tuple),
            "** 0.5": isinstance(node, ast.BinOp) and ast.unparse(node)[-6:] == "** 0.5",
            "a class made from another": isinstance(node, ast.ClassDef) and node.bases,
            "[0] * n": isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Mult)
            and ast.unparse(node.left)[0] == "[",
            "a < b < c": isinstance(node, ast.Compare) and len(node.ops) > 1,
            "a tuple": isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load),
            "an argument with a default": isinstance(node, ast.arguments) and (node.defaults or node.kw_defaults),
            "a comprehension with a condition": isinstance(node, ast.comprehension) and node.ifs,
        }
        found |= {name for name, holds in tests.items() if holds}
    return found


def index(place):
    """What stands in square brackets."""
    parts = place.elts if isinstance(place, ast.Tuple) else [place]
    if isinstance(place, ast.Tuple):
        yield "[i, j]"
    for part in parts:
        if isinstance(part, ast.Slice):
            yield "[a:b:step]" if part.step else "[a:b]"
        elif isinstance(part, ast.Constant) and part.value is None:
            yield "[:, None]"
        elif isinstance(part, ast.Constant) and part.value is ...:
            yield "[...]"
        elif isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub):
            yield "[-1]"


def assignment(node):
    """What stands at the sides of `=` and after `return`."""
    if isinstance(node, ast.AugAssign):
        yield "+="
    elif isinstance(node, ast.Return):
        if isinstance(node.value, ast.Tuple):
            yield "return a, b"
    else:
        for target in node.targets:
            if isinstance(target, ast.Tuple):
                yield "a, b = ..."
            elif isinstance(target, ast.Subscript):
                yield "x[i] = ..."


def files(tree):
    """A loop over the lines of a file that was opened by `with`."""
    opened = {ast.unparse(item.optional_vars) for node in ast.walk(tree) if isinstance(node, ast.With)
              for item in node.items if item.optional_vars}  # fmt: skip
    loops = (node for node in ast.walk(tree) if isinstance(node, ast.For | ast.comprehension))
    return {"a loop over a file" for node in loops if ast.unparse(node.iter) in opened}
