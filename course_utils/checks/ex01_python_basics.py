"""The exercises of lesson 01: lists, loops, dictionaries, files and a class, in plain Python."""

from course_utils.checks import _answers01 as a
from course_utils.checks._cases01 import lessons_to_learn, nests, number_lists, score_files, teach, texts
from course_utils.checks.exercise import Exercise, Misconception

COUNT_WORDS = Exercise(
    id="01.1",
    title="Count the words of a text",
    name="count_words",
    points=3,
    minutes=20,
    difficulty=3,
    section="Sitting 3: dictionaries, files, and errors as friends",
    reference=a.count_words,
    cases=texts,
    alternatives=[a.count_words_counter, a.count_words_list],
    misconceptions=[
        Misconception(
            "capitals",
            a.count_words_capitals,
            "'The' and 'the' are counted as two words here. Which method of a string makes all letters small?",
        ),
        Misconception(
            "punctuation",
            a.count_words_punctuation,
            "Some of your words still carry a comma, a full stop or a quotation mark. What has to come off, and where?",
        ),
        Misconception(
            "letters",
            a.count_letters,
            "You counted letters. `for x in text` goes through letters; what cuts a text into pieces?",
        ),
        Misconception(
            "only-ones",
            a.count_words_ones,
            "Every word is counted once, however often it comes. What was in the dictionary before you wrote the 1?",
        ),
        Misconception(
            "empty-word",
            a.count_words_empty,
            "The empty string is among your words. It is left over when a piece was punctuation only.",
        ),
        Misconception(
            "cut-inside",
            a.count_words_letters_only,
            "A word was cut in two: a hyphen or an apostrophe *inside* a word belongs to it. Clean only the ends.",
        ),
        Misconception(
            "glued",
            a.count_words_removed_inside,
            "You removed hyphens and apostrophes everywhere, and `rabbit-hole` became `rabbithole`. Clean the two ends "
            "of each piece: `strip`.",
        ),
        Misconception(
            "one-off",
            a.count_words_from_zero,
            "Each count is one too small. With which number does the first meeting begin?",
        ),
    ],
    hints=[
        "Three steps: make the letters small; cut at the blanks; count each piece as the lesson counted letters.",
        "`piece.strip('.,;:!?\"()-')` takes such characters off both ends. What is left if nothing else was there?",
        "counts = {}; for piece in …: word = …; if word: counts[word] = counts.get(…, …) + 1",
    ],
    forbidden=[],
    takeaway="Small letters, clean ends, then count: every program that reads text begins like this (lesson 14).",
)


STANDARDIZE = Exercise(
    id="01.2",
    title="Put numbers on a common scale",
    name="standardize",
    points=3,
    minutes=15,
    difficulty=2,
    section="Functions",
    reference=a.standardize,
    cases=number_lists,
    alternatives=[a.standardize_statistics, a.standardize_loop],
    misconceptions=[
        Misconception(
            "mean-only",
            lambda values: [v - sum(values) / len(values) for v in values],
            "The mean is taken off, but nothing is divided: a list of large numbers still has a large spread.",
        ),
        Misconception(
            "variance",
            a.standardize_variance,
            "You divided by the mean square itself. Which root turns square metres back into metres?",
        ),
        Misconception(
            "n-minus-one",
            a.standardize_sample,
            "The spread is a little too large: you divided the sum of squares by n - 1. Here it is the mean, so n.",
        ),
        Misconception(
            "not-centred",
            a.standardize_scale_only,
            "You divided by the spread, but the mean of the result is not 0. What has to be taken off first?",
        ),
        Misconception(
            "changed-the-list",
            a.standardize_in_place,
            "The result is right, but the list that you were given has changed. Build a new list.",
        ),
        Misconception(
            "division-by-zero",
            a.standardize_zero,
            "If all numbers are equal the spread is 0, and you divide by it. What should every number become then?",
        ),
    ],
    hints=[
        "Take [2, 4]. The mean is 3, the distances are -1 and 1. What should come out?",
        "The mean first. Then the mean of the squared distances, and its root. Then divide each distance by it.",
        "mean = …; spread = (sum(… for v in values) / …) ** 0.5; if spread == 0: return …; return [… for v in values]",
    ],
    forbidden=[],
    takeaway="Mean 0 and spread 1: lesson 04 shows why learning needs it.",
)


