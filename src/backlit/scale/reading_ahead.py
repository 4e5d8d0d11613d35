"""What is read next, read while what was read is worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

WAITING = 2
"""Things that are ready at most: so reading cannot outrun the work."""


def read_ahead(things: Iterable[T], waiting: int = WAITING) -> Iterator[T]:
    """The same things, each made by another thread while the ones before are worked on; errors come in their order.

    Examples
    --------
    >>> list(read_ahead(range(5)))
    [0, 1, 2, 3, 4]
    """
    ready: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(waiting)
    ended = threading.Event()

    def put(thing: T | None, error: BaseException | None) -> bool:
        while not ended.is_set():
            try:
                ready.put((thing, error), timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for thing in things:
                if not put(thing, None):
                    return
            put(None, StopIteration())
        except BaseException as error:
            put(None, error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            thing, error = ready.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield thing  # type: ignore[misc]  # a thing, since there is no error
    finally:
        ended.set()
        thread.join()
