"""The script behind what lessons say of more seeds still finds the lessons' own cells, and they still mean the same."""

import numpy as np
import pytest

from benchmarks.seeds import names_of, names_source


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


@pytest.mark.slow
def test_the_games_of_lesson_23_come_from_its_own_cells():
    of = names_of("23_gan.ipynb", "23-020", "23-040", "23-550", "23-560")
    assert of["six_games"](steps=2).shape == (6, 1000, 2)