FLATTEN = Exercise(
    id="01.3",
    title="Take the boxes out of the boxes",
    name="flatten",
    points=3,
    minutes=15,
    difficulty=3,
    section="Functions",
    reference=a.flatten,
    cases=nests,
    alternatives=[a.flatten_stack, a.flatten_comprehension],
    misconceptions=[
        Misconception(
            "one-level",
            a.flatten_once,
            "Only the outermost boxes are opened. Who opens a box inside a box? The function itself could.",
        ),
        Misconception(
            "appended-list",
            a.flatten_append,
            "What you get back from the inner list is put in as one thing, so the boxes stay. How are all its values "
            "added?",
        ),
        Misconception(
            "inner-lost",
            a.flatten_lost,
            "Values that stand inside an inner list are lost. What happens with what the function returns for it?",
        ),
        Misconception(
            "text-cut",
            a.flatten_text,
            "A text fell into its letters. A string is not a list: ask for the type `list`.",
        ),
        Misconception(
            "reversed",
            lambda nested: a.flatten(nested)[::-1],
            "All values are there, but from the end to the beginning.",
        ),
    ],
    hints=[
        "What does `count_files` of the lesson do with a thing that is itself a list?",
        "Begin with an empty list. A plain value is appended. For a list, call `flatten` and add all that it gives.",
        "for thing in …: if isinstance(…, list): flat.extend(…) else: flat.append(…)",
    ],
    forbidden=[],
    takeaway="A function that calls itself on a smaller piece: networks are walked through in this way (lesson 08).",
)


