"""What stands in a released answer cell in place of the solution, region by region.

Needs nbgrader: imported only where exercises are released.
"""

from __future__ import annotations

import ast
import re
import textwrap

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

BEGIN, END, GIVEN = "### BEGIN SOLUTION", "### END SOLUTION", "### STUB"
FUNCTION_STUB = "raise NotImplementedError"
REGION = re.compile(rf"^([ \t]*){BEGIN}[^\n]*\n(.*?)^[ \t]*{END}[^\n]*(?:\n|\Z)", re.S | re.M)


def stub_for(indent: str, body: str) -> str:
    """The lines that replace one solution region.

    Lines `### STUB ...` are taken as they are; inside a function it is `raise NotImplementedError`; a region of
    assignments becomes `name = None` for each name.  Anything else raises ValueError.

    >>> stub_for("", "left, right = 1, 2\\n")
    'left = None\\nright = None'
    """
    given = [line.strip() for line in body.splitlines() if line.strip().startswith(GIVEN)]
    if given:
        return "\n".join(line.removeprefix(GIVEN).removeprefix(" ").rstrip() for line in given)
    if indent:
        return FUNCTION_STUB
    names = assigned(body)
    if not names:
        raise ValueError(
            "a region outside a function assigns a name, or says what to hand out in '### STUB' lines:\n"
            + textwrap.indent(body, "    ")
        )
    return "\n".join(f"{name} = None" for name in names)


def stock_source(source: str) -> str:
    """An answer cell of `solutions/` for releasing by nbgrader's own steps, which know nothing of `### STUB`.

    They put "raise NotImplementedError()" in place of a region.  Inside a function that is what we hand out too; what
    is handed out in place of any other region is written above it, so that it stays: a function to repair, a form to
    fill in.

    >>> print(stock_source("### BEGIN SOLUTION\\nw = 2\\n### END SOLUTION"))
    w = None
    ### BEGIN SOLUTION
    w = 2
    ### END SOLUTION
    """
    return REGION.sub(lambda region: region[0] if region[1] else _with_stub(region), source).rstrip("\n")


def _with_stub(region: re.Match) -> str:
    kept = "".join(line for line in region[2].splitlines(True) if not line.strip().startswith(GIVEN))
    return f"{stub_for('', textwrap.dedent(region[2]))}\n{BEGIN}\n{kept}{END}\n"


def assigned(code: str) -> list[str]:
    """The names that top-level assignments of some code bind, in order."""
    statements = [s for s in ast.parse(code).body if isinstance(s, ast.Assign | ast.AnnAssign)]
    targets = [t for s in statements for t in (s.targets if isinstance(s, ast.Assign) else [s.target])]
    nodes = [node for target in targets for node in ast.walk(target)]
    return list(dict.fromkeys(n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)))


class Stubs(ClearSolutions):
    """nbgrader's ClearSolutions, with a stub of its own for each region."""

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        if cell.cell_type != "code" or not REGION.search(cell.source):
            return super()._replace_solution_region(cell, language)
        pieces, start = [], 0
        for region in REGION.finditer(cell.source):
            pieces += [cell.source[start : region.start()], self._cleared(region, language)]
            start = region.end()
        cell.source = "".join([*pieces, cell.source[start:]]).rstrip("\n")
        return True

    def _cleared(self, region: re.Match, language: str) -> str:
        """One region, cleared by nbgrader."""
        self.code_stub = {**self.code_stub, language: stub_for(region[1], textwrap.dedent(region[2]))}
        piece = NotebookNode(cell_type="code", source=region[0].rstrip("\n"))
        super()._replace_solution_region(piece, language)
        return "\n".join(line.rstrip() for line in piece.source.splitlines()) + "\n"
