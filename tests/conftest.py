"""For all tests: property tests draw the same examples in every run, so that a change is what makes them fail."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