READ_SCORES = Exercise(
    id="01.4",
    title="Read a file that has faults",
    name="read_scores",
    points=4,
    minutes=20,
    difficulty=3,
    section="Errors",
    reference=a.read_scores,
    cases=lambda rng: [(file,) for file in score_files(rng)],
    alternatives=[a.read_scores_checks, a.read_scores_lines],
    misconceptions=[
        Misconception(
            "scores-as-text",
            a.read_scores_text,
            "Your scores are strings such as '12', and bad ones such as 'twelve' slip through. What makes a number?",
        ),
        Misconception(
            "no-count",
            a.read_scores_silent,
            "Bad lines are skipped, but nobody hears how many: the second value is always 0.",
        ),
        Misconception(
            "only-the-dictionary",
            lambda path: a.read_scores(path)[0],
            "You return the dictionary alone. Two things are asked for: `return scores, bad`.",
        ),
        Misconception(
            "whole-numbers",
            a.read_scores_int,
            "Scores with a decimal point are counted as bad. Which type has a decimal point?",
        ),
        Misconception(
            "blanks-in-names",
            a.read_scores_blanks,
            "Some names begin or end with a blank. `strip()` takes blanks off both ends.",
        ),
        Misconception(
            "bad-by-difference",
            a.read_scores_by_difference,
            "You counted lines minus names. If a name comes twice, one line too many is called bad: count the bad.",
        ),
        Misconception(
            "stops-at-a-bad-line",
            a.read_scores_stops,
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


PERCEPTRON = Exercise(
    id="01.5",
    title="A perceptron with any number of inputs",
    name="Perceptron",
    kind="class",
    points=5,
    minutes=25,
    difficulty=4,
    section="A machine from 1958",
    reference=a.Perceptron,
    drive=teach,
    cases=lessons_to_learn,
    same_dtype=False,
    alternatives=[a.PerceptronZip, a.PerceptronInPlace],
    misconceptions=[
        Misconception(
            "wrong-sign",
            a.PerceptronWrongSign,
            "It gets worse with each example: your error is prediction minus target. Which way round is it in (1.2)?",
        ),
        Misconception(
            "bias-stays",
            a.PerceptronNoBias,
            "The weights learn, the bias stays at 0. What does (1.2) say about b?",
        ),
        Misconception(
            "zero-is-yes",
            a.PerceptronZeroYes,
            "A sum of exactly 0 gives 1 here. In (1.1) yes needs a sum *above* 0.",
        ),
        Misconception(
            "always-updates",
            a.PerceptronAlways,
            "The weights also change when the answer was right: you add the target, not the error.",
        ),
        Misconception(
            "predict-without-bias",
            a.PerceptronForgetsBias,
            "`predict` leaves the bias out of the sum.",
        ),
        Misconception(
            "sum-as-answer",
            a.PerceptronSum,
            "`predict` returns the sum itself. The answer is 1 if the sum is above 0, otherwise 0.",
        ),
    ],
    hints=[
        "How many weights are there? One for each input, all 0 at first: `[0] * inputs`.",
        "The sum of (1.1) for lists: go through weights and inputs together, `for w, v in zip(self.weights, x)`.",
        "def update(self, x, target): error = …; self.weights = [… for w, v in zip(…)]; self.bias = …; return …",
    ],
    takeaway="You wrote the first machine that learned from its errors. Lesson 06 makes its yes and no soft.",
)

RUNNING_MEAN = Exercise(
    id="01.6",
    title="Find the fault",
    name="running_mean",
    kind="repair",
    points=2,
    minutes=10,
    difficulty=2,
    section="Sitting 2: decide, repeat, name your own orders",
    reference=a.running_mean,
    broken=a.running_mean_broken,
    cases=number_lists,
    alternatives=[a.running_mean_slices, a.running_mean_while],
    misconceptions=[
        Misconception(
            "unrepaired",
            a.running_mean_broken,
            "Still the old fault. Take [2, 4] and write down `total` after each round, with pencil and paper.",
        ),
        Misconception(
            "divided-by-all",
            a.running_mean_all,
            "The sums are right now. But after two of six numbers you must divide by 2, not by 6.",
        ),
        Misconception(
            "starts-late",
            a.running_mean_late,
            "The first mean is missing: `range(1, …)` begins with the second number.",
        ),
        Misconception(
            "position",
            a.running_mean_position,
            "`i` counts from 0: for the first number it is 0, for the second 1. How many numbers have come by then?",
        ),
    ],
    hints=[
        "What should come out for [2, 4]? First the mean of 2, then the mean of 2 and 4.",
        "Print `total` in each round. It should grow; does it?",
        "Which lines of the loop should be carried out only once, before it?",
    ],
    takeaway="What is to survive a round of a loop begins before the loop.",
)

PREDICTIONS = Exercise(
    id="01.7",
    title="Read before you run",
    name="predictions",
    kind="value",
    points=4,
    minutes=10,
    difficulty=2,
    section="Names",
    reference=a.PREDICTIONS,
    alternatives=[dict(reversed(a.PREDICTIONS.items())), {**a.PREDICTIONS, "D": (0, 1, 2)}],
    misconceptions=[
        Misconception(
            "a-copy",
            {"A": [1, 2]},
            "A: `b = a` makes no copy. Both names are tied to one list, so what is appended is seen through both.",
        ),
        Misconception(
            "changed-by-plus",
            {"B": [1, 2, 3]},
            "B: `a + [3]` builds a new list, and the name `b` is tied to that one. Has anything been done to `a`?",
        ),
        Misconception(
            "end-included", {"C": "cdef"}, "C: a slice leaves out its end: [2:5] takes positions 2, 3 and 4."
        ),
        Misconception("from-one", {"C": "bcd"}, "C: positions begin at 0, so the letter at position 2 is the third."),
        Misconception("range-end", {"D": [0, 1, 2, 3]}, "D: range(3) has three numbers, and the first is 0."),
        Misconception("range-from-one", {"D": [1, 2, 3]}, "D: range(3) begins with 0."),
        Misconception(
            "printed-is-returned",
            {"E": 6},
            "E: the function prints 6 but returns nothing. What is the value of a call without `return`?",
        ),
    ],
    hints=[
        "Draw names on the left and objects on the right, with arrows, as in the slider of the lesson.",
        "In A one line changes an object; in B a name is tied to a new object.",
        "E: look for the word `return`. Nothing is written 'None', a word with a capital and without quotation marks.",
    ],
    takeaway="To read a program is to play it in your head. You did.",
)

EXERCISES = [COUNT_WORDS, STANDARDIZE, FLATTEN, READ_SCORES, PERCEPTRON, RUNNING_MEAN, PREDICTIONS]
