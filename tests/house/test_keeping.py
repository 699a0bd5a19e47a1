"""Nothing of a student's is ever lost or overwritten: two commands at once, a full disk, links, saves in between."""

import errno
import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.house.conftest import write
from tests.house.test_workspace import edit
from tools.commands import keeping, workspace
from tools.commands.places import ROOT
from tools.commands.say import Fault

ROUNDS = 30
WORKER = """
import sys, time
from pathlib import Path
from tools.commands import ground, workspace
root, me, rounds, words = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[5:]
workspace.ROOT, workspace.MY_WORK, ground.MY_WORK = root, root / "my_work", root / "my_work"
(root / f"ready {me}").touch()
for number in range(rounds):
    while not (root / f"go {number}").exists():
        time.sleep(0)
    getattr(workspace, sys.argv[4])(words)
    (root / f"done {me} {number}").touch()
"""


def wait_until(true, process=None):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)  # a busy machine has others to serve
        assert all(p.poll() in (None, 0) for p in process or [])


def side_by_side(course, verb, words, prepare):
    """Two real processes do the same command at the same moment, round after round, on what `prepare` made."""
    start = [sys.executable, "-c", WORKER, str(course)]
    pair = [subprocess.Popen([*start, me, str(ROUNDS), verb, *words], cwd=ROOT, stdout=-3) for me in "ab"]
    try:
        wait_until(lambda: all((course / f"ready {me}").exists() for me in "ab"), pair)
        for number in range(ROUNDS):
            prepare(number)
            (course / f"go {number}").touch()
            wait_until(lambda n=number: all((course / f"done {me} {n}").exists() for me in "ab"), pair)
        assert [process.wait(30) for process in pair] == [0, 0]
    finally:
        for process in pair:
            process.kill()
            process.wait()


def held(folder, pattern="*.ipynb"):
    """Contents of the files in a folder; no unfinished one lies about."""
    assert list(folder.glob("*.half")) == list(folder.glob(".*.half")) == []
    return [path.read_bytes() for path in folder.glob(pattern)]


def test_two_resets_at_once_lose_nothing(course):
    workspace.fill()
    mine, kept = workspace.copy_of(course / "exercises" / "04_linear.ipynb"), []
    side_by_side(course, "main_reset", ["04"], lambda number: kept.append(edit(mine, f"round {number}")))
    assert set(kept) <= set(held(mine.parent))
    assert mine.read_bytes() == workspace.fresh(course / "exercises" / "04_linear.ipynb")


def test_two_submits_at_once_keep_every_hand_in(course):
    workspace.fill()
    mine, kept = workspace.copy_of(course / "exercises" / "04_linear.ipynb"), []
    words = ["04", "--name", "ann"]
    side_by_side(course, "main_submit", words, lambda number: kept.append(edit(mine, f"round {number}")))
    folder = course / "my_work" / "hand_in" / "04_linear"
    assert set(kept) == set(held(folder))
    assert (folder / "ann.ipynb").read_bytes() == kept[-1]


def test_two_updates_at_once_lose_nothing(course):
    workspace.fill()
    kept, new = [], course / "my_work" / "notebooks" / "04_linear (new).ipynb"

    def prepare(number):
        write(course / "notebooks" / "04_linear.ipynb", f"version {number}")
        if number % 2 and new.exists():
            kept.append(edit(new, f"round {number}"))
            new.replace(new.with_name(f"04_linear (new) edited {number}.ipynb"))

    side_by_side(course, "main_update", [], prepare)
    assert set(kept) <= set(held(new.parent))
    assert workspace.state(course / "notebooks" / "04_linear.ipynb") == "current"


def test_a_save_between_two_steps_of_reset_is_kept(course, monkeypatch):
    workspace.fill()
    original, taken = course / "exercises" / "04_linear.ipynb", keeping.set_aside
    mine, kept = workspace.copy_of(original), []

    def set_aside(path, mark):
        aside = taken(path, mark)
        if len(kept) < 2:  # JupyterLab saves just now
            path.write_bytes(aside.read_bytes())
            kept.append(edit(path, "saved in between"))
        return aside

    kept.append(edit(mine, "first"))
    monkeypatch.setattr(keeping, "set_aside", set_aside)
    workspace.main_reset(["04"])
    assert set(kept) <= set(held(mine.parent))
    assert mine.read_bytes() == workspace.fresh(original)


def test_another_reset_in_between_leaves_no_needless_copy(course, monkeypatch):
    workspace.fill()
    original, taken = course / "exercises" / "04_linear.ipynb", keeping.set_aside
    mine, theirs = workspace.copy_of(original), []

    def set_aside(path, mark):
        if not theirs:  # the other one is a step ahead: it has kept ours, and put a fresh one there
            theirs.append(taken(path, mark))
            path.write_bytes(workspace.fresh(original))
        return taken(path, mark)

    kept = edit(mine)
    monkeypatch.setattr(keeping, "set_aside", set_aside)
    workspace.main_reset(["04"])
    assert sorted(held(mine.parent)) == sorted([kept, workspace.fresh(original)])


