"""Does the seed decide?  `python -m tests.checks.seeds 06.6 --seeds 200` judges borderline answers at many seeds.

Borderline answers are right by another road (other algorithms, other orders of summation, long cuts, finite
differences) or wrong by little.  Each must get one verdict, whatever the seed: margins, or cases that decide.
`python -m tests.checks.seeds` runs them all; tests/checks/test_seeds.py runs them at fewer seeds.
"""

import argparse
import collections
import warnings

from course_utils.checks import registry
from course_utils.checks.judging.bench import Bench
from course_utils.checks.judging.judge import verdict
from tests.checks.borderline import BORDERLINE, computed_in_single


def answers(number):
    """{name: answer}: those made for this exercise, and its reference in single precision."""
    exercise = registry.find(number)
    found = dict(BORDERLINE.get(number, {}))
    if exercise.kind in ("function", "repair") and exercise.metric is None:
        found["computed in float32"] = computed_in_single(exercise.reference)
    return found


def verdicts(number, seeds):
    """{answer: how often each verdict was given}: (points, passed, mistake)."""
    exercise, found = registry.find(number), collections.defaultdict(collections.Counter)
    for seed in range(seeds):
        bench = Bench(exercise, seed)
        for name, answer in answers(number).items():
            result = verdict(bench, bench.trials_of(bench.observed(answer)))
            found[name][float(result), result.passed, result.misconception] += 1
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*")
    parser.add_argument("--seeds", type=int, default=60)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    for number in asked.numbers or [e.id for e in registry.every()]:
        for name, counts in verdicts(number, asked.seeds).items():
            told = "; ".join(f"{points:g} points {mistake or ''} ({n})" for (points, _, mistake), n in counts.items())
            print(f"{number} {'THE SEED DECIDES' if len(counts) > 1 else 'one verdict'}: {name}: {told}")


if __name__ == "__main__":
    main()
