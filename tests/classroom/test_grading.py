"""What one hand-in learns is of no use to the next, and what happened to a notebook is said with its marks."""

import json

import pytest

from course_utils.classroom.grading import REPAIRED, Grader, Settings, choose, inputs_seed
from course_utils.classroom.rehearsal.madeup import right_answers, submission
from course_utils.classroom.submissions import find


@pytest.fixture(scope="module")
def grade(box, stage, tmp_path_factory):
    """`grade(document, lesson)` gives the result of one notebook."""
    folder = tmp_path_factory.mktemp("handed in")

    def graded(document, lesson="06", seed=7):
        path = folder / "anna.ipynb"
        path.write_text(json.dumps(document), encoding="utf-8")
        return Grader(Settings(lesson, seed), stage, box).grade(find(path)[0])

    return graded


# 06.2 needs 06.1: what it prints could be a table of right answers for a second hand-in
PRINTING = """
def {name}(*args, **options):
    print("seen", args)
    import sys; print("seen", file=sys.stderr)
    raise ValueError("no")
"""


def test_a_page_shows_no_text_printed_where_right_answers_were_in_reach(grade):
    from course_utils.classroom.grading import exercises

    needing = next(e for e in exercises("06") if e.needs)
    plain = next(e for e in exercises("06") if not e.needs and e.kind == "function")
    answers = {e.id: PRINTING.format(name=e.name) for e in (needing, plain)}
    found = {c["id"]: c for c in grade(submission("06", answers, bare=True))["checks"]}
    assert "seen" in json.dumps(found[plain.id]["said"])
    assert found[needing.id]["said"] == {} and found[needing.id]["fault"] == "ValueError"


def test_inputs_depend_on_the_secret_and_on_the_bytes_handed_in(tmp_path):
    document = submission("04", {})
    seeds = []
    for secret, more in ((1, ""), (1, ""), (1, " "), (2, "")):
        (tmp_path / "anna.ipynb").write_text(json.dumps(document) + more, encoding="utf-8")
        seeds.append(inputs_seed(secret, choose(find(tmp_path)[0], "04")[0][1].digest))
    assert seeds[0] == seeds[1] and len(set(seeds)) == 3


def test_two_hand_ins_meet_other_inputs_and_the_same_one_the_same(grade):
    answers = right_answers("04") | {"04.1": "def predict(X, w, b):\n    return X @ w"}
    shown = []
    for first in ("", "", "# once more"):
        found = grade(submission("04", answers, first=first, bare=True), "04")
        shown.append((found["seed"], found["checks"][0]["example"]["inputs"]))
    assert shown[0] == shown[1] and shown[0][0] != shown[2][0] and shown[0][1] != shown[2][1]


def test_a_cell_that_was_run_on_is_told_in_status_and_notes(grade):
    answers = {"04.1": "!pip install pandas\nimport pandas as pd\ndef predict(X, w, b):\n    return X @ w + b"}
    found = grade(submission("04", answers, bare=True), "04")
    assert found["checks"][0]["passed"] and found["status"] == REPAIRED
    place = found["cells"][0]["place"]
    assert f"A line stopped cell {place}; what came after it was run all the same" in " ".join(found["notes"])
    assert [c["kind"] for c in found["cells"] if c["place"] == place] == ["skipped", "error"]
    assert "No module named 'pandas' at line 2; what came after it was run" in found["cells"][1]["text"]


def test_one_mistake_costs_one_mark_in_the_sandbox_too(grade):
    calling = (
        "def mse_gradient(X, y, w, b):\n    e = predict(X, w, b) - y\n    return 2 * X.T @ e / len(y), 2 * e.mean()"
    )
    answers = {"04.1": "def predict(X, w, b):\n    return X @ w", "04.3": calling}
    found = {c["id"]: c for c in grade(submission("04", answers, bare=True), "04")["checks"]}
    assert not found["04.1"]["passed"] and found["04.3"]["passed"] and "right `predict`" in found["04.3"]["message"]
