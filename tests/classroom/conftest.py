"""Shared by the classroom's tests: a sandbox that works here, and a notebook of one's own."""

import pytest

from course_utils.classroom.caller import Sandboxed
from course_utils.classroom.notebook import Cell
from course_utils.classroom.sandbox.backend import Limits, SandboxFault
from course_utils.classroom.sandbox.choose import backend
from course_utils.classroom.sandbox.contents import prepare

QUICK = Limits(memory=1_500_000_000, cell=4.0, call=20.0, patience=3.0, submission=200.0)


@pytest.fixture(scope="session")
def box():
    """bubblewrap, or a skip that says what is missing and how to mend it."""
    try:
        return backend("bwrap", QUICK)
    except SandboxFault as fault:
        pytest.skip(f"no sandbox on this machine: {fault}")


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    """What a sandbox finds under /course."""
    folder = tmp_path_factory.mktemp("stage")
    folder.parent.chmod(0o755)
    return prepare(folder)


@pytest.fixture
def run(box, stage):
    """`run(source, ...)` gives a caller for a notebook with these cells."""
    callers = []

    def start(*sources, routes=(), backend=box):
        cells = [Cell(place, source) for place, source in enumerate(sources, 1)]
        callers.append(Sandboxed(backend, stage, cells, tuple(routes)))
        return callers[-1]

    yield start
    for caller in callers:
        caller.close()
