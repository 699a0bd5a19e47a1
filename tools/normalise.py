"""One form for every stored notebook, so that a difference between two versions is a difference that somebody made.

Cell ids and outputs stay.  Widget models do not: their ids are random, and every widget of the course also stores
HTML and plain text (docs/adr/0011).
"""

import re

KEPT_METADATA = ("course", "kernelspec", "language_info")
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python"}
KEPT_CELL_METADATA = (
    "tags",
    "erratum",
    "coverage",
    "nbgrader",
    "reason",
    "terms",
    "numbers",
    "slideshow",
    "jupyter",
    "deletable",
    "editable",
)
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
RUN_TRACES = re.compile(r"(?<=ipykernel_)\d+(?=[/\\]\d+\.py)")


def normalise(notebook):
    """Bring a notebook (nbformat 4) into the stored form, in place; return it."""
    metadata = {key: value for key, value in notebook.metadata.items() if key in KEPT_METADATA}
    notebook.metadata.clear()
    notebook.metadata.update({**metadata, "kernelspec": KERNELSPEC, "language_info": LANGUAGE})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        if cell.execution_count is not None:
            cell.execution_count = number
        cell.outputs = [normalise_output(output, number) for output in merged(cell.outputs)]
    for cell in notebook.cells:
        cell.source = "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n"))
        for key in set(cell.metadata) - set(KEPT_CELL_METADATA):
            del cell.metadata[key]
    return notebook


def merged(outputs):
    """Neighbouring texts of one stream as one: where they were cut tells only how fast the kernel was."""
    whole = []
    for output in outputs:
        last = whole[-1] if whole else {}
        if output.output_type == "stream" == last.get("output_type") and output.name == last.name:
            last.text += output.text
        else:
            whole.append(output)
    return whole


def normalise_output(output, number):
    """An output without random ids and transient metadata."""
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        output.metadata = {}
    if output.output_type == "execute_result":
        output.execution_count = number
    if output.output_type == "error":
        output.traceback = [RUN_TRACES.sub("0", line) for line in output.traceback]
    return output
