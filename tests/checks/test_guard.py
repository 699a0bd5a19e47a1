"""The watchdog: what it ends, what it cannot end, and what it leaves alone."""

import _thread
import builtins
import contextlib
import importlib
import signal
import sys
import threading
import time
import tracemalloc
import warnings
import weakref

import pytest

from course_utils.checks.callers import guard
from course_utils.checks.callers.guard import Stuck, TimeUp, guarded


def forever():
    while True:
        pass


def test_a_loop_is_ended_soon_after_its_limit():
    start = time.process_time()
    assert isinstance(guarded(forever, 0.2).error, TimeUp)
    assert time.process_time() - start < 5.0  # a starved watchdog comes late
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


# a busy machine gives an answer less of its processor time, and fails no right answer for it


def test_time_in_which_the_answer_does_not_run_is_free_up_to_a_ceiling():
    def slowed():
        for _ in range(10):
            time.sleep(0.08)
        return "right"

    assert guarded(slowed, 0.4).value == "right"  # 0.8 s by the clock, and more on a busy machine


def test_code_that_only_waits_is_ended_too():
    def wait():
        while True:
            time.sleep(0.01)

    start = time.monotonic()
    assert isinstance(guarded(wait, 0.1).error, TimeUp)
    assert time.monotonic() - start < guard.PATIENCE * 0.1 + guard.IMPORTS


SLOW_MODULE = """
import time
start = time.thread_time()
while time.thread_time() - start < {seconds}:
    pass
"""


@pytest.mark.parametrize("bring", [importlib.import_module, lambda name: exec(f"import {name}")], ids=["call", "word"])
def test_imports_are_free(tmp_path, monkeypatch, bring):
    (tmp_path / "slow_here.py").write_text(SLOW_MODULE.format(seconds=0.8), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "slow_here", raising=False)
    ran = guarded(lambda: bring("slow_here") or "right", 0.4)
    assert ran.error is None and "slow_here" in sys.modules


def test_an_import_that_never_ends_is_ended_too(tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "IMPORTS", 0.5)
    (tmp_path / "endless_here.py").write_text(SLOW_MODULE.format(seconds=60), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert isinstance(guarded(lambda: importlib.import_module("endless_here"), 0.2).error, TimeUp)


class Thing:
    """Something that a weak reference can point to."""


def test_an_order_that_python_swallows_is_given_again_and_told_to_nobody(monkeypatch):
    told, lost = [], []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    def work():
        thing = Thing()
        hold = weakref.ref(thing, lambda _: forever())
        del thing  # the callback runs here; what is raised in it is dropped
        lost.append(hold)
        forever()

    assert isinstance(guarded(work, 0.2).error, TimeUp)
    assert len(lost) == 1 and told == []


def test_a_thread_that_gets_no_time_is_told_to_stop_once(monkeypatch):
    told = []
    monkeypatch.setattr(guard._Watched, "stop", lambda thread: told.append(thread))
    monkeypatch.setattr(guard, "GRACE", 0.2)
    monkeypatch.setattr(guard, "RAN_ON", 0.1)
    assert isinstance(guarded(lambda: time.sleep(1), 0.05).error, Stuck)
    assert len(told) == 1


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
