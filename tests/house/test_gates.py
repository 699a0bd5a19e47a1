"""Gates that stand between a fault and a clear sentence: installing, wheels, the trial of `lab`, exit codes."""

import inspect
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.house.test_environment import venv  # noqa: F401 (a fixture)
from tools import commands, readme_map
from tools.commands import answers, doctor, environment, ground, wheels
from tools.commands.say import Fault


def done(code, said=""):
    return subprocess.CompletedProcess([], code, said, "")


# ---- what is installed


@pytest.fixture
def pip(monkeypatch, tmp_path):
    """pip as a list of what it was asked; `codes` are its exit codes, 0 where none is left."""
    asked, codes = [], []

    def run(*words, quiet=False):
        asked.append(words)
        return done(codes.pop(0) if codes else 0, "No space left on device")

    for module in (environment, wheels):
        monkeypatch.setattr(module, "pip", run)
        monkeypatch.setattr(module, "WHEELHOUSE", tmp_path / "wheelhouse")
    monkeypatch.setattr(environment.torch_build, "install_first", lambda pin: asked.append(("torch first", pin)))
    run.asked, run.codes = asked, codes
    return run


def test_torch_comes_first_and_a_failed_install_is_told(pip):
    environment.install(dev=False, newest=False)
    assert [words[0] for words in pip.asked] == ["torch first", "install"]
    assert pip.asked[1] == ("install", "-r", environment.STUDENT)
    pip.codes.append(1)
    with pytest.raises(Fault, match="The disk is full"):
        environment.install(dev=True, newest=False)
    assert pip.asked[-1][-1] == environment.DEV


def test_the_wheelhouse_is_asked_first_and_the_network_for_what_it_lacks(pip, tmp_path):
    (tmp_path / "wheelhouse").mkdir()
    (tmp_path / "wheelhouse" / "a.whl").touch()
    environment.install(dev=False, newest=False)
    assert len(pip.asked) == 1 and "--no-index" in pip.asked[0]
    pip.codes.append(1)
    environment.install(dev=False, newest=False)
    assert [("--no-index" in words, "--find-links" in words) for words in pip.asked[1:]] == [
        (True, True),
        (False, False),  # torch
        (False, True),
    ]


def test_an_install_that_failed_leaves_no_stamp(venv, monkeypatch):  # noqa: F811
    venv.mkdir(parents=True)
    monkeypatch.setattr(environment, "what_is_broken", lambda: None)
    monkeypatch.setattr(environment, "have_pip", lambda fault: None)
    monkeypatch.setattr(environment, "furnish", lambda: None)
    monkeypatch.setattr(ground, "check", lambda need: None)

    def fail(**_):
        raise Fault("The disk is full")

    monkeypatch.setattr(environment, "install", fail)
    with pytest.raises(Fault):
        environment.ready()
    assert not environment.STAMP.exists()


@pytest.mark.parametrize("dev", [False, True])
def test_the_ground_is_looked_at_before_anything_is_made(venv, monkeypatch, dev):  # noqa: F811
    def no(need):
        raise Fault(f"no room for {need}")

    monkeypatch.setattr(ground, "check", no)
    monkeypatch.setattr(environment, "have_pip", lambda fault: pytest.fail("made"))
    with pytest.raises(Fault, match="no room for dev" if dev else "no room for student"):
        environment.ready(dev=dev)


@pytest.mark.parametrize("name", ["ROOT", "MY_WORK"])
@pytest.mark.parametrize("inside", ["", "work"])
def test_an_environment_around_a_students_work_is_not_deleted(venv, monkeypatch, name, inside):  # noqa: F811
    monkeypatch.setattr(environment, name, venv / inside)
    (venv / inside).mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    (venv / inside / "04.ipynb").touch()
    with pytest.raises(Fault, match="folder of its own"):
        environment.remove("Building anew.")
    assert (venv / inside / "04.ipynb").exists()


# ---- wheels


@pytest.fixture
def downloading(pip, monkeypatch, tmp_path):
    """`wheels`, with everything it asks of the machine answered well."""
    spaces = []
    (tmp_path / "wheelhouse").mkdir()
    (tmp_path / "wheelhouse" / "torch.whl").write_bytes(b"0" * 10**6)
    monkeypatch.setattr(wheels.ground, "check_space", lambda folder, need: spaces.append(need))
    monkeypatch.setattr(wheels.environment, "have_pip", lambda: None)
    monkeypatch.setattr(wheels.torch_build, "way", lambda pin: ["--index-url", "the-cpu-index"])
    pip.spaces = spaces
    return pip


