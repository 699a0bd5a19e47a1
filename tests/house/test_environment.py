"""The environment: what is broken, what is in the way, and what the user is told."""

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import commands
from tools.commands import environment, ground, installer, kernel, torch_build
from tools.commands.faults import sentence
from tools.commands.say import Fault

WORDS = {
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device": "The disk is full",
    "ERROR: [WinError 112] There is not enough space on the disk": "The disk is full",
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'\n"
    "ERROR: No matching distribution found for absl-py==2.5.1": "No connection to the package index",
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))": "set PIP_CERT",
    "ProxyError('Cannot connect to proxy.', OSError('407 Proxy Authentication Required'))": "set HTTPS_PROXY",
    "ERROR: Could not find a version that satisfies the requirement torch==2.13.0\n"
    "ERROR: No matching distribution found for torch==2.13.0": "there is no torch==2.13.0 for this Python and system",
    "ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied": "cannot be written",
    "something else": "its last words are in",
}


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """The place of an environment that is not there yet."""
    folder = tmp_path / "空 格" / ".venv"
    for module in (environment, ground, installer):
        monkeypatch.setattr(module, "VENV", folder)
    monkeypatch.setattr(environment, "PYTHON", folder / "bin" / "python")
    monkeypatch.setattr(environment, "STAMP", folder / ".course-stamp.json")
    monkeypatch.setattr("sys.stdin", None)
    return folder


@pytest.mark.parametrize("words", WORDS)
def test_a_failed_install_ends_with_one_sentence(words):
    said = sentence(words)
    assert WORDS[words] in said
    assert "\n" not in said
    assert "again" in said or "doctor" in said


def test_no_environment_is_not_a_broken_one(venv):
    assert environment.what_is_broken() is None
    venv.mkdir(parents=True)
    assert environment.what_is_broken() is None


def test_an_environment_whose_python_went_away_is_broken(venv):
    venv.mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    assert environment.what_is_broken() == "its Python is gone"


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts as stand-ins for Pythons: POSIX only")
@pytest.mark.parametrize(
    ("answer", "stamp", "fault"),
    [
        ("exit 1", {}, "its Python does not start"),
        ("echo nonsense", {}, "its Python does not start"),
        ("echo '[[3, 10], []]'", {}, "it was made with Python 3.10"),
        ("""echo '[[3, 11], ["pip"]]'""", {}, "it has no pip"),
        ("""echo '[[3, 11], ["torch"]]'""", {"student": "x"}, "it lacks torch"),
        ("""echo '[[3, 11], ["torch"]]'""", {}, None),  # an install that was stopped half-way goes on
        ("echo '[[3, 12], []]'", {"student": "x"}, None),
    ],
)
def test_what_is_broken(venv, answer, stamp, fault):
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").write_text(f"#!/bin/sh\n{answer}\n", encoding="utf-8")
    (venv / "bin" / "python").chmod(0o755)
    if stamp:
        environment.STAMP.write_text(json.dumps(stamp), encoding="utf-8")
    assert environment.what_is_broken() == fault


def test_only_an_environment_is_deleted(venv, capsys):
    venv.mkdir(parents=True)
    (venv / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Fault, match="is no Python environment: move it away"):
        environment.remove("broken")
    assert (venv / "thesis.txt").exists()
    (venv / "pyvenv.cfg").touch()
    environment.remove("broken, so building it anew")
    assert not venv.exists()
    assert "building it anew" in capsys.readouterr().out


