"""What a whole course will take is told from what the lessons take that there are."""

import pytest

from tools.commands import costs, stages
from tools.commands.costs import Cost

REPORT = """<testsuites><testsuite>
<testcase classname="tests.checks.test_exercises.TestLesson16" name="test_right_answers_pass[16.4]" time="2.0"/>
<testcase classname="tests.checks.test_notebooks" name="test_solutions_pass[16_lstm_gates.ipynb]" time="1.0"/>
<testcase classname="tests.notebooks.test_written_notebooks" name="test_form[notebooks/04_linear]" time="3.0"/>
<testcase classname="tests.unit.test_conv" name="test_shapes[11-3]" time="2.5"/>
<testcase classname="tests.parity.test_conv" name="test_values[0.16-float32]" time="3.5"/>
</testsuite></testsuites>"""


def test_the_tests_of_single_lessons_are_known_by_their_names(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT, encoding="utf-8")
    assert costs.share_in(tmp_path / "report.xml") == pytest.approx(6 / 12)
    (tmp_path / "report.xml").write_text(REPORT[:80], encoding="utf-8")
    assert costs.share_in(tmp_path / "report.xml") == costs.share_in(tmp_path / "none.xml") == 0


def test_what_belongs_to_lessons_grows_and_the_rest_does_not():
    lines = costs.table((Cost("tests", 120, 200, 0.5), Cost("notebooks", 60, 100, 1.0), Cost("style", 60, 2)), 10, 30)
    assert [line.split()[-2] for line in lines[1:4]] == ["240", "180", "60"]
    assert lines[-1].startswith(
        "302 CPU s, 20 for each of 10 lessons. With 30 lessons this machine would need 8 minutes"
    )


def test_the_stages_that_are_done_for_each_lesson_are_marked():
    assert {s.name for s in stages.stages(fast=False) if s.lessons} == {
        *("notebooks", "exercises are what solutions make")
    }


def test_a_stage_knows_its_costs(tmp_path, monkeypatch):
    monkeypatch.setattr(stages, "PYTHON", stages.sys.executable)
    work = stages.Stage("work", ["timeit", "-n", "1", "-r", "1", "sum(range(10**7))"], lessons=True)
    (cost,) = stages.run(work, tmp_path, compare=True).costs
    assert cost.name == "work" and cost.share == 1.0 and 0 < cost.cpu_seconds <= 1.5 * cost.seconds
    assert len(costs.told((cost,))) == 3
