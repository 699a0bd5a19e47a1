"""What was proved is remembered until a byte of what it depends on changes, and never where something failed."""

import json
import os
import subprocess
import sys

import pytest

from tools import dependencies, lesson, memory
from tools.commands import stages
from tools.commands.stages import Stage
from tools.dependencies import LESSONS, ROOT
from tools.lesson import FAILED, LEFT_OUT, MISSING, PASSED, Done, Step
from tools.lesson_files import parts

NUMBERS = memory.written()


def book(*sources):
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]})


TREE = {  # file: (what stands in it, the lessons that depend on it)
    "notebooks/04_line.ipynb": (book("%matplotlib inline\nfrom course_utils.loss import mse", "!ls\nx = 1"), "04"),
    "notebooks/16_gates.ipynb": (book("%%tensorflow x -> y\nimport keras", "import course_utils.gates"), "16"),
    "solutions/04_line.ipynb": (book("def f():\n    from course_utils import table"), "04"),
    "solutions/05_none.ipynb": (book("not python at all (\nfrom course_utils import gates"), "05"),
    "exercises/16_gates.ipynb": (book("from course_utils.checks import check"), "16"),
    "course_utils/__init__.py": ("", "04 05 16"),
    "course_utils/loss.py": ("from . import arrays", "04"),
    "course_utils/arrays.py": ("", "04 05 16"),
    "course_utils/gates.py": ("def f():\n    import course_utils.arrays as a", "05 16"),
    "course_utils/table/__init__.py": ("from .rows import row", "04"),
    "course_utils/table/rows.py": ("", "04"),
    "course_utils/table/data.csv": ("1,2\n", "04"),
    "course_utils/nobody.py": ("import course_utils.loss", ""),
    "course_utils/started.py": ("", "04"),
    "course_utils/checks/__init__.py": ("", "04 05 16"),
    "course_utils/checks/judge.py": ("from course_utils.checks import words", "04 05 16"),
    "course_utils/checks/words.py": ("", "04 05 16"),
    f"{LESSONS}/__init__.py": ("", "04 05 16"),
    f"{LESSONS}/l04_line/__init__.py": ("", "04 16"),
    f"{LESSONS}/l04_line/e01_fit.py": ('import sys\nRUN = [sys.executable, "-m", "course_utils.started"]', "04 16"),
    f"{LESSONS}/l16_gates/__init__.py": ("", "16"),
    f"{LESSONS}/l16_gates/e01_open.py": ('NEEDS = ("04.1",)', "16"),
    "tools/lesson.py": ("import tools.once", "04 05 16"),
    "tools/once.py": ("", "04 05 16"),
    "tools/other.py": ("", ""),
    "tests/checks/test_exercises.py": ("from tests.checks import proofs", "04 05 16"),
    "tests/checks/proofs.py": ("", "04 05 16"),
    "tests/unit/test_loss.py": ("", ""),
    "requirements.txt": ("numpy==1", "04 05 16"),
    "README.md": ("read me", ""),
}


@pytest.fixture
def tree(tmp_path):
    for name, (text, _) in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_byte_forgets_exactly_the_lessons_that_depend_on_it(tree):
    """16 builds on exercise 04.1, so that what 04.1 starts counts for it too."""
    before = memory.fingerprints(["04", "05", "16"], tree)
    assert set(before) == {"04", "05", "16"} == set(memory.written(tree))
    for name, (text, lessons) in TREE.items():
        wanted = set(lessons.split()) | ({"16"} if name == "course_utils/started.py" else set())
        end = " " if name.endswith(".ipynb") else "\n# changed\n"
        (tree / name).write_text(text + end, encoding="utf-8")
        after = memory.fingerprints(["04", "05", "16"], tree)
        assert {number for number in before if before[number] != after[number]} == wanted, name
        (tree / name).write_text(text, encoding="utf-8")
    assert memory.fingerprints(["04", "05", "16"], tree) == before


