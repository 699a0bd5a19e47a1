"""What lessons say of more seeds than they have time for, computed with the lessons' own cells.

python -m benchmarks.seeds       every claim, as the lines of one table; about three minutes on one core

Training is chaotic, so another processor prints other figures.  The lessons quote bands that hold on all that were
tried (`tools.kernels`); where one does not hold, the exit code is 1.
"""

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the lessons' kernel has it

import numpy as np

from course_utils.recurrent import rnn_forward

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def names_of(notebook: str, *cells: str) -> dict:
    """The names that the cells with these ids define, run in this order; what they print is dropped."""
    sources = {c["id"]: "".join(c["source"]) for c in json.loads((NOTEBOOKS / notebook).read_text("utf-8"))["cells"]}
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells:
            code = "\n".join(line for line in sources[cell].splitlines() if not line.startswith("viz.begin"))
            exec(compile(code, cell, "exec"), names)
    return names


def first_letter() -> dict[str, list[float]]:
    """Lesson 16, section 6: share of first letters recalled, by layer and start, and slopes after training."""
    lesson = "16_lstm_gates.ipynb"
    of = names_of(lesson, "16-020", "16-040", "16-045", "16-090")
    exec(names_source(lesson, "16-360", until="runs = {"), of)
    exec(names_source(lesson, "16-370", until="def open_gates"), of)
    trial, recalled, LSTM, RNN, bias = of["trial"], of["recalled"], of["LSTM"], of["RNN"], np.log(59)
    layers = {"LSTM, bias ln 59": (LSTM, {"forget_bias": bias}), "LSTM, bias 1": (LSTM, {"forget_bias": 1.0})}
    layers |= {"LSTM, bias 0": (LSTM, {"forget_bias": 0.0}), "plain RNN": (RNN, {})}
    runs = {name: [trial(seed, layer, **options) for seed in range(8)] for name, (layer, options) in layers.items()}

    def drawn(start, *args, **options):
        rngs = [np.random.default_rng(seed) for seed in range(8)]
        return [recalled(start(*args, rng, **options), rng) for rng in rngs]

    ends = [(share, float(np.log10(slope))) for run in runs.values() for share, _, slope in run]
    return {f"16: {name}": [share for share, *_ in run] for name, run in runs.items()} | {
        "16: LSTM, bias ln 59, one letter short": drawn(of["OneShort"], 4, 32, forget_bias=bias),
        "16: plain RNN, one letter short": drawn(one_short(RNN), 4, 32),
        "16: LSTM, bias ln 59, usual start": drawn(of["usual_start"], LSTM, forget_bias=bias),
        "16: power of 10 of the slope left, right in over 0.6": [slope for share, slope in ends if share > 0.6],
        "16: power of 10 of the slope left, guessing": [slope for share, slope in ends if share < 0.32],
    }


def one_short(RNN):
    """The plain layer of lesson 16 as 16-370 has the LSTM: no slope reaches the first letter."""

    class OneShort(RNN):
        def forward(self, x, training=True):
            h, _ = super().forward(x[:, :1])
            return rnn_forward(x[:, 1:], h[:, 0], *(self.params[name] for name in "WUb"))

    return OneShort


def writers() -> dict[str, list[float]]:
    """Lesson 16, section 9: bits a character of the LSTM after ten times the lesson's steps."""
    lesson = "16_lstm_gates.ipynb"
    of = names_of(lesson, "16-020", "16-480")
    exec(names_source(lesson, "16-500", until="print(write"), of)
    of["steps"] *= 10
    exec(names_source(lesson, "16-520", until="assert"), of)
    return {"16: bits of the LSTM after 10,000 steps": [float(of["lstm_bits"])]}


