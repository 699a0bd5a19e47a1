"""The benchmark runs, and what it compares computes the same: ours, PyTorch's and the naive version."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main, options, orders
from benchmarks.cases import MAKERS
from benchmarks.items import ITEMS, Growth
from benchmarks.measure import exponent, interleave, peak_memory, ratio
from benchmarks.operations import OPERATIONS
from benchmarks.report import growth_table, report
from benchmarks.worker import measuring_environment

pytestmark = pytest.mark.usefixtures("threads")
ROOT = Path(__file__).resolve().parents[2]
each_item = pytest.mark.parametrize("item", [item.name for item in ITEMS])
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The page that the whole command writes on tiny sizes."""
    out = tmp_path_factory.mktemp("benchmarks") / "RESULTS.md"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--out", str(out)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout, out.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_command_prints_and_writes_one_page(quick):
    printed, written = quick
    assert printed.strip() == written.strip() and "Tiny sizes" in written
    for item in ITEMS:
        assert written.count(f"| {item.name}: {item.size} |") == 2
    assert written.index("## float32") < written.index("## float64") < written.index("## Growth")
    for name in ("LSTM", "conv2d", "chunked attention, forward"):
        assert f"| {name} |" in written


@pytest.mark.slow
def test_the_page_names_the_machine_in_words_only(quick):
    import getpass
    import socket

    machine = next(line for line in quick[1].splitlines() if line.startswith("- Machine"))
    assert "NumPy" in machine and "cores" in machine and "PyTorch" in machine
    assert str(ROOT) not in quick[1] and socket.gethostname() not in machine
    assert f"/{getpass.getuser()}" not in quick[1]


@pytest.mark.parametrize("item", [item.name for item in ITEMS if item.name not in OPERATIONS])
@each_dtype
def test_the_naive_version_is_right(item, dtype):
    functions = MAKERS[item](dtype, quick=True)
    tolerance = {"rtol": 1e-4, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-11}
    np.testing.assert_allclose(functions["naive"](), functions["small"](), **tolerance)
    assert functions["small"]().dtype == dtype


def theirs_in_our_order(item, ours, theirs):
    """Pairs of what both compute, as far as both give it."""
    if item == "dense MLP step":
        _, (dW1, db1), dW2, db2 = ours
        return zip((dW1.T, db1, dW2.T, db2), theirs, strict=True)
    if item in ("LSTM", "RNN"):
        dx, *_, dW, dU, db = ours
        return zip((dx, dW.T, dU.T, db, db), theirs, strict=True)
    return zip(ours if isinstance(ours, tuple) else (ours,), theirs, strict=True)


@each_dtype
@pytest.mark.parametrize(
    "item", [i.name for i in ITEMS if i.name not in ("multi-head attention", "encoder block", "Adam")]
)
def test_ours_and_theirs_are_the_same_work(item, dtype):
    functions = MAKERS[item](dtype, quick=True)
    tolerance = {"rtol": 1e-4, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-11}
    for a, b in theirs_in_our_order(item, functions["ours"](), functions["torch"]()):
        np.testing.assert_allclose(a, b.numpy(), **tolerance)


def test_every_item_has_a_maker_and_bounds():
    assert [item.name for item in ITEMS] == list(MAKERS)
    assert all(set(item.bounds) == {"float32", "float64"} for item in ITEMS)


@pytest.mark.slow
def test_candidates_take_turns_in_random_order():
    order = []
    candidates = {name: lambda name=name: order.append(name) for name in "abc"}
    times = interleave(candidates, 40, np.random.default_rng(0), least=0.0)
    rounds = [tuple(order[6:][i : i + 3]) for i in range(0, 120, 3)]
    assert all(sorted(r) == ["a", "b", "c"] for r in rounds) and len(set(rounds)) == 6
    assert {name: len(t) for name, t in times.items()} == {"a": 40, "b": 40, "c": 40}


def test_ratios_are_taken_within_a_round():
    assert ratio([1.0, 20.0, 6.0], [1.0, 10.0, 2.0]) == (2.0, 1.5, 2.5)
    assert ratio([3.0], [2.0]) == (1.5, 1.5, 1.5)


def test_exponents_and_memory():
    assert exponent([1, 2, 4], [3.0, 12.0, 48.0]) == pytest.approx(2)
    assert 8e6 < peak_memory(lambda: np.ones(1_000_000)) < 8.1e6


def test_a_bound_that_is_missed_is_called_so():
    times = {"ours": [3.0, 3.0], "torch": [1.0, 1.0], "floor": [1.0, 1.0], "small": [1.0, 1.0], "naive": [5.0, 5.0]}
    facts = {"machine": "a machine", "before": 0.0, "after": 0.0, "rounds": 2, "processes": 1, "cold": 1, "warm": 1}
    page = report(facts, {("float32", "RNN"): times, ("float64", "RNN"): times | {"ours": [0.5, 0.5]}}, [])
    lines = [line for line in page.splitlines() if line.startswith("| RNN")]
    assert "| **3.00** [3.00, 3.00] | 0.8 | not met |" in lines[0] and "| 0.7 | met |" in lines[1]
    assert "Growth" not in page and "Tiny" not in page
    table = growth_table(
        [Growth("x", "T", "ms", 1.1, [1, 2], [1.0, 4.0]), Growth("y", "T", "ms", 2.1, [1, 2], [1.0, 4.0])]
    )
    assert "2.00 | 1.10 | not met" in table and "2.00 | 2.10 | met" in table


def test_workers_measure_on_one_thread_with_openblas_own_choice(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "1")
    environment = measuring_environment()
    assert environment["OMP_NUM_THREADS"] == environment["OPENBLAS_NUM_THREADS"] == "1"
    assert not {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"} & set(environment)


def test_what_can_be_asked_for(capsys):
    asked = options(["--only", "conv", "--rounds", "7"])
    found = orders(asked)
    assert [o["rounds"] for o in found] == [3, 2, 2] and not any(o["growth"] for o in found)
    assert found[0]["items"] == ["conv2d, stride 1", "conv2d, stride 2", "transposed convolution"]
    whole = orders(options([]))
    assert whole[0]["growth"] and not whole[1]["growth"] and len(whole[0]["items"]) == len(ITEMS)
    only_growth = orders(options(["--only", "growth"]))
    assert only_growth[0]["growth"] and not only_growth[0]["items"]
    with pytest.raises(SystemExit, match="no item is called 'perceptron'"):
        main(["--only", "perceptron"])
    with pytest.raises(SystemExit):
        options(["--rounds", "2"])
    assert "--rounds must be at least" in capsys.readouterr().err