def test_a_deletion_that_was_stopped_goes_on(venv, monkeypatch):
    (venv / "lib" / "numpy").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    environment.STAMP.touch()

    def stopped(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(environment.shutil, "rmtree", stopped)
        environment.remove("broken")
    assert environment.what_is_broken() == "its Python is gone"
    environment.remove("broken")
    assert not venv.exists()


def test_what_is_broken_is_not_announced_as_a_first_use(venv, capsys):
    venv.mkdir(parents=True)
    environment.announce("it lacks torch", {})
    assert "built anew" in capsys.readouterr().out
    venv.rmdir()
    environment.announce(None, {})
    assert "First use" in capsys.readouterr().out


@pytest.mark.parametrize("stamp", ["", "[1]", "{", "null", '{"student": "x"}'])
def test_a_damaged_stamp_never_stops(venv, stamp):
    venv.mkdir(parents=True)
    environment.STAMP.write_text(stamp, encoding="utf-8")
    assert environment.read_stamp() in ({}, {"student": "x"})


def test_nothing_is_installed_where_the_stamp_is_current(venv, monkeypatch):
    monkeypatch.setattr(environment, "what_is_broken", lambda: None)
    monkeypatch.setattr(environment, "read_stamp", lambda: environment.fingerprints(dev=True, newest=False))
    monkeypatch.setattr(environment, "furnish", lambda: None)
    monkeypatch.setattr(environment, "install", lambda **_: pytest.fail("installed"))
    environment.ready(dev=False)
    environment.ready(dev=True)
    assert set(environment.fingerprints(dev=True, newest=False)) == {"student", "dev"}


def test_a_changed_lock_is_installed_again(venv, monkeypatch):
    installed = []
    monkeypatch.setattr(environment, "what_is_broken", lambda: None)
    monkeypatch.setattr(environment, "read_stamp", lambda: {"student": "older"})
    monkeypatch.setattr(environment, "have_pip", lambda fault: venv.mkdir(parents=True))
    monkeypatch.setattr(environment, "furnish", lambda: None)
    monkeypatch.setattr(environment, "install", lambda **how: installed.append(how))
    environment.ready()
    assert installed == [{"dev": False, "newest": False}]
    assert json.loads(environment.STAMP.read_text("utf-8")) == environment.fingerprints(dev=False, newest=False)


def test_no_space_is_told_before_anything_is_installed(venv, monkeypatch):
    usage = shutil._ntuple_diskusage(10**9, 9 * 10**8, 10**8)
    monkeypatch.setattr(ground.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(Fault, match=r"Not enough space: 3\.6 GB are needed and .* has 0\.1 GB free"):
        ground.check("student")
    assert not venv.exists()


def test_a_folder_that_cannot_be_written_is_told(venv, monkeypatch):
    monkeypatch.setattr(ground, "writable", lambda folder: False)
    with pytest.raises(Fault, match="cannot be written: move the course"):
        ground.check("student")
    with pytest.raises(Fault, match="cannot be written: move the course"):
        ground.check_work()


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/home/li/OneDrive - Uni/course", "OneDrive"),
        ("/Users/li/Library/Mobile Documents/course", "iCloud"),
        ("/Users/li/Library/CloudStorage/x/course", "a cloud drive"),
        ("/home/li/坚果云/course", "a cloud drive"),
        ("/home/li/Dropbox (Uni)/course", "Dropbox"),
        ("/home/li/course", None),
        ("/home/dropper/course", None),
    ],
)
def test_synchronised_folders_are_known(path, service):
    assert ground.synchronised(Path(path)) == service


def test_a_synchronised_folder_is_told_and_goes_on_where_nobody_answers(venv, monkeypatch, capsys):
    monkeypatch.setattr(ground, "synchronised", lambda path: "Dropbox")
    monkeypatch.setattr(ground, "check_space", lambda *_: None)
    ground.check("student")
    assert "synchronised by Dropbox" in capsys.readouterr().out
    assert "Nobody can answer here" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("system", "machine", "words"),
    [("darwin", "x86_64", "Intel"), ("win32", "ARM64", "Windows on ARM"), ("linux", "x86_64", None)],
)
def test_systems_without_builds_are_told(monkeypatch, system, machine, words):
    monkeypatch.setattr(ground.sys, "platform", system)
    monkeypatch.setattr(ground.platform, "machine", lambda: machine)
    monkeypatch.setattr(ground.platform, "libc_ver", lambda: ("glibc", "2.36"))
    fault = ground.system_fault()
    assert (words in fault) if words else fault is None


def test_musl_and_an_old_macos_are_told(monkeypatch):
    monkeypatch.setattr(ground.sys, "platform", "linux")
    monkeypatch.setattr(ground.platform, "libc_ver", lambda: ("", ""))
    assert "glibc" in ground.system_fault()
    monkeypatch.setattr(ground.sys, "platform", "darwin")
    monkeypatch.setattr(ground.platform, "machine", lambda: "arm64")
    monkeypatch.setattr(ground.platform, "mac_ver", lambda: ("13.6", ("", "", ""), "arm64"))
    assert "macOS 14" in ground.system_fault()


def report(version, requires=()):
    """What a dry run of pip's reports."""
    found = {"install": [{"metadata": {"version": version, "requires_dist": list(requires)}}]}
    return subprocess.CompletedProcess([], 0, "WARNING: noise\n" + json.dumps(found, indent=2) + "\n", "")


@pytest.fixture
def index(monkeypatch):
    """Stand-ins for two package indexes: what each answers, and what was installed from which."""
    answers, installed = {"cpu": None, "own": None}, []

    def pip(*words, quiet=False):
        source = "cpu" if "--index-url" in words else "own"
        if words[0] == "show":
            return subprocess.CompletedProcess(words, 1, "", "")
        if "--dry-run" not in words:
            installed.append((source, words[-1]))
            return subprocess.CompletedProcess(words, 0, "", "")
        return answers[source] or subprocess.CompletedProcess(words, 1, "ERROR: no", "")

    monkeypatch.setattr(torch_build, "pip", pip)
    monkeypatch.setattr(torch_build.sys, "platform", "linux")
    monkeypatch.setattr(torch_build.platform, "machine", lambda: "x86_64")
    monkeypatch.delenv("COURSE_TORCH_INDEX", raising=False)
    monkeypatch.setattr("sys.stdin", None)
    return answers, installed


CUDA = report("2.13.0", ["nvidia-cublas==13.1; platform_system == 'Linux'", "numpy"])