def adding() -> dict[str, list[float]]:
    """Lesson 16, section 8: mean squared error of the sums, by layer."""
    of = names_of("16_lstm_gates.ipynb", "16-020", "16-440")
    exec(names_source("16_lstm_gates.ipynb", "16-450", until="answers = {}"), of)

    def error(layer, seed, **options):
        rng = np.random.default_rng(seed)
        return float(np.mean((of["learned_sums"](of[layer](2, 16, rng, **options), rng) - of["sums"]) ** 2))

    biases = {"ln 19": np.log(19), "1": 1.0}
    found = {f"16: adding, {layer}": [error(layer, seed) for seed in range(5)] for layer in ("RNN", "GRU")}
    for name, bias in biases.items():
        found[f"16: adding, LSTM, bias {name}"] = [error("LSTM", seed, forget_bias=bias) for seed in range(5)]
    return found


def names_source(notebook: str, cell: str, until: str) -> str:
    """The beginning of one cell, up to the line that begins with `until`."""
    cells = json.loads((NOTEBOOKS / notebook).read_text("utf-8"))["cells"]
    return "".join(next(c for c in cells if c["id"] == cell)["source"]).split("\n" + until)[0]


def longer_games() -> dict[str, list[float]]:
    """Lesson 23, section 7: modes of eight that six GANs reach, after 500 steps and after 3,000."""
    of = ring_games()
    coverage, centres = of["gen"].mode_coverage, of["gen"].ring_centres()
    settings = {"even": {}, "slow D": {"lr_d": 5e-4}, "slow D, ten turns": {"lr_d": 5e-4, "turns_of_d": 10}}
    settings |= {"momentum 0.9": {"momentum": 0.9}, "own term": {"saturating": True}}
    longer = ("slow D", "momentum 0.9")
    return {
        f"23: {name}, {steps} steps": [
            coverage(of["game"](seed, steps=steps, **setting), centres, radius=0.3).covered for seed in range(6)
        ]
        for name, setting in settings.items()
        for steps in ((500, 3000) if name in longer else (500,))
    }


def ring_games() -> dict:
    """The names of lesson 23 that a game on the ring needs."""
    lesson = "23_gan.ipynb"
    of = names_of(lesson, "23-020", "23-040")
    for cell, until in {"23-200": "def between", "23-430": "#", "23-440": "#", "23-550": "#"}.items():
        exec(names_source(lesson, cell, until), of)
    return of


def card_games() -> dict[str, list[float]]:
    """Lesson 18, section 9: share of right cards by seed; the best of three steps for each divisor."""
    lesson = "18_attention.ipynb"
    of = names_of(lesson, "18-020", "18-040", "18-500", "18-510")
    exec(names_source(lesson, "18-530", until="by_step = "), of)
    exec(names_source(lesson, "18-570", until="for name"), of)
    right, learn, trials = of["accuracy"], of["learn"], of["trials"]

    def best(scale, start, steps, seed):
        runs = [learn(256, step, rounds=100, N=32, seed=seed, scale=scale, start=start) for step in steps]
        return max(float(right(of["choose_games"], *run, scale=scale)) for run in runs)

    found = {f"18: divided by {name}": [best(*trial, seed) for seed in range(3)] for name, trial in trials.items()}
    taught = [float(right(of["test_games"], *learn(16, 30, rounds=300, seed=seed))) for seed in range(8)]
    return {"18: cards, after learning": taught} | found


class Claim(NamedTuple):
    """What the words of a lesson's cell say of the lowest, the highest and the median value of several seeds."""

    cell: str
    words: str
    lowest: tuple[float, float]
    highest: tuple[float, float]
    median: tuple[float, float] = (-np.inf, np.inf)

    def holds(self, values: list[float]) -> bool:
        """Do the values keep all three bands?"""
        found = (min(values), self.lowest), (max(values), self.highest), (np.median(values), self.median)
        return all(low <= value <= high for value, (low, high) in found)


