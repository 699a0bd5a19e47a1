"""Exercise 01.4: Read a file that has faults."""

from course_utils.checks.callers import File
from course_utils.checks.exercise import Exercise, Misconception


def read_scores(path):
    scores, bad = {}, 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                name, score = line.split(",")
                scores[name.strip()] = float(score)
            except ValueError:
                bad += 1
    return scores, bad


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def read_scores_checks(path):
    with open(path, encoding="utf-8") as file:
        rows = [line.strip().split(",") for line in file]
    good = [row for row in rows if len(row) == 2 and _is_number(row[1])]
    return {name.strip(): float(score) for name, score in good}, len(rows) - len(good)


def read_scores_lines(path):
    with open(path, encoding="utf-8") as file:
        scores, bad, lines = {}, 0, file.read().splitlines()
    for line in lines:
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 2 and _is_number(parts[1]):
            scores[parts[0]] = float(parts[1])
        else:
            bad += 1
    return scores, bad


def read_scores_by_difference(path):
    scores, _ = read_scores(path)
    with open(path, encoding="utf-8") as file:
        return scores, len(file.readlines()) - len(scores)


def read_scores_text(path):
    with open(path, encoding="utf-8") as file:
        rows = [line.strip().split(",") for line in file]
    good = [row for row in rows if len(row) == 2]
    return {name.strip(): score.strip() for name, score in good}, len(rows) - len(good)


def read_scores_silent(path):
    return read_scores(path)[0], 0


def read_scores_int(path):
    scores, bad = {}, 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                name, score = line.split(",")
                scores[name.strip()] = int(score)
            except ValueError:
                bad += 1
    return scores, bad


def read_scores_blanks(path):
    scores, bad = {}, 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                name, score = line.split(",")
                scores[name] = float(score)
            except ValueError:
                bad += 1
    return scores, bad


def read_scores_stops(path):
    scores, bad = {}, 0
    with open(path, encoding="utf-8") as file:
        try:
            for line in file:
                name, score = line.split(",")
                scores[name.strip()] = float(score)
        except ValueError:
            bad += 1
    return scores, bad


def read_scores_no_blank_lines(path):
    scores, bad = read_scores(path)
    with open(path, encoding="utf-8") as file:
        return scores, bad - sum(not line.strip() for line in file)


def score_files(rng):
    """Files with good lines only, with each kind of bad line, empty ones too, and with nothing but bad lines."""
    first, second = int(rng.integers(1, 9)), int(rng.integers(10, 99))
    yield File("good.txt", f"Ann,{first}.5\nBen,{second}\n")
    yield File("words.txt", "Ann,12\nBen,twelve\nChen,7\n")
    yield File("fields.txt", f"Ann,{second}\nBen\nChen,1,2\nDora,8\n")
    yield File("spaces.txt", " Ann , 3 \nBen,-4.5\n")
    yield File("bad.txt", "name;score\nnothing\n")
    yield File("empty.txt", f"Ann,{first}\n\nBen,{second}\n   \n")
    yield File("twice.txt", "Ann,1\nAnn,2\nBen,x\n")
    yield File("no_end.txt", f"Ann,{first}\nBen,x\nEva,{second}.25")


EXERCISE = Exercise(
    id="01.4",
    title="Read a file that has faults",
    name="read_scores",
    points=4,
    minutes=40,
    difficulty=3,
    section="Errors",
    reference=read_scores,
    cases=lambda rng: [(file,) for file in score_files(rng)],
    alternatives=[read_scores_checks, read_scores_lines],
    parts=("scores", "bad"),
    misconceptions=[
        Misconception(
            "scores-as-text",
            read_scores_text,
            "Your scores are strings such as '12', and bad ones such as 'twelve' slip through. What makes a number?",
        ),
        Misconception(
            "no-count",
            read_scores_silent,
            "Bad lines are skipped, but nobody hears how many: the second value is always 0.",
        ),
        Misconception(
            "only-the-dictionary",
            lambda path: read_scores(path)[0],
            "You return the dictionary alone. Two things are asked for: `return scores, bad`.",
        ),
        Misconception(
            "whole-numbers",
            read_scores_int,
            "Scores with a decimal point are counted as bad. Which type has a decimal point?",
        ),
        Misconception(
            "blanks-in-names",
            read_scores_blanks,
            "Some names begin or end with a blank. `strip()` takes blanks off both ends.",
        ),
        Misconception(
            "bad-by-difference",
            read_scores_by_difference,
            "You counted lines minus names. If a name comes twice, one line too many is called bad: count the bad.",
        ),
        Misconception(
            "blank-lines-passed-over",
            read_scores_no_blank_lines,
            "Empty lines are passed over without being counted. A line with no name and no number is not of this form, "
            "so it is bad.",
        ),
        Misconception(
            "stops-at-a-bad-line",
            read_scores_stops,
            "After the first bad line nothing more is read. The `try` should stand inside the loop: one for each line.",
        ),
    ],
    hints=[
        "Good and bad are decided line by line. What can fail in one line? Cutting it in two, and making a number.",
        "`name, score = line.split(',')` raises ValueError unless there are exactly two parts; `float(score)` raises "
        "ValueError unless it is a number. One `except ValueError` is enough.",
        "with open(…) as file: for line in …: try: …; scores[name.strip()] = … except …: bad = …",
    ],
    forbidden=[],
    takeaway="Count what you skip. A file that silently loses half its lines has ruined many a result (lesson 07).",
)
