"""Forty hand-ins of lesson 00 as real tools save them and real platforms name them, and what each must get.

`students()` says for each row of the class: the files, the mark, the status, and patterns of what must be told.
"""

import copy
import io
import json
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.classroom.rehearsal.damage import DAMAGES
from course_utils.classroom.rehearsal.madeup import submission
from course_utils.classroom.results import safe

RIGHT = "def error_percent(right, total):\n    return 100 * (total - right) / total"
WRONG = "def error_percent(right, total):\n    return (total - right) / total"
MISTAKE = "a-share"


def answered(answer=RIGHT, first="", **options):
    """The exercise with an answer, and perhaps a cell of the student's own before it."""
    return submission("00", {"00.1": answer}, first=first, prepared=False, **options)


# --- how tools save a notebook -----------------------------------------------------------------------------------


def lines(document):
    """Sources as lists of lines, as nearly every tool writes them."""
    document = copy.deepcopy(document)
    for each in document["cells"]:
        each["source"] = "".join(each["source"]).splitlines(keepends=True)
    return document


def jupyterlab(document):
    """Run once: numbers, outputs, times, and the whole of `language_info`."""
    document = lines(document)
    stream = {"name": "stdout", "output_type": "stream", "text": ["25.0\n"]}
    for number, each in enumerate((c for c in document["cells"] if c["cell_type"] == "code"), 1):
        each |= {"execution_count": number, "outputs": [stream]}
        each["metadata"]["execution"] = {"iopub.execute_input": "2026-11-12T10:30:00.000000Z"}
    about = {"name": "python", "version": "3.11.7", "pygments_lexer": "ipython3", "nbconvert_exporter": "python"}
    document["metadata"]["language_info"] = about
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def colab(document):
    """No ids but in the metadata, format 4.0, two blanks."""
    document = lines(document)
    for number, each in enumerate(document["cells"]):
        each.pop("id", None)
        each["metadata"] |= {"id": f"x{number}Yz", "colab": {"base_uri": "https://localhost:8080/"}}
    document["metadata"] |= {"colab": {"provenance": [], "toc_visible": True}, "accelerator": "GPU"}
    document["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return json.dumps(document | {"nbformat_minor": 0}, indent=2)


def vscode(document):
    """Each cell's language, format 4.2, the environment's name."""
    document = lines(document)
    for each in document["cells"]:
        each.pop("id", None)
        each["metadata"]["vscode"] = {"languageId": each["cell_type"].replace("code", "python")}
    document["metadata"]["kernelspec"] = {"display_name": ".venv", "language": "python", "name": "python3"}
    return json.dumps(document | {"nbformat_minor": 2}, indent=1)


def kaggle(document):
    document = lines(document)
    for each in document["cells"]:
        each["metadata"] = {**each["metadata"], "trusted": True, "_uuid": "8f2839f25d086af736a60e9eeb907d3b93b6e0e5"}
    document["metadata"]["kaggle"] = {"accelerator": "none", "dataSources": [], "isInternetEnabled": False}
    return json.dumps(document | {"nbformat_minor": 4})


def minor(number):
    def save(document):
        document = lines(document)
        for each in document["cells"]:
            if number < 5:
                each.pop("id", None)
            if number < 4 and each["cell_type"] == "code":
                each["metadata"] |= {"collapsed": True}
        return json.dumps(document | {"nbformat_minor": number}, indent=1)

    return save


def version3(document):
    """IPython 2's: worksheets, `input`, prompts, headings as cells."""
    cells = [{"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Exercise"]}]
    for each in lines(document)["cells"]:
        each.pop("id", None)
        if each["cell_type"] == "code":
            each |= {"input": each.pop("source"), "language": "python", "collapsed": False, "prompt_number": 1}
            each.pop("execution_count", None)
        cells.append(each)
    return json.dumps(
        {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells, "metadata": {}}]}
    )


def windows(document):
    return "\ufeff" + json.dumps(lines(document), indent=1).replace("\n", "\r\n")


# --- who hands in what -------------------------------------------------------------------------------------------


@dataclass
class Student:
    """One row of the class: its files (raw names under the class's folder), and what must come out."""

    student: str
    files: dict[str | bytes, str | bytes]
    score: float = 1.0
    status: str = "graded"
    told: tuple[str, ...] = ()
    late: bool = False
    number: str = ""
    links: dict[str, str] = field(default_factory=dict)


def flat(student, data=None, file=None, **more):
    return Student(student, {file or f"{student}.ipynb": jupyterlab(answered()) if data is None else data}, **more)


def tools():
    """Whatever saved it, it is read."""
    yield flat("lab")
    yield flat("code", vscode(answered()))
    yield flat(
        "colab",
        colab(answered(first="from google.colab import drive\ndrive.mount('/content/drive')")),
        told=("google",),
    )
    yield flat("kaggle", kaggle(answered(first="import os\nos.listdir('/kaggle/input')")), told=("FileNotFoundError",))
    yield flat("windows", windows(answered()))
    for number in range(6):
        wrong = number == 2
        yield flat(f"v4-{number}", minor(number)(answered(WRONG if wrong else RIGHT)), score=float(not wrong))
    yield flat("v3", version3(answered()), status="repaired", told=("version 3",))
    yield flat(
        "pyodide",
        json.dumps(lines(answered()) | {"metadata": {"kernelspec": {"name": "python", "language": "python"}}}),
    )