GUESSED, FEW_MODES = (0.18, 0.32), (0, 5)
CLAIMS = {
    "16: LSTM, bias ln 59": Claim("16-380", "| median above 0.9, none below 0.6 |", (0.6, 1), (0.9, 1), (0.9, 1)),
    "16: LSTM, bias ln 59, one letter short": Claim(
        "16-380", "| median below 0.75, none above 0.85 |", (0, 0.75), (0, 0.85), (0, 0.75)
    ),
    "16: LSTM, bias 1": Claim("16-380", "LSTM, bias 1 | 0.18 to 0.32, each, as by guessing |", GUESSED, GUESSED),
    "16: LSTM, bias 0": Claim("16-380", "bias 0 | 0.18 to 0.32, each, as by guessing |", GUESSED, GUESSED),
    "16: plain RNN": Claim(
        "16-380", "| median below 0.6, worst as by guessing, best above 0.7 |", GUESSED, (0.7, 1), (0.18, 0.6)
    ),
    "16: plain RNN, one letter short": Claim("16-380", "| none above 0.7 |", (0, 0.7), (0, 0.7)),
    "16: power of 10 of the slope left, right in over 0.6": Claim(
        "16-380", "was right in more than 0.6 ended with over a hundredth", (-2, np.inf), (-2, np.inf)
    ),
    "16: power of 10 of the slope left, guessing": Claim(
        "16-380", "whoever guessed, with less", (-np.inf, -2), (-np.inf, -2)
    ),
    "16: bits of the LSTM after 10,000 steps": Claim("16-540", "between 1.8 and 2 bits", (1.8, 2), (1.8, 2)),
    "16: LSTM, bias ln 59, usual start": Claim("16-380", "from below 0.8 to above 0.9", (0.18, 0.8), (0.9, 1)),
    "16: adding, RNN": Claim("16-470", "above 0.14 for the RNN", (0.14, 0.25), (0.14, 0.25)),
    "16: adding, GRU": Claim("16-470", "below 0.02 for the GRU", (0, 0.02), (0, 0.02)),
    "16: adding, LSTM, bias ln 19": Claim("16-470", "below 0.1 for the LSTM", (0, 0.1), (0, 0.1)),
    "16: adding, LSTM, bias 1": Claim("16-470", "the worst LSTM stayed above 0.1", (0, 0.1), (0.1, 0.2)),
    "18: cards, after learning": Claim(
        "18-560", "it beats both pixel baselines on new pictures", (0.8, 0.9), (0.8, 0.9)
    ),
    "18: divided by nothing": Claim("18-580", "none of the three steps gets as far", (0.55, 0.68), (0.55, 0.68)),
    "18: divided by the root": Claim("18-580", "if the step is 30 times that of the root", (0.73, 0.83), (0.73, 0.83)),
    "18: divided by d_k": Claim("18-580", "Divided by $d_k$ it learns as well", (0.73, 0.83), (0.73, 0.83)),
    "18: divided by nothing, start a quarter": Claim(
        "18-580", "Now it learns without a divisor", (0.73, 0.83), (0.73, 0.83)
    ),
    "23: even, 500 steps": Claim("23-600", "they come back", (6, 8), (7, 8)),
    "23: slow D, ten turns, 500 steps": Claim("23-600", "With ten turns for each of $G$'s", (6, 8), (7, 8)),
    "23: own term, 500 steps": Claim("23-600", "own term learned the ring as well", (5, 8), (7, 8), (6, 8)),
    "23: slow D, 500 steps": Claim("23-600", "leaves few modes", FEW_MODES, FEW_MODES),
    "23: momentum 0.9, 500 steps": Claim(
        "23-600", "Momentum 0.9, Adam's default, leaves few modes too", FEW_MODES, FEW_MODES
    ),
    "23: slow D, 3000 steps": Claim("23-600", "some runs found at least seven modes, others few", FEW_MODES, (7, 8)),
    "23: momentum 0.9, 3000 steps": Claim(
        "23-600", "with momentum 0.9 most found at least seven", (0, 8), (7, 8), (7, 8)
    ),
}


def main() -> int:
    """Print the table; 1 where a claim does not hold."""
    print("| what | lowest | highest | holds | each |\n|---|---|---|---|---|")
    failed = 0
    for part in (first_letter, adding, writers, card_games, longer_games):
        for name, values in part().items():
            holds = CLAIMS[name].holds(values)
            failed += not holds
            lowest, highest, *each = (f"{v:.3g}" for v in (min(values), max(values), *values))
            print(f"| {name} | {lowest} | {highest} | {'yes' if holds else 'NO'} | {', '.join(each)} |", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
