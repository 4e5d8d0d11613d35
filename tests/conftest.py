"""For all tests: property tests draw the same examples in every run, so that a change is what makes them fail."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

os.environ.setdefault("BACKLIT_COMPILE", "1")  # what is tested is compiled here, whatever `make kernels` has left

collect_ignore_glob = ["fuzz/[!t]*.py", "interop/networks/*.py", "browser/screens.py", "playground/agreement.py"]
"""Programs that record, for hours, with the tools of others, or as pictures; they are no tests."""

ENGINE_ROOMS = (
    "browser",
    "cli",
    "diagnosis",
    "docs",
    "engine",
    "estimators",
    "experiments",
    "interop",
    "reporting",
    "scale",
    "tracing",
    "training",
    "web",
)
"""Rooms whose tests compile or train."""
READ_ONLY = ("test_architecture.py", "test_lecture.py", "test_prose.py")
"""Files among them whose tests only read pages."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whole rooms, so that a test there need not say it."""
    tests = Path(__file__).parent
    for item in items:
        room = item.path.relative_to(tests).parts[0] if item.path.is_relative_to(tests) else ""
        if room in ENGINE_ROOMS and item.path.name not in READ_ONLY:
            item.add_marker(pytest.mark.engine)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Python's own answer to SIGINT, also where the tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
