"""Exercise 01.3: Take the boxes out of the boxes."""

from course_utils.checks.exercise import Exercise, Misconception


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


def nests(rng):
    """Lists in lists: flat, empty, one deep, many deep, with text and a tuple, which stay whole."""
    yield ([],)
    yield ([1, 2],)
    yield ([1, [2, 3], 4],)
    yield ([[], [[]], 5],)
    yield (["ab", ["cd", ["e"]]],)
    yield ([1, [(2, 3)], 4, 4],)
    yield ([int(rng.integers(9)), [[int(rng.integers(9))], [int(rng.integers(9)), [7, [8]]]]],)


EXERCISE = Exercise(
    id="01.3",
    title="Take the boxes out of the boxes",
    name="flatten",
    points=3,
    minutes=30,
    difficulty=3,
    section="Functions",
    reference=flatten,
    cases=nests,
    alternatives=[flatten_stack, flatten_comprehension],
    misconceptions=[
        Misconception(
            "one-level",
            flatten_once,
            "Only the outermost boxes are opened. Who opens a box inside a box? The function itself could.",
        ),
        Misconception(
            "appended-list",
            flatten_append,
            "What you get back from the inner list is put in as one thing, so the boxes stay. How are all its values "
            "added?",
        ),
        Misconception(
            "inner-lost",
            flatten_lost,
            "Values that stand inside an inner list are lost. What happens with what the function returns for it?",
        ),
        Misconception(
            "text-cut",
            flatten_text,
            "A text fell into its letters. A string is not a list: ask for the type `list`.",
        ),
        Misconception(
            "reversed",
            lambda nested: flatten(nested)[::-1],
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