def test_a_look_beforehand_decides_nothing(tmp_path, monkeypatch):
    """Names that another program takes after the look: none is overwritten, with hard links and without."""
    monkeypatch.setattr(keeping, "is_taken", lambda path: False)
    monkeypatch.setattr(Path, "exists", lambda path, **_: False)
    there, mine = tmp_path / "04 (mine).ipynb", tmp_path / "04.ipynb"
    there.write_bytes(b"theirs")
    mine.write_bytes(b"mine")
    for _ in range(2):
        assert not keeping.put_new(there, b"new")
        monkeypatch.setattr(os, "link", no_links)
    assert keeping.set_aside(mine, "(mine)") == tmp_path / "04 (mine) 2.ipynb"
    assert (there.read_bytes(), (tmp_path / "04 (mine) 2.ipynb").read_bytes()) == (b"theirs", b"mine")


def no_links(*_, **__):
    raise OSError(errno.EPERM, "Operation not permitted")


def test_a_disk_without_hard_links(course, monkeypatch):
    monkeypatch.setattr(os, "link", no_links)
    workspace.fill()
    mine = workspace.copy_of(course / "exercises" / "04_linear.ipynb")
    kept = edit(mine)
    workspace.main_reset(["04"])
    assert kept in held(mine.parent)
    assert len(held(mine.parent)) == 2


def test_what_has_gone_meanwhile_is_not_set_aside(tmp_path):
    assert keeping.set_aside(tmp_path / "04.ipynb", "(mine)") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_a_notebooks_place_is_told(course):
    (course / "my_work" / "exercises" / "04_linear.ipynb").mkdir(parents=True)
    with pytest.raises(Fault, match="is a folder"):
        workspace.main_reset(["04"])


# ---- a full disk


def tree(folder):
    """Every file below a folder with its content."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("verb", "words"),
    [("main_submit", ["04", "--name", "ann"]), ("main_reset", ["04"]), ("main_update", [])],
)
def test_on_a_full_disk_everything_stays_as_it_was(course, monkeypatch, verb, words):
    workspace.fill()
    mine = workspace.copy_of(course / "exercises" / "04_linear.ipynb")
    edit(mine, "first")
    workspace.main_submit(["04", "--name", "ann"])
    edit(mine, "second")
    write(course / "notebooks" / "04_linear.ipynb", "x = 2")
    workspace.main_update([])
    write(course / "notebooks" / "04_linear.ipynb", "x = 3")
    before = tree(course / "my_work")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        getattr(workspace, verb)(words)
    assert tree(course / "my_work") == before


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files: POSIX only")
def test_submit_where_nothing_more_can_be_written(course):
    workspace.fill()
    edit(workspace.copy_of(course / "exercises" / "04_linear.ipynb"))
    limited = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
    (course / "go 0").touch()
    command = [sys.executable, "-c", limited + WORKER, str(course), "a", "1", "main_submit", "04", "--name", "ann"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode != 0 and "File too large" in run.stderr
    assert list((course / "my_work" / "hand_in" / "04_linear").iterdir()) == []


# ---- links


@pytest.fixture
def linked(course):
    """A student's notebook that is a link to a stick, which is not plugged in."""
    mine = course / "my_work" / "exercises" / "04_linear.ipynb"
    mine.parent.mkdir(parents=True)
    try:
        mine.symlink_to(course / "stick" / "mine.ipynb")
    except OSError:
        pytest.skip("links may not be made here")
    return mine


def test_a_link_that_leads_nowhere_is_left_and_told(course, linked, capsys):
    assert linked not in workspace.fill()
    assert workspace.state(course / "exercises" / "04_linear.ipynb") == "away"
    workspace.main_update([])
    assert linked.is_symlink() and "which is not there now" in capsys.readouterr().out
    with pytest.raises(Fault, match="bring it back"):
        workspace.main_submit(["04", "--name", "ann"])


def test_reset_keeps_a_link_and_what_it_leads_to(course, linked):
    workspace.main_reset(["04"])
    (aside,) = linked.parent.glob("04_linear (mine *).ipynb")
    assert os.readlink(aside) == str(course / "stick" / "mine.ipynb")
    linked.unlink()
    aside.rename(linked)
    write(course / "stick" / "mine.ipynb", "my answer")
    kept = linked.read_bytes()
    workspace.main_reset(["04"])
    assert (course / "stick" / "mine.ipynb").read_bytes() == kept


@pytest.mark.parametrize("place", ["my_work", "my_work/notebooks"])
def test_a_link_to_a_folder_that_is_away_is_told(course, place):
    (course / place).parent.mkdir(exist_ok=True)
    try:
        (course / place).symlink_to(course / "stick")
    except OSError:
        pytest.skip("links may not be made here")
    with pytest.raises(Fault, match="not there now"):
        workspace.main_update([])


