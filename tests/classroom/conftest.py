"""Shared by the classroom's tests: a notebook of one's own."""

import pytest

from course_utils.classroom.caller import Sandboxed
from course_utils.classroom.notebook import Cell


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
