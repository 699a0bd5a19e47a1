"""`test`: every stage is run, failures and skips are counted, the last line tells."""

import subprocess

import pytest

from tools.commands import stages
from tools.commands.costs import Cost
from tools.commands.say import Fault
from tools.commands.stages import Stage
from tools.commands.tally import Tally, read_junit, unexpected_skips


@pytest.fixture(autouse=True)
def as_at_home(monkeypatch):
    """What a CI run sets belongs to that run, not to the stages tried here."""
    for name in ("CI", "COURSE_ALLOWED_SKIPS"):
        monkeypatch.delenv(name, raising=False)


JUNIT = """<testsuites><testsuite>
<testcase classname="tests.a" name="one"/>
<testcase classname="tests.a" name="two"><failure message="no"/></testcase>
<testcase classname="tests.a" name="three"><error message="no"/></testcase>
<testcase classname="tests.b" name="four"><skipped message="no Chromium here"/></testcase>
</testsuite></testsuites>"""


def test_a_report_is_counted(tmp_path):
    path = tmp_path / "report.xml"
    path.write_text(JUNIT, encoding="utf-8")
    assert read_junit(path) == Tally(passed=1, failed=2, skips=("tests.b::four: no Chromium here",))


def test_half_a_report_is_a_failure(tmp_path):
    path = tmp_path / "report.xml"
    path.write_text(JUNIT[:100], encoding="utf-8")
    assert read_junit(path).failed == 1


def test_tallies_add_up():
    cost = Cost("x", 2.0, 3.0)
    both = Tally(1, 2, ("a",)) + Tally(3, 4, ("b",), (("x", 1),), (cost,))
    assert both == Tally(4, 6, ("a", "b"), (("x", 1),), (cost,))


def test_a_skip_must_be_on_the_list(tmp_path):
    allowed = tmp_path / "allowed.txt"
    allowed.write_text("# why\n\ntests.b::*: no Chromium*\n", encoding="utf-8")
    assert unexpected_skips(("tests.b::four: no Chromium here",), allowed) == []
    assert unexpected_skips(("tests.c::five: tired",), allowed) == ["tests.c::five: tired"]


def test_a_copy_without_tests_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(stages, "ROOT", tmp_path)
    with pytest.raises(Fault, match="without its tests"):
        stages.main([])


def test_each_skip_that_is_allowed_is_of_a_test_that_is_there():
    lines = (stages.ROOT / ".ci" / "allowed_skips.txt").read_text(encoding="utf-8").splitlines()
    allowed = [line for line in lines if line.strip() and not line.startswith("#")]
    assert allowed
    for line in allowed:
        module, test = line.split(":")[0], line.split("::")[1].split(":")[0]
        source = (stages.ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
        assert f"def {test.rstrip('*')}" in source, line


def test_fast_leaves_out_what_takes_long():
    fast, whole = stages.stages(fast=True), stages.stages(fast=False)
    names = [stage.name for stage in whole]
    assert names[-1] == "notebooks"  # their figures are the last lines
    assert {"lab starts", "browser"} <= set(names) - {stage.name for stage in fast}
    words = " ".join(fast[-1].arguments)
    for folder in ("browser", "classroom", "notebooks"):
        assert f"--ignore=tests/{folder}" in words
    assert "not slow" in words


def test_the_whole_test_has_every_part():
    commands = [" ".join(stage.arguments) for stage in stages.stages(fast=False)]
    for part in (
        "ruff check .",
        "ruff format --check .",
        "codespell_lib",
        "classroom release --check",
        "notebooks verify",
    ):
        assert any(part in command for command in commands), part


def test_the_stages_are_these_and_in_this_order():
    quick = ["style", "format", "spelling", "exercises are what solutions make", "tests"]
    assert [stage.name for stage in stages.stages(fast=True)] == quick
    assert [stage.name for stage in stages.stages(fast=False)] == [*quick, "lab starts", "browser", "notebooks"]
    asked = {stage.name: " ".join(stage.arguments) for stage in stages.stages(fast=False)}
    assert asked["lab starts"] == "tools.commands.answers"
    assert asked["browser"] == "pytest -q tests/browser"
    assert asked["notebooks"] == "tools.notebooks verify"
    assert asked["exercises are what solutions make"].endswith("release --check")
    reports = {stage.name: stage.junit for stage in stages.stages(fast=False) if stage.junit}
    assert reports == {"tests": "tests.xml", "browser": "browser.xml", "notebooks": "notebooks.xml"}


def test_the_whole_test_leaves_out_only_what_has_a_stage_of_its_own():
    words = next(stage for stage in stages.stages(fast=False) if stage.name == "tests").arguments
    assert [word for word in words if word.startswith("--ignore")] == ["--ignore=tests/browser"]
    assert words[words.index("-m") + 1] == "not browser"


@pytest.fixture
def seen(monkeypatch):
    """`test` with stages that are not run; what each was run with, and what the environment was asked for."""
    seen = {"ready": [], "compare": [], "variables": []}
    monkeypatch.setattr(stages.environment, "ready", lambda **how: seen["ready"].append(how))

    def run(command, env=None, **_):
        seen["variables"].append(env)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(stages.subprocess, "run", run)
    monkeypatch.setattr(stages, "tree", lambda: None)
    return seen


@pytest.mark.parametrize(
    ("words", "system", "compared"),
    [([], "linux", True), (["--newest"], "linux", False), ([], "darwin", False), (["--fast"], "win32", False)],
)
def test_outputs_are_compared_on_linux_with_the_locked_set(seen, monkeypatch, words, system, compared):
    monkeypatch.setattr(stages.sys, "platform", system)
    assert stages.main(words) == 0
    assert {env.get("COURSE_OUTPUTS") for env in seen["variables"]} == {None if compared else "not compared"}
    assert seen["ready"] == [{"dev": True, "newest": "--newest" in words}]


def test_stages_keep_their_hands_off_the_students_progress(seen, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "mine.json"))
    stages.main([])
    files = {env["COURSE_PROGRESS"] for env in seen["variables"]}
    assert len(files) == 1 and str(tmp_path / "mine.json") not in files
    assert all(env["PYTHONUTF8"] == "1" and env["OMP_NUM_THREADS"] == "1" for env in seen["variables"])


