"""Grade a lesson's own solutions in the real sandbox: they must earn every point.

python -m tools.graded 16
"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.notebooks import find
from tools.reference_kernel import ROOT

SEED = "2026"
NO_SANDBOX = 77  # the exit code where the machine has none


def graded(path, *, sandbox=("--sandbox", "auto")):
    """(what the grader said, its row of marks or None) for one notebook, handed in alone."""
    with tempfile.TemporaryDirectory(prefix="course-graded-") as folder:
        handed_in, out = Path(folder, "in", path.name), Path(folder, "out")
        handed_in.parent.mkdir()
        handed_in.write_bytes(path.read_bytes())
        command = [sys.executable, "-m", "course_utils.classroom", "grade", str(handed_in.parent), *sandbox]
        command += ["--exercise", path.name[:2], "--seed", SEED, "--out", str(out), "--jobs", "1", "--quiet"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
        if done.returncode or not (out / "grades.csv").is_file():
            return done.stdout + done.stderr, None
        with open(out / "grades.csv", encoding="utf-8", newline="") as file:
            return done.stdout, next(csv.DictReader(file))


def tell(path):
    """Print the marks of the notebook `path`; 0 where they are full, 77 where there is no sandbox."""
    said, row = graded(path)
    if row is None:
        print(said)
        return NO_SANDBOX if "Stopped: " in said else 1
    number = path.name[:2]
    marks = ", ".join(f"{name} {row[name]}" for name in row if name.startswith(f"{number}."))
    full = float(row["score"]) == float(row["max_score"]) and row["status"] == "graded"
    print(f"{'' if full else 'FAULT '}{row['score']} of {row['max_score']} points, {row['status']}: {marks}")
    return int(not full)


def main(argv=None):
    """The command line."""
    numbers = sys.argv[1:] if argv is None else argv
    return max(map(tell, find(numbers, ("solutions",))))


if __name__ == "__main__":
    sys.exit(main())