def lines_of_their_own():
    """Cells that only the sandbox refuses cost nothing but themselves."""
    for name, first, told in [
        ("ls", "!ls -la ..", ("shell not found|skipped",)),
        ("asks", "name = input('Your name? ')", ("input",)),
        ("reads", "rows = open('data.csv').read()", ("data.csv",)),
        ("imports", "import torchvision_extra\nfrom sklearn.nowhere import Thing", ("torchvision_extra",)),
        ("new-python", "def first[T](items: list[T]) -> T:\n    return items[0]", ("Python 3.12", "SyntaxError")),
    ]:
        yield flat(name, colab(answered(first=first)), told=told)


def lines_above_an_answer():
    """The same lines in the answer's own cell: what stands below them counts."""
    for name, first, told in [
        ("shell-above", "!pip install numpy\n%pip install scipy\n!ls", ("skipped",)),
        ("colab-above", "from google.colab import drive\ndrive.mount('/content/drive')", ("google",)),
        ("asks-above", "name = input('Your name? ')", ("input",)),
        ("reads-above", "rows = open('data.csv').read()", ("data.csv",)),
        ("imports-above", "import torchvision_extra", ("torchvision_extra",)),
        ("widget-above", "%matplotlib widget", ("skipped",)),
    ]:
        status = "graded" if told == ("skipped",) else "repaired"  # lines that do nothing here are no damage
        yield flat(name, colab(answered(f"{first}\n\n{RIGHT}")), status=status, told=told)


def damaged():
    """What happens on the way; an answer that was cut off is lost, and nothing else."""
    for name in ("UTF-16", "merge conflict", "set-up deleted", "truncated behind the cells"):
        damage = DAMAGES[name]
        word = {"UTF-16": "UTF-16", "merge conflict": "conflict", "set-up deleted": "put back"}.get(
            name, "not valid JSON"
        )
        yield flat(name, damage.do(answered()), status="repaired", told=(word,))
    yield flat(
        "cut", DAMAGES["truncated in the last answer"].do(answered()), score=0.0, status="repaired", told=("saved",)
    )
    yield flat("empty", b"", score=0.0, status="unreadable", told=("empty",))


def odd_names():
    """Names in four encodings, too long for a result's file, alike but for capitals, reserved, or another's."""
    yield flat("Müller", file="Müller.ipynb".encode("cp1252"), told=("UTF-8",))
    yield flat("张三", file="张三.ipynb".encode("gb18030"), told=("UTF-8",))
    yield flat("山田")
    yield flat("团" * 80)
    yield flat("Anna", told=("capitals",))
    yield flat("anna", jupyterlab(answered(WRONG)), score=0.0, told=("capitals",))
    yield flat("con")
    yield flat("O'Brien, Pat")
    yield flat(safe("O'Brien, Pat"), jupyterlab(answered(WRONG)), score=0.0)
    yield flat("=1+1;@x")


def folders():
    berta = {"berta/00/00_start_here.ipynb": jupyterlab(answered()), "berta/notes.txt": "text"}
    berta |= {"berta/.ipynb_checkpoints/00-checkpoint.ipynb": jupyterlab(answered(WRONG))}
    yield Student("berta", berta, told=("notes.txt",))
    yield Student("dan", {"dan.pdf": b"%PDF"}, 0.0, "missing", ("only dan.pdf",))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("work/00.ipynb", jupyterlab(answered()))
        archive.writestr("__MACOSX/work/._00.ipynb", b"x")
    yield Student("carl", {"carl.zip": packed.getvalue()})
    link = {"mallory/00.ipynb": "../lab.ipynb"}
    yield Student("mallory", {}, 0.0, "unreadable", ("link",), links=link)


def platforms():
    """Moodle's, Canvas's, Blackboard's and Brightspace's names, with two people of one name and second attempts."""
    right, wrong = jupyterlab(answered()), jupyterlab(answered(WRONG))
    for number, data in (("5001", right), ("5002", wrong)):
        file = {f"Dora Li_{number}_assignsubmission_file/00.ipynb": data}
        yield Student(f"Dora Li ({number})", file, float(data is right), number=number)
    yield Student("leeann", {"leeann_LATE_7001_88001_00_start_here-1.ipynb": right}, late=True, number="7001")
    yield Student("roejo", {"roejo_7002_88002_00.ipynb": right}, number="7002")
    first, second = "Exercise 00_fay_attempt_2026-11-12-10-30-00", "Exercise 00_fay_attempt_2026-11-13-09-00-00"
    files = {
        f"{first}.txt": "receipt",
        f"{first}_00.ipynb": wrong,
        f"{second}.txt": "receipt",
        f"{second}_00.ipynb": right,
    }
    yield Student("fay", files, told=("Several notebooks",), number="fay")
    folder = "39786-64001 - Gus Ott - Nov {} PM/00.ipynb"
    files = {"index.html": "x", folder.format("12, 2026 230"): wrong, folder.format("13, 2026 1230"): right}
    yield Student("Gus Ott", files, told=("Several notebooks",), number="39786")


KINDS = (tools, lines_of_their_own, lines_above_an_answer, damaged, odd_names, folders, platforms)


def students():
    return [s for kind in KINDS for s in kind()]


def hand_in(made, folder):
    """Write everybody's files under one folder, names as raw as they are."""
    for student in made:
        for name, data in student.files.items():
            path = os.fsencode(folder) + b"/" + (name if isinstance(name, bytes) else name.encode())
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data if isinstance(data, bytes) else data.encode())
        for name, target in student.links.items():
            Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, name).symlink_to(target)
