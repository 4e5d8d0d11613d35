"""Helpers leave their caller the processor that it runs on."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

import pytest

from backlit.engine import thread_pool as helpers
from backlit.engine.thread_pool import Helpers

needs_two = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="threads cannot be placed here, or there is one processor only",
)


def where() -> tuple[int, set[int]]:
    """A helper's thread, and the processors that it may run on."""
    return threading.get_native_id(), os.sched_getaffinity(0)


@needs_two
def test_they_run_elsewhere_and_the_caller_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere, pool = os.sched_getaffinity(0), Helpers(1)
    thread, before = pool.submit(where).result()
    assert before == everywhere
    assert thread != threading.get_native_id()
    for here in sorted(everywhere):
        monkeypatch.setattr(helpers, "_processor", lambda here=here: here)
        pool.step_aside()
        assert pool.submit(where).result() == (thread, everywhere - {here})
    assert os.sched_getaffinity(0) == everywhere


@needs_two
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's C library")
def test_the_processor_that_this_thread_runs_on() -> None:
    def bound(processor: int) -> int:
        os.sched_setaffinity(0, {processor})  # this thread's alone
        return helpers._processor()

    pool = Helpers(1)
    for processor in sorted(os.sched_getaffinity(0)):
        assert pool.submit(lambda processor=processor: bound(processor)).result() == processor


@needs_two
@pytest.mark.parametrize("gone", ["one", "all", "unknown"])
def test_where_they_cannot_be_placed_they_work_all_the_same(monkeypatch: pytest.MonkeyPatch, gone: str) -> None:
    pool = Helpers(1)
    assert pool.submit(where).result()

    def refuse(thread: int, processors: set[int]) -> Any:
        raise OSError("no such processor")

    if gone == "one":
        monkeypatch.setattr(os, "sched_setaffinity", refuse)
    elif gone == "all":
        monkeypatch.setattr(os, "sched_getaffinity", lambda process: {helpers._processor()})
    else:
        monkeypatch.setattr(helpers, "_processor", lambda: -1)
    pool.step_aside()
    assert pool.submit(lambda: 7).result() == 7
