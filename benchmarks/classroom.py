"""Grading a class: submissions a minute for 1 and 2 jobs and for growing classes, beside stock nbgrader.

python -m benchmarks.classroom            50, 200 and 500 submissions; takes about half an hour
python -m benchmarks.classroom --quick    6 submissions: does everything run?
python -m benchmarks.classroom --kill 5   kill a made-up class's run five times at random moments, compare the results
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from course_utils.classroom.results import read_table

ROOT = Path(__file__).resolve().parents[1]
OURS = [sys.executable, "-m", "course_utils.classroom"]
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
STOCK = 6  # submissions that nbgrader grades in each round


def main(arguments: list[str] | None = None) -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classroom", description=__doc__)
    parser.add_argument("--exercise", default="04")
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 200, 500])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--kill", type=int, default=0, metavar="TIMES")
    parser.add_argument("--count", type=int, default=200, help="students of the class for --kill (200)")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if asked.kill:
            killed(asked.exercise, asked.count, asked.kill, Path(folder))
        else:
            table(asked.exercise, [6] if asked.quick else asked.sizes, 2 if asked.quick else STOCK, Path(folder))


def table(lesson: str, sizes: list[int], stock: int, folder: Path) -> None:
    """Ours by jobs and class size, each round beside nbgrader in the same minutes."""
    print(f"load before: {os.getloadavg()[0]:.1f}; {os.cpu_count()} processors\n")
    print("| grader | jobs | submissions | s | s a submission | a minute | as planned |\n|---|---|---|---|---|---|---|")
    for size in sizes:
        notebooks = well_meant(lesson, size, folder / f"class{size}")
        for jobs in (1, 2):
            out = folder / f"out{size}-{jobs}"
            row(
                "ours, one sandbox each",
                jobs,
                size,
                ours(lesson, notebooks, out, jobs),
                as_planned(notebooks.parent, out),
            )
        row("nbgrader autograde", 1, stock, nbgrader(lesson, stock, folder / f"nbgrader{size}"), "-")
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


def row(name: str, jobs: int, size: int, seconds: float, right: str) -> None:
    print(
        f"| {name} | {jobs} | {size} | {seconds:.0f} | {seconds / size:.2f} | {60 * size / seconds:.0f} | {right} |",
        flush=True,
    )


def well_meant(lesson: str, count: int, folder: Path) -> Path:
    """A class without malice: right ones and every registered mistake in turn."""
    from dataclasses import replace

    from course_utils.classroom.rehearsal.rehearse import fine, mistaken, write

    kinds = [*fine(lesson), *mistaken(lesson)]
    write([replace(kinds[i % len(kinds)], student=f"s{i:03d}") for i in range(count)], folder)
    return folder / "notebooks"


def ours(lesson: str, notebooks: Path, out: Path, jobs: int, *more: str) -> float:
    """Seconds of one whole command, start and report included."""
    command = [*OURS, "grade", str(notebooks), "--exercise", lesson, "--seed", "3", "--out", str(out)]
    start = time.perf_counter()
    subprocess.run([*command, "--jobs", str(jobs), "--quiet", *more], cwd=ROOT, env={**os.environ, **QUIET}, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return time.perf_counter() - start


def as_planned(folder: Path, out: Path) -> str:
    """How many of the marks are the expected ones."""
    wanted, got = (
        {r["student"]: float(r["score"]) for r in read_table(path)}
        for path in (folder / "expected.csv", out / "grades.csv")
    )
    return f"{sum(got.get(s) == score for s, score in wanted.items())} of {len(wanted)}"


def nbgrader(lesson: str, count: int, folder: Path) -> float:
    """Seconds of `nbgrader autograde` for submissions that are all right, without releasing and collecting."""
    source = next((ROOT / "solutions").glob(f"{lesson}_*.ipynb"))
    place = folder / "source" / "ps" / source.name
    place.parent.mkdir(parents=True)
    shutil.copy(source, place)
    for number in range(count):
        handed_in = folder / "submitted" / f"s{number}" / "ps" / source.name
        handed_in.parent.mkdir(parents=True)
        shutil.copy(source, handed_in)
    here = str(Path(sys.executable).parent)
    path = os.pathsep.join([here, os.environ["PATH"]])
    about = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    about["env"] = {**os.environ, **QUIET, "PATH": path, "PYTHONPATH": str(ROOT)}
    run = [f"{here}/nbgrader"]
    subprocess.run([*run, "generate_assignment", "ps", "--force"], check=True, **about)
    start = time.perf_counter()
    subprocess.run([*run, "autograde", "ps"], check=False, **about)
    return time.perf_counter() - start


def killed(lesson: str, count: int, times: int, folder: Path) -> None:
    """A class of every kind, once undisturbed and once killed at random moments: the results must be the same."""
    subprocess.run([*OURS, "rehearse", "--exercise", lesson, "--count", str(count), "--out", str(folder / "class")],
                   cwd=ROOT, check=True)  # fmt: skip
    notebooks, limits = folder / "class" / "notebooks", ["--cell-time", "3", "--call-time", "3"]
    seconds = ours(lesson, notebooks, folder / "whole", 2, *limits)
    print(f"undisturbed: {seconds:.0f} s, {as_planned(folder / 'class', folder / 'whole')} as planned", flush=True)
    rng, out = random.Random(), folder / "cut"
    command = [*OURS, "grade", str(notebooks), "--exercise", lesson, "--seed", "3", "--out", str(out), "--jobs", "2"]
    for _ in range(times):
        run = subprocess.Popen([*command, "--quiet", *limits], cwd=ROOT, env={**os.environ, **QUIET})
        time.sleep(rng.uniform(3.0, seconds / (times + 1)))
        run.kill()
        run.wait()
        print(f"killed with {len(list((out / 'results').glob('*.json')))} of {count} graded", flush=True)
    ours(lesson, notebooks, out, 2, *limits)
    print(f"in the end: {as_planned(folder / 'class', out)} as planned", flush=True)
    print("files that differ:", differing(folder / "whole", out) or "none")


def differing(one: Path, two: Path) -> list[str]:
    """Names of files that are not the same in both folders."""

    def names(folder: Path) -> set[Path]:
        return {p.relative_to(folder) for p in folder.rglob("*") if p.is_file()}

    both = names(one) & names(two)
    other = [p for p in both if (one / p).read_bytes() != (two / p).read_bytes()]
    return sorted(str(p) for p in [*other, *(names(one) ^ names(two))])


if __name__ == "__main__":
    main()
