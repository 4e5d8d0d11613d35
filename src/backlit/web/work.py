"""Plain Python beside the event loop, in threads that end when they are given up."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import threading
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")
Done = Callable[[Any, BaseException | None], None]
"""Is given the result, or the error."""

ANSWER_TIME_LIMIT = 20.0
"""Seconds after which an answer is given up."""

INTERRUPT_INTERVAL = 0.5
"""Seconds between two interrupts of a thread that was given up: it may be in a library's call, or be tidying up."""


class GivenUp(BaseException):
    """Nobody waits for this work any more."""


class Work:
    """One call in a thread of its own.

    Parameters
    ----------
    call : callable
        Without arguments.

    Examples
    --------
    >>> def endless():
    ...     while True:
    ...         pass
    >>> work = Work(endless)
    >>> work.give_up()
    >>> work.thread.join(60)
    >>> work.thread.is_alive()
    False
    """

    def __init__(self, call: Callable[[], Any], done: Done | None = None) -> None:
        self._call, self._done = call, done
        self.thread = threading.Thread(target=self._run, name="backlit work", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        result, error = None, None
        with contextlib.suppress(GivenUp):  # in the handlers below
            try:
                result = self._call()
            except GivenUp:
                return
            except BaseException as raised:
                error = raised
            if self._done is not None:
                self._done(result, error)

    def give_up(self) -> None:
        """Interrupt the thread before its next instruction of Python, again and again until it has ended."""
        if self.thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.thread.ident or 0), ctypes.py_object(GivenUp)
            )
            timer = threading.Timer(INTERRUPT_INTERVAL, self.give_up)
            timer.daemon = True
            timer.start()


async def run_in_thread(work: Callable[..., Result], *arguments: Any) -> Result:
    """Run plain Python beside the event loop; after a while its thread is interrupted, and nobody waits any longer.

    Raises
    ------
    TimeoutError
        After `ANSWER_TIME_LIMIT` seconds.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Result] = loop.create_future()

    def set_answer(result: Any, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(error)

    def done(result: Any, error: BaseException | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(set_answer, result, error)

    running = Work(lambda: work(*arguments), done)
    try:
        return await asyncio.wait_for(answer, ANSWER_TIME_LIMIT)
    except (TimeoutError, asyncio.CancelledError):
        running.give_up()
        raise
