"""Every test of the checks has a progress file of its own."""

import pytest

from course_utils.checks import record


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    monkeypatch.setenv(record.VARIABLE, str(tmp_path / "progress" / "progress.json"))
    monkeypatch.setattr(record, "_told", set())
    return tmp_path / "progress" / "progress.json"