def test_traces_in_the_tree_fail_the_test(seen, monkeypatch, capsys):
    told = iter(["", "?? trace.txt\n"])
    monkeypatch.setattr(stages, "tree", lambda: next(told))
    monkeypatch.setenv("CI", "true")
    assert stages.main(["--fast"]) == 1
    assert "Failed: clean tree" in capsys.readouterr().out


@pytest.mark.parametrize(
    "tally", [Tally(passed=1, failed=1), Tally(passed=1, stages=(("style", 1),))], ids=["a failed test", "a stage"]
)
def test_each_kind_of_failure_is_exit_code_1(tally):
    assert stages.close(tally, 1.0) == 1
    assert stages.close(Tally(passed=1, stages=(("style", 0),)), 1.0) == 0


def test_a_failed_stage_does_not_stop_the_others(monkeypatch, capsys):
    monkeypatch.setattr(stages.environment, "ready", lambda **_: None)
    monkeypatch.setattr(stages, "PYTHON", stages.sys.executable)
    steps = [
        Stage("good", ["json.tool", "--help"]),
        Stage("bad", ["no_such_module"]),
        Stage("too", ["json.tool", "--help"]),
    ]
    monkeypatch.setattr(stages, "stages", lambda **_: steps)
    assert stages.main([]) == 1
    last = capsys.readouterr().out.strip().splitlines()
    assert last[-1] == "2 passed, 1 failed, 0 skipped"
    assert last[-2].startswith("Failed: bad, in ")


@pytest.mark.parametrize(("listed", "code"), [("*: no Chromium*", 0), ("", 1)])
def test_a_skip_fails_only_where_a_list_is_given(monkeypatch, tmp_path, capsys, listed, code):
    tally = Tally(passed=3, skips=("tests.b::four: no Chromium here",))
    assert stages.close(tally, 1.0) == 0
    allowed = tmp_path / "allowed.txt"
    allowed.write_text(listed, encoding="utf-8")
    monkeypatch.setenv("COURSE_ALLOWED_SKIPS", str(allowed))
    assert stages.close(tally, 1.0) == code
    assert capsys.readouterr().out.strip().endswith(f"3 passed, {code} failed, 1 skipped")


def test_a_stage_that_fails_without_a_failed_test_counts_as_one(monkeypatch, tmp_path):
    monkeypatch.setattr(stages, "PYTHON", stages.sys.executable)
    tally = stages.run(Stage("none", ["no_such_module"], "none.xml"), tmp_path, compare=True)
    assert (tally.passed, tally.failed) == (0, 1)


def test_traces_in_the_tree_are_told_in_ci(monkeypatch, capsys):
    monkeypatch.setattr(stages, "tree", lambda: "?? trace.txt\n")
    monkeypatch.setenv("CI", "true")
    assert stages.tree_is_clean("").failed == 1
    assert "trace.txt" in capsys.readouterr().out
    assert stages.tree_is_clean("?? trace.txt\n").failed == 0
    monkeypatch.delenv("CI")
    assert stages.tree_is_clean("") == Tally()


def test_unknown_options_are_told():
    with pytest.raises(Fault, match=r"usage: python course\.py test"):
        stages.main(["--slow"])
