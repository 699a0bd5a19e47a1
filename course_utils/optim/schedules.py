"""Schedules: from the number of steps already made to a learning rate."""

import math

from course_utils.optim._checks import Schedule, not_negative, positive


def constant(lr: float) -> Schedule:
    """The same learning rate at every step.

    >>> constant(0.1)(1000)
    0.1
    """
    lr = not_negative("lr", lr)
    return lambda step: lr


def step_decay(lr: float, every: int, factor: float = 0.1) -> Schedule:
    """lr · factor^⌊step/every⌋: constant, then a drop, again and again.

    >>> [step_decay(1.0, every=10, factor=0.5)(s) for s in (0, 9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """
    lr, every, factor = not_negative("lr", lr), positive("every", every), positive("factor", factor)
    return lambda step: lr * factor ** (step // every)


def exponential_decay(lr: float, rate: float) -> Schedule:
    """lr · rate^step: the same share less at every step.

    >>> exponential_decay(1.0, rate=0.5)(3)
    0.125
    """
    lr, rate = not_negative("lr", lr), positive("rate", rate)
    return lambda step: lr * rate**step


def cosine_decay(lr: float, steps: int, final: float = 0.0) -> Schedule:
    """Half a cosine wave from lr at step 0 to `final` at `steps`, then flat (Loshchilov and Hutter, 2017, eq. (5)).

    >>> [round(cosine_decay(1.0, steps=10)(s), 3) for s in (0, 5, 10, 99)]
    [1.0, 0.5, 0.0, 0.0]
    """
    lr, steps, final = not_negative("lr", lr), positive("steps", steps), not_negative("final", final)
    return lambda step: final + (lr - final) * (1 + math.cos(math.pi * min(step / steps, 1))) / 2


def linear_warmup(schedule: float | Schedule, steps: int) -> Schedule:
    """Rise in equal strides to a rate, reached after `steps` steps, then go on with `schedule` from its step 0.

    The first step already moves: step s < steps has (s + 1)/steps of the rate that `schedule` begins with.

    >>> warm = linear_warmup(cosine_decay(1.0, steps=10), steps=4); [round(warm(s), 3) for s in (0, 3, 4, 9, 14)]
    [0.25, 1.0, 1.0, 0.5, 0.0]
    """
    after = schedule if callable(schedule) else constant(schedule)
    steps = positive("steps", steps)
    return lambda step: after(0) * (step + 1) / steps if step < steps else after(int(step - steps))
