"""Numbers in the README, CONTRIBUTING and docs are what they count."""

import re
import tomllib

import pytest

from tools import anatomy, verify
from tools.commands import doctor, ground
from tools.commands.places import ROOT

UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
UNITS = f"{UNITS} seventeen eighteen nineteen".split()
TENS = re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety")


def in_words(number):
    """A number below 100 as one writes it."""
    if number < 20:
        return UNITS[number]
    rest = number % 10
    return TENS[number // 10 - 2] + (f"-{UNITS[rest]}" if rest else "")


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def toml(name):
    return tomllib.loads(text(name))


def test_the_readme_counts_the_lessons():
    assert f"{in_words(len(toml('concepts.toml'))).capitalize()} lessons," in text("README.md")
    assert (in_words(32), in_words(7), in_words(40)) == ("thirty-two", "seven", "forty")


def test_the_pythons_are_those_of_the_project():
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", toml("pyproject.toml")["project"]["requires-python"]).groups()
    names = [f"3.{minor}" for minor in range(int(low), int(high))]
    assert f"a Python {', '.join(names[:-1])} or {names[-1]} itself" in text("README.md")
    assert f"LOWEST, HIGHEST = (3, {low}), (3, {names[-1][2:]})" in text("course.py")
    assert f"Python {names[0]} to {names[-1]}" in text(".ci/run")


def test_the_readme_asks_for_the_disk_and_memory_that_are_checked():
    readme = text("README.md")
    assert f"{round(ground.NEED_GB['dev'])} GB of disk" in readme
    assert f"{doctor.LOW_MEMORY_GB} GB of memory" in readme


LESSONS = [
    (r"at most (\d+) cells", anatomy.MOST_CELLS),
    (r"code median (\d+) lines", anatomy.MEDIAN_CODE_LINES),
    (r"lines, none over (\d+);", anatomy.MOST_CODE_LINES),
    (r"text median (\d+) to \d+ words", anatomy.MEDIAN_WORDS[0]),
    (r"text median \d+ to (\d+) words", anatomy.MEDIAN_WORDS[1]),
    (r"words, none over (\d+) \(formulas", anatomy.MOST_WORDS),
    (r"in two cells where one is over (\d+) words", anatomy.MOST_WORDS),
    (r"at least (\d+) % of code cells show something", round(100 * anatomy.LEAST_OUTPUT)),
    (r"at least (\d+) % of those are compared", round(100 * anatomy.LEAST_COMPARED)),
    (r"A picture has at most (\d+) kB", anatomy.LARGEST_PICTURE // 1000),
]


@pytest.mark.parametrize(("words", "number"), LESSONS, ids=[words for words, _ in LESSONS])
def test_authors_of_lessons_read_the_limits_that_are_checked(words, number):
    assert {int(found) for found in re.findall(words, text("docs/authoring-lessons.md"))} == {number}


def test_the_limits_are_those_of_the_contract():
    assert (anatomy.MOST_CELLS, anatomy.MOST_CODE_LINES, anatomy.MEDIAN_CODE_LINES) == (80, 20, 5)
    assert (anatomy.MOST_WORDS, anatomy.MEDIAN_WORDS) == (200, (20, 60))
    assert (anatomy.LEAST_OUTPUT, anatomy.LEAST_COMPARED) == (0.4, 0.8)
    assert verify.BUDGET[::2] == (60, 2000)


def test_the_budget_of_a_notebook_is_told_as_it_is():
    told = re.findall(r"(\d+) s,? (?:and )?(\d+) GB", text("docs/authoring.md"))
    assert {(int(seconds), 1000 * int(size)) for seconds, size in told} == {tuple(verify.BUDGET[::2])}


def test_the_guide_counts_the_hostile_kinds():
    from course_utils.classroom.rehearsal.rehearse import hostile

    guide, kinds = text("docs/instructors.md"), len(list(hostile("04")))
    has, ran = map(
        int, re.search(r"`rehearse` has (\d+) hostile kinds\. We ran the (\d+) that there were", guide).groups()
    )
    assert has == kinds >= ran
    assert [int(n) for n in re.findall(r"\| \d+ of the (\d+) \|", guide)] == [ran]
    stock, ours = map(int, re.search(r"\| marks as deserved \| (\d+) \| (\d+) \|", guide).groups())
    lost = sum(int(n) for n in re.findall(r"^\| (?:forged|no mark|a right)[^|]*\| (\d+)", guide, re.M))
    assert ours == ran == stock + lost


def test_lines_of_code_have_the_ceilings_that_are_told():
    architecture, contributing = text("tests/test_architecture.py"), text("CONTRIBUTING.md")
    assert "Functions have at most 25 lines, modules at most 400." in contributing
    assert re.search(r"\b400\b", architecture) and re.search(r"\b25\b", architecture)
    assert f"line length {toml('pyproject.toml')['tool']['ruff']['line-length']}" in contributing
