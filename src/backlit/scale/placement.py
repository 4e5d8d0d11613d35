"""Processors of its own for each process of one machine, where the launcher has left all of them to all."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager


def part_of_processors(allowed: Sequence[Collection[int]], position: int) -> frozenset[int] | None:
    """The processors of one of a machine's processes, or None where they are to stay as they are.

    Parameters
    ----------
    allowed : sequence of collections of int
        The processors on which each of the machine's processes may run.
    position : int
        Which of them this one is.

    Examples
    --------
    >>> sorted(part_of_processors([{0, 1, 2, 3}, {0, 1, 2, 3}], position=1))
    [2, 3]
    >>> part_of_processors([{0, 1}, {2, 3}], position=1) is part_of_processors([{0, 1}] * 3, position=1) is None
    True
    """
    first = sorted(allowed[0])
    if len(allowed) < 2 or len(first) < len(allowed) or any(set(other) != set(first) for other in allowed):
        return None  # alone, too few, or bound by the launcher
    ends = [len(first) * number // len(allowed) for number in (position, position + 1)]
    return frozenset(first[slice(*ends)])


@contextmanager
def placed(allowed: Sequence[Collection[int]], position: int) -> Iterator[None]:
    """Within, this thread and those that it starts run on the process's own share.

    The scheduler of a virtual machine keeps two busy processes on one processor for a while, and a step waits for the
    slower.

    Parameters
    ----------
    allowed, position
        As in `part_of_processors`.

    Examples
    --------
    >>> with placed([{0}], position=0):
    ...     pass
    """
    part = part_of_processors(allowed, position)
    if part is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, part)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def processors_here() -> frozenset[int]:
    """The processors on which this thread may run; none where the system does not tell.

    Examples
    --------
    >>> isinstance(processors_here(), frozenset)
    True
    """
    return frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else frozenset()
