"""What lessons say of more seeds than they have time for, computed with the lessons' own cells.

python -m benchmarks.seeds       every claim, as the lines of one table; about three minutes on one core
"""

import contextlib
import io
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the lessons' kernel has it

import numpy as np

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
    """Lesson 16, section 6: share of first letters recalled, by layer and start."""
    of = names_of("16_lstm_gates.ipynb", "16-020", "16-040", "16-045")
    recalled, LSTM, RNN = of["recalled"], of["LSTM"], of["RNN"]

    def orthogonal(layer, seed, **options):
        rng = np.random.default_rng(seed)
        return recalled(layer(4, 32, rng, **options), rng)

    def usual(seed, **options):
        rng = np.random.default_rng(seed)
        return recalled(of["usual_start"](LSTM, rng, **options), rng)

    open_gates = np.log(59)
    return {
        "16: LSTM, bias ln 59": [orthogonal(LSTM, seed, forget_bias=open_gates) for seed in range(8)],
        "16: LSTM, bias 0": [orthogonal(LSTM, seed, forget_bias=0.0) for seed in range(4)],
        "16: plain RNN": [orthogonal(RNN, seed) for seed in range(8)],
        "16: LSTM, bias ln 59, usual start": [usual(seed, forget_bias=open_gates) for seed in range(8)],
    }


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
    of = names_of("23_gan.ipynb", "23-020", "23-040", "23-550", "23-560")
    coverage, centres = of["gen"].mode_coverage, of["gen"].ring_centres()
    settings = {"slow D": {"lr_d": 3e-4}, "momentum 0.9": {"momentum": 0.9}}
    return {
        f"23: {name}, {steps} steps": [
            coverage(points, centres, radius=0.3).covered for points in of["six_games"](steps=steps, **setting)
        ]
        for name, setting in settings.items()
        for steps in (500, 3000)
    }


def main() -> None:
    """Print the table."""
    print("| what | lowest | highest | each |\n|---|---|---|---|")
    for part in (first_letter, adding, longer_games):
        for name, values in part().items():
            each = ", ".join(f"{v:.3g}" for v in values)
            print(f"| {name} | {min(values):.3g} | {max(values):.3g} | {each} |", flush=True)


if __name__ == "__main__":
    main()
