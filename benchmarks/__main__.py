"""The command: it starts itself again as workers, in an environment fit for measuring, and writes the report."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.items import ITEMS, Growth
from benchmarks.report import report
from benchmarks.worker import measuring_environment, work

HERE = Path(__file__).resolve().parent


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="NAME", help="items whose name holds this word ('growth' for the growth)")
    parser.add_argument("--rounds", type=int, default=15, help="rounds in all (15)")
    parser.add_argument("--processes", type=int, default=3, help="processes the rounds are shared out over (3)")
    parser.add_argument("--quick", action="store_true", help="tiny sizes and 2 rounds: does everything run?")
    parser.add_argument("--out", type=Path, help="file to write (RESULTS.md beside this file, for a whole run)")
    parser.add_argument("--worker", metavar="ORDER", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.quick:
        asked.rounds, asked.processes = 2, 1
    if asked.rounds < asked.processes:
        parser.error(f"--rounds must be at least --processes ({asked.processes}), but {asked.rounds} came.")
    return asked


def orders(asked: argparse.Namespace) -> list[dict]:
    """What each worker has to do; the first also measures the growth."""
    word = (asked.only or "").lower()
    items = [item.name for item in ITEMS if word in item.name.lower()]
    growth = word in "growth"
    if not items and not growth:
        sys.exit(f"no item is called {asked.only!r}; there are: {', '.join(item.name for item in ITEMS)}, growth.")
    shares = [len(range(i, asked.rounds, asked.processes)) for i in range(asked.processes)]
    common = {"items": items, "quick": asked.quick}
    return [{"seed": i, "rounds": share, "growth": growth and i == 0, **common} for i, share in enumerate(shares)]


def results(order: dict) -> list[dict]:
    """Start this program again as a worker, and collect what it says."""
    command = [sys.executable, "-m", "benchmarks", "--worker", json.dumps(order)]
    run = subprocess.run(
        command, cwd=HERE.parent, env=measuring_environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def load() -> float:
    """How many processes wanted to run in the last minute; 0 where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def main(arguments: list[str] | None = None) -> str:
    """Measure, print, write; returns the report."""
    asked = options(arguments)
    if asked.worker:
        work(json.loads(asked.worker))
        return ""
    facts, times, growths = {"before": load()}, {}, []
    for number, order in enumerate(orders(asked), start=1):
        print(f"process {number} of {asked.processes}, {order['rounds']} rounds", file=sys.stderr, flush=True)
        for result in results(order):
            kind = result.pop("kind")
            if kind == "machine":
                facts = result | facts  # of the first process
            elif kind == "growth":
                growths.append(Growth(**result))
            else:
                merged = times.setdefault((result["dtype"], result["item"]), {})
                for name, values in result["times"].items():
                    merged.setdefault(name, []).extend(values)
    facts |= {"after": load(), "rounds": asked.rounds, "processes": asked.processes}
    text = report(facts, times, growths, asked.quick)
    print(text)
    out = asked.out or (None if asked.only or asked.quick else HERE / "RESULTS.md")
    if out:
        out.write_text(text, encoding="utf-8")
    return text


if __name__ == "__main__":
    main()