def test_python_the_system_and_the_kernels_count_too(tree, monkeypatch):
    before = memory.fingerprint("04", tree)
    monkeypatch.setenv("OPENBLAS_CORETYPE", "another one")
    assert memory.fingerprint("04", tree) != before
    monkeypatch.undo()
    assert memory.fingerprint("04", tree) == before
    monkeypatch.setattr(memory.sys, "version", "3.11.99")
    assert memory.fingerprint("04", tree) != before
    (tree / "exercises" / "16_gates.ipynb").unlink()
    monkeypatch.undo()
    assert memory.fingerprint("04", tree) != before  # a link may lead there


def test_a_file_that_is_no_python_is_never_remembered(tree):
    (tree / "course_utils" / "table" / "rows.py").write_text("def (", encoding="utf-8")
    assert set(memory.fingerprints(["04", "05", "16"], tree)) == {"05", "16"}


def test_files_of_the_course_are_counted_where_they_are_used():
    uses = {number: dependencies.dependencies(number) for number in ("04", "16", "18")}
    for name, numbers in {
        "course_utils/attention/dot_product.py": {"18"},
        "course_utils/recurrent/lstm.py": {"16"},
        "course_utils/linear_models.py": {"04"},
        "course_utils/conv/convolution.py": {"16"},  # by way of course_utils.layers
        "course_utils/checks/judging/judge.py": {"04", "16", "18"},
        "course_utils/viz/keras_worker.py": {"04", "16", "18"},
        "tests/checks/proofs.py": {"04", "16", "18"},
        "tools/nbval_sanitize.cfg": {"04", "16", "18"},
        "requirements.txt": {"04", "16", "18"},
        "notebooks/16_lstm_gates.ipynb": {"16"},
        f"{LESSONS}/l04_linear_regression/e01_predict.py": {"04"},
        "tests/unit/test_attention.py": set(),
    }.items():
        assert (ROOT / name).is_file()
        assert {number for number in uses if name in uses[number]} == numbers, name


