"""A helper module or a data file that was handed in with a notebook is found; nobody else's, and not without end."""

import io
import json
import zipfile

import pytest

from course_utils.classroom.beside import MOST_FILES, beside
from course_utils.classroom.grading import Grader, Settings, fingerprint
from course_utils.classroom.rehearsal.madeup import submission
from course_utils.classroom.submissions import find

NOTEBOOK = json.dumps(submission("04", {}))


def lay(root, files):
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())


def found(root, student="anna"):
    one = next(s for s in find(root) if s.student.lower().startswith(student))
    return beside(one, one.notebooks[0])


def test_paths_are_those_that_the_notebook_sees(tmp_path):
    lay(tmp_path, {"anna/hw/04.ipynb": NOTEBOOK, "anna/hw/helper.py": "a", "anna/hw/data/x.csv": "b"})
    lay(tmp_path, {"anna/other/more.py": "c", "ben/04.ipynb": NOTEBOOK, "ben/secret.py": "d"})
    assert found(tmp_path).files == {"helper.py": b"a", "data/x.csv": b"b", "more.py": b"c"}
    assert "helper.py, more.py, data/x.csv" in found(tmp_path).notes[0]


def test_in_a_zip_and_under_a_platforms_names_too(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in {"hw/04.ipynb": NOTEBOOK, "hw/helper.py": "a", "hw/../../etc/x.py": "b"}.items():
            archive.writestr(name, data)
    lay(tmp_path, {"zip/anna.zip": packed.getvalue()})
    assert found(tmp_path / "zip").files == {"helper.py": b"a"}
    head = "Anna Smith_12_assignsubmission_file_"
    lay(tmp_path, {f"flat/{head}04.ipynb": NOTEBOOK, f"flat/{head}helper.py": "a"})
    assert found(tmp_path / "flat").files == {"helper.py": b"a"}


def test_number_size_and_names_are_bounded(tmp_path):
    lay(tmp_path, {f"anna/f{n:02d}.txt": "x" for n in range(30)} | {"anna/04.ipynb": NOTEBOOK})
    assert len(found(tmp_path).files) == MOST_FILES and "Only the first" in found(tmp_path).notes[-1]
    lay(tmp_path, {"ben/04.ipynb": NOTEBOOK, "ben/a.bin": bytes(6_000_000), "ben/b.py": "x"})
    assert list(found(tmp_path, "ben").files) == ["b.py"] and "a.bin" in " ".join(found(tmp_path, "ben").notes)
    lay(tmp_path, {"carl/04.ipynb": NOTEBOOK, "carl/course_utils/affine.py": "x", "carl/.x.py": "", "carl/p.pdf": "x"})
    (tmp_path / "carl" / "link.py").symlink_to(tmp_path / "ben" / "b.py")
    assert found(tmp_path, "carl").files == {}


USING = """
import helper
text = open("data/x.csv").read()
def predict(X, w, b):
    return helper.predict(X, w, b) if text == "1" else None
"""


@pytest.fixture
def handed_in(tmp_path):
    document = submission("04", {"04.1": USING}, bare=True)
    document["cells"][1]["source"] = "from pathlib import Path\nPath('data/x.csv').write_text('2')"
    lay(
        tmp_path,
        {"anna/04.ipynb": json.dumps(document), "anna/helper.py": "def predict(X, w, b):\n    return X @ w + b"},
    )
    lay(tmp_path, {"anna/data/x.csv": "1"})
    return tmp_path


def test_a_notebook_imports_and_opens_what_was_handed_in_with_it(handed_in, box, stage):
    settings = Settings("04", 1)
    one = find(handed_in)[0]
    got = Grader(settings, stage, box).grade(one)
    assert got["checks"][0]["passed"] and "helper.py" in " ".join(got["notes"])
    before = fingerprint(one, settings)
    lay(handed_in, {"anna/helper.py": "x = 1"})
    again = Grader(settings, stage, box).grade(find(handed_in)[0])
    assert again["seed"] != got["seed"] and fingerprint(find(handed_in)[0], settings) != before
    assert not again["checks"][0]["passed"]
