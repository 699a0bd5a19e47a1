"""Exercise 02.5: Who changed my picture?"""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def brightened(image, box, amount):
    top, bottom, left, right = box
    result = image.copy()
    result[top:bottom, left:right] += amount
    return result


def brightened_broken(image, box, amount):
    top, bottom, left, right = box
    result = image
    patch = result[top:bottom, left:right]
    patch += amount
    return result


def brightened_where(image, box, amount):
    top, bottom, left, right = box
    mask = np.zeros(image.shape)
    mask[top:bottom, left:right] = amount
    return image + mask


def brightened_lost(image, box, amount):
    top, bottom, left, right = box
    result = image.copy()
    patch = result[top:bottom, left:right].copy()
    patch += amount
    return result


def brightened_patch(image, box, amount):
    top, bottom, left, right = box
    return image[top:bottom, left:right] + amount


def brightened_all(image, box, amount):
    return image + amount


def brightened_ends(image, box, amount):
    top, bottom, left, right = box
    return brightened(image, (top, bottom + 1, left, right + 1), amount)


def brightened_turned(image, box, amount):
    top, bottom, left, right = box
    return brightened(image, (left, right, top, bottom), amount)


def brightened_set(image, box, amount):
    top, bottom, left, right = box
    result = image.copy()
    result[top:bottom, left:right] = amount
    return result


def brightened_dark(image, box, amount):
    top, bottom, left, right = box
    result = np.zeros_like(image)
    result[top:bottom, left:right] = image[top:bottom, left:right] + amount
    return result


def brightened_rows(image, box, amount):
    return brightened(image, (box[0], box[1], 0, image.shape[1]), amount)


def brightened_put_back(image, box, amount):
    before = image.copy()
    result = brightened_broken(image, box, amount).copy()
    image[:] = before
    return result


def pictures(rng):
    """Small pictures of decimal numbers with a box in them, at an edge, one point, everything."""
    yield np.zeros((2, 3)), (0, 1, 1, 3), 5.0
    yield rng.uniform(size=(4, 5)), (1, 3, 2, 4), 0.5
    yield rng.uniform(size=(3, 3)), (2, 3, 0, 1), -1.0
    yield rng.uniform(size=(2, 4)), (0, 2, 0, 4), 0.25


EXERCISE = Exercise(
    id="02.5",
    title="Who changed my picture?",
    name="brightened",
    kind="repair",
    points=2,
    minutes=14,
    difficulty=2,
    section="3. Views and copies",
    reference=brightened,
    broken=brightened_broken,
    cases=pictures,
    alternatives=[
        brightened_where,
        lambda image, box, amount: brightened_broken(np.array(image), box, amount),
        brightened_put_back,
    ],
    misconceptions=[
        Misconception(
            "unrepaired",
            brightened_broken,
            "What comes back is right, but the picture that was handed in has changed too. Which line makes no copy?",
        ),
        Misconception(
            "copied-the-patch",
            brightened_lost,
            "The picture is safe now, but nothing is brightened: you changed a copy of the patch. What should be a "
            "copy, and what a view?",
        ),
        Misconception(
            "only-the-patch",
            brightened_patch,
            "This is the patch alone. Asked is the whole picture, with the patch brightened in it.",
        ),
        Misconception("everything", brightened_all, "The whole picture got brighter. Only the box should."),
        Misconception(
            "ends-included",
            brightened_ends,
            "One row and one column too many got brighter. The ends of the box are left out, as in every slice.",
            family="off by one",
        ),
        Misconception(
            "rows-and-columns",
            brightened_turned,
            "Rows and columns have changed places: the first axis of a picture counts its rows.",
            family="transposed",
        ),
        Misconception(
            "set-not-added",
            brightened_set,
            "In the box stands the amount itself. It should be *added* to what was there.",
        ),
        Misconception(
            "dark-around",
            brightened_dark,
            "Outside of the box everything is 0 now. There the picture should be as it came.",
        ),
        Misconception(
            "whole-rows",
            brightened_rows,
            "The rows of the box got brighter from edge to edge. Only its columns should.",
        ),
    ],
    hints=[
        "Print `np.shares_memory(image, result)` inside the function.",
        "`result = image` gives the same array a second name. `patch` is a view: `patch += amount` writes through it.",
        "One word more in one line is enough.",
    ],
    takeaway="A function that changes what it was given surprises whoever called it.",
)
