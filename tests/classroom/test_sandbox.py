"""What a notebook finds inside: nothing of this machine, no network, no rights, and limits that hold."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from course_utils.classroom.sandbox import cgroups
from course_utils.classroom.sandbox.backend import COURSE, HOME, Limits, SandboxFault, Unsafe
from course_utils.classroom.sandbox.bwrap import Bwrap
from course_utils.classroom.sandbox.choose import backend
from course_utils.classroom.sandbox.docker import Docker
from course_utils.classroom.submissions import find

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import os, socket, pathlib
found = {"uid": os.getuid(), "gid": os.getgid(), "environment": dict(os.environ)}
found["top"] = sorted(os.listdir("/"))
found["names"] = [p for p in pathlib.Path("/course").rglob("*.py")]
found["names"] = [str(p) for p in found["names"]]
found["processes"] = [p for p in os.listdir("/proc") if p.isdigit()]
found["status"] = open("/proc/self/status").read()
found["interfaces"] = [name for _, name in socket.if_nameindex()]
def can(path):
    try:
        with open(path, "w") as file:
            file.write("x")
        return True
    except OSError:
        return False
found["written"] = [p for p in ("/x", "/dev/x", "/course/x", "/usr/x", "/etc/x", "/proc/sys/kernel/hostname",
                                pathlib.Path(os.__file__).with_name("x"), "/tmp/x", "/home/student/x") if can(p)]
found["written"] = [str(p) for p in found["written"]]
"""


@pytest.fixture(scope="module")
def inside(box, stage):
    from course_utils.classroom.caller import Sandboxed
    from course_utils.classroom.notebook import Cell

    with Sandboxed(box, stage, [Cell(1, LOOK)]) as caller:
        yield caller.read("found").value


def test_it_is_nobody_without_rights(inside):
    status = dict(row.split(":\t", 1) for row in inside["status"].splitlines() if ":\t" in row)
    assert inside["uid"] != 0 and inside["gid"] != 0
    assert int(status["CapEff"], 16) == 0 and int(status["CapPrm"], 16) == 0 and status["NoNewPrivs"] == "1"


def test_it_sees_no_files_but_python_and_the_library(inside):
    known = {"course", "dev", "etc", "home", "lib", "lib64", "proc", "tmp", "usr"}
    ours = {Path(p).parts[1] for p in (sys.prefix, sys.base_prefix, sys.executable)}
    assert set(inside["top"]) <= known | ours
    assert not [n for n in inside["names"] if "solution" in n or "/ex0" in n or "answers" in n or "grade.py" in n]
    assert f"{COURSE}/course_utils/affine.py" in inside["names"]


def test_it_has_processes_of_its_own_and_no_network(inside):
    assert len(inside["processes"]) <= 4 and inside["interfaces"] == ["lo"]


def test_it_can_write_only_into_its_own_memory(inside):
    assert inside["written"] == ["/tmp/x", f"{HOME}/x"]


def test_nothing_of_the_instructors_environment_goes_in(inside):
    ours = "HOME USER LOGNAME PATH LANG PYTHONUTF8 PYTHONHASHSEED OMP_NUM_THREADS OPENBLAS_NUM_THREADS MPLBACKEND"
    ours += " MKL_NUM_THREADS TF_CPP_MIN_LOG_LEVEL TF_ENABLE_ONEDNN_OPTS TMPDIR PWD OPENBLAS_CORETYPE OPENBLAS_L2_SIZE"
    kernels = "CLICOLOR CLICOLOR_FORCE FORCE_COLOR PAGER GIT_PAGER TERM JPY_PARENT_PID PYDEVD_USE_FRAME_EVAL"
    assert set(inside["environment"]) <= set((ours + " " + kernels).split())


def test_the_disk_in_memory_is_small(run):
    cell = """
import os
sizes = {p: os.statvfs(p).f_blocks * os.statvfs(p).f_frsize for p in ("/tmp", "/dev/shm", "/home/student")}
"""
    sizes = run(cell).read("sizes").value
    assert set(sizes) == {"/tmp", "/dev/shm", "/home/student"}
    assert all(0 < size <= 1.01 * Limits().disk for size in sizes.values())  # whole pages


def test_memory_beyond_the_limit_ends_the_kernel_and_is_told(run, box):
    bomb = "def bomb():\n    kept = []\n    while True:\n        kept.append(bytearray(b'x') * 100_000_000)"
    caller = run(bomb, "def fine():\n    return 1")
    caller.limits = Limits(call=60.0)
    outcome = caller.call("bomb", limit=60.0)
    assert outcome.fault.kind in ("Dead", "MemoryError") and outcome.value is None
    assert caller.call("fine").value == 1


def test_without_control_groups_memory_is_watched_from_outside(run, box, stage):
    other = Bwrap(Limits(memory=600_000_000))
    other.group = lambda memory, processes: cgroups.Ungrouped()
    caller = run("def bomb():\n    kept = bytearray(b'x') * 900_000_000\n    while True:\n        pass", backend=other)
    outcome = caller.call("bomb", limit=60.0)
    assert outcome.fault.kind == "Dead" and "0.6 GB" in outcome.fault.text


