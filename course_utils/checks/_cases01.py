"""What the answers of lesson 01 are tried on."""

from course_utils.checks.callers import File


def texts(rng):
    """Short texts: one word, capitals, punctuation around words, line ends, and nothing at all."""
    yield "the"
    yield "The cat saw the dog. The dog ran!"
    yield '"Oh dear! Oh dear!" said Alice, (very) late;\nAlice ran.'
    yield ""
    words = ["red", "Red", "tree", "tree,", "sea.", "Sea", "a"]
    yield " ".join(words[int(i)] for i in rng.integers(0, len(words), size=12)) + "  red"
    yield "so - so"
    yield "The rabbit-hole, (rabbit-hole)! Don't."


def number_lists(rng):
    """Lists of numbers: two, many, negative, all equal, one only."""
    yield ([2.0, 4.0],)
    yield ([1, 2, 3, 6],)
    yield ([5.0, 5.0, 5.0],)
    yield ([7.0],)
    yield ([round(float(v), 2) for v in rng.normal(100, 15, size=6)],)
    yield ([round(float(v), 2) for v in rng.normal(-3, 1, size=3)],)


def nests(rng):
    """Lists in lists: flat, empty, one deep, many deep, with text."""
    yield ([],)
    yield ([1, 2],)
    yield ([1, [2, 3], 4],)
    yield ([[], [[]], 5],)
    yield (["ab", ["cd", ["e"]]],)
    yield ([int(rng.integers(9)), [[int(rng.integers(9))], [int(rng.integers(9)), [7, [8]]]]],)


def score_files(rng):
    """Files with good lines only, with each kind of bad line, and with nothing but bad lines."""
    first, second = int(rng.integers(1, 9)), int(rng.integers(10, 99))
    yield File("good.txt", f"Ann,{first}.5\nBen,{second}\n")
    yield File("words.txt", "Ann,12\nBen,twelve\nChen,7\n")
    yield File("fields.txt", f"Ann,{second}\nBen\nChen,1,2\nDora,8\n")
    yield File("spaces.txt", " Ann , 3 \nBen,-4.5\n")
    yield File("bad.txt", "name;score\nnothing\n")
    yield File("twice.txt", "Ann,1\nAnn,2\nBen,x\n")
    yield File("no_end.txt", f"Ann,{first}\nBen,x\nEva,{second}.25")


def lessons_to_learn(rng):
    """AND for two inputs, one input, and random lessons for three inputs."""
    square = [([0, 0], 0), ([0, 1], 0), ([1, 0], 0), ([1, 1], 1)]
    yield 2, square * 3
    yield 1, [([1.0], 1), ([-2.0], 0), ([0.5], 1), ([0.0], 1)]
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
