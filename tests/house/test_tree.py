"""The tree: no traces of one machine, links that lead somewhere, tests that assert, files that fit their place."""

import ast
import json
import re
import subprocess
import tomllib
from functools import cache
from urllib.parse import unquote

import pytest

from tools import readme_map
from tools.commands.places import ROOT

BINARY = {".png", ".npz", ".wav", ".gz", ".xz", ".ico"}
# Put together from halves, so that this file does not hold what it looks for.
PATHS = "(?<![\\w.:])/(?:" + "|".join(["wo" + "rk/", "ro" + r"ot/\.", "o" + "pt/(?:dlenv|scratch|wheels|pypi)"]) + ")"
HOSTS = "|".join(
    ["pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.org", "deb" + r"\.debian", "conda\\." + "anaconda"]
)
ASIDE = r"\.\./" + "shared"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


@cache
def files():
    """The tracked files and the new ones that git does not ignore; all files where there is no git."""
    run = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    names = (
        run.stdout.splitlines() if run.returncode == 0 else [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
    )
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def texts(*suffixes):
    """Path and text of every file that is text, of these suffixes only where some are given."""
    for path in files():
        if path.suffix not in BINARY and (not suffixes or path.suffix in suffixes):
            yield path, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("pattern", [PATHS, HOSTS, ASIDE], ids=["paths of one machine", "hosts", "folders beside ours"])
def test_no_trace_of_one_machine(pattern):
    found = []
    for path, text in texts():
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in re.finditer(pattern, text)]
    assert found == []


def test_the_check_for_traces_notices_one():
    assert re.search(PATHS, 'open("/wo' + 'rk/data.csv")')
    assert re.search(HOSTS, "--index-url https://pypi" + ".org/simple")
    assert not re.search(PATHS, "/opt/homebrew/bin/python3.11 net/work/x")


def heading_ids(text):
    """The anchors of a Markdown file's headings, as GitHub makes them."""
    plain = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    heads = re.findall(r"^#+\s+(.*)$", plain, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def leads(target, anchor):
    """True where a link's file is there, and in Markdown also the heading that it names."""
    if not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in heading_ids(target.read_text(encoding="utf-8"))


def dead_links(path, text):
    """Local links of a Markdown file that lead nowhere."""
    plain = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    for groups in LINK.findall(plain):
        link = unquote(next(filter(None, groups)))
        name, _, anchor = link.partition("#")
        if not re.match(r"[a-z]+:", link) and not leads(path.parent / name if name else path, anchor):
            yield link


def test_local_links_lead_somewhere():
    found = {str(path.relative_to(ROOT)): list(dead_links(path, text)) for path, text in texts(".md")}
    assert {name: links for name, links in found.items() if links} == {}


def test_the_check_for_links_notices_a_dead_one(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A head\n[a](#a-head) [b](none.md) ![c](none.png) [d](#none) `[e](none.md)`\n", encoding="utf-8")
    assert list(dead_links(page, page.read_text(encoding="utf-8"))) == ["none.md", "none.png", "#none"]


NAMES = re.compile(r"raises$|warns$|fail$|expect$|compile$|_?(assert|check|prove|agree)")


def asserts(function, helpers=frozenset()):
    """True where a test asserts: by assert, pytest.raises and the like, or a helper that does or is named so."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if NAMES.match(name) or name in helpers:
                return True
    return False


def idle_tests(text):
    """Names of the tests in a test module that assert nothing."""
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    helpers = {function.name for function in functions if asserts(function)}
    return [f.name for f in functions if f.name.startswith("test") and not asserts(f, helpers)]


def test_every_test_asserts():
    modules = ((path, text) for path, text in texts(".py") if path.name.startswith("test_"))
    idle = {str(path.relative_to(ROOT)): idle_tests(text) for path, text in modules}
    assert {name: tests for name, tests in idle.items() if tests} == {}


def test_the_check_for_asserts_notices_an_idle_test():
    assert idle_tests("def test_nothing():\n    1 + 1 == 2") == ["test_nothing"]
    assert idle_tests("def ok(x):\n    assert x\ndef test_something():\n    ok(1 + 1 == 2)") == []


def test_nothing_is_left_open():
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|lorem " + r"ipsum)\b")
    found = [str(path.relative_to(ROOT)) for path, text in texts(".py", ".md", ".toml", ".yml") if words.search(text)]
    assert found == []


def test_files_are_small_enough_to_be_kept():
    assert [path for path in files() if path.stat().st_size > 2_000_000] == []


def test_lines_end_as_on_unix():
    crlf = [path for path in files() if path.suffix not in {*BINARY, ".bat"} and b"\r\n" in path.read_bytes()]
    assert crlf == []


def test_the_readmes_map_is_what_concepts_toml_says():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme_map.current(text) == text, "run: python -m tools.readme_map"
    assert "04 Linear regression" in text


def test_the_readme_is_one_screen_with_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 70
    for words in ("python course.py lab", "python course.py test", "docs/images/lesson_04.png", "LICENSE-content"):
        assert words in text


def test_command_blocks_hold_no_comments():
    """A shell of macOS takes no `#` in what is typed."""
    for name in ("README.md", "notebooks/00_start_here.ipynb", "exercises/00_start_here.ipynb"):
        text = (ROOT / name).read_text(encoding="utf-8")
        texts = [text] if name.endswith(".md") else ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
        assert [
            line for t in texts for line in re.findall(r"^.*course\.py.*$", t, re.M) if re.search(r"\s# ", line)
        ] == []


def test_the_readme_leads_from_nothing_to_the_first_cell():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    steps = [
        "Download ZIP",
        "git clone",
        "*Windows:*",
        "*macOS:*",
        "*Linux:*",
        "python.org",
        "course.py lab",
        "Shift+Enter",
    ]
    assert sorted(steps, key=text.index) == steps, "each step comes after the one it needs"
    assert text.index("Shift+Enter") < text.index("## Map")


def test_the_picture_in_the_readme_is_small():
    assert (ROOT / "docs" / "images" / "lesson_04.png").stat().st_size < 200_000


def test_the_package_takes_its_data_along():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = [pattern.removeprefix("**/") for pattern in settings["package-data"]["course_utils"]]
    data = [path for path in files() if path.is_relative_to(ROOT / "course_utils") and path.suffix != ".py"]
    assert [path for path in data if not any(path.match(pattern) for pattern in patterns)] == []
