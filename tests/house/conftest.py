"""A small course of its own for the tests of the commands: two lessons, one with exercises, nothing of the real one."""

import json

import pytest

from tools import memory
from tools.commands import workspace


def notebook(*texts):
    """A notebook with one code cell a text, each with an output."""
    cells = [
        {
            "cell_type": "code",
            "id": f"00-{number:03}",
            "metadata": {},
            "source": [text],
            "execution_count": number,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["42\n"]}],
        }
        for number, text in enumerate(texts, 1)
    ]
    return {"cells": cells, "metadata": {"widgets": {"state": 1}}, "nbformat": 4, "nbformat_minor": 5}


def write(path, *texts):
    """Store such a notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(*texts)), encoding="utf-8")


@pytest.fixture(autouse=True)
def no_memory(tmp_path, monkeypatch):
    """What is proved here, with made-up stages, is nobody's proof."""
    monkeypatch.setattr(memory, "FILE", tmp_path / "memory.json")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course in a folder with a space and Chinese letters; `my_work/` is empty yet."""
    root = tmp_path / "空 格" / "course"
    write(root / "notebooks" / "00_start_here.ipynb", "print(42)")
    write(root / "notebooks" / "04_linear.ipynb", "x = 1", "print(x)")
    write(root / "exercises" / "04_linear.ipynb", "def f(): ...", "check('04.1')")
    monkeypatch.setattr(workspace, "ROOT", root)
    monkeypatch.setattr(workspace, "MY_WORK", root / "my_work")
    monkeypatch.setattr("tools.commands.ground.MY_WORK", root / "my_work")
    monkeypatch.setattr("sys.stdin", None)
    return root