def test_a_hand_in_that_is_a_link_is_not_written_through(course):
    workspace.fill()
    target = course / "my_work" / "hand_in" / "04_linear" / "ann.ipynb"
    target.parent.mkdir(parents=True)
    try:
        target.symlink_to(course / "elsewhere.ipynb")
    except OSError:
        pytest.skip("links may not be made here")
    workspace.main_submit(["04", "--name", "ann"])
    assert not (course / "elsewhere.ipynb").exists() and not target.is_symlink()


# ---- update


def in_cell(**what):
    return lambda notebook: notebook["cells"][0].update(what)


@pytest.mark.parametrize(
    "change",
    [
        in_cell(attachments={"note.png": {"image/png": "AAAA"}}),
        in_cell(metadata={"tags": ["ask in class"]}),
        in_cell(outputs=[{"output_type": "stream", "name": "stdout", "text": ["1"]}]),
        lambda notebook: notebook["metadata"].update(title="mine"),
        lambda notebook: notebook["metadata"].pop("course_copy_whole"),
        lambda notebook: notebook["cells"].append(notebook["cells"][0] | {"id": "more"}),
    ],
    ids=["attachments", "tags", "outputs", "metadata", "no fingerprint", "cells"],
)
def test_update_overwrites_no_new_one_in_which_anything_changed(course, change):
    workspace.fill()
    path, new = course / "notebooks" / "04_linear.ipynb", course / "my_work" / "notebooks" / "04_linear (new).ipynb"
    write(path, "x = 2")
    workspace.main_update([])
    notebook = json.loads(new.read_text(encoding="utf-8"))
    change(notebook)
    new.write_text(json.dumps(notebook), encoding="utf-8")
    kept = new.read_bytes()
    write(path, "x = 3")
    workspace.main_update([])
    assert new.read_bytes() == kept
    assert new.with_name("04_linear (new 2).ipynb").exists()


def test_every_changed_new_one_stays_and_update_comes_to_an_end(course):
    workspace.fill()
    path, folder = course / "notebooks" / "04_linear.ipynb", course / "my_work" / "notebooks"
    kept = []
    for number, name in enumerate(["(new)", "(new 2)", "(new 3)"]):
        write(path, f"version {number}")
        workspace.main_update([])
        kept.append(edit(folder / f"04_linear {name}.ipynb", f"note {number}"))
        assert workspace.state(path) == "current"
    assert set(kept) <= set(held(folder))


def test_an_edit_while_update_replaces_the_new_one_is_kept(course, monkeypatch):
    workspace.fill()
    path, new = course / "notebooks" / "04_linear.ipynb", course / "my_work" / "notebooks" / "04_linear (new).ipynb"
    write(path, "x = 2")
    workspace.main_update([])
    write(path, "x = 3")
    kept, taken = [], keeping.set_aside

    def set_aside(name, mark):
        kept.append(edit(new))  # the student saves between the look and the step
        return taken(name, mark)

    monkeypatch.setattr(keeping, "set_aside", set_aside)
    workspace.main_update([])
    assert kept[0] in held(new.parent)


# ---- names and single files


def test_long_and_reserved_names_make_files(course):
    workspace.fill()
    for name in ("欧阳" * 60, "con", "LPT1.x", "a" * 400):
        workspace.main_submit(["04", "--name", name])
    stems = {path.stem for path in (course / "my_work" / "hand_in" / "04_linear").iterdir()}
    assert {"con_", "LPT1.x_", "a" * 150} < stems and len(stems) == 4


def test_renewed_files_are_whole_and_links_stay_links(tmp_path, monkeypatch):
    place, link = tmp_path / "place.txt", tmp_path / "link.txt"
    place.write_bytes(b"old")
    place.chmod(0o640)
    try:
        link.symlink_to(place)
    except OSError:
        pytest.skip("links may not be made here")
    keeping.renew(link, b"new")
    assert link.is_symlink() and place.read_bytes() == b"new"
    assert os.name == "nt" or place.stat().st_mode & 0o777 == 0o640
    for step in ("fsync", "replace"):  # whichever fails: nothing was written in place
        with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
            patch.setattr(os, step, full)
            keeping.renew(link, b"newer")
    assert sorted(itertools.chain(held(tmp_path, "*.txt"))) == [b"new", b"new"]


def test_a_checkpoint_that_is_a_link_stays_one(tmp_path):
    import numpy as np

    from course_utils.layers import Dense
    from course_utils.optim import SGD
    from course_utils.train import fit

    place, link = tmp_path / "place.npz", tmp_path / "link.npz"
    try:
        link.symlink_to(place)
    except OSError:
        pytest.skip("links may not be made here")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 1))
    for epochs in (1, 2):
        fit(Dense(1, 1, rng=rng), (x, x), "mse", SGD(lr=0.1), epochs=epochs, rng=rng, progress=False, checkpoint=link)
    assert link.is_symlink() and place.stat().st_size > 0