def test_wheels_takes_torch_without_cuda_then_the_lock(downloading, capsys):
    assert wheels.main([]) == 0
    assert downloading.spaces == ["wheels"]
    torch, rest = downloading.asked
    assert torch[:2] == ("download", "--no-deps") and "the-cpu-index" in torch and torch[-1].startswith("torch==")
    assert rest[-1] == wheels.STUDENT and "--find-links" in rest
    assert "holds 1 files" in capsys.readouterr().out
    wheels.main(["--dev"])
    assert downloading.asked[-1][-1] == wheels.DEV


@pytest.mark.parametrize("codes", [[1], [0, 1]])
def test_a_download_that_failed_is_told(downloading, codes):
    downloading.codes.extend(codes)
    with pytest.raises(Fault, match="The disk is full"):
        wheels.main([])


# ---- the trial of `lab`


class Server(BaseHTTPRequestHandler):
    """Answers well but for the addresses in `missing`."""

    missing = ()

    def do_GET(self):
        self.send_response(404 if any(word in self.path for word in self.missing) else 200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Running:
    """A process that runs."""

    def poll(self):
        return None


@pytest.mark.parametrize(
    ("missing", "came"), [((), True), (("/lab/tree/",), False), (("/api/contents/",), False), (("status",), False)]
)
def test_lab_came_only_with_page_and_notebook(monkeypatch, missing, came):
    monkeypatch.setattr(answers, "SECONDS", 0.3)
    with HTTPServer(("127.0.0.1", 0), type("Some", (Server,), {"missing": missing})) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            assert answers.comes(f"http://127.0.0.1:{server.server_port}", "t", Running()) is came
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("came", [True, False])
def test_the_trial_of_lab_ends_with_what_it_saw(monkeypatch, capsys, came):
    class Process(Running):
        __enter__ = lambda self: self  # noqa: E731
        __exit__ = lambda self, *_: None  # noqa: E731

    monkeypatch.setattr(answers.subprocess, "Popen", lambda *_, **__: Process())
    monkeypatch.setattr(answers, "comes", lambda *_: came)
    monkeypatch.setattr(answers, "stop", lambda *_: None)
    assert answers.main() == (0 if came else 1)
    assert ("did NOT come" in capsys.readouterr().out) is not came


# ---- lists and exit codes


def test_the_doctor_asks_everything_it_can():
    checks = [
        value
        for value in vars(doctor).values()
        if inspect.isgeneratorfunction(value) and inspect.signature(value).return_annotation == "Iterator[Finding]"
    ]
    assert set(doctor.CHECKS) == set(checks)
    assert len(checks) >= 11


@pytest.mark.parametrize("verb", commands.FUNCTIONS)
def test_every_verb_leads_to_its_function_and_hands_its_exit_code_on(monkeypatch, verb):
    assert callable(commands.function(verb))
    monkeypatch.setattr(commands, "function", lambda asked: {verb: len}[asked])
    assert commands.run(verb, ["a", "b", "c"]) == 3


def test_a_fault_is_exit_code_1(monkeypatch, capsys):
    def fail(rest):
        raise Fault("mend this")

    monkeypatch.setattr(commands, "function", lambda verb: fail)
    assert commands.run("lab", []) == 1
    assert capsys.readouterr().err == "mend this\n"


def test_the_readmes_map_is_checked_and_written(monkeypatch, tmp_path):
    (tmp_path / "README.md").write_text(f"before\n{readme_map.BEGIN}\nold\n{readme_map.END}\nafter", encoding="utf-8")
    (tmp_path / "concepts.toml").write_text('[00_a]\ntitle = "A"\npart = "I"\nminutes = 60\n', encoding="utf-8")
    monkeypatch.setattr(readme_map, "ROOT", tmp_path)
    assert readme_map.main(["--check"]) == 1
    assert readme_map.main([]) == 0
    assert readme_map.main(["--check"]) == 0
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| I | 00 A | 1 |" in text and text.startswith("before\n") and text.endswith("\nafter")
    assert json.dumps(text).count("map: made") == 1
