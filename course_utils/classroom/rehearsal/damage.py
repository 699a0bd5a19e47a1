"""What happens to notebooks on their way: each damage is done to a right one, and what must be left is known."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass

from course_utils.classroom.grading import GRADED, REPAIRED, UNREADABLE, WRONG
from course_utils.classroom.rehearsal.madeup import answer_cells, as_bytes, cell


@dataclass(frozen=True)
class Damage:
    """`do(document)` gives the file; `lost` are the places of the exercises whose answers are gone."""

    do: Callable[[dict], bytes]
    status: str = REPAIRED
    lost: tuple[int, ...] = ()
    readable: bool = True


def _changed(change: Callable[[dict], None]) -> Callable[[dict], bytes]:
    def do(document: dict) -> bytes:
        document = copy.deepcopy(document)
        change(document)
        return as_bytes(document)

    return do


def _answers(document: dict) -> list[dict]:
    return list(answer_cells(document).values())


def _checks(document: dict) -> list[dict]:
    return [c for c in document["cells"] if c["metadata"].get("nbgrader", {}).get("grade")]


def _cut_in_last_answer(document: dict) -> bytes:
    text, last = as_bytes(document), json.dumps(_answers(document)[-1]["source"]).encode()
    return text[: text.rindex(last) + 5]


def _cut_after_last_check(document: dict) -> bytes:
    text = as_bytes(document)
    return text[: text.rindex(b'"nbformat"')]


def _conflict(document: dict) -> bytes:
    rows = as_bytes(document).decode().split("\n")
    place = next(i for i, row in enumerate(rows) if row.startswith(' "cells"'))
    rows[place + 1 : place + 1] = ["<<<<<<< HEAD"]
    rows[place + 2 : place + 2] = ["=======", ">>>>>>> mine"]
    return "\n".join(rows).encode()


def _doubled(document: dict) -> None:
    answer = _answers(document)[0]
    early = copy.deepcopy(answer)
    early["source"] = "def " + answer["source"].split(" = ")[0] + "(*args):\n    return 0"
    document["cells"].insert(document["cells"].index(answer), early)


def _renamed(document: dict) -> None:
    for place, each in enumerate(_checks(document)[:2]):
        each["metadata"]["nbgrader"]["grade_id"] = f"mine-{place}"


def _moved(document: dict) -> None:
    check = _checks(document)[0]
    document["cells"].remove(check)
    document["cells"].append(check)


def _deleted(document: dict) -> None:
    for each in (_checks(document)[0], *_answers(document)[1:2]):
        document["cells"].remove(each)


def _all_checks_deleted(document: dict) -> None:
    document["cells"] = [c for c in document["cells"] if c not in _checks(document)]


def _set_up_deleted(document: dict) -> None:
    document["cells"].remove(next(c for c in document["cells"] if c["cell_type"] == "code"))


def _heavy(document: dict) -> None:
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 50_000_000}}
    document["cells"][-1]["outputs"] = [picture]


def _other_kernel(document: dict) -> None:
    document["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    document["metadata"]["language_info"] = {"name": "R"}


def _no_outputs(document: dict) -> None:
    for each in document["cells"]:
        each.pop("outputs", None)
        each.pop("execution_count", None)


def _old_format(document: dict) -> None:
    cells = document.pop("cells")
    for each in cells:
        each["input"] = each.pop("source")
    document.update(worksheets=[{"cells": cells}], nbformat=3, nbformat_minor=0)


def _odd_cells(document: dict) -> None:
    document["cells"][2:2] = [None, 17, {"cell_type": "code", "source": {"a": 1}, "metadata": None}, "text"]


def _unmarked(document: dict) -> None:
    for each in document["cells"]:
        each["metadata"] = {}


def _cell_error(document: dict) -> None:
    document["cells"].insert(3, cell("print(undefined_name)", "extra"))


def _other_exercise(document: dict) -> None:
    document["cells"] = [
        cell("from course_utils.checks import check\ndef something_else():\n    return 1", "97-1"),
        cell('check("97.1")', "97-2"),
    ]
    document["metadata"]["course"] = {"lesson": "97"}


DAMAGES = {
    "truncated behind the cells": Damage(_cut_after_last_check),
    "truncated in the last answer": Damage(_cut_in_last_answer, lost=(-1,)),
    "merge conflict": Damage(_conflict),
    "UTF-16": Damage(lambda d: as_bytes(d).decode().encode("utf-16")),
    "bytes that are no text": Damage(lambda d: as_bytes(d).replace(b'"nbformat"', b'"\xff\xfe": 1, "nbformat"', 1)),
    "byte order mark": Damage(lambda d: b"\xef\xbb\xbf" + as_bytes(d), GRADED),
    "empty file": Damage(lambda d: b"", UNREADABLE, readable=False),
    "nothing but spaces": Damage(lambda d: b" \n\n", UNREADABLE, readable=False),
    "a picture called notebook": Damage(
        lambda d: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, UNREADABLE, readable=False
    ),
    "JSON but no notebook": Damage(lambda d: b'[1, 2, {"a": null}]', UNREADABLE, readable=False),
    "no cells": Damage(_changed(lambda d: d.update(cells=[])), UNREADABLE, readable=False),
    "nested without end": Damage(lambda d: b'{"cells": ' + b"[" * 200_000, UNREADABLE, readable=False),
    "cell deleted": Damage(_changed(_deleted), lost=(1,)),
    "all checks deleted": Damage(_changed(_all_checks_deleted)),
    "cell doubled": Damage(_changed(_doubled)),
    "cell renamed": Damage(_changed(_renamed)),
    "cell moved": Damage(_changed(_moved)),
    "marks removed": Damage(_changed(_unmarked)),
    "set-up deleted": Damage(_changed(_set_up_deleted)),
    "outputs missing": Damage(_changed(_no_outputs), GRADED),
    "50 MB of outputs": Damage(_changed(_heavy), GRADED),
    "another kernel": Damage(_changed(_other_kernel)),
    "old format": Damage(_changed(_old_format)),
    "odd cells": Damage(_changed(_odd_cells)),
    "an error in a cell": Damage(_changed(_cell_error), GRADED),
    "another exercise": Damage(_changed(_other_exercise), WRONG, readable=False),
}
