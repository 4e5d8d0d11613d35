"""Processes of one machine have processors of their own, unless a launcher has bound them."""

from __future__ import annotations

import os

import pytest

from backlit.engine.threads import processors
from backlit.scale.placement import part_of_processors, placed, processors_here


@pytest.mark.parametrize("processes", range(2, 9))
def test_shares_are_all_processors_each_once(processes: int) -> None:
    allowed = [set(range(3, 11))] * processes
    shares = [part_of_processors(allowed, position) for position in range(processes)]
    assert sorted(number for share in shares for number in share or ()) == list(range(3, 11))
    assert {len(share or ()) for share in shares} <= {8 // processes, 8 // processes + 1}


@pytest.mark.parametrize("allowed", [[{0, 1}], [{0}, {1}], [{0, 1}, {0}], [{0, 1}] * 3, [set(), set()]], ids=str)
def test_what_is_alone_bound_or_too_crowded_stays(allowed: list[set[int]]) -> None:
    assert all(part_of_processors(allowed, position) is None for position in range(len(allowed)))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no affinity")
@pytest.mark.skipif(len(processors_here()) < 2, reason="one processor cannot be shared out")
def test_a_training_within_counts_on_its_share_only() -> None:
    before = processors_here()
    with placed([before, before], position=1):
        assert processors_here() == part_of_processors([before, before], 1)
        assert processors() <= len(before) - len(before) // 2
    assert processors_here() == before