def test_the_cpu_index_comes_first(index):
    answers, installed = index
    answers.update(cpu=report("2.13.0+cpu"), own=CUDA)
    torch_build.install_first("torch==2.13.0")
    assert installed == [("cpu", "torch==2.13.0")]


def test_without_it_pips_own_settings_decide(index):
    answers, installed = index
    answers.update(own=report("2.13.0+cpu"))
    torch_build.install_first("torch==2.13.0")
    assert installed == [("own", "torch==2.13.0")]


def test_only_cuda_goes_on_and_says_so_where_nobody_answers(index, capsys):
    answers, installed = index
    answers.update(own=CUDA)
    torch_build.install_first("torch==2.13.0")
    assert installed == [("own", "torch==2.13.0")]
    assert "only a CUDA build of torch==2.13.0, about 3 GB" in capsys.readouterr().out


def test_only_cuda_can_be_refused(index, monkeypatch):
    answers, installed = index
    answers.update(own=CUDA)
    monkeypatch.setattr(torch_build, "ask", lambda *_, **__: False)
    with pytest.raises(Fault, match="COURSE_TORCH_INDEX"):
        torch_build.install_first("torch==2.13.0")
    assert installed == []


def test_a_cuda_index_that_was_chosen_is_taken(index, monkeypatch):
    answers, installed = index
    monkeypatch.setenv("COURSE_TORCH_INDEX", "an index of the user's")
    answers.update(cpu=report("2.13.0+cu130", ["nvidia-cublas"]), own=CUDA)
    torch_build.install_first("torch==2.13.0")
    assert installed == [("cpu", "torch==2.13.0")]


def test_no_torch_anywhere_is_left_to_the_main_install(index):
    torch_build.install_first("torch==2.13.0")
    assert index[1] == []


def test_elsewhere_than_linux_nothing_is_done(index, monkeypatch):
    monkeypatch.setattr(torch_build.sys, "platform", "darwin")
    index[0].update(cpu=report("2.13.0+cpu"))
    torch_build.install_first("torch==2.13.0")
    assert index[1] == []


def test_pip_keeps_the_users_own_settings(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("PIP_USER", "1")
    variables = installer.clean_environment()
    assert variables["PIP_INDEX_URL"] == "https://mirror.example/simple"
    assert "PYTHONPATH" not in variables
    assert variables["PIP_USER"] == "0"
    source = Path(installer.__file__).read_text(encoding="utf-8") + Path(environment.__file__).read_text(
        encoding="utf-8"
    )
    assert "--isolated" not in source


def test_the_kernel_is_quiet_and_single_threaded(tmp_path):
    (tmp_path / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    kernel.furnish(tmp_path)
    spec = json.loads(kernel.kernel_file(tmp_path).read_text(encoding="utf-8"))
    assert spec["env"] == {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }
    assert spec["argv"][0] == "python"
    assert spec["display_name"] == "Python 3 (ipykernel)"
    overrides = json.loads((tmp_path / "share/jupyter/lab/settings/overrides.json").read_text(encoding="utf-8"))
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    assert overrides["@jupyterlab/notebook-extension:tracker"]["autoStartDefaultKernel"] is True


def test_the_import_line_finds_the_course(tmp_path):
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    kernel.furnish(tmp_path)
    line = (site / "course.pth").read_text(encoding="utf-8")
    assert (site / line / "course_utils" / "__init__.py").exists()


def test_what_was_furnished_already_is_not_written_again(tmp_path):
    (tmp_path / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    kernel.furnish(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}
    kernel.furnish(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")} == before


def test_torch_is_pinned_in_the_student_lock():
    assert environment.torch_pin(environment.DEV) == environment.torch_pin(environment.STUDENT)
    assert environment.torch_pin(environment.STUDENT).startswith("torch==")


def test_the_newest_set_is_the_ranges_of_pyproject():
    student, whole = environment.ranges(dev=False), environment.ranges(dev=True)
    assert any(requirement.startswith("torch>=") for requirement in student)
    assert set(student) < set(whole)
    assert any(requirement.startswith("nbgrader") for requirement in whole)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "my_work/a"), "The disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "my_work/a"), "my_work/a cannot be read or written"),
    ],
)
def test_a_disk_that_refuses_is_one_sentence(monkeypatch, capsys, error, words):
    def refuse(rest):
        raise error

    monkeypatch.setattr(commands, "function", lambda verb: refuse)
    assert commands.run("lab", []) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_other_errors_keep_their_traceback(monkeypatch):
    def fail(rest):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(commands, "function", lambda verb: fail)
    with pytest.raises(OSError, match="Invalid argument"):
        commands.run("lab", [])


def test_ctrl_c_says_that_nothing_is_lost(monkeypatch, capsys):
    def interrupt(rest):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "function", lambda verb: interrupt)
    assert commands.run("setup", []) == 130
    assert "goes on from here" in capsys.readouterr().err
