"""The script behind what lessons say of more seeds still finds the lessons' own cells, and they still mean the same."""

import json

import numpy as np
import pytest

from benchmarks import seeds
from benchmarks.seeds import CLAIMS, NOTEBOOKS, Claim, names_of, names_source


def test_the_recall_of_lesson_16_comes_from_its_own_cells():
    of = names_of("16_lstm_gates.ipynb", "16-020", "16-040", "16-045")
    rng = np.random.default_rng(0)
    assert 0.1 < of["recalled"](of["RNN"](4, 32, rng), rng, steps=2) < 0.5  # hardly trained: near chance, 0.25
    assert of["usual_start"](of["LSTM"], 0).params["U"].shape == (32, 128)


def test_the_sums_of_lesson_16_come_from_its_own_cells():
    of = names_of("16_lstm_gates.ipynb", "16-020", "16-440")
    exec(names_source("16_lstm_gates.ipynb", "16-450", until="answers = {}"), of)
    rng = np.random.default_rng(0)
    assert of["learned_sums"](of["GRU"](2, 16, rng), rng, steps=2).shape == of["sums"].shape == (500, 1)


def test_a_way_back_that_is_cut_changes_no_state_and_no_slope_but_the_first():
    of = names_of("16_lstm_gates.ipynb", "16-020", "16-040")
    exec(names_source("16_lstm_gates.ipynb", "16-370", until="def open_gates"), of)
    for whole, cut in ((of["LSTM"], of["OneShort"]), (of["RNN"], seeds.one_short(of["RNN"]))):
        long, short = (layer(4, 32, np.random.default_rng(0)) for layer in (whole, cut))
        (h, cache), (h_short, cache_short) = (layer.forward(of["x"][:3]) for layer in (long, short))
        assert np.allclose(h[:, 1:], h_short)
        dh = np.random.default_rng(1).normal(size=h.shape)
        dh[:, 0] = 0
        dx, dx_short = long.backward(dh, cache)[0], short.backward(dh[:, 1:], cache_short)[0]
        assert np.allclose(dx[:, 1:], dx_short) and np.abs(dx[:, 0]).max() > 0


@pytest.mark.slow
def test_the_games_of_lesson_23_come_from_its_own_cells():
    of = seeds.ring_games()
    assert of["game"](0, steps=2, lr_d=5e-4, turns_of_d=2).shape == (1000, 2)


def test_the_card_games_of_lesson_18_come_from_its_own_cells():
    lesson = "18_attention.ipynb"
    of = names_of(lesson, "18-020", "18-040", "18-500")
    exec(names_source(lesson, "18-530", until="by_step = "), of)
    exec(names_source(lesson, "18-570", until="for name"), of)
    assert of["learn"](4, 1.0, rounds=1, start=0.25)[0].shape == (64, 4)
    assert {f"18: divided by {name}" for name in of["trials"]} <= set(CLAIMS)


@pytest.mark.parametrize("name", CLAIMS)
def test_the_lesson_says_what_the_script_holds_it_to(name):
    claim = CLAIMS[name]
    [lesson] = NOTEBOOKS.glob(f"{claim.cell[:2]}_*.ipynb")
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(lesson.read_text("utf-8"))["cells"]}
    assert claim.words in cells[claim.cell]


def test_a_claim_holds_for_both_ends_and_the_middle_or_not_at_all():
    middle = Claim("", "", lowest=(0, 1), highest=(0, 1), median=(0.5, 0.6))
    assert middle.holds([0.1, 0.5, 0.9]) and not middle.holds([0.1, 0.4, 0.9]) and not middle.holds([0.1, 0.7, 0.9])
    claim = Claim("", "", lowest=(0.2, 0.4), highest=(0.8, 1.0))
    assert claim.holds([0.9, 0.3, 0.6]) and claim.holds([0.2, 1.0])
    assert not claim.holds([0.3, 0.5]) and not claim.holds([0.5, 0.9]) and not claim.holds([0.1, 0.9])


def test_a_claim_that_does_not_hold_is_told(monkeypatch, capsys):
    for part in ("adding", "writers", "card_games", "longer_games"):
        monkeypatch.setattr(seeds, part, dict)
    monkeypatch.setattr(seeds, "first_letter", lambda: {"16: LSTM, bias 0": [0.25, 0.26]})
    assert seeds.main() == 0
    monkeypatch.setattr(seeds, "first_letter", lambda: {"16: LSTM, bias 0": [0.25, 0.76]})
    assert seeds.main() == 1
    assert "| NO |" in capsys.readouterr().out
