"""One JupyterLab on a learner's copies, and one Chromium, for all browser tests."""

import os
import subprocess
import sys

import pytest

from tools.browser import browser, find_chromium, lab_server, open_notebook
from tools.reference_kernel import ROOT

FILL = "from tools.commands import workspace; workspace.fill()"
VIEW = {"width": 1280, "height": 1000}


def pytest_collection_modifyitems(items):
    """Every test here drives the browser, and is skipped where there is none."""
    for item in items:
        item.add_marker(pytest.mark.browser)
        if find_chromium() is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium here: apt install chromium, or set CHROMIUM"))


@pytest.fixture(scope="session")
def my_work(tmp_path_factory):
    """A learner's own copies of all lessons and exercises, made as `python course.py lab` makes them."""
    folder = tmp_path_factory.mktemp("my_work")
    subprocess.run([sys.executable, "-c", FILL], cwd=ROOT, env={**os.environ, "COURSE_WORK": str(folder)}, check=True)
    return folder


@pytest.fixture(scope="session")
def lab(my_work):
    """Addresses of notebooks in a running JupyterLab."""
    with lab_server(my_work) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    """A running Chromium."""
    with browser() as chromium:
        yield chromium


@pytest.fixture
def notebook(lab, chromium):
    """A function that opens a learner's notebook with a fresh kernel; at the end the page saw no script errors."""
    context = chromium.new_context(viewport=VIEW)
    page, errors, foreign = context.new_page(), [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: foreign.append(request.url) if "//127.0.0.1" not in request.url else None)

    def show(name):
        open_notebook(page, lab(name))
        return page

    yield show
    context.close()
    assert errors == []
    assert [url for url in foreign if url.startswith("http")] == []
