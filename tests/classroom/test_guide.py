"""The instructor guide and the workflow say what the programs do."""

import argparse
import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from course_utils.checks import registry
from course_utils.classroom import __main__ as command
from course_utils.classroom.grade import add_arguments
from course_utils.classroom.rehearsal.hostile import HOSTILE
from course_utils.classroom.reports import classreport

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
WORKFLOW = ROOT / "course_utils" / "classroom" / "workflow"
COMMANDS = sorted(set(re.findall(r"python -m course_utils\.classroom ([a-z][^\n`]*)", GUIDE)))


def test_numbers_of_the_guide_are_counted():
    (kinds,) = re.findall(r"`rehearse` has (\d+) hostile kinds", GUIDE)
    assert int(kinds) == len(HOSTILE)
    whole = sum(e.points for e in registry.lesson("04").values())
    (forged,) = [line for line in GUIDE.splitlines() if line.startswith("| forged marks")]
    assert {int(most) for most in re.findall(r"\(\d+ of (\d+)", forged)} == {whole}


def test_what_the_guide_promises_of_the_report_is_how_it_is():
    words_for = {4: "four"}
    assert f"The first {words_for[classreport.MOST_TOPICS]} at length" in GUIDE
    assert all(key.split(" or ")[0] in GUIDE for key in classreport.KEYS.values())


def words(line):
    return [w.strip('"') for w in re.findall(r'"[^"]*"|[^\s`#,;]+', line)]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_guide_is_one(line, monkeypatch):
    module = importlib.import_module(f"course_utils.classroom.{command.COMMANDS[line.split()[0]][0]}")
    seen = []
    monkeypatch.setattr(module, "run", lambda arguments: seen.append(arguments) or 0)
    assert command.main(words(line)) == 0 and len(seen) == 1


def test_every_option_of_the_guide_exists_with_its_default():
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    table = GUIDE.split("## 4. Grade")[1].split("You can stop it")[0]
    for option, value in re.findall(r"`(--[a-z-]+)(?: ([\w/.]+))?`", table):
        (action,) = [a for a in parser._actions if option in a.option_strings]
        if action.default not in (None, False) and value and option != "--jobs":
            assert str(action.default).removesuffix(".0") == value, option


def test_profiles_and_workflow_are_well_formed():
    for name in ("local", "slurm", "kubernetes"):
        profile = yaml.safe_load((WORKFLOW / "profiles" / name / "config.yaml").read_text())
        assert profile["executor"] == name and profile["rerun-incomplete"] is True
        text = (WORKFLOW / "profiles" / name / "config.yaml").read_text()
        assert ("not run here" in text) == (name != "local")
    recipe = (WORKFLOW / "Containerfile").read_text()
    sandbox = recipe.split("FROM sandbox AS grader")[0]
    assert "COPY course_utils" not in sandbox and "COPY exercises" not in sandbox and "not run here" in recipe


@pytest.mark.slow
def test_the_workflow_grades_and_puts_together(tmp_path, box):
    snakemake = shutil.which("snakemake")
    if snakemake is None:
        pytest.skip("Snakemake is not installed: it lives in an environment of its own (docs/instructors.md)")
    (tmp_path / "in").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "in" / f"{name}.ipynb").write_text("")
    config = [f"submissions={tmp_path / 'in'}", "exercise=00", "seed=3", f"out={tmp_path / 'out'}", "parts=2"]
    run = [snakemake, "--snakefile", str(WORKFLOW / "Snakefile"), "--cores", "2", "--executor", "local"]
    done = subprocess.run([*run, "--config", *config, f"python={sys.executable}"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert (tmp_path / "out" / "grades.csv").read_text().count("unreadable") == 3
