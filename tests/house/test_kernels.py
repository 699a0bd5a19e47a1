"""`tools.kernels`: asks each library for its kernels, leaves out what the processor lacks, and counts what fails."""

import os

import pytest

from tools import kernels
from tools.commands.tally import Tally
from tools.kernels import OURS, SETS, Kernels, prove, taken, variables_of

FEATURES = ["X86_V3", "X86_V4", "AVX512_ICL"]


def test_each_set_asks_for_something_else_and_none_keeps_more_than_its_name_says():
    asked = {name: variables_of(kernels, FEATURES) for name, kernels in SETS.items()}
    assert len({tuple(variables.items()) for variables in asked.values()}) == len(SETS)
    off = {name: variables.get("NPY_DISABLE_CPU_FEATURES", "") for name, variables in asked.items()}
    assert off == {"plain": "X86_V3 X86_V4 AVX512_ICL", "avx": "X86_V3 X86_V4 AVX512_ICL"} | {
        "avx2": "X86_V4 AVX512_ICL",
        "avx512": "",
    }


def test_the_workflow_tries_every_set(nightly):
    assert nightly["strategy"]["matrix"]["kernels"] == list(SETS)
    assert any("tools.kernels ${{ matrix.kernels }}" in step.get("run", "") for step in nightly["steps"])


@pytest.fixture
def nightly():
    import yaml

    text = (kernels.ROOT / ".github" / "workflows" / "nightly.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["jobs"]["kernels"]


@pytest.mark.parametrize(
    ("found", "is_taken"),
    [
        ([["Haswell"], "AVX2", ["X86_V3"]], True),
        ([["SkylakeX"], "AVX2", ["X86_V3"]], False),
        ([["Haswell"], "AVX512", ["X86_V3"]], False),
        ([["Haswell"], "AVX2", FEATURES], False),
        ([[], "DEFAULT", []], False),
        (None, False),
    ],
    ids=["as asked", "OpenBLAS", "PyTorch", "NumPy", "another system", "it died"],
)
def test_a_set_is_taken_only_if_all_three_took_it(monkeypatch, found, is_taken):
    monkeypatch.setattr(kernels, "probe", lambda variables: found)
    assert taken(SETS["avx2"], {}) is is_taken


def test_a_set_that_the_processor_lacks_is_named_and_not_run(monkeypatch, capsys):
    monkeypatch.setitem(SETS, "odd", Kernels("Nonsense", "AVX2", "AVX2", "AVX2", ()))
    monkeypatch.setattr(kernels, "probe", lambda variables: [["Haswell"], "AVX2", ["X86_V3"]])
    ran = []

    def run(stage, folder, *, compare):
        ran.append((stage.name, os.environ["OPENBLAS_CORETYPE"], os.environ.get("OPENBLAS_L2_SIZE")))
        return Tally(stages=((stage.name, int(stage.name == "seeds")),))

    monkeypatch.setattr(kernels, "run", run)
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "1")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    assert prove(["odd", "avx2"]) == 1
    assert ran == [(name, "Haswell", None) for name in ("tests", "seeds", "notebooks")]
    assert (os.environ["OPENBLAS_CORETYPE"], os.environ["OPENBLAS_L2_SIZE"]) == ("Zen", "1")
    last = capsys.readouterr().out.splitlines()[-2:]
    assert last == ["Kernels tried: avx2. This processor cannot take: odd.", "Failed: seeds with avx2."]


def test_the_probe_tells_what_this_machine_computes_with(monkeypatch):
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    openblas, torch, features = kernels.probe({})
    assert torch and isinstance(features, list) and isinstance(openblas, list)


def test_an_unknown_set_is_refused(capsys):
    with pytest.raises(SystemExit):
        kernels.main(["avx3"])
    assert "plain, avx, avx2, avx512" in capsys.readouterr().err
