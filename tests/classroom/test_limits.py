"""The trusted side has limits of its own: on time, on memory, on what is handed to its functions."""

import time

import numpy as np
import pytest

from course_utils.classroom.sandbox import cgroups
from course_utils.classroom.sandbox.backend import Limits
from course_utils.classroom.sandbox.bwrap import Bwrap
from course_utils.classroom.sandbox.ours import TookTooLong, address_space, bounded, little_memory


def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_our_own_work_ends_and_waiting_does_not_count():
    with pytest.raises(TookTooLong), bounded(0.1) as clock:
        work(5)
    assert clock.fired
    with bounded(0.1) as clock:
        time.sleep(0.3)
    assert not clock.fired
    work(0.2)  # nothing rings afterwards


def test_bounds_stand_inside_one_another():
    with pytest.raises(TookTooLong), bounded(0.3) as outer:
        with bounded(5) as inner:
            work(0.1)
        work(5)
    assert outer.fired and not inner.fired


def test_it_rings_again_where_somebody_swallows_it(monkeypatch):
    monkeypatch.setattr("course_utils.classroom.sandbox.ours.AGAIN", 0.1)
    rung = 0
    with bounded(0.1) as clock:
        for _ in range(2):
            try:
                work(5)
            except BaseException:
                rung += 1
    assert clock.fired and rung == 2


def test_memory_is_bounded_for_a_while_and_free_again():
    before = address_space()
    with pytest.raises(MemoryError), little_memory(100_000_000):
        np.ones(100_000_000)
    assert np.ones(20_000_000).nbytes == 160_000_000 and before > 0


CALLING = """
import numpy as np
def large(f):
    return f(np.zeros((3_000_000,)))
def explodes(f):
    return f(np.zeros(40_000))
def endless(f):
    return f(1)
def fine(f):
    return f(np.zeros(3))
"""


def forever(x):
    while True:
        pass


def test_calls_of_our_functions_are_bounded_too(run):
    caller = run(CALLING)
    outer = lambda x: float(np.multiply.outer(x, x).sum())  # noqa: E731
    assert "larger than this function takes" in caller.call("large", (outer,)).fault.text
    assert "Memory" in caller.call("explodes", (outer,)).fault.text
    caller.limits = Limits(patience=0.5)
    start = time.process_time()
    assert caller.call("endless", (forever,), limit=0.5).fault is not None
    assert time.process_time() - start < 4
    assert caller.call("fine", (outer,)).value == 0.0


TALKING = """
kept = []
def grow(f):
    while True:  # it talks all the time: nobody ever waits for it
        kept.append(bytearray(b"x") * 20_000_000)
        for _ in range(20):
            f(1)
def hide():
    import ctypes, os
    number = ctypes.CDLL(None).memfd_create(b"x", 0)
    return number if number < 0 else os.write(number, bytes(1000))
"""


def test_memory_is_watched_without_control_groups_also_while_it_talks(run):
    other = Bwrap(Limits(memory=600_000_000))
    other.group = lambda memory, processes: cgroups.Ungrouped()
    caller = run(TALKING, backend=other)
    assert caller.call("hide").value == -1  # memory of no process, which nobody would see
    outcome = caller.call("grow", (lambda x: x,), limit=60.0)
    assert outcome.fault.kind == "Dead" and "0.6 GB" in outcome.fault.text


def test_what_cannot_be_compared_in_time_costs_that_answer_and_is_told(box, stage, monkeypatch):
    from course_utils.classroom import grading
    from course_utils.classroom.rehearsal.madeup import right_answers, submission
    from course_utils.classroom.rehearsal.rehearse import as_bytes
    from course_utils.classroom.submissions import Origin, Submission

    slow, plain = [], grading.judge

    def judge(exercise, *args, **options):
        slow.append(exercise.id)
        return work(60) if len(slow) == 1 else plain(exercise, *args, **options)

    monkeypatch.setattr(grading, "judge", judge)
    monkeypatch.setattr(Origin, "read", lambda self: as_bytes(submission("00", right_answers("00"))))
    grader = grading.Grader(grading.Settings("00", 1, limits=Limits(judging=0.3)), stage, box)
    found = grader.grade(Submission("anna", notebooks=[Origin(stage / "x.ipynb")]))
    assert found["checks"][0]["message"] == grading.TOO_MUCH and found["checks"][0]["points"] == 0
    assert all(c["passed"] for c in found["checks"][1:]) and found["status"] == grading.INCOMPLETE


FLOODING = """
def flood(f):
    import gc
    pipe = next(p for p in gc.get_objects() if type(p).__name__ == "Pipe" and hasattr(p, "send"))
    end = __import__("time").time() + 1.0
    while __import__("time").time() < end:
        pipe.send({"callback": 0, "call": None})
    return 1
def use(f):
    return f(1) + f(2)
"""


def test_a_flood_of_calls_is_over_in_time_and_leaves_no_wrong_answers(run):
    caller = run(FLOODING)
    caller.supply({})
    start = time.monotonic()
    caller.call("flood", (abs,), limit=1.5)
    assert time.monotonic() - start < 8
    outcome = caller.call("use", (lambda x: 10 * x,))
    assert outcome.value == 30, outcome.fault
