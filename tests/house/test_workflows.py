"""The workflows, CITATION.cff and .ci/run: valid, and the README's own two commands."""

import subprocess

import check_jsonschema
import pytest
import yaml
from click.testing import CliRunner

from tools.commands.places import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SYSTEMS = ["ubuntu-latest", "macos-latest", "windows-latest"]


def steps(name, job):
    """The commands of a job."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    return [step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step], workflow["jobs"][job]


def schema(name, *paths):
    """Check files against a schema that the checker brings along, without a network; its exit code and words."""
    return CliRunner().invoke(check_jsonschema.main, ["--builtin-schema", name, *map(str, paths)])


def test_the_workflows_fit_the_schema():
    assert len(WORKFLOWS) == 2
    run = schema("vendor.github-workflows", *WORKFLOWS)
    assert run.exit_code == 0, run.output


def test_the_check_notices_a_wrong_workflow(tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text(encoding="utf-8").replace("runs-on", "run-on"), encoding="utf-8")
    assert schema("vendor.github-workflows", wrong).exit_code == 1


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_workflows_say_that_we_have_not_run_them(path):
    assert path.read_text(encoding="utf-8").startswith("# Not run by us yet")


def test_ci_runs_the_two_commands_on_three_systems_and_two_pythons():
    commands, job = steps("ci.yml", "course")
    assert job["strategy"]["matrix"] == {"os": SYSTEMS, "python": ["3.11", "3.13"]}
    assert any(command.startswith("python course.py lab") for command in commands)
    assert "python course.py test" in commands


def test_only_pull_requests_ask_what_was_proved_before():
    _, job = steps("ci.yml", "course")
    asked = {step["run"]: step.get("if") for step in job["steps"] if "course.py test" in step.get("run", "")}
    assert asked == {
        "python course.py test": "github.event_name != 'pull_request'",
        "python course.py test --changed": "github.event_name == 'pull_request'",
    }
    nightly = (ROOT / ".github" / "workflows" / "nightly.yml").read_text(encoding="utf-8")
    assert "--changed" not in nightly + (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_nightly_run_takes_the_newest_versions_and_compares_outputs_on_linux_only():
    commands, job = steps("nightly.yml", "newest")
    assert job["strategy"]["matrix"]["os"] == SYSTEMS
    assert "python course.py test --newest" in commands
    commands, job = steps("nightly.yml", "locked")
    assert job["runs-on"] == "ubuntu-latest"
    assert any(".ci/run" in command for command in commands)


def test_the_citation_fits_the_schema():
    run = schema("vendor.citation-file-format", ROOT / "CITATION.cff")
    assert run.exit_code == 0, run.output


def test_ci_run_is_the_readmes_test_command():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert 'course.py test "$@"' in script
    assert "python course.py test" in (ROOT / "README.md").read_text(encoding="utf-8")
    check = subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, capture_output=True, text=True)
    assert check.returncode == 0, check.stderr


def test_pre_commit_uses_the_environments_own_tools():
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    hooks = {hook["id"] for hook in repos[0]["hooks"]}
    assert hooks >= {"ruff-check", "ruff-format", "codespell", "notebooks", "exercises"}
