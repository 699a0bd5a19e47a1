"""Right and wrong answers to the exercises of lesson 01, written as learners write them."""

import re
import statistics
from collections import Counter

ENDS = ".,;:!?\"'()-"


def count_words(text):
    counts = {}
    for piece in text.lower().split():
        word = piece.strip(ENDS)
        if word:
            counts[word] = counts.get(word, 0) + 1
    return counts


def count_words_counter(text):
    return dict(Counter(re.findall(r"[a-z]+(?:['-][a-z]+)*", text.lower())))


def count_words_letters_only(text):
    return dict(Counter(re.findall(r"[a-z]+", text.lower())))


def count_words_removed_inside(text):
    kept = "".join(character for character in text.lower() if character not in ENDS)
    return dict(Counter(kept.split()))


def count_words_list(text):
    words = [piece.strip(ENDS) for piece in text.lower().split()]
    return {word: words.count(word) for word in words if word != ""}


def count_words_capitals(text):
    return dict(Counter(word for word in (piece.strip(ENDS) for piece in text.split()) if word))


def count_words_punctuation(text):
    return dict(Counter(text.lower().split()))


def count_letters(text):
    return dict(Counter(text.lower()))


def count_words_ones(text):
    return dict.fromkeys(count_words(text), 1)


def count_words_empty(text):
    return dict(Counter(piece.strip(ENDS) for piece in text.lower().split()))


def count_words_from_zero(text):
    return {word: count - 1 for word, count in count_words(text).items()}


def _spread(values):
    mean = sum(values) / len(values)
    return (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5


def standardize(values):
    mean, spread = sum(values) / len(values), _spread(values)
    return [(v - mean) / spread if spread else 0.0 for v in values]


def standardize_statistics(values):
    mean, spread = statistics.fmean(values), statistics.pstdev(values)
    return [0.0] * len(values) if spread == 0 else [(v - mean) / spread for v in values]


def standardize_loop(values):
    result, mean, spread = [], sum(values) / len(values), _spread(values)
    for value in values:
        result.append((value - mean) / spread if spread > 0 else 0)
    return result


def standardize_variance(values):
    mean, spread = sum(values) / len(values), _spread(values)
    return [(v - mean) / spread**2 if spread else 0.0 for v in values]


def standardize_sample(values):
    if len(values) < 2 or not _spread(values):
        return [0.0] * len(values)
    mean, spread = sum(values) / len(values), statistics.stdev(values)
    return [(v - mean) / spread for v in values]


def standardize_scale_only(values):
    spread = _spread(values)
    return [v / spread if spread else 0.0 for v in values]


def standardize_in_place(values):
    mean, spread = sum(values) / len(values), _spread(values)
    for i in range(len(values)):
        values[i] = (values[i] - mean) / spread if spread else 0.0
    return values


def standardize_zero(values):
    mean, spread = sum(values) / len(values), _spread(values)
    return [(v - mean) / spread for v in values]


def flatten(nested):
    flat = []
    for thing in nested:
        if isinstance(thing, list):
            flat.extend(flatten(thing))
        else:
            flat.append(thing)
    return flat


def flatten_stack(nested):
    flat, waiting = [], [nested]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, list):
            waiting.extend(reversed(thing))
        else:
            flat.append(thing)
    return flat


def flatten_comprehension(nested):
    return [x for thing in nested for x in (flatten_comprehension(thing) if isinstance(thing, list) else [thing])]


def flatten_once(nested):
    flat = []
    for thing in nested:
        if isinstance(thing, list):
            flat = flat + thing
        else:
            flat.append(thing)
    return flat


def flatten_append(nested):
    return [flatten_append(thing) if isinstance(thing, list) else thing for thing in nested]


def flatten_lost(nested):
    return [thing for thing in nested if not isinstance(thing, list)]


def flatten_text(nested):
    flat = []
    for thing in nested:
        if isinstance(thing, list):
            flat.extend(flatten_text(thing))
        elif isinstance(thing, str):
            flat.extend(thing)
        else:
            flat.append(thing)
    return flat


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


class Perceptron:
    """Yes (1) or no (0) from a list of inputs; learns by (1.2)."""

    def __init__(self, inputs):
        self.weights, self.bias = [0] * inputs, 0

    def _sum(self, x):
        return sum(w * x[j] for j, w in enumerate(self.weights)) + self.bias

    def predict(self, x):
        return 1 if self._sum(x) > 0 else 0

    def update(self, x, target):
        error = target - self.predict(x)
        self.weights = [w + error * x[j] for j, w in enumerate(self.weights)]
        self.bias += error
        return error


class PerceptronZip:
    def __init__(self, inputs):
        self.weights, self.bias = [0.0 for _ in range(inputs)], 0.0

    def predict(self, x):
        total = self.bias
        for w, v in zip(self.weights, x, strict=True):
            total += w * v
        return int(total > 0)

    def update(self, x, target):
        if self.predict(x) == target:
            return 0
        step = 1 if target == 1 else -1
        self.bias += step
        self.weights = [w + step * v for w, v in zip(self.weights, x, strict=True)]
        return step


class PerceptronInPlace(Perceptron):
    def update(self, x, target):
        error = target - self.predict(x)
        for i in range(len(x)):
            self.weights[i] += error * x[i]
        self.bias = self.bias + error
        return error


class PerceptronWrongSign(Perceptron):
    def update(self, x, target):
        error = self.predict(x) - target
        self.weights = [w + error * v for w, v in zip(self.weights, x, strict=True)]
        self.bias += error
        return error


class PerceptronNoBias(Perceptron):
    def update(self, x, target):
        error = target - self.predict(x)
        self.weights = [w + error * v for w, v in zip(self.weights, x, strict=True)]
        return error


class PerceptronZeroYes(Perceptron):
    def predict(self, x):
        return 1 if self._sum(x) >= 0 else 0


class PerceptronAlways(Perceptron):
    def update(self, x, target):
        error = target - self.predict(x)
        self.weights = [w + target * v for w, v in zip(self.weights, x, strict=True)]
        self.bias += target
        return error


class PerceptronForgetsBias(Perceptron):
    def predict(self, x):
        return 1 if self._sum(x) - self.bias > 0 else 0


class PerceptronSum(Perceptron):
    def predict(self, x):
        return self._sum(x)


def running_mean(values):
    means, total = [], 0
    for i in range(len(values)):
        total = total + values[i]
        means.append(total / (i + 1))
    return means


def running_mean_broken(values):
    means = []
    for i in range(len(values)):
        total = 0
        total = total + values[i]
        means.append(total / (i + 1))
    return means


def running_mean_slices(values):
    return [sum(values[: i + 1]) / (i + 1) for i in range(len(values))]


def running_mean_while(values):
    means, total, count = [], 0, 0
    while count < len(values):
        total += values[count]
        count += 1
        means.append(total / count)
    return means


def running_mean_all(values):
    return [sum(values[: i + 1]) / len(values) for i in range(len(values))]


def running_mean_late(values):
    means, total = [], 0
    for i in range(1, len(values)):
        total = total + values[i]
        means.append(total / (i + 1))
    return means


def running_mean_position(values):
    return [sum(values[: i + 1]) / i for i in range(len(values))]


PREDICTIONS = {"A": [1, 2, 3], "B": [1, 2], "C": "cde", "D": [0, 1, 2], "E": None}
