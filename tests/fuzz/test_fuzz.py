"""A few rounds of the fuzz in every test run (the night has many), and what it does with a fault."""

import numpy as np
import pytest
import torch

from course_utils import affine, norm
from tests.fuzz import __main__ as command
from tests.fuzz import plain, sequences
from tests.fuzz.rounds import OPERATIONS, Fault, one_round


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.mark.parametrize("seed", range(len(OPERATIONS)))
def test_a_round_of_each_operation(seed):
    assert OPERATIONS[seed].__name__ in one_round(seed, OPERATIONS[seed : seed + 1]).told


def test_a_round_can_be_repeated():
    assert one_round(11).told == one_round(11).told != one_round(12).told


def layer_norm_with_another_variance(x, gamma, beta, *, eps):
    """The unbiased variance, a usual slip."""
    out, cache = norm.layer_norm_forward(x, gamma, beta, eps=eps)
    return out * (x.shape[-1] / max(x.shape[-1] - 1, 1)) ** 0.5, cache


def affine_backward_without_the_bias(dout, cache):
    dx, dW, db = affine.affine_backward(dout, cache)
    return dx, dW, np.zeros_like(db)


@pytest.mark.parametrize(
    "module, make, plant, place",
    [
        (plain, "layer_norm", {"layer_norm_forward": layer_norm_with_another_variance}, "output"),
        (plain, "affine_map", {"affine_backward": affine_backward_without_the_bias}, "gradient 2"),
        (sequences, "dot_attention", {"scaled_dot_product_attention_backward": None}, "TypeError"),
    ],
)
def test_a_planted_fault_is_found_and_told(monkeypatch, capsys, module, make, plant, place):
    original = getattr(module, make)

    def planted(draw):
        case = original(draw)
        pair = [plant.get(function.__name__, function) for function in case[:2]]
        return case._replace(forward=pair[0], backward=pair[1])

    monkeypatch.setattr(command, "one_round", lambda seed: one_round(seed, [planted]))
    assert command.main(["--seed", "3", "--rounds", "12"]) == 1
    told = capsys.readouterr()
    told = told.out + told.err
    assert place in told and "python -m tests.fuzz --seed" in told
    with pytest.raises(Fault):
        for seed in range(3, 15):
            one_round(seed, [planted])


def test_the_command_says_what_it_did(capsys):
    assert command.main(["--rounds", "1"]) == 0
    assert "1 rounds, 1 compared" in capsys.readouterr().out
