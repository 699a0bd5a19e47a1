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


def _read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def read_scores_first(path):
    scores = {}
    for row in (line.split(",") for line in _read(path).splitlines()):
        if len(row) == 2 and _is_number(row[1]):
            scores.setdefault(row[0].strip(), float(row[1]))
    return scores, read_scores(path)[1]


def read_scores_digits(path):
    rows = [line.strip().split(",") for line in _read(path).splitlines()]
    good = [row for row in rows if len(row) == 2 and row[1].replace(".", "").isdigit()]
    return {name.strip(): float(score) for name, score in good}, len(rows) - len(good)


def read_scores_no_blanks(path):
    scores, bad = read_scores(path)
    return {name.replace(" ", ""): score for name, score in scores.items()}, bad


def read_scores_nonzero(path):
    scores, bad = read_scores(path)
    good = {name: score for name, score in scores.items() if score}
    return good, bad + len(scores) - len(good)


def read_scores_third(path):
    scores, bad = {}, 0
    for row in (line.split(",") for line in _read(path).splitlines()):
        if len(row) > 1 and _is_number(row[1]):
            scores[row[0].strip()] = float(row[1])
        else:
            bad += 1
    return scores, bad


def read_scores_headed(path):
    scores, bad = {}, 0
    for row in (line.split(",") for line in _read(path).splitlines()[1:]):
        if len(row) == 2 and _is_number(row[1]):
            scores[row[0].strip()] = float(row[1])
        else:
            bad += 1
    return scores, bad


def read_scores_kept(path):
    scores, bad = read_scores(path)
    return {"Somebody": 1.0, **scores}, bad


def is_kept(received, expected, case):
    """Is there a name with a number that no line of the file has?"""
    lines = case.args[0].text.lower().splitlines()
    rows = [(line, [float(part) for part in line.split(",") if _is_number(part)]) for line in lines]
    return any(
        isinstance(score, float) and score and not any(name.lower() in line and score in found for line, found in rows)
        for name, score in received[0].items()
    )


def read_scores_pieces(path):
    scores, bad = {}, 0
    for row in (piece.split(",") for piece in _read(path).split()):
        if len(row) == 2 and _is_number(row[1]):
            scores[row[0].strip()] = float(row[1])
        else:
            bad += 1
    return scores, bad


def read_scores_partition(path):
    scores, good, lines = {}, 0, _read(path).splitlines()
    for line in lines:
        name, _, number = line.partition(",")
        if _is_number(number):
            scores[name.strip()] = float(number)
            good += 1
    return scores, len(lines) - good


def score_files(rng):
    """Files with good lines only, with each kind of bad line, empty ones too, and with nothing but bad lines."""
    first, second = int(rng.integers(1, 9)), int(rng.integers(10, 99))
    yield File("good.txt", f"Ann,{first}.5\nBen,{second}\n")
    yield File("words.txt", "Ann,12\nBen,twelve\nChen,7\n")
    yield File("fields.txt", f"Ann,{second}\nBen\nChen,1,2\nDora,8\n")
    yield File("spaces.txt", " Ann , 3 \nBen,-4.5\n")
    yield File("bad.txt", "name;score\nnothing\n")
    yield File("empty.txt", f"Ann,{first}\n\nBen,{second}\n   \n")
    yield File("names.txt", "Ann Lee,5\nBob,0\n")
    yield File("twice.txt", "Ann,1\nAnn,2\nBen,x\n")
    yield File("no_end.txt", f"Ann,{first}\nBen,x\nEva,{second}.25")


EXERCISE = Exercise(
    id="01.4",
    title="Read a file that has faults",
    name="read_scores",
    points=4,
    minutes=50,
    difficulty=3,
    section="Errors",
    reference=read_scores,
    cases=lambda rng: [(file,) for file in score_files(rng)],
    alternatives=[read_scores_checks, read_scores_lines, read_scores_partition],
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
        Misconception(
            "first-number-stays",
            read_scores_first,
            "Where a name comes twice, your dictionary keeps its first number. Asked is the last.",
        ),
        Misconception(
            "digits-only",
            read_scores_digits,
            "A number may begin with a minus, or have blanks around it: `isdigit` says no to both. What tries to make "
            "a number, and says when it cannot?",
        ),
        Misconception(
            "all-blanks-gone",
            read_scores_no_blanks,
            "A name of two words lost the blank *inside* it. Only those around a name are taken off.",
        ),
        Misconception(
            "zero-is-bad",
            read_scores_nonzero,
            "A score of 0 is a number like others, but `if score:` says no to it. Ask whether it *is* a number.",
        ),
        Misconception(
            "third-part-unseen",
            read_scores_third,
            "A line with a third part, such as `Chen,1,2`, is not of the form asked for. How many has a good one?",
        ),
        Misconception(
            "first-line-skipped",
            read_scores_headed,
            "The first line of the file is never looked at. These files have no heading.",
            family="off by one",
        ),
        Misconception(
            "an-empty-piece-at-the-end",
            lambda path: (read_scores(path)[0], read_scores(path)[1] + _read(path).endswith("\n")),
            "One line too many is bad: behind the last line end `split` finds an empty piece, which is no line. Go "
            "through the file itself, or use `splitlines()`.",
        ),
        Misconception(
            "all-bad",
            lambda path: ({}, len(_read(path).splitlines())),
            "Every line is called bad, good ones too. An `except` without a name also hides your own slips, such as a "
            "misspelled name: write `except ValueError`, and see what comes up.",
        ),
        Misconception(
            "cut-at-every-blank",
            read_scores_pieces,
            "`split()` without a sign also cuts inside a line, at each blank, and passes over empty lines. What goes "
            "through a file line by line?",
        ),
        Misconception(
            "letter-by-letter",
            lambda path: ({}, len(_read(path))),
            "`for line in file.read()` goes through single characters. Without `.read()` it goes through lines.",
        ),
        Misconception(
            "kept-from-the-last-call",
            read_scores_kept,
            "There are names that do not stand in this file. Do `scores` and `bad` begin anew inside the function? "
            "What is made outside keeps what came before.",
            seen=is_kept,
            family="kept from the last call",
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
