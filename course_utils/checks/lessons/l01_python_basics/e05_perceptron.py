"""Exercise 01.5: A perceptron with any number of inputs."""

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


def lessons_to_learn(rng):
    """AND for two inputs, one input, four of which the last alone decides, yes at 0, and random ones for three."""
    square = [([0, 0], 0), ([0, 1], 0), ([1, 0], 0), ([1, 1], 1)]
    yield 2, square * 3
    yield 1, [([1.0], 1), ([-2.0], 0), ([0.5], 1), ([0.0], 1)]
    yield 2, [([0, 1], 1), ([1, 0], 0)]
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
    minutes=45,
    difficulty=4,
    section="A machine from 1958",
    reference=Perceptron,
    drive=teach,
    cases=lessons_to_learn,
    same_dtype=False,
    alternatives=[PerceptronZip, PerceptronInPlace],
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
    ],
    hints=[
        "How many weights are there? One for each input, all 0 at first: `[0] * inputs`.",
        "The sum of (1.1) for lists: go through weights and inputs together, `for w, v in zip(self.weights, x)`.",
        "def update(self, x, target): error = …; self.weights = [… for w, v in zip(…)]; self.bias = …; return …",
    ],
    takeaway="You wrote the first machine that learned from its errors. Lesson 06 makes its yes and no soft.",
)