def test_processes_are_limited_without_control_groups_too(run):
    other = Bwrap(Limits())
    other.group = lambda memory, processes: cgroups.Ungrouped()
    bomb = """
import os, time
def bomb():
    for made in range(3000):
        try:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        except OSError:
            return made
    return made
"""
    assert run(bomb, backend=other).call("bomb", limit=20.0).value < 1500


def test_version_2_groups_are_made_as_the_kernel_wants_them(tmp_path, monkeypatch):
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids")
    (tmp_path / "cgroup.subtree_control").write_text("")
    (tmp_path / "group").mkdir()
    (tmp_path / "group" / "memory.swap.max").write_text("max")
    monkeypatch.setattr(cgroups, "_name", lambda: "group")
    monkeypatch.setattr(Path, "mkdir", lambda self: None)
    group = cgroups.Version2(1000, 20, tmp_path)
    wrote = {p.name: p.read_text() for p in (tmp_path / "group").iterdir()}
    assert wrote == {"memory.max": "1000", "pids.max": "20", "memory.swap.max": "0"}
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+memory +pids"
    (tmp_path / "group" / "memory.events").write_text("oom 1\noom_kill 1\n")
    (tmp_path / "group" / "cpu.stat").write_text("usage_usec 2500000\n")
    assert group.out_of_memory() and group.cpu() == 2.5
    (tmp_path / "cgroup.controllers").write_text("cpu")
    with pytest.raises(OSError, match="controllers"):
        cgroups.Version2(1, 2, tmp_path)


def test_groups_of_killed_runs_are_swept(tmp_path):
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    old = tmp_path / f"course-grade-{int(gone.stdout)}-0"
    mine = tmp_path / f"course-grade-{os.getpid()}-0"
    old.mkdir()
    mine.mkdir()
    cgroups.sweep(tmp_path)
    assert not old.exists() and mine.exists()


def test_none_is_refused_without_unsafe():
    with pytest.raises(SandboxFault, match="--unsafe"):
        backend("none", Limits())
    assert isinstance(backend("none", Limits(), unsafe=True), Unsafe)


def test_a_sandbox_that_does_not_work_says_what_mends_it(monkeypatch):
    made = Bwrap(Limits())
    assert "AppArmor" in made.mend("x") or "bubblewrap" in made.mend("x") or "bwrap" in made.mend("x")
    assert "namespace" in made.mend("bwrap: setting up uid map: Permission denied")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "apt install bubblewrap" in made.mend("No such file or directory: 'bwrap'")


def test_docker_gets_the_same_limits():
    limits = Limits(memory=10**9, processes=50, disk=10**7)
    words = " ".join(Docker(limits, "image").command(Path("/stage"), "/opt/python", "-I", "start.py"))
    for part in (
        "--network none",
        "--read-only",
        "--user 65534:65534",
        "--cap-drop ALL",
        "--security-opt no-new-privileges",
        "--memory 1000000000 --memory-swap 1000000000",
        "--pids-limit 82",
        "size=10000000",
        "--volume /stage:/course:ro",
        "image python3 -I start.py",
    ):
        assert part in words


def _ordinary() -> tuple[list[str], dict[str, str]] | None:
    """Python as an ordinary user's, and variables for it: this one, or the system's with this one's packages."""
    packages = {"PYTHONPATH": os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])}
    if os.geteuid() != 0:
        return [sys.executable], {}
    become = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "/bin/sh", "-c", 'exec "$0" "$@"']
    other = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for python, more in ((sys.executable, {}), (other, packages)):
        asked = [*become, python, "-c", "import numpy, ipykernel, course_utils"]
        with contextlib.suppress(OSError):
            if subprocess.run(asked, capture_output=True, cwd=ROOT, env={**os.environ, **more}).returncode == 0:
                return [*become, python], more
    return None


@pytest.fixture
def open_folder():
    """A folder that every user may enter; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_a_python_below_the_folder_for_temporary_files_is_found(box):
    """Inside, /tmp is a fresh disk in memory; the environment must not be hidden below it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        code = (
            "from course_utils.classroom.sandbox import backend, bwrap; "
            "print(repr(bwrap.Bwrap(backend.Limits()).probe()))"
        )
        packages = os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])
        run = subprocess.run(
            [Path(folder) / "bin" / "python", "-c", code],
            capture_output=True, text=True, env={**os.environ, "PYTHONPATH": packages},
        )  # fmt: skip
    assert run.stdout.strip() == "''", run.stdout + run.stderr


def test_an_ordinary_user_gets_the_same_marks(open_folder, box):
    found = _ordinary()
    if found is None:
        pytest.skip("no ordinary user of this machine can reach a Python with these packages")
    from course_utils.classroom.rehearsal.rehearse import hostile, write

    kinds = ("reads other files", "becomes root", "os._exit in an answer")
    planned = [p for p in hostile("04") if p.student.removeprefix("hostile ") in kinds]
    write(planned, open_folder)
    command = [*found[0], "-m", "course_utils.classroom", "grade", str(open_folder / "notebooks")]
    command += ["--exercise", "04", "--seed", "5", "--out", str(open_folder / "out"), "--quiet", "--jobs", "2"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "HOME": str(open_folder), **found[1]}
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(p.read_text(encoding="utf-8")) for p in (open_folder / "out" / "results").glob("*.json")]
    got = {result["student"]: result["score"] for result in found}
    assert got == {p.student: sum(p.points.values()) for p in planned}
    assert len(find(open_folder / "notebooks")) == len(planned)
