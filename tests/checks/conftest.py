"""Every test of the checks has a progress file of its own."""

import pytest

from course_utils.checks import record
from tests.checks import proofs

SEEDS_IN_HASTE = 8


def pytest_configure(config):
    """`course.py test --fast` leaves out what is slow: here, most of the seeds."""
    if "not slow" in config.getoption("markexpr", ""):
        proofs.SEEDS = SEEDS_IN_HASTE


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    monkeypatch.setenv(record.VARIABLE, str(tmp_path / "progress" / "progress.json"))
    monkeypatch.setattr(record, "_told", set())
    return tmp_path / "progress" / "progress.json"
