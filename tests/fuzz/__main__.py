"""Random calls of the core's operations, compared with PyTorch, forward and backward.

python -m tests.fuzz --rounds 500            rounds with the seeds 0 … 499
python -m tests.fuzz --seed 123 --rounds 1   one round again, told in words
"""

import argparse
import sys

import torch
from tqdm import tqdm

from tests.fuzz.rounds import Fault, one_round


def main(argv=None) -> int:
    """The command line: 0 where nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="of the first round; the next one has the next number")
    parser.add_argument("--rounds", type=int, default=500)
    asked = parser.parse_args(argv)
    torch.set_num_threads(1)
    compared = faults = 0
    for seed in tqdm(range(asked.seed, asked.seed + asked.rounds), unit="round", disable=asked.rounds < 100 or None):
        try:
            outcome = one_round(seed)
        except Fault as fault:
            faults += 1
            tqdm.write(f"FAULT in {fault}\n  again: python -m tests.fuzz --seed {seed} --rounds 1")
            continue
        compared += outcome.compared
        if asked.rounds == 1:
            print(outcome.told)
    print(f"{asked.rounds} rounds, {compared} compared with PyTorch, the others refused by both; {faults} faults.")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
