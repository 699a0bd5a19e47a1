"""Exercise 01.5: A perceptron with any number of inputs."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


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


class PerceptronHasty(Perceptron):
    def predict(self, x):
        total = self.bias
        for w, v in zip(self.weights, x, strict=True):
            total += w * v
            return 1 if total > 0 else 0


class PerceptronSum(Perceptron):
    def predict(self, x):
        return self._sum(x)


class PerceptronSaysLate(Perceptron):
    def update(self, x, target):
        super().update(x, target)
        return target - self.predict(x)


class PerceptronMovingError(Perceptron):
    def update(self, x, target):
        for i in range(len(x)):
            self.weights[i] += (target - self.predict(x)) * x[i]
        self.bias += target - self.predict(x)
        return target - self.predict(x)


class PerceptronBlind(Perceptron):
    def update(self, x, target):
        error = target - self.predict(x)
        self.weights = [w + error for w in self.weights]
        self.bias += error
        return error


class PerceptronForgets(Perceptron):
    def update(self, x, target):
        error = target - self.predict(x)
        self.weights, self.bias = [error * v for v in x], error
        return error


class PerceptronBiasPerInput(Perceptron):
    def update(self, x, target):
        error = target - self.predict(x)
        for i in range(len(x)):
            self.weights[i] += error * x[i]
            self.bias += error
        return error


class PerceptronBiasPerProduct(Perceptron):
    def predict(self, x):
        return 1 if sum(w * v + self.bias for w, v in zip(self.weights, x, strict=True)) > 0 else 0


class PerceptronTenth(Perceptron):
    def update(self, x, target):
        error = target - self.predict(x)
        self.weights = [w + 0.1 * error * v for w, v in zip(self.weights, x, strict=True)]
        self.bias += 0.1 * error
        return error


class PerceptronOnlyOnes(Perceptron):
    def update(self, x, target):
        error = target - self.predict(x)
        self.weights = [w + error if v == 1 else w for w, v in zip(self.weights, x, strict=True)]
        self.bias += error
        return error


class PerceptronMinusOne(Perceptron):
    def predict(self, x):
        return 1 if self._sum(x) > 0 else -1


class PerceptronTruth(Perceptron):
    def predict(self, x):
        return self._sum(x) > 0


class PerceptronSaysNothing(Perceptron):
    def update(self, x, target):
        super().update(x, target)


class PerceptronShared(Perceptron):
    """As if the list stood in the class, and an earlier object had put its weights there."""

    def __init__(self, inputs):
        super().__init__(inputs + 2)

    def _sum(self, x):
        return sum(w * v for w, v in zip(self.weights, x, strict=False)) + self.bias

    def update(self, x, target):
        return super().update([*x, 0, 0], target)


def is_shared(received, expected, case):
    """Are there more weights than inputs?"""
    return len(received["weights"]) > case.args[0]


class PerceptronNumpy:
    def __init__(self, inputs):
        self.weights, self.bias = np.zeros(inputs), 0.0

    def predict(self, x):
        return int(np.dot(self.weights, x) + self.bias > 0)

    def update(self, x, target):
        error = target - self.predict(x)
        self.weights = self.weights + error * np.array(x)
        self.bias += error
        return error


def lessons_to_learn(rng):
    """AND for two inputs, one input, four of which the last alone decides, yes at 0, inputs
    that are no 0 or 1, and random ones for three.
    """
    square = [([0, 0], 0), ([0, 1], 0), ([1, 0], 0), ([1, 1], 1)]
    yield 2, square * 3
    yield 1, [([1.0], 1), ([-2.0], 0), ([0.5], 1), ([0.0], 1)]
    yield 2, [([0, 1], 1), ([1, 0], 0)]
    yield 2, [([-1, -1], 1), ([-1, 2], 0)]
    yield 2, [([1, 2], 1)]
    yield 4, [([0, 0, 0, 1], 1), ([0, 0, 0, -3], 0), ([0, 0, 0, 2], 1)]
    rows = [[round(float(v), 1) for v in rng.normal(size=3)] for _ in range(8)]
    yield 3, [(row, int(row[0] - row[2] > 0)) for row in rows]


def teach(Answer, inputs, examples):
    """Make a perceptron, show it examples, and look at everything it says on the way."""
    machine = Answer(inputs)
    start = machine.predict(examples[0][0])
    errors = [machine.update(x, target) for x, target in examples]
    return {
        "the first answer": start,
        "what update returns": errors,
        "the answers afterwards": [machine.predict(x) for x, _ in examples],
        "weights": list(machine.weights),
        "bias": machine.bias,
    }


EXERCISE = Exercise(
    id="01.5",
    title="A perceptron with any number of inputs",
    name="Perceptron",
    kind="class",
    points=5,
    minutes=70,
    difficulty=4,
    section="A machine from 1958",
    reference=Perceptron,
    drive=teach,
    cases=lessons_to_learn,
    same_dtype=False,
    alternatives=[PerceptronZip, PerceptronInPlace, PerceptronNumpy],
    misconceptions=[
        Misconception(
            "wrong-sign",
            PerceptronWrongSign,
            "It gets worse with each example: your error is prediction minus target. Which way round is it in (1.2)?",
            family="wrong sign",
        ),
        Misconception(
            "bias-stays",
            PerceptronNoBias,
            "The weights learn, the bias stays at 0. What does (1.2) say about b?",
            family="bias forgotten",
        ),
        Misconception(
            "zero-is-yes",
            PerceptronZeroYes,
            "A sum of exactly 0 gives 1 here. In (1.1) yes needs a sum *above* 0.",
        ),
        Misconception(
            "always-updates",
            PerceptronAlways,
            "The weights also change when the answer was right: you add the target, not the error.",
        ),
        Misconception(
            "predict-without-bias",
            PerceptronForgetsBias,
            "`predict` leaves the bias out of the sum.",
            family="bias forgotten",
        ),
        Misconception(
            "answers-after-one",
            PerceptronHasty,
            "`predict` answers after the first input. Is its `return` inside the loop? It belongs behind it: four "
            "blanks farther to the left.",
        ),
        Misconception(
            "sum-as-answer",
            PerceptronSum,
            "`predict` returns the sum itself. The answer is 1 if the sum is above 0, otherwise 0.",
        ),
        Misconception(
            "error-afterwards",
            PerceptronSaysLate,
            "What `update` returns is worked out after the weights changed. The error is that of the answer *before*.",
        ),
        Misconception(
            "error-moves",
            PerceptronMovingError,
            "You ask `predict` again for each weight, while the weights change. Work the error out once, before the "
            "first change.",
        ),
        Misconception(
            "input-left-out",
            PerceptronBlind,
            "Every weight moves by the same amount. In (1.2) the error is multiplied by the input that belongs to the "
            "weight.",
        ),
        Misconception(
            "weights-replaced",
            PerceptronForgets,
            "What was learned before is gone: the change *replaces* the weights and the bias. (1.2) adds it to them.",
        ),
        Misconception(
            "bias-once-per-input",
            PerceptronBiasPerInput,
            "The bias changes once for each input. Does its line stand inside the loop?",
        ),
        Misconception(
            "bias-in-each-product",
            PerceptronBiasPerProduct,
            "`predict` adds the bias once for each input. In (1.1) it is added once to the whole sum.",
        ),
        Misconception(
            "smaller-steps",
            PerceptronTenth,
            "A factor stands before the error. (1.2) has none: the change is the error times the input.",
        ),
        Misconception(
            "only-where-1",
            PerceptronOnlyOnes,
            "Weights move only where the input is exactly 1. Inputs may be other numbers: what does (1.2) multiply?",
        ),
        Misconception(
            "minus-one",
            PerceptronMinusOne,
            "Your no is -1. In (1.1) it is 0.",
        ),
        Misconception(
            "true-or-false",
            PerceptronTruth,
            "`predict` gives True or False, as a comparison does. Asked are the numbers 1 and 0: `1 if ... else 0`.",
        ),
        Misconception(
            "update-says-nothing",
            PerceptronSaysNothing,
            "The machine learns, but `update` hands nothing back, or not always. The error is to be returned, 0 too.",
        ),
        Misconception(
            "one-list-for-all",
            PerceptronShared,
            "A new machine has more weights than inputs: it has those of an earlier one too. A list that stands in the "
            "class, above `__init__`, belongs to all objects. Make it in `__init__`, as `self.weights`.",
            seen=is_shared,
            family="kept from the last call",
        ),
    ],
    hints=[
        "How many weights are there? One for each input, all 0 at first: `[0] * inputs`.",
        "The sum of (1.1) for lists: go through weights and inputs together, `for w, v in zip(self.weights, x)`.",
        "def update(self, x, target): error = …; self.weights = [… for w, v in zip(…)]; self.bias = …; return …",
    ],
    takeaway="You wrote the first machine that learned from its errors. Lesson 06 makes its yes and no soft.",
)
