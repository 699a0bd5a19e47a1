"""The watchdog: what it ends, what it cannot end, and what it leaves alone."""

import _thread
import builtins
import contextlib
import signal
import sys
import threading
import time
import tracemalloc
import warnings

import pytest

from course_utils.checks.callers import guard
from course_utils.checks.callers.guard import Stuck, TimeUp, guarded


def forever():
    while True:
        pass


def test_a_loop_is_ended_soon_after_its_limit():
    start = time.monotonic()
    assert isinstance(guarded(forever, 0.2).error, TimeUp)
    assert time.monotonic() - start < 1.5
    assert not [t for t in threading.enumerate() if t.name == "answer" and not t.daemon]


def test_except_exception_does_not_keep_it():
    def swallow():
        while True:
            with contextlib.suppress(Exception):
                forever()

    assert isinstance(guarded(swallow, 0.2).error, TimeUp)


def test_a_call_that_does_not_come_back_is_let_go_and_told(monkeypatch):
    monkeypatch.setattr(guard, "GRACE", 0.3)
    start = time.monotonic()
    assert isinstance(guarded(lambda: time.sleep(3), 0.1).error, Stuck)
    assert time.monotonic() - start < 2


@pytest.fixture
def listening():
    """Python's own answer to an interrupt; a shell's background job begins with none."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
def test_the_stop_button_reaches_the_learner():
    before = set(threading.enumerate())
    timer = threading.Timer(0.2, _thread.interrupt_main)
    timer.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        guarded(forever, 20)
    assert time.monotonic() - start < 5
    timer.join()
    assert set(threading.enumerate()) <= before


def test_quick_work_is_never_hit_by_the_order_to_stop():
    for _ in range(200):
        assert guarded(lambda: 7, 0.0005).value in (7, None)


@pytest.mark.parametrize("limit", [None, 5.0])
def test_everything_is_as_before_afterwards(limit):
    before = sys.stdout, sys.stderr, builtins.input, warnings.filters[:], tracemalloc.is_tracing()

    def mess():
        warnings.simplefilter("ignore")
        raise SystemExit

    ran = guarded(mess, limit, memory=True)
    assert isinstance(ran.error, SystemExit) and ran.peak >= 0
    assert (sys.stdout, sys.stderr, builtins.input, warnings.filters[:], tracemalloc.is_tracing()) == before


def test_memory_that_was_there_before_does_not_count():
    held = bytearray(5_000_000)
    ran = guarded(lambda: len(bytearray(1_000_000)), 5.0, memory=True)
    assert 1_000_000 <= ran.peak < 2_000_000 < len(held)


def test_time_is_that_of_the_work_alone():
    assert guarded(lambda: time.sleep(0.2), 5.0).cpu < 0.1
