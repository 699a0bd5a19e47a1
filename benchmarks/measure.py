"""Fair timing on a machine that is not ours alone.

CPU time, not wall time, at one thread. Candidates are called in turns, in a new random order each round, so that
whatever else the machine does befalls all of them alike; what is compared are ratios within a round.
"""

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np


def seconds(f: Callable, repeats: int = 1) -> float:
    """CPU seconds of one call, averaged over `repeats` calls."""
    start = time.process_time()
    for _ in range(repeats):
        f()
    return (time.process_time() - start) / repeats


def interleave(
    candidates: dict[str, Callable], rounds: int, rng: np.random.Generator, least: float = 0.01
) -> dict[str, list[float]]:
    """CPU seconds of one call of each candidate in each round; short calls are repeated to fill `least` seconds."""
    repeats = {}
    for name, f in candidates.items():
        f()  # the first call pays for fresh memory and for what is made once
        repeats[name] = max(1, round(least / max(seconds(f), 1e-6)))
    times = {name: [] for name in candidates}
    gc.collect()
    gc.disable()
    for _ in range(rounds):
        for name in rng.permutation(list(candidates)):
            times[name].append(seconds(candidates[name], repeats[name]))
    gc.enable()
    return times


def peak_memory(f: Callable) -> int:
    """Bytes that a call holds at its worst, beyond what there was before it."""
    tracemalloc.start()
    f()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def ratio(ours: list[float], theirs: list[float]) -> tuple[float, float, float]:
    """Median and quartiles of the ratios within each round."""
    ratios = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    low, _, high = statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
    return statistics.median(ratios), low, high


def exponent(sizes: list[int], values: list[float]) -> float:
    """The p of value ∝ sizeᵖ that fits best: 1 is linear growth, 2 quadratic."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])
