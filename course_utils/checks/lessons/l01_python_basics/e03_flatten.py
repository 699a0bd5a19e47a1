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


def flatten_tuples(nested):
    return [x for t in nested for x in (flatten_tuples(t) if isinstance(t, list | tuple) else [t])]


def flatten_two(nested):
    return flatten_once(flatten_once(nested))


def flatten_true(nested):
    return [thing for thing in flatten(nested) if thing]


def flatten_level_by_level(nested):
    flat, waiting = [], list(nested)
    while waiting:
        thing = waiting.pop(0)
        if isinstance(thing, list):
            waiting += thing
        else:
            flat.append(thing)
    return flat


def flatten_kept(nested):
    return ["what came before", *flatten(nested)]


def flatten_sum(nested):
    flat = []
    for thing in nested:
        flat = flat + (flatten_sum(thing) if isinstance(thing, list) else [thing])
    return flat


def flatten_head(nested):
    if not nested:
        return []
    head = flatten_head(nested[0]) if isinstance(nested[0], list) else nested[:1]
    return head + flatten_head(nested[1:])


def has_boxes(received, expected, case):
    """Is there still a list in the list?"""
    return any(isinstance(thing, list) for thing in received)


def is_shuffled(received, expected, case):
    """The same values, the same number of times?"""
    return sorted(map(repr, received)) == sorted(map(repr, expected))


def is_kept(received, expected, case):
    """What is right, with other things before it?"""
    return len(received) > len(expected) and received[len(received) - len(expected) :] == expected


def nests(rng):
    """Lists in lists: flat, empty, one deep, many deep, with text and a tuple, which stay whole."""
    yield ([],)
    yield ([1, 2],)
    yield ([1, [2, 3], 4],)
    yield ([[], [[]], 5],)
    yield (["ab", ["cd", ["e"]]],)
    yield ([1, [(2, 3)], 4, 4],)
    yield ([0, ["", [False]], None],)
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
    alternatives=[flatten_stack, flatten_comprehension, flatten_sum, flatten_head],
    misconceptions=[
        Misconception(
            "one-level",
            flatten_once,
            "Only the outermost boxes are opened. Who opens a box inside a box? The function itself could.",
        ),
        Misconception(
            "appended-list",
            flatten_append,
            "All boxes stay as they were: either a list is never known as one (`isinstance(thing, list)`), or what you "
            "get back from it is put in as one thing. How are all its values added?",
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
        Misconception(
            "tuples-opened",
            flatten_tuples,
            "A tuple was opened. Only lists are: whatever else can be walked through stays whole.",
        ),
        Misconception(
            "nothing-like-values",
            flatten_true,
            "0, an empty text, False or None got lost. `if thing:` asks more than whether there is a thing.",
        ),
        Misconception(
            "some-levels",
            flatten_two,
            "Some boxes are still there, deep ones or empty ones. Nobody knows beforehand how deep they lie: what "
            "opens a box of any depth?",
            seen=has_boxes,
        ),
        Misconception(
            "other-order",
            flatten_level_by_level,
            "All values are there, in another order. What lies in a box should come where the box stood.",
            seen=is_shuffled,
        ),
        Misconception(
            "kept-from-the-last-call",
            flatten_kept,
            "Before the right values stand those of an earlier call. Is your list made inside the function, at each "
            "call? One outside, or a default value, is made only once.",
            seen=is_kept,
            family="kept from the last call",
        ),
    ],
    hints=[
        "What does `count_files` of the lesson do with a thing that is itself a list?",
        "Begin with an empty list. A plain value is appended. For a list, call `flatten` and add all that it gives.",
        "for thing in …: if isinstance(…, list): flat = flat + … else: flat.append(…)",
    ],
    forbidden=[],
    takeaway="A function that calls itself on a smaller piece: networks are walked through in this way (lesson 08).",
)