@pytest.mark.parametrize("number", ["16", "18"])
def test_what_a_lesson_loads_is_among_what_it_depends_on(number):
    """The imports of its notebook and its exercises, done: every file of the course that they bring in was foreseen."""
    (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    source = dependencies.code_of(path)
    names = sorted(name for name in dependencies.imported(source, ()) if name.startswith("course_utils"))
    code = (
        "import contextlib, importlib, json, sys\n"
        "from course_utils.checks import registry\n"
        f"registry.lesson({number!r})\n"
        f"for name in {names!r}:\n"
        "    with contextlib.suppress(ModuleNotFoundError):\n"
        "        importlib.import_module(name)\n"
        "print(json.dumps([m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'course_utils']))"
    )
    said = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    loaded = {os.path.relpath(file, ROOT).replace(os.sep, "/") for file in json.loads(said)}
    assert len(loaded) > 20 and loaded <= dependencies.dependencies(number)


def test_a_failing_proof_is_never_remembered(tree, monkeypatch):
    monkeypatch.setattr(lesson, "parts", lambda number, only="": parts("16"))
    monkeypatch.setattr(lesson, "fingerprints", lambda numbers: {"16": "as it is"})
    monkeypatch.setattr(memory, "fingerprints", lambda numbers, root=ROOT: {"16": "as it is"})
    step = Step("a", [])
    for states, kept in (
        ((PASSED, FAILED), False),
        ((MISSING, PASSED), False),
        ((LEFT_OUT, PASSED), False),
        ((PASSED, PASSED), True),
    ):
        monkeypatch.setattr(lesson, "prove", lambda *_, states=states: [Done(step, state) for state in states])
        assert lesson.main(["16", "--again"]) == (FAILED in states)
        assert (memory.known(memory.LESSON, {"16": "as it is"}) == {"16"}) is kept, states
    monkeypatch.setattr(lesson, "prove", None)
    assert lesson.main(["16"]) == 0  # nothing is run
    monkeypatch.setattr(lesson, "fingerprints", lambda numbers: {"16": "changed"})
    with pytest.raises(TypeError):
        lesson.main(["16"])


def test_outputs_that_are_new_are_not_remembered(monkeypatch):
    monkeypatch.setattr(lesson, "fingerprints", lambda numbers: {"16": "as it is"})
    monkeypatch.setattr(lesson, "prove", lambda *_: [Done(Step("a", []), PASSED, said=f"{lesson.NEW} a: 16-020")])
    assert lesson.main(["16"]) == 0 and memory.recall() == {}


def test_what_changed_while_it_was_proved_is_not_remembered(tree):
    before = memory.fingerprints(["04", "16"], tree)
    (tree / "course_utils" / "loss.py").write_text("X = 1", encoding="utf-8")
    memory.remember(memory.TEST, before, tree)
    assert set(memory.recall()[memory.TEST]) == {"16"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"test": 3}', '{"test": {"16": ["?"]}}', "\x00"])
def test_a_damaged_memory_is_none(text):
    memory.FILE.write_text(text, encoding="utf-8")
    assert memory.known(memory.TEST, {"16": "as it is"}) == set()
    memory.remember(memory.TEST, {})


def run_test(monkeypatch, *options, code=0):
    """The stages that `test` would run, each with the given exit code."""
    ran = []
    monkeypatch.setattr(stages.environment, "ready", lambda **_: None)
    monkeypatch.setattr(
        stages, "run", lambda stage, *_, **__: ran.append(stage) or stages.Tally(1, code, (), ((stage.name, code),))
    )
    assert stages.main(list(options)) == code
    return ran


def test_only_changed_proves_less_and_a_failure_proves_all_again(monkeypatch, capsys):
    monkeypatch.delenv("CI", raising=False)
    prints = dict.fromkeys(NUMBERS, "as it is")
    monkeypatch.setattr(stages, "fingerprints", lambda numbers: {n: prints[n] for n in numbers})
    monkeypatch.setattr(memory, "fingerprints", lambda numbers, root=ROOT: {n: prints[n] for n in numbers})
    whole = stages.stages(fast=False)
    assert run_test(monkeypatch, "--changed", code=1) == whole and memory.recall() == {}
    assert run_test(monkeypatch, "--fast") and run_test(monkeypatch, "--newest") == whole and memory.recall() == {}
    assert run_test(monkeypatch, "--changed") == whole and set(memory.recall()[memory.TEST]) == set(NUMBERS)
    assert run_test(monkeypatch) == whole  # without the word nothing is left out
    prints["16"] = "changed"
    capsys.readouterr()
    ran = {stage.name: stage for stage in run_test(monkeypatch, "--changed", code=1)}
    assert ran["notebooks"].arguments == ["tools.notebooks", "verify", "16"]
    assert ran["tests"].proved == ",".join(n for n in NUMBERS if n != "16")
    assert "Not proved again" in capsys.readouterr().out
    prints["16"] = "as it is"
    assert "notebooks" not in {stage.name for stage in run_test(monkeypatch, "--changed")}


def test_lessons_that_are_proved_have_no_proofs():
    code = "from tests.checks import proofs; print(*proofs.lessons())"
    env = {**os.environ, "COURSE_PROVED_LESSONS": "00,04"}
    said = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=env, text=True).split()
    assert "16" in said and not {"00", "04"} & set(said)


def test_a_stage_has_no_memory_of_its_callers_shell(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROVED_LESSONS", "16")
    monkeypatch.setattr(stages, "PYTHON", sys.executable)
    given = {}
    monkeypatch.setattr(stages.subprocess, "run", lambda *_, env, **__: given.update(env) or Done(None, 0))
    with pytest.raises(AttributeError):
        stages.run(Stage("any", []), tmp_path, compare=True)
    assert given["COURSE_PROVED_LESSONS"] == "" and given["COURSE_SEEDS"] == ""
